"""Who may see and write a note: one table, asked of the rule, of the SQL and of the page."""

import pytest
from sqlalchemy import select

from kb.core.db import db
from kb.notes import policy
from kb.notes.models import VISIBILITIES, Note
from tests.notes.makers import make_note

HOST = {"host_manager", "host_member"}
GUEST = {"guest_manager", "guest_member"}
PARTIES = HOST | GUEST
EVERYBODY = PARTIES | {"outsider", "admin", "visitor"}

# (writer, status, visibility) -> who sees it. The editorial office (the admin's) writes down what the news tell of two others.
TABLE = {
    **{("host_member", "draft", visibility): HOST for visibility in VISIBILITIES},
    **{("guest_member", "draft", visibility): GUEST for visibility in VISIBILITIES},
    **{("admin", "draft", visibility): {"admin"} for visibility in VISIBILITIES},
    ("host_member", "published", "para_pihak"): PARTIES,
    ("guest_member", "published", "para_pihak"): PARTIES,
    ("admin", "published", "para_pihak"): PARTIES | {"admin"},
    **{(writer, "published", "jejaring"): EVERYBODY - {"visitor"} for writer in ("host_member", "guest_member", "admin")},
    **{(writer, "published", "publik"): EVERYBODY for writer in ("host_member", "guest_member", "admin")},
}


@pytest.mark.parametrize(("case", "allowed"), TABLE.items(), ids=lambda value: "-".join(value) if isinstance(value, tuple) else "")
def test_rule_sql_and_pages_agree_on_who_sees_a_note(cast, db_ctx, case, allowed):
    writer, status, visibility = case
    with db_ctx():
        note = make_note(getattr(cast, writer).viewer, status=status, visibility=visibility)
        ident, title = note.id, note.title
        for part in sorted(EVERYBODY):
            viewer = getattr(cast, part).viewer
            found_by_sql = db.session.scalar(select(Note.id).where(policy.visible_to(viewer))) is not None
            assert (policy.can_view(viewer, note), found_by_sql) == (part in allowed,) * 2, part
    for part in sorted(EVERYBODY):
        client = getattr(cast, part).client
        answer = client.get(f"/catatan/{ident}")
        assert answer.status_code == (200 if part in allowed else 404), part
        assert (title in client.get("/catatan").text) == (part in allowed), part


@pytest.mark.parametrize(
    ("status", "editors", "followers"),
    [("draft", HOST, set()), ("published", HOST, PARTIES)],
)
def test_the_writers_change_a_note_and_both_parties_keep_its_follow_ups(cast, db_ctx, status, editors, followers):
    with db_ctx():
        note = make_note(cast.host_member.viewer, status=status, visibility="publik")
        for part in sorted(EVERYBODY):
            viewer = getattr(cast, part).viewer
            assert policy.can_edit(viewer, note) == (part in editors), part
            assert policy.can_follow_up(viewer, note) == (part in followers), part
            assert policy.can_write(viewer, note.host_id, note.guest_id) == (part in PARTIES), part


GETS = ("ubah", "riwayat")
POSTS = ("ubah", "terbitkan", "tindak-lanjut", "tindak-lanjut/1/selesai")


@pytest.mark.parametrize(("part", "expected"), [("guest_manager", 403), ("outsider", 403), ("admin", 403), ("visitor", 302)])
def test_who_may_read_but_not_write_is_told_so(cast, db_ctx, part, expected):
    with db_ctx():
        ident = make_note(cast.host_member.viewer, visibility="publik").id
    client = getattr(cast, part).client
    for action in GETS:
        assert client.get(f"/catatan/{ident}/{action}").status_code == expected, action
    for action in POSTS[:2]:
        assert client.post(f"/catatan/{ident}/{action}").status_code == expected, action


@pytest.mark.parametrize("part", ["guest_manager", "outsider", "admin"])
def test_who_may_not_know_of_a_note_is_told_nothing(cast, db_ctx, part):
    with db_ctx():
        ident = make_note(cast.host_member.viewer, status="draft", title="Judul rahasia").id
    client = getattr(cast, part).client
    due = {"text": "Kirim templat", "office": cast.host_member.office_id, "due_on": "2030-01-01"}
    answers = [client.get(f"/catatan/{ident}/{action}") for action in GETS]
    answers += [client.post(f"/catatan/{ident}/{action}", data=due) for action in POSTS]
    assert {answer.status_code for answer in answers} == {404}
    assert not any("Judul rahasia" in answer.text for answer in answers)
