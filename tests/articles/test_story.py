"""The starter texts name real offices: each index, position and median they tell is the one that the published values give."""

import csv
import re
from decimal import Decimal
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from kb.config import ROOT

CONTENT = Path(ROOT, "content")
STRATEGY = "artikel/strategi-spbe-mesuji"
PRINGSEWU_NOTE = "catatan/2023-05-pringsewu-ke-mesuji"
TUBABA_NOTE = "catatan/2023-03-16-tubaba-ke-mesuji"
MANAGEMENT = "artikel/manajemen-spbe-indikator-21-28"
SELF_ASSESSMENT = "artikel/penilaian-mandiri-tanpa-berlebihan"
DOMAINS = {"Kebijakan": "domain_1", "Tata kelola": "domain_2", "Manajemen": "domain_3", "Layanan": "domain_4"}
STORY = {
    "18.11": {2022: "2,59", 2023: "3,57", 2024: "3,99"},
    "18.10": {2022: "2,00", 2023: "2,97", 2024: "3,05"},
    "18.12": {2022: "2,07", 2023: "2,27", 2024: "2,49"},
}
AT_THE_LIMITS = [
    ("12.25", 2023, "1,80", "Cukup"),
    ("93.02", 2023, "1,80", "Cukup"),
    ("73.17", 2024, "2,60", "Cukup"),
    ("35.01", 2024, "3,50", "Baik"),
]
TOLD_IN = {"18.11": (STRATEGY, PRINGSEWU_NOTE, TUBABA_NOTE), "18.10": (STRATEGY, PRINGSEWU_NOTE), "18.12": (STRATEGY, TUBABA_NOTE)}


@cache
def rows() -> list[dict]:
    with Path(ROOT, "kb", "offices", "data", "index_values.csv").open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["instrument"] == "spbe-2020"]


def reported(year: int) -> dict[str, dict]:
    """The ministry's report on a year, by region code."""
    return {row["code"]: row for row in rows() if row["year"] == str(year) and row["kind"] == "penetapan (laporan resmi)"}


def possible(year: int, column: str, within: str = "") -> list[Decimal]:
    """The values of a year without the misprints below 1."""
    values = [Decimal(row[column]) for code, row in reported(year).items() if code.startswith(within)]
    return [value for value in values if value >= 1]


def position(code: str, year: int) -> str:
    own = Decimal(reported(year)[code]["value"])
    values = possible(year, "value")
    return f"{1 + sum(value > own for value in values)} dari {len(values)}"


