"""What a sheet amounts to: bounds that hold whatever is filled in, the published results to the last digit, steps and differences."""

from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.assessments import charts, outside, published, result
from kb.assessments.sheet import Sheet
from kb.instruments import loader, scoring
from tests.assessments.test_sheet import FRACTIONS, LEVELS, PEMDI, SPBE, sheets


def whole(instrument, level) -> Sheet:
    return Sheet(instrument, dict.fromkeys(instrument.by_number, Decimal(level)))


def of(title: str) -> result.Result:
    (found,) = [one for one in published.sheets() if one.title.startswith(title)]
    return result.compute(found.sheet)


# ---- the published ones


def test_denpasar_claimed_375_and_was_given_319():
    claim, found = of("Kota Denpasar 2021, penilaian mandiri"), of("Kota Denpasar 2021, dinilai pusat")
    assert (claim.low.exact, claim.index.lower, claim.grades) == (Decimal("3.7495"), Decimal("3.75"), ["Sangat Baik"])
    assert (found.low.exact, found.index.lower, found.grades) == (Decimal("3.1925"), Decimal("3.19"), ["Baik"])
    assert [str(part.lower) for part in found.domains.values()] == ["3.00", "3.30", "2.18", "3.55"]
    differing = result.differences(*(one.sheet for one in published.sheets()[:2]))
    assert len(differing) == 29 and sum(one.effect for one in differing) == Decimal("-0.5570")
    assert [len([d for d in differing if d.change < 0]), len([d for d in differing if d.change > 0])] == [25, 4]


def test_aceh_tengah_was_given_124():
    found = of("Kabupaten Aceh Tengah 2026")
    assert (found.low.exact, found.index.lower, found.grades) == (Decimal("1.2415"), Decimal("1.24"), ["Kurang"])
    aspects = {number: part.lower for number, part in found.aspects.items()}
    assert [str(aspects[number]) for number in (1, 2, 3, 4, 6, 7)] == ["1.75", "1.28", "1.00", "1.17", "1.40", "1.18"]
    assert aspects[5] == Decimal("1.09"), "published as 1.08: 1.17 had been rounded already, from 7/6"
    exact = {**found.sheet.values, 13: Decimal(7) / 6}
    assert scoring.score(PEMDI, exact).aspects[5] == Decimal("1.08")


def test_published_results_of_which_only_parts_are_known():
    # Aceh Tengah 2025: the levels its portal names, and the sums of the rest that alone give the published index.
    aspects = {1: "2.3", 2: "1", 3: "1.75", 4: "3", 5: "1", 6: "1", 7: "3.8"}
    exact = {number: Decimal(value) for number, value in aspects.items()} | {8: Decimal(22) / 6}
    assert round(scoring.combine({aspect.number: aspect.weight for aspect in SPBE.aspects}, exact), 10) == Decimal("2.594")
    domains = {domain.number: domain.weight for domain in SPBE.domains}
    bandar_lampung = next(one for one in SPBE.published_results if "Bandar Lampung" in one["place"])
    values = {int(number): value for number, value in bandar_lampung["domains"].items()}
    assert scoring.combine(domains, values) == Decimal("1.5304")


def test_every_published_sheet_is_whole_and_named():
    for one in published.sheets():
        assert one.sheet.is_whole and "github:" in one.source and one.title
    assert [one.sheet.instrument.id for one in published.sheets()] == ["spbe-2020", "spbe-2020", "pemdi-2026"]


# ---- outside indices are not rounded before the index is


@pytest.mark.parametrize(
    ("index", "values", "exact", "shown", "grade"),
    [("2.9", {}, "2.025", "2.03", "Cukup"), ("3.2", {20: "4", 19: "3", 1: "3", 3: "2.3"}, "2.5", "2.50", "Cukup")],
)
def test_an_index_is_exact_where_an_outside_index_has_no_end(index, values, exact, shown, grade):
    filled = {**dict.fromkeys(PEMDI.by_number, Decimal(2)), **{number: Decimal(value) for number, value in values.items()}}
    found = result.compute(Sheet(PEMDI, {**filled, 7: outside.known()[7].value(Decimal(index))}, {7: Decimal(index)}))
    assert (found.low.exact, found.index.lower, found.grades) == (Decimal(exact), Decimal(shown), [grade])


