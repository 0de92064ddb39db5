"""The calculator, its result and two side by side: what stands in an address is shown, and what cannot be read is said."""

import re
from decimal import Decimal
from html import unescape
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from sqlalchemy import select

from kb.assessments import published
from kb.core.db import db
from kb.instruments import loader
from kb.offices.models import IndexValue
from tests.makers import office

pytestmark = pytest.mark.any_database

CLAIM, CENTRAL, ACEH = (one.sheet.query for one in published.sheets())


def page_of(client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, answer.status_code
    return unescape(answer.text)


# ---- the sheet


def test_the_instrument_in_force_stands_first_and_spbe_beside_it(client):
    assert client.get("/simulasi").location == "/simulasi/hitung?instrumen=pemdi-2026"
    page = page_of(client, "/simulasi/hitung")
    assert "Simulasi Indeks Pemdi 2026" in page and page.count("<fieldset") == 20 and "1,00–5,00" in page
    spbe = page_of(client, "/simulasi/hitung?instrumen=spbe-2020")
    assert spbe.count("<fieldset") == 47 and 'inputmode="decimal"' not in spbe


def test_who_is_of_an_office_begins_with_its_name(cast):
    assert cast.host_member.client.get("/simulasi").location == "/simulasi/hitung?instrumen=pemdi-2026&instansi=kabupaten-mesuji"
    assert cast.admin.client.get("/simulasi").location == "/simulasi/hitung?instrumen=pemdi-2026", "the editorial office is no government"
    assert cast.host_member.client.get("/simulasi?indikator=spbe-2020/12").location == (
        "/simulasi/hitung?instrumen=spbe-2020&instansi=kabupaten-mesuji#i12"
    )
    assert cast.visitor.client.get("/simulasi?indikator=spbe-2020/99").location == "/simulasi/hitung?instrumen=pemdi-2026"


@pytest.mark.parametrize("instrument", loader.all_instruments(), ids=lambda found: found.id)
def test_each_criterion_stands_on_the_page_once(client, instrument):
    page = page_of(client, f"/simulasi/hitung?instrumen={instrument.id}")
    texts = [text for indicator in instrument.indicators for text in indicator.criteria.values()]
    for text in set(texts):
        assert page.count(f"<li>{text}<") == texts.count(text), text
    waits = page.count('<span class="meta"> Dinilai setelah tingkat 1 terpenuhi.</span>')
    assert waits == (20 if instrument.id == "pemdi-2026" else 0), "level 2 of Pemdi waits for level 1, said beside it"


def test_what_the_address_holds_is_filled_in(client):
    page = page_of(client, "/simulasi/hitung?instrumen=pemdi-2026&tingkat=32-1x-xxxx-xxxx-xx-xxxx-xx&n13=1.17&luar5=68.75")
    assert re.findall(r'name="(i\d+)" value="(\d)" checked', page) == [("i1", "3"), ("i2", "2"), ("i3", "1")]
    assert 'name="n13" inputmode="decimal" maxlength="8" value="1,17"' in page
    assert (
        re.search(r'name="luar5"[^>]*value="68,75"', page) and "68,75 menjadi 3,75." in page and "Keyakinan tinggi (pita), sedang" in page
    )
    assert "<span data-filled>5</span>\xa0dari\xa020\xa0diisi" in page and 'href="#i4"' in page


def test_the_two_ikasandi_indices_are_a_clue_only(client):
    page = page_of(client, "/simulasi/hitung")
    assert page.count("petunjuk saja, tidak dihitung") == 2 and 'name="luar10"' not in page and 'name="luar7"' in page


# ---- the result


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (CLAIM, ["<strong class=\"big-number\">3,75</strong> Sangat Baik", "naik <strong>0,4505</strong> untuk predikat Memuaskan"]),
        (CENTRAL, ["<strong class=\"big-number\">3,19</strong> Baik", "3,00", "3,30", "2,18", "3,55"]),
        (ACEH, ["<strong class=\"big-number\">1,24</strong> Kurang", "naik lebih dari <strong>0,2585</strong>", "tepat 1,50 masih Kurang"]),
    ],
    ids=["claim", "central", "aceh"],
)  # fmt: skip
def test_the_published_sheets_come_out_as_published(client, query, said):
    page = page_of(client, f"/simulasi/hasil?{query}")
    assert [text for text in said if text not in page] == [] and "Ini simulasi, bukan nilai resmi" in page
    assert "Lima langkah yang paling mengangkat" in page and page.count('<ol class="steps">') == 1


