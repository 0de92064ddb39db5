"""To whom a note is opened: to the network at most, afterwards to fewer only, and the other office is told and may narrow it."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from kb import cli
from kb.core import events
from kb.core.db import db
from kb.core.errors import Forbidden, Invalid
from kb.core.events import Event
from kb.notes import policy, queries, service
from kb.notes.models import VISIBILITIES, Note, NoteRevision
from kb.notifications.models import Mail, Notice
from tests.notes.makers import make_note
from tests.notes.test_journey import FORM, only_note, write

REFUSED_BEFORE, REFUSED_AFTER = "paling luas terbit untuk jejaring", "pembaca catatan hanya dapat dipersempit"


@pytest.fixture
def note(cast, db_ctx):
    """A note of Pringsewu about Mesuji, open to the network; its address."""
    with db_ctx():
        ident = make_note(cast.guest_member.viewer, title="Yang kami dengar", visibility="jejaring").id
        events.drain(remote=False)
    return f"/catatan/{ident}"


def change(client, address: str, **changed):
    return client.post(
        f"{address}/ubah", data={**FORM, "version": "1", "action": "save", "readers": changed.get("visibility", ""), **changed}
    )


@pytest.mark.parametrize("action", ["publish", "save"])
def test_a_forged_public_note_is_refused_at_its_field_and_keeps_what_was_typed(cast, db_ctx, action):
    page = cast.guest_manager.client.get("/catatan/baru").text
    assert 'value="publik"' not in page and "Pilihan publik belum ada" in page
    answer = write(cast.guest_manager.client, visibility="publik", action=action)
    assert answer.status_code == 422 and answer.text.count(REFUSED_BEFORE) == 2 and 'href="#visibility"' in answer.text
    assert FORM["title"] in answer.text and "Bertukar templat." in answer.text
    with db_ctx():
        assert not db.session.scalars(select(Note)).all()


def test_publishing_opens_a_note_to_the_network(cast, client):
    address = write(cast.guest_manager.client, visibility="jejaring").location
    assert cast.outsider.client.get(address).status_code == 200
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("was", VISIBILITIES)
@pytest.mark.parametrize("wanted", VISIBILITIES)
def test_once_published_a_note_has_no_more_readers_than_it_had(cast, db_ctx, was, wanted):
    with db_ctx():
        address = f"/catatan/{make_note(cast.guest_member.viewer, visibility=was).id}"
    wider = VISIBILITIES.index(wanted) > VISIBILITIES.index(was)
    page = cast.guest_member.client.get(f"{address}/ubah").text
    assert (f'value="{wanted}"' in page) != wider
    answer = change(cast.guest_member.client, address, visibility=wanted)
    assert answer.status_code == (422 if wider else 303)
    assert answer.text.count(REFUSED_AFTER) == (2 if wider else 0)
    with db_ctx():
        assert only_note().visibility == (was if wider else wanted)


def test_a_draft_from_before_the_rule_is_published_only_after_its_readers_were_chosen(cast, db_ctx, client):
    with db_ctx():
        address = f"/catatan/{make_note(cast.guest_member.viewer, status='draft', visibility='publik').id}"
    sent = cast.guest_member.client.post(f"{address}/terbitkan", data={"readers": "publik", "version": 1})
    assert (sent.status_code, sent.location) == (303, f"{address}/ubah#visibility")
    page = cast.guest_member.client.get(f"{address}/ubah").text
    assert REFUSED_BEFORE in page and 'checked id="visibility-1" name="visibility" type="radio" value="jejaring"' in page
    assert change(cast.guest_member.client, address, visibility="publik", action="publish").status_code == 422
    with db_ctx():
        assert only_note().status == "draft"
    assert change(cast.guest_member.client, address, visibility="jejaring", action="publish").status_code == 303
    with db_ctx():
        assert (only_note().status, only_note().visibility) == ("published", "jejaring")
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("visibility", ["jejaring", "para_pihak"])
def test_the_other_office_is_told_who_may_read_and_what_it_can_do(cast, db_ctx, visibility):
    with db_ctx():
        make_note(cast.guest_member.viewer, title="Yang kami dengar", visibility=visibility)
        events.drain(remote=False)
        notice, mail = db.session.scalars(select(Notice)).one(), db.session.scalars(select(Mail)).one()
        assert notice.user_id == cast.host_manager.id and notice.title == "Catatan konsultasi terbit: Yang kami dengar"
        for text in (notice.detail, mail.text):
            assert "Ditulis Diskominfo Kabupaten Pringsewu" in text
            assert ("semua instansi yang sudah bergabung" in text, "persempit pembacanya" in text) == (visibility == "jejaring",) * 2


@pytest.mark.parametrize("part", ["host_member", "host_manager"])
@pytest.mark.parametrize("was", ["jejaring", "publik"])
def test_everybody_of_the_other_office_narrows_it_and_everything_follows(cast, db_ctx, client, part, was):
    with db_ctx():
        address = f"/catatan/{make_note(cast.guest_member.viewer, title='Kata rambutan', visibility=was).id}"
        events.drain(remote=False)
    person = getattr(cast, part)
    assert "Persempit: para pihak saja" in person.client.get(address).text
    for _ in range(2):  # a second press changes nothing
        assert person.client.post(f"{address}/persempit").status_code == 303
    for who, expected in (("host_member", 200), ("guest_member", 200), ("outsider", 404), ("admin", 404), ("visitor", 404)):
        assert getattr(cast, who).client.get(address).status_code == expected, who
    for drained in (False, True):  # before and after the worker
        if drained:
            with db_ctx():
                events.drain(remote=False)
        for place in ("/cari?q=rambutan", "/api/v1/search?q=rambutan", "/catatan", "/", "/instansi/kabupaten-mesuji"):
            for who in ("outsider", "visitor"):
                assert "Kata rambutan" not in getattr(cast, who).client.get(place).text, (place, who)
        assert "Kata rambutan" in cast.guest_member.client.get("/catatan").text
    shown = person.client.get(address).text
    assert "Persempit: para pihak saja" not in shown and "para pihak" in shown
    with db_ctx():
        done = db.session.scalars(select(Event).where(Event.name == "note.narrowed")).one()
        assert (done.actor_id, done.office_id, done.data) == (person.id, person.office_id, {"was": was})
        told = set(db.session.scalars(select(Notice.user_id).where(Notice.event_id == done.id)))
        assert told == {cast.guest_member.id, cast.guest_manager.id}
        assert [row.visibility for row in db.session.scalars(select(NoteRevision).order_by(NoteRevision.number))] == [was, "para_pihak"]
    assert "Pembaca catatan dipersempit" in cast.guest_member.client.get("/pemberitahuan").text
    assert "Pembaca catatan dipersempit" in cast.admin.client.get("/admin/jejak?peristiwa=note.narrowed").text


@pytest.mark.parametrize(("part", "expected"), [("guest_manager", 403), ("outsider", 403), ("admin", 403), ("visitor", 302)])
def test_nobody_else_narrows_it(cast, db_ctx, note, part, expected):
    assert getattr(cast, part).client.post(f"{note}/persempit").status_code == expected
    with db_ctx():
        assert only_note().visibility == "jejaring"


def test_who_may_not_see_a_note_learns_nothing_by_narrowing_it(cast, db_ctx):
    with db_ctx():
        draft = make_note(cast.guest_member.viewer, status="draft", visibility="jejaring").id
        kept = make_note(cast.guest_member.viewer, title="Lain").id
    for person, ident in ((cast.host_manager, draft), (cast.outsider, kept), (cast.outsider, 4711)):
        assert person.client.post(f"/catatan/{ident}/persempit").status_code == 404


def test_narrowing_beats_a_page_that_the_writer_opened_before(cast, db_ctx, note):
    cast.host_member.client.post(f"{note}/persempit")
    stale = change(cast.guest_member.client, note, visibility="jejaring", body="Naskah kami.")
    assert stale.status_code == 409 and "Naskah kami." in stale.text and 'value="jejaring"' not in stale.text
    forged = change(cast.guest_member.client, note, visibility="jejaring", version="2")
    assert forged.status_code == 422 and REFUSED_AFTER in forged.text
    with db_ctx():
        found = only_note()
        for visibility in ("jejaring", "publik"):
            with pytest.raises(Invalid):
                service.edit(found, replace(service.content_of(found), visibility=visibility), cast.guest_manager.viewer, 2)
        assert only_note().visibility == "para_pihak"


def test_both_offices_of_what_the_editors_wrote_may_narrow_it_and_the_file_does_not_open_it_again(cast, db_ctx, tmp_path, client):
    file = tmp_path / "catatan.md"

    def read(body: str = "Isi catatan.", **changed) -> list[str]:
        meta = {"title": "Dari berita", "summary": "R", "host": '"18.11"', "guest": '"18.10"', "held_on": '"2023-03-16"'}
        meta |= {"visibility": "publik", "published_on": "2023-04-01"}
        lines = "\n".join(f"{key}: {value}" for key, value in (meta | changed).items())
        file.write_text(f"---\n{lines}\n---\n{body}\n")
        return [result.outcome or result.error for result in cli.import_folder(tmp_path)]

    with db_ctx():
        assert read() == ["baru"], "the editors may open what everybody could read in the news"
        address = f"/catatan/{only_note().id}"
        events.drain(remote=False)
        assert {row.user_id for row in db.session.scalars(select(Notice))} == {cast.host_manager.id, cast.guest_manager.id}
    assert client.get(address).status_code == 200
    assert cast.guest_member.client.post(f"{address}/persempit").status_code == 303
    with db_ctx():
        assert read(body="Isi baru.") != ["diubah"]
        assert only_note().visibility == "para_pihak"
        events.drain(remote=False)
        narrowed = db.session.scalars(select(Event).where(Event.name == "note.narrowed")).one()
        assert set(db.session.scalars(select(Notice.user_id).where(Notice.event_id == narrowed.id))) == {cast.host_manager.id}


def test_a_content_file_opens_no_note_of_an_office_further(cast, db_ctx, tmp_path):
    def read(visibility: str) -> str:
        head = 'title: J\nsummary: R\nhost: "18.11"\nguest: "18.10"\noffice: "18.10"\n'
        head += f'held_on: "2023-03-16"\npublished_on: 2023-04-01\nvisibility: {visibility}'
        (tmp_path / "c.md").write_text(f"---\n{head}\n---\nIsi.\n")
        result = cli.import_folder(tmp_path)[0]
        return str(result.outcome or result.error)

    with db_ctx():
        assert read("jejaring") == "baru"
        assert "tidak dibuka lebih luas" in read("publik")
        assert only_note().visibility == "jejaring"
        assert read("para_pihak") == "diubah"


def test_a_note_about_an_office_that_has_not_joined_tells_nobody_and_breaks_nothing(cast, db_ctx):
    with db_ctx():
        make_note(cast.guest_member.viewer, host="18.01", visibility="jejaring")
        events.drain(remote=False)
        assert not db.session.scalars(select(Notice)).all()
        note = queries.find(only_note().id)
        assert not any(
            policy.can_narrow(getattr(cast, part).viewer, note) for part in ("guest_manager", "host_manager", "admin", "visitor")
        )
        with pytest.raises(Forbidden):
            service.narrow(note, cast.outsider.viewer)
