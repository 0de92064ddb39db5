"""Who wrote an article and whom it is about are two things: in the editor, on its page, in lists, in history, in files."""

import re
from html import unescape

import pytest

from kb.articles import exporting, queries, service
from kb.articles.models import Article
from kb.articles.service import MOST_ABOUT, Content
from kb.core.db import db
from kb.core.errors import Invalid
from kb.offices import queries as offices
from tests.articles.makers import make_article, write
from tests.articles.test_content_files import FILE, edit_in_browser, outcomes, put
from tests.makers import office

MESUJI, PRINGSEWU, TUBABA = "Diskominfo Kabupaten Mesuji", "Diskominfo Kabupaten Pringsewu", "Diskominfo Kabupaten Tulang Bawang Barat"


def ids(*codes: str) -> tuple[int, ...]:
    return tuple(office(code).id for code in codes)


def about_of(slug: str) -> list[str]:
    return [found.name for found in queries.by_slug(slug).about]


# ---- choosing


@pytest.mark.parametrize(
    "typed",
    [
        "Kabupaten Mesuji", "kabupaten mesuji", "Kab. Mesuji", "kab mesuji", "Mesuji", "MESUJI", "Diskominfo Kabupaten Mesuji",
        "Diskominfo Kab. Mesuji", "Dinas Komunikasi dan Informatika Kabupaten Mesuji", "Dinas Kominfo Mesuji", "kabupaten-mesuji", "18.11",
    ],
)  # fmt: skip
def test_an_office_is_known_as_people_write_it(db_ctx, typed):
    with db_ctx():
        assert [[found.name for found in one] for one in offices.named([typed])] == [[MESUJI]]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Bandung", 2), ("Kota Bandung", 1), ("Gorontalo", 3), ("Provinsi Gorontalo", 1), ("Prov. Gorontalo", 1), ("Atlantis", 0),
     ("Redaksi", 0), ("redaksi", 0), ("Redaksi Berguru", 0), ("%", 0), ("99.99", 0), ("…", 0)],
)  # fmt: skip
def test_a_name_that_may_mean_several_offices_or_none_is_not_guessed(db_ctx, typed, meant):
    with db_ctx():
        assert len(offices.named([typed])[0]) == meant


def test_an_office_is_known_by_the_name_it_has_now(db_ctx):
    with db_ctx():
        office("18.11").name = "Dinas Kominfo Bumi Ragab Begawe Caram"
        db.session.commit()
        assert [one.slug for one in offices.named(["Dinas Kominfo Bumi Ragab Begawe Caram"])[0]] == ["kabupaten-mesuji"]


def test_a_writer_names_offices_in_any_order_and_finds_them_again(cast, db_ctx):
    write(cast.guest_member.client, action="publish", title="Dua kabupaten", about="Tulang Bawang Barat\n\n Kab. Mesuji \nMesuji")
    with db_ctx():
        assert about_of("dua-kabupaten") == [TUBABA, MESUJI]
    form = unescape(cast.guest_member.client.get("/artikel/dua-kabupaten/ubah").text)
    assert f"{TUBABA}\n{MESUJI}</textarea>" in form
    write(cast.guest_member.client, "/artikel/dua-kabupaten/ubah", title="Dua kabupaten", version="1", about=f"{MESUJI}\n{TUBABA}")
    with db_ctx():
        assert about_of("dua-kabupaten") == [MESUJI, TUBABA]
    write(cast.guest_member.client, "/artikel/dua-kabupaten/ubah", title="Dua kabupaten", version="2", about=" \n")
    with db_ctx():
        assert about_of("dua-kabupaten") == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Kabupaten Mesuji\nAtlantis", 'Instansi "Atlantis" tidak dikenal'),
        ("Bandung", '"Bandung" dapat berarti Diskominfo Kabupaten Bandung atau Diskominfo Kota Bandung'),
        ("Redaksi Berguru", "tidak dikenal"),
        ("\n".join(f"18.{number:02}" for number in range(1, 12)), f"Paling banyak {MOST_ABOUT} instansi"),
        ("x" * 1501, "1500"),
        ("<b>Mesuji</b>", 'Instansi "<b>Mesuji</b>" tidak dikenal'),
    ],
)
def test_what_cannot_be_meant_is_told_at_its_field_and_nothing_typed_is_lost(cast, db_ctx, typed, told):
    answer = write(cast.host_member.client, action="publish", title="Tetap ada", about=typed)
    assert answer.status_code == 422
    page = unescape(answer.text)
    assert "Tentang instansi" in page.split("Ada yang perlu diperbaiki")[1].split("</ul>")[0]
    assert told in page and "Tetap ada" in page and typed in page
    with db_ctx():
        assert queries.by_slug("tetap-ada") is None


def test_the_service_bounds_them_too(cast, db_ctx):
    with db_ctx():
        many = ids(*(f"18.{number:02}" for number in range(1, MOST_ABOUT + 2)))
        with pytest.raises(Invalid, match="Paling banyak"):
            service.create(Content("J", "R", "Isi.", about=many), cast.host_member.viewer)
        db.session.rollback()


# ---- reading


