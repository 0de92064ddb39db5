"""Reading questions; every list goes through `policy.visible_to`."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, load_only, raiseload

from kb.core import clock, workdays
from kb.core.days_off import holidays_from
from kb.core.db import db
from kb.core.pages import Page, paginate
from kb.core.viewer import ANONYMOUS, ANY_MEMBER, Viewer
from kb.offices import queries as office_queries
from kb.offices.models import EDITORIAL, Office
from kb.questions import policy, proposals
from kb.questions.models import (
    Answer,
    AnswerRevision,
    Comment,
    Flag,
    Helpful,
    Invitation,
    Question,
    QuestionIndicator,
    QuestionRevision,
)
from kb.questions.proposals import Evidence
from kb.questions.surroundings import known

# So long after accepting an answer its office is asked whether it worked.
APPLY_DAYS = 30

STATES = {"menunggu": "Belum dijawab", "dijawab": "Ada jawaban", "terjawab": "Terjawab", "ditutup": "Ditutup"}


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed by; empty means all. `about`: kind and id; `invited`: the viewer's office was asked to answer."""

    state: str = ""
    code: str = ""
    office: str = ""
    invited: bool = False
    ours: bool = False
    about: tuple[str, int] | None = None


def _listed(viewer: Viewer) -> Select:
    """Questions that the viewer may see, without their bodies; duplicates and hidden ones are left out."""
    shown = load_only(
        Question.title, Question.status, Question.visibility, Question.answer_count, Question.asked_at, Question.office_id,
        Question.is_sample, Question.addressed_id, Question.first_answer_at,
    )  # fmt: skip
    return (
        select(Question)
        .where(Question.status != "merged", Question.hidden_at.is_(None), policy.visible_to(viewer))
        .options(shown, joinedload(Question.office), raiseload(Question.indicator_rows))
        .order_by(Question.asked_at.desc(), Question.id.desc())
    )


def listing(viewer: Viewer, wanted: Filter) -> Page:
    """One page of the list; those that wait are shown oldest first, since they wait longest."""
    query = _in_state(_listed(viewer), wanted.state)
    if wanted.code:
        query = query.where(Question.id.in_(_about(wanted.code)))
    if wanted.office:
        query = query.where(Question.office_id.in_(select(Office.id).where(Office.slug == wanted.office)))
    if wanted.ours:
        query = query.where(Question.office_id == viewer.office_id)
    if wanted.invited:
        query = query.where(Question.id.in_(_invited(viewer.office_id)))
    if wanted.about:
        query = query.where(Question.about_kind == wanted.about[0], Question.about_id == wanted.about[1])
    if wanted.state == "menunggu":
        query = query.order_by(None).order_by(Question.asked_at, Question.id)
    return paginate(query)


def _in_state(query: Select, state: str) -> Select:
    if state == "menunggu":
        return query.where(*WAITING)
    if state == "dijawab":
        return query.where(Question.status == "open", Question.answer_count > 0)
    if state in ("terjawab", "ditutup"):
        return query.where(Question.status == {"terjawab": "answered", "ditutup": "closed"}[state])
    return query


WAITING = (Question.status == "open", Question.answer_count == 0)


def _about(code: str) -> Select:
    return select(QuestionIndicator.question_id).where(QuestionIndicator.code == code)


def _invited(office_id: int | None) -> Select:
    return select(Invitation.question_id).where(Invitation.office_id == office_id, Invitation.declined_at.is_(None))


def latest(viewer: Viewer, limit: int = 5) -> list[Question]:
    """The newest questions."""
    return list(db.session.scalars(_listed(viewer).limit(limit)))


def by_indicator(viewer: Viewer, code: str, limit: int = 10) -> list[Question]:
    """The questions about an indicator, answered ones first."""
    query = _listed(viewer).where(Question.id.in_(_about(code))).order_by(None)
    return list(
        db.session.scalars(query.order_by(Question.status != "answered", Question.asked_at.desc(), Question.id.desc()).limit(limit))
    )


