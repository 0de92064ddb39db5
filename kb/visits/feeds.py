"""The private address of a calendar: a person's or an office's. Who knows it reads the agreed visits, nothing else."""

import secrets

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from kb.accounts.models import User
from kb.core import clock
from kb.core.access import require
from kb.core.db import db
from kb.core.viewer import Viewer, viewer_of
from kb.offices.models import Office
from kb.visits import ics, policy, queries
from kb.visits.models import CalendarFeed, Openness, Visit
from kb.visits.workflow import HOLDS_SLOT

SHOWN = HOLDS_SLOT | {"cancelled"}
MOST_VISITS = 500


def mine(viewer: Viewer, of_office: bool) -> CalendarFeed | None:
    """The feed of the person, or of their office."""
    return db.session.scalars(select(CalendarFeed).where(_owner(viewer, of_office))).one_or_none()


def renew(viewer: Viewer, of_office: bool) -> CalendarFeed:
    """A fresh address; the old one ends. The office's is its managers' to make."""
    require(seen=viewer.office_id is not None, allowed=viewer.role == "manager" or not of_office)
    db.session.execute(delete(CalendarFeed).where(_owner(viewer, of_office)))
    owner = {"office_id": viewer.office_id} if of_office else {"user_id": viewer.user_id}
    found = CalendarFeed(token=secrets.token_urlsafe(32), created_at=clock.now(), **owner)
    db.session.add(found)
    db.session.flush()
    return found


def _owner(viewer: Viewer, of_office: bool):
    return CalendarFeed.office_id == viewer.office_id if of_office else CalendarFeed.user_id == viewer.user_id


def read(token: str) -> bytes | None:
    """The calendar behind an address; None when nobody has it, or its owner has left."""
    found = db.session.scalars(select(CalendarFeed).where(CalendarFeed.token == token)).one_or_none()
    viewer = _viewer(found) if found else None
    office = db.session.get(Office, viewer.office_id) if viewer else None
    if office is None or not office.is_member:
        return None
    visits = db.session.scalars(_visits(viewer).order_by(Visit.day.desc(), Visit.id).limit(MOST_VISITS)).all()
    return ics.file(visits, queries.last_changes(visits), f"Kunjungan {office.name}")


def _visits(viewer: Viewer) -> Select:
    """What is agreed or cancelled, and what calendars may still hold of a visit that was agreed once."""
    return (
        select(Visit)
        .where(or_(Visit.status.in_(SHOWN), Visit.sent_entries.any()), policy.visible_to(viewer))
        .options(
            joinedload(Visit.host), joinedload(Visit.guest), joinedload(Visit.openness).raiseload(Openness.sessions),
            selectinload(Visit.sent_entries), raiseload(Visit.indicator_rows),
        )
    )  # fmt: skip


def _viewer(found: CalendarFeed) -> Viewer | None:
    if found.office_id:
        return Viewer(user_id=0, office_id=found.office_id, role="member")
    user = db.session.get(User, found.user_id)
    return viewer_of(user) if user.active and not user.is_removed else None
