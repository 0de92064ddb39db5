"""How Alembic reaches the database and the models: always through the running Flask app (`flask db …`)."""

import sqlite3

from alembic import context
from flask import current_app

from kb.core.db import UtcDateTime
from kb.search.postgresql_engine import DERIVED


def include_object(_object, name, kind, reflected, twin):
    """Leave derived tables alone: those that the search engine made in the database, and no model of ours describes."""
    return not (kind == "table" and reflected and twin is None and name.startswith(DERIVED))


def render_item(kind, item, _autogen):
    """A migration must not depend on our types as they are tomorrow."""
    return "sa.DateTime()" if kind == "type" and isinstance(item, UtcDateTime) else False


def leave_out_empty(_context, _revision, directives):
    """`flask db migrate` writes no file when nothing has changed; `flask db check` wants to see that for itself."""
    if getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives.clear()


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
            process_revision_directives=leave_out_empty,
            **extension.configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        _foreign_keys(connection, "ON")


run()
