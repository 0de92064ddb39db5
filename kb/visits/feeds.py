"""The private address of a calendar: a person's or an office's. Who knows it reads the agreed visits, nothing else."""

import secrets

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from kb.accounts.models import User
from kb.core import clock
from kb.core.access import require
from kb.core.db import db
from kb.core.viewer import Viewer, viewer_of
from kb.offices.models import Office
from kb.visits import ics, policy
from kb.visits.models import CalendarFeed, Visit
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
    if viewer is None or viewer.office_id is None:
        return None
    query = select(Visit).where(Visit.status.in_(SHOWN), policy.visible_to(viewer)).options(joinedload(Visit.host), joinedload(Visit.guest))
    visits = db.session.scalars(query.order_by(Visit.day.desc(), Visit.id).limit(MOST_VISITS)).all()
    office = db.session.get(Office, viewer.office_id)
    return ics.feed(visits, f"Kunjungan {office.name}")


def _viewer(found: CalendarFeed) -> Viewer | None:
    if found.office_id:
        return Viewer(user_id=0, office_id=found.office_id, role="member")
    user = db.session.get(User, found.user_id)
    return viewer_of(user) if user.active else None
