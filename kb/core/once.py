"""A form is carried out once, however often its button is pressed.

Each form that creates something carries a random `once` key. The first request to commit stores where it led; a repetition is sent there
instead of creating a second thing. The primary key decides between two at the same moment.
"""

import re
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import String, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from kb.core import clock
from kb.core.db import UtcDateTime, db
from kb.core.viewer import Viewer


class Submission(db.Model):
    """A form that was carried out, and the page its sender was led to."""

    __tablename__ = "submission"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)


def new_key() -> str:
    """A key for a fresh form."""
    return uuid4().hex


def _stored(key: str, viewer: Viewer) -> str:
    """The key as it is stored: of this person, and only what a key of ours is made of, whatever was sent."""
    return f"{viewer.user_id or 0}:{re.sub(r'[^0-9A-Za-z-]', '', key)[:40]}"


def replay(key: str | None, viewer: Viewer) -> str | None:
    """Where an earlier sending of this very form led; None when this is the first, which then holds the key until commit."""
    if not key:
        return None
    full_key = _stored(key, viewer)
    earlier = db.session.get(Submission, full_key, with_for_update=True)
    if earlier is not None:
        return earlier.location
    db.session.add(Submission(key=full_key, location="", at=clock.now()))
    try:
        db.session.flush()
    except IntegrityError:  # the same moment, another process: by now it has committed
        db.session.rollback()
        return db.session.get(Submission, full_key).location
    return None


def remember(key: str | None, viewer: Viewer, location: str) -> None:
    """Say where this sending leads; call before the commit."""
    if key:
        db.session.get(Submission, _stored(key, viewer)).location = location


def forget_old(days: int = 7) -> None:
    """Drop keys nobody can send any more."""
    db.session.execute(delete(Submission).where(Submission.at < clock.now() - timedelta(days=days)))
