#!/bin/sh
# Make .venv and install exactly what requirements.txt names (with "dev": requirements-dev.txt too). Does nothing when up to date.
set -eu
cd "$(dirname "$0")/.."

python=""
for name in python3.11 python3.12 python3.13 python3; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$name
        break
    fi
done
if [ -z "$python" ]; then
    echo "Python 3.11 or newer is missing. On Debian: apt-get install python3 python3-venv" >&2
    exit 1
fi

files=requirements.txt
[ "${1:-}" = dev ] && files="requirements.txt requirements-dev.txt"
stamp=".venv/installed-${1:-run}"
wanted=$(cat $files | cksum)
[ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && exit 0

if [ ! -x .venv/bin/python ] && ! "$python" -m venv .venv; then
    echo "The venv module is missing. On Debian: apt-get install python3-venv" >&2
    exit 1
fi
echo "Installing Python packages into .venv ..." >&2
for file in $files; do
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --no-deps -r "$file"
done
echo "$wanted" >"$stamp"
