"""Outside indices: how an index that others give becomes the value of a Pemdi indicator. Pure.

The regulation gives bands of the outside index, one for each level; inside a band the value is drawn straight, which is an assumption of
ours with a confidence of its own. Values are not rounded here: some of them have no end (2.9 of 2.6 to 3.5).
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).parent / "data" / "outside_indices.csv"
INSTRUMENT = "pemdi-2026"
# The values of an indicator at which its levels begin and end; each level holds its upper one.
VALUES = tuple(map(Decimal, ("1.0", "1.5", "2.5", "3.5", "4.0", "5.0")))


class OutOfRange(ValueError):
    """The outside index has no such value."""


class OnLimit(ValueError):
    """Exactly on a limit that belongs to the band above: its level is known (`level`), its value is not."""

    def __init__(self, level: int):
        super().__init__(level)
        self.level = level


@dataclass(frozen=True)
class OutsideIndex:
    """An index others give. `limits` begin and end its bands; `counted`: may it become a value, or is it a clue only?"""

    indicator: int
    name: str
    limits: tuple[Decimal, ...]
    holds_upper: bool
    counted: bool
    note: str
    confidence: str

    @property
    def lowest(self) -> Decimal:
        return self.limits[0]

    @property
    def highest(self) -> Decimal:
        return self.limits[-1]

    def value(self, index: Decimal) -> Decimal:
        """The value of the indicator. Raises OutOfRange, and OnLimit where no value can be said."""
        if not self.lowest <= index <= self.highest:
            raise OutOfRange(index)
        if not self.holds_upper and index in self.limits[1:-1]:
            raise OnLimit(self.limits.index(index) + 1)
        bands = zip(pairwise(self.limits), pairwise(VALUES), strict=True)
        (below, above), (low, high) = next((band, values) for band, values in bands if index <= band[1])
        return low + (index - below) * (high - low) / (above - below)


def level_of(value: Decimal) -> int:
    """The level whose band of values holds this one."""
    return next(level for level, limit in enumerate(VALUES[1:], 1) if value <= limit)


@cache
def known() -> Mapping[int, OutsideIndex]:
    """The outside indices, by the number of their Pemdi indicator."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {int(row["indicator"]): _index(row) for row in csv.DictReader(file)}


def of(instrument_id: str) -> Mapping[int, OutsideIndex]:
    """The outside indices of an instrument's indicators; SPBE has none."""
    return known() if instrument_id == INSTRUMENT else {}


def _index(row: Mapping[str, str]) -> OutsideIndex:
    limits = tuple(Decimal(row[f"at_{value}"]) for value in VALUES)
    if list(limits) != sorted(set(limits)):
        raise ValueError(f"{row['name']}: its limits do not rise")
    number, holds_upper, counted = int(row["indicator"]), row["holds"] == "atas", row["counted"] == "ya"
    return OutsideIndex(number, row["name"], limits, holds_upper, counted, row["note"], row["confidence"])
