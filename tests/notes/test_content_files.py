"""Notes as content files: what export writes, import reads back to the same; each bad file is named with line and reason."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from kb.cli import import_folder
from kb.core import content
from kb.core.db import db
from kb.notes import exporting, policy, service
from kb.notes.models import VISIBILITIES, Note, NoteRevision
from tests.makers import office
from tests.notes.makers import BODY, make_note

META = {
    "title": "Pringsewu ke Mesuji",
    "summary": "Belajar peta rencana.",
    "host": "18.11",
    "guest": "18.10",
    "office": "18.10",
    "held_on": date(2023, 5, 16),
    "mode": "daring",
    "indicators": ["spbe-2020/12"],
    "visibility": "jejaring",
    "published_on": date(2023, 5, 20),
    "source": "Berita Kabupaten, 20 Mei 2023",
}


def write(folder: Path, name: str = "kunjungan.md", body: str = "Isi catatan.", **changed) -> Path:
    meta = {key: value for key, value in {**META, **changed}.items() if value is not None}
    content.write(folder / name, meta, body)
    return folder


def outcomes(folder: Path) -> list[str]:
    return [result.outcome or result.line.removeprefix(f"{folder}/") for result in import_folder(folder)]


def everything() -> list:
    found = db.session.scalars(select(Note).order_by(Note.title, Note.import_key)).all()
    return [
        (service.content_of(note), note.office_id, note.host_id, note.guest_id, note.status, note.published_on, note.import_key)
        for note in found
    ]


def test_a_file_becomes_a_published_note_of_the_editorial_office(app, cast, client, db_ctx, tmp_path):
    with db_ctx():
        assert outcomes(write(tmp_path, visibility="publik", office=None)) == ["baru"]
        note = db.session.scalars(select(Note)).one()
        assert (note.office_id, note.author_id) == (office("redaksi").id, None)
        assert (note.host_id, note.guest_id) == (cast.host_member.office_id, cast.guest_member.office_id)
        ident = note.id
    page = client.get(f"/catatan/{ident}").text
    assert "16 Mei 2023" in page and "daring" in page and "Berita Kabupaten" in page


def test_reading_the_same_file_again_changes_nothing_and_a_new_text_is_a_revision(db_ctx, tmp_path):
    with db_ctx():
        write(tmp_path)
        assert [outcomes(tmp_path), outcomes(tmp_path)] == [["baru"], ["tetap"]]
        assert outcomes(write(tmp_path, body="Isi baru.")) == ["diubah"]
        assert outcomes(tmp_path) == ["tetap"]
        assert [row.body for row in db.session.scalars(select(NoteRevision).order_by(NoteRevision.number))] == ["Isi catatan.", "Isi baru."]
        assert db.session.scalars(select(Note)).one().status == "published"


def test_a_corrected_office_moves_the_note(cast, db_ctx, tmp_path):
    with db_ctx():
        outcomes(write(tmp_path, office="18.11"))
        assert outcomes(write(tmp_path, office="18.11", guest="18.12")) == ["diubah"]
        assert db.session.scalars(select(Note)).one().guest_id == cast.outsider.office_id


def make_all_kinds(cast, folder: Path) -> None:
    """Notes of both sides of a visit and of the editors, of every visibility."""
    import_folder(write(folder, held_on="2023-05", visibility="publik", office=None))
    body = "Paragraf.\n\n---\n\n| a | b |\n|-|-|\n| ü | 🙏 |\n\n```\nkode: x\n```"
    for visibility in VISIBILITIES:
        make_note(cast.host_member.viewer, title=f"Tuan rumah {visibility}", visibility=visibility, body=body)
        make_note(cast.guest_member.viewer, title=f"Tamu {visibility}", visibility=visibility, body=body, summary="- bukan: daftar #1")
    make_note(cast.host_member.viewer, title="Tuan rumah publik", visibility="para_pihak", body="Dua catatan bernama sama.")
    make_note(cast.host_member.viewer, title="Draf", status="draft")


def test_an_export_read_back_into_the_same_database_changes_nothing(cast, db_ctx, tmp_path):
    with db_ctx():
        make_all_kinds(cast, tmp_path / "asal")
        before = everything()
        assert exporting.export(tmp_path / "keluar") == len(before) - 1 == 8
        for _ in range(2):
            assert outcomes(tmp_path / "keluar") == ["tetap"] * 8
        assert everything() == before


def test_an_export_read_into_an_empty_database_gives_the_same_to_the_same_offices(cast, db_ctx, tmp_path):
    with db_ctx():
        make_all_kinds(cast, tmp_path / "asal")
        before = [row for row in everything() if row[4] == "published"]
        exporting.export(tmp_path / "keluar")
        first = {path.name: path.read_text() for path in (tmp_path / "keluar").iterdir()}
        for note in db.session.scalars(select(Note)):
            db.session.delete(note)
        db.session.execute(NoteRevision.__table__.delete())
        db.session.commit()
        assert outcomes(tmp_path / "keluar") == ["baru"] * 8
        assert everything() == before
        exporting.export(tmp_path / "lagi")
        assert {path.name: path.read_text() for path in (tmp_path / "lagi").iterdir()} == first
        closed = db.session.scalars(select(Note).where(Note.visibility == "para_pihak")).all()
        assert len(closed) == 3
        for part, allowed in (("host_member", True), ("guest_member", True), ("admin", False), ("outsider", False)):
            assert {policy.can_view(getattr(cast, part).viewer, note) for note in closed} == {allowed}, part


def test_a_note_edited_in_the_browser_or_written_there_is_never_overwritten(cast, db_ctx, tmp_path):
    with db_ctx():
        outcomes(write(tmp_path))
        note = db.session.scalars(select(Note)).one()
        service.edit(note, replace(service.content_of(note), body="Dari Pringsewu."), cast.guest_member.viewer, note.version)
        own = make_note(cast.host_member.viewer, title="Tulisan Mesuji")
        exporting.export(tmp_path / "keluar")
        for path in (tmp_path / "keluar").iterdir():
            path.write_text(path.read_text() + "\nKalimat dari berkas.\n")
        assert outcomes(write(tmp_path, body="Lain.")) == ["disunting di peramban, dilewati"] * 2 + [
            f"kunjungan.md:1: key: nama ini sudah dipakai berkas {tmp_path / 'keluar' / 'kunjungan.md'}"
        ]
        assert {note.body, own.body} == {"Dari Pringsewu.", BODY}


def test_a_file_never_moves_a_note_to_another_office(cast, db_ctx, tmp_path):
    with db_ctx():
        outcomes(write(tmp_path))
        assert "milik instansi lain" in outcomes(write(tmp_path, office="18.11", body="Lain."))[0]
        assert db.session.scalars(select(Note)).one().office_id == cast.guest_member.office_id


@pytest.mark.parametrize(
    ("changed", "line", "reason"),
    [
        ({"title": None}, 1, "title: wajib diisi"),
        ({"title": "J" * 161}, 2, "paling banyak 160"),
        ({"summary": ["a", "b"] * 200}, 3, "paling banyak 400"),
        ({"host": "99.99"}, 4, "host: wilayah '99.99' tidak dikenal"),
        ({"host": 18.11}, 4, "tanda kutip"),
        ({"guest": "18.11"}, 5, "tuan rumah dan tamu harus berbeda"),
        ({"held_on": "Mei 2023"}, 7, "bulan seperti 2023-05"),
        ({"held_on": "2023-13"}, 7, "bulan seperti 2023-05"),
        ({"held_on": "2023-02-30"}, 7, "tanggal '2023-02-30' tidak ada di kalender"),
        ({"office": "18.12"}, 6, "harus tuan rumah, tamu, atau redaksi"),
        ({"office": None}, 1, "office: wajib diisi untuk catatan yang tidak publik"),
        ({"mode": "naik kuda"}, 8, "harus salah satu dari berkunjung, daring"),
        ({"indicators": ["spbe-2020/99"]}, 9, "'spbe-2020/99' tidak dikenal"),
        ({"visibility": "rahasia"}, 11, "harus salah satu dari para_pihak"),
        ({"published_on": "kemarin"}, 12, "harus tanggal"),
        ({"warna": "biru"}, 14, "warna: kunci ini tidak dikenal"),
    ],
)
def test_a_bad_file_is_named_with_line_and_reason_and_the_others_are_read(db_ctx, tmp_path, changed, line, reason):
    with db_ctx():
        write(tmp_path, "a-baik.md")
        write(tmp_path, "b-buruk.md", **changed)
        write(tmp_path, "c-baik.md")
        first, bad, last = outcomes(tmp_path)
        assert (first, last) == ("baru", "baru")
        named, _, told = bad.partition(": ")
        assert named == f"b-buruk.md:{line}" and reason in told
        assert len(db.session.scalars(select(Note)).all()) == 2


def test_a_file_without_text_is_refused(db_ctx, tmp_path):
    with db_ctx():
        assert "isi kosong" in outcomes(write(tmp_path, body=""))[0]


def test_the_notes_we_ship_are_all_good(app, db_ctx):
    with db_ctx():
        results = [result for result in import_folder(Path(app.config["CONTENT"])) if result.path.parent.name == "catatan"]
        assert len(results) >= 2 and {result.outcome for result in results} == {"baru"}
