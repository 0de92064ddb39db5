"""Repealed rules as data with provenance, and which of them a text cites. Pure; a rule repealed later marks older answers by itself."""

import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

DATA = Path(__file__).parent / "data" / "regulations.json"

# How each kind is written: in full or short, with anything like "Menteri PANRB" between it and its number.
KINDS = {
    "peraturan": r"(?:peraturan|permen)",
    "pedoman": r"pedoman",
}
BETWEEN = r"[^.;:\n\d]{0,80}?"
NUMBER = r"(?:nomor\s+|no\.?\s*)?{number}\s*(?:/|tahun\s+|th\.?\s*)\s*{year}(?!\d)"


@dataclass(frozen=True)
class Repealed:
    """A repealed rule: what repealed it, and how sure we are."""

    name: str
    kind: str
    number: int
    year: int
    repealed_by: str
    repealed_on: str | None
    confidence: str
    source: str

    @property
    def pattern(self) -> re.Pattern:
        number = NUMBER.format(number=self.number, year=self.year)
        return re.compile(rf"\b{KINDS[self.kind]}{BETWEEN}(?<!\d){number}", re.I)


@cache
def repealed() -> tuple[Repealed, ...]:
    """All repealed rules that are known here."""
    return tuple(Repealed(**entry) for entry in json.loads(DATA.read_text()))


def cited_in(text: str) -> list[Repealed]:
    """The repealed rules that a text cites, in the order of the data."""
    return [rule for rule in repealed() if rule.pattern.search(text)]
