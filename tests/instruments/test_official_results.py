"""The ministry's published results, and the examples and limits of its regulations, come out of our scoring.

`official_results.csv` holds 1,232 results of 2023 and 2024 with one set of sums of levels that fits each (never an office's real levels),
two results that no levels can make, and what else was published of both instruments.
"""

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from kb.instruments import loader, scoring
from kb.instruments.loader import HIGHEST, LOWEST

SPBE = loader.get("spbe-2020")
PEMDI = loader.get("pemdi-2026")
DOMAINS = {domain.number: domain.weight for domain in SPBE.domains}
with (Path(__file__).parent / "official_results.csv").open() as file:
    ROWS = list(csv.DictReader(file))
RESULTS = [row for row in ROWS if row["bagian"] == "hasil"]
IMPOSSIBLE = [row for row in ROWS if row["bagian"] == "mustahil"]
GROUPS = {
    "jumlah_kebijakan": range(1, 11),
    "jumlah_tata_kelola": range(11, 21),
    "jumlah_manajemen": range(21, 32),
    "jumlah_administrasi": range(32, 42),
    "jumlah_publik": range(42, 48),
}


def spread(total: int, numbers: range) -> dict[int, int]:
    """Whole levels for these indicators whose sum is the given one."""
    level, more = divmod(total, len(numbers))
    return {number: level + (place < more) for place, number in enumerate(numbers)}


