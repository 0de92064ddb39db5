"""The list of offices: narrowed, sorted, and patient with nonsense."""

import re

import pytest

from tests import makers

ROW = re.compile(r'href="/instansi/([a-z0-9-]+)"')
PAGES = {"ubah"}


def slugs(text: str) -> list[str]:
    """The offices on a page, in order, each once."""
    return list(dict.fromkeys(ROW.findall(text.split("<h1", 1)[1])))


@pytest.mark.parametrize(
    ("query", "present", "absent"),
    [
        ("?q=mesuji", ["kabupaten-mesuji"], ["kabupaten-pringsewu"]),
        ("?q=MESUJI+kabupaten", ["kabupaten-mesuji"], ["kabupaten-pringsewu"]),
        ("?provinsi=18&jenis=kota", ["kota-bandar-lampung", "kota-metro"], ["kabupaten-mesuji"]),
        ("?jenis=provinsi&q=lampung", ["provinsi-lampung"], ["kota-bandar-lampung"]),
        ("?bergabung=ya", ["kabupaten-mesuji"], ["kota-metro"]),
        ("?provinsi=18&bergabung=belum", ["kota-metro"], ["kabupaten-mesuji"]),
        ("?provinsi=18&jenis=desa&bergabung=entah&urut=acak&tahun=x", ["kabupaten-mesuji", "kota-metro"], []),
    ],
)
def test_the_list_is_narrowed(cast, client, query, present, absent):
    found = slugs(client.get(f"/instansi{query}").text)
    assert set(present) <= set(found) and not set(absent) & set(found)


def test_sorted_by_the_index_of_a_year_the_highest_stands_first_and_the_unknown_last(client):
    page = client.get("/instansi?provinsi=18&urut=indeks&tahun=2022").text
    known = ["provinsi-lampung", "kabupaten-mesuji", "kota-metro", "kabupaten-lampung-utara", "kabupaten-lampung-barat",
             "kabupaten-way-kanan", "kabupaten-lampung-tengah", "kabupaten-tulang-bawang-barat", "kabupaten-pringsewu",
             "kabupaten-pesawaran", "kabupaten-tanggamus", "kota-bandar-lampung"]  # fmt: skip
    assert slugs(page)[: len(known)] == known and len(slugs(page)) == 16
    row = page.split("/instansi/kabupaten-mesuji")[1].split("</tr>")[0]
    assert "2,59" in row and "2022" in row and page.count("belum diketahui") == 16 - len(known)


def test_sorted_by_the_index_of_another_year_that_year_counts(client):
    page = client.get("/instansi?provinsi=18&urut=indeks&tahun=2023").text
    assert (
        slugs(page)[:2] == ["provinsi-lampung", "kabupaten-mesuji"]
        and "3,57" in page.split("/instansi/kabupaten-mesuji")[1].split("</tr>")[0]
    )


@pytest.mark.parametrize("query", ["?q=%25_%5C", "?q=" + "a" * 5000, "?q=%1b", "?hal=-1", "?hal=99999999999999999999", "?provinsi='--"])
def test_nonsense_is_no_error(client, query):
    assert client.get(f"/instansi{query}").status_code == 200


def test_nothing_found_says_so_and_how_to_go_on(client):
    page = client.get("/instansi?q=atlantis").text
    assert slugs(page) == [] and "Tidak ada instansi" in page


def test_all_546_are_reached_page_by_page(client):
    found = []
    for number in range(1, 20):
        found += slugs(client.get(f"/instansi?hal={number}").text)
    assert len(set(found)) == 546


def test_an_office_joins_when_its_first_manager_is_there(app, client, db_ctx):
    assert "kota-metro" not in slugs(client.get("/instansi?bergabung=ya").text)
    with db_ctx() as session:
        makers.make_user("18.72", "manager")
        session.commit()
    assert "kota-metro" in slugs(client.get("/instansi?bergabung=ya").text)


def test_the_list_costs_the_same_for_one_row_and_for_thirty(client, count_queries):
    with count_queries() as few:
        client.get("/instansi?q=mesuji")
    with count_queries() as many:
        client.get("/instansi")
    assert few.value == many.value <= 8
