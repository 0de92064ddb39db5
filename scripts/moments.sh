#!/bin/sh
# The suite on SQLite without the browser, once at each of seven moments at which a clock trips: the hours before and after midnight here
# and in Indonesia, a leap day, the last day of a year, a Saturday. Not part of `make test`; arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."

status=0
for moment in 2026-11-26T00:30 2026-11-26T06:00 2026-11-26T18:00 2026-11-26T23:30 2028-02-29T03:00 2026-12-31T18:00 2026-11-28T03:00; do
    echo "== $moment UTC" >&2
    KB_TEST_NOW=$moment sh scripts/test.sh sqlite --quiet "$@" || status=$?
done
exit $status
