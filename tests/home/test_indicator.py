"""The indicator page, one of the two hubs: what each level asks, who wrote about it, who is strong on it, and where it comes from."""

from html import unescape

import pytest

from kb.instruments import loader
from tests.home.makers import cost, make_article
from tests.notes.makers import make_note

INDICATORS = [indicator for instrument in loader.all_instruments() for indicator in instrument.indicators]


def test_both_instruments_are_complete():
    assert [len(instrument.indicators) for instrument in loader.all_instruments()] == [47, 20]


@pytest.fixture(scope="module")
def pages(app):
    """Every indicator page as a visitor sees it."""
    client = app.test_client()
    return {indicator.code: client.get(f"/indikator/{indicator.code}") for indicator in INDICATORS}


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.code)
def test_every_indicator_has_its_page(pages, indicator):
    page = pages[indicator.code]
    assert page.status_code == 200
    text = unescape(page.text)
    assert indicator.name in text and f"Indikator {indicator.number}: {indicator.short_name}" in text
    for level in indicator.levels:
        assert f"{level.value} · {level.name}" in text and indicator.criteria[level.value] in text
    assert indicator.confidence.weight in text and indicator.confidence.criteria in text
    sources = loader.get(indicator.instrument_id).sources
    assert indicator.sources
    for code in indicator.sources:
        assert sources[code]["what"] in text and sources[code]["where"] in text


@pytest.mark.parametrize(
    "address",
    ["spbe-2020/0", "spbe-2020/48", "pemdi-2026/21", "spbe-2020/-1", "spbe-2020/dua", "spbe-2018/1", "x/1", "spbe-2020/99999999999999"],
)
def test_an_unknown_indicator_is_not_found(client, address):
    assert client.get(f"/indikator/{address}").status_code == 404


def test_the_list_names_every_indicator_with_its_weight(client):
    page = unescape(client.get("/indikator").text)
    for indicator in INDICATORS:
        assert f'href="/indikator/{indicator.code}">{indicator.number}. {indicator.short_name}</a>' in page


def test_an_instrument_is_a_part_of_the_list(client):
    assert client.get("/indikator/spbe-2020").location == "/indikator#spbe-2020"
    assert 'id="spbe-2020"' in client.get("/indikator").text


PAGE = "/indikator/spbe-2020/12"


def test_a_page_without_articles_says_so_and_invites_to_write(cast, client):
    assert "Belum ada artikel tentang indikator ini." in client.get(PAGE).text
    assert "Belum ada instansi yang menulis" in client.get(PAGE).text
    assert "/artikel/baru?indikator=spbe-2020/12" in cast.guest_member.client.get(PAGE).text
    assert "/artikel/baru" not in client.get(PAGE).text


def test_what_is_closed_to_a_visitor_is_neither_shown_nor_counted(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.host_member.viewer, "Untuk semua")
        make_article(cast.guest_member.viewer, "Untuk instansi sendiri", visibility="instansi")
        make_article(cast.outsider.viewer, "Draf", status="draft")
        make_note(cast.guest_member.viewer, title="Catatan tertutup", indicators=("spbe-2020/12",))
    page = client.get(PAGE).text
    assert "Untuk semua" in page and not any(words in page for words in ("Untuk instansi sendiri", "Draf", "Catatan tertutup"))
    strong = page.split('id="kuat"')[1].split("</section>")[0]
    assert "Mesuji" in strong and "1 artikel" in strong and "Pringsewu" not in strong and "catatan kunjungan" not in strong
    theirs = cast.guest_member.client.get(PAGE).text
    assert "Untuk instansi sendiri" in theirs and "Catatan tertutup" in theirs
    assert "1 artikel, 1 catatan kunjungan" in theirs.split('id="kuat"')[1]


def test_the_strong_offices_are_ranked_by_what_they_have_shown(cast, client, db_ctx):
    with db_ctx():
        for number in range(2):
            make_article(cast.guest_member.viewer, f"Artikel {number}")
        make_article(cast.host_member.viewer, "Satu artikel")
        make_note(cast.outsider.viewer, host="18.12", guest="18.11", indicators=("spbe-2020/12",), visibility="publik")
        make_article(cast.admin.viewer, "Panduan redaksi")
    strong = client.get(PAGE).text.split('id="kuat"')[1].split("</section>")[0]
    order = [strong.index(name) for name in ("Kabupaten Pringsewu", "Kabupaten Mesuji", "Kabupaten Tulang Bawang Barat")]
    assert order == sorted(order) and "Redaksi" not in strong
    assert "indeks 3,7 (2023)" in strong


def test_counterparts_lead_both_ways(client):
    newer = next(indicator for indicator in INDICATORS if indicator.counterparts)
    older = loader.indicator(newer.counterparts[0])
    assert f'href="/indikator/{older.code}"' in client.get(f"/indikator/{newer.code}").text
    assert f'href="/indikator/{newer.code}"' in client.get(f"/indikator/{older.code}").text


def test_the_page_costs_the_same_for_one_article_and_for_thirty(cast, client, db_ctx, count_queries):
    found = []
    for many in (1, 29):
        with db_ctx():
            for number in range(many):
                make_article((cast.host_member, cast.guest_member, cast.outsider)[number % 3].viewer, f"Artikel {many} {number}")
                make_note(cast.host_member.viewer, indicators=("spbe-2020/12",), visibility="publik")
        found.append(cost(client, PAGE, count_queries))
    assert found[0] == found[1] <= 8
