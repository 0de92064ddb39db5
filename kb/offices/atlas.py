"""Maps of all governments as points: each near its place, moved aside where two would lie on each other. Pure.

Each group of islands has a picture of its own, as wide as a phone: on one map of the country a point of Java would be as small as a dot.
The first digit of a region's code says which group it belongs to. Where many lie close together, the picture is higher than the land.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, product
from math import ceil, cos, radians

GROUPS = {
    "1": "Sumatera",
    "2": "Sumatera",
    "3": "Jawa",
    "5": "Bali dan Nusa Tenggara",
    "6": "Kalimantan",
    "7": "Sulawesi",
    "8": "Maluku",
    "9": "Papua",
}
# Of a picture, in its own units: its width, and from point to point in a row of all governments of a group, or of one province.
WIDTH, NEAR, WIDE = 340, 17, 30
ROW = 0.866  # rows of a honeycomb lie closer than the points in one
# The radius of a dot for what is not shown: it tells where the land lies, and nothing else.
DOT = 2
# How much of a picture points may fill: more, and they are pushed far from their places.
FULLEST = 0.55
# From the middle of a point to the foot of its number, for the letters of theme.css.
FOOT = 3.8
UNKNOWN = "belum diketahui"


@dataclass(frozen=True, slots=True)
class Place:
    """A government and where it lies, in degrees."""

    code: str
    slug: str
    name: str
    kind: str
    province: str
    lat: float
    lon: float


@dataclass(frozen=True)
class Mark:
    """One point: its middle, and what it stands for."""

    x: float
    y: float
    place: Place
    grade: str


@dataclass(frozen=True)
class Series:
    """All points of one grade in a picture, as SVG writes them: circles as one path, and where the foot of each number stands."""

    grade: str
    circles: str
    xs: str
    ys: str
    count: int


@dataclass(frozen=True)
class Picture:
    """One group of islands, or one province. `others`: dots where those lie that are not shown, as one path."""

    name: str
    height: int
    radius: float
    marks: list[Mark]
    series: list[Series]
    others: str

    @property
    def said(self) -> str:
        """What the picture shows, in words."""
        return f"{self.name}: " + ", ".join(f"{one.count} {one.grade}" for one in self.series)


def drawn(
    places: Iterable[Place],
    grade_of: Mapping[str, str | None],
    grades: Sequence[str],
    name: str = "",
    shows: Callable[[Place], bool] = lambda _: True,
) -> list[Picture]:
    """The pictures of these governments, their grades by code; with a name all of them are one picture, with room for each.

    Each keeps its place whichever of them are shown; a group of which none is has no picture.
    """
    by_group = groupby(sorted(places, key=lambda place: place.code), key=lambda place: name or GROUPS[place.code[0]])
    pictures = [_picture(group, tuple(found), grade_of, grades, WIDE if name else NEAR, shows) for group, found in by_group]
    return [picture for picture in pictures if picture.marks]


def _picture(
    name: str,
    places: tuple[Place, ...],
    grade_of: Mapping[str, str | None],
    grades: Sequence[str],
    cell: int,
    shows: Callable[[Place], bool],
) -> Picture:
    spots, height = _laid_out(tuple((place.lat, place.lon) for place in places), cell)
    placed = list(zip(spots, places, strict=True))
    marks = [Mark(*spot, place, grade_of.get(place.code) or UNKNOWN) for spot, place in placed if shows(place)]
    others = "".join(_circle(x, y, DOT) for (x, y), place in placed if not shows(place))
    radius = round(cell * 0.44, 1)
    series = [_series(grade, [mark for mark in marks if mark.grade == grade], radius) for grade in (*grades, UNKNOWN)]
    return Picture(name, height, radius, marks, [one for one in series if one.count], others)


def _series(grade: str, marks: list[Mark], radius: float) -> Series:
    circles = "".join(_circle(mark.x, mark.y, radius) for mark in marks)
    return Series(
        grade, circles, " ".join(f"{mark.x:.1f}" for mark in marks), " ".join(f"{mark.y + FOOT:.1f}" for mark in marks), len(marks)
    )


def _circle(x: float, y: float, radius: float) -> str:
    return f"M{x - radius:.1f} {y:.1f}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0"


@lru_cache(maxsize=128)
def _laid_out(points: tuple[tuple[float, float], ...], cell: int) -> tuple[list[tuple[float, float]], int]:
    """Where each point (latitude, longitude) stands in the picture, and the picture's height: the nearest free place of a honeycomb."""
    lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
    across = (max(lons) - min(lons)) * cos(radians(sum(lats) / len(lats)))
    scale = min((WIDTH - 2 * cell) / max(across, 0.1), WIDTH / max(max(lats) - min(lats), 0.1))
    left = (WIDTH - across * scale) / 2
    stretch = _stretch(points, cell, across * scale, (max(lats) - min(lats)) * scale)
    wanted = [
        (left + (lon - min(lons)) * cos(radians(sum(lats) / len(lats))) * scale, (max(lats) - lat) * scale * stretch) for lat, lon in points
    ]
    cells = _nearest_free(wanted, cell)
    top = min(y for _, y in cells)
    spots = [(x, y - top + cell) for x, y in cells]
    return spots, ceil(max(y for _, y in spots) + cell)


def _stretch(points: Sequence, cell: int, width: float, height: float) -> float:
    """How much higher than the land the picture has to be for all points to find a place."""
    needed = len(points) * cell * cell * ROW / FULLEST
    return max(1.0, needed / (max(width, cell) * max(height, cell)))


def _nearest_free(wanted: Sequence[tuple[float, float]], cell: int) -> list[tuple[float, float]]:
    """For each point the nearest place of the honeycomb, inside the width, that none before it has taken."""
    taken: set[tuple[int, int]] = set()
    found = []
    for x, y in wanted:
        row, column = round(y / (cell * ROW)), round(x / cell)
        for reach in range(1, len(wanted) + 2):
            around = product(range(row - reach, row + reach + 1), range(column - reach, column + reach + 1))
            free = [spot for spot in around if spot not in taken and cell / 2 <= _middle(spot, cell)[0] <= WIDTH - cell / 2]
            if free:
                break
        spot = min(free, key=lambda spot: (_middle(spot, cell)[0] - x) ** 2 + (_middle(spot, cell)[1] - y) ** 2)
        taken.add(spot)
        found.append(_middle(spot, cell))
    return found


def _middle(spot: tuple[int, int], cell: int) -> tuple[float, float]:
    row, column = spot
    return (column + row % 2 / 2) * cell, row * cell * ROW


def counted(places: Iterable[Place], grade_of: Mapping[str, str | None]) -> dict[str, Counter]:
    """How many of each grade there are in each province, by its code."""
    found: dict[str, Counter] = defaultdict(Counter)
    for place in places:
        found[place.province][grade_of.get(place.code) or UNKNOWN] += 1
    return found
