"""Tables of openness, visits, what belongs to a visit, and the slots visits hold."""

from datetime import date, datetime, time

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.accounts.models import User
from kb.core.db import UtcDateTime, db
from kb.core.files import StoredFile
from kb.core.numbers import never_again
from kb.core.pages import hari
from kb.offices.models import Office
from kb.visits.workflow import STATUSES


class Openness(db.Model):
    """When and for whom an office is open, as it has said itself; without a row it receives nobody. `visits_per_month` None is no limit."""

    __tablename__ = "openness"
    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int] = mapped_column(ForeignKey(Office.id), unique=True)
    notice_days: Mapped[int]
    ahead_days: Mapped[int]
    largest_delegation: Mapped[int]
    visits_per_session: Mapped[int] = mapped_column(default=1, server_default="1")
    visits_per_month: Mapped[int | None]
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


@never_again
class Visit(db.Model):
    """A visit from its draft to its end. Days and sessions ("09:00") are in the host's time.

    `day`, `session` and `session_ends` repeat the first of `sessions`, so that lists need no second table. `sequence` rises with each
    change other calendars must follow (RFC 5545). `joint_with` is the visit whose slot this one shares; their sessions are the same.
    `version` rises with each step and change, so that nobody agrees to what they have not seen. `noted_at`: notes of it were published.

    A draft may lack any answer: then it has no day, its texts are empty, and `delegation_size` is 0. `article_ids` are articles the guest
    has read; the room of articles is a neighbour, so there is no foreign key.
    """

    __tablename__ = "visit"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str | None] = mapped_column(String(20), unique=True)
    host_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    guest_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    status: Mapped[str] = mapped_column(String(12), default="draft")
    mode: Mapped[str] = mapped_column(String(12))
    day: Mapped[date | None]
    session: Mapped[str] = mapped_column(String(5))
    session_ends: Mapped[str] = mapped_column(String(5))
    purpose: Mapped[str] = mapped_column(Text)
    questions: Mapped[str] = mapped_column(Text)
    already_read: Mapped[str] = mapped_column(Text, default="", server_default="")
    article_ids: Mapped[list[int]] = mapped_column(JSON, default=list, server_default="[]")
    head_name: Mapped[str] = mapped_column(String(120))
    head_position: Mapped[str] = mapped_column(String(120))
    delegation_size: Mapped[int]
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_phone: Mapped[str] = mapped_column(String(40))
    contact_email: Mapped[str] = mapped_column(String(200))
    meeting_link: Mapped[str] = mapped_column(String(300), default="", server_default="")
    room: Mapped[str] = mapped_column(String(200), default="", server_default="")
    wants_joint: Mapped[bool] = mapped_column(default=False, server_default=db.text("false"))
    joint_with_id: Mapped[int | None] = mapped_column(ForeignKey("visit.id"), index=True)
    options_until: Mapped[date | None]
    host_opens: Mapped[bool] = mapped_column(default=True)
    guest_opens: Mapped[bool] = mapped_column(default=True)
    reason: Mapped[str] = mapped_column(String(500), default="")
    sequence: Mapped[int] = mapped_column(default=0, server_default="0")
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    attended: Mapped[int | None]
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    host: Mapped[Office] = relationship(foreign_keys=host_id)
    guest: Mapped[Office] = relationship(foreign_keys=guest_id)
    requested_by: Mapped[User | None] = relationship()
    joint_with: Mapped["Visit | None"] = relationship(remote_side=id)
    openness: Mapped[Openness | None] = relationship(primaryjoin=lambda: Openness.host_id == db.foreign(Visit.host_id), viewonly=True)
    indicator_rows: Mapped[list["VisitIndicator"]] = relationship(
        cascade="all, delete-orphan", order_by="VisitIndicator.id", lazy="selectin"
    )
    sessions: Mapped[list["VisitSession"]] = relationship(
        cascade="all, delete-orphan", order_by="VisitSession.day, VisitSession.session", lazy="selectin"
    )
    options: Mapped[list["VisitOption"]] = relationship(cascade="all, delete-orphan", order_by="VisitOption.id")
    members: Mapped[list["VisitMember"]] = relationship(cascade="all, delete-orphan", order_by="VisitMember.position")
    agenda: Mapped[list["AgendaItem"]] = relationship(cascade="all, delete-orphan", order_by="AgendaItem.day, AgendaItem.starts")
    letters: Mapped[list["VisitLetter"]] = relationship(cascade="all, delete-orphan", order_by="VisitLetter.id")
    photos: Mapped[list["VisitPhoto"]] = relationship(cascade="all, delete-orphan", order_by="VisitPhoto.id")
    surveys: Mapped[list["VisitSurvey"]] = relationship(cascade="all, delete-orphan", order_by="VisitSurvey.id")
    sent_entries: Mapped[list["SentEntry"]] = relationship(cascade="all, delete-orphan", order_by="SentEntry.number")
    __table_args__ = (
        CheckConstraint(f"status IN ({', '.join(repr(name) for name in STATUSES)})", name="status"),
        CheckConstraint("host_id <> guest_id", name="two_offices"),
        CheckConstraint("status = 'draft' OR day IS NOT NULL", name="day_unless_draft"),
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
    def days(self) -> list[date]:
        """The days of its sessions."""
        return sorted({row.day for row in self.sessions})

    @property
    def last_day(self) -> date | None:
        """The day after which it can be reported; only a draft may have none."""
        return max((row.day for row in self.sessions), default=self.day)

    @property
    def times(self) -> list[str]:
        """Its sessions in words, with the host's time zone."""
        return [
            f"{hari(row.day)}, pukul {row.session.replace(':', '.')}–{row.ends.replace(':', '.')} {self.host.zone}".rstrip()
            for row in self.sessions
        ]

    @property
    def place(self) -> str:
        """Where one has to be: the link of an online visit; else the room, or the host's usual place or address. Empty while unknown."""
        if self.mode == "daring":
            return self.meeting_link
        return self.room or (self.openness.place if self.openness else "") or self.host.address or ""

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

    def letter(self, kind: str, turn: int = 1) -> "VisitLetter | None":
        """The first or a later letter of that kind, if anything is known of it."""
        return next((letter for letter in self.letters if (letter.kind, letter.turn) == (kind, turn)), None)

    def letters_of(self, kind: str) -> list["VisitLetter"]:
        """The letters of that kind, the first first."""
        return sorted((letter for letter in self.letters if letter.kind == kind), key=lambda letter: letter.turn)


class VisitIndicator(db.Model):
    """A topic of a visit."""

    __tablename__ = "visit_indicator"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(30), index=True)
    __table_args__ = (UniqueConstraint("visit_id", "code"),)