def levels_of(row: dict[str, str], **sums: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for group, numbers in GROUPS.items():
        found |= spread(sums.get(group, int(row[group])), numbers)
    return found


def domains_of(row: dict[str, str]) -> dict[int, Decimal]:
    return {number: Decimal(row[f"d{number}"]) for number in range(1, 5)}


def place_of(row: dict[str, str]) -> tuple[str, str]:
    return row["tahun"], row["instansi"]


@pytest.fixture(scope="module")
def scores() -> list[scoring.Score]:
    """Each result from its sums of levels."""
    return [scoring.score(SPBE, levels_of(row)) for row in RESULTS]


def test_every_group_weighs_its_indicators_alike():
    for numbers in GROUPS.values():
        assert len({SPBE.indicator(number).weight for number in numbers}) == 1
    assert [n for numbers in GROUPS.values() for n in numbers] == list(range(1, 48))


def test_1232_results_come_out_with_index_and_all_four_domains(scores):
    assert len(RESULTS) == len(scores) == 1232
    wrong = [
        place_of(row)
        for row, found in zip(RESULTS, scores, strict=True)
        if found.index != Decimal(row["indeks_terbit"]) or found.domains != domains_of(row)
    ]
    assert wrong == []


def missed(scores, year: int, by: int) -> list[str]:
    """Whom a way of grading would have called otherwise than the report of a year did."""
    return [
        row["instansi"]
        for row, found in zip(RESULTS, scores, strict=True)
        if int(row["tahun"]) == year and scoring.grades_by_practice(SPBE, found.exact)[by].name != row["predikat_terbit"]
    ]


def test_each_report_is_reproduced_by_its_own_way_of_grading(scores):
    assert [sum(row["tahun"] == year for row in RESULTS) for year in ("2023", "2024")] == [620, 612]
    assert missed(scores, 2023, by=2023) == missed(scores, 2024, by=2024) == []


def test_the_other_way_misses_five_of_them(scores):
    assert missed(scores, 2023, by=2024) == ["Kabupaten Nias Barat", "Kabupaten Boven Digoel"]
    assert missed(scores, 2024, by=2023) == ["Kabupaten Nias Barat", "Kabupaten Pacitan", "Kabupaten Luwu"]


def test_the_grade_of_a_score_is_that_of_the_newest_report(scores):
    for row, found in zip(RESULTS, scores, strict=True):
        if row["tahun"] == "2024":
            assert found.grade == row["predikat_terbit"], place_of(row)


def possible_indices(row: dict[str, str]) -> Iterator[Decimal]:
    """Every exact index whose levels fit what was published. Only the fourth domain leaves a choice: it has two kinds of services."""
    for administrative in range(10, 51):
        left = Decimal(row["d4"]) * DOMAINS[4] - administrative * SPBE.indicator(32).weight
        near = int(left / SPBE.indicator(42).weight)
        for public in range(max(6, near - 1), min(30, near + 1) + 1):
            found = scoring.score(SPBE, levels_of(row, jumlah_administrasi=administrative, jumlah_publik=public))
            if found.index == Decimal(row["indeks_terbit"]) and found.domains == domains_of(row):
                yield found.exact


def test_which_results_prove_something_about_the_order_and_which_do_not():
    """A published index on a limit proves an order only if all indices that may be behind it lie on one side."""
    limits = {grade.minimum for grade in SPBE.grades}
    decided, undecided = set(), set()
    for row in RESULTS:
        if Decimal(row["indeks_terbit"]) not in limits:
            continue
        indices = set(possible_indices(row))
        assert indices, place_of(row)
        exact, rounded = ({scoring.grades_by_practice(SPBE, index)[by].name for index in indices} for by in (2024, 2023))
        if len(exact) > 1:
            undecided.add(place_of(row))
        elif exact != rounded:
            decided.add(place_of(row))
            assert {row["predikat_terbit"]} == (rounded if row["tahun"] == "2023" else exact)
    assert decided == {
        ("2023", "Kabupaten Nias Barat"),
        ("2023", "Kabupaten Boven Digoel"),
        ("2024", "Kabupaten Pacitan"),
        ("2024", "Kabupaten Luwu"),
    }
    assert undecided == {
        ("2024", "Kabupaten Nias Barat"),
        ("2023", "Kota Serang"),
        ("2024", "Badan Intelijen Negara"),
        ("2024", "Kabupaten Wonogiri"),
    }


def test_a_published_grade_is_among_those_its_number_may_have_had():
    for row in RESULTS:
        near = [grade.name for grade in scoring.grades_near(SPBE, Decimal(row["indeks_terbit"]))]
        assert row["predikat_terbit"] in near, place_of(row)
        assert len(near) == 1 or Decimal(row["indeks_terbit"]) in {grade.minimum for grade in SPBE.grades}


@pytest.mark.parametrize("row", IMPOSSIBLE, ids=lambda row: row["instansi"])
def test_a_domain_below_one_is_refused(row):
    assert len(IMPOSSIBLE) == 2
    with pytest.raises(scoring.ScoreError, match=f"outside {LOWEST} to {HIGHEST}"):
        scoring.combine(DOMAINS, domains_of(row))


WITH_DOMAINS = [row for row in ROWS if row["bagian"] == "hasil lain" and row["d1"]]


@pytest.mark.parametrize("row", WITH_DOMAINS, ids=lambda row: row["instansi"])
def test_other_published_results_follow_from_their_domains(row):
    assert len(WITH_DOMAINS) == 2
    index = scoring.rounded(scoring.combine(DOMAINS, domains_of(row)))
    assert (index, scoring.grade_of(SPBE, index).name) == (Decimal(row["indeks_terbit"]), row["predikat_terbit"])


# Sums of levels by aspect, as the published aspect values determine them.
ASPECT_SUMS = {"Kabupaten Jepara": (38, 10, 16, 6, 25, 8, 44, 25)}
GROUP_SUMS = {"Kabupaten Aceh Jaya": (39, 20, 12, 39, 24)}


@pytest.mark.parametrize(("place", "sums"), [*ASPECT_SUMS.items(), *GROUP_SUMS.items()])
def test_other_published_results_follow_from_their_levels(place, sums):
    ranges = [range(a.indicators[0].number, a.indicators[-1].number + 1) for a in SPBE.aspects] if len(sums) == 8 else GROUPS.values()
    levels: dict[int, int] = {}
    for total, numbers in zip(sums, ranges, strict=True):
        levels |= spread(total, numbers)
    found = scoring.score(SPBE, levels)
    row = next(row for row in ROWS if row["instansi"] == place and row["tahun"] == "2025")
    assert (found.index, found.grade) == (Decimal(row["indeks_terbit"]), row["predikat_terbit"])


def test_jepara_comes_out_with_its_eight_aspects_too():
    levels: dict[int, int] = {}
    for total, aspect in zip(ASPECT_SUMS["Kabupaten Jepara"], SPBE.aspects, strict=True):
        levels |= spread(total, range(aspect.indicators[0].number, aspect.indicators[-1].number + 1))
    found = scoring.score(SPBE, levels)
    assert list(map(str, found.aspects.values())) == ["3.80", "2.50", "4.00", "3.00", "3.13", "2.67", "4.40", "4.17"]
    assert found.exact == Decimal("3.749")


# ---- the examples and limits of the regulations

LIMITS = [row for row in ROWS if row["bagian"] == "batas"]


@pytest.mark.parametrize("row", LIMITS, ids=lambda row: row["indeks_terbit"])
def test_the_limits_of_the_regulation(row):
    assert len(LIMITS) == 6
    assert scoring.grade_of(loader.get(row["instrumen"]), Decimal(row["indeks_terbit"])).name == row["predikat_terbit"]


def examples(instrument: str) -> list[Decimal]:
    return [Decimal(row["indeks_terbit"]) for row in ROWS if row["bagian"] == "contoh" and row["instrumen"] == instrument]


def parts(weighted, values: str) -> Decimal:
    """The weighted mean of these values of the given parts, in their order."""
    given = values.split()
    assert len(given) == len(weighted)
    return scoring.combine({p.number: p.weight for p in weighted}, {p.number: Decimal(v) for p, v in zip(weighted, given, strict=True)})


def test_the_examples_of_permenpanrb_59_2020():
    index = parts(SPBE.domains, "3.70 3.40 3.00 3.20")
    aspect = parts(SPBE.aspects[1].indicators, "3 4 3 2")
    domain = parts([aspect for aspect in SPBE.aspects if aspect.domain.number == 2], "3.00 4.00 3.00")
    assert [scoring.rounded(value) for value in (index, aspect, domain)] == examples("spbe-2020")


def test_the_examples_of_permenpanrb_8_2026():
    aspect = parts(PEMDI.aspects[0].indicators, "2 3")
    index = parts(PEMDI.aspects, "2.60 3.50 1.20 3.50 2.50 2.40 3.50")
    assert [aspect, index] == examples("pemdi-2026"), "its products are not rounded on the way (0.525, 0.875)"
    assert [PEMDI.aspects[n].weight * Decimal("3.5") / 100 for n in (3, 6)] == [Decimal("0.525"), Decimal("0.875")]
