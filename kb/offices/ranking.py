"""Who stands where among all governments of a year: positions, medians and strong domains. Pure.

A measure is the index or one of the domains. What cannot be a value (a misprint below 1) is kept where it was published and stands in no
position and no median. Equal values share a position. In a province the regencies and cities are compared with each other: its own
government does another work.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

INDEX = 0
LOWEST, HIGHEST = 1, 5
PROVINCE = "provinsi"
NATION = ("", "")


def is_possible(value: Decimal | None) -> bool:
    """Can it be a value of an index or a domain at all?"""
    return value is not None and LOWEST <= value <= HIGHEST


@dataclass(frozen=True, slots=True)
class Ranked:
    """The one value of an office that counts in a year, with the name of its government.

    `measures`: the index, then the domains as the instrument numbers them.
    """

    value_id: int
    office_id: int
    code: str
    slug: str
    name: str
    kind: str
    province: str
    grade: str | None
    grade_is_computed: bool
    measures: tuple[Decimal | None, ...]

    @property
    def index(self) -> Decimal:
        return self.measures[INDEX]


@dataclass(frozen=True, slots=True)
class Position:
    """A place among `of` known ones, 1 for the highest."""

    place: int
    of: int

    @property
    def is_in_top_quarter(self) -> bool:
        return self.place * 4 <= self.of


@dataclass(frozen=True, slots=True)
class Places:
    """Where one office stands; None where it is not compared."""

    nation: Position | None = None
    province: Position | None = None
    kind: Position | None = None


class League:
    """All that is ranked of one instrument and year."""

    def __init__(self, instrument_id: str, year: int, rows: Iterable[Ranked]):
        self.instrument_id, self.year, self.rows = instrument_id, year, list(rows)
        self.by_office: Mapping[int, Ranked] = {row.office_id: row for row in self.rows}
        self._fields: dict[int, Mapping[tuple[str, str], list[Decimal]]] = {}

    def known(self, measure: int = INDEX) -> int:
        """How many values of a measure are ranked."""
        return len(self._field(measure)[NATION])

    def places(self, row: Ranked, measure: int = INDEX) -> Places:
        """Where an office stands by a measure; nowhere when its value is none."""
        value, field = row.measures[measure], self._field(measure)
        if not is_possible(value):
            return Places()
        found = {key[0]: _position(field[key], value) for key in _groups(row)}
        return Places(found[NATION[0]], found.get("provinsi"), found["jenis"])

    def median(self, measure: int = INDEX, province: str = "") -> Decimal | None:
        """The middle value of the country, or of a province's regencies and cities; of two middle ones their mean. None: no value."""
        values = self._field(measure).get(("provinsi", province) if province else NATION, ())
        if not values:
            return None
        half = len(values) // 2
        return values[half] if len(values) % 2 else (values[half - 1] + values[half]) / 2

    def ordered(self, measure: int = INDEX, rising: bool = False) -> list[Ranked]:
        """All rows by a measure, equal ones by name; what has no possible value comes last, either way."""
        by_name = sorted(self.rows, key=lambda row: row.name)
        ranked = [row for row in by_name if is_possible(row.measures[measure])]
        unranked = [row for row in by_name if not is_possible(row.measures[measure])]
        return sorted(ranked, key=lambda row: row.measures[measure] if rising else -row.measures[measure]) + unranked

    def _field(self, measure: int) -> Mapping[tuple[str, str], list[Decimal]]:
        """The possible values of a measure in each group, rising."""
        if measure not in self._fields:
            field = defaultdict(list, {NATION: []})
            for row in self.rows:
                if is_possible(row.measures[measure]):
                    for group in _groups(row):
                        field[group].append(row.measures[measure])
            self._fields[measure] = {group: sorted(values) for group, values in field.items()}
        return self._fields[measure]


def _groups(row: Ranked) -> list[tuple[str, str]]:
    """Whom an office is compared with: all, its province, its kind."""
    within = [] if row.kind == PROVINCE else [("provinsi", row.province)]
    return [NATION, ("jenis", row.kind), *within]


def _position(rising: list[Decimal], value: Decimal) -> Position:
    return Position(len(rising) - bisect_right(rising, value) + 1, len(rising))


def strong(league: League, row: Ranked, is_good: Callable[[Decimal], bool]) -> list[int]:
    """The domains an office is strong in: good ones, and in the top quarter of all known values of that year. The strongest first."""
    found = []
    for measure in range(INDEX + 1, len(row.measures)):
        nation = league.places(row, measure).nation
        if nation and is_good(row.measures[measure]) and nation.is_in_top_quarter:
            found.append((nation.place, measure))
    return [measure for _, measure in sorted(found)]
