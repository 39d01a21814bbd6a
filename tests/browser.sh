#!/bin/sh
# What the tests drive besides Python: Debian's chromium, and node for the scripts' own tests; installed if missing and we may.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium fonts-dejavu-core"
command -v node >/dev/null 2>&1 || missing="$missing nodejs"
[ -n "$missing" ] || exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 (several packages)
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
else
    echo "Not found: $missing. The tests that need them will be skipped (install them to run those)." >&2
fi
