#!/bin/sh
# What the tests need that pip does not bring: a browser, letters for it, and node for the page's modules.
# Each is looked for by itself; what is missing is installed from Debian where we may.
set -eu
needed=""
command -v chromium-headless-shell >/dev/null 2>&1 || needed="$needed chromium-headless-shell"
[ -d /usr/share/fonts/truetype/dejavu ] || needed="$needed fonts-dejavu-core"
command -v node >/dev/null 2>&1 || needed="$needed nodejs"
there() { for library in /usr/lib*/"$1" /usr/lib*/*/"$1"; do [ -e "$library" ] && return; done; false; }
there libatomic.so.1 || needed="$needed libatomic1"   # Playwright's node
there libfribidi.so.0 || needed="$needed libfribidi0" # Pillow's own order of right-to-left text, to compare with
command -v git >/dev/null 2>&1 || needed="$needed git" # the tests of what a Space gets and of another commit ask it
[ -n "$needed" ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 # one word a package
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $needed
else
    echo "Not here, and not ours to install:$needed. The tests that need them are skipped; CI fails." >&2
fi
