"""The search as pages and commands use it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Flask, current_app
from sqlalchemy import or_, select

from kb.core.db import db, let_go, reading
from kb.core.viewer import Viewer
from kb.offices.models import Office
from kb.search import behind, documents, language
from kb.search.analysis import PART, STOP, fold, words
from kb.search.contract import Document, NotReady, Results, Wanted
from kb.search.documents import Found
from kb.search.language import Typed
from kb.search.likeness import QUESTION_FROM, TITLE_FROM, Asked
from kb.search.postgresql_engine import PostgresqlEngine
from kb.search.whoosh_engine import WhooshEngine

PER_PAGE = 10
# Fewer strict hits than this, and a misspelling is considered.
FEW = 3
# So many of each kind are looked at to find what is like a question, and so much of what was typed.
CANDIDATES = 25
LOOKED_AT = 2_000


@dataclass(frozen=True)
class Answer:
    """One page of results; `strict` of them hold every word. `suggestion` is a better spelling, if one is known to this viewer."""

    typed: Typed
    total: int
    strict: int
    hits: list[Found]
    facets: dict[str, Counter]
    suggestion: str
    page: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PER_PAGE))


def init_app(app: Flask) -> None:
    """Choose the engine of the settings."""
    chosen = PostgresqlEngine() if app.config["KB_SEARCH"] == "postgresql" else WhooshEngine(app.config["KB_DATA"])
    app.extensions["search"] = chosen


def engine():
    """The engine of this app."""
    return current_app.extensions["search"]


def search(text: str, viewer: Viewer, filters: dict[str, frozenset[str]] | None = None, page: int = 1) -> Answer:
    """Search for what was typed, narrowed by filters. Raises NotReady while the index is being built."""
    typed = language.read(text)
    narrowed = _merged(typed.filters, filters or {})
    if not typed.units and not narrowed and not typed.excluded:
        return Answer(typed, 0, 0, [], {}, "", page)
    # Asked before the index is: whatever the worker finishes meanwhile is hidden for one answer too long, never too short.
    hidden = behind.hidden_from(viewer)
    results = engine().query(Wanted(typed.units, viewer.tokens, typed.excluded, narrowed, (page - 1) * PER_PAGE, PER_PAGE, hidden))
    found = documents.load(results.hits, viewer)
    hits = [found[key] for key in results.hits if key in found]
    better = _suggestion(text, typed, results, viewer, hidden)
    return Answer(typed, results.total, results.strict, hits, results.facets, better, page)


def finds(typed: Typed, viewer: Viewer) -> bool:
    """Does something that the viewer may see hold every word?"""
    return engine().query(Wanted(typed.units, viewer.tokens, typed.excluded, typed.filters, 0, 1)).strict > 0


def similar(title: str, viewer: Viewer, body: str = "", limit: int = 5) -> list[Found]:
    """Questions that ask the same, and articles and notes whose titles say so, the likeliest first. Empty while there is no index."""
    asked = Asked(title[:LOOKED_AT], body[:LOOKED_AT])
    units = tuple(asked.all_units[: language.MOST_UNITS])
    if not asked.units:
        return []
    near = []
    try:
        hidden = behind.hidden_from(viewer)
        for kinds, least in ((frozenset({"question"}), QUESTION_FROM), (frozenset({"article", "note"}), TITLE_FROM)):
            keys = engine().query(Wanted(units, viewer.tokens, (), {"kind": kinds}, 0, CANDIDATES, hidden)).hits
            found = documents.load(keys, viewer)
            rated = [(asked.likeness(hit.title, hit.text if hit.kind == "question" else ""), hit) for hit in map(found.get, keys) if hit]
            near += [(likeness, hit) for likeness, hit in rated if likeness >= least]
    except NotReady:
        return []
    return [hit for _, hit in sorted(near, key=lambda pair: -pair[0])][:limit]


def _merged(typed: dict[str, frozenset[str]], chosen: dict[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Both narrow: what is typed and what is chosen. Offices are typed by any part of their name."""
    merged = {key: typed.get(key, frozenset()) for key in typed}
    if "office" in merged:
        merged["office"] = _office_slugs(merged["office"])
    for key, values in chosen.items():
        if values:
            merged[key] = merged[key] & values if key in merged else values
    return merged


def _office_slugs(names: frozenset[str]) -> frozenset[str]:
    matches = [Office.slug.contains("-".join(words(name)), autoescape=True) for name in names]
    return frozenset(db.session.scalars(select(Office.slug).where(or_(*matches))))


def _suggestion(text: str, typed: Typed, results: Results, viewer: Viewer, hidden: frozenset[str]) -> str:
    """What was typed with its unknown words replaced, operators and all."""
    if results.strict >= FEW or not typed.words:
        return ""
    asked = [word for word in dict.fromkeys(words(typed.words)) if word not in STOP and len(word) > 3 and word.isalpha()]
    better = engine().suggest(asked, viewer.tokens, hidden)
    return PART.sub(lambda match: better.get(fold(match[0]), match[0]), " ".join(text.split())) if better else ""


def ready() -> bool:
    """Does the index answer?"""
    return engine().is_built()


def is_built() -> bool:
    """Is there an index at all?"""
    return engine().is_built()


def count_documents() -> int:
    """How many things a rebuild looks at."""
    return documents.count_all()


def reindex(progress: Callable[[int], None] = lambda n: None) -> None:
    """Build the index anew from the database. Ends the current transaction: nobody may wait for us meanwhile."""
    db.session.rollback()

    def read() -> Iterator[Document]:
        # Begins when the engine lets nobody else write the index, so that what is read is not older than what others wrote.
        reading()
        for document in documents.all_documents():
            progress(1)
            yield document

    try:
        engine().rebuild(read())
    finally:
        db.session.rollback()


def refresh(changed: dict[str, set[int]]) -> None:
    """Bring the index up to date with things that changed; build it if it is gone. Ends the transaction, and goes on in one that only
    reads."""
    try:
        _change(changed)
    except NotReady:
        mend()
        _change(changed)


def mend() -> None:
    """Wait for whoever is writing the index, and build it if it is gone. Ends the current transaction."""
    db.session.rollback()
    engine().wait()
    if not engine().is_built():
        reindex()


def _change(changed: dict[str, set[int]]) -> None:
    # What is read begins when the engine lets nobody else write the index; deriving words keeps nobody from writing the database.
    let_go()
    reading()
    keys = [documents.key_of(kind, ident) for kind, ids in changed.items() for ident in ids]
    engine().change(documents.current(changed), keys)
