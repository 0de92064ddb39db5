"""The database: SQLite (default) or PostgreSQL, one set of models.

On SQLite a request that only reads opens a plain transaction; everything else (POST, worker, commands) begins immediate, so that
a write never finds, half way, that somebody else wrote in between.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import Flask, has_request_context, request
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}

NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables; names of constraints are fixed, so that migrations can find them."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator):
    """An aware UTC datetime, stored without zone. Refuses naive values: they are a bug."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: use kb.core.clock.now()")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect):
        return None if value is None else value.replace(tzinfo=UTC)


db = SQLAlchemy(model_class=Base)
migrate = Migrate(render_as_batch=True, compare_type=True)


def init_app(app: Flask) -> None:
    """Bind the database of the settings to the app."""
    db.init_app(app)
    migrate.init_app(app, db, directory=app.config["MIGRATIONS"])


def engine_options(url: str) -> dict:
    """What SQLAlchemy's create_engine needs for this kind of database. No error tells what people typed: it would stand in the log."""
    if url.startswith("sqlite"):
        # The driver must not open transactions by itself: `_begin` does.
        return {"hide_parameters": True, "connect_args": {"isolation_level": None, "timeout": 15}}
    return {"hide_parameters": True, "pool_pre_ping": True, "pool_size": 5, "max_overflow": 10}


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection, _record):
    if not isinstance(connection, sqlite3.Connection):
        return
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
        connection.execute(f"PRAGMA {pragma}")


# A connection to SQLite that keeps others from writing knows how many rows it had changed when it began to.
HOLDS = "changes_before"


@event.listens_for(Engine, "begin")
def _begin(connection):
    if connection.dialect.name != "sqlite":
        return
    if reads_only(connection):
        connection.info.pop(HOLDS, None)
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.info[HOLDS] = connection.connection.dbapi_connection.total_changes


def reads_only(connection: Connection) -> bool:
    """Does a transaction that begins now on SQLite leave the only writer to others?"""
    asked = has_request_context() and request.method in SAFE_METHODS
    return asked or connection.get_execution_options().get("reads_only", False)


def reading() -> None:
    """Begin a transaction that only reads, outside a request: long work then keeps nobody from writing. None may be open."""
    db.session.connection(execution_options={"reads_only": True})


def let_go() -> None:
    """End the transaction before something takes long: on SQLite a request that may write keeps all others from writing.

    Loaded rows are read anew when they are used again, and nothing may have been changed yet.
    """
    db.session.rollback()


def hand_back() -> None:
    """Let others write from here on, on SQLite: a request that might have written has changed nothing, and only reads from now on.

    Unlike after `let_go`, what was loaded stays loaded. A transaction that has changed something stays as it is.
    """
    if not db.session().in_transaction():
        reading()
    elif _holds_in_vain():
        connection = db.session.connection()
        raw = connection.connection.dbapi_connection
        raw.execute("ROLLBACK")  # the session goes on in the transaction that it knows of
        raw.execute("BEGIN")
        del connection.info[HOLDS]


@contextmanager
def nobody_waits() -> Iterator[None]:
    """Around what takes long in a request before it has changed anything: others write meanwhile. Loaded rows are read anew afterwards."""
    if db.session().in_transaction() and not _holds_in_vain():
        yield
        return
    let_go()
    reading()
    yield
    let_go()


def _holds_in_vain() -> bool:
    """Are others kept from writing by our transaction, although it has changed nothing?"""
    session = db.session()
    if db.engine.dialect.name != "sqlite" or session.in_nested_transaction() or _is_changed(session):
        return False
    connection = session.connection()
    return connection.info.get(HOLDS) == connection.connection.dbapi_connection.total_changes


def only_claimed() -> None:
    """Said of a row just written that is of no use without what comes after it: alone, it is nothing that was changed."""
    connection = db.session.connection()
    if HOLDS in connection.info and connection.connection.dbapi_connection.total_changes == connection.info[HOLDS] + 1:
        connection.info[HOLDS] += 1


def _is_changed(session: Session) -> bool:
    return bool(session.new or session.deleted or any(session.is_modified(thing) for thing in session.dirty))


# What watches over `takes_time`; nothing does in production.
_watch: Callable[[str], None] | None = None


def watch(watcher: Callable[[str], None] | None) -> None:
    """Have somebody told of all that takes time: the tests, which fail when it is done while the only writer is held."""
    global _watch
    _watch = watcher


def takes_time(what: str) -> None:
    """Said by whatever takes the longer the more people wrote, or reads a file: it must be done before a transaction that writes begins."""
    if _watch is not None:
        _watch(what)
