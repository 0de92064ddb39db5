"""The calculator as a clerk on a phone meets it: fifty presses, a result, an address to send; without JavaScript the same, to the digit."""

import json
import random
import re
from decimal import Decimal
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from kb.assessments import outside, published, result
from kb.assessments.sheet import Sheet
from kb.core.pages import angka
from kb.instruments import loader

CLAIM = published.sheets()[0].sheet
HALF = "instrumen=pemdi-2026&tingkat=33-xx-xxxx-4xxx-xx-xxxx-xx"
SHEETS = 10_000


def choose(page, row: str, level: str) -> None:
    """One press on a level of a row."""
    page.locator(row).locator(f"input[value='{'' if level == '–' else level}']").click()


def bar(reader) -> str:
    """What the bar says of the index."""
    return reader.page.locator("[data-index]").inner_text()


@pytest.mark.parametrize("instrument", loader.all_instruments(), ids=lambda found: found.id)
def test_the_script_computes_what_the_server_computes(person, instrument):
    """Half-filled and whole sheets, with fractions and outside indices where there are such; by one table of weights, that of the page."""
    page = person().open(f"/simulasi/hitung?instrumen={instrument.id}").page
    dice, numbers = random.Random(2026), [i.number for i in instrument.indicators]
    steps = 400 if instrument.fractions else 4
    made = [
        {n: dice.randint(0, steps) for n in numbers if dice.random() < share} for share in (dice.random() ** 0.3 for _ in range(SHEETS))
    ]
    # As one text each way: Playwright writes and reads every number of a list by itself, which takes ten times as long as computing.
    computed = page.evaluate(
        """(asked) => {
            const [sheets, steps] = JSON.parse(asked);
            const form = document.querySelector("form[data-calculator]"), grades = JSON.parse(form.dataset.grades);
            const rows = [...form.querySelectorAll("fieldset[data-weight]")].map((row) => [row.id.slice(1), Number(row.dataset.weight)]);
            return JSON.stringify(sheets.map((sheet) => [ONE, 5 * ONE].map((empty) => calculator.score(
                rows.map(([n, weight]) => [weight, n in sheet ? ONE + sheet[n] * 4 * ONE / steps : null]), grades, empty))));
        }""",
        json.dumps([made, steps]),
    )
    for levels, (low, high) in zip(made, json.loads(computed), strict=True):
        found = result.compute(Sheet(instrument, {n: 1 + Decimal(4 * level) / steps for n, level in levels.items()}))
        assert (low, high) == ([angka(found.low.index, 2), found.low.grade], [angka(found.high.index, 2), found.high.grade]), levels


def test_the_script_reads_outside_indices_as_the_server_does(person):
    page = person().open("/simulasi/hitung?instrumen=pemdi-2026").page
    for number in (5, 6, 7):
        known = outside.known()[number]
        cents = range(int(known.lowest * 100) - 2, int(known.highest * 100) + 3)
        read = page.evaluate(
            """([n, from, to]) => {
                const field = document.querySelector(`input[name=luar${n}]`), found = [];
                const [limits, holdsLower] = [JSON.parse(field.dataset.limits), "holdsLower" in field.dataset];
                for (let index = from; index < to; index++) found.push(calculator.outside(limits, holdsLower, index));
                return found;
            }""",
            [number, cents.start, cents.stop],
        )  # fmt: skip
        for cent, value in zip(cents, read, strict=True):
            try:
                expected = int(round(known.value(Decimal(cent) / 100) * 1_260_000, 6))
            except (outside.OutOfRange, outside.OnLimit):
                expected = None
            assert value == expected, (number, cent)


def test_47_indicators_in_at_most_50_presses_and_sent_on(person):
    reader = person(phone=True).open("/simulasi/hitung")
    requests = []
    reader.page.get_by_role("link", name=re.compile("SPBE 2020")).click()
    reader.look()
    # Without a line; the icon of the page is looked up by newer Chromiums at each address, among what they hold already.
    reader.page.on("request", lambda request: request.url.split("?")[0].endswith("/berguru.svg") or requests.append(request.url))
    reader.page.context.set_offline(True)
    presses = 1
    for number, value in CLAIM.values.items():
        choose(reader.page, f"#i{number}", str(int(value)))
        presses += 1
    assert requests == [], "a press is answered without a request"
    reader.page.context.set_offline(False)
    expect(reader.page.locator("[data-index]")).to_have_text("3,75")
    expect(reader.page.locator("output")).to_contain_text("47 dari 47")
    expect(reader.page.locator("[data-next]")).to_be_hidden()
    reader.page.get_by_role("button", name="Lihat hasil").click()
    presses += 1
    reader.look()
    assert presses <= 50
    reader.sees("Hasil simulasi Indeks SPBE 2020").sees("Sangat Baik").sees("0,4505")
    sent = parse_qs(urlsplit(reader.page.get_by_role("link", name="Bagikan ke WhatsApp").get_attribute("href")).query)["text"][0]
    other = person().open("/simulasi/hasil?" + sent.split("?", 1)[1])
    expect(other.page.get_by_role("main")).to_contain_text("3,75")
    other.page.get_by_role("link", name="Ubah nilainya").click()
    other.look()
    choose(other.page, "#i43", "4")
    expect(other.page.locator("[data-index]")).to_have_text("3,78")


