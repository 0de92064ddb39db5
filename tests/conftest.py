"""The stage of the tests: a real database (SQLite, or PostgreSQL by KB_TEST_DATABASE), a fixed cast, and a client that checks every page.

The schema is made by the migrations, regions and cast are seeded once; each test starts from a copy of that.
"""

import gc
import shutil
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask_migrate import upgrade
from hypothesis import settings
from sqlalchemy import event

from kb import create_app
from kb.articles.views import _visitor_page
from kb.config import from_environment
from kb.core import events, markdown
from kb.core.db import db, watch
from kb.core.viewer import ANONYMOUS
from kb.questions import regulations
from kb.search import service as search
from tests import databases, held, makers, migrations, moments, post_office
from tests.pages import PageClient

moments.stand_still()
moments.each_signature_a_second_later()
watch(held.refuse)
# How long one example takes says how busy the machine is; what may not take long is held by tests that count the processor's time.
settings.register_profile("berguru", deadline=None)
settings.load_profile("berguru")


def pytest_collection_modifyitems(config, items):
    """The journeys in the browser come first, since they take longest; on PostgreSQL only what touches the database of the tests is run."""
    items.sort(key=lambda item: "e2e" not in item.path.parts)
    if databases.POSTGRESQL:
        pure = [item for item in items if not _touches_the_database(item)]
        config.hook.pytest_deselected(items=pure)
        items[:] = [item for item in items if item not in set(pure)]


def _touches_the_database(item) -> bool:
    if item.get_closest_marker("any_database"):
        return False
    chosen = getattr(item, "callspec", None)
    return "app" in item.fixturenames or (chosen is not None and chosen.params.get("engine_name") == "postgresql")


def pytest_collection_finish():
    """The code is here to stay: looking through all of it for garbage time and again costs a tenth of the suite."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The application on a database of its own; brought back to a stage for each test by `fresh`."""
    folder = tmp_path_factory.mktemp("berguru")
    settings = from_environment({"KB_ENV": "test", "KB_DATA": str(folder), "DATABASE_URL": databases.url(folder), "LOG_LEVEL": "ERROR"})
    app = create_app({**settings, "WTF_CSRF_ENABLED": False, "SERVER_NAME": None})
    app.test_client_class = PageClient
    app.after_request(databases.nothing_is_lost)
    with app.app_context():
        upgrade()
        makers.seed_world()
    return app


@pytest.fixture(scope="session")
def stages(app):
    """The kept states of database and search index: "world" has offices and no people, "cast" has the cast too."""
    kept = databases.Stages(app)
    with app.app_context():
        search.reindex()
    kept.keep("world")
    with app.app_context():
        people = makers.make_cast()
        search.reindex()
    kept.keep("cast", people)
    yield kept
    kept.close()


@pytest.fixture(autouse=True)
def fresh(request):
    """Every test that uses the app gets the seeded database back, and an empty data folder."""
    if "app" not in request.fixturenames:
        return
    app, stages = request.getfixturevalue("app"), request.getfixturevalue("stages")
    stages.restore("cast" if "cast" in request.fixturenames else "world")
    markdown.render.cache_clear()  # what a request did not render or read in time must not be found by chance
    for texts in (markdown._texts, regulations._cited):
        texts.clear()
    _visitor_page.cache_clear()  # pages kept by the state of rows that another test made
    for name in ("surat", "berkas", "titipan"):
        shutil.rmtree(f"{app.config['KB_DATA']}/{name}", ignore_errors=True)


@pytest.fixture
def staged(request, stages):
    """`staged(name, build)`: what `build` makes stands once made and is brought back to later tests; returns what it returned."""

    def bring(name: str, build):
        stage = f"{name}-cast" if "cast" in request.fixturenames else name
        if stage in stages.kept:
            stages.restore(stage)
        else:
            stages.keep(stage, build())
        return stages.kept[stage]

    return bring


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
def cast(app, stages):
    """Mesuji hosts at usual hours, Pringsewu comes, Tulang Bawang Barat must see nothing, the admin admits, the visitor has no account."""
    return SimpleNamespace(**{part: replace(person) for part, person in stages.kept["cast"].items()}, visitor=makers.Person(app, ANONYMOUS))


@pytest.fixture
def installation(tmp_path):
    """`installation(build)`: an app in whose context we are, on the database that `build` makes; see `tests/migrations.py`."""
    if databases.POSTGRESQL:
        pytest.skip("SQLite copies its tables to change them, which is where rows could be lost")
    app = create_app(from_environment({"KB_ENV": "test", "KB_DATA": str(tmp_path / "data")}))
    with app.app_context():
        yield lambda build: migrations.bring(app, build)
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def csrf(app):
    """Forms are checked as in production."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture
def strict(app):
    """The same database behind an application that checks tokens, as in real life."""
    strict = create_app({**app.config, "WTF_CSRF_ENABLED": True})
    strict.test_client_class = PageClient
    strict.after_request(databases.nothing_is_lost)
    yield strict
    with strict.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(name="post_office")
def _post_office(app, monkeypatch):
    """The server that all mails of a test go to: see `tests/post_office.py`."""
    with post_office.open_for(app, monkeypatch) as office:
        yield office


@pytest.fixture
def mailbox(app, post_office):
    """`mailbox()`: what has arrived over SMTP until now. The worker that sends it begins anew, and so knows only what was committed."""

    def read():
        with app.app_context():
            events.drain()
        return post_office.received

    return read


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
