"""Instruments as data: read from data/*.json, refused when they cannot be right.

The facts were compiled from secondary sources (each file names them); every part carries its confidence, and the pages show it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
# How research files call their sources ("P2"). Only the lists of sources may; texts name them as a reader knows them.
SOURCE_CODE = re.compile(r"\b[A-Z][0-9]{1,2}\b")
DEFAULT = "spbe-2020"


class InstrumentError(ValueError):
    """An instrument's data file contradicts itself."""


class UnknownIndicator(KeyError):
    """There is no such instrument or indicator."""


@dataclass(frozen=True)
class Level:
    """A level of maturity: 1 to 5, with the name its scale gives it."""

    value: int
    name: str
    meaning: str


@dataclass(frozen=True)
class Grade:
    """A grade (predikat): holds from `minimum` up to, not including, `below` (None: no upper bound)."""

    name: str
    minimum: Decimal
    below: Decimal | None

    def holds(self, value: Decimal) -> bool:
        return value >= self.minimum and (self.below is None or value < self.below)


@dataclass(frozen=True)
class Confidence:
    """How sure we are of an indicator's name, weight and criteria: begins with tinggi, sedang or rendah."""

    name: str
    weight: str
    criteria: str


@dataclass(frozen=True)
class Domain:
    """A domain: its weight is a percentage of the index. Pemdi has none."""

    number: int
    name: str
    weight: Decimal
    confidence: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Indicator:
    """An indicator. `code` ("spbe-2020/12") is its name everywhere; `weight` is a percentage of the index."""

    instrument_id: str
    number: int
    name: str
    short_name: str
    other_names: tuple[str, ...]
    weight: Decimal
    levels: tuple[Level, ...]
    criteria: Mapping[int, str]
    confidence: Confidence
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    reference_index: str | None
    counterparts: tuple[str, ...]
    aspect: "Aspect" = field(repr=False, compare=False)

    @property
    def code(self) -> str:
        return f"{self.instrument_id}/{self.number}"

    @property
    def full_name(self) -> str:
        """As a reader knows it: "SPBE 12. Peta rencana SPBE"."""
        return f"{'SPBE' if self.instrument_id.startswith('spbe') else 'Pemdi'} {self.number}. {self.short_name}"

    @property
    def domain(self) -> Domain | None:
        return self.aspect.domain


@dataclass(frozen=True)
class Aspect:
    """An aspect: a group of indicators, its weight the sum of theirs."""

    number: int
    name: str
    weight: Decimal
    domain: Domain | None
    confidence: str
    sources: tuple[str, ...]
    indicators: list[Indicator] = field(default_factory=list, compare=False)


@dataclass(frozen=True)
class Instrument:
    """An evaluation instrument. `fractions` says whether a level may lie between two whole ones."""

    id: str
    name: str
    short_name: str
    status: str
    legal_basis: tuple[str, ...]
    years: tuple[int, ...]
    compiled_on: str
    statement: str
    fractions: bool
    domains: tuple[Domain, ...]
    aspects: tuple[Aspect, ...]
    grades: tuple[Grade, ...]
    grades_confidence: str
    formula: Mapping[str, Any]
    notes: tuple[str, ...]
    sources: Mapping[str, Mapping[str, str]]
    published_results: tuple[Mapping[str, Any], ...]

    @property
    def indicators(self) -> list[Indicator]:
        return [indicator for aspect in self.aspects for indicator in aspect.indicators]

    def indicator(self, number: int) -> Indicator:
        """One indicator by its number. Raises UnknownIndicator."""
        for found in self.indicators:
            if found.number == number:
                return found
        raise UnknownIndicator(f"{self.id}/{number}")


@cache
def get(instrument_id: str) -> Instrument:
    """An instrument by its id ("spbe-2020"). Raises UnknownIndicator."""
    for instrument in all_instruments():
        if instrument.id == instrument_id:
            return instrument
    raise UnknownIndicator(instrument_id)


@cache
def all_instruments() -> tuple[Instrument, ...]:
    """All instruments, the one of our story first."""
    found = [build(json.loads(path.read_text("utf-8"), parse_float=Decimal)) for path in DATA.glob("*.json")]
    return tuple(sorted(found, key=lambda instrument: (instrument.id != DEFAULT, instrument.id)))


@cache
def indicator(code: str) -> Indicator:
    """An indicator by its code ("spbe-2020/12"). Raises UnknownIndicator."""
    instrument_id, _, number = code.partition("/")
    if not number.isdecimal() or number != str(int(number)):
        raise UnknownIndicator(code)
    return get(instrument_id).indicator(int(number))


def default_instrument() -> Instrument:
    """The instrument that most published values belong to."""
    return get(DEFAULT)


def build(data: Mapping[str, Any]) -> Instrument:
    """An instrument from its data. Raises InstrumentError when weights, levels or numbers cannot be right."""
    try:
        instrument = _assemble(data)
    except KeyError as missing:
        raise InstrumentError(f"{data.get('id')}: {missing} is missing") from missing
    _check(instrument)
    return instrument


