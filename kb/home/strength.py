"""Which offices are strong on an indicator, and why. No result per indicator is published for any office, so the evidence is what
an office has shown of it here (articles, notes of visits it hosted), then its latest published index."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from kb.articles import policy as article_policy
from kb.articles.models import Article, ArticleIndicator
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.notes import policy as note_policy
from kb.notes.models import Note, NoteIndicator
from kb.offices import queries as office_queries
from kb.offices.models import IndexValue, Office


@dataclass(frozen=True)
class Strength:
    """An office with the evidence for its strength on one indicator. `index` is its latest published value, if any."""

    office: Office
    articles: int
    notes: int
    index: IndexValue | None


def strong_on(code: str, viewer: Viewer, limit: int = 6) -> list[Strength]:
    """Offices that have shown something on the indicator, strongest first; counts only what the viewer may see."""
    articles = articles_about((code,), viewer)
    notes = notes_about((code,), viewer)
    offices = _governments(set(articles) | set(notes))
    values = office_queries.latest_values([office.id for office in offices])
    found = [Strength(office, articles[office.id], notes[office.id], values.get(office.id)) for office in offices]
    return sorted(found, key=_rank)[:limit]


def _rank(strength: Strength):
    return (-strength.articles, -(strength.index.value if strength.index else 0), -strength.notes, strength.office.name)


def articles_about(codes: tuple[str, ...], viewer: Viewer) -> Counter:
    """How many published articles about any of these indicators the viewer may see, by office."""
    query = (
        select(Article.office_id, func.count(Article.id.distinct()))
        .join(ArticleIndicator, ArticleIndicator.article_id == Article.id)
        .where(ArticleIndicator.code.in_(codes), Article.status == "published", article_policy.visible_to(viewer))
        .group_by(Article.office_id)
    )
    return Counter(dict(db.session.execute(query).all()))


def notes_about(codes: tuple[str, ...], viewer: Viewer) -> Counter:
    """How many notes of visits about any of these indicators the viewer may see, by host."""
    query = (
        select(Note.host_id, func.count(Note.id.distinct()))
        .join(NoteIndicator, NoteIndicator.note_id == Note.id)
        .where(NoteIndicator.code.in_(codes), Note.status == "published", note_policy.visible_to(viewer))
        .group_by(Note.host_id)
    )
    return Counter(dict(db.session.execute(query).all()))


def _governments(ids: set[int]) -> list[Office]:
    if not ids:
        return []
    return list(db.session.scalars(select(Office).where(Office.id.in_(ids), Office.kind != "redaksi")))
