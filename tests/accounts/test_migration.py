"""From the version before addresses waited for the worker, with a person in it, and back."""

import pytest
from flask_migrate import downgrade, upgrade

from tests.migrations import insert, rows

pytestmark = pytest.mark.slow


def the_version_before() -> None:
    upgrade(revision="demand")
    insert("office", id=1, slug="o", name="Kominfo", kind="kota", timezone="Asia/Jakarta")
    person = {"email": "a@contoh.example", "name": "Orang", "position": "", "role": "member", "fs_uniquifier": "u"}
    insert("person", id=1, office_id=1, active=1, created_at="2026-11-01 00:00:00", **person)


@pytest.fixture
def old(installation):
    """An installation of the version before."""
    return installation(the_version_before)


def test_there_and_back_nobody_is_lost(old):
    upgrade(revision="reset_requests")
    insert("reset_request", email="a@contoh.example")
    downgrade(revision="demand")
    assert rows("SELECT email FROM person") == [("a@contoh.example",)]
    assert not rows("SELECT name FROM sqlite_master WHERE name = 'reset_request'")