def answered_by(viewer: Viewer, office_id: int, limit: int = 10) -> list[Question]:
    """The questions that an office has answered."""
    stands = (Answer.office_id == office_id, Answer.withdrawn_at.is_(None), Answer.hidden_at.is_(None))
    return list(db.session.scalars(_listed(viewer).where(Question.id.in_(select(Answer.question_id).where(*stands))).limit(limit)))


def waiting_for(viewer: Viewer) -> list[Question]:
    """Questions that the viewer's office was asked to answer and has not, oldest first."""
    if viewer.office_id is None:
        return []
    answered = select(Answer.question_id).where(Answer.office_id == viewer.office_id, Answer.withdrawn_at.is_(None))
    query = _listed(viewer).where(Question.status == "open", Question.id.in_(_invited(viewer.office_id)), Question.id.not_in(answered))
    return list(db.session.scalars(query.order_by(None).order_by(Question.asked_at).limit(50)))


def invited_at(viewer: Viewer, question_ids: Iterable[int]) -> dict[int, datetime]:
    """When the viewer's office was asked to answer each of these questions."""
    mine = (Invitation.office_id == viewer.office_id, Invitation.question_id.in_(list(question_ids)))
    return dict(db.session.execute(select(Invitation.question_id, Invitation.created_at).where(*mine)).all())


def to_accept(viewer: Viewer) -> list[Question]:
    """Own questions that have answers, none of which was accepted yet; oldest first."""
    query = _listed(viewer).where(Question.office_id == viewer.office_id, Question.status == "open", Question.answer_count > 0)
    return list(db.session.scalars(query.order_by(None).order_by(Question.asked_at).limit(50)))


def to_apply(viewer: Viewer) -> list[Answer]:
    """Answers that the viewer's office accepted `APPLY_DAYS` ago or longer, without saying whether they worked; oldest first."""
    query = (
        select(Answer)
        .join(Answer.question)
        .where(Question.office_id == viewer.office_id, Answer.applied_at.is_(None))
        .where(Answer.accepted_at < clock.now() - timedelta(days=APPLY_DAYS))
        .options(contains_eager(Answer.question), joinedload(Answer.office))
    )
    return list(db.session.scalars(query.order_by(Answer.accepted_at).limit(50)))


def find(question_id: int) -> Question | None:
    """A question with its offices and author."""
    query = select(Question).where(Question.id == question_id)
    whole = (joinedload(Question.office), joinedload(Question.author), joinedload(Question.addressed))
    return db.session.scalars(query.options(*whole)).one_or_none()


def find_answer(question: Question, answer_id: int) -> Answer | None:
    """One of a question's answers."""
    query = select(Answer).where(Answer.id == answer_id, Answer.question_id == question.id)
    return db.session.scalars(query.options(joinedload(Answer.office))).one_or_none()


@dataclass
class Thread:
    """All that stands below a question. `helped` counts people by answer; `mine` are the answers the viewer found helpful."""

    answers: list[Answer]
    comments: dict[int | None, list[Comment]]
    helped: Counter
    mine: set[int]
    invitations: list[Invitation]
    merged: list[int]


def thread(question: Question, viewer: Viewer) -> Thread:
    """The answers, the accepted one first, then the most helpful, then the oldest; comments by answer (None: on the question)."""
    query = select(Answer).where(Answer.question_id == question.id).options(joinedload(Answer.office), joinedload(Answer.author))
    answers = list(db.session.scalars(query.order_by(Answer.id)))
    helped, mine = _helped([found.id for found in answers], viewer)
    answers.sort(key=lambda found: (not found.stands, found.accepted_at is None, -helped[found.id], found.id))
    comments = defaultdict(list)
    wanted = select(Comment).where(Comment.question_id == question.id).options(joinedload(Comment.office), joinedload(Comment.author))
    for row in db.session.scalars(wanted.order_by(Comment.id)):
        comments[row.answer_id].append(row)
    invited = select(Invitation).where(Invitation.question_id == question.id).options(joinedload(Invitation.office))
    merged = select(Question.id).where(Question.merged_into_id == question.id, policy.visible_to(viewer))
    return Thread(
        answers, comments, helped, mine, list(db.session.scalars(invited.order_by(Invitation.id))), list(db.session.scalars(merged))
    )


