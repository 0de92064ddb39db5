"""Tables of people and of the three ways in: invitation, request of a first manager, sign-in (which is throttled)."""

from datetime import datetime
from uuid import uuid4

from flask_security import UserMixin
from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.core import clock
from kb.core.db import UtcDateTime, db
from kb.core.files import StoredFile
from kb.offices.models import Office

ROLES = ("member", "manager", "admin")
ROLE_NAMES = {"member": "Anggota", "manager": "Pengelola", "admin": "Admin Berguru"}

# What stands in place of a removed person's address. `.invalid` can never receive mail (RFC 2606).
REMOVED_DOMAIN = "dihapus.invalid"


class User(UserMixin, db.Model):
    """A person. A removed person keeps the row and the name, so that what they wrote keeps its author."""

    __tablename__ = "person"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str] = mapped_column(String(160), default="")
    nip: Mapped[str | None] = mapped_column(String(18))
    phone: Mapped[str | None] = mapped_column(String(20))
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    role: Mapped[str] = mapped_column(String(10), default="member")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    # The identity inside session cookies; changing it signs the person out everywhere.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid4().hex)
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_phone_number: Mapped[str | None] = mapped_column(String(20))  # asked for by Flask-Security, never filled
    tf_last_counter: Mapped[int | None]  # the newest code used, so that none is used twice
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON), default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: clock.now())
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Who does this person's work from now on; what they wrote stays under their own name.
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    office: Mapped[Office] = relationship()
    successor: Mapped["User | None"] = relationship(remote_side="User.id")
    __table_args__ = (
        CheckConstraint("role IN ('member', 'manager', 'admin')", name="role"),
        CheckConstraint("email = lower(email)", name="email_lower"),
    )

    @property
    def roles(self) -> list:
        """Flask-Security's own role objects: none, since policies look at `role`."""
        return []

    @property
    def role_name(self) -> str:
        """The role as the screen calls it."""
        return ROLE_NAMES[self.role]

    @property
    def is_removed(self) -> bool:
        return self.removed_at is not None

    @property
    def has_two_step(self) -> bool:
        """Does signing in ask for a code after the password?"""
        return self.tf_primary_method is not None


class Invitation(db.Model):
    """A manager's (or admin's) word that the owner of an e-mail address may join an office.

    The link is signed over id and nonce (see `queries.invitation_link`), so the table alone opens nothing.
    """

    __tablename__ = "invitation"
    id: Mapped[int] = mapped_column(primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(10))
    nonce: Mapped[str] = mapped_column(String(32), default=lambda: uuid4().hex)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: clock.now())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    office: Mapped[Office] = relationship()
    invited_by: Mapped[User] = relationship()
    __table_args__ = (
        CheckConstraint("role IN ('member', 'manager')", name="role"),
        Index(
            "uq_invitation_open",
            "office_id",
            "email",
            unique=True,
            sqlite_where=text("used_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=text("used_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    def state(self, now: datetime) -> str:
        """open, used, withdrawn or expired."""
        if self.used_at is not None:
            return "used"
        if self.withdrawn_at is not None:
            return "withdrawn"
        return "expired" if self.expires_at <= now else "open"


class JoinRequest(db.Model):
    """Somebody asks to be the first manager of an office; an admin admits or declines."""

    __tablename__ = "join_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    name: Mapped[str] = mapped_column(String(120))
    position: Mapped[str] = mapped_column(String(160))
    nip: Mapped[str | None] = mapped_column(String(18))
    email: Mapped[str] = mapped_column(String(254))
    message: Mapped[str] = mapped_column(Text, default="")
    letter_id: Mapped[int | None] = mapped_column(ForeignKey(StoredFile.id))
    status: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=lambda: clock.now())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))  # the manager it became
    office: Mapped[Office] = relationship()
    letter: Mapped[StoredFile | None] = relationship()
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'admitted', 'declined')", name="status"),
        Index(
            "uq_join_request_waiting",
            "office_id",
            "email",
            unique=True,
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )


class ResetRequest(db.Model):
    """An address that somebody typed to get a new password, known here or not. The worker looks, and deletes the row."""

    __tablename__ = "reset_request"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))


class Attempt(db.Model):
    """How often something throttled was tried in the current window. `key` is a keyed hash: no address is stored."""

    __tablename__ = "attempt"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    resets_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
