"""Tables of questions and answers, their revisions, comments, votes, invitations and flags."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.accounts.models import User
from kb.core.db import UtcDateTime, db
from kb.core.rendering import RENDERER, Rendered, digest
from kb.offices.models import Office
from kb.questions import regulations

VISIBILITIES = ("publik", "jejaring", "para_pihak")
STATUSES = ("open", "answered", "closed", "merged")
ACCEPTED = db.text("accepted_at IS NOT NULL")


class Question(Rendered, db.Model):
    """A question of an office. `version` is the number of its newest revision; "answered" means that an answer is accepted.

    `about_kind` and `about_id` name a thing of a neighbouring room (article, visit), which no foreign key may reach; `answer_count` and
    `first_answer_at` count the answers that stand, and are kept by the service. `asked_at` starts the waiting; reopening
    moves it, and so does the loss of its last answer.
    """

    __tablename__ = "question"
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    addressed_id: Mapped[int | None] = mapped_column(ForeignKey(Office.id), index=True)
    about_kind: Mapped[str | None] = mapped_column(String(20))
    about_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10), default="open")
    closed_because: Mapped[str] = mapped_column(String(300), default="")
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("question.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)
    answer_count: Mapped[int] = mapped_column(default=0)
    first_answer_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stage: Mapped[int] = mapped_column(default=0)
    is_flagged: Mapped[bool] = mapped_column(default=False)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_because: Mapped[str] = mapped_column(String(300), default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    office: Mapped[Office] = relationship(foreign_keys=office_id)
    addressed: Mapped[Office | None] = relationship(foreign_keys=addressed_id)
    author: Mapped[User | None] = relationship()
    merged_into: Mapped["Question | None"] = relationship(remote_side="Question.id")
    indicator_rows: Mapped[list["QuestionIndicator"]] = relationship(
        cascade="all, delete-orphan", order_by="QuestionIndicator.id", lazy="selectin"
    )
    answers: Mapped[list["Answer"]] = relationship(back_populates="question", order_by="Answer.id")
    __table_args__ = (
        CheckConstraint("visibility IN ('publik', 'jejaring', 'para_pihak')", name="visibility"),
        CheckConstraint("status IN ('open', 'answered', 'closed', 'merged')", name="status"),
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_into"),
        CheckConstraint("merged_into_id <> id", name="not_into_itself"),
        CheckConstraint("visibility <> 'para_pihak' OR addressed_id IS NOT NULL", name="two_parties"),
        CheckConstraint("addressed_id <> office_id", name="not_to_itself"),
        CheckConstraint("(about_kind IS NULL) = (about_id IS NULL)", name="about"),
        Index("ix_question_list", "status", "asked_at"),
    )

    @property
    def indicators(self) -> list[str]:
        """The codes of its indicators."""
        return [row.code for row in self.indicator_rows]


class QuestionIndicator(db.Model):
    """An indicator that a question is about."""

    __tablename__ = "question_indicator"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(Question.id, ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(30), index=True)
    __table_args__ = (UniqueConstraint("question_id", "code"),)


class QuestionRevision(db.Model):
    """One state of a question, kept for good."""

    __tablename__ = "question_revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(Question.id, ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text)
    indicators: Mapped[list] = mapped_column(JSON, default=list)
    visibility: Mapped[str] = mapped_column(String(10))
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[User | None] = relationship()
    __table_args__ = (UniqueConstraint("question_id", "number"),)


class Answer(Rendered, db.Model):
    """An office's answer. It stands unless withdrawn by its office or hidden by a moderator; one standing answer may be accepted.

    `applied_at`: the asking office confirmed that it worked there. `confirmed_at`: its office last said that it still holds.
    `set_aside`: what hiding took from it and its question, brought back when it is shown again. `cited`: names of repealed rules.
    """

    made_by = digest(RENDERER.encode(), *regulations.MADE_OF)

    __tablename__ = "answer"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(Question.id), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    body: Mapped[str] = mapped_column(Text)
    cited: Mapped[list] = mapped_column(JSON, default=list, server_default="[]")
    version: Mapped[int] = mapped_column(default=1)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    applied_note: Mapped[str] = mapped_column(String(300), default="")
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_because: Mapped[str] = mapped_column(String(300), default="")
    set_aside: Mapped[dict | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    question: Mapped[Question] = relationship(back_populates="answers")
    office: Mapped[Office] = relationship()
    author: Mapped[User | None] = relationship()
    __table_args__ = (
        CheckConstraint("accepted_at IS NULL OR (withdrawn_at IS NULL AND hidden_at IS NULL)", name="accepted_stands"),
        Index("one_accepted_answer", "question_id", unique=True, sqlite_where=ACCEPTED, postgresql_where=ACCEPTED),
    )

    @classmethod
    def derived(cls, html: str) -> dict[str, Any]:
        """See above: the repealed rules that it cites too."""
        return super().derived(html) | {"cited": [rule.name for rule in regulations.cited_in(html)]}

    @property
    def repealed(self) -> list[regulations.Repealed]:
        """The repealed rules that it cites."""
        return [rule for rule in regulations.repealed() if rule.name in self.cited]

    @property
    def stands(self) -> bool:
        """Neither withdrawn nor hidden."""
        return self.withdrawn_at is None and self.hidden_at is None

    @property
    def changed_since(self) -> str:
        """What the asking office said of an earlier text than this one: "diterima", "diterapkan", or nothing."""
        if self.applied_at is not None and self.edited_at > self.applied_at:
            return "diterapkan"
        return "diterima" if self.accepted_at is not None and self.edited_at > self.accepted_at else ""


class AnswerRevision(db.Model):
    """One state of an answer, kept for good."""

    __tablename__ = "answer_revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"))
    number: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[User | None] = relationship()
    __table_args__ = (UniqueConstraint("answer_id", "number"),)


class Comment(db.Model):
    """A short text that clarifies a question, or one of its answers. Plain text."""

    __tablename__ = "question_comment"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(Question.id), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(Answer.id), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id))
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    body: Mapped[str] = mapped_column(String(2000))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hidden_because: Mapped[str] = mapped_column(String(300), default="")
    office: Mapped[Office] = relationship()
    author: Mapped[User | None] = relationship()


class Helpful(db.Model):
    """A person of another office found an answer helpful: once."""

    __tablename__ = "answer_helpful"
    id: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(ForeignKey(Answer.id, ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("answer_id", "person_id"),)


class Invitation(db.Model):
    """An office asked to answer, and why it."""

    __tablename__ = "question_invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(Question.id, ondelete="CASCADE"))
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    reason: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    declined_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    office: Mapped[Office] = relationship()
    __table_args__ = (UniqueConstraint("question_id", "office_id"),)


class Flag(db.Model):
    """A reader asks the moderators to look at a question, an answer or a comment (`subject_kind`), with a reason."""

    __tablename__ = "question_flag"
    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey(Question.id, ondelete="CASCADE"), index=True)
    subject_kind: Mapped[str] = mapped_column(String(10))
    subject_id: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey(User.id), index=True)
    reason: Mapped[str] = mapped_column(String(20))
    note: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    question: Mapped[Question] = relationship()
    __table_args__ = (
        CheckConstraint("subject_kind IN ('question', 'answer', 'comment')", name="subject_kind"),
        UniqueConstraint("subject_kind", "subject_id", "person_id"),
        Index("ix_question_flag_open", "decided_at", "created_at"),
    )