def test_a_form_leads_to_the_shortest_address_of_its_sheet(client):
    query = "instrumen=pemdi-2026&i1=3&i2=&n2=&n3=1,5&luar5=&i4=2"
    answer = client.get(f"/simulasi/hasil?{query}")
    assert answer.status_code == 302
    assert answer.location == "/simulasi/hasil?instrumen=pemdi-2026&tingkat=3x-x2-xxxx-xxxx-xx-xxxx-xx&n3=1.5"
    assert client.get(answer.location).status_code == 200


def test_a_half_filled_sheet_has_bounds_and_a_way_to_go_on(client):
    page = page_of(client, "/simulasi/hasil?instrumen=pemdi-2026&tingkat=33-xx-xxxx-xxxx-xx-xxxx-xx")
    assert "1,20–4,80" in page and "2 dari 20 indikator diisi" in page and "#i3" in page and "Kurang sampai Memuaskan" in page


def test_the_words_of_a_half_result_are_those_of_its_pictures(client):
    """The bar of what is still possible is hatched; and three steps are not five."""
    half = page_of(client, "/simulasi/hasil?instrumen=pemdi-2026&tingkat=33-xx-xxxx-4xxx-xx-xxxx-xx")
    assert "Bagian berarsir, pada radar bidang muda: yang masih mungkin" in half
    assert "<h2>Langkah yang paling mengangkat</h2>" in half and half.split('<ol class="steps">')[1].split("</ol>")[0].count("<li>") == 3
    whole = page_of(client, f"/simulasi/hasil?{CLAIM}")
    assert "berarsir" not in whole and "<h2>Lima langkah yang paling mengangkat</h2>" in whole


@pytest.mark.parametrize("query", [CLAIM, f"{CLAIM}&instansi=kabupaten-mesuji", f"{CLAIM}&instansi=provinsi-lampung", ACEH])
def test_the_head_of_a_table_is_as_wide_as_its_rows(client, query):
    table = page_of(client, f"/simulasi/hasil?{query}").split('<table class="against whole">')[1].split("</table>")[0]
    head, *rows = (len(re.findall(r"<t[hd][ >]", row)) for row in table.split("<tr>")[1:])
    assert set(rows) == {head} and "<td" not in table.split("</thead>")[0], "a head cell each"


def test_the_result_is_sent_on_with_a_ready_sentence(client):
    page = page_of(client, f"/simulasi/hasil?{CLAIM}&instansi=kota-denpasar")
    (link,) = re.findall(r'href="(https://wa\.me/[^"]+)"', page)
    text = parse_qs(urlsplit(link).query)["text"][0]
    assert (
        text.startswith("Simulasi Indeks SPBE 2020 Diskominfo Kota Denpasar: 3,75 (Sangat Baik), 47 dari 47")
        and "bukan nilai resmi" in text
    )
    address = text.split("\n")[1]
    assert address.endswith(f"/simulasi/hasil?{CLAIM}&instansi=kota-denpasar")
    assert "3,75" in page_of(client, address[address.index("/simulasi") :])


def test_beside_it_stands_what_was_published_of_the_office(client):
    page = page_of(client, f"/simulasi/hasil?{CLAIM}&instansi=kabupaten-mesuji")
    row = page.split('<th scope="row">Manajemen')[1].split("</tr>")[0]
    assert "Terbit 2024" in page and "2,18" in row and "1,64" in row
    pemdi = page_of(client, f"/simulasi/hasil?{ACEH}&instansi=kabupaten-mesuji")
    assert "Belum ada nilai terbit Indeks Pemdi 2026 yang diketahui" in pemdi and "Terbit 2024" not in pemdi
    province = page_of(client, f"/simulasi/hasil?{CLAIM}&instansi=provinsi-lampung")
    assert "Terbit 2024" in province and "Median provinsi" not in province
    nothing = page_of(client, f"/simulasi/hasil?{CLAIM}&instansi=kabupaten-nabire")
    assert "Belum ada nilai terbit" in nothing


def test_a_misprinted_domain_is_not_drawn(client, db_ctx):
    with db_ctx():
        value = db.session.scalars(select(IndexValue).where(IndexValue.office_id == office("18.11").id, IndexValue.year == 2024)).one()
        value.domain_3 = Decimal("0.3")
        db.session.commit()
    row = page_of(client, f"/simulasi/hasil?{CLAIM}&instansi=kabupaten-mesuji").split('<th scope="row">Manajemen')[1].split("</tr>")[0]
    assert "0,30" not in row and 'class="published"' not in row


