"""The demand board: what the network lacks, named by searches in vain, unanswered questions and indicators without article.

An office takes one up. It is reminded, freed when nothing comes of it, and the need is shown as met when it has written.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256
from urllib.parse import urlencode

from sqlalchemy import and_, case, exists, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from kb.articles import policy as article_policy
from kb.articles import queries as articles
from kb.articles.models import Article
from kb.core import clock, events
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import NotFound
from kb.core.pages import angka
from kb.core.viewer import ANONYMOUS, Viewer
from kb.home.models import DemandClaim, DemandRemoval
from kb.instruments import loader
from kb.offices.models import Office
from kb.questions import policy as question_policy
from kb.questions import queries as questions
from kb.questions import service as question_service
from kb.questions.models import Question
from kb.search import missed
from kb.visits import figures

# What everybody in the network sees, whoever looks: a need is met when the network can read it.
NETWORK = Viewer(user_id=0, office_id=0, role="member")
SHOWN, LATEST = 20, 8
# An office that took something up is reminded once, and freed when nothing was written after that either.
REMINDED_AFTER = timedelta(days=30)
FREED_AFTER = timedelta(days=44)
OPEN = (DemandClaim.released_at.is_(None), DemandClaim.fulfilled_at.is_(None))


@dataclass
class Need:
    """One thing that is lacking: `detail` says how much. `offices` write it already."""

    kind: str
    subject: str
    title: str
    detail: str
    url: str = ""
    offices: list[Office] = field(default_factory=list)


def board(viewer: Viewer) -> dict[str, list[Need]]:
    """All needs by kind. What was searched is shown to the network only."""
    needs = {
        "search": _searches() if viewer.office_id else [],
        "question": _questions(viewer),
        "indicator": _indicators(viewer),
    }
    claimed = _claims()
    for kind, found in needs.items():
        for need in found:
            need.offices = claimed[kind, need.subject]
    return needs


def _claims() -> dict[tuple[str, str], list[Office]]:
    found = defaultdict(list)
    for claim in db.session.scalars(select(DemandClaim).where(*OPEN).options(joinedload(DemandClaim.office)).order_by(DemandClaim.id)):
        found[claim.kind, claim.subject].append(claim.office)
    return found


def _searches() -> list[Need]:
    removed = set(db.session.scalars(select(DemandRemoval.digest)))
    shown = [row for row in missed.often(SHOWN + len(removed)) if _digest(row.words) not in removed]
    return [Need("search", row.words, f"“{row.words}”", f"dicari pada {row.times} hari tanpa hasil") for row in shown[:SHOWN]]


def _questions(viewer: Viewer) -> list[Need]:
    return [
        Need("question", str(question.id), question.title, f"{question.office.name}, belum dijawab", f"/tanya/{question.id}")
        for question in questions.unanswered(viewer, SHOWN)
    ]


def _indicators(viewer: Viewer) -> list[Need]:
    """Indicators without article: those with most waiting questions first, then those most talked about in visits, then the heaviest."""
    written = articles.counts_by_indicator(NETWORK if viewer.office_id else viewer)
    waiting, visited = questions.waiting_by_indicator(viewer), figures.topic_counts()
    ranked = []
    for instrument in loader.all_instruments():  # weights of two instruments cannot be compared, places by weight can
        bare = sorted((i for i in instrument.indicators if not written.get(i.code)), key=lambda i: (-i.weight, i.number))
        ranked += [(-waiting.get(i.code, 0), -visited.get(i.code, 0), place, i.code, i) for place, i in enumerate(bare)]
    return [
        Need("indicator", i.code, label("indicator", i.code), _urgency(-asked, -seen, i.weight), f"/indikator/{i.code}")
        for asked, seen, _place, _code, i in sorted(ranked, key=lambda row: row[:4])[:SHOWN]
    ]


def _urgency(waiting: int, visited: int, weight: Decimal) -> str:
    parts = [f"{waiting} pertanyaan menunggu"] if waiting else []
    parts += [f"dibahas dalam {visited} kunjungan"] if visited else []
    return ", ".join([*parts, f"bobot {angka(weight)}%"])


def label(kind: str, subject: str) -> str:
    """What a need is called, without what a question says."""
    if kind == "indicator":
        return loader.indicator(subject).full_name
    return f"pertanyaan nomor {subject}" if kind == "question" else f'"{subject}"'


def place(kind: str, subject: str) -> str:
    """Where a need is met: at its question, or in the editor with what is known already."""
    if kind == "question":
        return f"/tanya/{subject}"
    known = {"indikator": subject} if kind == "indicator" else {"judul": subject.capitalize()}
    return f"/artikel/baru?{urlencode(known)}"


def is_needed(kind: str, subject: str, viewer: Viewer) -> bool:
    """Does the network still lack this, as far as the viewer may know?"""
    if kind == "search":
        return missed.is_shown(subject) and not _is_removed(subject)
    if kind == "question":
        asked = Question.id == int(subject) if subject.isdecimal() and len(subject) <= 9 else False
        return db.session.scalar(select(exists().where(asked, *questions.WAITING, *_open_to(viewer))))
    return kind == "indicator" and _exists(subject) and not articles.counts_by_indicator(NETWORK).get(subject)


def _exists(code: str) -> bool:
    try:
        return bool(loader.indicator(code))
    except loader.UnknownIndicator:
        return False


def _open_to(viewer: Viewer) -> tuple:
    return (Question.hidden_at.is_(None), question_policy.visible_to(viewer))


def _is_removed(words: str) -> bool:
    return bool(db.session.scalar(select(exists().where(DemandRemoval.digest == _digest(words)))))


def _digest(words: str) -> str:
    return sha256(words.encode()).hexdigest()


# Taking one up


def take(kind: str, subject: str, viewer: Viewer) -> None:
    """Say "kami tulis". Raises NotFound for what is not on the board. Twice changes nothing."""
    require(seen=True, allowed=question_policy.can_write(viewer))
    question_service.writing_office(viewer)
    if not is_needed(kind, subject, viewer):
        raise NotFound("Kebutuhan ini tidak lagi ada di papan.")
    claim = _claim_of(kind, subject, viewer)
    if claim is None:
        claim = DemandClaim(kind=kind, subject=subject, office_id=viewer.office_id, created_at=clock.now())
        try:
            with db.session.begin_nested():
                db.session.add(claim)
        except IntegrityError:
            return
    elif claim.is_open:
        return
    claim.author_id, claim.created_at = viewer.user_id, clock.now()
    claim.reminded_at = claim.released_at = claim.fulfilled_at = claim.article_id = None
    events.record("demand.taken", claim, viewer, kind=kind)
    if kind == "question":
        events.record("question.taken_up", db.session.get(Question, int(subject)), viewer)


def _claim_of(kind: str, subject: str, viewer: Viewer) -> DemandClaim | None:
    mine = (DemandClaim.kind == kind, DemandClaim.subject == subject, DemandClaim.office_id == viewer.office_id)
    return db.session.scalars(select(DemandClaim).where(*mine)).one_or_none()


def release(kind: str, subject: str, viewer: Viewer) -> None:
    """We do not write it after all."""
    require(seen=True, allowed=question_policy.can_write(viewer))
    claim = _claim_of(kind, subject, viewer)
    if claim is not None and claim.is_open:
        _free(claim, viewer, "")


def _free(claim: DemandClaim, viewer: Viewer, because: str) -> None:
    """End a claim: `because` is "time", "met" or, when the office said so itself, empty."""
    claim.released_at = clock.now()
    events.record("demand.released", claim, viewer, kind=claim.kind, because=because)


def discard(words: str, viewer: Viewer) -> None:
    """Take a search off the board for good. For moderators; the audit log names who did it, and nothing keeps the words."""
    require(seen=True, allowed=question_policy.can_moderate(viewer))
    if not missed.is_shown(words) or _is_removed(words):
        raise NotFound("Pencarian ini tidak lagi ada di papan.")
    removal = DemandRemoval(digest=_digest(words), created_at=clock.now())
    db.session.add(removal)
    missed.drop([words])
    for claim in _open_claims("search", words):
        _free(claim, viewer, "met")
    events.record("demand.discarded", removal, viewer)


def open_of(office_id: int) -> list[DemandClaim]:
    """What an office took up and has not written yet, the oldest first."""
    mine = select(DemandClaim).where(DemandClaim.office_id == office_id, *OPEN, ~_on_hidden())
    return list(db.session.scalars(mine.order_by(DemandClaim.created_at)))


def _on_hidden():
    """A question that a moderator hid may be shown again: what was taken up of it rests so long."""
    return exists().where(_its_question(), Question.hidden_at.is_not(None))


def _open_claims(kind: str, subject: str) -> list[DemandClaim]:
    return list(db.session.scalars(select(DemandClaim).where(DemandClaim.kind == kind, DemandClaim.subject == subject, *OPEN)))


# How it ends


def served_by(article: Article | None) -> list[str]:
    """The searches in vain that an article answers, if the network can read it."""
    if article is None or not article_policy.can_view(NETWORK, article):
        return []
    return missed.served_by(f"{article.title}\n{article.summary}\n{article.words}")


def written(article: Article, served: list[str]) -> None:
    """An article that the network can read meets the needs it is about, and the searches it serves: those its office took up are met by
    it."""
    if not article_policy.can_view(NETWORK, article):
        return
    missed.drop(served)
    met = [("indicator", code) for code in article.indicators] + [("search", words) for words in served]
    for kind, subject in met:
        for claim in _open_claims(kind, subject):
            _end(claim, article.office_id, article.id)


def answered(question_id: int, office_id: int) -> None:
    """An answer meets the need of its question."""
    for claim in _open_claims("question", str(question_id)):
        _end(claim, office_id, None)


def _end(claim: DemandClaim, writer_id: int, article_id: int | None) -> None:
    """Met by the office that took it up, or by another one meanwhile."""
    if claim.office_id != writer_id:
        _free(claim, ANONYMOUS, "met")
        return
    claim.fulfilled_at, claim.article_id = clock.now(), article_id
    events.record("demand.fulfilled", claim, ANONYMOUS, kind=claim.kind)


def tend() -> None:
    """By the hour: forget searches that find something by now, end claims on what is lacking no more, remind of the others, free the
    late."""
    missed.drop_served(NETWORK)
    now = clock.now()
    for claim in db.session.scalars(select(DemandClaim).where(*OPEN, ~_on_hidden()).order_by(DemandClaim.id)).all():
        if not is_needed(claim.kind, claim.subject, Viewer(user_id=0, office_id=claim.office_id, role="member")):
            _free(claim, ANONYMOUS, "met")
        elif claim.reminded_at is None and claim.created_at < now - REMINDED_AFTER:
            claim.reminded_at = now
            events.record("demand.reminded", claim, ANONYMOUS, kind=claim.kind)
        elif claim.reminded_at is not None and claim.reminded_at < now - (FREED_AFTER - REMINDED_AFTER):
            _free(claim, ANONYMOUS, "time")


@dataclass(frozen=True)
class Met:
    """A need that its office has met: what was written, where."""

    title: str
    url: str
    claim: DemandClaim


def lately_met(viewer: Viewer) -> list[Met]:
    """What was written of what the board named, the newest first, as far as the viewer may read it."""
    query = (
        select(DemandClaim, Article, Question)
        .join(DemandClaim.office)
        .outerjoin(Article, (Article.id == DemandClaim.article_id) & article_policy.visible_to(viewer))
        .outerjoin(Question, _its_question() & and_(*_open_to(viewer)))
        .where(DemandClaim.fulfilled_at.is_not(None), or_(Article.status == "published", Question.id.is_not(None)))
        .options(joinedload(DemandClaim.office))
        .order_by(DemandClaim.fulfilled_at.desc(), DemandClaim.id.desc())
    )
    return [
        Met(article.title, f"/artikel/{article.slug}", claim) if article else Met(question.title, f"/tanya/{question.id}", claim)
        for claim, article, question in db.session.execute(query.limit(LATEST))
    ]


def _its_question():
    """The question of a claim, found by its key; subjects of other kinds are no numbers."""
    return Question.id == db.cast(case((DemandClaim.kind == "question", DemandClaim.subject), else_=None), db.Integer)
