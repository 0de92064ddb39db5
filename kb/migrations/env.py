"""How Alembic reaches the database and the models: always through the running Flask app (`flask db …`)."""

import sqlite3

from alembic import context
from flask import current_app

from kb.core.db import UtcDateTime

# The search engine's own table is derived and looks after itself.
DERIVED = "search_"


def include_object(_object, name, *_rest):
    """Leave derived tables alone."""
    return not str(name).startswith(DERIVED)


def render_item(kind, item, _autogen):
    """A migration must not depend on our types as they are tomorrow."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def _foreign_keys(connection, state: str) -> None:
    """SQLite changes a table by copying it; with foreign keys on, dropping the old one would delete all that refers to it."""
    driver = connection.connection.dbapi_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute(f"PRAGMA foreign_keys={state}")


def run() -> None:
    """Run the migrations in one transaction each."""
    extension = current_app.extensions["migrate"]
    with extension.db.engine.connect() as connection:
        _foreign_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=extension.db.metadata,
            include_object=include_object,
            render_item=render_item,
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        _foreign_keys(connection, "ON")


run()
