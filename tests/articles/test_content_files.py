"""`flask kb import` and `export` of articles."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from kb.articles import exporting, queries, service
from kb.articles.models import Article, ArticleIndicator, ArticleRevision, ArticleSlug
from kb.cli import import_folder
from kb.core.db import db
from tests.articles.makers import make_article, write

FILE = """---
title: {title}
summary: Ringkas.
office: "18.11"
indicators: [spbe-2020/12]
visibility: publik
published_on: 2026-11-02
source: Data contoh
---

Isi {title}.
"""


def put(folder, name: str, text: str):
    path = folder / f"{name}.md"
    path.write_text(text, encoding="utf-8")
    return path


def outcomes(folder) -> dict[str, str]:
    return {result.path.stem: result.outcome or f"{result.error.line}: {result.error.reason}" for result in import_folder(folder)}


@pytest.mark.slow
def test_of_a_hundred_files_three_bad_ones_are_named_and_the_others_are_read(app, db_ctx, tmp_path):
    for number in range(97):
        put(tmp_path, f"artikel-{number}", FILE.format(title=f"Artikel {number}"))
    put(tmp_path, "rusak", "---\ntitle: [tak ditutup\n---\n\nIsi.\n")
    put(tmp_path, "indikator", FILE.format(title="X").replace("spbe-2020/12", "spbe-2020/48"))
    put(tmp_path, "wilayah", FILE.format(title="X").replace('"18.11"', '"99.99"'))
    ran = app.test_cli_runner().invoke(args=["kb", "import", str(tmp_path)])
    assert ran.exit_code == 1 and "97 dari 100 berkas terbaca" in ran.output
    named = [line for line in ran.output.splitlines() if line.startswith(str(tmp_path))]
    assert len(named) == 3
    assert any("rusak.md:" in line and "YAML" in line for line in named)
    assert any("indikator.md:5: indicators: indikator 'spbe-2020/48' tidak dikenal" in line for line in named)
    assert any("wilayah.md:4: office: wilayah '99.99' tidak dikenal" in line for line in named)
    with db_ctx():
        assert db.session.scalar(select(func.count()).select_from(Article).where(Article.status == "published")) == 97


def test_the_same_folder_again_changes_nothing_and_a_new_text_is_a_revision(db_ctx, tmp_path):
    with db_ctx():
        put(tmp_path, "satu", FILE.format(title="Satu"))
        assert outcomes(tmp_path) == {"satu": "baru"}
        assert outcomes(tmp_path) == {"satu": "tetap"}
        put(tmp_path, "satu", FILE.format(title="Satu").replace("Isi Satu.", "Isi lain."))
        assert outcomes(tmp_path) == {"satu": "diubah"}
        assert db.session.scalars(select(ArticleRevision.number).order_by(ArticleRevision.number)).all() == [1, 2]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: Satu", "title: ''", "2: title: wajib diisi"),
        ("title: Satu", f"title: {'J' * 161}", "2: title: paling banyak 160 karakter, bukan 161"),
        ("title: Satu", "title: {a: b}", "2: title: harus berupa teks"),
        ("title: Satu", "title: Satu\nkey: ' '", "3: key: nama berkas harus teks, paling banyak 120 karakter"),
        ("title: Satu", "title: &a [*a]", "2: alias YAML (*a) tidak dipakai di sini"),
        ("2026-11-02", "2026-02-31", "7: published_on: tanggal '2026-02-31' tidak ada di kalender"),
        ("2026-11-02", "2026-13-01", "7: published_on: tanggal '2026-13-01' tidak ada di kalender"),
        ("2026-11-02", "kemarin", "7: published_on: harus tanggal seperti 2026-11-23, bukan 'kemarin'"),
        ("2026-11-02", "20261102", "7: published_on: harus tanggal"),
        ("2026-11-02", "2026-11-02 10:00:00", "7: published_on: harus tanggal"),
        ("publik", "rahasia", "6: visibility: harus salah satu dari"),
        ("[spbe-2020/12]", "spbe-2020/12", "5: indicators: harus berupa daftar"),
        ("source:", "sumber:", "8: sumber: kunci ini tidak dikenal"),
        ('"18.11"', "18.11", "4: office: harus kode wilayah dalam tanda kutip"),
        ("Isi Satu.", "", "isi kosong"),
    ],
)
def test_a_bad_file_is_told_with_line_and_reason_and_leaves_nothing(db_ctx, tmp_path, old, new, told):
    with db_ctx():
        put(tmp_path, "satu", FILE.format(title="Satu").replace(old, new, 1))
        assert told in outcomes(tmp_path)["satu"]
        assert not db.session.scalars(select(Article)).all()


def test_a_file_does_not_take_another_offices_article(cast, db_ctx, tmp_path):
    with db_ctx():
        make_article(cast.guest_member.viewer, title="Satu")
        put(tmp_path, "satu", FILE.format(title="Satu"))
        assert "milik instansi lain" in outcomes(tmp_path)["satu"]


# ---- what people do in the browser stays


def edit_in_browser(cast, slug: str, **changed) -> None:
    """Mesuji's manager changes an article on its page."""
    with cast.host_manager.client.application.app_context():
        version = str(queries.by_slug(slug).version)
    assert write(cast.host_manager.client, f"/artikel/{slug}/ubah", version=version, **changed).status_code == 303


