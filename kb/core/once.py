"""A form is carried out once, however often its button is pressed.

Each form that creates something carries a random `once` key. The first request to commit stores where it led; a repetition is sent there
instead of creating a second thing. The primary key decides between two at the same moment.

By the back button the same form may come again with other words. They belong to the thing that its first sending made: `made` tells
which version that was, so that the view can change it, or show both texts when somebody else was there since. Browsers that fetch the page
anew when they go back would get a fresh key; so a form that begins a draft stands at an address with its key (`keyed_address`), and that
address leads on to the draft once there is one (`led_to`).
"""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from flask import current_app, request
from sqlalchemy import String, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import HTTPException

from kb.core import clock
from kb.core.addresses import with_query
from kb.core.db import UtcDateTime, db, only_claimed
from kb.core.viewer import Viewer

# The key of a form in the address of its page.
PARAMETER = "formulir"


class Submission(db.Model):
    """A form that was carried out, the page its sender was led to, and the version of the thing it made, if that has versions."""

    __tablename__ = "submission"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    location: Mapped[str] = mapped_column(String(500), default="")
    version: Mapped[int | None]
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
        return db.session.get(Submission, full_key, with_for_update=True).location  # one repetition after the other
    only_claimed()
    return None


def remember(key: str | None, viewer: Viewer, location: str, version: int | None = None) -> None:
    """Say where this sending leads, and which version of the thing it made; call before the commit."""
    if key:
        submission = db.session.get(Submission, _stored(key, viewer))
        submission.location, submission.version = location, version


def made(key: str | None, viewer: Viewer) -> int:
    """The version that the last sending of this form made; 0 when it made none."""
    submission = db.session.get(Submission, _stored(key, viewer)) if key else None
    return (submission.version if submission else None) or 0


def keyed_address(anew: bool = False) -> str:
    """This page under an address with a key for its form; empty when it has one, unless another one is wanted."""
    if re.fullmatch("[0-9a-f]{32}", request.args.get(PARAMETER, "")) and not anew:
        return ""
    return with_query(request.path, {**request.args.to_dict(flat=False), PARAMETER: new_key()})


def led_to(viewer: Viewer) -> str:
    """Where an earlier sending of the form at this address led; empty while there was none."""
    submission = db.session.get(Submission, _stored(request.args.get(PARAMETER, ""), viewer))
    return submission.location if submission else ""


def place(location: str) -> dict:
    """What the address that an earlier sending led to names, by the names of its rule; empty for none of ours."""
    try:
        return current_app.url_map.bind("").match(urlsplit(location).path)[1]
    except HTTPException:
        return {}


def forget_old(days: int = 7) -> None:
    """Drop keys nobody can send any more."""
    db.session.execute(delete(Submission).where(Submission.at < clock.now() - timedelta(days=days)))