def told(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def text(name: str) -> str:
    return (CONTENT / f"{name}.md").read_text(encoding="utf-8").replace("**", "")


@pytest.mark.parametrize("code", STORY)
def test_the_indices_of_the_story_are_published_and_told_in_its_texts(code):
    for year, value in STORY[code].items():
        kinds = {row["kind"] for row in rows() if row["code"] == code and row["year"] == str(year) and told(Decimal(row["value"])) == value}
        assert any(kind.startswith("penetapan") for kind in kinds), (code, year)
        for name in TOLD_IN[code]:
            assert value in text(name), (name, value)


@pytest.mark.parametrize("name", [STRATEGY, PRINGSEWU_NOTE, TUBABA_NOTE, "artikel/memulai-simulasi-spbe"])
def test_what_came_after_the_visit_is_told_as_a_sequence_and_no_cause(name):
    assert "urutan waktu, bukan bukti" in text(name)


@pytest.mark.parametrize("name", [STRATEGY, PRINGSEWU_NOTE, TUBABA_NOTE, "bantuan/membaca-peringkat"])
def test_what_the_office_said_of_2023_stands_behind_the_ministrys_value_and_is_named_as_its_own(name):
    body = text(name).split("\n---\n", 1)[1]
    assert body.index("3,57") < re.search(r"3,7(?!\d)", body).start()
    assert "dinas" in body and ("laporan kementerian" in body or "laporan Kementerian PANRB" in body)


def test_mesuji_is_first_among_regencies_and_cities_and_behind_its_province():
    for year, province in ((2023, "3,81"), (2024, "4,09")):
        assert told(Decimal(reported(year)["18"]["value"])) == province and province in text(STRATEGY)
        below = possible(year, "value", "18.")
        assert told(max(below)) == STORY["18.11"][year] and below.count(max(below)) == 1 and len(below) == 15


@pytest.mark.parametrize(("code", "name"), [("18.11", STRATEGY), ("18.10", PRINGSEWU_NOTE)])
@pytest.mark.parametrize("year", [2023, 2024])
def test_the_positions_are_those_of_the_values(code, name, year):
    assert f"posisi {position(code, year)}" in text(name) or f", dan {position(code, year)}" in text(name)


def test_the_help_tells_by_true_numbers_that_a_position_may_fall_while_the_value_rises():
    before, after = (position("18.10", year).split()[0] for year in (2023, 2024))
    assert f"naik dari 2,97 ke 3,05 antara 2023 dan 2024, tetapi turun dari posisi {before} ke {after}" in text("bantuan/membaca-peringkat")


def test_the_domains_of_mesuji_stand_beside_the_medians_and_bold_is_what_is_strong():
    raw = (CONTENT / f"{STRATEGY}.md").read_text(encoding="utf-8")
    for domain, column in DOMAINS.items():
        cells = []
        for year in (2023, 2024):
            values, own = possible(year, column), Decimal(reported(year)["18.11"][column])
            ahead = sum(value > own for value in values)
            strong = own >= Decimal("2.60") and ahead < len(values) / 4
            cells += [f"**{told(own)}**" if strong else told(own), told(median(values))]
        assert f"| {domain} | {' | '.join(cells)} |" in raw


def test_management_is_told_as_the_weakest_domain_with_the_numbers_that_say_so():
    whole = [row for row in reported(2024).values() if all(Decimal(row[column]) >= 1 for column in DOMAINS.values())]
    weakest = [row for row in whole if all(Decimal(row["domain_3"]) < Decimal(row[f"domain_{other}"]) for other in (1, 2, 4))]
    body = text(MANAGEMENT)
    assert f"Dari {len(whole)} pemerintah daerah" in body and f"{len(weakest)} bernilai paling rendah" in body
    for domain, column in DOMAINS.items():
        assert f"| {domain} | {told(median(possible(2023, column)))} | {told(median(possible(2024, column)))} |" in body


def test_the_claim_of_badung_is_named_and_its_final_value_is_the_published_one():
    assert told(Decimal(reported(2024)["51.03"]["value"])) == "3,87"
    assert "| Kabupaten Badung, 2024 (tersirat) | 4,3 | 3,87 | sedang" in text(SELF_ASSESSMENT)
    assert told(Decimal(reported(2024)["64"]["value"])) == "3,79" and "3,28 sementara, 3,79 penetapan" in text(SELF_ASSESSMENT)


def test_the_grades_at_the_limits_are_those_of_the_reports():
    body = text("artikel/membaca-indeks-spbe")
    for code, year, value, grade in AT_THE_LIMITS:
        row = reported(year)[code]
        assert (told(Decimal(row["value"])), row["grade"]) == (value, grade)
        assert row["name"].removeprefix("Kabupaten ") in body
    assert f"untuk 2024 diketahui {len(reported(2024))} " in body and f"untuk 2023 diketahui {len(reported(2023))}." in body


def test_the_index_from_rounded_domains_misses_the_published_one_as_the_text_says():
    row = reported(2023)["18.11"]
    weights = {"domain_1": "13", "domain_2": "25", "domain_3": "16.5", "domain_4": "45.5"}
    total = sum(Decimal(weight) * Decimal(row[column]) for column, weight in weights.items())
    assert told(total / 100) == "3,56" != told(Decimal(row["value"]))
    assert f"keluar {total.normalize()} ÷ 100 = 3,56. Yang terbit 3,57".replace(".", ",", 1) in text("artikel/membaca-indeks-spbe")


def test_no_text_takes_the_regulation_of_pemdi_for_unread_or_its_limits_for_those_of_spbe():
    for path in CONTENT.rglob("*.md"):
        body = path.read_text(encoding="utf-8")
        assert "tidak terbaca oleh redaksi" not in body and "naskah asli tidak terbaca" not in body, path
    body = text("artikel/dari-spbe-ke-pemdi")
    for line in (
        "| Cukup | di atas 1,50 sampai 2,50 |",
        "| Baik | di atas 2,50 sampai 3,50 |",
        "| Sangat Baik | di atas 3,50 sampai 4,00 |",
    ):
        assert line in body
