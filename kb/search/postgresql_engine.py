"""The engine for large installations: a table in the main PostgreSQL database, `tsvector`s made from the same stems as Whoosh's.

The table is derived like a Whoosh folder: made when missing, thrown away and rebuilt at will, hence no migration. Permission is an
array overlap inside the query, facets are counted by SQL over all hits.
"""

import json
import math
import threading
from collections import Counter
from collections.abc import Iterable
from contextlib import contextmanager
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy import Engine, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import String

from kb.core.db import db
from kb.search.analysis import STOP, stem, terms, words
from kb.search.contract import FACETS, SYNONYM_WEIGHT, VERSION, Document, NotReady, Results, Wanted, selecting
from kb.search.language import Alternative, Unit, loosened

# Tables of this name are derived: the engine makes and drops them, no migration knows them.
DERIVED = "search_document_"
TABLE = f"{DERIVED}{VERSION}"
# Limits of a tsvector: no higher position, fewer positions of one word, and less than a megabyte in all.
LAST_POSITION, MOST_POSITIONS, MOST_BYTES = 16_383, 255, 900_000
# ts_rank's weights for D, C, B, A: body, nothing, summary, title.
WEIGHTS = "{0.3, 0.0, 0.6, 1.0}"
# Whoever writes the table holds this advisory lock.
LOCK = 20230505
BATCH = 500

DDL = """
CREATE TABLE IF NOT EXISTS {table} (
    key text PRIMARY KEY, kind text[] NOT NULL, office text[] NOT NULL, province text[] NOT NULL, indicator text[] NOT NULL,
    year text[] NOT NULL, tokens text[] NOT NULL, boost real NOT NULL, terms tsvector NOT NULL, surface text[] NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE INDEX IF NOT EXISTS {table}_terms ON {table} USING gin (terms);
CREATE INDEX IF NOT EXISTS {table}_tokens ON {table} USING gin (tokens);
CREATE INDEX IF NOT EXISTS {table}_surface ON {table} USING gin (surface);
CREATE INDEX IF NOT EXISTS {table}_changed_at ON {table} (changed_at);
"""

VISIBLE = "tokens && CAST(:tokens AS text[]) AND NOT key = ANY(CAST(:hidden AS text[]))"

COLUMNS = ("key", *FACETS, "tokens", "boost", "terms", "surface", "changed_at")
VALUES = {"terms": "CAST(:terms AS tsvector)", "changed_at": "clock_timestamp()"}
INSERT = (
    "INSERT INTO {table} (" + ", ".join(COLUMNS) + ") VALUES (" + ", ".join(VALUES.get(name, f":{name}") for name in COLUMNS)
    + ") ON CONFLICT (key) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
)  # fmt: skip


