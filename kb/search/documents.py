"""What each room gives to be found, with the audience of its own policy, and how found keys become things again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from kb.articles import policy as article_policy
from kb.articles.models import Article, ArticleAbout
from kb.core import clock, pages
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.instruments import loader
from kb.notes import policy as note_policy
from kb.notes.models import Note
from kb.offices import policy as office_policy
from kb.offices.models import EDITORIAL, Office, Region
from kb.questions import policy as question_policy
from kb.questions.models import Answer, Question
from kb.search.contract import Document
from kb.visits import policy as visit_policy
from kb.visits.models import Visit
from kb.visits.workflow import HOLDS_SLOT

BATCH = 200

# What is new rises a little: 6 % in its first year, 3 % in its second. Offices stand a little behind what is written.
FRESH = ((365, 1.06), (730, 1.03))
OFFICE_BOOST = 0.9


@dataclass(frozen=True)
class Found:
    """A hit as it is shown: `office` wrote it, `about` is whom it is about. `text` is what the snippet is taken from."""

    kind: str
    id: int
    title: str
    url: str
    office: Office
    on: date | None
    pattern: str
    text: str
    is_sample: bool = False
    about: tuple[Office, ...] = ()


def is_sample(found: Found) -> bool:
    """Is this a visit or a question that is not real?"""
    return found.kind in ("visit", "question") and pages.is_sample(found)


@dataclass(frozen=True)
class Source:
    """How one kind of thing is turned into documents and back. `visible_to` is the room's own rule as SQL."""

    kind: str
    model: Any
    options: Callable[[], list]
    document: Callable[[Any], Document | None]
    found: Callable[[Any], Found]
    visible_to: Callable[[Viewer], Any]


def key_of(kind: str, ident: int) -> str:
    """How a thing is named in the index."""
    return f"{kind}:{ident}"


def all_documents() -> Iterator[Document]:
    """Every document of every room, in batches."""
    for source in SOURCES.values():
        last = 0
        while rows := _batch(source, last):
            yield from (document for row in rows if (document := source.document(row)))
            last = rows[-1].id
            db.session.expunge_all()


def _batch(source: Source, after: int) -> list:
    query = select(source.model).where(source.model.id > after).order_by(source.model.id).limit(BATCH)
    return list(db.session.scalars(query.options(*source.options())))


def count_all() -> int:
    """How many things there are to index, at most."""
    return sum(db.session.scalar(select(func.count()).select_from(source.model)) for source in SOURCES.values())


def current(changed: dict[str, set[int]]) -> Iterator[Document]:
    """The documents of these things as the database has them now; what is not to be found has none."""
    for kind, ids in changed.items():
        source = SOURCES[kind]
        query = select(source.model).where(source.model.id.in_(ids)).options(*source.options())
        yield from (document for row in db.session.scalars(query) if (document := source.document(row)))


def load(keys: list[str], viewer: Viewer) -> dict[str, Found]:
    """The things behind the keys, as far as the viewer may see them now, whatever the index says."""
    wanted: dict[str, list[int]] = {}
    for key in keys:
        kind, _, ident = key.partition(":")
        wanted.setdefault(kind, []).append(int(ident))
    found: dict[str, Found] = {}
    for kind, ids in wanted.items():
        source = SOURCES[kind]
        query = select(source.model).where(source.model.id.in_(ids), source.visible_to(viewer)).options(*source.options())
        for row in db.session.scalars(query):
            found[key_of(kind, row.id)] = source.found(row)
    return found


def _boost(on: date | None) -> float:
    if on is None:
        return 1.0
    age = (clock.today() - on).days
    return next((boost for days, boost in FRESH if age < days), 1.0)


def _place(office: Office) -> tuple[str, str]:
    return office.slug, office.region.province_code if office.region else ""


def _indicator_names(codes: list[str]) -> str:
    return " ".join(f"indikator {loader.indicator(code).number} {loader.indicator(code).short_name}" for code in codes)


def _article(article: Article) -> Document | None:
    if article.status != "published":
        return None
    office, province = _place(article.office)
    about = [_place(found) for found in article.about]
    return Document(
        key=key_of("article", article.id), kind="article", title=article.title, summary=article.summary,
        body=f"{article.words}\n{_names(article)}\n{_indicator_names(article.indicators)}\n{article.source}",
        office=office, province=province, indicators=tuple(article.indicators), year=article.published_on.year,
        tokens=article_policy.audience(article), boost=_boost(article.published_on),
        about=tuple(slug for slug, _ in about), about_provinces=tuple(province for _, province in about),
    )  # fmt: skip


def _names(article: Article) -> str:
    return "\n".join(office.name for office in (article.office, *article.about))


