"""Articles and notes that were imported before files had names: they are known again, and what people edited since stays theirs."""

from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade

from kb.cli import import_folder
from kb.core import content
from tests.migrations import before, insert, rows, run

pytestmark = pytest.mark.slow

OFFICES = [
    {"id": number, "slug": slug, "name": slug, "kind": kind, "timezone": "Asia/Jakarta", "region_code": region}
    for number, slug, kind, region in ((1, "redaksi", "redaksi", None), (2, "a", "kabupaten", "18.11"), (3, "b", "kabupaten", "18.10"))
]
REGIONS = [
    {"code": code, "name": code, "kind": kind, "province_code": "18"}
    for code, kind in (("18", "provinsi"), ("18.11", "kabupaten"), ("18.10", "kabupaten"))
]
PERSON = {
    "id": 1,
    "email": "a@b.example",
    "name": "Orang",
    "position": "",
    "office_id": 2,
    "role": "manager",
    "active": True,
    "password": "!",
    "fs_uniquifier": "x",
    "created_at": "2026-11-01 00:00:00",
}
WRITTEN = {
    "title": "Judul",
    "summary": "Ringkas",
    "body": "Isi lama.",
    "source": "",
    "visibility": "publik",
    "status": "published",
    "created_at": "2026-11-01 00:00:00",
}
# slug -> who wrote each revision (None: the importer)
ARTICLES = {"utuh": [None], "diubah-impor": [None, None], "disunting": [None, 1], "nama-baru": [None, 1], "tulisan-orang": [1]}
NOTES = {"dari-berkas": [None], "dari-berkas-disunting": [None, 1], None: [1]}


def the_version_before() -> None:
    upgrade(revision=before("import_keys"))
    for row in REGIONS:
        insert("region", **row)
    for row in OFFICES:
        insert("office", **row)
    insert("person", **PERSON)
    dates = {"edited_at": "2026-11-01 00:00:00", "published_on": "2026-11-02"}
    for number, (slug, authors) in enumerate(ARTICLES.items(), 1):
        mine = {"html": "", "toc": "[]", "version": len(authors), "author_id": authors[0], **dates}
        insert("article", id=number, slug=slug, office_id=2, **WRITTEN, **mine)
        for revision, author in enumerate(authors, 1):
            insert("article_revision", article_id=number, number=revision, indicators="[]", note="", author_id=author, **WRITTEN)
    insert("article_slug", slug="nama-lama", article_id=4)
    del mine["author_id"]
    for number, (key, authors) in enumerate(NOTES.items(), 1):
        own = {"office_id": 2, "host_id": 2, "guest_id": 3, "held_on": "2026-11-01", "held_precision": "day", "mode": "daring"}
        insert("note", id=number, import_key=key, author_id=authors[0], **WRITTEN, **mine | own | {"version": len(authors)})
        for revision, author in enumerate(authors, 1):
            row = {name: WRITTEN[name] for name in ("title", "summary", "body", "visibility", "created_at")}
            insert("note_revision", note_id=number, number=revision, author_id=author, **row)


@pytest.fixture
def old(installation):
    """An installation of the version before, with a library that was imported and edited."""
    return installation(the_version_before)


def test_what_was_imported_gets_the_name_of_its_file_and_what_people_edited_is_theirs(old):
    upgrade()
    assert rows("SELECT slug, import_key, imported_version FROM article ORDER BY id") == [
        ("utuh", "utuh", 1),
        ("diubah-impor", "diubah-impor", 2),
        ("disunting", "disunting", None),
        ("nama-baru", None, None),
        ("tulisan-orang", None, None),
    ]
    first, second, (key, version) = rows("SELECT import_key, imported_version FROM note ORDER BY id")
    assert (first, second, version) == (("dari-berkas", 1), ("dari-berkas-disunting", None), None) and key.startswith("judul-")
    assert rows("SELECT (SELECT count(*) FROM article_revision), (SELECT count(*) FROM note_revision)") == [(8, 4)], "history stays"
    assert rows("PRAGMA foreign_key_check") == []


def test_the_next_import_changes_only_what_is_still_its_own(old, tmp_path):
    upgrade()
    meta = {"title": "Judul", "summary": "Ringkas", "office": "18.11", "published_on": "2026-11-02"}
    for name in ("utuh", "diubah-impor", "disunting", "nama-lama", "tulisan-orang"):
        content.write(Path(tmp_path / "berkas" / f"{name}.md"), meta, "Isi baru.")
    outcomes = {result.path.stem: result.outcome for result in import_folder(tmp_path / "berkas")}
    theirs = dict.fromkeys(("disunting", "nama-lama", "tulisan-orang"), content.SKIPPED)
    assert outcomes == {"utuh": "diubah", "diubah-impor": "diubah"} | theirs
    assert len(rows("SELECT id FROM article")) == len(ARTICLES)


def test_the_way_back_keeps_every_article_and_the_names_of_imported_notes(old):
    upgrade()
    downgrade(revision=before("import_keys"))
    assert len(rows("SELECT id FROM article")) == len(ARTICLES)
    assert rows("SELECT import_key FROM note ORDER BY id") == [("dari-berkas",), ("dari-berkas-disunting",), (None,)]


def test_articles_made_of_what_others_wrote_are_bounded_by_its_readers(old):
    upgrade(revision="import_keys")
    dates = {"created_at": "2026-11-01 00:00:00", "asked_at": "2026-11-01 00:00:00", "edited_at": "2026-11-01 00:00:00"}
    for number, visibility in ((1, "jejaring"), (2, "para_pihak"), (3, "publik")):
        asked = {"id": number, "office_id": 2, "addressed_id": 3, "title": "T", "body": "B", "html": "", "visibility": visibility}
        state = {"status": "open", "version": 1, "answer_count": 0, "stage": 0, "closed_because": "", "hidden_because": ""}
        insert("question", is_sample=False, is_flagged=False, **asked, **state, **dates)
        insert("article_origin", article_id=number, question_id=number)
    run("UPDATE article SET visibility = 'jejaring' WHERE id IN (1, 2)")
    upgrade(revision="widest")
    assert rows("SELECT id, widest FROM article ORDER BY id")[:4] == [(1, "jejaring"), (2, "instansi"), (3, None), (4, None)]
    downgrade(revision="import_keys")
    assert rows("SELECT count(*) FROM article") == [(5,)]
