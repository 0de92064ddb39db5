"""What a sheet amounts to: index, domains, aspects with bounds, the next grade, the steps that lift most; how two sheets differ. Pure.

An indicator without a value counts as 1 for the lower bound and as 5 for the upper one, never as the mean of the others. Everything is
computed from the values themselves and rounded once, for the eye.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from kb.assessments.outside import level_of
from kb.assessments.sheet import Sheet
from kb.instruments import scoring
from kb.instruments.loader import HIGHEST, LOWEST, Grade, Indicator
from kb.instruments.scoring import Score

STEPS = 5


@dataclass(frozen=True)
class Range:
    """What a number can still be, both ends rounded to two decimals."""

    lower: Decimal
    upper: Decimal

    @property
    def is_known(self) -> bool:
        return self.lower == self.upper


@dataclass(frozen=True)
class NextGrade:
    """How far the next grade is. `distance` is exact; `beyond`: the limit itself still belongs to the grade below."""

    grade: Grade
    distance: Decimal
    beyond: bool


@dataclass(frozen=True)
class Step:
    """The next level on one indicator: what it adds to the index, and whether it alone reaches the next grade.

    A fraction has the level whose band holds it: 2.6 is of level 3, and its next level is 4.
    """

    indicator: Indicator
    level: int
    gain: Decimal
    reaches: bool


@dataclass(frozen=True)
class Result:
    """What a sheet amounts to, whole or half-filled. Domains and aspects by number."""

    sheet: Sheet
    low: Score
    high: Score

    @property
    def index(self) -> Range:
        return Range(self.low.index, self.high.index)

    @property
    def grades(self) -> list[str]:
        """The grade; while the sheet is not whole, the lowest and the highest it can still be."""
        return list(dict.fromkeys([self.low.grade, self.high.grade]))

    @property
    def domains(self) -> dict[int, Range]:
        return _ranges(self.low.domains, self.high.domains)

    @property
    def aspects(self) -> dict[int, Range]:
        return _ranges(self.low.aspects, self.high.aspects)

    @property
    def by_practice(self) -> dict[int, str]:
        """The grade of a whole sheet as each of the ministry's reports would have called it; empty where they agree."""
        found = scoring.grades_by_practice(self.sheet.instrument, self.low.exact) if self.sheet.is_whole else {}
        names = {year: grade.name for year, grade in found.items()}
        return names if len(set(names.values())) > 1 else {}

    @property
    def next_grade(self) -> NextGrade | None:
        """The grade above that of the lower bound; None above the highest."""
        exact, rising = self.low.exact, reversed(self.sheet.instrument.grades)
        above = next((grade for grade in rising if grade.minimum >= exact and not grade.holds(exact)), None)
        return above and NextGrade(above, above.minimum - exact, not above.holds_minimum)

    @property
    def steps(self) -> list[Step]:
        """The single steps that lift the index most, of the indicators that have a value: the heaviest first, then by number."""
        values = self.sheet.values
        open_ones = [i for i in self.sheet.instrument.indicators if level_of(values.get(i.number, HIGHEST)) < HIGHEST]
        gains = sorted(((_gain(i, values[i.number]), i.number) for i in open_ones), key=lambda found: (-found[0], found[1]))
        return [self._step(self.sheet.instrument.by_number[number], gain) for gain, number in gains[:STEPS]]

    def _step(self, indicator: Indicator, gain: Decimal) -> Step:
        reached = scoring.grade_of(self.sheet.instrument, self.low.exact + gain)
        return Step(indicator, level_of(self.sheet.values[indicator.number]) + 1, gain, reaches=reached.name != self.low.grade)


def _gain(indicator: Indicator, value: Decimal) -> Decimal:
    """What the next level adds to the index."""
    return scoring.gain(indicator, level_of(value) + 1 - value)


def compute(sheet: Sheet) -> Result:
    """The result of a sheet."""
    return Result(sheet, *(scoring.score(sheet.instrument, _filled_with(sheet, level)) for level in (LOWEST, HIGHEST)))


def _filled_with(sheet: Sheet, level: Decimal) -> dict[int, Decimal]:
    return {indicator.number: sheet.values.get(indicator.number, level) for indicator in sheet.instrument.indicators}


def _ranges(low: Mapping[int, Decimal], high: Mapping[int, Decimal]) -> dict[int, Range]:
    return {number: Range(low[number], high[number]) for number in low}


@dataclass(frozen=True)
class Difference:
    """One indicator in two sheets; `effect` is what the difference adds to the index, exactly, or takes from it."""

    indicator: Indicator
    one: Decimal
    other: Decimal

    @property
    def change(self) -> Decimal:
        return self.other - self.one

    @property
    def effect(self) -> Decimal:
        return scoring.gain(self.indicator, self.change)


def differences(one: Sheet, other: Sheet) -> list[Difference]:
    """Where two sheets of one instrument differ, what moves the index most first. Raises ValueError for two instruments."""
    if one.instrument.id != other.instrument.id:
        raise ValueError("two instruments are no two sides of one thing")
    both = [i for i in one.instrument.indicators if i.number in one.values and i.number in other.values]
    found = [Difference(i, one.values[i.number], other.values[i.number]) for i in both]
    return sorted((d for d in found if d.change), key=lambda d: (-abs(d.effect), -d.indicator.weight, d.indicator.number))


def in_one_only(one: Sheet, other: Sheet) -> list[Indicator]:
    """The indicators that only one of two sheets gives a value."""
    return [indicator for indicator in one.instrument.indicators if (indicator.number in one.values) != (indicator.number in other.values)]