def _assemble(data: Mapping[str, Any]) -> Instrument:
    domains = tuple(Domain(d["number"], d["name"], Decimal(d["weight"]), d["confidence"], tuple(d["sources"])) for d in data["domains"])
    by_number = {domain.number: domain for domain in domains}
    aspects = tuple(
        Aspect(a["number"], a["name"], Decimal(a["weight"]), by_number.get(a["domain"]), a["confidence"], tuple(a["sources"]))
        for a in data["aspects"]
    )
    _fill(aspects, data)
    return Instrument(
        id=data["id"],
        name=data["name"],
        short_name=data["short_name"],
        status=data["status"],
        legal_basis=tuple(data["legal_basis"]),
        years=tuple(data["years"]),
        compiled_on=data["compiled_on"],
        statement=data["statement"],
        fractions=data["fractions"],
        domains=domains,
        aspects=aspects,
        grades=tuple(Grade(g["name"], Decimal(g["minimum"]), None if g["below"] is None else Decimal(g["below"])) for g in data["grades"]),
        grades_confidence=data["grades_confidence"],
        formula=data["formula"],
        notes=tuple(data["notes"]),
        sources=data["sources"],
        published_results=tuple(data["published_results"]),
    )


def _fill(aspects: tuple[Aspect, ...], data: Mapping[str, Any]) -> None:
    """Put each indicator into its aspect; the aspect's first and last number must agree."""
    by_number = {aspect.number: aspect for aspect in aspects}
    ranges = {a["number"]: (a["first"], a["last"]) for a in data["aspects"]}
    for entry in data["indicators"]:
        first, last = ranges[entry["aspect"]]
        if not first <= entry["number"] <= last:
            raise InstrumentError(f"{data['id']}: indicator {entry['number']} is outside aspect {entry['aspect']}")
        aspect = by_number[entry["aspect"]]
        aspect.indicators.append(_indicator(data, entry, aspect))


def _indicator(data: Mapping[str, Any], entry: Mapping[str, Any], aspect: Aspect) -> Indicator:
    scale = data["scales"][entry["scale"]]
    return Indicator(
        instrument_id=data["id"],
        number=entry["number"],
        name=entry["name"],
        short_name=entry["short_name"],
        other_names=tuple(entry["other_names"]),
        weight=Decimal(entry["weight"]),
        levels=tuple(Level(level["value"], level["name"], level["meaning"]) for level in scale["levels"]),
        criteria={int(level): text for level, text in entry["criteria"].items()},
        confidence=Confidence(**entry["confidence"]),
        sources=tuple(entry["sources"]),
        notes=tuple(entry["notes"]),
        reference_index=entry["reference_index"],
        counterparts=tuple(entry["counterparts"]),
        aspect=aspect,
    )


def _check(instrument: Instrument) -> None:
    name = instrument.id
    numbers = [indicator.number for indicator in instrument.indicators]
    if len(numbers) != len(set(numbers)):
        raise InstrumentError(f"{name}: an indicator number stands twice")
    _sum_is(f"{name}: indicators", instrument.indicators, Decimal(100))
    _sum_is(f"{name}: aspects", instrument.aspects, Decimal(100))
    for aspect in instrument.aspects:
        _sum_is(f"{name}: aspect {aspect.number}", aspect.indicators, aspect.weight)
    for domain in instrument.domains:
        _sum_is(f"{name}: domain {domain.number}", [a for a in instrument.aspects if a.domain is domain], domain.weight)
    for indicator in instrument.indicators:
        _check_indicator(instrument, indicator)
    if not instrument.grades:
        raise InstrumentError(f"{name}: no grades")
    for text in _told(instrument):
        if found := SOURCE_CODE.search(text):
            raise InstrumentError(f"{name}: a text calls a source {found[0]} instead of naming it: {text[:80]}")


def _told(instrument: Instrument) -> list[str]:
    """What pages say of where things come from."""
    texts = [instrument.status, instrument.statement, instrument.grades_confidence, *instrument.legal_basis, *instrument.notes]
    for indicator in instrument.indicators:
        sure = indicator.confidence
        texts += [sure.name, sure.weight, sure.criteria, *indicator.notes]
    return texts


def _check_indicator(instrument: Instrument, indicator: Indicator) -> None:
    if {level.value for level in indicator.levels} != {1, 2, 3, 4, 5}:
        raise InstrumentError(f"{indicator.code}: its scale lacks a level")
    if set(indicator.criteria) != {1, 2, 3, 4, 5} or not all(text.strip() for text in indicator.criteria.values()):
        raise InstrumentError(f"{indicator.code}: a level has no criterion")
    unknown = set(indicator.sources) - set(instrument.sources)
    if unknown:
        raise InstrumentError(f"{indicator.code}: unknown sources {sorted(unknown)}")


def _sum_is(what: str, parts, expected: Decimal) -> None:
    total = sum((part.weight for part in parts), Decimal(0))
    if total != expected:
        raise InstrumentError(f"{what}: weights sum to {total}, not {expected}")
