#!/bin/sh
# The browser the tests drive: Debian's chromium, installed if it is missing and we may.
set -eu
command -v chromium >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
else
    echo "No chromium found: the browser tests will be skipped (install chromium to run them)." >&2
fi
