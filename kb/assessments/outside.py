"""Outside indices: how an index that others give becomes the value of a Pemdi indicator. Pure.

The regulation gives bands of the outside index, one for each level; inside a band the value is drawn straight, which is an assumption of
ours with a confidence of its own. Values have four decimals, enough for no two outside indices with two decimals to share one.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path

FILE = Path(__file__).parent / "data" / "outside_indices.csv"
INSTRUMENT = "pemdi-2026"
# The values of an indicator at which its levels begin and end.
VALUES = tuple(map(Decimal, ("1.0", "1.5", "2.5", "3.5", "4.0", "5.0")))
PLACES = Decimal("0.0001")


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
        """The value of the indicator, four decimals. Raises OutOfRange, and OnLimit where no value can be said."""
        if not self.lowest <= index <= self.highest:
            raise OutOfRange(index)
        if not self.holds_upper and index in self.limits[1:-1]:
            raise OnLimit(self.limits.index(index) + 1)
        (below, above), (low, high) = next(
            (band, values) for band, values in zip(pairwise(self.limits), pairwise(VALUES), strict=True) if index <= band[1]
        )
        return (low + (index - below) * (high - low) / (above - below)).quantize(PLACES, ROUND_HALF_UP)


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
    return OutsideIndex(
        int(row["indicator"]), row["name"], limits, row["holds"] == "atas", row["counted"] == "ya", row["note"], row["confidence"]
    )
