"""Tables of openness, visits and the slots they hold."""

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.accounts.models import User
from kb.core.db import UtcDateTime, db
from kb.core.files import StoredFile
from kb.offices.models import Office
from kb.visits.workflow import STATUSES


class Openness(db.Model):
    """When and for whom an office is open. Without a row the defaults of `openness.DEFAULT` hold."""

    __tablename__ = "openness"
    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey(Office.id), unique=True)
    notice_days: Mapped[int]
    ahead_days: Mapped[int]
    largest_delegation: Mapped[int]
    place: Mapped[str] = mapped_column(String(300), default="")
    bring: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    sessions: Mapped[list["OpenSession"]] = relationship(
        cascade="all, delete-orphan", order_by="OpenSession.weekday, OpenSession.starts", lazy="selectin"
    )


class OpenSession(db.Model):
    """A session on a weekday (0 is Monday), in the host's own time."""

    __tablename__ = "open_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    openness_id: Mapped[int] = mapped_column(ForeignKey(Openness.id, ondelete="CASCADE"))
    weekday: Mapped[int]
    starts: Mapped[time]
    ends: Mapped[time]
    __table_args__ = (UniqueConstraint("openness_id", "weekday", "starts"), CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"))


class ClosedPeriod(db.Model):
    """Days on which a host receives nobody, with the reason that is shown."""

    __tablename__ = "closed_period"
    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    from_on: Mapped[date]
    until_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(100))


class Visit(db.Model):
    """A visit from its draft to its end. `day` and `session` ("09:00") are in the host's time."""

    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str | None] = mapped_column(String(20), unique=True)
    host_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    status: Mapped[str] = mapped_column(String(12), default="draft")
    mode: Mapped[str] = mapped_column(String(12))
    day: Mapped[date]
    session: Mapped[str] = mapped_column(String(5))
    session_ends: Mapped[str] = mapped_column(String(5))
    purpose: Mapped[str] = mapped_column(Text)
    questions: Mapped[str] = mapped_column(Text)
    head_name: Mapped[str] = mapped_column(String(120))
    head_position: Mapped[str] = mapped_column(String(120))
    delegation_size: Mapped[int]
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_phone: Mapped[str] = mapped_column(String(40))
    contact_email: Mapped[str] = mapped_column(String(200))
    letter_number: Mapped[str | None] = mapped_column(String(80))
    letter_on: Mapped[date | None]
    letter_file_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    host_opens: Mapped[bool] = mapped_column(default=True)
    guest_opens: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    host: Mapped[Office] = relationship(foreign_keys=host_id)
    guest: Mapped[Office] = relationship(foreign_keys=guest_id)
    requested_by: Mapped[User | None] = relationship()
    letter_file: Mapped[StoredFile | None] = relationship()
    indicator_rows: Mapped[list["VisitIndicator"]] = relationship(
        cascade="all, delete-orphan", order_by="VisitIndicator.id", lazy="selectin"
    )
    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(repr(name) for name in STATUSES)})", name="status"),
        CheckConstraint("host_id <> guest_id", name="two_offices"),
        Index("ix_visit_slot_wish", "host_id", "day", "session"),
    )

    @property
    def indicators(self) -> list[str]:
        """The codes of its topics."""
        return [row.code for row in self.indicator_rows]

    @property
    def question_list(self) -> list[str]:
        """The questions, one each."""
        return [line.strip() for line in self.questions.splitlines() if line.strip()]

    @property
    def is_public(self) -> bool:
        """Both sides leave office, topic and day open to everybody."""
        return self.host_opens and self.guest_opens

    @property
    def status_label(self) -> str:
        return STATUSES[self.status].label

    @property
    def status_kind(self) -> str:
        return STATUSES[self.status].kind


class VisitIndicator(db.Model):
    """A topic of a visit."""

    __tablename__ = "visit_indicator"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(30), index=True)
    __table_args__ = (UniqueConstraint("visit_id", "code"),)


class VisitSlot(db.Model):
    """A session of a host that a visit occupies: the unique constraint decides who was first."""

    __tablename__ = "visit_slot"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"), index=True)
    host_id: Mapped[int] = mapped_column(ForeignKey(Office.id))
    day: Mapped[date]
    session: Mapped[str] = mapped_column(String(5))
    __table_args__ = (UniqueConstraint("host_id", "day", "session", name="one_visit_per_slot"),)


class VisitCounter(db.Model):
    """The last reference number given in a year."""

    __tablename__ = "visit_counter"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
