"""A form that is sent again: the upgrade from the version before, and what its key remembers."""

import os

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from kb import create_app
from kb.config import from_environment
from kb.core.db import db

KEY = {"key": "7:kunci", "location": "/artikel/lama", "at": "2026-11-27 00:00:00"}


@pytest.fixture
def old(tmp_path):
    """An installation of the version before, with a form that was carried out."""
    if os.environ.get("KB_TEST_DATABASE"):
        pytest.skip("SQLite copies its tables to change them, which is where rows could be lost")
    app = create_app(from_environment({"KB_ENV": "test", "KB_DATA": str(tmp_path)}))
    with app.app_context():
        upgrade(revision="demand")
        with db.engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO submission (key, location, at) VALUES (:key, :location, :at)"), KEY)
        yield app
        db.session.remove()
        db.engine.dispose()


def test_keys_of_forms_stay_on_the_way_up_and_back(old):
    def rows(columns: str) -> list[tuple]:
        with db.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(f"SELECT {columns} FROM submission"))]

    upgrade(revision="submission_versions")
    assert rows("key, location, version") == [("7:kunci", "/artikel/lama", None)]
    downgrade(revision="demand")
    assert rows("key, location") == [("7:kunci", "/artikel/lama")]
