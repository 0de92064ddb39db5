"""Notes as content files: what export writes, import reads back to the same; each bad file is named with line and reason."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from kb.cli import import_folder
from kb.core import content
from kb.core.db import db
from kb.notes import exporting, service
from kb.notes.models import Note, NoteRevision
from tests.makers import office
from tests.notes.makers import make_note

META = {
    "title": "Pringsewu ke Mesuji",
    "summary": "Belajar peta rencana.",
    "host": "18.11",
    "guest": "18.10",
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
    found = db.session.scalars(select(Note).order_by(Note.title)).all()
    return [(service.content_of(note), note.host_id, note.guest_id, note.status, note.published_on, note.import_key) for note in found]


def test_a_file_becomes_a_published_note_of_the_editorial_office(app, cast, client, db_ctx, tmp_path):
    with db_ctx():
        assert outcomes(write(tmp_path, visibility="publik")) == ["baru"]
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
        outcomes(write(tmp_path))
        assert outcomes(write(tmp_path, guest="18.12")) == ["diubah"]
        assert db.session.scalars(select(Note)).one().guest_id == cast.outsider.office_id


def test_export_writes_what_import_reads_back(cast, db_ctx, tmp_path):
    with db_ctx():
        outcomes(write(tmp_path / "asal", held_on="2023-05", visibility="publik"))
        body = "Paragraf.\n\n---\n\n| a | b |\n|-|-|\n| ü | 🙏 |\n\n```\nkode: x\n```"
        make_note(cast.host_member.viewer, title='Judul: "kutip" # pagar', summary="- bukan daftar", body=body, visibility="para_pihak")
        make_note(cast.host_member.viewer, title="Draf", status="draft")
        assert exporting.export(tmp_path / "keluar") == 2
        first = {path.name: path.read_text() for path in (tmp_path / "keluar").iterdir()}
        assert "kunjungan.md" in first and "2023-05" in first["kunjungan.md"]
        before = [row[:-1] for row in everything() if row[3] == "published"]
        for note in db.session.scalars(select(Note)):
            db.session.delete(note)
        db.session.execute(NoteRevision.__table__.delete())
        db.session.commit()
        assert outcomes(tmp_path / "keluar") == ["baru", "baru"]
        assert [row[:-1] for row in everything()] == before
        exporting.export(tmp_path / "lagi")
        assert {path.name: path.read_text() for path in (tmp_path / "lagi").iterdir()} == first


@pytest.mark.parametrize(
    ("changed", "line", "reason"),
    [
        ({"title": None}, 1, "title: wajib diisi"),
        ({"title": "J" * 161}, 2, "paling banyak 160"),
        ({"summary": ["a", "b"] * 200}, 3, "paling banyak 400"),
        ({"host": "99.99"}, 4, "host: wilayah '99.99' tidak dikenal"),
        ({"host": 18.11}, 4, "tanda kutip"),
        ({"guest": "18.11"}, 5, "tuan rumah dan tamu harus berbeda"),
        ({"held_on": "Mei 2023"}, 6, "bulan seperti 2023-05"),
        ({"held_on": "2023-13"}, 6, "bulan seperti 2023-05"),
        ({"mode": "naik kuda"}, 7, "harus salah satu dari berkunjung, daring"),
        ({"indicators": ["spbe-2020/99"]}, 8, "'spbe-2020/99' tidak dikenal"),
        ({"visibility": "rahasia"}, 10, "harus salah satu dari para_pihak"),
        ({"published_on": "kemarin"}, 11, "harus tanggal"),
        ({"warna": "biru"}, 13, "warna: kunci ini tidak dikenal"),
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
