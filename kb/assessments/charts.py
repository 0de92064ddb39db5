"""Pictures of a result: bars from 1 to 5, and a radar with one axis for each part. Pure: numbers only, drawn by the templates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import cos, pi, sin

from kb.assessments.result import Range

# Of a bar: the place of 1, and the width of one level more.
BAR_LEFT, BAR_LEVEL = 2, 60
# Of the radar: its middle, and the radius of level 5.
MIDDLE, RADIUS, LABEL = 150, 110, 126


@dataclass(frozen=True)
class Bar:
    """One bar: how far it surely goes, and how far it may still go; where others stand."""

    name: str
    range: Range
    published: Decimal | None = None
    median: Decimal | None = None

    @property
    def lower(self) -> float:
        return _along(self.range.lower)

    @property
    def upper(self) -> float:
        return _along(self.range.upper)

    def place(self, value: Decimal) -> float:
        """Where a value stands on the bar."""
        return _along(value)


def _along(value: Decimal) -> float:
    return round(BAR_LEFT + float(value - 1) * BAR_LEVEL, 1)


@dataclass(frozen=True)
class Radar:
    """Polygons as SVG writes points, and where each axis ends and is called by its number."""

    lower: str
    upper: str
    rings: list[str]
    axes: list[tuple[float, float]]
    labels: list[tuple[int, float, float]]


def radar(parts: Mapping[int, Range]) -> Radar:
    """One axis for each part, by its number; the middle is no value, level 1 is a fifth of the way."""
    numbers = list(parts)
    lower, upper = ([getattr(parts[number], end) for number in numbers] for end in ("lower", "upper"))
    rings = [_polygon([level] * len(numbers)) for level in range(1, 6)]
    labels = [(number, *_point(place, len(numbers), LABEL)) for place, number in enumerate(numbers)]
    return Radar(_polygon(lower), _polygon(upper), rings, [_point(place, len(numbers), RADIUS) for place in range(len(numbers))], labels)


def _polygon(values: Sequence[Decimal | int]) -> str:
    places = (_point(place, len(values), RADIUS * float(value) / 5) for place, value in enumerate(values))
    return " ".join(f"{x},{y}" for x, y in places)


def _point(place: int, of: int, radius: float) -> tuple[float, float]:
    """The first axis points up, the others follow to the right."""
    angle = 2 * pi * place / of - pi / 2
    return round(MIDDLE + radius * cos(angle), 1), round(MIDDLE + radius * sin(angle), 1)
