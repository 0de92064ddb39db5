"""Reading the inbox, and what could not be delivered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from kb.core.db import db
from kb.core.events import Delivery
from kb.core.pages import Page, paginate
from kb.core.viewer import Viewer
from kb.notifications import subjects
from kb.notifications.models import Mail, Notice


def unread_count(viewer: Viewer) -> int:
    """How many notices the person has not read."""
    query = select(func.count()).select_from(Notice).where(Notice.user_id == viewer.user_id, Notice.read_at.is_(None))
    return db.session.scalar(query)


@dataclass(frozen=True)
class Shown:
    """A notice as its reader may see it: what it is about may have been hidden or closed since (`is_open`)."""

    id: int
    title: str
    detail: str
    created_at: datetime
    read_at: datetime | None
    is_open: bool = True


CLOSED = "Tidak terbuka lagi bagi Anda"


def latest(viewer: Viewer, limit: int = 5) -> list[Shown]:
    """The newest notices of a person."""
    return _shown(db.session.scalars(_of(viewer).limit(limit)).all(), viewer)


def inbox(viewer: Viewer) -> Page:
    """One page of a person's notices."""
    page = paginate(_of(viewer))
    return replace(page, items=_shown(page.items, viewer))


def _of(viewer: Viewer):
    return select(Notice).where(Notice.user_id == viewer.user_id).options(joinedload(Notice.event)).order_by(Notice.id.desc())


def _shown(notices: Sequence[Notice], viewer: Viewer) -> list[Shown]:
    may_see = subjects.sights([notice.event for notice in notices])
    return [
        Shown(notice.id, notice.title, notice.detail, notice.created_at, notice.read_at)
        if may_see[notice.event_id](viewer)
        else Shown(notice.id, CLOSED, "", notice.created_at, notice.read_at, is_open=False)
        for notice in notices
    ]


FAILED = and_(Delivery.done_at.is_(None), Delivery.attempts > 0)


def count_failures() -> int:
    """How many deliveries have failed and are not done yet."""
    return db.session.scalar(select(func.count(Delivery.id)).where(FAILED))


def count_waiting() -> int:
    """How many mails wait without having been tried: for the worker, or for a mail server in trouble."""
    waits = (Delivery.consumer == "mail", Delivery.done_at.is_(None), Delivery.attempts == 0)
    return db.session.scalar(select(func.count(Delivery.id)).where(*waits))


def failures() -> Page:
    """Deliveries that failed and are tried again, or were given up; for the admin."""
    query = select(Delivery).where(FAILED).options(joinedload(Delivery.event)).order_by(Delivery.id.desc())
    return paginate(query)


def mails_of(deliveries: list[Delivery]) -> dict[int, Mail]:
    """The mails behind failed mail deliveries, by event id."""
    by_mail = {d.event.subject_id: d.event_id for d in deliveries if d.consumer == "mail"}
    found = db.session.scalars(select(Mail).where(Mail.id.in_(by_mail))) if by_mail else []
    return {by_mail[mail.id]: mail for mail in found}
