"""Writing notes: what is refused and keeps the typed text, revisions, two editors at once, and harmless markdown."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kb.core import clock
from kb.core.db import db
from kb.notes import queries, service
from kb.notes.models import Note, NoteRevision
from kb.notes.service import EditConflict
from tests.notes.makers import BODY, make_note
from tests.notes.test_journey import FORM, MINE, only_note, write


@pytest.fixture
def note(cast, db_ctx):
    """A published note of Mesuji's: its address."""
    with db_ctx():
        return f"/catatan/{make_note(cast.host_member.viewer).id}"


def text_of(note: str, db_ctx) -> str:
    with db_ctx():
        return db.session.get(Note, int(note.rpartition("/")[2])).body


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"title": ""}, "wajib diisi"),
        ({"title": "   "}, "wajib diisi"),
        ({"title": "\x00\x07"}, "wajib diisi"),
        ({"title": "J" * 10_000}, "paling banyak 160 karakter"),
        ({"summary": ""}, "wajib diisi"),
        ({"summary": "R" * 401}, "paling banyak 400 karakter"),
        ({"body": ""}, "wajib diisi"),
        ({"body": "x" * 200_001}, "paling banyak 200000 karakter"),
        ({"held_on": ""}, "wajib diisi"),
        ({"held_on": "2026-02-30"}, "Tanggal tidak benar"),
        ({"held_on": "kemarin"}, "Tanggal tidak benar"),
        ({"held_on": "2999-01-01"}, "tanggalnya setelah hari ini"),
        ({"indicators": ["spbe-2020/99"]}, "tidak ada dalam daftar"),
        ({"visibility": "rahasia"}, "tidak ada dalam daftar"),
        ({"visibility": ""}, "tidak ada dalam daftar"),
        ({"source": "s" * 1001}, "paling banyak 1000 karakter"),
        ({"side": "penonton"}, "tidak ada dalam daftar"),
        ({"other": "kabupaten-khayalan"}, "tidak ada dalam daftar"),
        ({"other": "kabupaten-pringsewu"}, "tidak ada dalam daftar"),
        ({"other": ""}, "tidak ada dalam daftar"),
    ],
)
def test_a_faulty_note_is_refused_and_keeps_what_was_typed(cast, db_ctx, changed, message):
    answer = write(cast.guest_manager.client, **changed)
    assert answer.status_code == 422 and message in answer.text
    assert "<title>Kesalahan:" in answer.text
    kept = {**FORM, **changed}
    for field in {"title", "summary", "source"} - set(changed):
        assert kept.get(field, "") in answer.text, field
    assert "body" in changed or "Dimulai dari proses bisnis." in answer.text
    assert "indicators" in changed or 'value="spbe-2020/12" checked' in answer.text
    with db_ctx():
        assert db.session.scalars(select(Note)).all() == []


def test_a_body_of_many_megabytes_comes_back_instead_of_being_lost(cast):
    answer = write(cast.guest_manager.client, body="panjang " * 2_500_000)
    assert answer.status_code == 422 and "paling banyak 200000 karakter" in answer.text
    assert answer.text.count("panjang ") > 2_000_000


def test_control_characters_are_taken_out_and_what_ends_a_line_parts_words(cast, db_ctx):
    write(cast.guest_manager.client, title="Peta\x00 ren\u202ecana\x0bdua", body="Baris satu\r\nBaris\x0bdua\u2028tiga")
    with db_ctx():
        assert (only_note().title, only_note().body) == ("Peta rencana dua", "Baris satu\nBaris\ndua\ntiga")


@pytest.mark.parametrize(
    "typed",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[klik](javascript:alert(1))",
        "[klik](java&#115;cript:alert(1))",
        "<a href='&#106;avascript:alert(1)'>klik</a>",
        "![x](javascript:alert(1))",
        "| a |\n|-|\n| <img src=x onerror=alert(1)> |",
        "Kaki[^1]\n\n[^1]: <script>alert(1)</script>",
        "<iframe src='//contoh.example'></iframe><style>*{display:none}</style>",
    ],
)
def test_html_in_markdown_is_harmless(cast, typed):
    address = write(
        cast.guest_manager.client, body=f"Pembuka.\n\n{typed}", title=typed[:150], summary=typed, source=typed, visibility="jejaring"
    )
    page = cast.outsider.client.get(address.location).text
    shown = page.split("<main")[1].split("</main")[0]
    assert "Pembuka." in shown
    for bad in ("<script", "onerror=alert(1)>", 'href="javascript', "<iframe", "<style", '<img src="javascript'):
        assert bad not in shown, bad
    preview = cast.guest_manager.client.post("/catatan/baru", data={**FORM, **MINE, "body": typed, "action": "preview"})
    assert preview.status_code == 200
    assert "<script>alert" not in preview.text and "<img src=x" not in preview.text and 'href="javascript' not in preview.text


