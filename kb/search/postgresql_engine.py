"""The engine for large installations: a table in the main PostgreSQL database, `tsvector`s made from the same stems as Whoosh's.

The table is derived like a Whoosh folder: made when missing, thrown away and rebuilt at will, hence no migration. Permission is an
array overlap inside the query, facets are counted by SQL over all hits.
"""

import json
import threading
from collections import Counter
from collections.abc import Iterable

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein
from sqlalchemy import Engine, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import String

from kb.core.db import db
from kb.search.analysis import STOP, stem, terms, words
from kb.search.contract import COMMON, FACETS, Document, NotReady, Results, Wanted
from kb.search.language import Alternative, Unit

TABLE = "search_document"
MOST_POSITIONS = 16_000
# ts_rank's weights for D, C, B, A: body, nothing, summary, title.
WEIGHTS = "{1.0, 0.0, 0.5, 1.0}"

DDL = """
CREATE TABLE IF NOT EXISTS {table} (
    key text PRIMARY KEY, kind text[] NOT NULL, office text[] NOT NULL, province text[] NOT NULL, indicator text[] NOT NULL,
    year text[] NOT NULL, tokens text[] NOT NULL, boost real NOT NULL, terms tsvector NOT NULL, surface text[] NOT NULL
);
CREATE INDEX IF NOT EXISTS {table}_terms ON {table} USING gin (terms);
CREATE INDEX IF NOT EXISTS {table}_tokens ON {table} USING gin (tokens);
CREATE INDEX IF NOT EXISTS {table}_surface ON {table} USING gin (surface);
"""

COLUMNS = ("key", *FACETS, "tokens", "boost", "terms", "surface")
INSERT = (
    "INSERT INTO {table} (" + ", ".join(COLUMNS) + ") VALUES (" + ", ".join(
        f"CAST(:{name} AS tsvector)" if name == "terms" else f":{name}" for name in COLUMNS
    ) + ") ON CONFLICT (key) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[1:])
)  # fmt: skip


class PostgresqlEngine:
    """The engine over the main database. It works in transactions of its own, since the index is no part of the record."""

    def __init__(self):
        self._lexicon: tuple[int, list[str]] | None = None
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
        """Put and drop in one commit. Raises NotReady when there is no index to change."""
        if not self.is_built():
            raise NotReady
        rows, gone = [_row(document) for document in documents], list(keys)
        with self._engine.begin() as connection:
            if gone:
                connection.execute(_array(f"DELETE FROM {TABLE} WHERE key = ANY(:keys)", "keys"), {"keys": gone})
            if rows:
                connection.execute(_insert(TABLE), rows)
        self._lexicon = None

    def rebuild(self, documents: Iterable[Document]) -> None:
        """Write a new table beside the old one and change their names when it is whole."""
        fresh = f"{TABLE}_new"
        with self._engine.begin() as connection:
            # Two rebuilds at once would make the same table: the second waits.
            connection.execute(text("SELECT pg_advisory_xact_lock(20230505)"))
            connection.execute(text(f"DROP TABLE IF EXISTS {fresh} CASCADE"))
            connection.execute(text(DDL.format(table=fresh)))
            batch = []
            for document in documents:
                batch.append(_row(document))
                if len(batch) == 500:
                    connection.execute(_insert(fresh), batch)
                    batch = []
            if batch:
                connection.execute(_insert(fresh), batch)
            connection.execute(text(f"DROP TABLE IF EXISTS {TABLE} CASCADE"))
            connection.execute(text(f"ALTER TABLE {fresh} RENAME TO {TABLE}"))
            for name in ("terms", "tokens", "surface"):
                connection.execute(text(f"ALTER INDEX {fresh}_{name} RENAME TO {TABLE}_{name}"))
        self._lexicon = None

    def is_built(self) -> bool:
        """True when the table is there."""
        with self._engine.connect() as connection:
            return connection.scalar(text(f"SELECT to_regclass('{TABLE}')")) is not None

    def count(self) -> int:
        """How many documents there are."""
        with self._reading() as connection:
            return connection.scalar(text(f"SELECT count(*) FROM {TABLE}"))

    def query(self, wanted: Wanted) -> Results:
        """Run a query. Raises NotReady."""
        with self._reading() as connection:
            where, values = _narrowing(wanted)
            if wanted.units:
                values |= self._asked(connection, wanted)
                where.append("(terms @@ CAST(:selecting AS tsquery) OR terms @@ CAST(:strict AS tsquery))")
                strict = "terms @@ CAST(:strict AS tsquery)"
                rank = f"ts_rank('{WEIGHTS}', terms, CAST(:ranking AS tsquery), 1) * boost"
            else:
                strict, rank = "true", "boost"
            return _results(connection, where, strict, rank, values, wanted)

    def _asked(self, connection, wanted: Wanted) -> dict[str, str]:
        units = [_unit(unit) for unit in wanted.units]
        total = connection.scalar(text(f"SELECT count(*) FROM {TABLE}"))
        rare = [unit for unit in units if _frequency(connection, unit) <= COMMON * max(1, total)] or units
        typed = [_alternative(unit.alternatives[0], " | ") for unit in wanted.units]
        return {"selecting": " | ".join(rare), "strict": " & ".join(units), "ranking": " | ".join(typed + units)}

    def suggest(self, typed: Iterable[str], tokens: frozenset[str]) -> dict[str, str]:
        """For words nobody wrote, the nearest word that stands in documents these tokens may see."""
        with self._reading() as connection:
            found = {word: _nearest(connection, word, self._words(connection), tokens) for word in typed}
        return {word: nearest for word, nearest in found.items() if nearest}

    def _words(self, connection) -> list[str]:
        with self._lock:
            size = connection.scalar(text(f"SELECT count(*) FROM {TABLE}"))
            if self._lexicon is None or self._lexicon[0] != size:
                rows = connection.execute(text(f"SELECT DISTINCT unnest(surface) FROM {TABLE}"))
                self._lexicon = (size, [row[0] for row in rows])
            return self._lexicon[1]

    def _reading(self):
        if not self.is_built():
            raise NotReady
        return self._engine.connect()


