"""What a person typed, read as a query. Whatever cannot be read as an operator is searched as words; nothing is an error. Pure.

"kata dalam kutip" is a phrase, -kata leaves out, instansi: indikator: jenis: tahun: narrow.
"""

import re
from dataclasses import dataclass, field

from kb.search import synonyms
from kb.search.analysis import terms
from kb.search.synonyms import Terms

LONGEST_QUERY = 300
MOST_UNITS = 12

KINDS = {"artikel": "article", "tanya": "question", "catatan": "note", "kunjungan": "visit", "instansi": "office"}
KIND_WORDS = {**KINDS, **{kind: kind for kind in KINDS.values()}}

OPERATOR = re.compile(r'(?<!\S)(instansi|indikator|jenis|tahun):("[^"]+"|\S+)', re.I)
PHRASE = re.compile(r'(?<!\S)(-?)"([^"]*)"')
EXCLUDED = re.compile(r"(?<!\S)-(\w\S*)")
INDICATOR = re.compile(r"^(?:(spbe|pemdi)(?:-\d{4})?[/:-]?)?(\d{1,2})$")
INSTRUMENTS = {"spbe": ("spbe-2020",), "pemdi": ("pemdi-2026",), "": ("spbe-2020", "pemdi-2026")}


@dataclass(frozen=True)
class Alternative:
    """Stems that must all occur; as a phrase, in this order side by side."""

    stems: Terms
    phrase: bool


@dataclass(frozen=True)
class Unit:
    """One thing asked for: the first alternative is what was typed, the others mean the same."""

    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True)
class Typed:
    """A query as read. `words` is what is left of the text for suggestions; `filters` by kind, indicator, year, office."""

    units: tuple[Unit, ...] = ()
    excluded: tuple[Alternative, ...] = ()
    filters: dict[str, frozenset[str]] = field(default_factory=dict)
    words: str = ""

    @property
    def stems(self) -> frozenset[str]:
        """All stems that may be marked in a snippet."""
        return frozenset(stem for unit in self.units for alternative in unit.alternatives for stem in alternative.stems)


def read(text: str) -> Typed:
    """Read a query."""
    text = text[:LONGEST_QUERY]
    filters, text = _filters(text)
    units: list[Unit] = []
    excluded: list[Alternative] = []

    def take_phrase(match: re.Match) -> str:
        stems = tuple(terms(match[2]))
        if stems:
            alternative = Alternative(stems, len(stems) > 1)
            excluded.append(alternative) if match[1] else units.append(Unit((alternative,)))
        return " "

    def take_excluded(match: re.Match) -> str:
        stems = tuple(terms(match[1]))
        if stems:
            excluded.append(Alternative(stems, len(stems) > 1))
        return " "

    text = PHRASE.sub(take_phrase, text)
    text = EXCLUDED.sub(take_excluded, text)
    units += units_of(terms(text))
    return Typed(tuple(units[:MOST_UNITS]), tuple(excluded[:MOST_UNITS]), filters, " ".join(text.split()))


def units_of(stems: list[str]) -> list[Unit]:
    """Cut the stems into the longest terms that have synonyms; each other stem stands alone. A stem is asked for once."""
    found: list[Unit] = []
    seen: set[Terms] = set()
    at = 0
    while at < len(stems):
        size = next((n for n in range(min(synonyms.LONGEST, len(stems) - at), 1, -1) if synonyms.equivalents(tuple(stems[at : at + n]))), 1)
        term = tuple(stems[at : at + size])
        if term not in seen:
            seen.add(term)
            others = sorted(synonyms.equivalents(term))
            found.append(Unit((Alternative(term, False), *(Alternative(other, len(other) > 1) for other in others))))
        at += size
    return found


def loosened(units: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """The units, and each word of a term of several words by itself: what may be found when not everything is."""
    single = [
        Unit((Alternative((stem,), False),))
        for unit in units
        if len(unit.alternatives[0].stems) > 1 and not unit.alternatives[0].phrase
        for stem in unit.alternatives[0].stems
    ]
    return (*units, *single)


def _filters(text: str) -> tuple[dict[str, frozenset[str]], str]:
    found: dict[str, set[str]] = {}

    def take(match: re.Match) -> str:
        name, value = match[1].lower(), match[2].strip('"').lower()
        read_value = READERS[name](value)
        if not read_value:
            return f" {match[2]} "
        key = {"instansi": "office", "indikator": "indicator", "jenis": "kind", "tahun": "year"}[name]
        found.setdefault(key, set()).update(read_value)
        return " "

    text = OPERATOR.sub(take, text)
    return {key: frozenset(values) for key, values in found.items()}, text


def _indicator(value: str) -> set[str]:
    match = INDICATOR.match(value)
    return {f"{instrument}/{int(match[2])}" for instrument in INSTRUMENTS[match[1] or ""]} if match else set()


READERS = {
    "instansi": lambda value: {value} if terms(value) else set(),
    "indikator": _indicator,
    "jenis": lambda value: {KIND_WORDS[value]} if value in KIND_WORDS else set(),
    "tahun": lambda value: {value} if re.fullmatch(r"\d{4}", value) else set(),
}
