"""What readers report and moderators decide. Each act is an event, so it stands in the audit log; reasons are shown to those concerned."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.exc import IntegrityError

from kb.accounts.models import User
from kb.core import clock, events, markdown
from kb.core.access import require
from kb.core.db import db, let_go, reading
from kb.core.errors import Invalid
from kb.core.events import Event
from kb.core.viewer import Viewer
from kb.questions import policy, service
from kb.questions.models import Answer, AnswerRevision, Comment, Flag, Question, QuestionRevision

REASONS = {
    "data_pribadi": "Memuat data pribadi",
    "keliru": "Keliru atau menyesatkan",
    "tidak_sopan": "Tidak sopan",
    "iklan": "Iklan atau promosi",
    "salah_tempat": "Salah tempat atau ganda",
    "rahasia": "Memuat informasi yang dikecualikan",
}
KINDS = {"question": Question, "answer": Answer, "comment": Comment}
FLAGS_OF_PERSON, FLAGS_OF_OFFICE = 20, 60
REDACTED = "[disamarkan]"
SHORTEST_REDACTED = 3


def subject(question: Question, kind: str, ident: int) -> Question | Answer | Comment | None:
    """The part of a question that is meant: itself, an answer or a comment."""
    if kind == "question":
        return question if ident == question.id else None
    found = db.session.get(KINDS[kind], ident) if kind in KINDS else None
    return found if found is not None and found.question_id == question.id else None


def flag(question: Question, part: Question | Answer | Comment, reason: str, note: str, viewer: Viewer) -> None:
    """Ask the moderators to look. A second time by the same person changes nothing. A confidential question opens to them by it."""
    require(policy.can_view(viewer, question), policy.can_flag(viewer, question))
    service.writing_office(viewer)
    _limit(viewer)
    row = Flag(
        question_id=question.id, subject_kind=_kind(part), subject_id=part.id, person_id=viewer.user_id, reason=reason, note=note[:500],
        created_at=clock.now(),
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        return
    question.is_flagged = True
    events.record("question.flagged", question, viewer, reason=reason, part=_kind(part), part_id=part.id)


def _limit(viewer: Viewer) -> None:
    recent = select(func.count(Flag.id)).join(User, User.id == Flag.person_id).where(Flag.created_at > clock.now() - service.DAY)
    for who, mine, most in (
        ("Anda", User.id == viewer.user_id, FLAGS_OF_PERSON),
        ("Instansi Anda", User.office_id == viewer.office_id, FLAGS_OF_OFFICE),
    ):
        if db.session.scalar(recent.where(mine)) >= most:
            raise Invalid(f"{who} sudah mengirim {most} laporan dalam 24 jam. Lanjutkan besok.")


def _kind(part: Question | Answer | Comment) -> str:
    return next(kind for kind, model in KINDS.items() if isinstance(part, model))


def hide(question: Question, part: Question | Answer | Comment, because: str, viewer: Viewer) -> None:
    """Take a part out of sight; its office still sees it with the reason. A hidden answer solves nothing. Decides its flags."""
    _require_moderator(question, viewer)
    db.session.refresh(part)  # hidden, accepted or withdrawn a moment ago
    if part.hidden_at is None:
        part.hidden_because = because[:300]
        if isinstance(part, Answer):
            service.set_aside(part)
        else:
            part.hidden_at = clock.now()
        _record(question, part, "hidden", viewer, because=part.hidden_because)
    _decide(question, part, viewer)


def show(question: Question, part: Question | Answer | Comment, viewer: Viewer) -> None:
    """Bring a hidden part back, just as it was."""
    _require_moderator(question, viewer)
    db.session.refresh(part)
    if part.hidden_at is None:
        return
    if part is question:
        service.wait_on(question, part.hidden_at)
    if isinstance(part, Answer):
        service.bring_back(part)
    part.hidden_at, part.hidden_because = None, ""
    _record(question, part, "shown", viewer)


def dismiss(question: Question, part: Question | Answer | Comment, viewer: Viewer) -> None:
    """Its flags call for nothing."""
    _require_moderator(question, viewer)
    if _decide(question, part, viewer):
        _record(question, part, "dismissed", viewer)


def _require_moderator(question: Question, viewer: Viewer) -> None:
    require(policy.can_view(viewer, question), policy.can_moderate(viewer))
    service.lock(question)


def _record(question: Question, part: Question | Answer | Comment, act: str, viewer: Viewer, **reason: str) -> None:
    """The reason (`because`) stays in the audit log when the part is shown again."""
    if isinstance(part, Answer):
        events.record("answer.moderated", part, viewer, act=act, question_id=question.id, **reason)
    events.record("question.moderated", question, viewer, act=act, part=_kind(part), part_id=part.id, **reason)


def _decide(question: Question, part: Question | Answer | Comment, viewer: Viewer) -> bool:
    mine = (Flag.subject_kind == _kind(part), Flag.subject_id == part.id, Flag.decided_at.is_(None))
    decided = db.session.execute(update(Flag).where(*mine).values(decided_at=clock.now(), decided_by_id=viewer.user_id)).rowcount
    still = select(Flag.id).where(Flag.question_id == question.id, Flag.decided_at.is_(None)).limit(1)
    question.is_flagged = db.session.scalar(still) is not None
    db.session.flush()
    return bool(decided)


def rendered_without(question: Question, text: str, viewer: Viewer) -> dict[str, str]:
    """The texts that a redaction will leave, with their HTML. Ends the transaction: nobody waits to write meanwhile. Raises Invalid."""
    let_go()
    reading()
    _require_moderator(question, viewer)
    pattern = _pattern_of(text)
    left = {(type(row), pattern.sub(REDACTED, row.body)) for row in _texts(question) if hasattr(row, "html") and pattern.search(row.body)}
    let_go()
    made = {body: markdown.render(body).html for _, body in left}
    for kind, body in left:
        kind.derived(made[body])
    return made


def redact(question: Question, text: str, viewer: Viewer, rendered: Mapping[str, str] = MappingProxyType({})) -> int:
    """Replace a text, whatever its spacing and case, in the question, its answers and comments, and in every revision of them.

    `rendered` is what `rendered_without` made. Returns in how many texts it stood. The event does not name it. Raises Invalid when it is
    too short or stands nowhere.
    """
    _require_moderator(question, viewer)
    pattern = _pattern_of(text)
    texts = _texts(question)
    changed = sum(_redact_row(row, pattern, rendered) for row in texts)
    _redact_reasons(question, [row.id for row in texts if isinstance(row, Answer)], pattern)
    if not changed:
        raise Invalid("Teks ini tidak ada di pertanyaan, jawaban, komentar, atau riwayatnya.", "text")
    events.record("question.redacted", question, viewer, texts=changed)
    return changed


def _pattern_of(text: str) -> re.Pattern:
    words = text.split()
    if len("".join(words)) < SHORTEST_REDACTED:
        raise Invalid(f"Tulis paling sedikit {SHORTEST_REDACTED} huruf dari teks yang disamarkan.", "text")
    return re.compile(r"\s+".join(re.escape(word) for word in words), re.I)


def _texts(question: Question) -> list:
    answers = list(db.session.scalars(select(Answer).where(Answer.question_id == question.id)))
    revisions = select(AnswerRevision).where(AnswerRevision.answer_id.in_([found.id for found in answers]))
    return [
        question,
        *db.session.scalars(select(QuestionRevision).where(QuestionRevision.question_id == question.id)),
        *answers,
        *db.session.scalars(revisions),
        *db.session.scalars(select(Comment).where(Comment.question_id == question.id)),
    ]


def _redact_reasons(question: Question, answer_ids: list[int], pattern: re.Pattern) -> None:
    """A moderator's reason may have named what it was about; the audit log keeps the rest of it."""
    of_question = and_(Event.subject_kind == "question", Event.subject_id == question.id, Event.name == "question.moderated")
    of_answers = and_(Event.subject_kind == "answer", Event.subject_id.in_(answer_ids), Event.name == "answer.moderated")
    for event in db.session.scalars(select(Event).where(or_(of_question, of_answers))):
        if because := event.data.get("because"):
            event.data = event.data | {"because": pattern.sub(REDACTED, because)}


def _redact_row(row, pattern: re.Pattern, rendered: Mapping[str, str]) -> bool:
    limits = {"title": 160, "body": None, "closed_because": 300, "applied_note": 300, "hidden_because": 300}
    changed = False
    for name, longest in limits.items():
        before = getattr(row, name, None)
        after = pattern.sub(REDACTED, before)[:longest] if before else before
        if after != before:
            setattr(row, name, after)
            changed = True
    if changed and hasattr(row, "html"):
        row.html = rendered.get(row.body) or markdown.render(row.body).html
    return changed