@given(st.integers(100, 500), st.dictionaries(st.sampled_from(sorted(set(PEMDI.by_number) - {7})), st.integers(100, 500), min_size=19))
def test_the_index_is_that_of_exact_fractions(cents, others):
    known, index = outside.known()[7], Fraction(cents, 100)
    limits, levels = [Fraction(limit) for limit in known.limits], [Fraction(value) for value in outside.VALUES]
    if index in limits[1:-1]:
        return
    band = next(place for place in range(1, 6) if index <= limits[place])
    value = levels[band - 1] + (index - limits[band - 1]) * (levels[band] - levels[band - 1]) / (limits[band] - limits[band - 1])
    exact = (
        sum(Fraction(PEMDI.by_number[n].weight) * Fraction(c, 100) for n, c in others.items()) + Fraction(PEMDI.by_number[7].weight) * value
    ) / 100
    values = {n: Decimal(c) / 100 for n, c in others.items()} | {7: known.value(Decimal(cents) / 100)}
    found = result.compute(Sheet(PEMDI, values, {7: Decimal(cents) / 100}))
    assert found.index.lower == Decimal(floor(exact * 100 + Fraction(1, 2))) / 100
    assert found.grades == [
        next(g.name for g in PEMDI.grades if Fraction(g.minimum) < exact <= Fraction(g.maximum) or exact == g.minimum == 1)
    ]


# ---- bounds


@given(sheets(), st.data())
def test_any_completion_lies_within_the_bounds(made, data):
    found = result.compute(made)
    rest = [number for number in made.instrument.by_number if number not in made.values]
    filling = FRACTIONS if made.instrument.fractions else LEVELS
    completed = Sheet(made.instrument, {**made.values, **{number: data.draw(filling) for number in rest}})
    end = result.compute(completed)
    assert end.index.is_known and found.low.exact <= end.low.exact <= found.high.exact
    assert all(found.domains[n].lower <= end.domains[n].lower <= found.domains[n].upper for n in end.domains)
    assert all(found.aspects[n].lower <= end.aspects[n].lower <= found.aspects[n].upper for n in end.aspects)


@given(sheets(), st.data())
def test_filling_one_more_narrows_and_one_level_more_never_lowers(made, data):
    before = result.compute(made)
    number = data.draw(st.sampled_from(sorted(made.instrument.by_number)))
    value = data.draw(LEVELS)
    after = result.compute(Sheet(made.instrument, {**made.values, number: value}))
    if number not in made.values:
        assert before.low.exact <= after.low.exact <= after.high.exact <= before.high.exact
    elif value >= made.values[number]:
        assert after.low.exact >= before.low.exact and after.high.exact >= before.high.exact


@pytest.mark.parametrize("instrument", [SPBE, PEMDI], ids=lambda found: found.id)
def test_an_empty_sheet_can_still_be_anything(instrument):
    found = result.compute(Sheet(instrument))
    assert found.index == result.Range(Decimal(1), Decimal(5)) and found.grades == ["Kurang", "Memuaskan"]
    assert found.steps == [] and found.by_practice == {}


# ---- the next grade


@pytest.mark.parametrize(
    ("instrument", "level", "grade", "distance", "beyond"),
    [(SPBE, 3, "Sangat Baik", "0.5", False), (PEMDI, 3, "Sangat Baik", "0.5", True), (PEMDI, 4, "Memuaskan", "0", True),
     (SPBE, 1, "Cukup", "0.8", False)],
)  # fmt: skip
def test_how_far_the_next_grade_is(instrument, level, grade, distance, beyond):
    found = result.compute(whole(instrument, level)).next_grade
    assert (found.grade.name, found.distance, found.beyond) == (grade, Decimal(distance), beyond)


def test_above_the_highest_grade_there_is_none():
    assert result.compute(whole(SPBE, 5)).next_grade is None and result.compute(whole(PEMDI, 5)).next_grade is None


