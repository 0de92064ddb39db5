"""Reading visits; every list goes through policy."""

from calendar import monthrange
from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload, raiseload

from kb.core import clock
from kb.core.db import db
from kb.core.events import Event
from kb.core.viewer import Viewer
from kb.offices.models import Office
from kb.visits import calendar, openness, policy
from kb.visits.calendar import Day
from kb.visits.models import Visit, VisitSlot
from kb.visits.workflow import HOLDS_SLOT


@dataclass(frozen=True)
class Month:
    """A month of a host: its weeks, the taken sessions and how many requests wait for one, by (day, session)."""

    first: date
    weeks: list[list[Day | None]]
    taken: set[tuple[date, str]]
    waiting: Counter

    @property
    def open_days(self) -> list[Day]:
        return [day for week in self.weeks for day in week if day and day.sessions]


def _listed() -> Select:
    return select(Visit).options(joinedload(Visit.host), joinedload(Visit.guest), raiseload(Visit.indicator_rows))


def find(visit_id: int) -> Visit | None:
    """A visit with both offices."""
    query = select(Visit).where(Visit.id == visit_id)
    return db.session.scalars(query.options(joinedload(Visit.host), joinedload(Visit.guest))).one_or_none()


def ours(office_id: int, limit: int = 100) -> list[Visit]:
    """The visits of an office as host and as guest, newest day first; drafts only its own."""
    own = Viewer(user_id=0, office_id=office_id, role="member")
    query = _listed().where(policy.visible_to(own)).order_by(Visit.day.desc(), Visit.id.desc()).limit(limit)
    return list(db.session.scalars(query))


def waiting_for(office_id: int) -> list[Visit]:
    """The requests a host has not answered, oldest first."""
    query = _listed().where(Visit.host_id == office_id, Visit.status == "requested").order_by(Visit.requested_at, Visit.id)
    return list(db.session.scalars(query))


def to_report(office_id: int) -> list[Visit]:
    """Accepted visits of an office whose day has passed."""
    query = _listed().where(
        (Visit.host_id == office_id) | (Visit.guest_id == office_id), Visit.status == "accepted", Visit.day < clock.today()
    )
    return list(db.session.scalars(query.order_by(Visit.day)))


def upcoming_public(limit: int = 4) -> list[Visit]:
    """Agreed visits to come that both sides leave open to everybody."""
    query = _listed().where(Visit.status == "accepted", Visit.host_opens, Visit.guest_opens, Visit.day >= clock.today())
    return list(db.session.scalars(query.order_by(Visit.day, Visit.session).limit(limit)))


def received_by(office_id: int, viewer: Viewer, limit: int = 20) -> list[Visit]:
    """Agreed and held visits of a host, as far as the viewer may know of them."""
    query = _listed().where(Visit.host_id == office_id, Visit.status.in_(HOLDS_SLOT), policy.public_part_visible_to(viewer))
    return list(db.session.scalars(query.order_by(Visit.day.desc()).limit(limit)))


def openness_summary(host: Office) -> str:
    """When the host is open, in a sentence."""
    return openness.summary(host)


def month_of(host: Office, year: int, month: int) -> Month:
    """A month of a host's calendar with what is taken and what waits."""
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    weeks = calendar.weeks(year, month, openness.rules(host), clock.today(host.timezone))
    slots = select(VisitSlot.day, VisitSlot.session).where(VisitSlot.host_id == host.id, VisitSlot.day.between(first, last))
    waiting = (
        select(Visit.day, Visit.session, func.count())
        .where(Visit.host_id == host.id, Visit.status == "requested", Visit.day.between(first, last))
        .group_by(Visit.day, Visit.session)
    )
    return Month(
        first,
        weeks,
        {(day, session) for day, session in db.session.execute(slots)},
        Counter({(day, session): count for day, session, count in db.session.execute(waiting)}),
    )


def competing(visit: Visit) -> list[Visit]:
    """Other requests that wait for the same session."""
    query = _listed().where(
        Visit.host_id == visit.host_id,
        Visit.day == visit.day,
        Visit.session == visit.session,
        Visit.status == "requested",
        Visit.id != visit.id,
    )
    return list(db.session.scalars(query.order_by(Visit.requested_at)))


def count_competing(visit: Visit) -> int:
    """How many other requests wait for the same session; no names, for the guest."""
    return len(competing(visit))


def history(visit: Visit) -> list[Event]:
    """What happened with a visit, oldest first."""
    query = select(Event).where(Event.subject_kind == "visit", Event.subject_id == visit.id).order_by(Event.id)
    return list(db.session.scalars(query))