def _note(note: Note) -> Document | None:
    if note.status != "published":
        return None
    office, province = _place(note.host)
    return Document(
        key=key_of("note", note.id), kind="note", title=note.title, summary=note.summary,
        body=f"{note.words}\n{note.host.name}\n{note.guest.name}\n{_indicator_names(note.indicators)}\n{note.source}",
        office=office, province=province, indicators=tuple(note.indicators), year=note.held_on.year,
        tokens=note_policy.audience(note), boost=_boost(note.held_on),
    )  # fmt: skip


def _question(question: Question) -> Document | None:
    """A question with all answers that stand, the accepted one first. A duplicate is found as the question it was merged into."""
    if question.status == "merged":
        return None
    office, province = _place(question.office)
    names = [question.office.name, *(answer.office.name for answer in _standing(question))]
    return Document(
        key=key_of("question", question.id), kind="question", title=question.title, summary="",
        body="\n".join([_question_text(question), *names, _indicator_names(question.indicators)]),
        office=office, province=province, indicators=tuple(question.indicators), year=question.created_at.year,
        tokens=question_policy.audience(question), boost=_boost(question.created_at.date()),
    )  # fmt: skip


def _question_text(question: Question) -> str:
    return "\n".join([question.words, *(answer.words for answer in _standing(question))])


def _standing(question: Question) -> list[Answer]:
    return sorted((answer for answer in question.answers if answer.stands), key=lambda answer: (answer.accepted_at is None, answer.id))


def _visit(visit: Visit) -> Document | None:
    """Only the public part: offices, topics, day. Never names, numbers or questions."""
    if visit.status not in HOLDS_SLOT:
        return None
    office, province = _place(visit.host)
    return Document(
        key=key_of("visit", visit.id), kind="visit", title=_visit_title(visit), summary=_indicator_names(visit.indicators),
        body="kunjungan kerja", office=office, province=province, indicators=tuple(visit.indicators), year=visit.day.year,
        tokens=visit_policy.public_audience(visit), boost=_boost(visit.day),
    )  # fmt: skip


def _visit_title(visit: Visit) -> str:
    return f"Kunjungan {visit.guest.name} ke {visit.host.name}"


def _office(office: Office) -> Document | None:
    if office.kind == EDITORIAL:
        return None
    slug, province = _place(office)
    return Document(
        key=key_of("office", office.id), kind="office", title=office.name,
        summary=f"Dinas komunikasi dan informatika {office.region.name}, provinsi {office.region.province.name}",
        body=f"{office.about or ''}\nkode wilayah {office.region_code}", office=slug, province=province, indicators=(), year=None,
        tokens=office_policy.audience(office), boost=OFFICE_BOOST,
    )  # fmt: skip


SOURCES = {
    "article": Source(
        "article", Article,
        lambda: [joinedload(Article.office).joinedload(Office.region), selectinload(Article.indicator_rows),
                 selectinload(Article.about_rows).joinedload(ArticleAbout.office).joinedload(Office.region)], _article,
        lambda a: Found("article", a.id, a.title, url_for("articles.show", slug=a.slug), a.office, a.published_on, "d MMMM y",
                        f"{a.summary}\n{a.words}", about=tuple(a.about)),
        article_policy.visible_to,
    ),
    "note": Source(
        "note", Note,
        lambda: [joinedload(Note.host).joinedload(Office.region), joinedload(Note.guest), selectinload(Note.indicator_rows)], _note,
        lambda n: Found("note", n.id, n.title, url_for("notes.show", note_id=n.id), n.host, n.held_on, n.held_pattern,
                        f"{n.summary}\n{n.words}"),
        note_policy.visible_to,
    ),
    "question": Source(
        "question", Question,
        lambda: [joinedload(Question.office).joinedload(Office.region), selectinload(Question.indicator_rows),
                 selectinload(Question.answers).joinedload(Answer.office)], _question,
        lambda q: Found("question", q.id, q.title, url_for("questions.show", question_id=q.id), q.office, q.created_at.date(), "d MMMM y",
                        _question_text(q), q.is_sample),
        question_policy.visible_to,
    ),
    "visit": Source(
        "visit", Visit,
        lambda: [joinedload(Visit.host).joinedload(Office.region), joinedload(Visit.guest), selectinload(Visit.indicator_rows)], _visit,
        lambda v: Found("visit", v.id, _visit_title(v), url_for("search.visit", visit_id=v.id), v.host, v.day, "d MMMM y",
                        _indicator_names(v.indicators), v.is_sample),
        visit_policy.public_part_visible_to,
    ),
    "office": Source(
        "office", Office, lambda: [joinedload(Office.region).joinedload(Region.province)], _office,
        lambda o: Found("office", o.id, o.name, url_for("home.office", slug=o.slug), o, None, "",
                        o.about or f"Provinsi {o.region.province.name}, kode wilayah {o.region_code}"),
        lambda viewer: Office.kind != EDITORIAL,
    ),
}  # fmt: skip