def test_levels_meant_for_another_instrument_are_poured_into_none(client):
    page = page_of(client, "/simulasi/hitung?instrumen=spbe2020&tingkat=" + "3" * 47, 422)
    assert "Tidak ada instrumen “spbe2020”" in page and " checked" not in page and "Yang dapat dibaca" not in page
    assert page_of(client, "/simulasi/hitung?instrumen=SPBE-2020&tingkat=" + "3" * 47).count(" checked") == 47


def test_a_published_sheet_is_named_with_its_source_wherever_it_is_shown(client):
    assert "Kota Denpasar 2021, penilaian mandiri" in page_of(client, f"/simulasi/hasil?{CLAIM}")
    aceh = page_of(client, f"/simulasi/hasil?{ACEH}")
    assert "asesor eksternal 21 September" in aceh and "Aspek 5 terbit 1,08" in aceh and "github:Niumination" in aceh
    pair = page_of(client, f"/simulasi/banding?{CLAIM}&dengan={quote(CENTRAL, safe='')}")
    assert "penilaian mandiri" in pair and "dinilai pusat" in pair and "github:putuokky" in pair and "−0,56" in pair


def test_an_office_leads_into_its_calculator_and_stays_named(client):
    assert "/simulasi/hitung?instansi=kota-denpasar" in page_of(client, "/instansi/kota-denpasar")
    assert (
        client.get("/simulasi?instansi=kota-denpasar&instrumen=spbe-2020").location
        == "/simulasi/hitung?instrumen=spbe-2020&instansi=kota-denpasar"
    )
    pair = page_of(client, f"/simulasi/banding?{CLAIM}&instansi=kota-denpasar")
    assert 'name="instansi" value="kota-denpasar"' in pair and f"/simulasi/hasil?{CLAIM}&instansi=kota-denpasar" in pair


def test_exactly_on_the_limit_of_a_grade_the_page_says_so(client):
    page = page_of(client, "/simulasi/hasil?instrumen=pemdi-2026&" + "&".join(f"n{number}=2.5" for number in range(1, 21)))
    assert "Tepat di batas: sedikit saja di atas 2,50 sudah Baik." in page and "lebih dari <strong>0" not in page


def test_an_office_nobody_knows_is_left_out(client):
    assert client.get(f"/simulasi/hasil?{CLAIM}&instansi=kabupaten-atlantis").location == f"/simulasi/hasil?{CLAIM}"