def test_what_was_pressed_is_there_again_when_the_page_is_opened_anew(person):
    reader = person(phone=True).open("/simulasi/hitung?instrumen=pemdi-2026")
    page = reader.page
    choose(page, "#i1", "3")
    page.locator("#i13").get_by_text("Nilai pecahan").click()
    page.locator("input[name=n13]").fill("1,17")
    page.locator("#i5").get_by_text("Nilai pecahan").click()
    page.locator("input[name=luar5]").fill("68,75")
    said = bar(reader)
    assert page.url.endswith("instrumen=pemdi-2026&tingkat=3x-xx-xxxx-xxxx-xx-xxxx-xx&luar5=68.75&n13=1.17")
    page.reload()
    reader.look()
    assert bar(reader) == said and page.locator("input[name=n13]").input_value() == "1,17"
    expect(page.locator("output")).to_contain_text("3 dari 20")
    choose(page, "#i13", "2")
    assert page.locator("input[name=n13]").input_value() == "", "one value for each indicator"
    choose(page, "#i13", "–")
    expect(page.locator("output")).to_contain_text("2 dari 20")


def test_a_typed_number_is_answered_beside_it_without_a_request(person):
    page = person(phone=True).open("/simulasi/hitung?instrumen=pemdi-2026").page
    page.locator("#i7").get_by_text("Nilai pecahan").click()
    said, field = page.locator("#i7 [data-read]"), page.locator("input[name=luar7]")
    for typed, answer in (
        ("2,9", "2,9 menjadi 2,83."), ("2,6", "Tepat di batas: pita tingkat 3"), ("9", "Tulis angka 1 sampai 5"),
        ("tiga", "Tulis angka 1 sampai 5"), ("", ""),
    ):  # fmt: skip
        field.fill(typed)
        expect(said).to_contain_text(answer)
    page.locator("input[name=n7]").fill("2,555")
    expect(said).to_contain_text("paling banyak dua desimal")
    expect(page.locator("output")).to_contain_text("0 dari 20")


def test_a_printed_sheet_holds_its_values_and_its_index_below_them(person):
    page = person().open("/simulasi/hitung?instrumen=pemdi-2026&tingkat=33-xx-xxxx-4xxx-xx-xxxx-xx&n3=2.5&luar5=68.75").page
    page.locator("#i8").get_by_text("Kriteria").click()
    page.emulate_media(media="print")
    typed, index = page.locator("input[name=n3]"), page.locator("input[name=luar5]")
    expect(typed).to_be_visible()
    expect(index).to_be_visible()
    for hidden in ("#i8 details", "#i4 details", "input[name=n5]", "summary", "[data-next]"):
        expect(page.locator(hidden).first).to_be_hidden()
    last, bar_of_index = page.locator("#i20").bounding_box(), page.locator(".result-bar").bounding_box()
    assert bar_of_index["y"] >= last["y"] + last["height"], "the index lies on no row"


def test_a_mended_sheet_stays_a_sheet_when_it_is_opened_anew(person):
    reader = person().open("/simulasi/hasil?instrumen=pemdi-2026&i1=3&n3=9")
    reader.page.locator("input[name=n3]").fill("2,5")
    reader.page.reload()
    reader.look()
    assert "/simulasi/hitung?" in reader.page.url and bar(reader) == "1,18–4,78"


def test_without_javascript_a_button_computes_the_same(person):
    reader = person(phone=True, javascript=False).open("/simulasi/hitung?instrumen=pemdi-2026")
    choose(reader.page, "#i1", "3")
    reader.page.locator("#i3").get_by_text("Nilai pecahan").click()
    reader.page.locator("input[name=n3]").fill("2,555")
    reader.page.get_by_role("button", name="Lihat hasil").click()
    reader.look()
    reader.sees("paling banyak dua desimal")
    expect(reader.page.locator("#i1 input:checked")).to_have_value("3")
    reader.page.locator("input[name=n3]").fill("2,5")
    reader.page.get_by_role("button", name="Lihat hasil").click()
    reader.look()
    found = result.compute(Sheet(loader.get("pemdi-2026"), {1: Decimal(3), 3: Decimal("2.5")}))
    reader.sees(f"{angka(found.low.index, 2)}–{angka(found.high.index, 2)}").sees("2 dari 20 indikator diisi")
    assert reader.page.url.endswith("/simulasi/hasil?instrumen=pemdi-2026&tingkat=3x-xx-xxxx-xxxx-xx-xxxx-xx&n3=2.5")


def test_claim_and_official_value_side_by_side(person):
    reader = person(phone=True).open("/simulasi/hitung")
    reader.page.get_by_text("Contoh yang terbit").click()
    reader.follow("Denpasar berdampingan").sees("29 indikator berbeda").sees("3,19")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_pages_fit_and_are_readable_by_everybody(person, phone):
    reader = person(phone=phone)
    for address in (
        "/simulasi/hitung?instrumen=spbe-2020", f"/simulasi/hasil?{CLAIM.query}&instansi=kota-denpasar",
        "/simulasi/hasil?instrumen=pemdi-2026&tingkat=36-xx&n3=9", "/simulasi/hasil?instrumen=pemdi-2026&i1=3&luar7=1,8",
        f"/simulasi/banding?{CLAIM.query}&dengan=halo", f"/simulasi/banding?{HALF}&{urlencode({'dengan': HALF.replace('33', '21')})}",
    ):  # fmt: skip
        reader.open(address)
