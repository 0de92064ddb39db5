"""The indicator page, one of the two hubs: what each level asks, who wrote about it, who is strong on it, and where it comes from."""

import re
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import delete

from kb.core.db import db
from kb.instruments import loader
from kb.offices.models import IndexValue
from kb.questions import service as question_service
from tests.home.makers import cost, make_article
from tests.makers import office
from tests.notes.makers import make_note
from tests.questions.makers import make_answer, make_question

INDICATORS = [indicator for instrument in loader.all_instruments() for indicator in instrument.indicators]


def test_both_instruments_are_complete():
    assert [len(instrument.indicators) for instrument in loader.all_instruments()] == [47, 20]


@pytest.fixture(scope="module")
def pages(app):
    """Every indicator page as a visitor sees it."""
    client = app.test_client()
    return {indicator.code: client.get(f"/indikator/{indicator.code}") for indicator in INDICATORS}


@pytest.mark.any_database
@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.code)
def test_every_indicator_has_its_page(pages, indicator):
    page = pages[indicator.code]
    assert page.status_code == 200
    text = unescape(page.text)
    assert indicator.name in text and f"Indikator {indicator.number}: {indicator.short_name}" in text
    for level in indicator.levels:
        assert f"{level.value} · {level.name}" in text and indicator.criteria[level.value] in text
    assert indicator.confidence.weight in text
    sources = loader.get(indicator.instrument_id).sources
    assert indicator.sources
    for code in indicator.all_sources:
        assert sources[code]["what"] in text and sources[code]["where"] in text


@pytest.mark.any_database
@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.code)
def test_usual_evidence_stands_beside_each_level_and_is_marked_as_practice(pages, indicator):
    rows = unescape(pages[indicator.code].text).split('id="tingkat"')[1].split("<tbody>")[1].split("</tbody>")[0].split("</tr>")
    for level, row in zip(indicator.levels, rows, strict=False):
        asked, shown = row.split('<td data-label="Bukti lazim (praktik, bukan aturan)">')
        assert indicator.criteria[level.value] in asked
        assert f"{indicator.evidence[level.value]} " in shown
        assert f"(keyakinan {indicator.confidence.evidence[level.value]})" in shown
        for usual, cell in ((False, asked), (True, shown)):
            for rule in indicator.rules_of(level.value, usual=usual):
                assert rule.text in cell and f"keyakinan {rule.confidence})" in cell


def test_what_a_source_says_of_the_whole_indicator_stands_above_the_levels_with_its_source(pages):
    above = unescape(pages["pemdi-2026/7"].text).split('id="tingkat"')[1].split("<table")[0]
    assert "Batas bawah ikut pita itu" in above and "(menurut PermenPANRB 8/2026; keyakinan tinggi)" in above
    beside = unescape(pages["spbe-2020/45"].text)
    assert "mal pelayanan publik digital juga diterima." in beside and "menurut Pedoman Menteri PANRB 3/2024" in beside


def test_the_list_says_how_each_instrument_grades(client):
    page = unescape(client.get("/indikator").text)
    spbe, pemdi = page.split('id="pemdi-2026"')
    bands = [dict(re.findall(r'<tr><th scope="row">([\w ]+)</th><td>([^<]+)</td></tr>', part)) for part in (spbe, pemdi)]
    assert bands[0] == {
        "Memuaskan": "4,20 sampai 5,00",
        "Sangat Baik": "3,50 sampai kurang dari 4,20",
        "Baik": "2,60 sampai kurang dari 3,50",
        "Cukup": "1,80 sampai kurang dari 2,60",
        "Kurang": "1,00 sampai kurang dari 1,80",
    }
    assert bands[1] == {
        "Memuaskan": "lebih dari 4,00 sampai 5,00",
        "Sangat Baik": "lebih dari 3,50 sampai 4,00",
        "Baik": "lebih dari 2,50 sampai 3,50",
        "Cukup": "lebih dari 1,50 sampai 2,50",
        "Kurang": "1,00 sampai 1,50",
    }
    assert "laporan 2024 nilai tepat sebelum dibulatkan" in spbe and "juga tidak disebut" in pemdi


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
        make_article(cast.outsider.viewer, "Belum terbit", status="draft")
        make_note(cast.guest_member.viewer, title="Catatan tertutup", indicators=("spbe-2020/12",))
    page = client.get(PAGE).text
    assert "Untuk semua" in page and not any(words in page for words in ("Untuk instansi sendiri", "Belum terbit", "Catatan tertutup"))
    strong = page.split('id="kuat"')[1].split("</section>")[0]
    assert "Mesuji" in strong and "1 artikel" in strong and "Pringsewu" not in strong and "catatan kunjungan" not in strong
    theirs = cast.guest_member.client.get(PAGE).text
    assert "Untuk instansi sendiri" in theirs and "Catatan tertutup" in theirs
    assert "1 artikel, 1 catatan kunjungan" in theirs.split('id="kuat"')[1]


def block(client) -> dict[str, str]:
    """What the page says of offices, by heading."""
    section = client.get(PAGE).text.split('id="kuat"')[1].split("</section>")[0]
    strong, *others = section.split("<h3>")
    return {"kuat": strong} | {part.partition("</h3>")[0]: part for part in others}


