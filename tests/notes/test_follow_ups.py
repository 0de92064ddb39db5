"""Follow-ups: both sides agree on them, keep them, and see which are done, running or late."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kb.core import clock, events
from kb.core.db import db
from kb.notes import service
from kb.notes.models import NoteFollowUp
from tests.makers import office
from tests.notes.makers import make_note


@pytest.fixture
def note(cast, db_ctx):
    """A published note of Mesuji's, open to everybody: its address."""
    with db_ctx():
        return f"/catatan/{make_note(cast.host_member.viewer, visibility='publik').id}"


def agree(client, note: str, cast, **changed):
    form = {"text": "Kirim templat peta rencana", "office": cast.host_member.office_id, "due_on": "2030-03-01", **changed}
    return client.post(f"{note}/tindak-lanjut", data=form)


def only() -> NoteFollowUp:
    return db.session.scalars(select(NoteFollowUp)).one()


def test_a_note_without_follow_ups_says_so(client, note):
    assert "Belum ada tindak lanjut" in client.get(note).text


@pytest.mark.parametrize("part", ["host_manager", "host_member", "guest_manager", "guest_member"])
def test_both_sides_add_and_finish_them(cast, db_ctx, note, part):
    client = getattr(cast, part).client
    added = agree(client, note, cast)
    assert added.status_code == 303 and added.location == f"{note}#tindak-lanjut"
    page = cast.visitor.client.get(note).text
    assert "Kirim templat peta rencana" in page and "1 Maret 2030" in page and "berjalan" in page and "Tandai selesai" not in page
    with db_ctx():
        ident = only().id
    assert client.post(f"{note}/tindak-lanjut/{ident}/selesai").status_code == 303
    assert "selesai " in cast.visitor.client.get(note).text and "Tandai selesai" not in client.get(note).text
    with db_ctx():
        told = db.session.scalars(select(events.Event).where(events.Event.name == "note.followed_up").order_by(events.Event.id)).all()
        assert [event.data for event in told] == [{}, {"done": True}] and {event.actor_id for event in told} == {getattr(cast, part).id}


@pytest.mark.parametrize(("part", "status"), [("outsider", 403), ("admin", 403)])
def test_others_who_read_the_note_do_not_touch_them(cast, db_ctx, note, part, status):
    agree(cast.host_member.client, note, cast)
    with db_ctx():
        ident = only().id
    client = getattr(cast, part).client
    assert agree(client, note, cast).status_code == status
    assert client.post(f"{note}/tindak-lanjut/{ident}/selesai").status_code == status
    page = client.get(note).text
    assert "Tandai selesai" not in page and "Tambah tindak lanjut" not in page
    with db_ctx():
        assert only().done_at is None


@pytest.mark.parametrize(
    ("days", "is_done", "tag"),
    [(1, False, "berjalan"), (0, False, "berjalan"), (-1, False, "terlambat"), (-1, True, "selesai "), (1, True, "selesai ")],
)
def test_its_tag_says_how_it_stands(cast, db_ctx, note, days, is_done, tag):
    agree(cast.host_member.client, note, cast, due_on=str(clock.today() + timedelta(days=days)))
    if is_done:
        with db_ctx():
            ident = only().id
        cast.host_member.client.post(f"{note}/tindak-lanjut/{ident}/selesai")
    section = cast.visitor.client.get(note).text.split('id="tindak-lanjut"')[1].split("</section>")[0]
    assert {word for word in ("berjalan", "terlambat", "selesai ") if word in section} == {tag}


def test_the_first_to_finish_it_counts(cast, db_ctx, note, monkeypatch):
    agree(cast.host_member.client, note, cast)
    with db_ctx():
        ident = only().id
    cast.host_member.client.post(f"{note}/tindak-lanjut/{ident}/selesai")
    with db_ctx():
        first = only().done_at
    assert cast.guest_member.client.post(f"{note}/tindak-lanjut/{ident}/selesai").status_code == 303
    with db_ctx():
        assert only().done_at == first
        assert len(db.session.scalars(select(events.Event).where(events.Event.name == "note.followed_up")).all()) == 2


def test_a_follow_up_of_another_note_is_not_finished_through_this_one(cast, db_ctx, note):
    agree(cast.host_member.client, note, cast)
    with db_ctx():
        ident = only().id
        other = make_note(cast.outsider.viewer, host="18.12", guest="18.11", visibility="publik").id
    cast.outsider.client.post(f"/catatan/{other}/tindak-lanjut/{ident}/selesai")
    with db_ctx():
        assert only().done_at is None


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"text": ""}, "wajib diisi"),
        ({"text": "x" * 301}, "paling banyak 300 karakter"),
        ({"due_on": ""}, "wajib diisi"),
        ({"due_on": "2026-13-40"}, "Tanggal tidak benar"),
        ({"office": ""}, "tidak dapat dibaca"),
        ({"office": "satu"}, "tidak dapat dibaca"),
        ({"office": "999999"}, "tidak ada dalam daftar"),
    ],
)
def test_a_faulty_follow_up_keeps_what_was_typed(cast, db_ctx, note, changed, message):
    answer = agree(cast.guest_manager.client, note, cast, **changed)
    assert answer.status_code == 422 and message in answer.text and "<title>Kesalahan:" in answer.text
    assert changed.get("text", "Kirim templat peta rencana") in answer.text
    with db_ctx():
        assert db.session.scalars(select(NoteFollowUp)).all() == []


def test_only_one_of_the_two_offices_takes_it_on(cast, db_ctx, note):
    assert agree(cast.guest_manager.client, note, cast, office=cast.outsider.office_id).status_code == 422
    with db_ctx():
        third, row = office("18.12").id, make_note(cast.host_member.viewer)
        try:
            service.add_follow_up(row, "Lain", third, clock.today(), cast.host_member.viewer)
        except service.Invalid as refused:
            assert refused.field == "office"
        else:
            raise AssertionError("the service must refuse it too")


def test_a_double_click_agrees_once(cast, db_ctx, note):
    for _ in range(2):
        agree(cast.host_member.client, note, cast, once="klik")
    with db_ctx():
        assert len(db.session.scalars(select(NoteFollowUp)).all()) == 1


def test_markup_in_it_is_harmless(cast, client, note):
    agree(cast.host_member.client, note, cast, text="<script>alert(1)</script>")
    assert "<script>alert" not in client.get(note).text