class VisitSession(db.Model):
    """A session the visit asks for, or takes."""

    __tablename__ = "visit_session"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"))
    day: Mapped[date]
    session: Mapped[str] = mapped_column(String(5))
    ends: Mapped[str] = mapped_column(String(5))
    __table_args__ = (UniqueConstraint("visit_id", "day", "session"), Index("ix_visit_session_when", "day", "session"))


class VisitOption(db.Model):
    """A session of a schedule the host proposes instead; rows of one `number` belong together."""

    __tablename__ = "visit_option"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"), index=True)
    number: Mapped[int]
    day: Mapped[date]
    session: Mapped[str] = mapped_column(String(5))
    ends: Mapped[str] = mapped_column(String(5))
    __table_args__ = (UniqueConstraint("visit_id", "number", "day", "session"),)


class VisitSlot(db.Model):
    """A seat in a session of a host that a visit occupies: the unique constraint decides who was first."""

    __tablename__ = "visit_slot"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"), index=True)
    host_id: Mapped[int] = mapped_column(ForeignKey(Office.id))
    day: Mapped[date]
    session: Mapped[str] = mapped_column(String(5))
    seat: Mapped[int] = mapped_column(default=1, server_default="1")
    __table_args__ = (UniqueConstraint("host_id", "day", "session", "seat", name="one_visit_per_seat"),)


class VisitMember(db.Model):
    """Somebody of the delegation, or of the host's receiving side. Personal data: removed after the retention period."""

    __tablename__ = "visit_member"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"), index=True)
    side: Mapped[str] = mapped_column(String(5))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(120), default="")
    nip: Mapped[str] = mapped_column(String(30), default="")
    kind: Mapped[str] = mapped_column(String(20), default="")
    present_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    __table_args__ = (CheckConstraint("side IN ('guest', 'host')", name="side"),)


