"""Terms of the field that mean the same to one who searches. One hop only; SPBE and Pemdi are no synonyms. Pure."""

import csv
from collections import defaultdict
from functools import cache
from pathlib import Path

from kb.search.analysis import terms

DATA = Path(__file__).parent / "data" / "synonyms.csv"
LONGEST = 6

Terms = tuple[str, ...]


@cache
def table() -> dict[Terms, frozenset[Terms]]:
    """For each term (as stems) its equivalents, both ways."""
    found: dict[Terms, set[Terms]] = defaultdict(set)
    with DATA.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            one, other = tuple(terms(row["term"])), tuple(terms(row["equivalent"]))
            if one and other and one != other:
                found[one].add(other)
                found[other].add(one)
    return {term: frozenset(equivalents) for term, equivalents in found.items()}


def equivalents(stems: Terms) -> frozenset[Terms]:
    """What means the same as these stems in this order."""
    return table().get(stems, frozenset())
