"""Reading offices and index values."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, lru_cache

from sqlalchemy import Row, Select, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from kb.core.db import db
from kb.core.markdown import slug
from kb.core.pages import Page, paginate, part_of
from kb.instruments import loader, scoring
from kb.offices.atlas import Place
from kb.offices.models import DECREED, EDITORIAL, MEASURES, IndexValue, Office, Region
from kb.offices.ranking import INDEX

RANKED = "spbe-2020"
PER_PAGE = 30
# From this grade on an index speaks for its office.
GOOD = "Baik"
FORMER = {"spbe-2018": "SPBE 2018 (instrumen lama)"}
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
    """What the list of offices is narrowed by; empty means all. `joined`: "ya", "belum" or empty; `among`: none but these ids."""

    q: str = ""
    province: str = ""
    kind: str = ""
    joined: str = ""
    among: Collection[int] | None = None


@dataclass(frozen=True)
class Value:
    """A published value as it is shown: `grade` as published, or computed from the value where no source names it.

    Sources that publish the same value stand together, the most trusted one first. A computed grade near a limit has another one beside
    it (`or_grade`): of two decimals nobody knows on which side the exact value lay.
    """

    rows: list[IndexValue]
    grade: str | None
    grade_is_computed: bool
    or_grade: str = ""

    @property
    def row(self) -> IndexValue:
        """The most trusted one."""
        return self.rows[0]

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


def government(kind: str, region: str) -> str:
    """What the government of a region is called: "Provinsi Lampung", "Kabupaten Mesuji"."""
    return f"Provinsi {region}" if kind == "provinsi" else region


def governments() -> Select:
    """All offices of governments, with their regions."""
    return select(Office).join(Office.region).options(contains_eager(Office.region)).where(Office.kind != EDITORIAL)


def places() -> tuple[Place, ...]:
    """All governments and where they lie, by code. Kept as long as no region moves or is called longer or shorter."""
    return _places(*db.session.execute(_WHERE_REGIONS_ARE).one())


_WHERE_REGIONS_ARE = select(func.count(), func.sum(Region.lat), func.sum(Region.lon), func.sum(func.length(Region.name)))


@lru_cache(maxsize=4)
def _places(*_where) -> tuple[Place, ...]:
    query = select(Region.code, Office.slug, Region.name, Office.kind, Region.province_code, Region.lat, Region.lon)
    rows = db.session.execute(query.join(Office, Office.region_code == Region.code).order_by(Region.code))
    return tuple(Place(code, slug, government(kind, name), kind, *where) for code, slug, name, kind, *where in rows)


def provinces() -> list[Region]:
    """The provinces, by name."""
    return list(db.session.scalars(select(Region).where(Region.kind == "provinsi").order_by(Region.name)))


def joined() -> list[Office]:
    """The offices that have joined, by name."""
    return list(db.session.scalars(governments().where(Office.joined_at.is_not(None)).order_by(Office.name)))


def count_joined() -> int:
    """How many governments' offices have joined."""
    return db.session.scalar(select(func.count()).select_from(Office).where(Office.joined_at.is_not(None), Office.kind != EDITORIAL))


def listing(wanted: Filter, order: Sequence[int] = ()) -> Page:
    """One page of the list of offices: those of `order` first, by their ids, the others by name."""
    narrowed = _narrowed(governments(), wanted).order_by(Region.name, Region.code)
    if not order:
        return paginate(narrowed, per_page=PER_PAGE)
    places = {office_id: place for place, office_id in enumerate(order)}
    ids = sorted(db.session.scalars(narrowed.with_only_columns(Office.id)), key=lambda office_id: places.get(office_id, len(places)))
    page = part_of(ids, PER_PAGE)
    found = {office.id: office for office in db.session.scalars(governments().where(Office.id.in_(page.items)))}
    return replace(page, items=[found[office_id] for office_id in page.items])


def _narrowed(query: Select, wanted: Filter) -> Select:
    for word in wanted.q.lower().split()[:6]:
        query = query.where(func.lower(Office.name).contains(word, autoescape=True))
    if wanted.province:
        query = query.where(Region.province_code == wanted.province)
    if wanted.kind:
        query = query.where(Office.kind == wanted.kind)
    if wanted.among is not None:
        query = query.where(Office.id.in_(wanted.among))
    if wanted.joined:
        query = query.where(Office.joined_at.is_not(None) if wanted.joined == "ya" else Office.joined_at.is_(None))
    return query


