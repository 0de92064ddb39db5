"""From the version before needs had ends, with some in it."""

import pytest
from flask_migrate import downgrade, upgrade

from tests.migrations import fill, rows, run

pytestmark = pytest.mark.slow

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


def the_version_before() -> None:
    upgrade(revision="told_again")
    fill(OLD)


@pytest.fixture
def old(installation):
    """An installation of the version before."""
    return installation(the_version_before)


def test_strangers_searches_are_forgotten_and_what_was_taken_up_goes_on(old):
    upgrade(revision="demand")
    assert rows("SELECT words FROM missed_search") == [("diambil",)]
    assert rows("SELECT subject, released_at, fulfilled_at, reminded_at FROM demand_claim") == [("diambil", None, None, None)]


def test_on_the_way_back_only_what_was_ended_goes(old):
    upgrade(revision="demand")
    run("INSERT INTO demand_claim (kind, subject, office_id, created_at, released_at) VALUES ('search', 'x', 2, :now, :now)", now=NOW)
    downgrade(revision="told_again")
    assert rows("SELECT subject FROM demand_claim") == [("diambil",)]
    assert rows("PRAGMA foreign_key_check") == []
