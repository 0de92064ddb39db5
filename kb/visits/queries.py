"""Reading visits; every list goes through policy."""

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from itertools import zip_longest

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import aliased, joinedload, raiseload, selectinload

from kb.core import clock, workdays
from kb.core.db import db
from kb.core.events import Event
from kb.core.viewer import Viewer
from kb.offices.models import Office
from kb.visits import calendar, openness, policy, schedule
from kb.visits.calendar import Closed, Day, Session
from kb.visits.models import Openness, Visit, VisitSession, VisitSlot
from kb.visits.schedule import Wish
from kb.visits.workflow import AGREED, HOLDS_SLOT, WAITS_FOR_HOST

# Working days within which a host should answer, and a guest should report. The first is also what hosts ask of guests as notice.
ANSWER_DAYS = 3
REPORT_DAYS = 5

# Changes that come in rows: each side is told of the last one (notifications/handlers.py).
SETTLING = {"visit.members_changed", "visit.agenda_changed"}

SELF_EXPLAINING = ("akhir pekan", "sudah lewat", "hari ini")

OWES_SOMETHING = WAITS_FOR_HOST | AGREED | {"proposed", "held"}


@dataclass(frozen=True)
class Duty:
    """Something that a side ("host", "guest" or "both") should do until the day `due`; `is_late` by the host's clock."""

    visit: Visit
    side: str
    what: str
    due: date
    is_late: bool

    def falls_to(self, office_id: int) -> bool:
        """Is it this office that has to act?"""
        mine = {self.visit.host_id: "host", self.visit.guest_id: "guest"}
        return self.side in ("both", mine.get(office_id))


@dataclass(frozen=True)
class Month:
    """A month of a host: its weeks, the sessions without a seat, and how many requests wait for each."""

    first: date
    weeks: list[list[Day | None]]
    taken: set[Wish]
    waiting: Counter

    @staticmethod
    def wish(day: Day, session: Session) -> Wish:
        return Wish(day.on, session.key)

    def is_full(self, day: Day, session: Session) -> bool:
        return self.wish(day, session) in self.taken

    def waiting_for(self, day: Day, session: Session) -> int:
        return self.waiting[self.wish(day, session)]

    def free_in(self, day: Day) -> int:
        """How many sessions of a day are free."""
        return sum(not self.is_full(day, session) for session in day.sessions)

    @property
    def closed_spans(self) -> list[Closed]:
        """The closed days to come that need a reason, one after another with the same reason together; weekends and the past explain
        themselves."""
        spans: list[Closed] = []
        running = False
        for day in (day for week in self.weeks for day in week if day and day.closed_because not in SELF_EXPLAINING):
            if running and day.closed_because == spans[-1].reason:
                spans[-1] = replace(spans[-1], until_on=day.on)
            elif day.closed_because:
                spans.append(Closed(day.on, day.on, day.closed_because))
            running = bool(day.closed_because)
        return spans

    @property
    def open_days(self) -> list[Day]:
        return [day for week in self.weeks for day in week if day and day.sessions]


def _listed(sessions=raiseload, topics=raiseload) -> Select:
    return select(Visit).options(joinedload(Visit.host), joinedload(Visit.guest), topics(Visit.indicator_rows), sessions(Visit.sessions))


def find(visit_id: int) -> Visit | None:
    """A visit with both offices."""
    query = select(Visit).where(Visit.id == visit_id)
    return db.session.scalars(query.options(joinedload(Visit.host), joinedload(Visit.guest))).one_or_none()


def ours(office_id: int, limit: int = 100) -> list[Visit]:
    """The visits of an office as host and as guest, newest day first, before them drafts without a day; drafts only its own."""
    own = Viewer(user_id=0, office_id=office_id, role="member")
    query = _listed().where(policy.visible_to(own)).order_by(Visit.day.desc().nulls_first(), Visit.id.desc()).limit(limit)
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Own:
    """The visits of an office by whose turn it is: its own duties and drafts, what the other sides owe too late, what comes, the rest."""

    duties: list[Duty]
    drafts: list[Visit]
    awaited: list[Duty]
    to_come: list[Visit]
    others: list[Visit]

    @property
    def is_empty(self) -> bool:
        return not (self.duties or self.drafts or self.to_come or self.others)