# ---- bad input


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("instrumen=pemdi-2026&i3=6", "Tidak ada tingkat “6”"), ("instrumen=pemdi-2026&n3=2,555", "paling banyak dua desimal"),
        ("instrumen=spbe-2020&i3=2,5", "Tidak ada tingkat “2,5”"),
        ("instrumen=pemdi-2026&i30=2", "Tidak dikenal pada alamat Indeks Pemdi ini: i30"),
        ("instrumen=pemdi-2026&tingkat=3333", "memuat 4 nilai"), ("instrumen=pemdi-2026&luar5=101", "bernilai 0 sampai 100"),
        ("instrumen=pemdi-2030&i3=2", "Tidak ada instrumen “pemdi-2030”"),
        ("instrumen=%3Cscript%3E&i3=2", "Tidak ada instrumen “<script>”"),
        ("instrumen=pemdi-2026", "Belum ada nilai yang diisi"), ("i1=", "Belum ada nilai yang diisi"),
        ("instrumen=pemdi-2026&tingkat=" + "3" * 10_000, "terlalu panjang"), ("i1=2&i1=4", "Indikator 1: Tertulis dua kali"),
        ("instrumen=pemdi-2026&instrumen=spbe-2020&i1=2", "menyebut dua instrumen"),
        ("luar5=25&i5=3", "dua nilai berbeda"), ("luar5=25&luar5=30", "Tertulis dua kali"),
        ("i1=2&luar7=1,8", "termasuk pita tingkat 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_brings_the_sheet_back_with_a_message(client, query, said):
    answer = client.get(f"/simulasi/hasil?{query}")
    page = unescape(answer.text)
    assert said in page and "<fieldset" in page and answer.status_code == (200 if "luar7" in query else 422)


def test_a_wrong_value_is_said_at_its_row_and_the_right_ones_stay(client):
    page = page_of(client, "/simulasi/hasil?instrumen=pemdi-2026&i1=4&n3=2,555", 422)
    row = page.split('<fieldset id="i3"')[1].split("</fieldset>")[0]
    assert (
        'class="has-error" aria-describedby="galat-3"' in row
        and 'aria-invalid="true"' in row
        and 'value="2,555"' in row
        and '<a href="#i3">' in page
    )
    assert re.findall(r'name="(i\d+)" value="(\d)" checked', page) == [("i1", "4")] and "<title>Kesalahan: " in page


# ---- two side by side


def test_claim_and_official_side_by_side(client):
    page = page_of(client, f"/simulasi/banding?{CLAIM}&dengan={quote(CENTRAL, safe='')}")
    assert "3,75" in page and "3,19" in page and "29 indikator berbeda" in page
    first = page.split("Perbedaan menurut indikator")[1].split("</tr>")[1]
    assert "40. Layanan Akuntabilitas Kinerja Organisasi" in first and "−0,055" in first


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        (f"https://lain.example/simulasi/hasil?{CENTRAL}", "29 indikator berbeda"),
        (CENTRAL, "29 indikator berbeda"),
        (f"  https://lain.example/simulasi/hasil?{CENTRAL}#tabel ", "29 indikator berbeda"),
        (f"Mohon dicek: https://lain.example/simulasi/hasil?{CENTRAL} terima kasih", "29 indikator berbeda"),
        (f"{CENTRAL}#i2", "29 indikator berbeda"),
        (CLAIM, "Tidak ada indikator yang berbeda"),
    ],
)
def test_a_second_address_is_read_however_it_was_copied(client, pasted, said):
    answer = client.get(f"/simulasi/banding?{CLAIM}&dengan={quote(pasted, safe='')}")
    if answer.status_code == 302:
        assert len(answer.location) < 400, "the second sheet only, not the address it stood in"
        answer = client.get(answer.location)
    assert said in unescape(answer.text) and "wa.me" in answer.text


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        ("halo", "tidak memuat satu nilai pun"), (ACEH, "memakai instrumen lain"), ("https://[?tingkat=1", "tidak dapat dibaca"),
        ("instrumen=spbe-2020&i3=9", "Indikator 3: Tidak ada tingkat “9”"), ("x" * 5000, "terlalu panjang"), ("&" * 3000, "tidak"),
        ("&".join(f"a{n}=1" for n in range(500)), "tidak dapat dibaca"), ("instrumen=spbe-2020", "tidak memuat satu nilai pun"),
    ],
)  # fmt: skip
def test_a_second_address_that_is_none_is_said_to_be_so_and_stays(client, pasted, said):
    page = page_of(client, f"/simulasi/banding?{CLAIM}&dengan={quote(pasted, safe='')}", 422)
    assert said in page and f'value="{pasted[:50]}' in page and page.count('name="tingkat"') == 1


def test_what_only_one_of_two_holds_is_named(client):
    page = client.get(f"/simulasi/banding?i1=3&dengan={quote('i1=4&i2=2', safe='')}", follow_redirects=True).text
    assert "Hanya diisi pada salah satu: 2. Manajemen Layanan Digital Pemerintah." in page and "1 indikator berbeda" in page


def test_without_a_second_address_it_is_asked_for(client):
    assert 'name="dengan"' in page_of(client, f"/simulasi/banding?{CLAIM}")
    assert "Belum ada nilai yang diisi" in page_of(client, "/simulasi/banding?instrumen=spbe-2020", 422)
    assert client.get("/simulasi/banding").location == client.get("/simulasi/hasil").location == "/simulasi/hitung"


def test_nothing_of_a_sheet_is_stored(client, count_queries):
    with count_queries() as counted:
        client.get(f"/simulasi/hasil?{CLAIM}&instansi=kabupaten-mesuji")
    assert counted.value <= 5 and not [text for text in counted.statements if not text.startswith("SELECT")]
    with count_queries() as counted:
        client.get("/simulasi/hitung")
    assert counted.value == 0


def test_the_indicator_page_names_the_unit_and_leads_into_the_calculator(client):
    page = page_of(client, "/indikator/spbe-2020/29")
    assert "Biasanya dijawab <strong>Inspektorat</strong>, dibantu Diskominfo" in page and "tingkat 3 menuntut auditor internal" in page
    assert 'href="/simulasi?indikator=spbe-2020/29"' in page
    for instrument in loader.all_instruments():
        assert all(indicator.unit.usual and indicator.unit.confidence in ("sedang", "rendah") for indicator in instrument.indicators)