def _helped(answer_ids: list[int], viewer: Viewer) -> tuple[Counter, set[int]]:
    if not answer_ids:
        return Counter(), set()
    counts = select(Helpful.answer_id, func.count()).where(Helpful.answer_id.in_(answer_ids)).group_by(Helpful.answer_id)
    mine = select(Helpful.answer_id).where(Helpful.answer_id.in_(answer_ids), Helpful.person_id == viewer.user_id)
    found = set(db.session.scalars(mine)) if viewer.is_signed_in else set()
    return Counter(dict(db.session.execute(counts).all())), found


def revisions(question: Question) -> list[QuestionRevision]:
    """All states of a question, newest first."""
    query = select(QuestionRevision).where(QuestionRevision.question_id == question.id).options(joinedload(QuestionRevision.author))
    return list(db.session.scalars(query.order_by(QuestionRevision.number.desc())))


def answer_revisions(found: Answer) -> list[AnswerRevision]:
    """All states of an answer, newest first."""
    query = select(AnswerRevision).where(AnswerRevision.answer_id == found.id).options(joinedload(AnswerRevision.author))
    return list(db.session.scalars(query.order_by(AnswerRevision.number.desc())))


# Who could answer


# The reasons for an invitation stand on the question's page: they tell only what all of its readers may know.
READERS = {"publik": ANONYMOUS, "jejaring": ANY_MEMBER}


def proposed(codes: tuple[str, ...], visibility: str, excluded: Iterable[int] = ()) -> list[tuple[Office, str]]:
    """The best offices for some indicators with the reason, from what every reader of a question so visible may see."""
    found = proposals.best(evidence(codes, READERS[visibility]), excluded)
    offices = {office.id: office for office in db.session.scalars(select(Office).where(Office.id.in_([p.office_id for p in found])))}
    return [(offices[proposal.office_id], proposal.reason) for proposal in found]


def likely_offices(question: Question) -> list[int]:
    """All offices that are likely to know of the question's indicators, as its readers may know, besides those asked already."""
    asked = set(db.session.scalars(select(Invitation.office_id).where(Invitation.question_id == question.id)))
    return proposals.likely(evidence(tuple(question.indicators), READERS[question.visibility]), {question.office_id, *asked})


def reasons(question: Question) -> dict[int, str]:
    """Why each office may be asked, as all readers of the question may know, by office."""
    found = evidence(tuple(question.indicators), READERS[question.visibility])
    return {one.office_id: "; ".join(proposals.reasons(one)) for one in found}


def invited_offices(question: Question) -> list[int]:
    """The offices that were asked to answer, have not passed it on, and still belong to the network."""
    query = select(Invitation.office_id).join(Office, Office.id == Invitation.office_id)
    here = or_(Office.joined_at.is_not(None), Office.kind == EDITORIAL)
    return list(db.session.scalars(query.where(Invitation.question_id == question.id, Invitation.declined_at.is_(None), here)))


def evidence(codes: tuple[str, ...], viewer: Viewer) -> list[Evidence]:
    """What speaks for each office that has joined, as this viewer may know. Without indicators nothing does."""
    if not codes:
        return []
    joined = list(db.session.scalars(select(Office.id).where(Office.joined_at.is_not(None), Office.kind != EDITORIAL)))
    practice = known.practice(codes, viewer)
    answers = _past_answers(codes, viewer)
    index = office_queries.latest_values(joined)
    load = _load(viewer)
    return [
        Evidence(
            office_id=ident,
            articles=practice.get(ident, (0, 0))[0],
            notes=practice.get(ident, (0, 0))[1],
            answers=answers.get(ident, (0, 0))[0],
            accepted=answers.get(ident, (0, 0))[1],
            index=index[ident].value if ident in index else None,
            index_year=index[ident].year if ident in index else None,
            published_grade=index[ident].grade if ident in index else None,
            waiting=load[ident],
        )
        for ident in joined
    ]


