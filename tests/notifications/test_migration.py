"""From the tables before urgent deliveries and remembered rhythms: what was told, chosen and queued is kept, up and down."""

import pytest
from flask_migrate import downgrade, upgrade

from tests.migrations import fill, rows

pytestmark = pytest.mark.slow

BEFORE, AFTER = "import_keys", "told_again"
NIGHT, SIX, LATER = "2026-11-24 20:00:00", "2026-11-25 06:00:00", "2026-11-25 06:00:01"

OLD = {
    "office": [{"id": 1, "slug": "a", "name": "Kominfo A", "kind": "kota", "timezone": "Asia/Jakarta"}],
    "person": [
        {
            "id": 1, "email": "siti@contoh.example", "name": "Siti", "position": "Pranata", "office_id": 1, "role": "member",
            "active": True, "password": "!", "fs_uniquifier": "x", "created_at": NIGHT,
        }
    ],
    "event": [
        {"id": number, "name": "question.asked", "subject_kind": "question", "subject_id": 1, "data": "{}", "at": NIGHT}
        for number in (1, 2, 3)
    ],
    "mail": [
        {
            "id": number, "key": key, "to_address": "siti@contoh.example", "user_id": 1, "kind": kind, "subject": "S", "text": "T",
            "is_secret": False, "created_at": at,
        }
        for number, key, kind, at in ((1, "event:1:1", "tanya", NIGHT), (2, "digest:1:2026-11-25", "ringkasan", LATER))
    ],
    "notice": [
        {
            "id": number, "user_id": 1, "event_id": number, "kind": "tanya", "title": "J", "detail": "", "url": "/tanya/1",
            "created_at": NIGHT, "settled_at": settled,
        }
        for number, settled in ((1, NIGHT), (2, SIX), (3, None))
    ],
    "mail_choice": [{"user_id": 1, "kind": "tanya", "rhythm": "weekly"}],
    "delivery": [{"id": 1, "event_id": 1, "consumer": "mail", "due_at": NIGHT, "attempts": 7}],
}  # fmt: skip


def the_version_before() -> None:
    upgrade(revision=BEFORE)
    fill(OLD)


@pytest.fixture
def old(installation):
    """An installation of the version before, with a mail, a digest and three notices in it."""
    return installation(the_version_before)


def indexes() -> set[str]:
    """Partial indexes are easily lost when a table is copied."""
    return {sql for (sql,) in rows("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'")}


def test_a_digest_is_found_again_by_the_notices_it_told(old):
    upgrade(revision=AFTER)
    assert rows("SELECT id, mail_id FROM notice ORDER BY id") == [(1, None), (2, 2), (3, None)]


def test_everything_else_is_as_it_was_and_partial_indexes_are_there(old):
    before = indexes()
    upgrade(revision=AFTER)
    assert rows("SELECT id, attempts, is_urgent FROM delivery") == [(1, 7, 0)]
    assert rows("SELECT rhythm, former, stopped_by FROM mail_choice") == [("weekly", None, None)]
    assert rows("SELECT id, text, dropped_at FROM mail ORDER BY id") == [(1, "T", None), (2, "T", None)]
    assert indexes() == before
    assert rows("PRAGMA foreign_key_check") == []


def test_the_way_back_loses_no_row(old):
    before = indexes()
    upgrade(revision=AFTER)
    downgrade(revision=BEFORE)
    counts = [rows(f"SELECT count(*) FROM {name}")[0][0] for name in ("notice", "mail", "mail_choice", "delivery")]
    assert counts == [3, 2, 1, 1] and indexes() == before
    assert rows("PRAGMA foreign_key_check") == []