class AgendaItem(db.Model):
    """A line of the agenda, in the host's time."""

    __tablename__ = "agenda_item"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"), index=True)
    day: Mapped[date]
    starts: Mapped[str] = mapped_column(String(5))
    ends: Mapped[str] = mapped_column(String(5))
    title: Mapped[str] = mapped_column(String(200))
    speaker: Mapped[str] = mapped_column(String(200), default="")
    room: Mapped[str] = mapped_column(String(120), default="")


class VisitLetter(db.Model):
    """What a letter needs besides the data of the visit, and the signed PDF that may stand in its place. Kinds: letters.KINDS.

    `turn` counts the letters of a kind: each new proposal is a letter of its own. `facts` is what the letter says of the visit and may no
    longer change (correspondence.py); what is missing there is still read from the visit.
    """

    __tablename__ = "visit_letter"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    turn: Mapped[int] = mapped_column(default=1, server_default="1")
    facts: Mapped[dict] = mapped_column(JSON, default=dict, server_default="{}")
    number: Mapped[str] = mapped_column(String(80), default="")
    dated_on: Mapped[date | None]
    nature: Mapped[str] = mapped_column(String(40), default="Biasa")
    attachment: Mapped[str] = mapped_column(String(80), default="-")
    place: Mapped[str] = mapped_column(String(80), default="")
    copies: Mapped[str] = mapped_column(Text, default="")
    signer_name: Mapped[str] = mapped_column(String(120), default="")
    signer_position: Mapped[str] = mapped_column(String(160), default="")
    signer_rank: Mapped[str] = mapped_column(String(80), default="")
    signer_nip: Mapped[str] = mapped_column(String(30), default="")
    receiver: Mapped[str] = mapped_column(String(200), default="", server_default="")
    contact: Mapped[str] = mapped_column(String(160), default="", server_default="")
    addressee: Mapped[str] = mapped_column(String(200), default="", server_default="")
    assignment: Mapped[str] = mapped_column(String(160), default="", server_default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    file: Mapped[StoredFile | None] = relationship()
    __table_args__ = (UniqueConstraint("visit_id", "kind", "turn"),)

    @property
    def is_sent(self) -> bool:
        """It has its number, or was signed: nothing it says may change any more."""
        return bool(self.number or self.file_id or self.file)


class VisitPhoto(db.Model):
    """A picture of the day, for both offices and the report."""

    __tablename__ = "visit_photo"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey(StoredFile.id))
    caption: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    file: Mapped[StoredFile] = relationship()


class VisitSurvey(db.Model):
    """Three answers of a side after the day, each 1 (not at all) to 5 (entirely)."""

    __tablename__ = "visit_survey"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"))
    side: Mapped[str] = mapped_column(String(5))
    answered: Mapped[int]
    prepared: Mapped[int]
    applicable: Mapped[int]
    comment: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("visit_id", "side"),)


class VisitReminder(db.Model):
    """A reminder that was sent, so that none is sent twice for the same day."""

    __tablename__ = "visit_reminder"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]
    __table_args__ = (UniqueConstraint("visit_id", "kind", "day"),)


class SentEntry(db.Model):
    """What calendars were last sent of a day of a visit, so that a day that moves is sent again and one that vanishes is cancelled.

    `number` names the entry: the first day of the visit is 1. A row stays when its entry is cancelled; the day may come back.
    """

    __tablename__ = "sent_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey(Visit.id, ondelete="CASCADE"))
    number: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[str] = mapped_column(String(300))
    sequence: Mapped[int]
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    __table_args__ = (UniqueConstraint("visit_id", "number"),)


class CalendarFeed(db.Model):
    """The private address of a calendar: a person's, or an office's. Who knows the token reads the calendar, nothing else."""

    __tablename__ = "calendar_feed"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), unique=True)
    office_id: Mapped[int | None] = mapped_column(ForeignKey(Office.id), unique=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (CheckConstraint("(user_id IS NULL) <> (office_id IS NULL)", name="one_owner"),)


class VisitCounter(db.Model):
    """The last reference number given in a year."""

    __tablename__ = "visit_counter"
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]
