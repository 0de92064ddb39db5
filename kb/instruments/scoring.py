"""The arithmetic of an instrument: index, domains, aspects and grade from the levels of its indicators.

index = sum(weight x level) / 100, an aspect or domain likewise over its own weight (PermenPANRB 59/2020; for Pemdi PermenPANRB
8/2026; both as the data files source them). Decimal throughout: 2.595 must round to 2.60, which binary fractions get wrong.

Rounding: the index is rounded half up to two decimals, and the grade is decided on the rounded value. No source says whether the
ministry grades before or after rounding; two decimals are what is published, so the published number and its grade agree here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kb.instruments.loader import Grade, Indicator, Instrument

Number = Decimal | int | float
CENT = Decimal("0.01")


class ScoreError(ValueError):
    """The levels given cannot be scored; the message says which."""


@dataclass(frozen=True)
class Score:
    """A result: rounded to two decimals, domains and aspects by their numbers."""

    index: Decimal
    domains: Mapping[int, Decimal]
    aspects: Mapping[int, Decimal]
    grade: str


def score(instrument: Instrument, levels: Mapping[int, Number]) -> Score:
    """Score the levels of all indicators (by number). Raises ScoreError for a missing, unknown or impossible level."""
    exact = _checked(instrument, levels)
    index = rounded(_weighted(instrument.indicators, exact))
    domains = {
        domain.number: rounded(_weighted((i for i in instrument.indicators if i.domain is domain), exact)) for domain in instrument.domains
    }
    aspects = {aspect.number: rounded(_weighted(aspect.indicators, exact)) for aspect in instrument.aspects}
    return Score(index, domains, aspects, grade_of(instrument, index).name)


def grade_of(instrument: Instrument, value: Number) -> Grade:
    """The grade of an index value (1 to 5), decided on two decimals. Raises ScoreError outside that range."""
    index = rounded(exactly(value))
    for grade in instrument.grades:
        if grade.holds(index) and 1 <= index <= 5:
            return grade
    raise ScoreError(f"{value} is no value of {instrument.id}")


def reaches(instrument: Instrument, value: Number, grade: str) -> bool:
    """Is an index value of this grade or a better one? Raises ScoreError outside 1 to 5, ValueError for a grade it does not know."""
    names = [found.name for found in sorted(instrument.grades, key=lambda found: found.minimum)]
    return names.index(grade_of(instrument, value).name) >= names.index(grade)


def gain(indicator: Indicator, steps: Number = 1) -> Decimal:
    """What `steps` more levels on one indicator add to the index, exactly."""
    return indicator.weight * exactly(steps) / 100


def combine(weights: Mapping[int, Decimal], values: Mapping[int, Number]) -> Decimal:
    """The mean of part values (aspects of a domain, domains of an index), weighted, exactly."""
    total = sum((weights[number] for number in values), Decimal(0))
    return sum((weights[number] * exactly(value) for number, value in values.items()), Decimal(0)) / total


def rounded(value: Decimal) -> Decimal:
    """Two decimals, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def exactly(value: Number) -> Decimal:
    """A number as a person wrote it: 2.675 is 2.675, not the nearest binary fraction."""
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _weighted(indicators: Iterable[Indicator], levels: Mapping[int, Decimal]) -> Decimal:
    found = list(indicators)
    total = sum((indicator.weight for indicator in found), Decimal(0))
    return sum((indicator.weight * levels[indicator.number] for indicator in found), Decimal(0)) / total


def _checked(instrument: Instrument, levels: Mapping[int, Number]) -> dict[int, Decimal]:
    known = {indicator.number for indicator in instrument.indicators}
    if missing := sorted(known - set(levels)):
        raise ScoreError(f"indicators without level: {missing}")
    if unknown := sorted(set(levels) - known):
        raise ScoreError(f"unknown indicators: {unknown}")
    exact = {number: exactly(level) for number, level in levels.items()}
    for number, level in exact.items():
        if not (level.is_finite() and 1 <= level <= 5):
            raise ScoreError(f"indicator {number}: level {level} is not between 1 and 5")
        if not instrument.fractions and level != level.to_integral_value():
            raise ScoreError(f"indicator {number}: {instrument.id} knows whole levels only, not {level}")
    return exact
