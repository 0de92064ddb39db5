"""The arithmetic of an instrument: index, domains, aspects and grade from the levels of its indicators.

index = sum(weight x level) / 100, an aspect or domain likewise over its own weight (PermenPANRB 59/2020; for Pemdi PermenPANRB
8/2026; both as the data files source them). Decimal throughout: 2.595 must round to 2.60, which binary fractions get wrong. Nothing is
computed from rounded parts: from its four rounded domains Aceh Tengah 2025 would have 2.60 instead of 2.59.

Rounding: half up to two decimals. Of the 1,234 results in the ministry's reports on 2023 and 2024, 1,232 come out exactly so, index and
all four domains; half down fails 74, half even 40, cutting 514. The other two name a domain below 1, which no levels can make.

The decision on the grade: it is taken from the exact index, before rounding. No regulation says which; the reports do, by example. The
one on 2024 graded the exact value (Luwu, 2.596, is printed as 2.60 and Cukup; Pacitan, 3.4985, as 3.50 and Baik), and that rule misses
none of its 612 results. The one on 2023 graded the rounded value (Nias Barat, 1.795, and Boven Digoel, 1.7995, are 1.80 and Cukup), and
that rule misses none of its 620. We follow the newest practice; where the two differ, `grades_by_practice` names both with the years.
Only these four results decide: in four others (Nias Barat and Wonogiri 2024, Kota Serang 2023, Badan Intelijen Negara 2024) sums of
levels on both sides of a limit fit what was published. Pemdi's regulation is silent; the same is done there.

A published value of two decimals may hide an exact one on the other side of a limit. `grade_of` grades the number as it is written;
`grades_near` tells what else it may have been.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from kb.instruments.loader import HIGHEST, LOWEST, Grade, Indicator, Instrument

Number = Decimal | int | float
CENT = Decimal("0.01")
# A value that was divided has 28 digits and no end; a sum of such values that is this near to a shorter number is that number.
SETTLED = Decimal("1E-15")
HALF = CENT / 2
# The report that graded exact values, and the one that graded rounded ones.
BY_EXACT, BY_ROUNDED = 2024, 2023


class ScoreError(ValueError):
    """The levels or values given cannot be scored; the message says which."""


@dataclass(frozen=True)
class Score:
    """A result, domains and aspects by their numbers. All rounded to two decimals but `exact`; the grade is that of `exact`."""

    index: Decimal
    exact: Decimal
    domains: Mapping[int, Decimal]
    aspects: Mapping[int, Decimal]
    grade: str


def score(instrument: Instrument, levels: Mapping[int, Number]) -> Score:
    """Score the levels of all indicators (by number). Raises ScoreError for a missing, unknown or impossible level."""
    exact = _checked(instrument, levels)
    # Each product once: aspects are sums of them, domains sums of aspects.
    products = {a.number: sum([i.weight * exact[i.number] for i in a.indicators]) for a in instrument.aspects}
    index = _settled(sum(products.values()) / 100)
    aspects = {aspect.number: rounded(_settled(products[aspect.number] / aspect.weight)) for aspect in instrument.aspects}
    domains = {
        domain.number: rounded(_settled(sum([products[a.number] for a in instrument.aspects if a.domain is domain]) / domain.weight))
        for domain in instrument.domains
    }
    return Score(rounded(index), index, domains, aspects, grade_of(instrument, index).name)


def grade_of(instrument: Instrument, value: Number) -> Grade:
    """The grade of an index value (1 to 5), decided on the value exactly as given. Raises ScoreError outside that range."""
    index = _possible(value, f"a value of {instrument.id}")
    return next(grade for grade in instrument.grades if grade.holds(index))


def grades_by_practice(instrument: Instrument, exact: Number) -> dict[int, Grade]:
    """The grade of an exact index as each of the ministry's reports would have called it, by the report's year, the newest first.

    They differ only for an index that rounding carries to a limit or across it. Raises ScoreError outside 1 to 5.
    """
    return {BY_EXACT: grade_of(instrument, exact), BY_ROUNDED: grade_of(instrument, rounded(exactly(exact)))}


def grades_near(instrument: Instrument, published: Number) -> tuple[Grade, ...]:
    """The grades that a value published with two decimals may have had: first that of the number as written, then the one beyond a limit.

    What was rounded to 2.60 was anything from 2.595 to below 2.605: Baik as written, Cukup by its exact value perhaps. Raises ScoreError
    outside 1 to 5.
    """
    written = grade_of(instrument, published)
    lowest, beyond = exactly(published) - HALF, exactly(published) + HALF
    others = [g for g in instrument.grades if g != written and max(g.minimum, lowest) < min(g.maximum, beyond)]
    return (written, *others)


def reaches(instrument: Instrument, value: Number, grade: str) -> bool:
    """Is an index value, exactly as given, of this grade or better? Raises ScoreError outside 1 to 5, ValueError for an unknown grade."""
    return is_at_least(instrument, grade_of(instrument, value).name, grade)


def is_at_least(instrument: Instrument, named: str | None, grade: str) -> bool:
    """Is what somebody `named` so of this grade or better? No grade we know is none. Raises ValueError for an unknown `grade`."""
    names = [found.name for found in instrument.grades]
    return named in names[: names.index(grade) + 1]


def gain(indicator: Indicator, steps: Number = 1) -> Decimal:
    """What `steps` more levels on one indicator add to the index, exactly."""
    return indicator.weight * exactly(steps) / 100


def combine(weights: Mapping[int, Decimal], values: Mapping[int, Number]) -> Decimal:
    """The mean of part values (aspects of a domain, domains of an index), weighted, exactly.

    Raises ScoreError when a part has no value or no weight, or a value that no levels can make.
    """
    if not weights or set(weights) != set(values):
        raise ScoreError(f"weights of parts {sorted(weights)} and values of parts {sorted(values)} do not match")
    if any(weight <= 0 for weight in weights.values()):
        raise ScoreError("a part without weight")
    exact = {number: _possible(value, f"a value of part {number}") for number, value in values.items()}
    return sum(weight * exact[number] for number, weight in weights.items()) / sum(weights.values())


def rounded(value: Decimal) -> Decimal:
    """Two decimals, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def _settled(value: Decimal) -> Decimal:
    return value if value.as_tuple().exponent > -15 else value.quantize(SETTLED, ROUND_HALF_UP).normalize()


def exactly(value: Number) -> Decimal:
    """A number as a person wrote it: 2.675 is 2.675, not the nearest binary fraction."""
    return Decimal(str(value)) if isinstance(value, float) else Decimal(value)


def _possible(value: Number, what: str) -> Decimal:
    exact = exactly(value)
    if not (exact.is_finite() and LOWEST <= exact <= HIGHEST):
        raise ScoreError(f"{value} is not {what}: none lies outside {LOWEST} to {HIGHEST}")
    return exact


def _checked(instrument: Instrument, levels: Mapping[int, Number]) -> dict[int, Decimal]:
    known = instrument.by_number.keys()
    if missing := sorted(known - levels.keys()):
        raise ScoreError(f"indicators without level: {missing}")
    if unknown := sorted(levels.keys() - known):
        raise ScoreError(f"unknown indicators: {unknown}")
    exact = {number: exactly(level) for number, level in levels.items()}
    for number, level in exact.items():
        if not (level.is_finite() and LOWEST <= level <= HIGHEST):
            raise ScoreError(f"indicator {number}: level {level} is not between {LOWEST} and {HIGHEST}")
        if not instrument.fractions and level != level.to_integral_value():
            raise ScoreError(f"indicator {number}: {instrument.id} knows whole levels only, not {level}")
    return exact