def test_a_text_edited_in_the_browser_is_never_overwritten_and_that_is_told(app, cast, db_ctx, tmp_path):
    put(tmp_path, "satu", FILE.format(title="Satu"))
    put(tmp_path, "dua", FILE.format(title="Dua"))
    with db_ctx():
        outcomes(tmp_path)
    edit_in_browser(cast, "satu", title="Satu", body="Dari Mesuji sendiri.")
    put(tmp_path, "satu", FILE.format(title="Satu").replace("Isi Satu.", "Kiriman baru redaksi."))
    for _ in range(2):
        ran = app.test_cli_runner().invoke(args=["kb", "import", str(tmp_path)])
        assert ran.exit_code == 0 and "1 tetap, 1 disunting di peramban, dilewati" in ran.output
        assert f"{tmp_path / 'satu.md'}: disunting di peramban, dilewati" in ran.output
    with db_ctx():
        assert queries.by_slug("satu").body == "Dari Mesuji sendiri."


@pytest.mark.slow
def test_setting_up_again_keeps_what_people_edited_and_renamed(app, cast, db_ctx):
    """The starter library itself, as every `make run` reads it."""
    runner = app.test_cli_runner()
    assert runner.invoke(args=["kb", "setup"]).exit_code == 0
    with db_ctx():
        before = db.session.scalar(select(func.count()).select_from(Article))
    edited = {"title": "Strategi SPBE Mesuji", "body": "Diperbaiki redaksi."}
    assert write(cast.admin.client, "/artikel/strategi-spbe-mesuji/ubah", version="1", **edited).status_code == 303
    write(cast.admin.client, "/artikel/membaca-indeks-spbe/ubah", version="1", title="Cara membaca indeks")
    for _ in range(2):
        ran = runner.invoke(args=["kb", "setup"])
        assert ran.exit_code == 0 and "2 disunting di peramban, dilewati" in ran.output
    with db_ctx():
        assert queries.by_slug("strategi-spbe-mesuji").body == "Diperbaiki redaksi."
        assert db.session.scalar(select(func.count()).select_from(Article)) == before
        assert queries.by_slug("cara-membaca-indeks").version == 2 and queries.by_slug("membaca-indeks-spbe") is None


@pytest.mark.parametrize("name", ["baru", "pratinjau", "Peta Rencana 2026", "a" * 120])
def test_a_file_of_any_name_is_new_only_once(db_ctx, tmp_path, name):
    with db_ctx():
        put(tmp_path, name, FILE.format(title="Satu"))
        assert outcomes(tmp_path) == {name: "baru"}
        assert outcomes(tmp_path) == {name: "tetap"}
        put(tmp_path, name, FILE.format(title="Satu yang lain"))
        assert outcomes(tmp_path) == {name: "diubah"}
        assert db.session.scalar(select(func.count()).select_from(Article)) == 1


def test_of_two_files_of_one_name_the_second_is_refused_and_changes_nothing(db_ctx, tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        put(tmp_path / folder, "satu", FILE.format(title=f"Dari {folder}"))
    with db_ctx():
        for outcome in ("baru", "tetap"):
            first, second = import_folder(tmp_path)
            assert first.outcome == outcome and str(tmp_path / "a" / "satu.md") in second.error.reason
        assert db.session.scalars(select(Article.title)).all() == ["Dari a"]


def test_an_article_written_in_the_browser_is_not_taken_over_by_a_file_of_its_name(cast, db_ctx, tmp_path):
    with db_ctx():
        make_article(cast.host_member.viewer, title="Satu", body="Ditulis orang.")
        put(tmp_path, "satu", FILE.format(title="Satu"))
        assert outcomes(tmp_path) == {"satu": "disunting di peramban, dilewati"}
        assert db.session.scalars(select(Article.body)).all() == ["Ditulis orang."]


def test_whatever_cannot_be_read_is_named_and_the_others_are_read(app, db_ctx, tmp_path):
    put(tmp_path, "a-baik", FILE.format(title="Baik"))
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "putus.md").symlink_to(tmp_path / "tidak-ada")
    put(tmp_path, "dalam", "---\ntitle: " + "[" * 5000 + "\n---\n\nIsi.\n")
    put(tmp_path, "z-baik", FILE.format(title="Baik juga"))
    ran = app.test_cli_runner().invoke(args=["kb", "import", str(tmp_path)])
    assert ran.exit_code == 1 and "2 dari 5 berkas terbaca" in ran.output
    named = [line.removeprefix(f"{tmp_path}/") for line in ran.output.splitlines() if line.startswith(str(tmp_path))]
    assert [line.partition(":")[0] for line in named] == ["dalam.md", "folder.md", "putus.md"]
    assert "terlalu dalam" in named[0] and "tidak dapat dibaca" in named[1] and "tidak dapat dibaca" in named[2]


