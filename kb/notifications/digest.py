"""The digest: what a person wanted to hear of daily or weekly, in one mail, at most one a day."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app, render_template
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from kb.accounts.models import User
from kb.core import clock
from kb.core.db import db, let_go, reading
from kb.core.pages import hari
from kb.core.viewer import viewer_of
from kb.notifications import choices, mail, subjects, unsubscribe
from kb.notifications.models import Mail, Notice

# The hour, at the receiver's office, from which the digest of a day may go out; and the day of the weekly one (Monday).
HOUR = 6
WEEKLY_ON = 0
WEEK = timedelta(days=7)
MOST = 40


def write() -> int:
    """Write the digests that are due; returns how many.

    Each person's is made in a transaction that only reads, so that nobody waits to write meanwhile, and written in one, so that a worker
    killed in between tells nothing twice, and one person's trouble is nobody else's.
    """
    waiting = select(Notice.user_id).where(Notice.settled_at.is_(None)).group_by(Notice.user_id).order_by(Notice.user_id)
    users = db.session.scalars(waiting).all()
    db.session.commit()
    return sum(_write_one(user_id) for user_id in users)


def _write_one(user_id: int) -> bool:
    let_go()
    reading()
    made = _make(db.session.get(User, user_id, options=[joinedload(User.office)]))
    let_go()
    try:
        written = _settle(made.due) and bool(made.told) and _queue(made)
        db.session.commit()
    except IntegrityError:  # another worker wrote it at this moment
        db.session.rollback()
        return False
    return written


@dataclass(frozen=True)
class Made:
    """What is settled for a person (`due`, with its words), which of it a mail tells (`told`), and the mail."""

    due: dict[int, tuple[str, str]] = field(default_factory=dict)
    told: list[int] = field(default_factory=list)
    mail: dict[str, Any] = field(default_factory=dict)


def _make(user: User) -> Made:
    now = clock.now().astimezone(ZoneInfo(user.office.timezone))
    notices = _waiting(user)
    if not user.active or user.is_removed:
        return Made(_words(notices))
    due = _due(user, notices, now)
    key = f"digest:{user.id}:{now.date()}"
    if not due or now.hour < HOUR or mail.is_queued(key):  # what comes after today's digest waits for tomorrow's
        return Made()
    told = _readable(user, [notice for notice in due if notice.read_at is None])
    return Made(_words(due), [notice.id for notice in told], _mail(key, user, told, now) if told else {})


def _words(notices: Iterable[Notice]) -> dict[int, tuple[str, str]]:
    return {notice.id: (notice.title, notice.detail) for notice in notices}


def review(written: Mail) -> None:
    """Before a digest goes out: what its receiver may not see any more is left out; nothing left, nothing sent."""
    told, user = _told_by(written), db.session.get(User, written.user_id)
    readable = _readable(user, told) if user.active and not user.is_removed else []
    if not readable:
        mail.drop(written)
    elif len(readable) < len(told):
        _write_again(written, user, readable)


def rewrite(written: Mail) -> None:
    """The same digest with the notices as they read now."""
    _write_again(written, db.session.get(User, written.user_id), _told_by(written))


def _write_again(written: Mail, user: User, notices: list[Notice]) -> None:
    now = written.created_at.astimezone(ZoneInfo(user.office.timezone))
    written.subject, written.text, written.html = _subject(notices), *_texts(user, notices, now)


def _told_by(written: Mail) -> list[Notice]:
    """The notices in a digest."""
    query = select(Notice).where(Notice.mail_id == written.id).options(joinedload(Notice.event)).order_by(Notice.id)
    return list(db.session.scalars(query))


def _readable(user: User, notices: list[Notice]) -> list[Notice]:
    viewer, may_see = viewer_of(user), subjects.sights([notice.event for notice in notices])
    return [notice for notice in notices if may_see[notice.event_id](viewer)]


def _waiting(user: User) -> list[Notice]:
    query = select(Notice).where(Notice.user_id == user.id, Notice.settled_at.is_(None))
    return list(db.session.scalars(query.options(joinedload(Notice.event)).order_by(Notice.id)))


def _due(user: User, notices: list[Notice], now: datetime) -> list[Notice]:
    """Weekly matters wait for Monday, or for a week when Monday was missed."""
    rhythms = choices.of(user.id)
    week_is_up = now.weekday() == WEEKLY_ON or any(clock.now() - notice.created_at >= WEEK for notice in notices)
    return [notice for notice in notices if rhythms.get(notice.kind) != "weekly" or week_is_up]


def _settle(due: dict[int, tuple[str, str]]) -> bool:
    """False when some of it was settled, forgotten or redacted meanwhile: then all of it is looked at anew in the next round."""
    if not due:
        return False
    open_ones = (Notice.id.in_(list(due)), Notice.settled_at.is_(None))
    if _words(db.session.scalars(select(Notice).where(*open_ones).with_for_update())) != due:
        return False
    db.session.execute(update(Notice).where(*open_ones).values(settled_at=clock.now()))
    return True


def _mail(key: str, user: User, notices: list[Notice], now: datetime) -> dict[str, Any]:
    text, html = _texts(user, notices, now)
    of = {"user_id": user.id, "kind": choices.DIGEST}
    return of | {"key": key, "to_address": user.email, "subject": _subject(notices), "text": text, "html": html}


def _queue(made: Made) -> bool:
    mail.queue(**made.mail)
    written = select(Mail.id).where(Mail.key == made.mail["key"]).scalar_subquery()
    db.session.execute(update(Notice).where(Notice.id.in_(made.told)).values(mail_id=written))
    return True


def _subject(notices: list[Notice]) -> str:
    return f"Ringkasan Berguru: {len(notices)} hal baru"


def _texts(user: User, notices: list[Notice], now: datetime) -> tuple[str, str]:
    """The digest as plain text and as HTML."""
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
    return render_template("mail/digest.txt", **values), render_template("mail/digest.html", **values)


def _heading(kind: str) -> str:
    return choices.KINDS[kind].label if kind in choices.KINDS else "Akun"
