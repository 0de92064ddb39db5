"""The databases of the tests: a template that is copied back before each test."""

import os
import shutil
from pathlib import Path

import sqlalchemy as sa

from kb.core.db import db

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
        run(f"DROP DATABASE IF EXISTS {NAME}_template", f"CREATE DATABASE {NAME}_template TEMPLATE {NAME}")
    else:
        shutil.copy(_file(app), f"{_file(app)}.template")


def restore(app) -> None:
    """Bring the template back."""
    with app.app_context():
        db.engine.dispose()
    if POSTGRESQL:
        run(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"CREATE DATABASE {NAME} TEMPLATE {NAME}_template")
        return
    for suffix in ("-wal", "-shm"):
        Path(f"{_file(app)}{suffix}").unlink(missing_ok=True)
    shutil.copy(f"{_file(app)}.template", _file(app))


def drop() -> None:
    """Leave the PostgreSQL server as it was."""
    if POSTGRESQL:
        run(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)", f"DROP DATABASE IF EXISTS {NAME}_template WITH (FORCE)")


def _file(app) -> str:
    return app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")


def run(*statements: str) -> None:
    """Tell the server something outside any database of ours."""
    server = sa.make_url(POSTGRESQL.replace("postgresql://", "postgresql+psycopg://")).set(database="postgres")
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
