"""Tables of notes, their indicators, revisions and follow-ups."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.accounts.models import User
from kb.core.db import UtcDateTime, db
from kb.core.numbers import never_again
from kb.core.rendering import Rendered
from kb.offices.models import Office
from kb.visits.models import Visit

# From the fewest readers to the most.
VISIBILITIES = ("para_pihak", "jejaring", "publik")


@never_again
class Note(Rendered, db.Model):
    """A note of a consultation between two offices. `held_precision` says whether `held_on` is a day or only its month.

    `import_key` names its content file, `imported_version` is the revision that the file made last.
    """

    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    host_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey(Visit.id), index=True)
    import_key: Mapped[str] = mapped_column(String(120), unique=True)
    imported_version: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(400))
    body: Mapped[str] = mapped_column(Text)
    toc: Mapped[list] = mapped_column(JSON, default=list)
    source: Mapped[str] = mapped_column(String(1000), default="")
    mode: Mapped[str] = mapped_column(String(12), default="berkunjung")
    held_on: Mapped[date]
    held_precision: Mapped[str] = mapped_column(String(6), default="day")
    visibility: Mapped[str] = mapped_column(String(12))
    status: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_on: Mapped[date | None]
    office: Mapped[Office] = relationship(foreign_keys=office_id)
    host: Mapped[Office] = relationship(foreign_keys=host_id)
    guest: Mapped[Office] = relationship(foreign_keys=guest_id)
    author: Mapped[User | None] = relationship()
    visit: Mapped[Visit | None] = relationship()
    indicator_rows: Mapped[list["NoteIndicator"]] = relationship(cascade="all, delete-orphan", order_by="NoteIndicator.id", lazy="selectin")
    follow_ups: Mapped[list["NoteFollowUp"]] = relationship(cascade="all, delete-orphan", order_by="NoteFollowUp.id", back_populates="note")
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published')", name="status"),
        CheckConstraint("visibility IN ('para_pihak', 'jejaring', 'publik')", name="visibility"),
        CheckConstraint("held_precision IN ('day', 'month')", name="held_precision"),
        Index("ix_note_list", "status", "held_on"),
    )

    @property
    def indicators(self) -> list[str]:
        """The codes of its topics."""
        return [row.code for row in self.indicator_rows]

    @property
    def held_pattern(self) -> str:
        """How its day is written: with the day only where it is known."""
        return "MMMM y" if self.held_precision == "month" else "d MMMM y"


class NoteIndicator(db.Model):
    """A topic of a note."""

    __tablename__ = "note_indicator"
    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey(Note.id, ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(30), index=True)
    __table_args__ = (UniqueConstraint("note_id", "code"),)


class NoteRevision(db.Model):
    """One state of a note, kept for good."""

    __tablename__ = "note_revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey(Note.id, ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(400))
    body: Mapped[str] = mapped_column(Text)
    visibility: Mapped[str] = mapped_column(String(12))
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[User | None] = relationship()
    __table_args__ = (UniqueConstraint("note_id", "number"),)


class NoteFollowUp(db.Model):
    """Something the two offices agreed to do: by which of them, until when, and when it was done."""

    __tablename__ = "note_follow_up"
    id: Mapped[int] = mapped_column(primary_key=True)
    note_id: Mapped[int] = mapped_column(ForeignKey(Note.id, ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(String(300))
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    due_on: Mapped[date]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    office: Mapped[Office] = relationship()
    note: Mapped[Note] = relationship(back_populates="follow_ups")
