"""Loads regions, offices and index values from data/*.csv. Safe to run again: facts are brought up to date, what people wrote stays."""

import csv
import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select

from kb.core import clock
from kb.core.db import db
from kb.core.markdown import slug
from kb.instruments import scoring
from kb.offices.models import EDITORIAL, MEASURES, IndexValue, Office, Region
from kb.offices.queries import government

DATA = Path(__file__).parent / "data"

# Administrative cities and the regency of Jakarta have no government of their own (UU 29/2007), hence no office.
WITHOUT_GOVERNMENT = {"31.01", "31.71", "31.72", "31.73", "31.74", "31.75"}

# Keppres 41/1987: which provinces keep which time. All others keep WIB.
WITA = {"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"}
WIT = {"81", "82", "91", "92", "93", "94", "95", "96"}

# Written by a setup that did not yet note what it wrote.
EARLIER = "sebelumnya"


def seed() -> None:
    """Bring regions, offices and index values up to date; the caller commits."""
    _regions()
    _offices()
    _index_values()
    db.session.flush()


def timezone_of(province_code: str) -> str:
    """The IANA time zone of a province."""
    if province_code in WITA:
        return "Asia/Makassar"
    return "Asia/Jayapura" if province_code in WIT else "Asia/Jakarta"


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _regions() -> None:
    known = {region.code: region for region in db.session.scalars(select(Region))}
    # Provinces first: the others refer to them.
    for row in sorted(_rows("regions.csv"), key=lambda row: len(row["code"])):
        region = known.get(row["code"])
        if region is None:
            region = Region(code=row["code"])
            db.session.add(region)
        region.name, region.kind, region.province_code = row["name"], row["kind"], row["province_code"]
        region.lat, region.lon = float(row["lat"]), float(row["lon"])
        if region.kind == "provinsi" and row["code"] not in known:
            db.session.flush()
    db.session.flush()


def _offices() -> None:
    known = set(db.session.scalars(select(Office.region_code)))
    for region in db.session.scalars(select(Region).order_by(Region.code)):
        if region.code not in known and region.code not in WITHOUT_GOVERNMENT:
            db.session.add(_office_of(region))
    if None not in known:
        db.session.add(Office(slug=EDITORIAL, name="Redaksi Berguru", kind=EDITORIAL, timezone=clock.WIB, joined_at=clock.now()))
    db.session.flush()


def _office_of(region: Region) -> Office:
    name = government(region.kind, region.name)
    return Office(
        slug=slug(name),
        name=f"Diskominfo {name}",
        kind=region.kind,
        region_code=region.code,
        timezone=timezone_of(region.province_code),
    )


def _index_values() -> None:
    """New and corrected values; what people added or changed is left as it is, and so is what they took away from a row's facts."""
    offices = dict(db.session.execute(select(Office.region_code, Office.id)).all())
    known = {(v.office_id, v.instrument_id, v.year, v.kind): v for v in db.session.scalars(select(IndexValue))}
    facts = {
        (offices[row["code"]], row["instrument"] or None, int(row["year"]), row["kind"]): _fact(row) for row in _rows("index_values.csv")
    }
    former = {key: value for key, value in known.items() if key not in facts and _is_untouched(value)}
    # What an earlier version of the facts gave another instrument: the same value of the same source, which no row speaks of any more.
    moved = {(v.office_id, v.year, v.kind, v.published_as, v.source): key for key, v in former.items()}
    for key, fact in facts.items():
        value = known.get(key)
        if value is None and (was := moved.get((key[0], *key[2:], fact["published_as"], fact["source"]))):
            value = former.pop(was)
        if value is None:
            value = IndexValue(office_id=key[0], year=key[2], kind=key[3], seeded=EARLIER)
            db.session.add(value)
        if _is_untouched(value):
            _write(value, {"instrument_id": key[1], **fact})
    for value in former.values():
        if value.seeded != EARLIER:  # an earlier setup noted nothing: what it did not write may be anybody's
            db.session.delete(value)


def _fact(row: dict[str, str]) -> dict:
    """What a line of the facts says of a value."""
    domains = {column.key: _number(row[column.key]) if row[column.key] else None for column in MEASURES[1:]}
    said = {"grade": row["grade"] or None, "confidence": row["confidence"], "note": row["note"], "source": row["source"]}
    return {"value": _number(row["value"]), "published_as": row["value"].replace(",", "."), **said, **domains}


def _number(text: str) -> Decimal:
    """A value with two decimals; sources write it with a point or a comma."""
    return scoring.rounded(Decimal(text.replace(",", ".")))


def _write(value: IndexValue, fact: dict) -> None:
    for name, said in fact.items():
        setattr(value, name, said)
    value.seeded = _digest(value)


def _digest(value: IndexValue) -> str:
    said = [getattr(value, column.key) for column in IndexValue.__table__.columns if column.key not in ("id", "seeded")]
    return hashlib.sha256(repr([str(part) for part in said]).encode()).hexdigest()[:16]


def _is_untouched(value: IndexValue) -> bool:
    """Does the row still say what setup wrote?"""
    return value.seeded == EARLIER or value.seeded == _digest(value)
