"""The office page, the other hub: its index by year, articles, visits received, and how to come."""

from html import unescape

import pytest

from tests.home.makers import cost, make_article
from tests.notes.makers import make_note, make_visit
from tests.visits.makers import SECRETS

MESUJI = "/instansi/kabupaten-mesuji"


def test_the_index_stands_by_year_with_grade_and_source(client):
    section = unescape(client.get(MESUJI).text.split('id="indeks"')[1].split("</section>")[0])
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


def test_an_office_shows_where_it_went(cast, client, db_ctx):
    with db_ctx():
        make_note(cast.host_member.viewer, title="Belajar di Mesuji", visibility="publik")
    page = client.get("/instansi/kabupaten-pringsewu").text
    assert "Kunjungan yang dilakukan" in page and "Belajar di Mesuji" in page


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
    assert 'href="/artikel?instansi=kabupaten-mesuji">Semua 21 artikel' in client.get(MESUJI).text
    assert 'href="/artikel?indikator=spbe-2020/12">Semua 21 artikel' in client.get("/indikator/spbe-2020/12").text
