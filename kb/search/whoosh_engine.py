"""The embedded engine: Whoosh, imported nowhere else. An index is a folder below KB_DATA/indeks; `kini` points to the one in use.

One searcher per process is kept open and refreshed per query. What filters and facets need of each document is kept in memory per
segment (segments never change), so that a permission is a set and a facet a count. Only the worker and `reindex` write, under one
file lock, so that a rebuild and an update never cross.
"""

import fcntl
import json
import os
import shutil
import threading
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from kb.core import clock
from kb.search.analysis import STOP, stem, terms, words
from kb.search.contract import COMMON, FACETS, SYNONYM_WEIGHT, Document, NotReady, Results, Wanted
from kb.search.language import Alternative, Unit

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh import index as whoosh_index
    from whoosh.analysis import RegexTokenizer
    from whoosh.fields import ID, KEYWORD, STORED, TEXT, Schema
    from whoosh.idsets import BitSet
    from whoosh.query import And, ConstantScoreQuery, NullQuery, Or, Phrase, Term
    from whoosh.scoring import BM25F

TEXT_FIELDS = {"title": 1.0, "summary": 0.5, "body": 1.0}
# Added to a document that holds every word: it stands before all that do not.
STRICT = 10_000.0
POINTER = "kini"


def _schema() -> Schema:
    split = RegexTokenizer(r"\S+")
    return Schema(
        key=ID(unique=True, stored=True),
        title=TEXT(split, phrase=True),
        summary=TEXT(split, phrase=True),
        body=TEXT(split, phrase=True),
        surface=KEYWORD(scorable=False),
        facts=STORED,
    )


class Boosted(BM25F):
    """BM25F lifted a little by each document's own boost; the strict bonus is left alone."""

    use_final = True

    def __init__(self, boosts):
        super().__init__()
        self.boosts = boosts

    def final(self, searcher, docnum, score):
        bonus = STRICT if score >= STRICT else 0.0
        return bonus + (score - bonus) * self.boosts[docnum]


class Snapshot:
    """An open searcher with what is known of each of its documents."""

    def __init__(self, searcher, known: dict):
        self.searcher = searcher
        self.known = {}
        self.facts: list[dict | None] = []
        self.by_token: dict[str, set[int]] = defaultdict(set)
        self.by_value: dict[str, dict[str, set[int]]] = {facet: defaultdict(set) for facet in FACETS}
        for reader, _offset in searcher.reader().leaf_readers():
            self._add(reader, known)
        self.boosts = [facts["boost"] if facts else 1.0 for facts in self.facts]
        searcher.weighting = Boosted(self.boosts)

    def _add(self, reader, known: dict) -> None:
        name = reader.segment().segment_id() if reader.segment() else id(reader)
        stored = known.get(name) or [json.loads(fields["facts"]) for fields in _all_stored(reader)]
        self.known[name] = stored
        for docnum, facts in enumerate(stored):
            number = len(self.facts)
            if reader.is_deleted(docnum):
                self.facts.append(None)
                continue
            self.facts.append(facts)
            for token in facts["tokens"]:
                self.by_token[token].add(number)
            for facet in FACETS:
                for value in facts[facet]:
                    self.by_value[facet][value].add(number)

    def permitted(self, tokens: frozenset[str]) -> set[int]:
        return set().union(*(self.by_token[token] for token in tokens if token in self.by_token))


def _all_stored(reader) -> Iterator[dict]:
    for docnum in range(reader.doc_count_all()):
        yield reader.stored_fields(docnum)


