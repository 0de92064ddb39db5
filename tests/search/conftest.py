"""Every test of the search runs on Whoosh, and on PostgreSQL too when KB_TEST_DATABASE names a server."""

import pytest
import sqlalchemy as sa
from flask import Flask

from kb.core.db import db, engine_options
from kb.search.postgresql_engine import TABLE, PostgresqlEngine
from kb.search.whoosh_engine import WhooshEngine
from tests import databases

ENGINES = ("whoosh", "postgresql") if databases.POSTGRESQL else ("whoosh",)


@pytest.fixture(params=ENGINES)
def engine_name(request):
    """The engine of this run."""
    return request.param


@pytest.fixture
def new_engine(engine_name, tmp_path, request):
    """Makes an engine over one place and nothing else of the app, as each process does for itself."""
    if engine_name == "whoosh":
        yield lambda: WhooshEngine(str(tmp_path))
        return
    with request.getfixturevalue("empty_database").app_context():
        with db.engine.begin() as connection:
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {TABLE}"))
        yield PostgresqlEngine


@pytest.fixture(scope="session")
def empty_database():
    """An app that has a PostgreSQL database and nothing in it."""
    name = f"{databases.NAME}_index"
    databases.run(f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    url = sa.make_url(databases.POSTGRESQL).set(drivername="postgresql+psycopg", database=name).render_as_string(hide_password=False)
    app = Flask("index")
    app.config.update(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_ENGINE_OPTIONS=engine_options(url))
    db.init_app(app)
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def engine(app, engine_name, monkeypatch):
    """The engine of the whole app for this test."""
    chosen = PostgresqlEngine() if engine_name == "postgresql" else WhooshEngine(app.config["KB_DATA"])
    monkeypatch.setitem(app.extensions, "search", chosen)
    return chosen


@pytest.fixture
def indexed(app, engine, engine_name, staged):
    """`indexed(name, build)`: what `build` makes in a request and in the index of this engine stands; returns what it returned."""

    def bring(name: str, build):
        def built():
            with app.test_request_context():
                return build()

        return staged(f"{name}-{engine_name}", built)

    return bring
