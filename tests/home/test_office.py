"""The office page, the other hub: its index by year, articles, visits received, and how to come."""

import re
from html import unescape

import pytest

from tests.home.makers import cost, make_article
from tests.makers import office
from tests.notes.makers import make_note, make_visit
from tests.visits.makers import SECRETS

MESUJI = "/instansi/kabupaten-mesuji"


def test_the_index_stands_by_year_with_grade_and_source(client):
    section = unescape(client.get(MESUJI).text.split("Indeks menurut tahun</h2>")[1].split("</section>")[0])
    rows = {row.split("</th>")[0]: row for row in section.split('<th scope="row">')[1:]}
    assert "2,59" in rows["2022"] and "Cukup" in rows["2022"]
    assert "3,7" in rows["2023"] and "Sangat Baik" in rows["2023"]
    assert all("Sumber" in row for row in rows.values())


@pytest.mark.parametrize("slug", ["tidak-ada", "KABUPATEN-MESUJI", "18.11", "%00"])
def test_an_unknown_office_is_not_found(client, slug):
    assert client.get(f"/instansi/{slug}").status_code == 404


def test_an_office_that_has_not_joined_says_so_and_shows_how(client):
    page = client.get("/instansi/kabupaten-lampung-selatan").text
    assert "belum bergabung" in page and "/gabung?instansi=kabupaten-lampung-selatan" in page and "Minta kunjungan" not in page
    assert "Belum ada artikel yang terbuka untuk Anda." in page and "Belum ada kunjungan yang tercatat" in page


@pytest.mark.parametrize(
    ("part", "asks", "sets"),
    [
        ("visitor", True, False),
        ("guest_manager", True, False),
        ("admin", False, False),
        ("host_member", False, True),
        ("host_manager", False, True),
    ],
)
def test_who_may_come_is_shown_the_way(cast, part, asks, sets):
    page = getattr(cast, part).client.get(MESUJI).text
    assert ("/kunjungan/baru?tuan_rumah=kabupaten-mesuji" in page) == asks
    assert ("/kunjungan/keterbukaan" in page) == sets


def test_only_the_manager_is_offered_to_change_the_profile(cast):
    found = {part for part in vars(cast) if f"{MESUJI}/ubah" in getattr(cast, part).client.get(MESUJI).text}
    assert found == {"host_manager"}


def test_the_editorial_office_is_no_government(client):
    page = client.get("/instansi/redaksi").text
    assert "Bukan instansi pemerintah." in page and "Minta kunjungan" not in page and 'id="indeks"' not in page


def test_articles_notes_and_visits_are_those_the_viewer_may_see(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.host_member.viewer, "Artikel terbuka")
        make_article(cast.host_member.viewer, "Artikel sendiri", visibility="instansi")
        make_note(cast.host_member.viewer, title="Catatan terbuka", visibility="publik")
        make_note(cast.host_member.viewer, title="Catatan para pihak")
        make_visit("held", guest="18.12", days=-3)
        make_visit("held", guest="18.01", days=-4, host_opens=False)
        make_visit("requested", guest="18.02", days=20)
    page = client.get(MESUJI).text
    assert "Artikel terbuka" in page and "Catatan terbuka" in page and "Tulang Bawang Barat" in page
    for closed in ("Artikel sendiri", "Catatan para pihak", "Lampung Selatan", "Lampung Tengah", *SECRETS):
        assert closed not in page, closed
    inside = cast.host_member.client.get(MESUJI).text
    assert "Artikel sendiri" in inside and "Catatan para pihak" in inside and "Lampung Selatan" in inside


def test_what_an_office_wrote_and_what_others_wrote_of_it_stand_apart(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.host_member.viewer, "Karya Mesuji", about=(office("18.11").id, office("18.12").id))
        make_article(cast.admin.viewer, "Cerita tentang Mesuji", about=(office("18.11").id,))
        make_article(cast.guest_member.viewer, "Tertutup", about=(office("18.11").id,), visibility="instansi")
    page = client.get(MESUJI).text
    wrote, about = (page.split(f'<section id="{name}">')[1].split("</section>")[0] for name in ("artikel", "tentang"))
    assert "Karya Mesuji" in wrote and "tentang" in wrote and "Tulang Bawang Barat" in wrote and "Cerita" not in wrote
    assert "Cerita tentang Mesuji" in about and "Redaksi Berguru" in about and "Karya" not in about and "Tertutup" not in page
    assert "Ditulis (1)" in page and "Tentang (1)" in page
    assert "Tentang instansi ini" not in client.get("/instansi/redaksi").text


# ---- the index


