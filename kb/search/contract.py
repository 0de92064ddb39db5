"""What an engine takes and gives. Both engines keep to it; tests/search/test_contract.py asks both.

An engine is an object with: `put(documents)`, `drop(keys)`, `change(documents, keys)` (drop, then put, in one commit),
`rebuild(documents)`, `wait()` (until nobody writes), `query(wanted) -> Results`, `suggest(words, tokens, hidden) -> dict`,
`is_built() -> bool`, `count() -> int`. It may raise NotReady. Documents may be given lazily: they are read when nobody else can
write, so that none is older than the index.
"""

from collections import Counter
from dataclasses import dataclass, field

from kb.search.language import Alternative, Unit

FACETS = ("kind", "office", "province", "indicator", "year")

# A synonym counts a little less than the word that was typed.
SYNONYM_WEIGHT = 0.6
# Terms in more than this share of the documents one may see, but at least so many, only rank; they do not select.
COMMON, COMMON_FROM = 0.10, 20
# Raise it when documents or their analysis change: an index of another version is built anew.
VERSION = 3


class NotReady(Exception):
    """The index is missing, torn, or being built."""


@dataclass(frozen=True)
class Document:
    """What is found: `tokens` is its audience; `boost` near 1 lifts or lowers it a little.

    It is found by the office that wrote it and by those it is `about`, and likewise by their provinces.
    """

    key: str
    kind: str
    title: str
    summary: str
    body: str
    office: str
    province: str
    indicators: tuple[str, ...]
    year: int | None
    tokens: frozenset[str]
    boost: float = 1.0
    about: tuple[str, ...] = ()
    about_provinces: tuple[str, ...] = ()

    @property
    def offices(self) -> list[str]:
        return [office for office in dict.fromkeys((self.office, *self.about)) if office]

    @property
    def provinces(self) -> list[str]:
        return [province for province in dict.fromkeys((self.province, *self.about_provinces)) if province]


@dataclass(frozen=True)
class Wanted:
    """A query as an engine takes it: `filters` narrow (any of the values), `tokens` are the viewer's.

    `hidden` are keys that the viewer must not notice in any way, whatever tokens the index has for them.
    """

    units: tuple[Unit, ...]
    tokens: frozenset[str]
    excluded: tuple[Alternative, ...] = ()
    filters: dict[str, frozenset[str]] = field(default_factory=dict)
    offset: int = 0
    limit: int = 10
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Results:
    """`hits` are keys, best first; `strict` is how many hold every word; facets count all hits, not only this page's."""

    total: int
    strict: int
    hits: list[str]
    facets: dict[str, Counter]


def selecting(frequencies: list[int], total: int) -> list[int]:
    """Which units choose documents, by the number of documents that hold each: the rare ones, or all when none is rare."""
    limit = max(COMMON_FROM, COMMON * total)
    rare = [number for number, frequency in enumerate(frequencies) if 0 < frequency <= limit]
    return rare or list(range(len(frequencies)))
