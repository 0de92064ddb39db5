#!/bin/sh
# From nothing to a running site: virtual environment, database, starter library, web and worker. A second run keeps the data.
set -eu
cd "$(dirname "$0")/.."
sh scripts/venv.sh
exec .venv/bin/python -m flask --app wsgi kb serve
