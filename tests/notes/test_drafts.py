"""Drafts of notes: publishing says to whom first, a draft may be deleted, and going back and saving again makes no second one."""

import re

import pytest
from sqlalchemy import func, select, update

from kb.core.db import db
from kb.core.errors import Conflict
from kb.notes import service
from kb.notes.models import Note, NoteRevision
from kb.visits.models import Visit
from tests.makers import office
from tests.notes.makers import make_note, make_visit
from tests.notes.test_journey import FORM, write

KEY = "0123456789abcdef"


def fields(page: str, address: str) -> dict[str, str]:
    """The hidden fields of the form that posts to an address."""
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.split(f'action="{address}"')[1].split("</form>")[0]))


def buttons(page: str) -> list[str]:
    return re.findall(r'<button class="button[^>]*value="(\w+)"', page)


def notes(db_ctx) -> list[tuple]:
    with db_ctx():
        return [(note.status, note.body, note.host.name, note.guest.name) for note in db.session.scalars(select(Note))]


@pytest.fixture
def draft(cast, db_ctx):
    """The address of a draft by Mesuji's member."""
    with db_ctx():
        return f"/catatan/{make_note(cast.host_member.viewer, status='draft').id}"


def test_enter_keeps_a_draft_and_shows_what_is_published(cast, db_ctx, draft):
    assert buttons(cast.host_member.client.get("/catatan/baru").text) == ["save", "preview", "publish"]
    assert buttons(cast.host_member.client.get(f"{draft}/ubah").text) == ["save", "preview", "publish"]
    cast.host_member.client.post(f"{draft}/terbitkan", data={"readers": "para_pihak"})
    assert buttons(cast.host_member.client.get(f"{draft}/ubah").text) == ["preview", "save"]


def test_publishing_says_to_whom_first_and_that_the_visit_was_held(cast, db_ctx):
    with db_ctx():
        ident = make_visit("accepted", days=-1).id
    client = cast.guest_member.client
    sent = client.post(f"/catatan/baru?kunjungan={ident}", data=FORM)
    assert sent.location.endswith("/terbitkan") and notes(db_ctx)[0][0] == "draft"
    page = client.get(sent.location).text
    assert "Terbitkan untuk kedua instansi?" in page and "ikut ditandai terlaksana" in page and notes(db_ctx)[0][0] == "draft"
    assert client.post(sent.location).status_code == 409, "a press that names no readers publishes nothing"
    assert client.post(sent.location, data=fields(page, sent.location)).status_code == 303
    with db_ctx():
        assert db.session.get(Visit, ident).status == "held" and db.session.scalars(select(Note.status)).one() == "published"


def test_a_form_that_began_as_a_draft_does_not_change_what_was_published_meanwhile(cast, db_ctx, draft):
    cast.host_manager.client.post(f"{draft}/terbitkan", data={"readers": "para_pihak"})
    form = {**FORM, "action": "save", "version": "1", "state": "draft", "body": "Belum untuk tamu."}
    answer = cast.host_member.client.post(f"{draft}/ubah", data=form)
    assert answer.status_code == 409 and "Belum untuk tamu." in answer.text
    assert "Belum untuk tamu." not in cast.guest_manager.client.get(draft).text


@pytest.mark.parametrize("part", ["host_member", "host_manager"])
def test_its_author_or_a_manager_deletes_a_draft_for_good(cast, db_ctx, draft, part):
    client = getattr(cast, part).client
    assert f'href="{draft}/hapus"' in client.get(draft).text
    form = fields(client.get(f"{draft}/hapus").text, f"{draft}/hapus")
    assert [client.post(f"{draft}/hapus", data=form).status_code for _ in range(2)] == [303, 303]
    assert client.get(draft).status_code == client.get(f"{draft}/ubah").status_code == 404
    with db_ctx():
        assert db.session.scalar(select(func.count()).select_from(NoteRevision)) == 0
    assert "Draf catatan dihapus" in cast.admin.client.get("/admin/jejak").text


def test_others_do_not_delete_it_and_what_is_published_stays(cast, db_ctx):
    with db_ctx():
        address = f"/catatan/{make_note(cast.host_manager.viewer, status='draft').id}"
    for part, refused in (("host_member", 403), ("guest_manager", 404), ("outsider", 404)):
        assert getattr(cast, part).client.get(f"{address}/hapus").status_code == refused, part
        assert getattr(cast, part).client.post(f"{address}/hapus", data={"version": "1"}).status_code == refused, part
    cast.host_manager.client.post(f"{address}/terbitkan", data={"readers": "para_pihak"})
    assert cast.guest_manager.client.post(f"{address}/hapus", data={"version": "1"}).status_code == 403
    page = cast.host_manager.client.post(f"{address}/hapus", data={"version": "1"}, follow_redirects=True).text
    assert "tidak dapat dihapus" in page and notes(db_ctx)[0][0] == "published"