def trust():
    """For ordering only: a decreed value before an asserted one, a surer one before a less sure one."""
    kind = case({decreed: place for place, decreed in enumerate(DECREED)}, value=IndexValue.kind, else_=len(DECREED))
    confidence = case({"tinggi": 0, "sedang": 1}, value=IndexValue.confidence, else_=2)
    return kind, confidence, IndexValue.id


def is_good(value: IndexValue) -> bool:
    """Does the index speak for its office: is its grade, as published, at least "Baik"? No instrument, no grade."""
    try:
        return scoring.is_at_least(loader.get(value.instrument_id), grade_of(value), GOOD)
    except loader.UnknownIndicator:
        return False


def grades_of(instrument_id: str | None) -> list[str]:
    """The names of an instrument's grades, the best first; none where they are not known."""
    try:
        return [grade.name for grade in loader.get(instrument_id).grades]
    except loader.UnknownIndicator:
        return []


def grade_of(value: IndexValue) -> str | None:
    """The grade as it was published; computed only where no source names one."""
    return shown_grade(value.instrument_id, value.grade, value.value)[0]


def shown_grade(instrument_id: str | None, published: str | None, value: Decimal) -> tuple[str | None, bool]:
    """The grade that is shown with a value, and whether we computed it since none was published."""
    if published:
        return published, False
    computed = computed_grade(instrument_id, value)
    return computed, computed is not None


def computed_grade(instrument_id: str | None, value: Decimal) -> str | None:
    """The grade that a value has by the limits of its instrument; None where there are none, or it is no value of it."""
    try:
        return scoring.grade_of(loader.get(instrument_id), value).name
    except (loader.UnknownIndicator, scoring.ScoreError):
        return None


def index_values(office: Office) -> list[Series]:
    """All known values of an office, by instrument and year; where sources disagree, all of them, the most trusted first."""
    query = select(IndexValue).where(IndexValue.office_id == office.id).order_by(IndexValue.year, *trust())
    found: dict[str | None, list[IndexValue]] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.instrument_id, []).append(row)
    return [Series(instrument, instrument_name(instrument), _values(rows)) for instrument, rows in sorted(found.items(), key=_main_first)]


def latest_values(office_ids: Sequence[int]) -> dict[int, IndexValue]:
    """The latest value of the ranked instrument of each office that has one."""
    query = (
        select(IndexValue)
        .where(IndexValue.office_id.in_(office_ids), IndexValue.instrument_id == RANKED)
        .order_by(IndexValue.year.desc(), *trust())
    )
    found: dict[int, IndexValue] = {}
    for row in db.session.scalars(query):
        found.setdefault(row.office_id, row)
    return found


def values_of_year(office_ids: Sequence[int], year: int | None = None, measure: int = INDEX) -> dict[int, list[Row]]:
    """All values of the ranked instrument in a year (default: each office's latest year), by office, the most trusted first.

    Rows of `year`, `kind`, `published_as`, `grade` as published, and `measured`: what they say of a measure.
    """
    query = (
        select(
            IndexValue.office_id,
            IndexValue.value,
            IndexValue.year,
            IndexValue.kind,
            IndexValue.published_as,
            IndexValue.grade,
            MEASURES[measure].label("measured"),
        )
        .where(IndexValue.office_id.in_(office_ids), IndexValue.instrument_id == RANKED)
        .order_by(IndexValue.year.desc(), *trust())
    )
    found: dict[int, list[Row]] = {}
    for row in db.session.execute(query.where(IndexValue.year == year) if year else query):
        kept = found.setdefault(row.office_id, [])
        if not kept or kept[0].year == row.year:
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
        return FORMER.get(instrument_id, instrument_id)


def _values(rows: Iterable[IndexValue]) -> list[Value]:
    """Rows of one instrument, as `index_values` orders them, as they are shown: what says the same of a year is one value."""
    same: dict[tuple, list[IndexValue]] = {}
    for row in rows:
        same.setdefault((row.year, row.value, grade_of(row)), []).append(row)
    return [_value(found, grade) for (_, _, grade), found in same.items()]


def _value(rows: list[IndexValue], grade: str | None) -> Value:
    if grade is None or any(row.grade for row in rows):
        return Value(rows, grade, grade_is_computed=False)
    _, *others = scoring.grades_near(loader.get(rows[0].instrument_id), rows[0].value)
    return Value(rows, grade, grade_is_computed=True, or_grade=" atau ".join(other.name for other in others))


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
