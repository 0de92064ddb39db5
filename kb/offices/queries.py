"""Reading offices and index values."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kb.core.db import db
from kb.core.markdown import slug
from kb.core.pages import Page, paginate
from kb.instruments import loader, scoring
from kb.offices.models import EDITORIAL, IndexValue, Office, Region

RANKED = "spbe-2020"
# A year with one value leads nobody anywhere.
ENOUGH_TO_LEAD = 5
# From this grade on an index speaks for its office.
GOOD = "Baik"
UNNAMED = "instrumen tidak disebut sumbernya"
# How the name of an office may begin, and what that is in its address.
SAID_AS = (
    ("dinas-komunikasi-dan-informatika-", ""),
    ("dinas-kominfo-", ""),
    ("diskominfo-", ""),
    ("kab-", "kabupaten-"),
    ("prov-", "provinsi-"),
)


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

    @property
    def instrument(self) -> str:
        """By what it was measured, as a reader knows it."""
        return instrument_name(self.row.instrument_id)


@dataclass(frozen=True)
class Series:
    """All values of one instrument, by year. Instruments never share a line; None: the source names none."""

    instrument_id: str | None
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


def ids_by_code(codes: Sequence[str]) -> dict[str, int]:
    """The ids of governments' offices by region code, as far as there are such."""
    return dict(db.session.execute(select(Office.region_code, Office.id).where(Office.region_code.in_(codes))).all())


def names_of(office_ids: Collection[int]) -> dict[int, str]:
    """What these offices are called, by id."""
    if not office_ids:
        return {}
    return dict(db.session.execute(select(Office.id, Office.name).where(Office.id.in_(office_ids))).all())


def named(names: Sequence[str]) -> list[list[Office]]:
    """For each name as people write it ("Kab. Mesuji", "Diskominfo Kota Metro", "18.11"), the offices of governments it may mean.

    A name without its kind means whatever is called so: "Bandung" is a regency and a city.
    """
    keys = [_as_slug(name) for name in names]
    kinds = [f"{kind}-{key}" for key in keys for kind in ("provinsi", "kabupaten", "kota")]
    wanted = or_(Office.slug.in_([*keys, *kinds]), Office.region_code.in_(names), Office.name.in_(names))
    found = list(db.session.scalars(select(Office).where(Office.kind != EDITORIAL, wanted).order_by(Office.name)))
    by_name = {known: office for office in found for known in (office.name, office.slug, office.region_code)}
    return [_meant(by_name, name, key) for name, key in zip(names, keys, strict=True)]


def _as_slug(name: str) -> str:
    key = slug(name)
    for said, written in SAID_AS:
        key = written + key.removeprefix(said) if key.startswith(said) else key
    return key


def _meant(by_name: dict[str, Office], name: str, key: str) -> list[Office]:
    exactly = by_name.get(name) or by_name.get(key)
    if exactly:
        return [exactly]
    return [by_name[found] for kind in ("provinsi", "kabupaten", "kota") if (found := f"{kind}-{key}") in by_name]


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
    """The highest known values of a year (default: the latest year with several), one per office, with office and region.

    Only values that are called at least "Baik": nobody leads with less.
    """
    best = _best_values(year or _leading_year())
    query = (
        select(IndexValue)
        .join(best, best.c.id == IndexValue.id)
        .options(joinedload(IndexValue.office).joinedload(Office.region))
        .order_by(IndexValue.value.desc(), IndexValue.id)
        .limit(limit)
    )
    return [value for value in db.session.scalars(query) if is_good(value)]


def is_good(value: IndexValue) -> bool:
    """Does the index speak for its office: is it at least "Baik" by the grades of its instrument? No instrument, no grade."""
    try:
        return scoring.reaches(loader.get(value.instrument_id), value.value, GOOD)
    except (loader.UnknownIndicator, scoring.ScoreError):
        return False


def index_values(office: Office) -> list[Series]:
    """All known values of an office, by instrument and year; where sources disagree, all of them."""
    query = select(IndexValue).where(IndexValue.office_id == office.id).order_by(IndexValue.year, *_trust())
    found: dict[str | None, list[Value]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.instrument_id, []).append(_value(row))
    return [Series(instrument, instrument_name(instrument), values) for instrument, values in sorted(found.items(), key=_main_first)]


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
    return item[0] != RANKED, item[0] is None, item[0] or ""


def instrument_name(instrument_id: str | None) -> str:
    """The instrument of a value as a reader knows it."""
    if instrument_id is None:
        return UNNAMED
    try:
        return loader.get(instrument_id).short_name + " " + instrument_id.rpartition("-")[2]
    except loader.UnknownIndicator:
        return "SPBE 2018 (instrumen lama)"


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