def test_a_draft_that_changed_meanwhile_is_read_before_it_is_deleted(cast, db_ctx, draft):
    form = fields(cast.host_member.client.get(f"{draft}/hapus").text, f"{draft}/hapus")
    cast.host_manager.client.post(f"{draft}/ubah", data={**FORM, "action": "save", "version": "1", "body": "Tulisan rekan."})
    answer = cast.host_member.client.post(f"{draft}/hapus", data=form)
    assert answer.status_code == 409 and "Belum dihapus" in answer.text and notes(db_ctx)[0][1] == "Tulisan rekan."


@pytest.mark.parametrize("of_a_visit", [True, False])
def test_a_colleague_who_was_writing_gets_the_words_back_as_a_new_draft(cast, db_ctx, of_a_visit):
    with db_ctx():
        visit = make_visit("accepted", days=-1) if of_a_visit else None
        number = visit.id if visit else None
        address = f"/catatan/{make_note(cast.host_member.viewer, status='draft', visit=visit).id}"
    opened = cast.host_manager.client.get(f"{address}/ubah").text
    assert (f'name="kunjungan" value="{number}"' in opened) == of_a_visit
    cast.host_member.client.post(f"{address}/hapus", data={"version": "1"})
    typed = {**FORM, "action": "save", "version": "1", "body": "Yang belum tersimpan.", **({"kunjungan": number} if number else {})}
    answer = cast.host_manager.client.post(f"{address}/ubah", data=typed)
    target = f"/catatan/baru?kunjungan={number}" if number else "/catatan/baru"
    assert answer.status_code == 404 and "Yang belum tersimpan." in answer.text and f'action="{target}"' in answer.text
    form = {**typed, "version": "0", **({} if number else {"side": "host", "other": "kabupaten-pringsewu"})}
    assert cast.host_manager.client.post(target, data=form).status_code == 303
    assert [row[1] for row in notes(db_ctx)] == ["Yang belum tersimpan."]
    outsider = cast.outsider.client.post(f"{address}/ubah", data=typed)
    assert outsider.status_code == 404 and "KK-UJI" not in outsider.text and "?kunjungan" not in outsider.text
    assert cast.outsider.client.post(f"{address}/ubah").status_code == 404


def test_going_back_and_saving_other_words_changes_the_same_draft_and_its_parties(cast, db_ctx):
    for body in ("Satu.", "Dua.", "Dua."):
        assert write(cast.guest_manager.client, once=KEY, action="save", body=body).status_code == 303
    assert [row[1] for row in notes(db_ctx)] == ["Dua."]
    write(cast.guest_manager.client, once=KEY, action="save", body="Dua.", side="host", other="kabupaten-tulang-bawang-barat")
    with db_ctx():
        mine, other = office("18.10").name, office("18.12").name
    assert notes(db_ctx) == [("draft", "Dua.", mine, other)]
    refused = write(cast.guest_manager.client, once=KEY, action="save", body="Tiga.", side="host", other="kabupaten-pringsewu")
    assert refused.status_code == 422 and "Tiga." in refused.text and notes(db_ctx)[0][1] == "Dua."


def test_words_from_the_page_of_before_do_not_replace_what_came_after(cast, db_ctx):
    address = write(cast.guest_manager.client, once=KEY, action="save", body="Satu.").location
    changed = {**FORM, "action": "save", "version": "1", "body": "Yang kemudian."}
    assert cast.guest_member.client.post(f"{address}/ubah", data=changed).status_code == 303
    again = write(cast.guest_manager.client, once=KEY, action="save", body="Diketik lagi.")
    assert again.status_code == 409 and "Diketik lagi." in again.text and notes(db_ctx)[0][1] == "Yang kemudian."
    assert write(cast.guest_manager.client, once=KEY, action="save", body="Satu.").status_code == 303, "a mere repetition"


def test_going_back_after_the_draft_was_deleted_begins_a_new_one(cast, db_ctx):
    address = write(cast.guest_manager.client, once=KEY, action="save", body="Satu.").location
    cast.guest_manager.client.post(f"{address}/hapus", data={"version": "1"})
    assert write(cast.guest_manager.client, once=KEY, action="save", body="Dua.").status_code == 303
    assert [row[1] for row in notes(db_ctx)] == ["Dua."]


def test_the_page_of_a_new_note_leads_to_its_draft_once_there_is_one(cast, db_ctx):
    client, address = cast.guest_manager.client, f"/catatan/baru?formulir={KEY * 2}"
    assert f'value="{KEY * 2}"' in client.get(address).text
    draft = write(client, once=KEY * 2, action="save").location
    assert client.get(address).location == f"{draft}/ubah"
    client.post(f"{draft}/hapus", data={"version": "1"})
    assert KEY * 2 not in client.get(address).text


def test_a_version_that_nobody_read_is_not_published(cast, db_ctx):
    with db_ctx():
        note = make_note(cast.host_member.viewer, status="draft")
        db.session.refresh(note)
        db.session.execute(update(Note).values(version=2).execution_options(synchronize_session=False))
        with pytest.raises(Conflict):
            service.publish(note, cast.host_member.viewer)
