"""Installations of earlier versions, with data in them: what the tests of migrations begin with.

Tests name a function that makes such a database; it is made once in each process and brought back to later tests.
"""

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask import Flask, current_app

from kb.core.db import db

_kept: dict[Callable[[], None], bytes] = {}


def bring(app: Flask, build: Callable[[], None]) -> Flask:
    """Give the app, in whose context we are, the database that `build` makes out of nothing."""
    file = Path(app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///"))
    if build in _kept:
        file.write_bytes(_kept[build])
    else:
        build()
        db.session.remove()
        db.engine.dispose()
        _kept[build] = file.read_bytes()
    return app


def before(revision: str) -> str:
    """The version before this one, wherever it stands in the chain."""
    return ScriptDirectory(current_app.config["MIGRATIONS"]).get_revision(revision).down_revision


def run(statement: str, **values) -> None:
    """Change something, in a transaction of its own."""
    with db.engine.begin() as connection:
        connection.execute(sa.text(statement), values)


def insert(table: str, **row) -> None:
    """One row, without the models: they speak of today's tables."""
    run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})", **row)


def fill(tables: dict[str, list[dict]]) -> None:
    """Rows by table, in this order."""
    for table, rows_ in tables.items():
        for row in rows_:
            insert(table, **row)


def rows(query: str) -> list[tuple]:
    """What a query finds."""
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]
