"""Reading the inbox, and what could not be delivered."""

from sqlalchemy import and_, func, select
from sqlalchemy.orm import joinedload

from kb.core.db import db
from kb.core.events import Delivery
from kb.core.pages import Page, paginate
from kb.core.viewer import Viewer
from kb.notifications.models import Mail, Notice


def unread_count(viewer: Viewer) -> int:
    """How many notices the person has not read."""
    query = select(func.count()).select_from(Notice).where(Notice.user_id == viewer.user_id, Notice.read_at.is_(None))
    return db.session.scalar(query)


def latest(viewer: Viewer, limit: int = 5) -> list[Notice]:
    """The newest notices of a person."""
    return list(db.session.scalars(_of(viewer).limit(limit)))


def inbox(viewer: Viewer) -> Page:
    """One page of a person's notices."""
    return paginate(_of(viewer))


def _of(viewer: Viewer):
    return select(Notice).where(Notice.user_id == viewer.user_id).order_by(Notice.id.desc())


FAILED = and_(Delivery.done_at.is_(None), Delivery.attempts > 0)


def count_failures() -> int:
    """How many deliveries have failed and are not done yet."""
    return db.session.scalar(select(func.count(Delivery.id)).where(FAILED))


def failures() -> Page:
    """Deliveries that failed and are tried again, or were given up; for the admin."""
    query = select(Delivery).where(FAILED).options(joinedload(Delivery.event)).order_by(Delivery.id.desc())
    return paginate(query)


def mails_of(deliveries: list[Delivery]) -> dict[int, Mail]:
    """The mails behind failed mail deliveries, by event id."""
    by_mail = {d.event.subject_id: d.event_id for d in deliveries if d.consumer == "mail"}
    found = db.session.scalars(select(Mail).where(Mail.id.in_(by_mail))) if by_mail else []
    return {by_mail[mail.id]: mail for mail in found}
