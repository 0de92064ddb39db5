"""The stage of the tests: a real database (SQLite, or PostgreSQL by KB_TEST_DATABASE), a fixed cast, and a client that checks every page.

The schema is made by the migrations and the regions are seeded once; each test starts from a copy of that.
"""

import shutil
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade
from sqlalchemy import event

from kb import create_app
from kb.config import from_environment
from kb.core.db import db
from kb.core.viewer import ANONYMOUS, viewer_of
from tests import databases, makers, moments
from tests.pages import PageClient

moments.stand_still()


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The application on a database of its own; restored for each test by `fresh`."""
    folder = tmp_path_factory.mktemp("berguru")
    settings = from_environment({"KB_ENV": "test", "KB_DATA": str(folder), "DATABASE_URL": databases.url(folder), "LOG_LEVEL": "ERROR"})
    app = create_app({**settings, "WTF_CSRF_ENABLED": False, "SERVER_NAME": None})
    app.test_client_class = PageClient
    with app.app_context():
        upgrade()
        makers.seed_world()
        db.session.remove()
        db.engine.dispose()
    databases.keep_template(app)
    yield app
    with app.app_context():
        db.engine.dispose()
    databases.drop()


@pytest.fixture(autouse=True)
def fresh(request):
    """Every test that uses the app gets the seeded database back, and an empty data folder."""
    if "app" not in request.fixturenames:
        yield
        return
    app = request.getfixturevalue("app")
    databases.restore(app)
    for name in ("surat", "berkas", "indeks", "titipan"):
        shutil.rmtree(f"{app.config['KB_DATA']}/{name}", ignore_errors=True)
    yield
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app):
    """A visitor without account."""
    return app.test_client()


@pytest.fixture
def db_ctx(app):
    """`with db_ctx():` works on the database directly, in a session of its own."""

    @contextmanager
    def context():
        with app.app_context():
            yield db.session
            db.session.rollback()

    return context


@pytest.fixture
def cast(app):
    """Mesuji hosts, Pringsewu comes, Tulang Bawang Barat must see nothing, the admin admits, the visitor has no account."""
    people = {
        "host_manager": ("18.11", "manager"),
        "host_member": ("18.11", "member"),
        "guest_manager": ("18.10", "manager"),
        "guest_member": ("18.10", "member"),
        "outsider": ("18.12", "manager"),
        "admin": ("redaksi", "admin"),
    }
    found = {}
    with app.app_context():
        for part, (office, role) in people.items():
            user = makers.make_user(office=office, role=role, name=part.replace("_", " ").title(), email=f"{part}@contoh.example")
            db.session.flush()
            found[part] = SimpleNamespace(
                id=user.id, office_id=user.office_id, email=user.email, viewer=viewer_of(user), session_id=user.fs_uniquifier
            )
        db.session.commit()
    for person in found.values():
        person.client = makers.signed_in(app, person.session_id)
    found["visitor"] = SimpleNamespace(id=None, office_id=None, email=None, viewer=ANONYMOUS, client=app.test_client())
    return SimpleNamespace(**found)


@pytest.fixture
def count_queries(app):
    """`with count_queries() as n:` counts the statements sent to the database, without transaction control."""

    @contextmanager
    def counting():
        counter = SimpleNamespace(value=0, statements=[])

        def count(_connection, _cursor, statement, *_rest):
            if not statement.startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
                counter.value += 1
                counter.statements.append(statement)

        event.listen(sa.engine.Engine, "before_cursor_execute", count)
        try:
            yield counter
        finally:
            event.remove(sa.engine.Engine, "before_cursor_execute", count)

    return counting
