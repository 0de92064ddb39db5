#!/bin/sh
# Measure pages and search. Needs wrk (Debian: apt-get install wrk); as root on Debian it is installed.
set -eu
cd "$(dirname "$0")/.."
sh scripts/venv.sh
if ! command -v wrk >/dev/null 2>&1 && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq wrk) >/dev/null
fi
command -v wrk >/dev/null 2>&1 || { echo "wrk is missing. On Debian: apt-get install wrk" >&2; exit 1; }
exec .venv/bin/python -m bench.run "$@"
