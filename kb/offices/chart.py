"""Pictures of an office's index values: where each point stands and which of them a line may join. Pure.

A line joins values of one instrument only, the most trusted one of each year. A value whose source names no instrument is joined to none.
SPBE and Pemdi measure different things: they never share a picture.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from kb.offices.models import IndexValue
from kb.offices.ranking import is_possible

# Of the drawing, in its own units: the first year, the width of all years, level 1, and one level more.
LEFT, WIDTH, BOTTOM, LEVEL = 55, 250, 165, 36
# Labels nearer to each other than this cannot both be read.
TEXT_HEIGHT = 13
MARKS = {"spbe-2020": "circle", "spbe-2018": "square", "pemdi-2026": "diamond"}
ALONE = "ring"


@dataclass(frozen=True)
class Point:
    """One value; its number is written above it, or below when another one is near."""

    x: int
    y: int
    year: int
    said: str
    mark: str
    label_y: int


@dataclass(frozen=True)
class Chart:
    """What is drawn: `lines` as SVG writes points, and which marks are in use."""

    points: list[Point]
    lines: list[str]
    marks: list[str]


def draw(rows: Iterable[IndexValue]) -> list[Chart]:
    """The pictures of these values, the most trusted of each year first; what is of one year only needs none."""
    values = sorted((row for row in rows if is_possible(row.value)), key=lambda row: row.year)
    apart = [[row for row in values if _is_pemdi(row) is pemdi] for pemdi in (False, True)]
    return [_drawn(part) for part in apart if len({row.year for row in part}) > 1]


def _is_pemdi(row: IndexValue) -> bool:
    return (row.instrument_id or "").startswith("pemdi")


def _drawn(values: list[IndexValue]) -> Chart:
    first, span = values[0].year, values[-1].year - values[0].year
    places = {id(row): (LEFT + round((row.year - first) * WIDTH / span), _height(row.value)) for row in values}
    points = [_point(row, *places[id(row)], values) for row in values]
    lines = [" ".join("{},{}".format(*places[id(row)]) for row in joined) for joined in _joined(values)]
    return Chart(points, lines, list(dict.fromkeys(point.mark for point in points)))


def mark_of(instrument_id: str | None) -> str:
    """The mark by which values of an instrument are known."""
    return MARKS.get(instrument_id or "", ALONE)


def _height(value: Decimal) -> int:
    return BOTTOM - round((value - 1) * LEVEL)


def _point(row: IndexValue, x: int, y: int, values: list[IndexValue]) -> Point:
    near = [other.value for other in values if other.year == row.year and other is not row]
    is_below = any(row.value < value and _height(row.value) - _height(value) < 2 * TEXT_HEIGHT for value in near)
    return Point(x, y, row.year, row.published_as.replace(".", ","), mark_of(row.instrument_id), y + 21 if is_below else y - 11)


def _joined(values: list[IndexValue]) -> list[list[IndexValue]]:
    """The values that one line goes through, for each line."""
    named = sorted((row for row in values if row.instrument_id), key=lambda row: row.instrument_id)
    lines = []
    for _, same in groupby(named, key=lambda row: row.instrument_id):
        by_year = {row.year: row for row in reversed(list(same))}
        lines.append([by_year[year] for year in sorted(by_year)])
    return [line for line in lines if len(line) > 1]


# Of the small picture beside a name: its margin, the width of all years, level 1, and one level more.
SMALL_LEFT, SMALL_WIDTH, SMALL_BOTTOM, SMALL_LEVEL = 4, 80, 36, 8


@dataclass(frozen=True)
class Spark:
    """A small line over the years without words; `said` says it in words."""

    said: str
    lines: list[str]
    points: list[tuple[int, int]]


def spark(series: Iterable[list[tuple[int, Decimal]]], first: int, last: int) -> Spark | None:
    """Values by year, each list of one instrument and a line of its own, between the years of the picture; None where only one is known."""
    drawn = [sorted(values) for values in series if values]
    years = {year for values in drawn for year, _ in values}
    if len(years) < 2:
        return None
    lines = [[_small_place(year, value, first, last) for year, value in values] for values in drawn]
    said = ", ".join(f"{year} {value:.2f}".replace(".", ",") for values in drawn for year, value in values)
    return Spark(
        said, [" ".join(f"{x},{y}" for x, y in line) for line in lines if len(line) > 1], [point for line in lines for point in line]
    )


def _small_place(year: int, value: Decimal, first: int, last: int) -> tuple[int, int]:
    return SMALL_LEFT + (year - first) * SMALL_WIDTH // (last - first), SMALL_BOTTOM - round((value - 1) * SMALL_LEVEL)