def test_a_question_in_the_summary_is_no_question_with_a_colon(cast):
    page = write(cast.guest_manager.client, visibility="rahasia")
    summary = page.text.split("error-summary")[1].split("</ul>")[0]
    assert page.status_code == 422 and "Siapa yang boleh membaca? " in summary and "?:" not in summary


def test_a_preview_shows_the_text_and_saves_nothing(cast, db_ctx):
    page = write(cast.guest_manager.client, action="preview", body="Kami **sepakat**.")
    assert page.status_code == 200 and "<strong>sepakat</strong>" in page.text and FORM["title"] in page.text
    with db_ctx():
        assert db.session.scalars(select(Note)).all() == []


def test_each_change_is_a_revision_that_the_writers_can_compare(cast, note):
    client = cast.host_member.client
    for version, body in ((1, BODY + "\nTambahan pertama.\n"), (2, BODY + "\nTambahan kedua.\n")):
        sent = client.post(f"{note}/ubah", data={**FORM, "body": body, "version": str(version), "action": "save"})
        assert (sent.status_code, sent.location) == (303, note)
    assert "3 revisi" in client.get(note).text
    history = re.sub("<[^>]*>", "", cast.host_manager.client.get(f"{note}/riwayat").text)
    for words in ("Revisi 3", "Revisi 2", "Revisi 1", "Host Member", "Tambahan pertama.", "Tambahan kedua."):
        assert words in history
    assert cast.guest_manager.client.get(f"{note}/riwayat").status_code == 403


def test_a_change_keeps_what_the_form_does_not_ask(cast, db_ctx, note):
    with db_ctx():
        row = db.session.scalars(select(Note)).one()
        row.held_precision, row.mode = "month", "daring"
        db.session.commit()
    cast.host_member.client.post(f"{note}/ubah", data={**FORM, "version": "1", "action": "save"})
    with db_ctx():
        row = only_note()
        assert (row.title, row.held_precision, row.mode, row.status) == (FORM["title"], "month", "daring", "published")


def test_the_second_of_two_editors_sees_both_texts_and_can_save_a_joined_one(cast, db_ctx, note):
    ours, theirs = {**FORM, "version": "1", "action": "save", "body": "Naskah kami."}, {**FORM, "version": "1", "body": "Naskah rekan."}
    assert cast.host_manager.client.post(f"{note}/ubah", data=theirs).status_code == 303
    late = cast.host_member.client.post(f"{note}/ubah", data=ours)
    assert late.status_code == 409
    assert "Naskah kami." in late.text and "Naskah rekan." in late.text and 'name="version" type="hidden" value="2"' in late.text
    assert text_of(note, db_ctx) == "Naskah rekan."
    joined = {**ours, "version": "2", "body": "Naskah rekan dan kami."}
    assert cast.host_member.client.post(f"{note}/ubah", data=joined).status_code == 303
    assert text_of(note, db_ctx) == "Naskah rekan dan kami."


@pytest.mark.parametrize("version", ["", "0", "99", "dua", "-1"])
def test_a_forged_version_overwrites_nothing(cast, db_ctx, note, version):
    answer = cast.host_member.client.post(f"{note}/ubah", data={**FORM, "version": version, "body": "Timpa."})
    assert answer.status_code in (409, 422) and "Timpa." in answer.text
    assert text_of(note, db_ctx) == BODY


def test_a_double_click_on_save_is_no_conflict(cast, db_ctx, note):
    form = {**FORM, "version": "1", "once": "klik", "action": "save"}
    assert [cast.host_member.client.post(f"{note}/ubah", data=form).location for _ in range(2)] == [note, note]
    with db_ctx():
        assert db.session.scalar(select(func.count()).select_from(NoteRevision)) == 2


def test_a_faulty_change_keeps_the_typed_text_and_the_old_note(cast, db_ctx, note):
    tomorrow = str(clock.today() + timedelta(days=1))
    for changed, message in (({"title": ""}, "wajib diisi"), ({"held_on": tomorrow}, "setelah hari ini")):
        answer = cast.host_member.client.post(f"{note}/ubah", data={**FORM, "version": "1", "body": "Belum selesai.", **changed})
        assert answer.status_code == 422 and message in answer.text and "Belum selesai." in answer.text
    assert text_of(note, db_ctx) == BODY


def test_the_database_decides_between_two_editors_at_once(cast, db_ctx, note):
    with db_ctx():
        row = queries.find(only_note().id)
        content = service.content_of(row)
        service.edit(row, content, cast.host_member.viewer, 1)
        with pytest.raises(EditConflict) as refused:
            service.edit(row, content, cast.host_manager.viewer, 1)
        assert refused.value.note.version == 2
