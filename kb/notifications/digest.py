"""The digest: what a person wanted to hear of daily or weekly, in one mail, at most one a day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from flask import current_app, render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kb.accounts.models import User
from kb.core import clock
from kb.core.db import db
from kb.core.events import Event
from kb.core.pages import hari
from kb.core.viewer import Viewer, viewer_of
from kb.notifications import choices, mail, subjects, unsubscribe
from kb.notifications.models import Notice

# The hour, at the receiver's office, from which the digest of a day may go out; and the day of the weekly one (Monday).
HOUR = 6
WEEKLY_ON = 0
WEEK = timedelta(days=7)
MOST = 40
BATCH = 100


def write() -> int:
    """Write the digests that are due; returns how many. Each person's is one transaction: a kill in between tells nothing twice."""
    waiting = select(Notice.user_id).where(Notice.settled_at.is_(None)).group_by(Notice.user_id).order_by(Notice.user_id)
    users = db.session.scalars(waiting).all()
    return sum(_write_some(users[start : start + BATCH]) for start in range(0, len(users), BATCH))


def _write_some(user_ids: list[int]) -> int:
    sights: dict[int, Callable[[Viewer], bool]] = {}
    written = 0
    people = db.session.scalars(select(User).where(User.id.in_(user_ids)).options(joinedload(User.office))).all()
    for user in people:
        written += _write_one(user, sights)
    db.session.commit()
    return written


def _write_one(user: User, sights: dict) -> bool:
    now = clock.now().astimezone(ZoneInfo(user.office.timezone))
    notices = _waiting(user)
    if not user.active or user.is_removed:
        return _settle(notices)
    due = _due(user, notices, now)
    key = f"digest:{user.id}:{now.date()}"
    if not due or now.hour < HOUR or mail.is_queued(key):  # what comes after today's digest waits for tomorrow's
        return False
    told = [notice for notice in due if notice.read_at is None and _may_see(user, notice.event, sights)]
    _settle(due)
    return bool(told) and _queue(key, user, told, now)


def _waiting(user: User) -> list[Notice]:
    query = select(Notice).where(Notice.user_id == user.id, Notice.settled_at.is_(None))
    return list(db.session.scalars(query.options(joinedload(Notice.event)).order_by(Notice.id)))


def _due(user: User, notices: list[Notice], now: datetime) -> list[Notice]:
    """Weekly matters wait for Monday, or for a week when Monday was missed."""
    rhythms = choices.of(user.id)
    week_is_up = now.weekday() == WEEKLY_ON or any(clock.now() - notice.created_at >= WEEK for notice in notices)
    return [notice for notice in notices if rhythms.get(notice.kind) != "weekly" or week_is_up]


def _may_see(user: User, event: Event, sights: dict) -> bool:
    if event.id not in sights:
        sights[event.id] = subjects.sight(event)
    return sights[event.id](viewer_of(user))


def _settle(notices: list[Notice]) -> bool:
    for notice in notices:
        notice.settled_at = clock.now()
    return False


def _queue(key: str, user: User, notices: list[Notice], now: datetime) -> bool:
    order = [*choices.KINDS, choices.ACCOUNT]
    shown = sorted(notices[:MOST], key=lambda notice: order.index(notice.kind))
    values = {
        "user": user,
        "day": hari(now.date()),
        "count": len(notices),
        "more": len(notices) - len(shown),
        "groups": [(_heading(kind), list(rows)) for kind, rows in groupby(shown, key=lambda notice: notice.kind)],
        "base": current_app.config["BASE_URL"],
        "stop": unsubscribe.link(user.id, choices.DIGEST),
    }
    return mail.queue(
        key,
        user.email,
        f"Ringkasan Berguru: {len(notices)} hal baru",
        render_template("mail/digest.txt", **values),
        html=render_template("mail/digest.html", **values),
        user_id=user.id,
        kind=choices.DIGEST,
    )


def _heading(kind: str) -> str:
    return choices.KINDS[kind].label if kind in choices.KINDS else "Akun"
