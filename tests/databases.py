"""The databases of the tests: a template that is copied back before each test; and an eye on what requests write."""

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

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


def keep_template(app) -> None:
    """Keep the seeded database as the template."""
    if POSTGRESQL:
        with _inside() as connection:
            _keep_rows(connection)
    else:
        shutil.copy(_file(app), f"{_file(app)}.template")


def restore(app) -> None:
    """Bring the template back."""
    with app.app_context():
        db.engine.dispose()
    if POSTGRESQL:
        with _inside() as connection:
            _restore_rows(connection)
        return
    for suffix in ("-wal", "-shm"):
        Path(f"{_file(app)}{suffix}").unlink(missing_ok=True)
    shutil.copy(f"{_file(app)}.template", _file(app))


def drop() -> None:
    """Leave the PostgreSQL server as it was."""
    if POSTGRESQL:
        run(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


@contextmanager
def _inside():
    """A connection to the database of the tests, as the server's owner."""
    server = sa.make_url(POSTGRESQL.replace("postgresql://", "postgresql+psycopg://")).set(database=NAME)
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        yield connection


TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = '{}' ORDER BY 1"


def _keep_rows(connection) -> None:
    """Copy the seeded rows aside: bringing rows back is many times faster than making a database anew for each test."""
    connection.exec_driver_sql("CREATE SCHEMA kept")
    for table in connection.exec_driver_sql(TABLES.format("public")).scalars().all():
        connection.exec_driver_sql(f'CREATE TABLE kept."{table}" AS TABLE public."{table}"')
    connection.exec_driver_sql("CREATE TABLE kept.sequences AS SELECT sequencename AS name, last_value FROM pg_sequences")


def _restore_rows(connection) -> None:
    connection.exec_driver_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    connection.exec_driver_sql("SET session_replication_role = replica")  # rows come back in any order
    kept = set(connection.exec_driver_sql(TABLES.format("kept")).scalars())
    present = connection.exec_driver_sql(TABLES.format("public")).scalars().all()
    for extra in (table for table in present if table not in kept):
        connection.exec_driver_sql(f'DROP TABLE public."{extra}" CASCADE')
    for table in kept & set(present):  # deleting is faster than truncating: most of these tables are empty
        connection.exec_driver_sql(f'DELETE FROM public."{table}"')
        connection.exec_driver_sql(f'INSERT INTO public."{table}" SELECT * FROM kept."{table}"')
    connection.exec_driver_sql(
        "SELECT setval(quote_ident(name)::regclass, coalesce(last_value, 1), last_value IS NOT NULL) FROM kept.sequences"
    )


def _file(app) -> str:
    return app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")


def run(*statements: str) -> None:
    """Tell the server something outside any database of ours."""
    server = sa.make_url(POSTGRESQL.replace("postgresql://", "postgresql+psycopg://")).set(database="postgres")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
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
