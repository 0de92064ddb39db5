#!/bin/sh
# The whole suite, one command; with "quick" as the first word only lint, rules and pages on SQLite; with "sqlite" all of it
# but the browser and PostgreSQL; with "hostile" of that what holds hostile input. Further arguments go to pytest.
# Sets up what it needs where it may (root on Debian); otherwise says in one line what is missing and runs the rest. With CI=true anything
# missing is a failure. A whole run that passed on a clean tree notes the commit in `lulus` beside git's own files.
set -eu
cd "$(dirname "$0")/.."
sh scripts/venv.sh dev
export KB_ENV=test
unset PYTHONDONTWRITEBYTECODE # the suite starts a hundred interpreters: each would compile the whole product anew

# Databases, uploads and browser profiles of the tests lie in memory where there is room: thousands of commits wait for a disk otherwise.
has_room() { [ -w "$1" ] && [ "$(df -Pk "$1" | awk 'NR == 2 { print $4 }')" -gt 2000000 ]; }
place=${TMPDIR:-/tmp}
if has_room /dev/shm; then place=/dev/shm; fi
TMPDIR=$(mktemp -d "$place/berguru.XXXXXX")
export TMPDIR
chmod 755 "$TMPDIR" # PostgreSQL works below it, as a user of its own

cleanup() {
    [ -z "${PG_DATA:-}" ] || as_postgres "$PG_BIN/pg_ctl" -D "$PG_DATA" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$TMPDIR"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

# Where we stand: the commit, or nothing without git or with changes that are in no commit.
clean_commit() { [ -n "$(git status --porcelain 2>&1)" ] || git rev-parse HEAD 2>/dev/null || true; }

part() {
    # part NAME COMMAND…: run it, and say how long it took. A failure is kept in `status`.
    name=$1 begun=$(date +%s)
    shift
    echo "== $name" >&2
    "$@" || status=$?
    took=$(($(date +%s) - begun))
    echo "== $name: $((took / 60)) min $((took % 60)) s" >&2
}

lint() { .venv/bin/ruff check . && .venv/bin/ruff format --check .; }

status=0
case ${1:-} in quick | sqlite | hostile)
    case $1 in quick) chosen="not slow" ;; hostile) chosen=hostile ;; *) chosen="" ;; esac
    shift
    part "Lint" lint
    part "SQLite without the browser" .venv/bin/python -m pytest --ignore=tests/e2e -m "$chosen" "$@"
    exit $status
    ;;
esac

commit=$(clean_commit)
[ $# = 0 ] || commit=""

missing() {
    echo "MISSING: $1" >&2
    commit=""
    if [ "${CI:-}" = true ]; then exit 1; fi
}

install() {
    # install COMMAND-OR-FILE PACKAGE: from Debian's packages, if we may.
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
    echo "Installing $1 ..." >&2
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1") >/dev/null 2>&1 || true
}

find_postgres() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1; }
# The headless shell is the same browser without the windows around it; it starts and turns pages with a third less work.
find_chromium() { command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome || true; }

[ -n "$(find_postgres)" ] || install postgresql
command -v chromium-headless-shell >/dev/null || install chromium-headless-shell
[ -n "$(find_chromium)" ] || install chromium
CHROMIUM=$(find_chromium)
export CHROMIUM
[ -n "$CHROMIUM" ] || missing "Chromium, for the journeys in the browser. On Debian: apt-get install chromium"

# PostgreSQL does not run as root; as root we lend it the user of Debian's package.
as_postgres() { if [ "$(id -u)" = 0 ]; then (cd / && su postgres -s /bin/sh -c '"$0" "$@"' -- "$@"); else "$@"; fi; }

start_postgres() {
    PG_BIN=$(find_postgres)
    PG_HOME=$(mktemp -d)
    PG_DATA=$PG_HOME/data
    chmod 755 "$PG_HOME"
    [ "$(id -u)" != 0 ] || chown postgres "$PG_HOME"
    PG_PORT=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    as_postgres "$PG_BIN/initdb" -D "$PG_DATA" -U kb --auth=trust -E UTF8 --no-sync >/dev/null
    as_postgres "$PG_BIN/pg_ctl" -D "$PG_DATA" -w -l "$PG_HOME/log" -o "-p $PG_PORT -h 127.0.0.1 -k $PG_HOME -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60" start >/dev/null
}

part "Lint" lint
[ $status = 0 ] || exit $status
part "SQLite and the browser" .venv/bin/python -m pytest "$@"

if [ -n "$(find_postgres)" ]; then
    start_postgres
    part "PostgreSQL" env KB_TEST_DATABASE="postgresql://kb@127.0.0.1:$PG_PORT/postgres" .venv/bin/python -m pytest --ignore=tests/e2e "$@"
else
    missing "PostgreSQL, for the second run of the suite. On Debian: apt-get install postgresql"
fi

if [ $status = 0 ] && [ -n "$commit" ] && [ "$(clean_commit)" = "$commit" ]; then
    { echo "$commit" >>"$(git rev-parse --git-common-dir)/lulus"; } 2>/dev/null || true
fi
exit $status
