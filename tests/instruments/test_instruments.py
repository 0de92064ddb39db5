"""The instruments are complete, refuse to contradict themselves, and score as the published results do."""

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.instruments import loader, scoring
from kb.instruments.loader import InstrumentError, UnknownIndicator

SPBE = loader.get("spbe-2020")
PEMDI = loader.get("pemdi-2026")


def raw(name="spbe-2020"):
    return copy.deepcopy(json.loads((loader.DATA / f"{name}.json").read_text(), parse_float=Decimal))


def test_both_instruments_are_whole():
    assert (len(SPBE.domains), len(SPBE.aspects), len(SPBE.indicators)) == (4, 8, 47)
    assert (len(PEMDI.domains), len(PEMDI.aspects), len(PEMDI.indicators)) == (0, 7, 20)
    assert loader.default_instrument() is SPBE


def test_every_part_says_how_sure_we_are_and_from_where():
    for instrument in (SPBE, PEMDI):
        for indicator in instrument.indicators:
            assert indicator.sources
            assert indicator.confidence.criteria.startswith(("tinggi", "sedang", "rendah"))
    assert all(indicator.confidence.criteria.startswith("rendah") for indicator in PEMDI.indicators)


def test_an_indicator_is_found_by_its_code():
    assert loader.indicator("spbe-2020/12").number == 12
    assert loader.indicator("spbe-2020/12").code == "spbe-2020/12"


@pytest.mark.parametrize("code", ["spbe-2020/48", "spbe-2020/0", "spbe-2020/012", "spbe-2020/", "spbe-2019/1", "", "x", "spbe-2020/²"])
def test_an_unknown_code_is_refused(code):
    with pytest.raises(UnknownIndicator):
        loader.indicator(code)


def spoil_weight(data):
    data["indicators"][0]["weight"] = Decimal("1.4")


def spoil_aspect(data):
    data["aspects"][0]["weight"] -= 1
    data["aspects"][1]["weight"] += 1


def spoil_domain(data):
    data["domains"][0]["weight"] -= 1


def spoil_level(data):
    del data["indicators"][4]["criteria"]["3"]


def spoil_scale(data):
    data["scales"]["process"]["levels"].pop()


def spoil_number(data):
    data["indicators"][1]["number"] = 1


def spoil_source(data):
    data["indicators"][1]["sources"] = ["S99"]


def spoil_confidence(data):
    del data["indicators"][1]["confidence"]


def spoil_name_of_source(data):
    data["indicators"][1]["confidence"]["criteria"] = "rendah: diringkas dari P2"


def spoil_note(data):
    data["notes"].append("Menurut S14 bobotnya lain.")


def spoil_legal_basis(data):
    data["legal_basis"][0] += " (menurut P1)"


@pytest.mark.parametrize(
    "spoil",
    [spoil_weight, spoil_aspect, spoil_domain, spoil_level, spoil_scale, spoil_number, spoil_source, spoil_confidence, spoil_name_of_source,
     spoil_note, spoil_legal_basis],
)  # fmt: skip
def test_data_that_cannot_be_right_is_refused(spoil):
    data = raw()
    loader.build(data)
    spoil(data)
    with pytest.raises(InstrumentError):
        loader.build(data)


@pytest.mark.parametrize("result", SPBE.published_results[:2], ids=lambda result: result["place"])
def test_the_index_of_published_domain_values_is_the_published_one(result):
    weights = {domain.number: domain.weight for domain in SPBE.domains}
    values = {int(number): value for number, value in result["domains"].items()}
    assert scoring.rounded(scoring.combine(weights, values)) == Decimal(str(result["published_index"]))


def test_the_domains_of_mamuju_follow_from_its_aspects():
    result = SPBE.published_results[2]
    for domain, published in result["published_domains"].items():
        parts = {a.number: a.weight for a in SPBE.aspects if a.domain.number == int(domain)}
        values = {number: result["aspects"][str(number)] for number in parts}
        assert scoring.rounded(scoring.combine(parts, values)) == Decimal(str(published))


def test_the_index_of_aceh_tengah_follows_from_its_aspects():
    result = PEMDI.published_results[0]
    weights = {aspect.number: aspect.weight for aspect in PEMDI.aspects}
    values = {int(number): value for number, value in result["aspects"].items()}
    assert scoring.rounded(scoring.combine(weights, values)) == Decimal("1.24")


@pytest.mark.parametrize(
    ("instrument", "value", "grade"),
    [
        (SPBE, "1.00", "Kurang"), (SPBE, "1.79", "Kurang"), (SPBE, "1.80", "Cukup"), (SPBE, "2.59", "Cukup"),
        (SPBE, "2.594", "Cukup"), (SPBE, "2.595", "Baik"), (SPBE, "2.60", "Baik"), (SPBE, "3.49", "Baik"),
        (SPBE, "3.50", "Sangat Baik"), (SPBE, "4.19", "Sangat Baik"), (SPBE, "4.20", "Memuaskan"), (SPBE, "5.00", "Memuaskan"),
        (PEMDI, "1.49", "Kurang"), (PEMDI, "1.50", "Cukup"), (PEMDI, "2.49", "Cukup"), (PEMDI, "2.50", "Baik"),
        (PEMDI, "3.49", "Baik"), (PEMDI, "3.50", "Sangat Baik"), (PEMDI, "3.99", "Sangat Baik"), (PEMDI, "4.00", "Memuaskan"),
        (PEMDI, "5", "Memuaskan"),
    ],
)  # fmt: skip
def test_grades_at_every_boundary(instrument, value, grade):
    assert scoring.grade_of(instrument, Decimal(value)).name == grade
    assert scoring.grade_of(instrument, float(value)).name == grade


