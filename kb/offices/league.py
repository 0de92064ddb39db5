"""Reading who is ranked in a year: one value per office, a decree of the ministry's report before another one.

The league of a year is kept in this process as long as the values it was made from stand unchanged, however they are changed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import NamedTuple

from sqlalchemy import Float, Select, and_, bindparam, case, func, not_, select, type_coerce
from sqlalchemy.orm import joinedload

from kb.core.db import db
from kb.instruments import loader, scoring
from kb.instruments.loader import UnknownIndicator
from kb.offices import queries
from kb.offices.models import DECREED, MEASURES, IndexValue, Office, Region
from kb.offices.ranking import HIGHEST, INDEX, LOWEST, League, Places, Ranked, is_possible, strong

# How many years of an office are looked at for one of which the country is known.
YEARS_TRIED = 3
# A year of which so many governments are known can be read as a rank of the country.
ENOUGH_TO_OPEN = 500
Key = tuple[str, int]


@dataclass(frozen=True)
class State:
    """What is known of an instrument in a year, equal while no value has changed. `values` counts all, `decreed` the ranked offices."""

    values: int
    decreed: int
    content: float


@dataclass(frozen=True)
class Narrowing:
    """Which rows are shown: a province's code, a kind of government, a grade; empty means all. Positions do not change with it."""

    province: str = ""
    kind: str = ""
    grade: str = ""

    def holds(self, province: str, kind: str, grade: str | None) -> bool:
        """Is a government of this province and kind, with this grade, shown?"""
        return self.province in ("", province) and self.kind in ("", kind) and self.grade in ("", grade)


def states() -> Mapping[Key, State]:
    """What is known, by instrument and year, the latest year first."""
    return {(row[0], row[1]): State(*row[2:]) for row in db.session.execute(_STATES)}


def _state_of(instrument_id: str, year: int) -> State:
    """What is known of one instrument in one year."""
    _, _, *found = db.session.execute(_ONE_STATE, {"instrument": instrument_id, "of_year": year}).one()
    return State(*found)


def _content():
    """One number that changes with every part of a value that a league is made of. The names of grades differ in length.

    Each part is multiplied by the row it stands in and by a prime of its own, larger than a thousand rows times five hundred hundredths:
    so no change of one part can be undone by a change of another one.
    """
    kind, confidence, _ = queries.trust()
    numbers = [IndexValue.office_id, kind, confidence, func.length(IndexValue.grade)]
    numbers += [type_coerce(column, Float) for column in MEASURES]
    return func.sum(IndexValue.id * sum(prime * func.coalesce(number, 0) for prime, number in zip(_PRIMES, numbers, strict=True)))


_IS_RANKED = and_(IndexValue.kind.in_(DECREED), IndexValue.value.between(LOWEST, HIGHEST))
_PRIMES = (1_000_003, 1_000_033, 1_000_037, 1_000_039, 1_000_081, 1_000_099, 1_000_117, 1_000_121, 1_000_133)
_RANKED_OFFICES = func.count(case((_IS_RANKED, IndexValue.office_id)).distinct())
_STATES = (
    select(IndexValue.instrument_id, IndexValue.year, func.count(), _RANKED_OFFICES, _content())
    .where(IndexValue.instrument_id.is_not(None))
    .group_by(IndexValue.instrument_id, IndexValue.year)
    .order_by(IndexValue.year.desc(), IndexValue.instrument_id.desc())
)
_ONE_STATE = _STATES.where(IndexValue.instrument_id == bindparam("instrument"), IndexValue.year == bindparam("of_year"))


def years(known: Mapping[Key, State], instrument_id: str = queries.RANKED) -> list[int]:
    """The years of which values are known, the latest first."""
    return [year for name, year in known if name == instrument_id]


def opening(known: Mapping[Key, State], instrument_id: str = queries.RANKED) -> int | None:
    """The year to begin with: the latest one with enough ranked values, else the one with most; None when the instrument has no value."""
    decreed = {year: known[instrument_id, year].decreed for year in years(known, instrument_id)}
    enough = [year for year, count in decreed.items() if count >= ENOUGH_TO_OPEN]
    return max(enough) if enough else max(decreed, key=lambda year: (decreed[year], year), default=None)


def of(known: Mapping[Key, State], instrument_id: str, year: int) -> League:
    """The league of a year; without rows where nothing is known."""
    state = known.get((instrument_id, year))
    return _made(instrument_id, year, state) if state and state.decreed else League(instrument_id, year, ())


@lru_cache(maxsize=32)
def _made(instrument_id: str, year: int, _state: State) -> League:
    found: dict[int, Ranked] = {}
    count = len(measures(instrument_id))
    decreed = _of_year(instrument_id, year, IndexValue.grade).where(IndexValue.kind.in_(DECREED))
    for value_id, office_id, code, slug, kind, province, name, grade, *said in db.session.execute(decreed):
        if is_possible(said[INDEX]):
            shown, is_computed = queries.shown_grade(instrument_id, grade, said[INDEX])
            name = queries.government(kind, name)
            row = Ranked(value_id, office_id, code, slug, name, kind, province, shown, is_computed, tuple(said[:count]))
            found.setdefault(office_id, row)
    return League(instrument_id, year, found.values())


