"""Instruments as data: read from data/*.json, refused when they cannot be right.

The facts were compiled from public copies of the regulations and from secondary sources (each file names them); every part carries its
confidence, and the pages show it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
# How research files call their sources ("P2"). Only the lists of sources may; texts name them as a reader knows them.
SOURCE_CODE = re.compile(r"\b[A-Z][0-9]{1,2}\b")
DEFAULT = "spbe-2020"
# Every instrument of ours is scored on this scale.
LOWEST, HIGHEST = Decimal(1), Decimal(5)
CONFIDENCES = ("tinggi", "sedang", "rendah")


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
    """A grade (predikat): from `minimum` to `maximum`, and which of the two limits it holds itself.

    SPBE's grades hold their lower limit (exactly 2.60 is Baik), Pemdi's their upper one (exactly 2.50 is only Cukup).
    """

    name: str
    minimum: Decimal
    maximum: Decimal
    holds_minimum: bool
    holds_maximum: bool

    def holds(self, value: Decimal) -> bool:
        """Is the value, exactly as given, of this grade?"""
        return (
            self.minimum < value < self.maximum
            or (self.holds_minimum and value == self.minimum)
            or (self.holds_maximum and value == self.maximum)
        )


@dataclass(frozen=True)
class Confidence:
    """How sure we are of an indicator: tinggi, sedang or rendah, of criteria and evidence by level; the others may say why."""

    name: str
    weight: str
    criteria: Mapping[int, str]
    evidence: Mapping[int, str]


@dataclass(frozen=True)
class Rule:
    """What a source says besides the criteria, of one level or (None) of all; `usual`: practice, which binds nobody."""

    level: int | None
    text: str
    source: str
    confidence: str
    usual: bool


@dataclass(frozen=True)
class Unit:
    """Which part of a government usually answers for an indicator, and who helps: a proposal, an office has its own names."""

    usual: str
    helping: tuple[str, ...]
    note: str
    confidence: str


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
    """An indicator. `code` ("spbe-2020/12") is its name everywhere; `weight` is a percentage of the index.

    `criteria` is what a level asks, `evidence` what is usually shown for it: practice, not rule.
    """

    instrument_id: str
    number: int
    name: str
    short_name: str
    other_names: tuple[str, ...]
    weight: Decimal
    levels: tuple[Level, ...]
    criteria: Mapping[int, str]
    evidence: Mapping[int, str]
    confidence: Confidence
    sources: tuple[str, ...]
    evidence_sources: tuple[str, ...]
    rules: tuple[Rule, ...]
    notes: tuple[str, ...]
    reference_index: str | None
    counterparts: tuple[str, ...]
    unit: Unit
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

    @property
    def all_sources(self) -> tuple[str, ...]:
        """Where anything that is said of it comes from, each once."""
        return tuple(dict.fromkeys([*self.sources, *self.evidence_sources, *(rule.source for rule in self.rules)]))

    def rules_of(self, level: int | None, usual: bool = False) -> list[Rule]:
        """What sources say of one level (None: of the indicator as a whole): rules, or usual practice."""
        return [rule for rule in self.rules if rule.level == level and rule.usual == usual]


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
    """An evaluation instrument, its grades the best first. `fractions` says whether a level may lie between two whole ones."""

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
    rules: tuple[Rule, ...]
    unit_source: str
    sources: Mapping[str, Mapping[str, str]]
    published_results: tuple[Mapping[str, Any], ...]

    @cached_property
    def indicators(self) -> list[Indicator]:
        """All of them, by aspect."""
        return [indicator for aspect in self.aspects for indicator in aspect.indicators]

    @cached_property
    def by_number(self) -> Mapping[int, Indicator]:
        return {indicator.number: indicator for indicator in self.indicators}

    def indicator(self, number: int) -> Indicator:
        """One indicator by its number. Raises UnknownIndicator."""
        try:
            return self.by_number[number]
        except KeyError:
            raise UnknownIndicator(f"{self.id}/{number}") from None


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
    if not number.isdecimal() or len(number) > 3 or number != str(int(number)):
        raise UnknownIndicator(code)
    return get(instrument_id).indicator(int(number))


def default_instrument() -> Instrument:
    """The instrument that most published values belong to."""
    return get(DEFAULT)


def build(data: Mapping[str, Any]) -> Instrument:
    """An instrument from its data. Raises InstrumentError when weights, levels, grades or numbers cannot be right."""
    try:
        instrument = _assemble(data)
    except KeyError as missing:
        raise InstrumentError(f"{data.get('id')}: {missing} is missing") from missing
    _check(instrument)
    return instrument


def _assemble(data: Mapping[str, Any]) -> Instrument:
    if (data["minimum"], data["maximum"]) != (LOWEST, HIGHEST):
        raise InstrumentError(f"{data['id']}: scored on another scale than {LOWEST} to {HIGHEST}")
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
        grades=_grades(data["grades"]),
        grades_confidence=data["grades_confidence"],
        formula=data["formula"],
        notes=tuple(data["notes"]),
        rules=_rules(data["rules"]),
        unit_source=data["unit_source"],
        sources=data["sources"],
        published_results=tuple(data["published_results"]),
    )


def _grades(entries: list[Mapping[str, Any]]) -> tuple[Grade, ...]:
    """The best first."""
    found = [Grade(g["name"], Decimal(g["minimum"]), Decimal(g["maximum"]), g["holds_minimum"], g["holds_maximum"]) for g in entries]
    return tuple(sorted(found, key=lambda grade: -grade.minimum))


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
    scale, sure = data["scales"][entry["scale"]], entry["confidence"]
    return Indicator(
        instrument_id=data["id"],
        number=entry["number"],
        name=entry["name"],
        short_name=entry["short_name"],
        other_names=tuple(entry["other_names"]),
        weight=Decimal(entry["weight"]),
        levels=tuple(Level(level["value"], level["name"], level["meaning"]) for level in scale["levels"]),
        criteria=_by_level(entry["criteria"]),
        evidence=_by_level(entry["evidence"]),
        confidence=Confidence(sure["name"], sure["weight"], _by_level(sure["criteria"]), _by_level(sure["evidence"])),
        sources=tuple(entry["sources"]),
        evidence_sources=tuple(entry["evidence_sources"]),
        rules=_rules(entry["rules"]),
        notes=tuple(entry["notes"]),
        reference_index=entry["reference_index"],
        counterparts=tuple(entry["counterparts"]),
        unit=Unit(entry["unit"]["usual"], tuple(entry["unit"]["helping"]), entry["unit"]["note"], entry["unit"]["confidence"]),
        aspect=aspect,
    )


def _by_level(entry: Mapping[str, str]) -> dict[int, str]:
    return {int(level): text for level, text in entry.items()}


def _rules(entries: list[Mapping[str, Any]]) -> tuple[Rule, ...]:
    return tuple(Rule(r["level"], r["text"], r["source"], r["confidence"], r["usual"]) for r in entries)


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
    _check_grades(instrument)
    _check_rules(instrument, name, instrument.rules)
    for text in _told(instrument):
        if found := SOURCE_CODE.search(text):
            raise InstrumentError(f"{name}: a text calls a source {found[0]} instead of naming it: {text[:80]}")


def _told(instrument: Instrument) -> list[str]:
    """What pages say of where things come from."""
    texts = [instrument.status, instrument.statement, instrument.grades_confidence, *instrument.legal_basis, *instrument.notes]
    texts += [instrument.formula["note"], instrument.formula["confidence"], *(rule.text for rule in instrument.rules)]
    for indicator in instrument.indicators:
        texts += [indicator.confidence.name, indicator.confidence.weight, *indicator.notes, *(rule.text for rule in indicator.rules)]
        texts += [*indicator.criteria.values(), *indicator.evidence.values()]
    return texts


def _check_grades(instrument: Instrument) -> None:
    """The grades cover the scale from end to end, and each limit between two of them belongs to exactly one."""
    grades = instrument.grades[::-1]
    if not grades or len({grade.name for grade in grades}) < len(grades):
        raise InstrumentError(f"{instrument.id}: no grades, or two of one name")
    first, last = grades[0], grades[-1]
    if first.minimum != LOWEST or not first.holds_minimum or last.maximum != HIGHEST or not last.holds_maximum:
        raise InstrumentError(f"{instrument.id}: the grades do not cover the scale from {LOWEST} to {HIGHEST}")
    for grade in grades:
        if grade.minimum >= grade.maximum:
            raise InstrumentError(f"{instrument.id}: {grade.name} ends before it begins")
    for lower, upper in pairwise(grades):
        if lower.maximum != upper.minimum:
            raise InstrumentError(f"{instrument.id}: {lower.name} ends at {lower.maximum}, {upper.name} begins at {upper.minimum}")
        if lower.holds_maximum == upper.holds_minimum:
            raise InstrumentError(
                f"{instrument.id}: exactly {upper.minimum} is {'both' if lower.holds_maximum else 'neither'} of two grades"
            )


def _check_rules(instrument: Instrument, what: str, rules: tuple[Rule, ...]) -> None:
    for rule in rules:
        if rule.level not in (None, 1, 2, 3, 4, 5) or not rule.text.strip() or rule.confidence not in CONFIDENCES:
            raise InstrumentError(f"{what}: a rule without level, text or confidence: {rule}")
        if not instrument.sources.get(rule.source, {}).get("short"):
            raise InstrumentError(f"{what}: a rule from a source without a short name: {rule.source}")


def _check_indicator(instrument: Instrument, indicator: Indicator) -> None:
    if {level.value for level in indicator.levels} != {1, 2, 3, 4, 5}:
        raise InstrumentError(f"{indicator.code}: its scale lacks a level")
    for what, texts in (("criterion", indicator.criteria), ("usual evidence", indicator.evidence)):
        if set(texts) != {1, 2, 3, 4, 5} or not all(text.strip() for text in texts.values()):
            raise InstrumentError(f"{indicator.code}: a level has no {what}")
    for sure in (indicator.confidence.criteria, indicator.confidence.evidence):
        if set(sure) != {1, 2, 3, 4, 5} or not set(sure.values()) <= set(CONFIDENCES):
            raise InstrumentError(f"{indicator.code}: a level does not say how sure we are")
    _check_rules(instrument, indicator.code, indicator.rules)
    unknown = set(indicator.all_sources) - set(instrument.sources)
    if unknown or not indicator.sources or not indicator.evidence_sources:
        raise InstrumentError(f"{indicator.code}: no sources, or unknown ones {sorted(unknown)}")


def _sum_is(what: str, parts, expected: Decimal) -> None:
    total = sum((part.weight for part in parts), Decimal(0))
    if total != expected:
        raise InstrumentError(f"{what}: weights sum to {total}, not {expected}")