def accepted_answers(codes: tuple[str, ...], viewer: Viewer) -> Select:
    """Offices, and how many of their answers about any of these indicators were accepted, of those the viewer may see."""
    accepted = func.count(Answer.accepted_at)
    return _answers(codes, viewer).with_only_columns(Answer.office_id, accepted).having(accepted > 0)


def _past_answers(codes: tuple[str, ...], viewer: Viewer) -> dict[int, tuple[int, int]]:
    return {office: (count, accepted) for office, count, accepted in db.session.execute(_answers(codes, viewer))}


def _answers(codes: tuple[str, ...], viewer: Viewer) -> Select:
    """Offices, how many answers about these indicators they gave, and how many of them were accepted."""
    about = select(QuestionIndicator.question_id).where(QuestionIndicator.code.in_(codes))
    return (
        select(Answer.office_id, func.count(), func.count(Answer.accepted_at))
        .join(Question, Question.id == Answer.question_id)
        .where(Question.id.in_(about), Answer.withdrawn_at.is_(None), Answer.hidden_at.is_(None), policy.visible_to(viewer))
        .group_by(Answer.office_id)
    )


def _load(viewer: Viewer) -> Counter:
    """How many questions each office is asked to answer now, of those that the viewer may see."""
    query = (
        select(Invitation.office_id, func.count())
        .join(Question, Question.id == Invitation.question_id)
        .where(Invitation.declined_at.is_(None), Question.hidden_at.is_(None), *WAITING, policy.visible_to(viewer))
        .group_by(Invitation.office_id)
    )
    return Counter(dict(db.session.execute(query).all()))


# How long questions wait


@dataclass
class Wait:
    """Of one indicator: questions that wait, the longest wait among them and the median until a first answer, in working days."""

    code: str
    waiting: int = 0
    longest: int | None = None
    answered: int = 0
    usual: float | None = None


def waits(viewer: Viewer) -> list[Wait]:
    """How long questions wait for a first answer, per indicator; those with the longest wait first."""
    open_, took, today = _open_since(viewer), _took(viewer), clock.today()
    started = [since for _, since in open_.values()] + [asked for rows in took.values() for asked, _ in rows]
    first = min(started, default=today)
    days = workdays.Count(first, today, holidays_from(first.year, today.year))
    found = []
    for code in {*open_, *took}:
        count, since = open_.get(code, (0, None))
        lengths = [days.between(asked, answered) for asked, answered in took.get(code, ())]
        longest = None if since is None else days.between(since, today)
        found.append(Wait(code, count, longest, len(lengths), median(lengths) if lengths else None))
    return sorted(found, key=lambda wait: (-(wait.longest if wait.longest is not None else -1), wait.code))


def waiting_by_indicator(viewer: Viewer) -> dict[str, int]:
    """How many questions wait for a first answer, by indicator code."""
    return {code: count for code, (count, _) in _open_since(viewer).items()}


def _waited(viewer: Viewer, *columns) -> Select:
    """The codes of listed questions, with some columns."""
    return (
        select(QuestionIndicator.code, *columns)
        .join(Question, Question.id == QuestionIndicator.question_id)
        .where(Question.status != "merged", Question.hidden_at.is_(None), policy.visible_to(viewer))
    )


def _open_since(viewer: Viewer) -> dict[str, tuple[int, date]]:
    """By indicator: how many wait, and since when the oldest does."""
    query = _waited(viewer, func.count(), func.min(Question.asked_at)).where(*WAITING).group_by(QuestionIndicator.code)
    return {code: (count, clock.day_of(since)) for code, count, since in db.session.execute(query)}


