"""`kb export` writes into its folder and nowhere else, whatever a content file is called by, and import knows each file again."""

import pytest
from sqlalchemy import select

from kb.articles import exporting as articles
from kb.articles.models import Article
from kb.core import content
from kb.core.cleaning import clean_line
from kb.core.db import db
from kb.notes import exporting as notes
from kb.notes import importing
from kb.notes.models import Note
from tests.home.makers import make_article
from tests.notes.makers import make_note

pytestmark = [pytest.mark.hostile, pytest.mark.any_database]

NAMES = [
    "../../keluar", "..", ".", "/tmp/keluar", "../catatan2/a", "a/b/c", "a\\..\\..\\b", "C:\\keluar", ".tersembunyi", "-rf", "~root", "~",
    "a\u2028b", "a\nb", "é" * 120, "文" * 120, "x" * 120, "x" * 120 + ".", "", " ", "%2e%2e%2fkeluar", "a:b", "a|b", "*",
    "a~0123456789abcdef",
]  # fmt: skip


@pytest.mark.parametrize("name", [*NAMES, "a\x00b", "a\x00/../../b"])
def test_a_file_stays_in_its_folder(tmp_path, name):
    folder = tmp_path / "isi" / "catatan"
    content.write(folder / content.file_name(name), {"key": name}, "Isi")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert file.parent == folder and file.suffix == ".md" and not file.name.startswith((".", "-")) and len(file.name.encode()) <= 255


def test_no_two_names_get_the_same_file():
    names = [*NAMES, *(content.file_name(name).removesuffix(".md") for name in NAMES)]
    plain = {name for name in names if content.file_name(name) == f"{name}.md"}
    made = {content.file_name(name) for name in set(names) - plain}
    assert len(made) == len(set(names) - plain) and all("~" in name for name in made) and not any("~" in name for name in plain)


def test_a_name_that_is_one_stays():
    for name in ("peta-rencana", "kunjungan_2023", "1", "a.b", "x" * 119):
        assert content.file_name(name) == f"{name}.md"


def test_notes_leave_under_such_keys_and_come_back(cast, db_ctx, tmp_path):
    with db_ctx():
        keys = list(dict.fromkeys(key for name in NAMES if (key := clean_line(name)) and len(key) <= content.KEY_MAX))
        for number, key in enumerate(keys):
            note = make_note(cast.host_member.viewer, title=f"Catatan {number}", visibility="publik")
            note.import_key = key
        db.session.commit()
        assert notes.export(tmp_path / "isi" / "catatan") == len(keys)
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert {file.parent for file in files} == {tmp_path / "isi" / "catatan"} and len(files) == len(keys)
        known = {content.read(file).meta["key"] for file in files}
        assert known == set(db.session.scalars(select(Note.import_key)))


def test_an_article_leaves_under_a_name_of_its_own(cast, db_ctx, tmp_path):
    with db_ctx():
        make_article(cast.host_member.viewer, visibility="publik")
        db.session.scalars(select(Article)).one().slug = "../../keluar"
        db.session.flush()
        articles.export(tmp_path / "isi" / "artikel")
        (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert file.parent == tmp_path / "isi" / "artikel"


def test_a_file_with_such_a_key_is_the_same_after_it_was_exported(cast, db_ctx, tmp_path):
    meta = {"key": "../../keluar", "title": "Belajar", "summary": "Ringkas.", "host": "18.11", "guest": "18.10", "held_on": "2023-05-16",
            "indicators": ["spbe-2020/12"], "published_on": "2023-05-20", "source": "Berita"}  # fmt: skip
    with db_ctx():
        content.write(tmp_path / "masuk.md", meta, "Isi catatan.")
        assert importing.import_content(content.read(tmp_path / "masuk.md")) == content.NEW
        notes.export(tmp_path / "isi" / "catatan")
        (file,) = (tmp_path / "isi").rglob("*.md")
        assert not (tmp_path / "keluar.md").exists() and importing.import_content(content.read(file)) == content.SAME
