"""Reading offices and index values."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from kb.core.db import db
from kb.core.pages import Page, paginate
from kb.instruments import loader, scoring
from kb.offices.models import EDITORIAL, IndexValue, Office, Region

RANKED = "spbe-2020"
# A year with one value leads nobody anywhere.
ENOUGH_TO_LEAD = 5


@dataclass(frozen=True)
class Filter:
    """What the list of offices is narrowed by; empty means all. `joined`: "ya", "belum" or empty."""

    q: str = ""
    province: str = ""
    kind: str = ""
    joined: str = ""
    sort: str = "nama"
    year: int | None = None


@dataclass(frozen=True)
class Value:
    """A published value as it is shown: `grade` as published, or computed from the value where no source names it."""

    row: IndexValue
    grade: str | None
    grade_is_computed: bool


@dataclass(frozen=True)
class Series:
    """All values of one instrument, by year. Instruments never share a line."""

    instrument_id: str
    name: str
    values: list[Value]


def get(office_id: int | None) -> Office | None:
    """An office by its id."""
    return db.session.get(Office, office_id) if office_id else None


def by_slug(slug: str) -> Office | None:
    """An office by its address, with region and province."""
    query = select(Office).where(Office.slug == slug).options(joinedload(Office.region).joinedload(Region.province))
    return db.session.scalars(query).one_or_none()


def by_code(code: str) -> Office | None:
    """An office by region code, or the editorial office by `redaksi`."""
    where = Office.slug == EDITORIAL if code == EDITORIAL else Office.region_code == code
    return db.session.scalars(select(Office).where(where)).one_or_none()


def governments() -> Select:
    """All offices of governments, with their regions."""
    return select(Office).join(Office.region).options(contains_eager(Office.region)).where(Office.kind != EDITORIAL)


def provinces() -> list[Region]:
    """The provinces, by name."""
    return list(db.session.scalars(select(Region).where(Region.kind == "provinsi").order_by(Region.name)))


def joined() -> list[Office]:
    """The offices that have joined, by name."""
    return list(db.session.scalars(governments().where(Office.joined_at.is_not(None)).order_by(Office.name)))


def count_joined() -> int:
    """How many governments' offices have joined."""
    return db.session.scalar(select(func.count()).select_from(Office).where(Office.joined_at.is_not(None), Office.kind != EDITORIAL))


def years() -> list[int]:
    """The years with values of the ranked instrument, latest first."""
    query = select(IndexValue.year).where(IndexValue.instrument_id == RANKED).distinct().order_by(IndexValue.year.desc())
    return list(db.session.scalars(query))


def listing(wanted: Filter) -> Page:
    """One page of the list of offices."""
    query = _narrowed(governments(), wanted)
    if wanted.sort == "indeks":
        best = _best_values(wanted.year or _leading_year())
        query = query.outerjoin(best, best.c.office_id == Office.id).order_by(best.c.value.desc().nulls_last(), Region.code)
    else:
        query = query.order_by(Region.name, Region.code)
    return paginate(query, per_page=30)


def _narrowed(query: Select, wanted: Filter) -> Select:
    for word in wanted.q.lower().split()[:6]:
        query = query.where(func.lower(Office.name).contains(word, autoescape=True))
    if wanted.province:
        query = query.where(Region.province_code == wanted.province)
    if wanted.kind:
        query = query.where(Office.kind == wanted.kind)
    if wanted.joined:
        query = query.where(Office.joined_at.is_not(None) if wanted.joined == "ya" else Office.joined_at.is_(None))
    return query


def _trust():
    """For ordering only: a decreed value before an asserted one, a surer one before a less sure one."""
    confidence = case({"tinggi": 0, "sedang": 1}, value=IndexValue.confidence, else_=2)
    return case((IndexValue.kind == "penetapan", 0), else_=1), confidence, IndexValue.id