def test_the_page_names_the_writer_and_whom_it_is_about(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.guest_member.viewer, title="Belajar dari Mesuji", about=ids("18.11"))
    page = client.get("/artikel/belajar-dari-mesuji").text
    byline = page.split('<p class="meta">')[1].split("</p>")[0]
    assert "Ditulis" in byline and byline.index("Pringsewu") < byline.index("tentang") < byline.index("Mesuji")
    assert "Bukan tulisan instansi yang dibahas." in page


def test_an_article_of_an_office_about_itself_is_its_own(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.host_member.viewer, title="Kami sendiri", about=ids("18.11", "18.10"))
        article = queries.by_slug("kami-sendiri")
        library = queries.of_office(cast.visitor.viewer, article.office_id)
        assert (library["penulis"].total, library["tentang"].total) == (1, 0)
    assert "Bukan tulisan instansi yang dibahas." not in client.get("/artikel/kami-sendiri").text


def test_cards_say_both_and_the_list_is_narrowed_by_either_role(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.guest_member.viewer, title="Tentang Mesuji", about=ids("18.11", "32.04"))
        make_article(cast.host_member.viewer, title="Oleh Mesuji")
        make_article(cast.outsider.viewer, title="Lain sekali")
    assert "ditulis" in client.get("/artikel").text
    found = {}
    for role in ("", "penulis", "tentang", "lainnya"):
        page = client.get(f"/artikel?instansi=kabupaten-mesuji&peran={role}").text
        found[role] = {title for title in ("Tentang Mesuji", "Oleh Mesuji", "Lain sekali") if title in page}
        assert f'<p class="meta" role="status">{len(found[role])} artikel' in page
    both = {"Tentang Mesuji", "Oleh Mesuji"}
    assert found == {"": both, "penulis": {"Oleh Mesuji"}, "tentang": {"Tentang Mesuji"}, "lainnya": both}
    assert "Tentang Mesuji" in client.get("/artikel?provinsi=32").text, "the province of whom it is about, too"
    assert 'value="kabupaten-bandung"' in client.get("/artikel").text, "offices that are only written about may be chosen"


def test_a_card_names_three_offices_and_counts_the_others(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.guest_member.viewer, title="Banyak", about=ids("18.11", "18.12", "18.01", "18.02", "18.03"))
    card = client.get("/artikel").text.split("Banyak")[1].split("</li>")[0]
    assert card.count("/instansi/") == 4 and "dan 2 lainnya" in card
    assert client.get("/artikel/banyak").text.split('<p class="meta">')[1].split("</p>")[0].count("/instansi/") == 6


@pytest.mark.parametrize(("visibility", "status"), [("instansi", "published"), ("publik", "draft"), ("publik", "archived")])
def test_being_written_about_gives_no_right(cast, db_ctx, visibility, status):
    with db_ctx():
        make_article(cast.guest_member.viewer, title="Tentang Mesuji", about=ids("18.11"), visibility=visibility, status=status)
    client = cast.host_manager.client
    for address in ("", "/ubah", "/riwayat"):
        assert client.get(f"/artikel/tentang-mesuji{address}").status_code == 404
    assert "Tentang Mesuji" not in client.get("/instansi/kabupaten-mesuji").text
    assert "Tentang Mesuji" not in client.get("/artikel?instansi=kabupaten-mesuji").text


def test_whom_a_public_article_is_about_may_read_but_not_change_it(cast, db_ctx):
    with db_ctx():
        make_article(cast.guest_member.viewer, title="Tentang Mesuji", about=ids("18.11"))
    client = cast.host_manager.client
    assert client.get("/artikel/tentang-mesuji").status_code == 200
    assert client.get("/artikel/tentang-mesuji/ubah").status_code == 403
    assert write(client, "/artikel/tentang-mesuji/ubah", version="1").status_code == 403
    assert client.post("/artikel/tentang-mesuji/arsipkan").status_code == 403


# ---- history


def test_revisions_keep_whom_they_were_about(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.guest_member.viewer, title="Satu", about=ids("18.11"))
    write(
        cast.guest_member.client,
        "/artikel/satu/ubah",
        title="Satu",
        version="1",
        about="Kab. Tulang Bawang Barat",
        indicators=["pemdi-2026/3"],
    )
    compared = unescape(re.sub(r"</?(ins|del)>", "", cast.guest_member.client.get("/artikel/satu/bandingkan").text))
    assert "Tentang instansi" in compared and MESUJI in compared and "Tulang Bawang Barat" in compared
    assert "SPBE 12. " in compared and "Pemdi 3. " in compared and "spbe-2020/12" not in compared, "indicators as a reader knows them"
    assert f"tentang {MESUJI}" in client.get("/artikel/satu/riwayat/1").text
    cast.guest_member.client.post("/artikel/satu/riwayat/1/pulihkan", data={"version": "2"})
    with db_ctx():
        assert about_of("satu") == [MESUJI]