def _took(viewer: Viewer) -> dict[str, list[tuple[date, date]]]:
    """By indicator: the days on which questions were asked and first answered."""
    query = _waited(viewer, Question.created_at, Question.first_answer_at).where(Question.first_answer_at.is_not(None))
    found = defaultdict(list)
    for code, asked, answered in db.session.execute(query):
        found[code].append((clock.day_of(asked), clock.day_of(answered)))
    return found


def unanswered(viewer: Viewer, limit: int = 20) -> list[Question]:
    """Questions that wait for a first answer, oldest first."""
    query = _listed(viewer).where(*WAITING).order_by(None)
    return list(db.session.scalars(query.order_by(Question.asked_at, Question.id).limit(limit)))


# For moderators


@dataclass
class Case:
    """A flagged part of a question: what was said about it, and by how many."""

    question: Question
    kind: str
    part: Question | Answer | Comment
    flags: list[Flag]


def cases(limit: int = 50) -> list[Case]:
    """All parts with open flags, the first flagged first."""
    query = select(Flag).where(Flag.decided_at.is_(None)).options(joinedload(Flag.question).joinedload(Question.office))
    grouped: dict[tuple[str, int], list[Flag]] = defaultdict(list)
    for row in db.session.scalars(query.order_by(Flag.created_at, Flag.id).limit(500)):
        grouped[row.subject_kind, row.subject_id].append(row)
    parts = {
        kind: _parts(model, [ident for k, ident in grouped if k == kind]) for kind, model in (("answer", Answer), ("comment", Comment))
    }
    found = []
    for (kind, ident), flags in list(grouped.items())[:limit]:
        part = flags[0].question if kind == "question" else parts[kind].get(ident)
        if part is not None:
            found.append(Case(flags[0].question, kind, part, flags))
    return found


def _parts(model, ids: list[int]) -> dict:
    query = select(model).where(model.id.in_(ids)).options(joinedload(model.office))
    return {row.id: row for row in db.session.scalars(query)} if ids else {}


def abandoned() -> list[Question]:
    """Questions that no office answered although all were told: the moderators' turn."""
    query = select(Question).where(*WAITING, Question.stage >= 3, Question.hidden_at.is_(None), Question.visibility != "para_pihak")
    return list(db.session.scalars(query.options(joinedload(Question.office)).order_by(Question.asked_at).limit(50)))


def has_answered(question: Question, office_id: int) -> bool:
    """Has this office an answer there that it has not taken back?"""
    its = select(Answer.id).where(Answer.question_id == question.id, Answer.office_id == office_id, Answer.withdrawn_at.is_(None))
    return db.session.scalar(its.limit(1)) is not None


def earlier_comments(comment: Comment) -> list[Comment]:
    """What was said before under the same question or answer, as far as it is shown; one of each person."""
    there = (Comment.question_id == comment.question_id, Comment.answer_id.is_not_distinct_from(comment.answer_id))
    query = select(Comment).where(*there, Comment.id < comment.id, Comment.hidden_at.is_(None)).options(joinedload(Comment.author))
    return list({(row.author_id, row.office_id): row for row in db.session.scalars(query.order_by(Comment.id))}.values())


def askers(question: Question) -> set[int]:
    """The people who asked this question, or one that was merged into it."""
    query = select(Question.author_id).where(or_(Question.id == question.id, Question.merged_into_id == question.id))
    return {ident for ident in db.session.scalars(query) if ident is not None}


def titles(question: Question) -> set[str]:
    """The titles it has had, as far as they still stand in its history."""
    return {question.title, *db.session.scalars(select(QuestionRevision.title).where(QuestionRevision.question_id == question.id))}


def remarks(question: Question) -> set[str]:
    """What was said about its parts: why they are hidden, and what came of an answer."""
    answers = select(Answer.applied_note, Answer.hidden_because).where(Answer.question_id == question.id)
    comments = select(Comment.hidden_because).where(Comment.question_id == question.id)
    found = {text for row in db.session.execute(answers) for text in row} | set(db.session.scalars(comments))
    return {text for text in found | {question.hidden_because} if text}
