"""The embedded engine: Whoosh, imported nowhere else. An index is a folder below KB_DATA/indeks; `kini` points to the one in use.

Whoosh keeps the postings and positions; ranking, filters and facets are ours, since the library scores every document through many
layers of objects. One searcher per process is kept open until the index changes; what was read of a word stays in memory until the
index changes. Sets of documents are integers, one bit for each: a permission is an OR, a facet an AND and a count of bits.

Only the worker and `reindex` write, under one file lock, so that a rebuild and an update never cross.
"""

import fcntl
import json
import os
import shutil
import threading
import warnings
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property, lru_cache, reduce
from heapq import nlargest
from math import log
from operator import and_, mul, or_
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from kb.search.analysis import STOP, stem, terms, words
from kb.search.contract import FACETS, SYNONYM_WEIGHT, VERSION, Document, NotReady, Results, Wanted, selecting
from kb.search.language import Alternative, Unit, loosened
from kb.search.synonyms import Terms

with warnings.catch_warnings():
    warnings.simplefilter("ignore", SyntaxWarning)
    warnings.simplefilter("ignore", DeprecationWarning)
    from whoosh import index as whoosh_index
    from whoosh.analysis import RegexTokenizer
    from whoosh.fields import ID, KEYWORD, STORED, TEXT, Schema
    from whoosh.query import Phrase, Term

TEXT_FIELDS = {"title": 1.0, "summary": 0.8, "body": 0.6}
# BM25, as usual.
K1, B = 1.2, 0.75
# Words and phrases kept in memory with all their documents.
MOST_FOUND = 512
# An index of another version is as good as none.
POINTER = f"kini-{VERSION}"


def _schema() -> Schema:
    split = RegexTokenizer(r"\S+")
    return Schema(
        key=ID(unique=True, stored=True),
        title=TEXT(split, phrase=True),
        summary=TEXT(split, phrase=True),
        body=TEXT(split, phrase=True),
        surface=KEYWORD(scorable=True),  # without its own lengths the library asks the disk for them at every posting
        facts=STORED,
    )


class Found(NamedTuple):
    """The documents that hold a word or a phrase: as bits, and with the score of each."""

    bits: int
    documents: array
    scores: array


class Snapshot:
    """An open searcher over the index of that name, with what is known of each document. `known` is what the last one knew, by segment."""

    def __init__(self, name: str, searcher, known: dict):
        self.name = name
        self.searcher = searcher
        self.known = {}
        self.facts: list[dict] = []
        self.numbers: dict[str, int] = {}
        places: dict[tuple[str, str], list[int]] = defaultdict(list)
        for leaf, _ in _leaves(searcher):
            reader = leaf.reader()
            segment = reader.segment().segment_id()
            self.known[segment] = known.get(segment) or [
                json.loads(reader.stored_fields(n)["facts"]) for n in range(reader.doc_count_all())
            ]
            for docnum, facts in enumerate(self.known[segment]):
                if not reader.is_deleted(docnum):
                    self.numbers[facts["key"]] = len(self.facts)
                    for kind in ("tokens", *FACETS):
                        for value in facts[kind]:
                            places[kind, value].append(len(self.facts))
                self.facts.append(facts)
        self.bits = {place: _bits(numbers, len(self.facts)) for place, numbers in places.items()}
        self.boosts = [facts["boost"] for facts in self.facts]
        self.lengths = {field: [facts["lengths"][field] for facts in self.facts] for field in TEXT_FIELDS}
        self.averages = {field: max(1.0, sum(lengths) / max(1, len(lengths))) for field, lengths in self.lengths.items()}
        self.find = lru_cache(MOST_FOUND)(self._find)

    def any_of(self, kind: str, values: Iterable[str]) -> int:
        """The documents with any of these tokens or values of a facet, as bits."""
        return reduce(or_, (self.bits.get((kind, value), 0) for value in values), 0)

    def visible(self, tokens: Iterable[str], hidden: Iterable[str]) -> int:
        """The documents that these tokens may see, but for those hidden, as bits."""
        kept_out = _bits([self.numbers[key] for key in hidden if key in self.numbers], len(self.facts))
        return self.any_of("tokens", tokens) & ~kept_out

    @cached_property
    def lexicon(self) -> list[str]:
        """Every word that was written, as it was written."""
        return [term.decode() for term in self.searcher.reader().lexicon("surface")]

    def documents(self, query) -> int:
        """The documents of a query of the library, as bits."""
        return _bits([number + offset for leaf, offset in _leaves(self.searcher) for number in query.docs(leaf)], len(self.facts))

    def _find(self, stems: Terms) -> Found:
        """The documents with a word, or with these words side by side, scored by BM25 in each field."""
        scores: dict[int, float] = defaultdict(float)
        for field, weight in TEXT_FIELDS.items():
            counts = dict(self._counts(field, stems))
            rarity = weight * (log((len(self.facts) + 1) / (len(counts) + 1)) + 1)
            lengths, average = self.lengths[field], self.averages[field]
            for number, count in counts.items():
                scores[number] += rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * lengths[number] / average))
        return Found(_bits(scores, len(self.facts)), array("L", scores), array("d", scores.values()))

    def _counts(self, field: str, stems: Terms) -> Iterator[tuple[int, float]]:
        """How often a field of each document holds the word or the phrase."""
        for leaf, offset in _leaves(self.searcher):
            if len(stems) == 1:
                matcher, count = Term(field, stems[0]).matcher(leaf), lambda matcher: matcher.weight()
            else:
                matcher, count = Phrase(field, list(stems)).matcher(leaf), lambda matcher: len(matcher.spans())
            while matcher.is_active():
                yield matcher.id() + offset, count(matcher)
                matcher.next()


