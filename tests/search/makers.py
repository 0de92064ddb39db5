"""Makers of documents for an engine, of articles in the database, and a short way to ask."""

from kb.articles import service as articles
from kb.articles.models import Article
from kb.core import clock, events
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.search import language
from kb.search.contract import Document, Results, Wanted
from tests.makers import office

PUBLIC = frozenset({"public"})


def document(key: str, title: str = "Judul", summary: str = "", body: str = "", **values) -> Document:
    """A public article of Mesuji unless told otherwise."""
    common = {"office": "kabupaten-mesuji", "province": "18", "indicators": (), "year": 2026, "tokens": PUBLIC}
    return Document(key=key, kind=key.partition(":")[0], title=title, summary=summary, body=body, **common | values)


def ask(engine, text: str, tokens=PUBLIC, offset: int = 0, limit: int = 10, **filters) -> Results:
    """Ask an engine what a person typed, as the service does."""
    typed = language.read(text)
    narrowed = {**typed.filters, **{name: frozenset(values) for name, values in filters.items()}}
    return engine.query(Wanted(typed.units, frozenset(tokens), typed.excluded, narrowed, offset, limit))


def make_article(
    title: str = "Judul contoh",
    body: str = "Isi contoh.",
    summary: str = "Ringkasan.",
    owner: str = "18.11",
    status: str = "published",
    **values,
) -> Article:
    """An article by the real service, with its events. Not committed."""
    writer = Viewer(user_id=None, office_id=office(owner).id, role="manager")
    published_on = values.pop("published_on", clock.today())
    content = articles.Content(title=title, summary=summary, body=body, **values)
    article = articles.create(content, writer, office_id=writer.office_id, published_on=published_on)
    if status != "draft":
        articles.publish(article, writer, by_import=True)
    if status == "archived":
        articles.archive(article, writer)
    db.session.flush()
    return article


def settle() -> None:
    """Commit, and let the worker do all that is due."""
    db.session.commit()
    events.drain()