class WhooshEngine:
    """The engine over one data folder."""

    def __init__(self, folder: str):
        self.root = Path(folder) / "indeks"
        self._lock = threading.Lock()
        self._opened: tuple[str, object] | None = None
        self._snapshot: Snapshot | None = None

    # writing

    def put(self, documents: Iterable[Document]) -> None:
        """Add or replace documents, in one commit."""
        self.change(documents, ())

    def drop(self, keys: Iterable[str]) -> None:
        """Take documents out, in one commit."""
        self.change((), keys)

    def change(self, documents: Iterable[Document], keys: Iterable[str]) -> None:
        """Put and drop in one commit. Raises NotReady when there is no index to change."""
        with self._writing():
            writer = self._open().writer(limitmb=64)
            try:
                for key in keys:
                    writer.delete_by_term("key", key)
                for document in documents:
                    writer.update_document(**_fields(document))
            except BaseException:
                writer.cancel()
                raise
            writer.commit()

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Write a new index beside the old one and point to it when it is whole."""
        with self._writing():
            folder = self.root / f"{clock.now():%Y%m%d%H%M%S%f}-{os.getpid()}"
            folder.mkdir()
            writer = whoosh_index.create_in(folder, _schema()).writer(limitmb=256)
            for document in documents:
                writer.add_document(**_fields(document))
            writer.commit(optimize=True)
            part = self.root / f"{POINTER}.part"
            part.unlink(missing_ok=True)
            part.symlink_to(folder.name)
            part.replace(self.root / POINTER)
            self._remove_others(folder.name)

    def _remove_others(self, kept: str) -> None:
        for entry in self.root.iterdir():
            if entry.is_dir() and not entry.is_symlink() and entry.name != kept:
                shutil.rmtree(entry, ignore_errors=True)

    @contextmanager
    def _writing(self):
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "kunci").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    # reading

    def is_built(self) -> bool:
        """True when there is an index that opens."""
        try:
            self._current()
        except NotReady:
            return False
        return True

    def count(self) -> int:
        """How many documents there are."""
        with self._lock:
            return sum(facts is not None for facts in self._current().facts)

    def query(self, wanted: Wanted) -> Results:
        """Run a query. Raises NotReady."""
        with self._lock:
            snapshot = self._current()
            allowed = _narrowed(snapshot, wanted)
            if not wanted.units:
                return _everything(snapshot, allowed, wanted)
            return _ranked(snapshot, allowed, wanted)

    def suggest(self, typed: Iterable[str], tokens: frozenset[str]) -> dict[str, str]:
        """For words nobody wrote, the nearest word that stands in documents these tokens may see."""
        with self._lock:
            snapshot = self._current()
            allowed = snapshot.permitted(tokens)
            lexicon = [term.decode() for term in snapshot.searcher.reader().lexicon("surface")]
            found = {word: _nearest(snapshot, word, lexicon, allowed) for word in typed}
        return {word: nearest for word, nearest in found.items() if nearest}

    def _open(self):
        try:
            name = os.readlink(self.root / POINTER)
            if self._opened is None or self._opened[0] != name:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self._opened = (name, whoosh_index.open_dir(self.root / name))
            return self._opened[1]
        except Exception as broken:  # whatever a torn file raises, the answer is the same: build it again
            self._opened = self._snapshot = None
            raise NotReady from broken

    def _current(self) -> Snapshot:
        before = self._opened
        opened = self._open()
        try:
            if self._snapshot is None or before != self._opened:
                self._snapshot = Snapshot(opened.searcher(), {})
            elif not self._snapshot.searcher.up_to_date():
                self._snapshot = Snapshot(self._snapshot.searcher.refresh(), self._snapshot.known)
        except Exception as broken:
            self._opened = self._snapshot = None
            raise NotReady from broken
        return self._snapshot


def _fields(document: Document) -> dict:
    text = " ".join((document.title, document.summary, document.body))
    facts = {
        "tokens": sorted(document.tokens),
        "kind": [document.kind],
        "office": [document.office] if document.office else [],
        "province": [document.province] if document.province else [],
        "indicator": list(document.indicators),
        "year": [str(document.year)] if document.year else [],
        "boost": document.boost,
        "key": document.key,
    }
    return {
        "key": document.key,
        "title": " ".join(terms(document.title)),
        "summary": " ".join(terms(document.summary)),
        "body": " ".join(terms(document.body)),
        "surface": " ".join({word for word in words(text) if word not in STOP and len(word) > 2}),
        "facts": json.dumps(facts),
    }


def _narrowed(snapshot: Snapshot, wanted: Wanted) -> set[int]:
    allowed = snapshot.permitted(wanted.tokens)
    for facet, values in wanted.filters.items():
        allowed &= set().union(*(snapshot.by_value[facet].get(value, ()) for value in values))
    for alternative in wanted.excluded:
        allowed -= set(snapshot.searcher.docs_for_query(_alternative(alternative, scored=False)))
    return allowed


def _everything(snapshot: Snapshot, allowed: set[int], wanted: Wanted) -> Results:
    ordered = sorted(allowed, key=lambda number: (-snapshot.boosts[number], snapshot.facts[number]["key"]))
    hits = [snapshot.facts[number]["key"] for number in ordered[wanted.offset : wanted.offset + wanted.limit]]
    return Results(len(allowed), len(allowed), hits, _facets(snapshot, allowed))


def _ranked(snapshot: Snapshot, allowed: set[int], wanted: Wanted) -> Results:
    searcher = snapshot.searcher
    sets = [set(searcher.docs_for_query(_unit(unit, scored=False))) for unit in wanted.units]
    strict = set.intersection(*sets) & allowed
    limit = COMMON * max(1, len(snapshot.facts))
    selecting = [found for found in sets if len(found) <= limit] or sets
    matched = (set().union(*selecting) & allowed) | strict
    if not matched:
        return Results(0, 0, [], {facet: Counter() for facet in FACETS})
    query = Or([_unit(unit, scored=True) for unit in wanted.units])
    if len(wanted.units) > 1 and strict:
        query = Or([query, ConstantScoreQuery(And([_unit(unit, scored=False) for unit in wanted.units]), STRICT)])
    results = searcher.search(query, limit=wanted.offset + wanted.limit, filter=BitSet(matched, size=len(snapshot.facts)), optimize=False)
    ranked = [(results.docnum(i), results.score(i)) for i in range(results.scored_length())]
    hits = [snapshot.facts[number]["key"] for number, _ in ranked[wanted.offset :]]
    return Results(len(matched), len(strict), hits, _facets(snapshot, matched))


def _facets(snapshot: Snapshot, matched: set[int]) -> dict[str, Counter]:
    counts = {facet: Counter() for facet in FACETS}
    for number in matched:
        facts = snapshot.facts[number]
        for facet in FACETS:
            counts[facet].update(facts[facet])
    return counts


def _unit(unit: Unit, scored: bool):
    typed, *others = unit.alternatives
    parts = [_alternative(typed, scored), *(_alternative(other, scored, SYNONYM_WEIGHT) for other in others)]
    return parts[0] if len(parts) == 1 else Or(parts)


def _alternative(alternative: Alternative, scored: bool, weight: float = 1.0):
    if alternative.phrase:
        found = [Phrase(field, list(alternative.stems), boost=weight * boost) for field, boost in TEXT_FIELDS.items()]
        return Or(found)
    stems = [Or([Term(field, stem_, boost=weight * boost) for field, boost in TEXT_FIELDS.items()]) for stem_ in alternative.stems]
    if not stems:
        return NullQuery
    return stems[0] if len(stems) == 1 else (Or(stems) if scored else And(stems))


def _nearest(snapshot: Snapshot, word: str, lexicon: list[str], allowed: set[int]) -> str:
    """The nearest known word: first by distance, then by how many visible documents hold it."""
    most = 1 if len(word) < 6 else 2
    near = process.extract(word, lexicon, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=30)
    best, best_rank = "", None
    for candidate, distance, _ in near:
        if stem(candidate) == stem(word):
            return ""
        count = len(allowed.intersection(snapshot.searcher.docs_for_query(Term("surface", candidate))))
        rank = (distance, candidate[0] != word[0], -count, candidate)
        if count and (best_rank is None or rank < best_rank):
            best, best_rank = candidate, rank
    return best
