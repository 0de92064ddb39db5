"""From the version before needs had ends, with some in it."""

import os

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from kb import create_app
from kb.config import from_environment
from kb.core.db import db

NOW = "2026-11-01 00:00:00"

OLD = {
    "office": [
        {"id": number, "slug": f"o{number}", "name": f"Kominfo {number}", "kind": "kota", "timezone": "Asia/Jakarta"} for number in (1, 2)
    ],
    "missed_search": [
        {"words": words, "times": 1, "first_on": "2026-11-01", "last_on": "2026-11-01"} for words in ("nama orang", "diambil")
    ],
    "demand_claim": [{"id": 1, "kind": "search", "subject": "diambil", "office_id": 1, "created_at": NOW}],
}


@pytest.fixture
def old(tmp_path):
    """An installation of the version before."""
    if os.environ.get("KB_TEST_DATABASE"):
        pytest.skip("SQLite copies its tables to change them, which is where rows could be lost")
    app = create_app(from_environment({"KB_ENV": "test", "KB_DATA": str(tmp_path)}))
    with app.app_context():
        upgrade(revision="told_again")
        with db.engine.begin() as connection:
            for name, rows in OLD.items():
                for row in rows:
                    places = ", ".join(f":{column}" for column in row)
                    connection.execute(sa.text(f"INSERT INTO {name} ({', '.join(row)}) VALUES ({places})"), row)
        yield app
        db.session.remove()
        db.engine.dispose()


def rows(query: str) -> list[tuple]:
    with db.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def test_strangers_searches_are_forgotten_and_what_was_taken_up_goes_on(old):
    upgrade(revision="demand")
    assert rows("SELECT words FROM missed_search") == [("diambil",)]
    assert rows("SELECT subject, released_at, fulfilled_at, reminded_at FROM demand_claim") == [("diambil", None, None, None)]


def test_on_the_way_back_only_what_was_ended_goes(old):
    upgrade(revision="demand")
    with db.engine.begin() as connection:
        connection.execute(
            sa.text("INSERT INTO demand_claim (kind, subject, office_id, created_at, released_at) VALUES ('search', 'x', 2, :now, :now)"),
            {"now": NOW},
        )
    downgrade(revision="told_again")
    assert rows("SELECT subject FROM demand_claim") == [("diambil",)]
    assert rows("PRAGMA foreign_key_check") == []