def _of_year(instrument_id: str, year: int, *said) -> Select:
    """What was published in a year: whose it is, what is asked for and what was measured, the most trusted value of an office first."""
    return (
        select(IndexValue.id, Office.id, Region.code, Office.slug, Office.kind, Region.province_code, Region.name, *said, *MEASURES)
        .join(Office, Office.id == IndexValue.office_id)
        .join(Region, Region.code == Office.region_code)
        .where(IndexValue.instrument_id == instrument_id, IndexValue.year == year)
        .order_by(*queries.trust())
    )


class Published(NamedTuple):
    """What was published of an office in a year, as a page tells it."""

    id: int
    office_id: int
    code: str
    slug: str
    office_kind: str
    province: str
    name: str
    published_as: str
    grade: str | None
    kind: str
    confidence: str
    note: str
    source: str
    measures: tuple[Decimal | None, ...]

    @property
    def value(self) -> Decimal:
        return self.measures[INDEX]

    @property
    def domains(self) -> tuple[Decimal | None, ...]:
        return self.measures[INDEX + 1 :]


def also_published(instrument_id: str, year: int, office_ids: Collection[int]) -> dict[int, list[Published]]:
    """All that was published of these offices in a year, the most trusted first, by office."""
    found: dict[int, list[Published]] = {}
    for row in _published(instrument_id, year, IndexValue.office_id.in_(office_ids)):
        found.setdefault(row.office_id, []).append(row)
    return found


def without_position(instrument_id: str, year: int, wanted: Narrowing) -> list[Published]:
    """What is known of a year and ranked nowhere: what is no decree, and what cannot be an index. The highest first."""
    rows = sorted(_published(instrument_id, year, not_(_IS_RANKED)), key=lambda row: (-row.value, row.name))
    return [row for row in rows if wanted.holds(row.province, row.office_kind, queries.shown_grade(instrument_id, row.grade, row.value)[0])]


def _published(instrument_id: str, year: int, where) -> list[Published]:
    said = (IndexValue.published_as, IndexValue.grade, IndexValue.kind, IndexValue.confidence, IndexValue.note, IndexValue.source)
    rows = db.session.execute(_of_year(instrument_id, year, *said).where(where))
    return [Published(*row[: -len(MEASURES)], row[-len(MEASURES) :]) for row in rows]


def order(known: Mapping[Key, State], year: int, measure: int, grade: str) -> Sequence[int]:
    """The offices (ids) with a value of the ranked instrument in a year, of one grade or all, by a measure; the ranked ones first."""
    key = queries.RANKED, year
    return _order(key, known[key], measure, grade) if key in known else ()


@lru_cache(maxsize=32)
def _order(key: Key, state: State, measure: int, grade: str) -> tuple[int, ...]:
    ranked = [row for row in of({key: state}, *key).ordered(measure) if grade in ("", row.grade)]
    others = without_position(*key, Narrowing(grade=grade))
    others.sort(key=lambda row: row.measures[measure] or 0, reverse=True)
    return tuple(dict.fromkeys(row.office_id for row in [*ranked, *others]))


def measures(instrument_id: str) -> tuple[str, ...]:
    """What is ranked, in few words: the index, then the domains of the instrument as far as it has any."""
    try:
        domains = loader.get(instrument_id).domains
    except UnknownIndicator:
        domains = ()
    return ("Indeks", *(domain.name.removesuffix(" SPBE").removesuffix(" Internal").capitalize() for domain in domains))


def leaders(known: Mapping[Key, State], limit: int = 5) -> list[IndexValue]:
    """The highest values of the opening year that are called at least "Baik", with office and region: nobody leads with less."""
    year = opening(known)
    rows = of(known, queries.RANKED, year).ordered()[:limit] if year else []
    query = select(IndexValue).where(IndexValue.id.in_([row.value_id for row in rows]))
    found = {value.id: value for value in db.session.scalars(query.options(joinedload(IndexValue.office).joinedload(Office.region)))}
    return [found[row.value_id] for row in rows if queries.is_good(found[row.value_id])]


@dataclass(frozen=True)
class Standing:
    """Where an office stands in the latest year it is ranked in, and against whom. `strong`: its strong domains, the strongest first."""

    league: League
    row: Ranked
    places: Places
    strong: list[int]

    @property
    def year(self) -> int:
        return self.league.year

    def against_province(self, measure: int) -> Decimal | None:
        """The median of the regencies and cities of its province; None where it is not one of them."""
        return self.league.median(measure, self.row.province) if self.places.province else None


def standing(office_id: int, values: Iterable[IndexValue]) -> Standing | None:
    """An office's place in the latest year of which the country is known, else in the latest at all; None when it is ranked in none."""
    keys = {(v.year, v.instrument_id) for v in values if v.instrument_id and v.kind in DECREED and is_possible(v.value)}
    league = _telling([(instrument_id, year) for year, instrument_id in sorted(keys, reverse=True)[:YEARS_TRIED]])
    row = league.by_office.get(office_id) if league else None
    return Standing(league, row, league.places(row), strong(league, row, partial(_is_good, league.instrument_id))) if row else None


def _telling(keys: Sequence[Key]) -> League | None:
    """The first league of which the country is known: a place among a handful says little. Else the first."""
    first = None
    for key in keys:
        found = of({key: _state_of(*key)}, *key)
        if found.known() >= ENOUGH_TO_OPEN:
            return found
        first = first or found
    return first


def _is_good(instrument_id: str, value: Decimal) -> bool:
    """As `queries.is_good`, but by the value: no report names the grade of a domain."""
    return scoring.reaches(loader.get(instrument_id), value, queries.GOOD)
