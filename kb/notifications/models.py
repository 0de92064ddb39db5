"""Tables of notices, of what people want to be told and how, and of outgoing mails."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.accounts.models import User
from kb.core.db import UtcDateTime, db
from kb.core.events import Event


class Notice(db.Model):
    """Something a person is told in the inbox; at most once per event. `settled_at` is set once no mail needs to tell of it any more.

    `mail_id` is the digest that told it, so that the digest can be found when its text has to go.
    """

    __tablename__ = "notice"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id, ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(300))
    detail: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    mail_id: Mapped[int | None] = mapped_column(ForeignKey("mail.id", ondelete="SET NULL"), index=True)
    event: Mapped[Event] = relationship()
    __table_args__ = (
        UniqueConstraint("user_id", "event_id"),
        Index("ix_notice_unread", "user_id", "read_at"),
        Index("ix_notice_unsettled", "user_id", sqlite_where=text("settled_at IS NULL"), postgresql_where=text("settled_at IS NULL")),
    )


class MailChoice(db.Model):
    """How a person wants mails of one kind; without a row the default of `choices.KINDS` holds.

    `former` and `stopped_by` are set while a link in a mail holds the kind back: the rhythm before, and the link's kind.
    """

    __tablename__ = "mail_choice"
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    rhythm: Mapped[str] = mapped_column(String(10))
    former: Mapped[str | None] = mapped_column(String(10))
    stopped_by: Mapped[str | None] = mapped_column(String(20))
    __table_args__ = (CheckConstraint("rhythm IN ('now', 'daily', 'weekly', 'none')", name="rhythm"),)


class Follow(db.Model):
    """A person follows something; `subject` names it as `follows.py` writes it, for example `article:7` or `indicator:spbe-2020/12`."""

    __tablename__ = "follow"
    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(40), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (UniqueConstraint("user_id", "subject"),)


class Mail(db.Model):
    """An outgoing mail. `key` keeps it from being written twice; `text` is wiped after sending when it holds a secret link.

    `user_id` and `kind` are set when the receiver may unsubscribe from its kind. `calendar` is an iCalendar invitation or cancellation.
    `dropped_at`: it was not sent, because its receiver may not read it any more.
    """

    __tablename__ = "mail"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    to_address: Mapped[str] = mapped_column(String(254))
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"))
    kind: Mapped[str | None] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    calendar: Mapped[str | None] = mapped_column(Text)
    is_secret: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