def index_of(client, slug: str = "kabupaten-mesuji") -> str:
    return unescape(client.get(f"/instansi/{slug}").text.split('id="indeks"')[1].split("</section>")[0])


def test_a_value_whose_source_names_no_instrument_is_a_point_of_its_own_and_the_table_says_so(client):
    section = index_of(client)
    rows = {row.split("</th>")[0]: row for row in section.split('<th scope="row">')[1:]}
    assert "1,6" in rows["2020"] and "instrumen tidak disebut sumbernya" in rows["2020"] and "SPBE 2018" in rows["2018"]
    lines = re.findall(r'<polyline class="line" points="([^"]*)"', section)
    assert [line.count(",") for line in lines] == [3], "one line, through 2022, 2023 and 2024 only"
    drawing = section.split('<svg class="chart"')[1].split("</svg>")[0]
    assert drawing.count('class="ring"') == 1 and drawing.count("<circle") == 5 and drawing.count("<rect") == 1
    ring = re.search(r'class="ring" cx="(\d+)" cy="(\d+)"', drawing)
    assert f"{ring[1]},{ring[2]}" not in " ".join(lines)


def test_how_sure_we_are_stands_once_below_the_values(client):
    section = index_of(client)
    assert section.count("Keyakinan kami") == 1 and "keyakinan" not in section.split("<table")[1].split("</table>")[0]
    assert (
        "2022, 2023 (penetapan (laporan resmi)) dan 2024 tinggi (" in section
        and "2023 (dinyatakan dinas) sedang (" in section
        and "2018 dan 2020 rendah (" in section
    )


def test_spbe_and_pemdi_never_share_a_picture(client):
    section = index_of(client, "kabupaten-aceh-tengah")
    assert "Pemdi 2026" in section and "SPBE 2020" in section
    (picture,) = section.split('<svg class="chart" viewBox="0 0 340')[1:]
    assert picture.split("</svg>")[0].count('class="year"') == 3, "2023 to 2025: one year of Pemdi makes no picture, and joins none"


def test_an_office_shows_where_it_went(cast, client, db_ctx):
    with db_ctx():
        make_note(cast.host_member.viewer, title="Belajar di Mesuji", visibility="publik")
    page = client.get("/instansi/kabupaten-pringsewu").text
    assert "Kunjungan yang dilakukan" in page and "Belajar di Mesuji" in page
    received = page.split("Kunjungan yang diterima</h2>")[1].split("</section>")[0]
    assert "Belum ada kunjungan yang tercatat" in received and "<ul" not in received, "where it went is nothing it received"


def test_the_page_costs_the_same_for_one_row_and_for_thirty(cast, client, db_ctx, count_queries):
    found = []
    for many in (1, 19):
        with db_ctx():
            for number in range(many):
                make_article(cast.host_member.viewer, f"Artikel {many} {number}")
                make_note(cast.host_member.viewer, visibility="publik")
                make_visit("held", days=-number - many)
        found.append(cost(client, MESUJI, count_queries))
    assert found[0] == found[1] <= 10


def test_a_visit_stands_once_beside_its_note_and_leads_to_its_page(cast, client, db_ctx):
    with db_ctx():
        noted, alone, coming = make_visit("held", days=-9), make_visit("held", guest="18.12", days=-8), make_visit("accepted", days=9)
        make_note(cast.host_member.viewer, title="Belajar dari Mesuji", visibility="publik", visit=noted)
        idents = alone.id, coming.id, noted.id
    page = client.get(MESUJI).text.split('id="kunjungan"')[1].split("</section>")[0]
    assert "Belajar dari Mesuji" in page and f"/kunjungan/{idents[2]}/ringkas" not in page
    assert f"/kunjungan/{idents[0]}/ringkas" in page and f"/kunjungan/{idents[1]}/ringkas" in page and page.count("akan datang") == 1


def test_what_does_not_fit_on_the_page_is_counted_and_linked(cast, client, db_ctx):
    with db_ctx():
        for number in range(21):
            make_article(cast.host_member.viewer, f"Artikel {number}")
        for number in range(22):
            make_article(cast.guest_member.viewer, f"Tentang {number}", about=(cast.host_member.office_id,), indicators=())
    page = client.get(MESUJI).text
    assert 'href="/artikel?instansi=kabupaten-mesuji&amp;peran=penulis">Semua 21 artikel' in page
    assert 'href="/artikel?instansi=kabupaten-mesuji&amp;peran=tentang">Semua 22 artikel tentang instansi ini' in page
    assert page.count('<h3><a href="/artikel/') == 40
    assert 'href="/artikel?indikator=spbe-2020/12">Semua 21 artikel' in client.get("/indikator/spbe-2020/12").text
