"""Repealed rules as data with provenance, and which of them a text cites. Pure; a rule repealed later marks older answers at setup.

People name a rule in many ways ("PermenPANRB 59/2020", the ministry's name in full, a line break before "Nomor"), and other bodies have
rules of the same number. So the number is looked for first, then what stands before it: of which kind, and by whom, the rule is.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from kb.core import markdown
from kb.core.db import takes_time
from kb.core.remembered import Remembered

DATA = Path(__file__).parent / "data" / "regulations.json"
# What decides which rules a text cites: when it changes, setup reads the answers anew.
MADE_OF = (DATA.read_bytes(), Path(__file__).read_bytes())

NUMBER = r"(?<![\d/])(?:(?:nomor|no)\b\s*(?:[.:]+\s*)?)?(?<![\d/]){number}\s*(?:/|-|\(|\b(?:tahun|thn|th)\b\.?)\s*{year}(?!\d)"
# Before the number, back to another number or the end of a sentence, the last of these says what the rule is.
LEAD = 240
NOUN = re.compile(
    r"\b(?:(?P<peraturan>peraturan\b|permen(?=\b|-?pan)|pm(?=\s+(?:men)?pan))|(?P<pedoman>pedoman\b)"
    r"|(?P<other>per(?:bup|da|gub|pres|wal|wako|men)\w*|pp\b|uu\b|undang-undang|kep(?:utusan|men|pres|bup)\w*|(?:surat\s+)?edaran|se\b|instruksi))",
    re.I,
)
MINISTRY = re.compile(r"pan\s*(?:(?:-|&|/|dan)\s*)?rb\b|\b(?:per)?(?:ke)?(?:men)?pan\b|pendayagunaan\s+aparatur\s+negara", re.I)
OTHERS = re.compile(r"\b(?:daerah|bupati|wali\s?kota|gubernur|presiden|pemerintah)\b", re.I)
# "Permen 59/2020": so the ministry's own rules are called for short, directly before their number.
SHORT = re.compile(r"(?:permen|(?:peraturan|pedoman)\s+menteri)(?:\s+ri|\s+republik\s+indonesia)?\s*", re.I)


@dataclass(frozen=True)
class Repealed:
    """A repealed rule: what repealed it, when that was promulgated (None: not known), and how sure we are."""

    name: str
    kind: str
    number: int
    year: int
    repealed_by: str
    promulgated_on: date | None
    confidence: str
    source: str

    @property
    def pattern(self) -> re.Pattern:
        """Its number as it is written."""
        return re.compile(NUMBER.format(number=self.number, year=self.year), re.I)


@cache
def repealed() -> tuple[Repealed, ...]:
    """All repealed rules that are known here."""
    return tuple(_read(entry) for entry in json.loads(DATA.read_text()))


def _read(entry: dict) -> Repealed:
    on = entry["promulgated_on"]
    return Repealed(**entry | {"promulgated_on": date.fromisoformat(on) if on else None})


# Until it is saved; then it is stored with the answer.
_cited = Remembered(10_000)
BLOCK_END = re.compile(r"</(?:p|li|h\d|td|th|dt|dd|pre|blockquote|summary)>|(?=<(?:ul|ol)\b)")


def cited_in(html: str) -> list[Repealed]:
    """The repealed rules that a rendered text cites, in the order of the data."""
    return list(_cited.get((html,), lambda: _cited_in(html), lambda found: 100 + len(found)))


def _cited_in(html: str) -> tuple[Repealed, ...]:
    takes_time("the rules that a text cites")
    # A line break within a paragraph joins; the end of a block separates.
    blocks = [" ".join(markdown.words_of(block).split()) for block in BLOCK_END.split(html)]
    return tuple(rule for rule in repealed() if any(_cites(rule, block) for block in blocks))


def _cites(rule: Repealed, text: str) -> bool:
    for found in rule.pattern.finditer(text):
        lead = re.split(r"[\d.;:!?]", text[max(0, found.start() - LEAD) : found.start()])[-1]
        # The number may follow the subject: "Peraturan Menteri PANRB tentang Pedoman … Nomor …".
        if _names(rule.kind, lead) or _names(rule.kind, re.sub(r"\btentang\b.*", "", lead, flags=re.I)):
            return True
    return False


def _names(kind: str, lead: str) -> bool:
    """Does what stands before a number name a rule of this kind by this ministry?"""
    nouns = list(NOUN.finditer(lead))
    if not nouns:
        return kind == "peraturan" and bool(re.search(rf"(?:{MINISTRY.pattern})(?:\s+ri)?\s*$", lead, re.I))
    last = nouns[-1]
    rest = lead[last.start() :]
    if last.lastgroup != kind or OTHERS.search(rest):
        return False
    return bool(MINISTRY.search(rest) or SHORT.fullmatch(rest))
