"""`flask kb import` and `export` of articles."""

import pytest
from sqlalchemy import func, select

from kb.articles import exporting
from kb.articles.models import Article, ArticleRevision
from kb.cli import import_folder
from kb.core.db import db
from tests.articles.makers import make_article

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
        ("2026-11-02", "2026-02-30", "front matter bukan YAML"),
        ("2026-11-02", "kemarin", "7: published_on: harus tanggal"),
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


def test_what_is_exported_is_read_back_the_same(cast, db_ctx, tmp_path):
    with db_ctx():
        make_article(cast.host_member.viewer, title='Judul: "aneh" #1', body="# Kepala\n\n---\n\nGaris.")
        make_article(cast.host_member.viewer, "draft", title="Draf")
        assert exporting.export(tmp_path) == 1
        assert set(outcomes(tmp_path).values()) == {"tetap"}


def test_the_articles_we_ship_are_all_good_and_at_least_fifteen(app, db_ctx):
    from pathlib import Path

    with db_ctx():
        results = import_folder(Path(app.config["CONTENT"]) / "artikel")
        assert [result.line for result in results if result.error] == [] and len(results) >= 15
        assert all(article.source for article in db.session.scalars(select(Article)))