# ---- export and import again


def everything() -> list:
    found = db.session.scalars(select(Article).where(Article.status == "published").order_by(Article.slug)).all()
    return [(row.slug, row.office_id, service.content_of(row), row.published_on) for row in found]


def make_all_kinds(cast, folder) -> None:
    """Articles of two offices and the editors, of every visibility; one from a file that was renamed in the browser."""
    put(folder, "dari-berkas", FILE.format(title="Dari berkas"))
    put(folder, "baru", FILE.format(title="Baru").replace('"18.11"', "redaksi"))
    import_folder(folder)
    for visibility in ("publik", "jejaring", "instansi"):
        make_article(cast.host_member.viewer, title=f"Mesuji {visibility}", visibility=visibility)
        make_article(cast.guest_member.viewer, title=f"Pringsewu {visibility}", visibility=visibility)
    make_article(cast.host_member.viewer, title='Judul: "aneh" #1', body="# Kepala\n\n---\n\nGaris.", summary="- 2026-02-01", source="")
    make_article(cast.host_member.viewer, "draft", title="Draf")
    renamed = queries.by_slug("dari-berkas")
    service.edit(renamed, service.Content("Judul lain", "Ringkas.", "Isi."), cast.host_member.viewer, renamed.version)
    db.session.commit()


def test_an_export_read_back_into_the_same_database_changes_nothing(cast, db_ctx, tmp_path):
    (tmp_path / "asal").mkdir()
    with db_ctx():
        make_all_kinds(cast, tmp_path / "asal")
        before = everything()
        assert exporting.export(tmp_path / "keluar") == len(before) == 9
        for _ in range(2):
            assert set(outcomes(tmp_path / "keluar").values()) == {"tetap"}
        assert everything() == before and db.session.scalar(select(func.count()).select_from(Article)) == 10


def test_an_export_read_into_an_empty_database_gives_the_same_to_the_same_people(cast, db_ctx, tmp_path):
    (tmp_path / "asal").mkdir()
    with db_ctx():
        make_all_kinds(cast, tmp_path / "asal")
        before = everything()
        exporting.export(tmp_path / "keluar")
        for table in (ArticleIndicator, ArticleRevision, ArticleSlug, Article):
            db.session.execute(table.__table__.delete())
        db.session.commit()
        assert set(outcomes(tmp_path / "keluar").values()) == {"baru"}
        assert everything() == before
        seen = {
            part: {row.title for row in queries.listing(getattr(cast, part).viewer, queries.Filter(office="kabupaten-mesuji"), 1).items}
            for part in ("host_member", "admin", "visitor")
        }
        assert seen["host_member"] - seen["admin"] == {"Mesuji instansi"} and seen["admin"] - seen["visitor"] == {"Mesuji jejaring"}
        assert set(outcomes(tmp_path / "keluar").values()) == {"tetap"}


def test_the_articles_we_ship_are_all_good_and_at_least_fifteen(app, db_ctx):
    with db_ctx():
        results = import_folder(Path(app.config["CONTENT"]) / "artikel")
        assert [result.line for result in results if result.error] == [] and len(results) >= 15
        assert all(article.source for article in db.session.scalars(select(Article)))


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_line_ends_of_word_part_words_in_a_file(app, db_ctx, tmp_path, end):
    put(tmp_path, "satu", FILE.format(title=f"Peta{end}rencana") + f"\nBaris{end}dua\n")
    with db_ctx():
        assert outcomes(tmp_path) == {"satu": "baru"} and outcomes(tmp_path) == {"satu": "tetap"}
        article = db.session.scalars(select(Article)).one()
        assert article.title == "Peta rencana" and article.body.endswith("\n\nBaris\ndua")
