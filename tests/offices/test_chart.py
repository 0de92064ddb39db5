"""Pictures of index values: what a line joins, and that every label can be read."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.offices import chart
from kb.offices.models import IndexValue


def value(year: int, said: str, instrument: str | None = "spbe-2020") -> IndexValue:
    return IndexValue(year=year, value=Decimal(said), published_as=said, instrument_id=instrument)


def joined(*values) -> list[list[int]]:
    """The places on the time line that each line goes through."""
    return [[int(point.split(",")[0]) for point in line.split()] for picture in chart.draw(values) for line in picture.lines]


def test_a_line_breaks_where_the_instrument_changes_and_passes_by_what_has_none():
    story = [value(2018, "1.3", "spbe-2018"), value(2020, "1.6", None), value(2022, "2.59"), value(2023, "3.7")]
    assert joined(*story) == [[255, 305]], "the years 2022 and 2023 only"
    (picture,) = chart.draw(story)
    assert [(point.year, point.mark) for point in picture.points] == [
        (2018, "square"), (2020, "ring"), (2022, "circle"), (2023, "circle"),
    ]  # fmt: skip


def test_two_values_without_instrument_are_not_joined_either():
    assert joined(value(2019, "1.5", None), value(2020, "1.6", None)) == []


def test_values_between_those_of_another_instrument_are_passed_over():
    assert joined(value(2018, "1.5"), value(2019, "1.6", "spbe-2018"), value(2020, "1.7"), value(2021, "2.0", "spbe-2018")) == [
        [138, 305], [55, 222],
    ]  # fmt: skip


def test_where_sources_disagree_the_line_goes_through_the_most_trusted_and_both_are_drawn():
    (picture,) = chart.draw([value(2022, "2.59"), value(2023, "3.57"), value(2023, "3.7")])
    assert [line.split()[-1] for line in picture.lines] == ["305,72"], "3.57 came first"
    low, high = picture.points[1:]
    assert low.said == "3,57" and low.label_y > low.y and high.label_y < high.y, "the two numbers do not lie on each other"


@pytest.mark.parametrize("values", [[], [value(2023, "3.57")], [value(2023, "3.57"), value(2023, "3.7", None)]])
def test_one_year_needs_no_picture(values):
    assert chart.draw(values) == []


def test_pemdi_has_a_picture_of_its_own():
    pictures = chart.draw([value(2024, "3"), value(2025, "3.1"), value(2026, "1.2", "pemdi-2026"), value(2027, "1.5", "pemdi-2026")])
    assert [picture.marks for picture in pictures] == [["circle"], ["diamond"]]


INSTRUMENTS = st.sampled_from([None, "spbe-2018", "spbe-2020", "pemdi-2026"])


@given(st.lists(st.tuples(st.integers(2014, 2030), st.integers(100, 500), INSTRUMENTS), max_size=15))
def test_every_value_stays_inside_its_picture_and_no_line_leaves_its_instrument(found):
    rows = [value(year, f"{cents / 100:.2f}", instrument) for year, cents, instrument in found]
    for picture in chart.draw(rows):
        places = {(point.x, point.y): point.mark for point in picture.points}
        assert all(55 <= point.x <= 305 and 21 <= point.y <= 165 for point in picture.points)
        for line in picture.lines:
            points = [tuple(map(int, point.split(","))) for point in line.split()]
            assert [x for x, _ in points] == sorted({x for x, _ in points}), "one point a year, from left to right"
            assert set(points) <= set(places)
    drawn = sum(len(picture.lines) for picture in chart.draw(rows))
    assert drawn <= len({instrument for _, _, instrument in found if instrument})


def test_what_cannot_be_an_index_is_not_drawn():
    (picture,) = chart.draw([value(2022, "2.59"), value(2023, "3.57"), value(2024, "0")])
    assert [point.year for point in picture.points] == [2022, 2023]


def test_the_small_line_breaks_between_instruments_and_needs_two_years():
    drawn = chart.spark([[(2022, Decimal("2")), (2023, Decimal("3"))], [(2021, Decimal("1"))]], 2021, 2023)
    assert (
        drawn.lines == ["44,28 84,20"] and drawn.points == [(44, 28), (84, 20), (4, 36)] and drawn.said == "2022 2,00, 2023 3,00, 2021 1,00"
    )
    assert chart.spark([[(2022, Decimal("2"))]], 2021, 2023) is None and chart.spark([], 2021, 2021) is None