@pytest.mark.parametrize("value", ["0.99", "5.01", "0", "-1"])
def test_a_value_outside_the_scale_has_no_grade(value):
    with pytest.raises(scoring.ScoreError):
        scoring.grade_of(SPBE, Decimal(value))


def levels_of(instrument):
    return st.fixed_dictionaries({indicator.number: st.integers(1, 5) for indicator in instrument.indicators})


@given(levels_of(SPBE))
def test_the_index_stays_in_bounds_and_equals_the_weighted_domains(levels):
    result = scoring.score(SPBE, levels)
    assert 1 <= result.index <= 5
    exact = sum(i.weight * levels[i.number] for i in SPBE.indicators) / 100
    assert result.index == scoring.rounded(exact)
    by_domain = scoring.combine({d.number: d.weight for d in SPBE.domains}, result.domains)
    assert abs(by_domain - exact) <= Decimal("0.005")


@given(levels_of(SPBE), st.integers(1, 47))
def test_one_more_level_never_lowers_anything(levels, number):
    if levels[number] == 5:
        return
    higher = {**levels, number: levels[number] + 1}
    before, after = scoring.score(SPBE, levels), scoring.score(SPBE, higher)
    assert after.index >= before.index
    assert all(after.aspects[n] >= before.aspects[n] for n in before.aspects)
    assert abs((after.index - before.index) - scoring.gain(SPBE.indicator(number))) <= Decimal("0.01")


@given(st.fixed_dictionaries({i.number: st.decimals(1, 5, places=2) for i in PEMDI.indicators}))
def test_pemdi_takes_fractions_and_stays_in_bounds(levels):
    assert 1 <= scoring.score(PEMDI, levels).index <= 5


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_the_same_level_everywhere_is_the_index(level):
    for instrument in (SPBE, PEMDI):
        assert scoring.score(instrument, {i.number: level for i in instrument.indicators}).index == level


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({1: None}, "without level"),
        ({48: 3}, "unknown"),
        ({1: 0}, "between"),
        ({1: 6}, "between"),
        ({1: 2.5}, "whole"),
        ({1: float("nan")}, "between"),
    ],
)
def test_levels_that_cannot_be_are_refused(change, message):
    levels = {**dict.fromkeys(range(1, 48), 3), **change}
    levels = {number: level for number, level in levels.items() if level is not None}
    with pytest.raises(scoring.ScoreError, match=message):
        scoring.score(SPBE, levels)


def test_one_level_on_one_indicator_adds_its_weight():
    assert scoring.gain(loader.indicator("spbe-2020/1")) == Decimal("0.013")
    assert scoring.gain(loader.indicator("spbe-2020/12")) == Decimal("0.025")
    assert scoring.gain(loader.indicator("spbe-2020/42")) == Decimal("0.03")


# ---- rounding: half up, of the number as it was written. Neither binary fractions nor the even neighbour decide an index.

HALVES = [
    ("2.605", "2.61"), ("2.595", "2.60"), ("2.585", "2.59"), ("2.675", "2.68"), ("1.005", "1.01"), ("3.495", "3.50"), ("4.195", "4.20"),
    ("2.604999", "2.60"), ("2.6049999999", "2.60"), ("2.6050000001", "2.61"), ("2.565", "2.57"), ("2.545", "2.55"), ("4.995", "5.00"),
]  # fmt: skip


@pytest.mark.parametrize(("exact", "rounded"), HALVES)
def test_an_index_is_rounded_half_up(exact, rounded):
    assert scoring.rounded(Decimal(exact)) == Decimal(rounded)
    assert scoring.rounded(scoring.exactly(float(exact))) == Decimal(rounded), "a number from JSON is taken as it was written"


@given(st.integers(100, 499))
def test_every_half_is_rounded_up(cents):
    assert scoring.rounded(Decimal(cents) / 100 + Decimal("0.005")) == Decimal(cents + 1) / 100


def test_levels_that_make_2605_score_261():
    """Level 2 everywhere, and 22 steps of 0.0275 on the administrative services."""
    levels = dict.fromkeys(range(1, 48), 2) | dict.fromkeys(range(32, 40), 4) | {40: 5, 41: 5}
    found = scoring.score(SPBE, levels)
    assert (found.index, found.grade) == (Decimal("2.61"), "Baik")


@pytest.mark.parametrize(
    ("instrument", "value", "grade", "reached"),
    [
        (SPBE, "2.60", "Baik", True), (SPBE, "2.595", "Baik", True), (SPBE, "2.594", "Baik", False), (SPBE, "2.07", "Baik", False),
        (SPBE, "5", "Baik", True), (SPBE, "3.49", "Sangat Baik", False), (SPBE, "3.495", "Sangat Baik", True),
        (PEMDI, "2.49", "Baik", False), (PEMDI, "3.2", "Baik", True), (PEMDI, "1.24", "Kurang", True),
    ],
)  # fmt: skip
def test_which_grade_an_index_reaches(instrument, value, grade, reached):
    assert scoring.reaches(instrument, Decimal(value), grade) == reached