def test_near_a_limit_both_practices_are_named_with_their_years():
    """2.596 would be printed as 2.60: Cukup by the exact value, Baik by the rounded one."""
    for base in range(1, 48):
        levels = {number: Decimal(3 if number <= base else 2) for number in SPBE.by_number}
        for last in SPBE.by_number:
            found = result.compute(Sheet(SPBE, {**levels, last: Decimal(4)}))
            if Decimal("2.595") <= found.low.exact < Decimal("2.6"):
                assert found.by_practice == {2024: "Cukup", 2023: "Baik"} and found.grades == ["Cukup"]
                return
    raise AssertionError("no such sheet was found")


# ---- steps


def test_the_heaviest_steps_come_first_and_each_goes_to_the_level_above_that_of_its_value():
    steps = result.compute(Sheet(PEMDI, {1: Decimal(5), 2: Decimal("1.5"), 19: Decimal(1), 20: Decimal("1.3"), 3: Decimal(2)})).steps
    assert [(step.indicator.number, step.level, step.gain) for step in steps] == [
        (20, 2, Decimal("0.105")), (19, 2, Decimal("0.1")), (3, 3, Decimal("0.05")), (2, 2, Decimal("0.025")),
    ]  # fmt: skip


def test_a_fraction_has_the_level_of_its_band_and_a_value_above_4_is_of_the_highest():
    given_ = {2: Decimal("1.67"), 3: Decimal("2.6"), 4: Decimal("1.5"), 5: Decimal("3.8"), 6: Decimal("4.5"), 7: Decimal("4")}
    steps = result.compute(Sheet(PEMDI, given_)).steps
    assert {step.indicator.number: step.level for step in steps} == {2: 3, 3: 4, 4: 2, 5: 5, 7: 5}


@given(sheets())
def test_no_other_single_step_lifts_more_and_a_step_adds_what_it_says(made):
    found = result.compute(made)
    assert len(found.steps) == min(5, len([value for value in made.values.values() if value <= 4]))
    for step in found.steps:
        after = result.compute(Sheet(made.instrument, {**made.values, step.indicator.number: Decimal(step.level)}))
        assert round(after.low.exact - found.low.exact - step.gain, 12) == 0 and step.reaches == (after.low.grade != found.low.grade)
    least = min((step.gain for step in found.steps), default=Decimal(0))
    chosen = {step.indicator.number for step in found.steps}
    for number, value in made.values.items():
        if value <= 4 and number not in chosen:
            assert made.instrument.by_number[number].weight * (outside.level_of(value) + 1 - value) / 100 <= least


# ---- differences


@given(sheets(), st.data())
def test_differences_sum_to_that_of_the_indices(made, data):
    other = Sheet(made.instrument, {number: data.draw(LEVELS) for number in made.values})
    found = result.differences(made, other)
    moved = result.compute(other).low.exact - result.compute(made).low.exact
    assert round(sum(one.effect for one in found) - moved, 12) == 0
    assert [abs(one.effect) for one in found] == sorted((abs(one.effect) for one in found), reverse=True)
    assert result.in_one_only(made, other) == []


def test_two_instruments_are_no_pair():
    with pytest.raises(ValueError, match="instruments"):
        result.differences(whole(SPBE, 3), whole(PEMDI, 3))


def test_what_only_one_sheet_has_is_named():
    assert [i.number for i in result.in_one_only(Sheet(PEMDI, {1: Decimal(3)}), Sheet(PEMDI, {2: Decimal(3)}))] == [1, 2]


# ---- pictures


@given(sheets())
def test_pictures_stay_inside(made):
    found = result.compute(made)
    drawn = charts.radar(found.aspects)
    for polygon in (drawn.lower, drawn.upper, *drawn.rings):
        points = [tuple(map(float, point.split(","))) for point in polygon.split()]
        assert len(points) == len(found.aspects) and all(0 <= x <= 300 and 0 <= y <= 300 for x, y in points)
    bar = charts.Bar("Indeks", found.index)
    assert 2 <= bar.lower <= bar.upper <= 242


def test_all_instruments_can_be_computed_with_whole_numbers():
    """The script counts weights in hundredths of a percent and limits in ten-thousandths."""
    for instrument in loader.all_instruments():
        assert all(indicator.weight * 100 == int(indicator.weight * 100) for indicator in instrument.indicators)
        assert all(limit * 10_000 == int(limit * 10_000) for grade in instrument.grades for limit in (grade.minimum, grade.maximum))
