"""From the version before addresses waited for the worker, with a person in it, and back."""

import os

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from kb import create_app
from kb.config import from_environment
from kb.core.db import db


@pytest.fixture
def old(tmp_path):
    """An installation of the version before."""
    if os.environ.get("KB_TEST_DATABASE"):
        pytest.skip("SQLite copies its tables to change them, which is where rows could be lost")
    app = create_app(from_environment({"KB_ENV": "test", "KB_DATA": str(tmp_path)}))
    with app.app_context():
        upgrade(revision="demand")
        run("INSERT INTO office (id, slug, name, kind, timezone) VALUES (1, 'o', 'Kominfo', 'kota', 'Asia/Jakarta')")
        run(
            "INSERT INTO person (id, email, name, position, office_id, role, active, fs_uniquifier, created_at)"
            " VALUES (1, 'a@contoh.example', 'Orang', '', 1, 'member', 1, 'u', '2026-11-01 00:00:00')"
        )
        yield app
        db.session.remove()
        db.engine.dispose()


def run(statement: str) -> list[tuple]:
    with db.engine.begin() as connection:
        result = connection.execute(sa.text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def test_there_and_back_nobody_is_lost(old):
    upgrade(revision="reset_requests")
    run("INSERT INTO reset_request (email) VALUES ('a@contoh.example')")
    downgrade(revision="demand")
    assert run("SELECT email FROM person") == [("a@contoh.example",)]
    assert not run("SELECT name FROM sqlite_master WHERE name = 'reset_request'")
