"""All that belongs to a question, moved or read together: its answers, comments and invitations."""

from sqlalchemy import select, update

from kb.core.db import db
from kb.questions.models import Answer, Comment, Flag, Invitation, Question


def _parties(question: Question) -> set[int]:
    return {question.office_id, question.addressed_id}


def same_readers(one: Question, other: Question) -> bool:
    """Do exactly the same people read both?"""
    if "para_pihak" in (one.visibility, other.visibility):
        return one.visibility == other.visibility and _parties(one) == _parties(other)
    return one.visibility == other.visibility


def all_may_read(one: Question, other: Question) -> bool:
    """May everybody who reads the one read the other too?"""
    if other.visibility == "para_pihak":
        return same_readers(one, other)
    return other.visibility == "publik" or one.visibility != "publik"


def move(question: Question, into: Question) -> None:
    """Bring answers, comments, flags and invitations of a question to another. It had accepted for itself: that ends."""
    mine = Answer.question_id == question.id
    ended = {"accepted_at": None, "applied_at": None, "applied_note": "", "set_aside": None}
    db.session.execute(update(Answer).where(mine).values(question_id=into.id, **ended))
    db.session.execute(update(Comment).where(Comment.question_id == question.id).values(question_id=into.id))
    on_others = (Flag.question_id == question.id, Flag.subject_kind != "question", Flag.decided_at.is_(None))
    moved = db.session.execute(update(Flag).where(*on_others).values(question_id=into.id)).rowcount
    into.is_flagged = into.is_flagged or bool(moved)
    there = select(Invitation.office_id).where(Invitation.question_id == into.id)
    kept = set(db.session.scalars(there)) | {into.office_id}
    new = (Invitation.question_id == question.id, Invitation.office_id.not_in(kept))
    db.session.execute(update(Invitation).where(*new).values(question_id=into.id))
    db.session.expire_all()