def test_the_second_of_two_writers_is_shown_whom_the_first_named(cast, db_ctx):
    with db_ctx():
        make_article(cast.host_member.viewer, title="Satu", about=ids("18.10"))
    write(cast.host_manager.client, "/artikel/satu/ubah", title="Satu", version="1", about="Metro")
    answer = write(cast.host_member.client, "/artikel/satu/ubah", title="Satu", version="1", about="Kabupaten Pringsewu")
    assert answer.status_code == 409
    assert "Diskominfo Kota Metro" in answer.text.split("Versi terbaru")[1] and "Kabupaten Pringsewu</textarea>" in answer.text


# ---- content files

ABOUT = FILE.replace('office: "18.11"', 'office: redaksi\nabout: ["18.10", "18.11"]')


def test_files_carry_both_and_are_read_back_the_same(db_ctx, tmp_path):
    with db_ctx():
        put(tmp_path, "satu", ABOUT.format(title="Satu"))
        assert outcomes(tmp_path) == {"satu": "baru"}
        assert outcomes(tmp_path) == {"satu": "tetap"}
        article = queries.by_slug("satu")
        assert article.office.slug == "redaksi" and about_of("satu") == [PRINGSEWU, MESUJI]
        exporting.export(tmp_path / "keluar")
        written = (tmp_path / "keluar" / "satu.md").read_text()
        assert "- '18.10'\n- '18.11'" in written and "office: redaksi" in written
        assert outcomes(tmp_path / "keluar") == {"satu": "tetap"}


def test_codes_without_quotes_and_lists_in_another_order_are_read(db_ctx, tmp_path):
    with db_ctx():
        put(tmp_path, "satu", ABOUT.replace('["18.10", "18.11"]', "[18.10, 18.11]").format(title="Satu"))
        assert outcomes(tmp_path) == {"satu": "baru"} and about_of("satu") == [PRINGSEWU, MESUJI]
        put(tmp_path, "satu", ABOUT.replace('["18.10", "18.11"]', "[18.11, 18, 18.10]").replace("[spbe-2020/12]", "[spbe-2020/2, spbe-2020/12]").format(title="Satu"))  # fmt: skip # noqa: E501
        assert outcomes(tmp_path) == {"satu": "diubah"}
        assert about_of("satu") == [MESUJI, "Diskominfo Provinsi Lampung", PRINGSEWU]
        for _ in range(2):
            assert outcomes(tmp_path) == {"satu": "tetap"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ('"18.11"', "5: about: harus berupa daftar kode wilayah"),
        ('["99.99"]', "5: about: wilayah '99.99' tidak dikenal"),
        ("[redaksi]", "5: about: wilayah 'redaksi' tidak dikenal"),
        ("[[18.11]]", "5: about: wilayah"),
        ("[true]", "5: about: wilayah"),
        (f"[{', '.join(f'18.{number:02}' for number in range(1, 12))}]", "5: about: paling banyak 10 instansi, bukan 11"),
    ],
)
def test_a_file_about_nobody_known_is_told_with_its_line(db_ctx, tmp_path, value, told):
    with db_ctx():
        put(tmp_path, "satu", ABOUT.replace('["18.10", "18.11"]', value).format(title="Satu"))
        assert told in outcomes(tmp_path)["satu"]


def test_a_file_may_correct_who_wrote_its_article_unless_people_edited_it(cast, db_ctx, tmp_path):
    for name in ("satu", "dua"):
        put(tmp_path, name, FILE.format(title=name.capitalize()))
    with db_ctx():
        outcomes(tmp_path)
    edit_in_browser(cast, "dua", title="Dua", body="Dari Mesuji sendiri.")
    for name in ("satu", "dua"):
        put(tmp_path, name, ABOUT.format(title=name.capitalize()))
    with db_ctx():
        assert outcomes(tmp_path) == {"satu": "diubah", "dua": "disunting di peramban, dilewati"}
        assert queries.by_slug("satu").office.slug == "redaksi" and about_of("satu") == [PRINGSEWU, MESUJI]
        assert queries.by_slug("dua").office.slug == "kabupaten-mesuji" and about_of("dua") == []
        assert outcomes(tmp_path)["satu"] == "tetap"
    assert cast.host_manager.client.get("/artikel/satu/ubah").status_code == 403, "the office it was wrongly given to has no right any more"
    assert cast.admin.client.get("/artikel/satu/ubah").status_code == 200


def test_the_next_setup_corrects_the_starter_article_on_mesuji(app, cast, db_ctx):
    """An installation of the version before: the article lies with Mesuji, as its file said."""
    runner = app.test_cli_runner()
    runner.invoke(args=["kb", "setup"])
    with db_ctx():
        article = queries.by_slug("strategi-spbe-mesuji")
        article.office_id, article.about_rows, article.body = office("18.11").id, [], "Isi lama."
        db.session.commit()
    assert "1 diubah" in runner.invoke(args=["kb", "setup"]).output
    with db_ctx():
        article = queries.by_slug("strategi-spbe-mesuji")
        assert article.office.slug == "redaksi" and about_of("strategi-spbe-mesuji") == [MESUJI]
        editorial = db.session.query(Article).filter(Article.office_id != office("redaksi").id).count()
        assert editorial == 0, "the editors wrote every article that comes with the product"
    assert "1 diubah" not in runner.invoke(args=["kb", "setup"]).output
