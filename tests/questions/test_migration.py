"""From the version before hiding kept what it took, with hidden answers in it."""

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from kb.core.db import db
from kb.core.viewer import Viewer
from kb.questions import moderation, queries
from kb.questions.models import Answer
from tests.migrations import before, insert, rows, run

pytestmark = pytest.mark.slow

NOW = "2026-11-01 00:00:00"
QUESTION = {
    "office_id": 2, "title": "Siapa?", "body": "B", "html": "<p>B</p>", "visibility": "publik", "closed_because": "", "version": 1,
    "answer_count": 1, "stage": 0, "is_flagged": False, "hidden_because": "", "is_sample": False, "created_at": NOW, "asked_at": NOW,
    "edited_at": NOW,
}  # fmt: skip
ANSWER = {
    "office_id": 3, "body": "J", "html": "<p>J</p>", "version": 1, "applied_note": "", "hidden_because": "", "created_at": NOW,
    "edited_at": NOW,
}  # fmt: skip


def the_version_before() -> None:
    upgrade(revision=before("kept"))
    for number, slug, kind in ((1, "redaksi", "redaksi"), (2, "o2", "kota"), (3, "o3", "kota")):
        insert("office", id=number, slug=slug, name=f"Kominfo {number}", kind=kind, timezone="Asia/Jakarta")
    insert("question", id=1, status="answered", **QUESTION)
    insert("question", id=2, status="open", **QUESTION | {"answer_count": 0})
    insert("answer", id=1, question_id=1, accepted_at=NOW, applied_at=NOW, **ANSWER | {"applied_note": "Berhasil."})
    insert("answer", id=2, question_id=2, hidden_at=NOW, **ANSWER)


@pytest.fixture
def old(installation):
    """An installation of the version before: a solved question, and one whose answer is hidden."""
    return installation(the_version_before)


def test_answers_stay_as_they_are_and_what_was_hidden_before_can_be_shown(old):
    upgrade()
    found = "SELECT id, accepted_at IS NOT NULL, applied_note, hidden_at IS NOT NULL, set_aside FROM answer ORDER BY id"
    assert rows(found) == [(1, 1, "Berhasil.", 0, None), (2, 0, "", 1, None)]
    admin = Viewer(user_id=1, office_id=1, role="admin")
    moderation.show(queries.find(2), db.session.get(Answer, 2), admin)
    db.session.commit()
    assert rows(found)[1] == (2, 0, "", 0, None)
    assert rows("SELECT count(*) FROM kept_upload") == [(0,)]
    with pytest.raises(sa.exc.IntegrityError):
        run(f"UPDATE answer SET hidden_at = '{NOW}' WHERE id = 1")  # the rules of the table came along


def test_the_way_back_loses_no_answer(old):
    upgrade(revision="kept")
    downgrade(revision=before("kept"))
    assert rows("SELECT id, body FROM answer ORDER BY id") == [(1, "J"), (2, "J")]
    assert rows("PRAGMA foreign_key_check") == []
