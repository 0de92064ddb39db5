#!/bin/sh
# Write a migration for what changed in the models, compared with a new database at the newest migration; no data of yours is touched.
# Usage: scripts/migration.sh "what changes". The first words of the message name the revision.
set -eu
cd "$(dirname "$0")/.."
message=${1:-}
name=$(printf %s "$message" | tr '[:upper:]' '[:lower:]' | tr -cs 'a-z0-9' '_' | cut -c1-32 | sed 's/^_*//; s/_*$//')
if [ -z "$name" ]; then
    echo 'What changes? make migration m="What changes, in a few words"' >&2
    exit 1
fi
find_file() { grep -ls "^revision = [\"']$name[\"']$" kb/migrations/versions/*.py; }
if [ -n "$(find_file)" ]; then
    echo "There is a migration \"$name\" already: say it in other words." >&2
    exit 1
fi
sh scripts/venv.sh dev
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export KB_ENV=test KB_DATA="$scratch" DATABASE_URL= LOG_LEVEL=WARNING
.venv/bin/python -m flask --app wsgi db upgrade
.venv/bin/python -m flask --app wsgi db migrate --message "$message" --rev-id "$name"
file=$(find_file) || { echo "Nothing has changed: no migration is needed."; exit 0; }
.venv/bin/ruff format --quiet "$file"
echo "Read it before you commit it: $file"
