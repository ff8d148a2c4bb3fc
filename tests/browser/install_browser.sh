#!/bin/sh
# Finds a Chromium for the browser tests, or installs Debian's where that is possible without asking.
# Elsewhere the tests are skipped and say so (in CI a missing browser is a failure).
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then exit 0; fi
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    export DEBIAN_FRONTEND=noninteractive
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium >/dev/null; then exit 0; fi
fi
echo "No Chromium found: browser tests will be skipped. Install one (Debian: apt-get install chromium)."
