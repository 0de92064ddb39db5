"""The databases of the tests, the stages they are brought back to before each test, and an eye on what requests write.

A stage is a state of the database that is made once and kept: on SQLite a copy of the file, on PostgreSQL the rows of the tables that
differ from the first stage, and the tables that no migration knows (the search engine's). On PostgreSQL a trigger notes which tables a
test has written, so that only those are brought back; the statements of the tests themselves are the same as ever.
"""

import os
import shutil
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from flask import Response, request
from sqlalchemy import event
from sqlalchemy.engine import Engine

from kb.core.db import SAFE_METHODS, db

POSTGRESQL = os.environ.get("KB_TEST_DATABASE", "")
NAME = f"berguru_test_{os.getpid()}"


def url(folder: Path) -> str:
    """The database the suite runs on."""
    if not POSTGRESQL:
        return f"sqlite:///{folder / 'test.sqlite3'}"
    run(f"DROP DATABASE IF EXISTS {NAME}", f"CREATE DATABASE {NAME}")
    return sa.make_url(POSTGRESQL).set(database=NAME).render_as_string(hide_password=False)


class Stages:
    """The kept states of one app's database."""

    def __init__(self, app):
        self.app = app
        self.kept: dict[str, object] = {}
        self.index = _Index(Path(app.config["KB_DATA"]) / "indeks")
        self.store = _Rows() if POSTGRESQL else _Files(app)

    def keep(self, stage: str, value: object = None) -> None:
        """Keep what the database and the search index hold now, to be brought back by this name; and what a test should know of it."""
        self._let_go()
        self.store.keep(stage)
        self.index.keep(stage)
        self.kept[stage] = value

    def restore(self, stage: str) -> None:
        """Bring a kept state back."""
        self._let_go()
        self.store.restore(stage)
        self.index.restore(stage)

    def close(self) -> None:
        """Leave the server as it was."""
        with self.app.app_context():
            db.engine.dispose()
        self.store.close()

    def _let_go(self) -> None:
        """An open connection would go on reading the file that is replaced; a server's rows are the same for all connections."""
        if not POSTGRESQL:
            with self.app.app_context():
                db.session.remove()
                db.engine.dispose()