def own(office_id: int) -> Own:
    """What an office has to do first, then what comes, soonest first, then the rest, newest first."""
    found = duties(office_id)
    mine = [duty for duty in found if duty.falls_to(office_id)]
    at_turn = {duty.visit.id for duty in mine}
    rest = [visit for visit in ours(office_id) if visit.id not in at_turn]
    drafts = [visit for visit in rest if visit.status == "draft"]
    to_come = [visit for visit in rest if _is_to_come(visit)]
    shown = {visit.id for visit in (*drafts, *to_come)}
    return Own(
        mine, drafts, [duty for duty in found if duty.is_late and not duty.falls_to(office_id)],
        sorted(to_come, key=lambda visit: (visit.day, visit.session)), [visit for visit in rest if visit.id not in shown],
    )  # fmt: skip


def _is_to_come(visit: Visit) -> bool:
    undecided = visit.status in WAITS_FOR_HOST | {"proposed"}
    return visit.status in AGREED or (undecided and visit.day >= clock.today(visit.host.timezone))


def upcoming_public(limit: int = 4) -> list[Visit]:
    """Agreed visits to come that both sides leave open to everybody, with their topics."""
    query = _listed(topics=selectinload).where(Visit.status.in_(AGREED), Visit.host_opens, Visit.guest_opens, Visit.day >= clock.today())
    return list(db.session.scalars(query.order_by(Visit.day, Visit.session).limit(limit)))


def received_by(office_id: int, viewer: Viewer, limit: int = 20) -> list[Visit]:
    """Agreed and held visits of a host, as far as the viewer may know of them."""
    return list(db.session.scalars(_received_by(viewer, limit), {"office": office_id}))


@lru_cache(maxsize=256)
def _received_by(viewer: Viewer, limit: int) -> Select:
    """The statement of `received_by`: to put it together takes longer than to run it, and office pages are opened most."""
    mine = (Visit.host_id == bindparam("office"), Visit.status.in_(HOLDS_SLOT), policy.public_part_visible_to(viewer))
    return _listed().where(*mine).order_by(Visit.day.desc()).limit(limit)


def month_of(host: Office, year: int, month: int) -> Month:
    """A month of a host's calendar with what is taken and what waits."""
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    weeks = calendar.weeks(year, month, openness.rules(host), clock.today(host.timezone))
    days = [day.on for week in weeks for day in week if day and day.sessions]
    return Month(first, weeks, schedule.full_sessions(host, days), schedule.waiting_counts(host, first, last))


def taking_part_of(month: Month, host_id: int, viewer: Viewer) -> dict[Wish, list[Visit]]:
    """The visits of a month whose office and topic the viewer may know, by session; those that share one stand side by side."""
    last = month.first.replace(day=monthrange(month.first.year, month.first.month)[1])
    query = (
        select(VisitSlot.day, VisitSlot.session, Visit)
        .join(Visit, func.coalesce(Visit.joint_with_id, Visit.id) == VisitSlot.visit_id)
        .where(VisitSlot.host_id == host_id, VisitSlot.day.between(month.first, last), policy.public_part_visible_to(viewer))
        .options(joinedload(Visit.guest), selectinload(Visit.indicator_rows), raiseload(Visit.sessions))
        .order_by(Visit.id)
    )
    found: dict[Wish, list[Visit]] = {}
    for day, session, visit in db.session.execute(query):
        found.setdefault(Wish(day, session), []).append(visit)
    return found


def duties(office_id: int) -> list[Duty]:
    """What an office and the other sides of its visits have to do now, the first due first. Both sides see it."""
    query = (
        select(Visit)
        .where((Visit.host_id == office_id) | (Visit.guest_id == office_id), Visit.status.in_(OWES_SOMETHING))
        .where((Visit.status != "waitlisted") | ~_session_is_full())
        .options(joinedload(Visit.host), joinedload(Visit.guest), raiseload(Visit.indicator_rows))
    )
    holidays = openness.holidays_from(clock.today().year - 1)
    found = [duty for visit in db.session.scalars(query.order_by(Visit.id)) if (duty := _duty(visit, holidays))]
    return sorted(found, key=lambda duty: duty.due)


def _session_is_full() -> ColumnElement[bool]:
    """Is a session of the visit without a free seat? Who waits for that by choice makes nobody late."""
    same = (VisitSlot.host_id == Visit.host_id, VisitSlot.day == VisitSession.day, VisitSlot.session == VisitSession.session)
    taken = select(func.count()).select_from(VisitSlot).where(*same).correlate(Visit, VisitSession).scalar_subquery()
    seats = select(Openness.visits_per_session).where(Openness.host_id == Visit.host_id).correlate(Visit).scalar_subquery()
    return select(VisitSession.id).where(VisitSession.visit_id == Visit.id, taken >= func.coalesce(seats, 1)).correlate(Visit).exists()