class PostgresqlEngine:
    """The engine over the main database. It works in transactions of its own, since the index is no part of the record."""

    def __init__(self):
        self._lexicon: tuple[tuple, list[str]] | None = None
        self._lock = threading.Lock()

    @property
    def _engine(self) -> Engine:
        return db.engine

    def put(self, documents: Iterable[Document]) -> None:
        """Add or replace documents, in one commit."""
        self.change(documents, ())

    def drop(self, keys: Iterable[str]) -> None:
        """Take documents out, in one commit."""
        self.change((), keys)

    def change(self, documents: Iterable[Document], keys: Iterable[str]) -> None:
        """Drop, then put, in one commit. Raises NotReady when there is no index to change, or somebody is writing it."""
        with self._engine.begin() as connection:
            if not (connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({LOCK})")) and _exists(connection)):
                raise NotReady
            if gone := list(keys):
                connection.execute(_array(f"DELETE FROM {TABLE} WHERE key = ANY(:keys)", "keys"), {"keys": gone})
            if rows := [_row(document) for document in documents]:
                connection.execute(_insert(TABLE), rows)

    def wait(self) -> None:
        """Return when nobody is writing."""
        with self._engine.begin() as connection:
            _lock(connection)

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Write a new table beside the old one and change their names when it is whole."""
        fresh = f"{TABLE}_new"
        with self._engine.begin() as connection:
            _lock(connection)
            connection.execute(text(f"DROP TABLE IF EXISTS {fresh} CASCADE"))
            connection.execute(text(DDL.format(table=fresh)))
            every = iter(documents)
            while rows := [_row(document) for document in islice(every, BATCH)]:
                connection.execute(_insert(fresh), rows)
            connection.execute(text(f"DROP TABLE IF EXISTS {TABLE} CASCADE"))
            connection.execute(text(f"ALTER TABLE {fresh} RENAME TO {TABLE}"))
            for name in ("pkey", "terms", "tokens", "surface", "changed_at"):
                connection.execute(text(f"ALTER INDEX {fresh}_{name} RENAME TO {TABLE}_{name}"))

    def is_built(self) -> bool:
        """True when the table is there."""
        with self._engine.connect() as connection:
            return _exists(connection)

    def count(self) -> int:
        """How many documents there are."""
        with self._reading() as connection:
            return connection.scalar(text(f"SELECT count(*) FROM {TABLE}"))

    def query(self, wanted: Wanted) -> Results:
        """Run a query. Raises NotReady."""
        with self._reading() as connection:
            where, values = _narrowing(wanted)
            strict, rank = "true", "boost"
            if wanted.units:
                asked, rank = _asked(connection, wanted)
                values |= asked
                where.append("(terms @@ CAST(:selecting AS tsquery) OR terms @@ CAST(:strict AS tsquery))")
                strict = "terms @@ CAST(:strict AS tsquery)"
            return _results(connection, where, strict, rank, values, wanted)

    def suggest(self, typed: Iterable[str], tokens: frozenset[str], hidden: frozenset[str] = frozenset()) -> dict[str, str]:
        """For words nobody wrote, the nearest word that stands in documents these tokens may see."""
        with self._reading() as connection:
            found = {word: _nearest(connection, word, self._words(connection), _viewer(tokens, hidden)) for word in typed}
        return {word: nearest for word, nearest in found.items() if nearest}

    def _words(self, connection) -> list[str]:
        with self._lock:
            state = tuple(connection.execute(text(f"SELECT count(*), max(changed_at) FROM {TABLE}")).one())
            if self._lexicon is None or self._lexicon[0] != state:
                rows = connection.execute(text(f"SELECT DISTINCT unnest(surface) FROM {TABLE}"))
                self._lexicon = (state, [row[0] for row in rows])
            return self._lexicon[1]

    @contextmanager
    def _reading(self):
        with self._engine.connect() as connection:
            if not _exists(connection):
                raise NotReady
            yield connection


def _exists(connection) -> bool:
    return connection.scalar(text(f"SELECT to_regclass('{TABLE}')")) is not None


def _lock(connection) -> None:
    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))


def _insert(table: str):
    return _array(INSERT.format(table=table), "tokens", "surface", *FACETS)


def _array(statement: str, *names: str):
    return text(statement).bindparams(*(bindparam(name, type_=ARRAY(String)) for name in names))


def _row(document: Document) -> dict:
    written = " ".join((document.title, document.summary, document.body))
    return {
        "key": document.key,
        "kind": [document.kind],
        "office": document.offices,
        "province": document.provinces,
        "indicator": list(document.indicators),
        "year": [str(document.year)] if document.year else [],
        "tokens": sorted(document.tokens),
        "boost": document.boost,
        "terms": _vector((("A", document.title), ("B", document.summary), ("D", document.body))),
        "surface": sorted({word for word in words(written) if word not in STOP and len(word) > 2}),
    }


def _vector(parts) -> str:
    """A tsvector as text, with positions, so that phrases work; a gap keeps a phrase from running across two fields."""
    places: dict[str, list[str]] = {}
    at = size = 0
    for weight, written in parts:
        for term in terms(written):
            at += 1
            known = places.get(term)
            if known is None and size < MOST_BYTES:
                size += len(term.encode()) + 8
                known = places[term] = []
            if known is not None and len(known) < MOST_POSITIONS and size < MOST_BYTES:
                size += 2
                known.append(f"{min(at, LAST_POSITION)}{weight}")
        at += 5
    return " ".join(f"{_quoted(term)}:{','.join(found)}" if found else _quoted(term) for term, found in places.items())


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _unit(unit: Unit) -> str:
    return "(" + " | ".join(_alternative(alternative, " & ") for alternative in unit.alternatives) + ")"


def _alternative(alternative: Alternative, joined: str) -> str:
    between = " <-> " if alternative.phrase else joined
    return "(" + between.join(_quoted(term) for term in alternative.stems) + ")"


def _asked(connection, wanted: Wanted) -> tuple[dict, str]:
    """What the query is made of: values to bind, and the rank as SQL. A rare unit weighs more, as in BM25."""
    units = [_unit(unit) for unit in loosened(wanted.units)]
    frequencies, total = _frequencies(connection, units, _viewer(wanted.tokens, wanted.hidden))
    strict = " & ".join(units[: len(wanted.units)])
    values = {"strict": strict, "selecting": " | ".join(units[number] for number in selecting(frequencies, total))}
    ranks = []
    for number, (unit, frequency) in enumerate(zip(wanted.units, frequencies, strict=False)):
        rarity = math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))
        typed, *others = unit.alternatives
        values[f"typed_{number}"] = _alternative(typed, " | ")
        ranks.append(_rank(f"typed_{number}", rarity))
        if others:
            values[f"others_{number}"] = " | ".join(_alternative(other, " & ") for other in others)
            ranks.append(_rank(f"others_{number}", rarity * SYNONYM_WEIGHT))
    return values, f"({' + '.join(ranks)}) * boost"


def _rank(name: str, weight: float) -> str:
    return f"{weight:.6f} * ts_rank('{WEIGHTS}', terms, CAST(:{name} AS tsquery), 1)"


def _viewer(tokens: frozenset[str], hidden: frozenset[str]) -> dict:
    """What VISIBLE binds."""
    return {"tokens": sorted(tokens), "hidden": sorted(hidden)}


def _frequencies(connection, units: list[str], viewer: dict) -> tuple[list[int], int]:
    """In how many documents that the viewer may see each unit stands, and how many these are."""
    visible = f"SELECT count(*) FROM {TABLE} WHERE {VISIBLE}"
    counts = [f"({visible} AND terms @@ CAST(:unit_{number} AS tsquery))" for number in range(len(units))]
    values = {f"unit_{number}": unit for number, unit in enumerate(units)} | viewer
    *frequencies, total = connection.execute(text(f"SELECT {', '.join([*counts, f'({visible})'])}"), values).one()
    return frequencies, total


def _narrowing(wanted: Wanted) -> tuple[list[str], dict]:
    where, values = [VISIBLE], _viewer(wanted.tokens, wanted.hidden)
    for facet, allowed in wanted.filters.items():
        where.append(f"{facet} && CAST(:filter_{facet} AS text[])")
        values[f"filter_{facet}"] = sorted(allowed)
    for number, alternative in enumerate(wanted.excluded):
        where.append(f"NOT terms @@ CAST(:excluded_{number} AS tsquery)")
        values[f"excluded_{number}"] = _alternative(alternative, " & ")
    return where, values


def _results(connection, where: list[str], strict: str, rank: str, values: dict, wanted: Wanted) -> Results:
    facets = " UNION ALL ".join(
        f"SELECT '{facet}' AS facet, value, count(*) AS n FROM matched, unnest({facet}) AS value GROUP BY value" for facet in FACETS
    )
    # The page's rank takes each vector out of its store once, whatever the number of units.
    statement = text(
        f"WITH matched AS MATERIALIZED (SELECT key, {', '.join(FACETS)}, ({strict}) AS strict, boost, terms FROM {TABLE} "
        f"WHERE {' AND '.join(where)}), "
        "page AS (SELECT key FROM (SELECT key, strict, boost, terms || CAST('' AS tsvector) AS terms FROM matched OFFSET 0) AS whole "
        f"ORDER BY strict DESC, {rank} DESC, key LIMIT :limit OFFSET :offset) "
        "SELECT (SELECT count(*) FROM matched), (SELECT count(*) FROM matched WHERE strict), "
        "(SELECT json_agg(key) FROM page), "
        f"(SELECT json_agg(json_build_array(facet, value, n)) FROM ({facets}) AS counted)"
    )
    total, exact, hits, counted = connection.execute(statement, values | {"limit": wanted.limit, "offset": wanted.offset}).one()
    counts = {facet: Counter() for facet in FACETS}
    for facet, value, n in _list(counted):
        counts[facet][value] = n
    return Results(total, exact, _list(hits), counts)


def _list(value) -> list:
    if value is None:
        return []
    return json.loads(value) if isinstance(value, str) else value


def _nearest(connection, word: str, lexicon: list[str], viewer: dict) -> str:
    """The nearest known word: first by distance, then by how many visible documents hold it."""
    most = 1 if len(word) < 6 else 2
    best, best_rank = "", None
    for candidate, distance, _ in process.extract(word, lexicon, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=30):
        seen = text(f"SELECT count(*) FROM {TABLE} WHERE surface && CAST(:word AS text[]) AND {VISIBLE}")
        count = connection.scalar(seen, {"word": [candidate]} | viewer)
        if count and stem(candidate) == stem(word):
            return ""
        rank = (distance, candidate[0] != word[0], -count, candidate)
        if count and (best_rank is None or rank < best_rank):
            best, best_rank = candidate, rank
    return best