def _best_values(year: int):
    place = func.row_number().over(partition_by=IndexValue.office_id, order_by=_trust()).label("place")
    ranked = select(IndexValue.office_id, IndexValue.id, IndexValue.value, place).where(
        IndexValue.instrument_id == RANKED, IndexValue.year == year
    )
    inner = ranked.subquery()
    return select(inner.c.office_id, inner.c.id, inner.c.value).where(inner.c.place == 1).subquery()


def _leading_year() -> int:
    """The latest year of which enough values are known."""
    query = (
        select(IndexValue.year)
        .where(IndexValue.instrument_id == RANKED)
        .group_by(IndexValue.year)
        .having(func.count() >= ENOUGH_TO_LEAD)
        .order_by(IndexValue.year.desc())
        .limit(1)
    )
    return db.session.scalar(query) or 0


def leaders(year: int | None = None, limit: int = 5) -> list[IndexValue]:
    """The highest known values of a year (default: the latest year with several), one per office, with office and region."""
    best = _best_values(year or _leading_year())
    query = (
        select(IndexValue)
        .join(best, best.c.id == IndexValue.id)
        .options(joinedload(IndexValue.office).joinedload(Office.region))
        .order_by(IndexValue.value.desc(), IndexValue.id)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def index_values(office: Office) -> list[Series]:
    """All known values of an office, by instrument and year; where sources disagree, all of them."""
    query = select(IndexValue).where(IndexValue.office_id == office.id).order_by(IndexValue.year, *_trust())
    found: dict[str, list[Value]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.instrument_id, []).append(_value(row))
    return [Series(instrument, _name_of(instrument), values) for instrument, values in sorted(found.items(), key=_main_first)]


def latest_values(office_ids: Sequence[int]) -> dict[int, IndexValue]:
    """The latest value of the ranked instrument of each office that has one."""
    query = (
        select(IndexValue)
        .where(IndexValue.office_id.in_(office_ids), IndexValue.instrument_id == RANKED)
        .order_by(IndexValue.year.desc(), *_trust())
    )
    found: dict[int, IndexValue] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.office_id, row)
    return found


def values_of_year(office_ids: Sequence[int], year: int | None = None) -> dict[int, list[IndexValue]]:
    """All values of the ranked instrument in a year (default: each office's latest year), by office."""
    query = (
        select(IndexValue)
        .where(IndexValue.office_id.in_(office_ids), IndexValue.instrument_id == RANKED)
        .order_by(IndexValue.year.desc(), *_trust())
    )
    found: dict[int, list[IndexValue]] = {}
    for row in db.session.scalars(query):
        kept = found.setdefault(row.office_id, [])
        if (year is None and (not kept or kept[0].year == row.year)) or row.year == year:
            kept.append(row)
    return found


def _main_first(item):
    return item[0] != RANKED, item[0]


def _name_of(instrument_id: str) -> str:
    try:
        return loader.get(instrument_id).short_name + " " + instrument_id.rpartition("-")[2]
    except loader.UnknownIndicator:
        return "Indeks SPBE 2018 (instrumen lama)"


def _value(row: IndexValue) -> Value:
    if row.grade:
        return Value(row, row.grade, False)
    try:
        grade = scoring.grade_of(loader.get(row.instrument_id), Decimal(row.value)).name
    except loader.UnknownIndicator:
        return Value(row, None, False)
    return Value(row, grade, True)


def all_governments() -> list[Office]:
    """All offices of governments by name, for a choice."""
    return list(db.session.scalars(select(Office).where(Office.kind != EDITORIAL).order_by(Office.name)))


@cache
def editorial_id() -> int:
    """The id of the editorial office; it is seeded once and never changes. Raises NoResultFound before that."""
    kept = db.session().info  # as long as the session: asked for each row of a list
    if EDITORIAL not in kept:
        kept[EDITORIAL] = db.session.scalars(select(Office.id).where(Office.slug == EDITORIAL)).one()
    return kept[EDITORIAL]