def _leaves(searcher) -> list[tuple]:
    """The searchers of the segments with the number of each one's first document; an empty index has none."""
    return searcher.leaf_searchers() if searcher.doc_count_all() else []


def _bits(numbers: Iterable[int], size: int) -> int:
    found = bytearray(size // 8 + 1)
    for number in numbers:
        found[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(found, "little")


def _numbers(bits: int) -> list[int]:
    return [number for number, bit in enumerate(f"{bits:b}"[::-1]) if bit == "1"]


class WhooshEngine:
    """The engine over one data folder."""

    def __init__(self, folder: str):
        self.root = Path(folder) / "indeks"
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    # writing

    def put(self, documents: Iterable[Document]) -> None:
        """Add or replace documents, in one commit."""
        self.change(documents, ())

    def drop(self, keys: Iterable[str]) -> None:
        """Take documents out, in one commit."""
        self.change((), keys)

    def change(self, documents: Iterable[Document], keys: Iterable[str]) -> None:
        """Drop, then put, in one commit. Raises NotReady when there is no index to change, or somebody is writing it."""
        with self._writing(wait=False):
            writer = self._open()[1].writer(limitmb=64)
            try:
                for key in keys:
                    writer.delete_by_term("key", key)
                # The writer does not see what it has added itself: a document that comes twice would be kept twice.
                for document in {document.key: document for document in documents}.values():
                    writer.update_document(**_fields(document))
            except BaseException:
                writer.cancel()
                raise
            writer.commit()

    def wait(self) -> None:
        """Return when nobody is writing."""
        with self._writing():
            pass

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Write a new index beside the old one and point to it when it is whole."""
        with self._writing():
            folder = self.root / uuid4().hex
            folder.mkdir()
            writer = whoosh_index.create_in(folder, _schema()).writer(limitmb=256)
            try:
                for document in documents:
                    writer.add_document(**_fields(document))
            except BaseException:
                writer.cancel()
                shutil.rmtree(folder, ignore_errors=True)
                raise
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
    def _writing(self, wait: bool = True):
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "kunci").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as busy:
                raise NotReady from busy
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
            return self._current().searcher.doc_count()

    def query(self, wanted: Wanted) -> Results:
        """Run a query. Raises NotReady."""
        with self._lock:
            snapshot = self._current()
            allowed = _narrowed(snapshot, wanted)
            if not wanted.units:
                return _everything(snapshot, allowed, wanted)
            return _ranked(snapshot, allowed, wanted)

    def suggest(self, typed: Iterable[str], tokens: frozenset[str], hidden: frozenset[str] = frozenset()) -> dict[str, str]:
        """For words nobody wrote, the nearest word that stands in documents these tokens may see."""
        with self._lock:
            snapshot = self._current()
            allowed = snapshot.visible(tokens, hidden)
            found = {word: _nearest(snapshot, word, allowed) for word in typed}
        return {word: nearest for word, nearest in found.items() if nearest}

    def _open(self) -> tuple[str, object]:
        try:
            name = os.readlink(self.root / POINTER)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return name, whoosh_index.open_dir(self.root / name)
        except Exception as broken:  # whatever a torn file raises, the answer is the same: build it again
            raise NotReady from broken

    def _current(self) -> Snapshot:
        try:
            self._snapshot = self._looked_at()
        except Exception:
            # A rebuild may have taken the folder away between two looks; a torn index fails again.
            self._snapshot = None
            try:
                self._snapshot = self._looked_at()
            except Exception as broken:
                raise NotReady from broken
        return self._snapshot

    def _looked_at(self) -> Snapshot:
        snapshot = self._snapshot
        if snapshot and snapshot.name == os.readlink(self.root / POINTER) and snapshot.searcher.up_to_date():
            return snapshot
        name, opened = self._open()
        # Not `searcher.refresh()`: it keeps the readers of old segments without what was deleted from them since.
        return Snapshot(name, opened.searcher(), snapshot.known if snapshot else {})


def _fields(document: Document) -> dict:
    text = " ".join((document.title, document.summary, document.body))
    stems = {field: terms(getattr(document, field)) for field in TEXT_FIELDS}
    facts = {
        "tokens": sorted(document.tokens),
        "kind": [document.kind],
        "office": document.offices,
        "province": document.provinces,
        "indicator": list(document.indicators),
        "year": [str(document.year)] if document.year else [],
        "boost": document.boost,
        "key": document.key,
        "lengths": {field: len(found) for field, found in stems.items()},
    }
    return {
        "key": document.key,
        **{field: " ".join(found) for field, found in stems.items()},
        "surface": " ".join({word for word in words(text) if word not in STOP and len(word) > 2}),
        "facts": json.dumps(facts),
    }


def _narrowed(snapshot: Snapshot, wanted: Wanted) -> int:
    allowed = snapshot.visible(wanted.tokens, wanted.hidden)
    for facet, values in wanted.filters.items():
        allowed &= snapshot.any_of(facet, values)
    for alternative in wanted.excluded:
        allowed &= ~_holding(snapshot, alternative)
    return allowed


def _everything(snapshot: Snapshot, allowed: int, wanted: Wanted) -> Results:
    ordered = sorted(_numbers(allowed), key=lambda number: (-snapshot.boosts[number], snapshot.facts[number]["key"]))
    hits = [snapshot.facts[number]["key"] for number in ordered[wanted.offset : wanted.offset + wanted.limit]]
    return Results(len(ordered), len(ordered), hits, _facets(snapshot, allowed))


def _ranked(snapshot: Snapshot, allowed: int, wanted: Wanted) -> Results:
    """First what holds every word, then what holds any; each by its score."""
    strict = reduce(and_, (_any(snapshot, unit) for unit in wanted.units)) & allowed
    # What is common is judged by what the viewer may see: the number of hits must not tell of anything else.
    visible = snapshot.visible(wanted.tokens, wanted.hidden)
    loose = [_any(snapshot, unit) for unit in loosened(wanted.units)]
    chosen = selecting([(bits & visible).bit_count() for bits in loose], visible.bit_count())
    matched = (reduce(or_, (loose[number] for number in chosen)) & allowed) | strict
    score = _scores(snapshot, wanted.units).__getitem__
    end = wanted.offset + wanted.limit
    best = nlargest(end, _numbers(strict), key=score)
    best += nlargest(end - len(best), _numbers(matched & ~strict), key=score)
    hits = [snapshot.facts[number]["key"] for number in best[wanted.offset :]]
    return Results(matched.bit_count(), strict.bit_count(), hits, _facets(snapshot, matched))


def _any(snapshot: Snapshot, unit: Unit) -> int:
    """The documents that hold one of its alternatives, as bits."""
    return reduce(or_, (_holding(snapshot, alternative) for alternative in unit.alternatives))


def _holding(snapshot: Snapshot, alternative: Alternative) -> int:
    """The documents that hold all its words, as bits."""
    return reduce(and_, (found.bits for found in _found(snapshot, alternative)))


def _found(snapshot: Snapshot, alternative: Alternative) -> list[Found]:
    if alternative.phrase:
        return [snapshot.find(alternative.stems)]
    return [snapshot.find((stem_,)) for stem_ in alternative.stems]


def _scores(snapshot: Snapshot, units: tuple[Unit, ...]) -> list[float]:
    """The score of every document: what each word gives, lifted a little by the document's own boost."""
    scores = [0.0] * len(snapshot.facts)
    for unit in units:
        for alternative in unit.alternatives:
            weight = 1.0 if alternative is unit.alternatives[0] else SYNONYM_WEIGHT
            for found in _found(snapshot, alternative):
                for number, score in zip(found.documents, found.scores, strict=True):
                    scores[number] += weight * score
    return list(map(mul, scores, snapshot.boosts))


def _facets(snapshot: Snapshot, matched: int) -> dict[str, Counter]:
    counts = {facet: Counter() for facet in FACETS}
    for (kind, value), bits in snapshot.bits.items():
        if kind in counts and (count := (bits & matched).bit_count()):
            counts[kind][value] = count
    return counts


def _nearest(snapshot: Snapshot, word: str, allowed: int) -> str:
    """The nearest known word: first by distance, then by how many visible documents hold it."""
    most = 1 if len(word) < 6 else 2
    near = process.extract(word, snapshot.lexicon, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=30)
    best, best_rank = "", None
    for candidate, distance, _ in near:
        count = (snapshot.documents(Term("surface", candidate)) & allowed).bit_count()
        if count and stem(candidate) == stem(word):
            return ""
        rank = (distance, candidate[0] != word[0], -count, candidate)
        if count and (best_rank is None or rank < best_rank):
            best, best_rank = candidate, rank
    return best