class _Index:
    """The folder of the search index; a stage is a copy of it. It is brought back only when something in it has changed."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.standing: tuple = ()

    def keep(self, stage: str) -> None:
        shutil.copytree(self.folder, self._copy(stage), symlinks=True)
        self.standing = stage, self._files()

    def restore(self, stage: str) -> None:
        if self.standing == (stage, self._files()):
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self._copy(stage), self.folder, symlinks=True)
        self._rename()
        self.standing = stage, self._files()

    def _rename(self) -> None:
        """Whoever has the index open would take another one of the same name and age for what he has read."""
        pointer = next(path for path in self.folder.iterdir() if path.is_symlink())
        name = uuid4().hex
        pointer.resolve().rename(self.folder / name)
        pointer.unlink()
        pointer.symlink_to(name)

    def _files(self) -> frozenset:
        """What tells whether anything was written: the lock says nothing, it is opened by everybody."""
        return frozenset((str(path), path.lstat().st_mtime_ns) for path in self.folder.rglob("*") if path.name != "kunci")

    def _copy(self, stage: str) -> Path:
        return self.folder.with_name(f"indeks.{stage}")


class _Files:
    """SQLite: a stage is a copy of the file."""

    def __init__(self, app):
        self.file = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))

    def keep(self, stage: str) -> None:
        shutil.copy(self.file, self._copy(stage))

    def restore(self, stage: str) -> None:
        for suffix in ("-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)
        shutil.copy(self._copy(stage), self.file)

    def close(self) -> None:
        """The files go with pytest's folder."""

    def _copy(self, stage: str) -> str:
        return f"{self.file}.{stage}"


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SCHEMA = """
CREATE SCHEMA kept;
CREATE UNLOGGED TABLE kept.written (name text);
CREATE FUNCTION kept.note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO kept.written VALUES (TG_TABLE_NAME); RETURN NULL; END $$;
"""
TRIGGER = """
CREATE TRIGGER kept_note AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON public."{}" FOR EACH STATEMENT EXECUTE FUNCTION kept.note()
"""
# Whoever is at work when a test has ended was left behind by it.
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state IS DISTINCT FROM 'idle'
"""


class _Rows:
    """PostgreSQL: a stage is the rows of the tables that differ from the first stage."""

    def __init__(self):
        self.connection = _connect(NAME)
        self.connection.exec_driver_sql("SET session_replication_role = replica")  # no trigger of ours, and rows come back in any order
        self.tables: list[str] = []
        self.differing: dict[str, set[str]] = {}
        self.derived: dict[str, set[str]] = {}  # the tables of each stage that no migration knows
        self.current = ""

    def keep(self, stage: str) -> None:
        if not self.differing:
            self._prepare()
            changed, copied = set(), self.tables
        else:
            changed = copied = self._written() | self.differing[self.current]
        self.differing[stage], self.current = changed, stage
        for table in copied:
            self._do(f'CREATE TABLE kept."{stage}:{table}" AS TABLE public."{table}"')
        self.derived[stage] = self._beside()
        for table in self.derived[stage]:
            self._copy(f'public."{table}"', f'kept."{stage}:{table}"')
        self._do(f"CREATE TABLE kept.\"{stage}:\" AS SELECT sequencename AS name, last_value FROM pg_sequences WHERE schemaname = 'public'")
        self._do("TRUNCATE kept.written")

    def restore(self, stage: str) -> None:
        self._do(END_OTHERS)
        for table in self._beside():
            self._do(f'DROP TABLE public."{table}" CASCADE')
        for table in self.derived[stage]:
            self._copy(f'kept."{stage}:{table}"', f'public."{table}"')
        wrong = self._written()
        if stage != self.current:
            wrong |= self.differing[stage] | self.differing[self.current]
        self.current, first = stage, next(iter(self.differing))
        for table in sorted(wrong & set(self.tables)):  # deleting is faster than truncating: these tables are small
            source = stage if table in self.differing[stage] else first
            self._do(f'DELETE FROM public."{table}"')
            self._do(f'INSERT INTO public."{table}" SELECT * FROM kept."{source}:{table}"')
        self._do(f'SELECT setval(quote_ident(name)::regclass, coalesce(last_value, 1), last_value IS NOT NULL) FROM kept."{stage}:"')
        self._do("DELETE FROM kept.written")

    def close(self) -> None:
        self.connection.close()
        run(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")

    def _prepare(self) -> None:
        self._do(SCHEMA)
        self.tables = list(self._do(TABLES).scalars())
        for table in self.tables:
            self._do(TRIGGER.format(table))

    def _beside(self) -> set[str]:
        return set(self._do(TABLES).scalars()) - set(self.tables)

    def _copy(self, table: str, to: str) -> None:
        """A table with all that belongs to it, indexes too."""
        self._do(f"CREATE TABLE {to} (LIKE {table} INCLUDING ALL)")
        self._do(f"INSERT INTO {to} SELECT * FROM {table}")

    def _written(self) -> set[str]:
        return set(self._do("SELECT DISTINCT name FROM kept.written").scalars())

    def _do(self, statement: str):
        return self.connection.exec_driver_sql(statement)


def _connect(database: str) -> sa.Connection:
    """As the server's owner, each statement for itself."""
    server = sa.make_url(POSTGRESQL.replace("postgresql://", "postgresql+psycopg://")).set(database=database)
    return sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool).connect()


def run(*statements: str) -> None:
    """Tell the server something outside any database of ours."""
    with _connect("postgres") as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


WRITES = ("INSERT", "UPDATE", "DELETE")


@event.listens_for(Engine, "before_cursor_execute")
def _note(connection, _cursor, statement, *_rest):
    if statement.lstrip().upper().startswith(WRITES):
        connection.info.setdefault("uncommitted", []).append(statement)


@event.listens_for(Engine, "begin")
@event.listens_for(Engine, "commit")
@event.listens_for(Engine, "rollback")
def _settle(connection):
    connection.info.pop("uncommitted", None)


def nothing_is_lost(response: Response) -> Response:
    """After each request of each test: what was written is committed, unless the answer refuses; what only asks writes nothing."""
    if response.status_code < 400 or request.method in SAFE_METHODS:
        lost = _uncommitted()
        assert not lost, f"{request.method} {request.path} answers {response.status_code} and forgets what it wrote: {lost}"
    return response


def _uncommitted() -> list:
    session = db.session()
    changed = [thing for thing in session.dirty if session.is_modified(thing)]
    flushed = session.connection().info.get("uncommitted", []) if session.in_transaction() else []
    return [*session.new, *session.deleted, *changed, *flushed]
