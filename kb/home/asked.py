"""What the rooms beside and above tell the questions and the visits (see their `surroundings.py`), and articles made of answers."""

from collections.abc import Iterable

from flask import url_for
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import load_only, selectinload

from kb.articles import policy as article_policy
from kb.articles import queries as articles
from kb.articles import service as article_service
from kb.articles.models import Article
from kb.core import events
from kb.core.access import require
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.home.models import ArticleOrigin
from kb.home.strength import practice
from kb.questions import policy as question_policy
from kb.questions import service as question_service
from kb.questions.models import Answer, Question
from kb.questions.surroundings import Thing, known
from kb.search import service as search
from kb.visits import policy as visit_policy
from kb.visits import queries as visits
from kb.visits import surroundings as around_visits

KIND_LABELS = {"article": "artikel", "note": "catatan", "question": "tanya"}
MOST_READINGS = 60
# What others wrote in a question is never opened to more people than could read it there (`Article.widest`).
VISIBILITY = {"publik": "publik", "jejaring": "jejaring", "para_pihak": "instansi"}


def about(kind: str, ident: int, viewer: Viewer) -> Thing | None:
    """The article or visit a question is about, if the viewer may see it."""
    if kind == "article":
        found = db.session.get(Article, ident)
        seen = found is not None and article_policy.can_view(viewer, found)
        return Thing(kind, "artikel", found.title, url_for("articles.show", slug=found.slug)) if seen else None
    found = visits.find(ident) if kind == "visit" else None
    if found is None or not visit_policy.can_view(viewer, found):
        return None
    title = f"{found.guest.name} ke {found.host.name}"
    return Thing(kind, "kunjungan", title, url_for("visits.show", visit_id=found.id))


def find_about(args, viewer: Viewer) -> tuple[str, int] | None:
    """What `?artikel=<slug>` or `?kunjungan=<id>` names, if the viewer may see it."""
    if slug := args.get("artikel", "")[:100]:
        article = articles.by_slug(slug)
        return ("article", article.id) if article is not None and article_policy.can_view(viewer, article) else None
    ident = args.get("kunjungan", "")
    if ident.isdecimal() and len(ident) <= 9 and about("visit", int(ident), viewer):
        return ("visit", int(ident))
    return None


def similar(title: str, viewer: Viewer, body: str) -> list[Thing]:
    """Questions, articles and notes like what is asked."""
    return [Thing(found.kind, KIND_LABELS[found.kind], found.title, found.url) for found in search.similar(title, viewer, body)]


def became(question_id: int, viewer: Viewer) -> list[Thing]:
    """The articles that were made of a question, as far as the viewer may see them."""
    query = (
        select(Article)
        .join(ArticleOrigin, ArticleOrigin.article_id == Article.id)
        .where(ArticleOrigin.question_id == question_id, article_policy.visible_to(viewer))
        .order_by(Article.id)
    )
    return [
        Thing("article", "draf" if article.status == "draft" else "artikel", article.title, url_for("articles.show", slug=article.slug))
        for article in db.session.scalars(query)
    ]


known.practice, known.about, known.find_about, known.similar, known.became = practice, about, find_about, similar, became


def articles_of(office_id: int, viewer: Viewer) -> list[around_visits.Reading]:
    """The published articles by and about an office that the viewer may see, newest first."""
    return _readings(viewer, articles.concerns([office_id]))


def articles_named(ids: Iterable[int], viewer: Viewer) -> list[around_visits.Reading]:
    """Those of these articles that the viewer may see."""
    wanted = list(ids)
    return _readings(viewer, Article.id.in_(wanted)) if wanted else []


def _readings(viewer: Viewer, wanted: ColumnElement[bool]) -> list[around_visits.Reading]:
    query = (
        select(Article)
        .where(Article.status == "published", article_policy.visible_to(viewer), wanted)
        .options(load_only(Article.slug, Article.title), selectinload(Article.indicator_rows))
        .order_by(Article.published_on.desc(), Article.id.desc())
        .limit(MOST_READINGS)
    )
    return [
        around_visits.Reading(article.id, article.title, url_for("articles.show", slug=article.slug), tuple(article.indicators))
        for article in db.session.scalars(query)
    ]


around_visits.known.articles_of, around_visits.known.articles = articles_of, articles_named


def make_article(question: Question, answer: Answer | None, viewer: Viewer) -> Article:
    """A draft of the viewer's office made of a question and one of its answers (default: all that stand), with links both ways.

    The draft names who asked and who answered. Twice gives the same draft.
    """
    require(question_policy.can_view(viewer, question), question_policy.can_make_article(viewer, question, answer))
    question_service.lock(question)  # two at once: the second one finds the draft of the first
    known_ = select(Article).join(ArticleOrigin, ArticleOrigin.article_id == Article.id)
    same = known_.where(
        ArticleOrigin.question_id == question.id,
        ArticleOrigin.answer_id.is_not_distinct_from(answer.id if answer else None),
        Article.office_id == viewer.office_id,
    )
    earlier = db.session.scalars(same.limit(1)).first()
    if earlier is not None:
        return earlier
    answers = _answers(question, answer)
    is_ours = all(viewer.is_of(found.office_id) for found in (question, *answers))
    readers = VISIBILITY[question.visibility]
    article = article_service.create(_content(question, answers), viewer, widest=None if is_ours or readers == "publik" else readers)
    db.session.add(ArticleOrigin(article_id=article.id, question_id=question.id, answer_id=answer.id if answer else None))
    events.record("question.became_article", question, viewer, article_id=article.id)
    return article


def text_of(question: Question, answer: Answer | None) -> str:
    """The text that such a draft begins with."""
    return _content(question, _answers(question, answer)).body


def _answers(question: Question, answer: Answer | None) -> list[Answer]:
    return [answer] if answer else [found for found in question.answers if found.stands]


def _content(question: Question, answers: list[Answer]) -> article_service.Content:
    link = url_for("questions.show", question_id=question.id)
    parts = [f"Berasal dari [pertanyaan {question.office.name} di Tanya]({link}).", "## Pertanyaan", question.body]
    for found in answers:
        parts += [f"## Jawaban {found.office.name}", found.body]
    return article_service.Content(
        title=question.title,
        summary=f"Jawaban atas pertanyaan {question.office.name}. Ringkas di sini apa yang dipelajari."[:400],
        body="\n\n".join(parts),
        indicators=tuple(question.indicators),
        visibility=VISIBILITY[question.visibility],
        source="Tanya-jawab di Berguru: " + ", ".join(dict.fromkeys(found.office.name for found in answers)),
    )