def _insert(table: str):
    return _array(INSERT.format(table=table), "tokens", "surface", *FACETS)


def _array(statement: str, *names: str):
    return text(statement).bindparams(*(bindparam(name, type_=ARRAY(String)) for name in names))


def _row(document: Document) -> dict:
    written = " ".join((document.title, document.summary, document.body))
    return {
        "key": document.key,
        "kind": [document.kind],
        "office": [document.office] if document.office else [],
        "province": [document.province] if document.province else [],
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
    at = 0
    for weight, written in parts:
        for term in terms(written):
            at += 1
            if at <= MOST_POSITIONS:
                places.setdefault(term, []).append(f"{at}{weight}")
        at += 5
    # PostgreSQL keeps at most 256 positions of a word.
    return " ".join(f"{_quoted(term)}:{','.join(found[:255])}" for term, found in places.items())


def _quoted(term: str) -> str:
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def _unit(unit: Unit) -> str:
    return "(" + " | ".join(_alternative(alternative, " & ") for alternative in unit.alternatives) + ")"


def _alternative(alternative: Alternative, joined: str) -> str:
    between = " <-> " if alternative.phrase else joined
    return "(" + between.join(_quoted(term) for term in alternative.stems) + ")"


def _frequency(connection, unit: str) -> int:
    found = text(f"SELECT count(*) FROM {TABLE} WHERE terms @@ CAST(:unit AS tsquery)")
    return connection.scalar(found, {"unit": unit})


def _narrowing(wanted: Wanted) -> tuple[list[str], dict]:
    where = ["tokens && CAST(:tokens AS text[])"]
    values: dict = {"tokens": sorted(wanted.tokens)}
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
    statement = text(
        f"WITH matched AS MATERIALIZED (SELECT key, {', '.join(FACETS)}, ({strict}) AS strict, {rank} AS rank FROM {TABLE} "
        f"WHERE {' AND '.join(where)}), "
        "page AS (SELECT key FROM matched ORDER BY strict DESC, rank DESC, key LIMIT :limit OFFSET :offset) "
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


def _nearest(connection, word: str, lexicon: list[str], tokens: frozenset[str]) -> str:
    """The nearest known word: first by distance, then by how many visible documents hold it."""
    most = 1 if len(word) < 6 else 2
    best, best_rank = "", None
    for candidate, distance, _ in process.extract(word, lexicon, scorer=DamerauLevenshtein.distance, score_cutoff=most, limit=30):
        if stem(candidate) == stem(word):
            return ""
        seen = text(f"SELECT count(*) FROM {TABLE} WHERE surface && CAST(:word AS text[]) AND tokens && CAST(:tokens AS text[])")
        count = connection.scalar(seen, {"word": [candidate], "tokens": sorted(tokens)})
        rank = (distance, candidate[0] != word[0], -count, candidate)
        if count and (best_rank is None or rank < best_rank):
            best, best_rank = candidate, rank
    return best
