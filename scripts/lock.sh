#!/bin/sh
# Write the lock files anew: exact versions with hashes, without naming any registry.
set -eu
cd "$(dirname "$0")/.."
sh scripts/venv.sh dev
for name in requirements requirements-dev; do
    .venv/bin/pip-compile --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras \
        --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file "$name.txt" "$name.in"
done
