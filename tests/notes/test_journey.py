"""After the day: both sides write what they learned, choose who may read it, and find it again; nobody else learns of it."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kb.core import clock, events
from kb.core.db import db
from kb.notes.models import Note
from kb.notifications.models import Notice
from kb.visits.models import Visit, VisitSession
from tests.notes.makers import BODY, make_note, make_visit

FORM = {
    "title": "Peta rencana dari proses bisnis",
    "summary": "Peta rencana disusun dari proses bisnis, bukan dari daftar aplikasi.",
    "held_on": "2026-01-15",
    "body": BODY,
    "indicators": ["spbe-2020/12"],
    "visibility": "para_pihak",
    "action": "publish",
}
MINE = {"side": "guest", "other": "kabupaten-mesuji"}
# Every page that could tell of a note.
PLACES = (
    "/", "/catatan", "/cari?q=proses+bisnis", "/cari?jenis=catatan&q=peta+rencana", "/api/v1/search?q=proses+bisnis", "/indikator",
    "/indikator/spbe-2020/12", "/instansi/kabupaten-mesuji", "/instansi/kabupaten-pringsewu",
)  # fmt: skip


def with_readers(form: dict) -> dict:
    """The form of somebody who has read who the readers are."""
    return {**form, "readers": form["visibility"]}


def only_note() -> Note:
    return db.session.scalars(select(Note)).one()


def write(client, **changed):
    """Send the form of a new note about a consultation that was not arranged here; who publishes was told for whom."""
    return client.post("/catatan/baru", data=with_readers({**FORM, **MINE, **changed}))


def test_both_sides_of_a_visit_write_notes_and_the_visit_is_held(cast, db_ctx):
    with db_ctx():
        ident = make_visit("accepted", days=-1).id
    address = f"/catatan/baru?kunjungan={ident}"
    page = cast.guest_member.client.get(address).text
    assert "Bagaimana peta rencana disusun?" in page and "Konsultasi " in page and "## Kesepakatan" in page
    assert 'value="spbe-2020/12" checked' in page, "the topics of the visit are chosen already"
    sent = cast.guest_member.client.post(address, data=with_readers(FORM))
    assert sent.status_code == 303
    shown = cast.host_manager.client.get(sent.location).text
    for words in ("Tuan rumah: Kepala Dinas", "<strong>Bagaimana menyusun peta rencana?</strong>", "Bertukar templat.", "KK-UJI-"):
        assert words in shown
    with db_ctx():
        assert db.session.get(Visit, ident).status == "held"
        events.drain()
        told = set(db.session.scalars(select(Notice.user_id).where(Notice.title.startswith("Catatan konsultasi"))))
        assert told == {cast.host_manager.id}
    assert cast.host_member.client.post(address, data=with_readers({**FORM, "title": "Yang kami pelajari dari tamu"})).status_code == 303
    for person in (cast.host_manager, cast.guest_manager):
        assert f"/catatan?kunjungan={ident}" in person.client.get(f"/kunjungan/{ident}").text
        page = person.client.get(f"/catatan?kunjungan={ident}").text
        assert "Peta rencana dari proses bisnis" in page and "Yang kami pelajari dari tamu" in page


@pytest.mark.parametrize(("status", "last", "after"), [("online", -1, "held"), ("accepted", 0, "held"), ("accepted", 1, "accepted")])
def test_publishing_notes_holds_a_visit_only_once_its_last_day_has_come(cast, db_ctx, status, last, after):
    with db_ctx():
        visit = make_visit(status, days=-1)
        visit.sessions.append(VisitSession(day=clock.today() + timedelta(days=last), session="13:30", ends="15:30"))
        db.session.commit()
        ident = visit.id
    assert cast.guest_member.client.post(f"/catatan/baru?kunjungan={ident}", data=with_readers(FORM)).status_code == 303
    with db_ctx():
        assert only_note().status == "published" and db.session.get(Visit, ident).status == after


def test_notes_for_the_parties_are_found_by_them_and_by_nobody_else(cast, db_ctx):
    write(cast.guest_manager.client)
    with db_ctx():
        events.drain()
    for part in ("host_manager", "host_member", "guest_manager", "guest_member"):
        client = getattr(cast, part).client
        for place in ("/catatan", "/cari?q=proses+bisnis", "/indikator/spbe-2020/12", "/instansi/kabupaten-mesuji"):
            assert "Peta rencana dari" in re.sub("</?mark>", "", client.get(place).text), (part, place)
    for part in ("outsider", "admin", "visitor"):
        client = getattr(cast, part).client
        for place in PLACES:
            answer = client.get(place)
            assert answer.status_code == 200
            assert not re.search("Peta rencana dari|bukan dari daftar|Bertukar templat", re.sub("</?mark>", "", answer.text)), (part, place)
        assert "0 catatan" in client.get("/catatan").text
        assert client.get("/api/v1/search?q=proses+bisnis").json["total"] == 0


def test_a_public_note_is_shown_to_a_visitor_until_its_writers_narrow_it(cast, client, db_ctx):
    with db_ctx():
        note = make_note(cast.guest_manager.viewer, visibility="publik", title=FORM["title"])
        address = f"/catatan/{note.id}"
        events.drain()
    assert "Bertukar templat." in client.get(address).text
    assert "1 catatan" in client.get("/catatan").text
    assert client.get("/api/v1/search?q=proses+bisnis&kind=note").json["total"] == 1
    kept = {**FORM, "visibility": "publik", "version": "1", "action": "save"}
    assert cast.guest_manager.client.post(f"{address}/ubah", data=kept).status_code == 303, "what is public may stay so"
    cast.guest_manager.client.post(f"{address}/ubah", data={**kept, "visibility": "para_pihak", "version": "2"})
    with db_ctx():
        events.drain()
    assert client.get(address).status_code == 404
    assert client.get("/api/v1/search?q=proses+bisnis").json["total"] == 0


def test_a_draft_is_the_writers_until_it_is_published(cast, db_ctx):
    address = write(cast.host_member.client, side="host", other="kabupaten-pringsewu", action="save").location
    assert "Draf instansi kami" in cast.host_manager.client.get("/catatan").text
    assert cast.guest_manager.client.get(address).status_code == 404
    assert cast.host_manager.client.post(f"{address}/terbitkan", data={"readers": "para_pihak"}).status_code == 303
    assert cast.guest_manager.client.get(address).status_code == 200
    with db_ctx():
        first = only_note().published_at
    assert cast.host_manager.client.post(f"{address}/terbitkan", data={"readers": "para_pihak"}).status_code == 303, (
        "a second press changes nothing"
    )
    with db_ctx():
        assert only_note().published_at == first


def test_a_double_click_writes_one_note(cast, db_ctx):
    first, second = (write(cast.guest_manager.client, once="klik") for _ in range(2))
    assert first.location == second.location
    with db_ctx():
        assert only_note().status == "published"


@pytest.mark.parametrize(("side", "host", "guest"), [("guest", "host_member", "guest_member"), ("host", "guest_member", "host_member")])
def test_the_side_says_who_visited_whom(cast, db_ctx, side, host, guest):
    write(cast.guest_manager.client, side=side)
    with db_ctx():
        note = only_note()
        assert (note.host_id, note.guest_id) == (getattr(cast, host).office_id, getattr(cast, guest).office_id)


@pytest.mark.parametrize(
    ("status", "days", "part", "expected"),
    [
        ("accepted", 1, "guest_manager", 409),
        ("requested", -1, "guest_manager", 409),
        ("cancelled", -1, "host_manager", 409),
        ("accepted", 0, "guest_manager", 200),
        ("online", 0, "guest_manager", 200),
        ("held", -1, "host_member", 200),
        ("reported", -1, "host_member", 200),
        ("held", -1, "outsider", 404),
        ("held", -1, "admin", 404),
    ],
)
def test_notes_of_a_visit_are_written_by_its_parties_once_its_day_has_come(cast, db_ctx, status, days, part, expected):
    with db_ctx():
        ident = make_visit(status, days=days).id
    answer = getattr(cast, part).client.get(f"/catatan/baru?kunjungan={ident}")
    assert answer.status_code == expected
    if expected != 200:
        posted = getattr(cast, part).client.post(f"/catatan/baru?kunjungan={ident}", data=FORM)
        assert posted.status_code == (422 if expected == 409 else expected)
        assert expected == 404 or "Bertukar templat." in posted.text, "what was typed is kept"
        with db_ctx():
            assert db.session.scalars(select(Note)).all() == []


def test_the_notes_of_one_visit_are_listed_apart_for_its_parties(cast, db_ctx):
    with db_ctx():
        visit = make_visit("held")
        ident = visit.id
        make_note(cast.host_member.viewer, title="Catatan kunjungan itu", visit=visit, visibility="publik")
        make_note(cast.host_member.viewer, title="Draf kunjungan itu", visit=visit, status="draft")
        make_note(cast.host_member.viewer, title="Catatan lain", visibility="publik")
        make_note(cast.host_member.viewer, title="Draf lain", status="draft")
    page = cast.host_manager.client.get(f"/catatan?kunjungan={ident}").text
    assert "Catatan kunjungan itu" in page and "Draf kunjungan itu" in page and "1 catatan" in page
    assert "Catatan lain" not in page and "Draf lain" not in page
    for other in (cast.outsider, cast.admin, cast.visitor):
        assert other.client.get(f"/catatan?kunjungan={ident}").status_code == 404


@pytest.mark.parametrize("address", ["/catatan", "/catatan/baru"])
def test_a_visit_that_does_not_exist_is_not_found(cast, address):
    assert cast.guest_manager.client.get(f"{address}?kunjungan=999999").status_code == 404
    assert cast.guest_manager.client.get(f"{address}?kunjungan=bukan-angka").status_code == 200


def test_the_notes_of_a_visit_lead_to_it_only_for_its_parties(cast, client, db_ctx):
    with db_ctx():
        visit = make_visit("held")
        ident = visit.id
        note = make_note(cast.guest_member.viewer, visit=visit, visibility="publik").id
    assert f"/kunjungan/{ident}" in cast.host_member.client.get(f"/catatan/{note}").text
    for other in (client, cast.outsider.client):
        page = other.get(f"/catatan/{note}").text
        assert f"/kunjungan/{ident}" not in page and "KK-UJI" not in page


def test_a_note_is_listed_with_the_newest_consultation_first(cast, client, db_ctx):
    with db_ctx():
        for number in range(25):
            held = date(2000 + number, 1, 15)
            make_note(cast.host_member.viewer, title=f"Catatan nomor {number:02d}.", visibility="publik", held_on=held)
    first, second = client.get("/catatan").text, client.get("/catatan?hal=2").text
    assert first.index("nomor 24.") < first.index("nomor 05.") and "nomor 04." not in first
    assert "nomor 04." in second and "25 catatan" in second