def measure(code: str, value: str | None, **values) -> None:
    """The only published index of an office. Commits."""
    ident = office(code).id
    db.session.execute(delete(IndexValue).where(IndexValue.office_id == ident))
    if value is not None:
        known = {
            "instrument_id": "spbe-2020",
            "year": 2023,
            "kind": "penetapan",
            "confidence": "tinggi",
            "note": "",
            "source": "Uji",
        } | values
        db.session.add(IndexValue(office_id=ident, value=Decimal(value), published_as=value, **known))
    db.session.commit()


def test_the_strong_offices_are_ranked_by_what_they_have_shown(cast, client, db_ctx):
    with db_ctx():
        measure("18.10", "2.97")
        measure("18.12", "2.60")
        for number in range(2):
            make_article(cast.guest_member.viewer, f"Artikel {number}")
        make_article(cast.host_member.viewer, "Satu artikel")
        make_note(cast.outsider.viewer, host="18.12", guest="18.11", indicators=("spbe-2020/12",), visibility="publik")
        make_article(cast.admin.viewer, "Panduan redaksi")
    strong = block(client)["kuat"]
    order = [strong.index(name) for name in ("Kabupaten Pringsewu", "Kabupaten Mesuji", "Kabupaten Tulang Bawang Barat")]
    assert order == sorted(order) and "Redaksi" not in strong
    assert "1 artikel tentang indikator ini; Indeks SPBE 2020 3,99 (Sangat Baik, 2024, penetapan (laporan resmi))" in strong


@pytest.mark.parametrize(
    ("value", "known", "is_strong"),
    [
        ("2.07", {}, False), ("2.59", {}, False), ("2.60", {}, True), ("4.30", {}, True), ("1.00", {}, False),
        (None, {}, True),  # its own article stands, and nothing speaks against it
        ("4.30", {"instrument_id": None}, True),  # by an unknown instrument: no index is known
        ("1.60", {"instrument_id": None}, True),
        ("1.30", {"instrument_id": "spbe-2018"}, True),
    ],
)  # fmt: skip
def test_an_office_is_strong_by_its_own_work_unless_its_index_is_below_baik(cast, client, db_ctx, value, known, is_strong):
    with db_ctx():
        measure("18.12", value, **known)
        make_article(cast.outsider.viewer, "Karya sendiri")
    found = block(client)
    assert ("Tulang Bawang Barat" in found["kuat"]) == is_strong
    assert ("Belum ada" in found["kuat"]) == (not is_strong)
    if not is_strong:
        assert (
            f"1 artikel tentang indikator ini; Indeks SPBE 2020 {value.replace('.', ',')}"
            in found["Pernah menunjukkan, indeks di bawah Baik"]
        )
    elif known or value is None:
        assert "indeks belum diketahui" in found["kuat"]


def test_a_good_index_alone_makes_nobody_strong_on_an_indicator(cast, client, db_ctx):
    with db_ctx():
        measure("18.12", "4.80")
    assert "Belum ada instansi yang menulis" in block(client)["kuat"]


@pytest.mark.parametrize(("state", "counts"), [("accepted", True), ("given", False), ("withdrawn", False)])
def test_an_accepted_answer_is_strength_and_any_other_is_not(cast, client, db_ctx, state, counts):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, indicators=("spbe-2020/12",))
        answer = make_answer(question, cast.host_member.viewer)
        if state == "accepted":
            question_service.accept(answer, cast.guest_member.viewer)
        if state == "withdrawn":
            question_service.withdraw(answer, cast.host_member.viewer)
        db.session.commit()
    assert ("1 jawaban diterima" in block(client)["kuat"]) == counts


def test_what_others_wrote_of_an_office_is_a_reference_and_no_strength(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.admin.viewer, "Strategi Mesuji", about=(office("18.11").id,))
        make_article(cast.admin.viewer, "Tertutup", about=(office("18.10").id,), visibility="instansi")
        make_article(cast.host_member.viewer, "Indikator lain", indicators=("spbe-2020/13",))
    found = block(client)
    assert "Mesuji" not in found["kuat"] and "Belum ada" in found["kuat"]
    reference = found["Ditulis pihak lain"]
    assert "Mesuji" in reference and "1 artikel tentangnya" in reference and "Pringsewu" not in reference
    target = "/artikel?indikator=spbe-2020/12&instansi=kabupaten-mesuji&peran=tentang"
    assert target.replace("&", "&amp;") in reference
    listed = client.get(target).text
    assert "Strategi Mesuji" in listed and "Indikator lain" not in listed


def test_who_wrote_of_itself_is_strong_and_no_reference(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.host_member.viewer, "Kami", about=(office("18.11").id,))
    found = block(client)
    assert "Mesuji" in found["kuat"] and "Ditulis pihak lain" not in found


def test_how_sure_we_are_stands_once_on_the_page_and_no_source_is_called_by_a_code(pages):
    for code, page in pages.items():
        text = unescape(page.text)
        assert text.count("Keyakinan") == 1, code
        assert not re.search(r"\b[SP][0-9]{1,2}\b", text.split("<main")[1]), code


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