def _duty(visit: Visit, holidays: Mapping[date, str]) -> Duty | None:
    today = clock.today(visit.host.timezone)
    if visit.status in WAITS_FOR_HOST:
        asked = clock.day_of(visit.requested_at or visit.created_at, visit.host.timezone)
        side, what, due = "host", "Permohonan belum dijawab", workdays.after(asked, ANSWER_DAYS, holidays)
    elif visit.status == "proposed":
        side, what, due = "guest", "Usul jadwal belum dijawab", visit.options_until or visit.day
    elif visit.status in AGREED:
        side, what, due = "both", "Belum ditandai terlaksana", visit.last_day
    else:
        side, what, due = "guest", "Laporan belum selesai", workdays.after(visit.last_day, REPORT_DAYS, holidays)
    is_to_come = visit.status in AGREED and today <= visit.last_day
    return None if is_to_come else Duty(visit, side, what, due, is_late=due < today)


def competing(visit: Visit) -> list[Visit]:
    """Other requests that wait for one of the same sessions, oldest first."""
    return _wanting_the_same(visit, WAITS_FOR_HOST)


def waitlisted_for(visit: Visit) -> list[Visit]:
    """Who waits for one of these sessions to become free, oldest first."""
    return _wanting_the_same(visit, {"waitlisted"})


def joint_candidates(visit: Visit) -> list[Visit]:
    """Agreed visits with seats of their own in exactly the same sessions, which this one could join."""
    mine = {(row.day, row.session) for row in visit.sessions}
    found = _wanting_the_same(visit, AGREED, selectinload)
    return [other for other in found if other.joint_with_id is None and {(row.day, row.session) for row in other.sessions} == mine]


def sharing(visit: Visit) -> list[Visit]:
    """The other visits of a joint visit."""
    leader_id = visit.joint_with_id or visit.id
    query = _listed().where((Visit.joint_with_id == leader_id) | (Visit.id == leader_id), Visit.id != visit.id)
    return list(db.session.scalars(query.order_by(Visit.id)))


def _wanting_the_same(visit: Visit, statuses: set[str], sessions=raiseload) -> list[Visit]:
    mine, theirs = aliased(VisitSession), aliased(VisitSession)
    same = select(theirs.visit_id).join(mine, (mine.day == theirs.day) & (mine.session == theirs.session)).where(mine.visit_id == visit.id)
    query = _listed(sessions).where(Visit.host_id == visit.host_id, Visit.status.in_(statuses), Visit.id != visit.id, Visit.id.in_(same))
    return list(db.session.scalars(query.order_by(Visit.requested_at, Visit.id)))


def count_competing(visit: Visit) -> int:
    """How many other requests wait for the same session; no names, for the guest."""
    return len(competing(visit))


def never_received(host_id: int, guest_ids: set[int]) -> set[int]:
    """Which of these guests the host has not received yet."""
    received = select(Visit.guest_id).where(Visit.host_id == host_id, Visit.guest_id.in_(guest_ids), Visit.status.in_(HOLDS_SLOT - AGREED))
    return guest_ids - set(db.session.scalars(received))


def history(visit: Visit) -> list[Event]:
    """What happened with a visit, oldest first; of a list that was changed again and again by one side, only the last change in a row."""
    query = select(Event).where(Event.subject_kind == "visit", Event.subject_id == visit.id).order_by(Event.id)
    found = list(db.session.scalars(query))
    return [event for event, following in zip_longest(found, found[1:]) if not _is_repeated(event, following)]


def _is_repeated(event: Event, following: Event | None) -> bool:
    same = following is not None and (event.name, event.office_id) == (following.name, following.office_id)
    return same and event.name in SETTLING


def last_changes(visits: Iterable[Visit]) -> dict[int, datetime]:
    """When something last happened to each of these visits; its draft counts."""
    ids = {visit.id: visit.created_at for visit in visits}
    query = select(Event.subject_id, func.max(Event.at)).where(Event.subject_kind == "visit", Event.subject_id.in_(ids))
    return ids | dict(db.session.execute(query.group_by(Event.subject_id)).all())
