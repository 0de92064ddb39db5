"""How Alembic reaches the database and the models: always through the running Flask app (`flask db …`)."""

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


def run() -> None:
    """Run the migrations in one transaction each."""
    extension = current_app.extensions["migrate"]
    with extension.db.engine.connect() as connection:
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


run()
