"""The rules of a host as the calendar wants them: from what it has said, with Indonesia's holidays.

A host receives when it has said so. Until then it offers no session, and the defaults are what its form proposes.
"""

from datetime import date, time, timedelta

from sqlalchemy import select

from kb.core import clock
from kb.core.days_off import holidays_from
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.offices.models import Office
from kb.offices.queries import governments
from kb.visits import calendar, policy
from kb.visits.calendar import Closed, Rules, Session
from kb.visits.models import ClosedPeriod, Openness, Visit, VisitSlot

# What booking forms of real offices ask for: Monday to Friday, at most two visits a day, about a week's notice, up to 40 people.
DEFAULT_SESSIONS = (Session(time(9), time(11, 30)), Session(time(13, 30), time(15, 30)))
WEEKDAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
DEFAULT_NOTICE_DAYS = 5
DEFAULT_AHEAD_DAYS = 120
DEFAULT_DELEGATION = 40


def of(host: Office) -> Openness:
    """What the host has said; unsaved defaults, without sessions, when it has said nothing yet."""
    found = db.session.scalars(select(Openness).where(Openness.host_id == host.id)).one_or_none()
    return found or Openness(
        host_id=host.id,
        notice_days=DEFAULT_NOTICE_DAYS,
        ahead_days=DEFAULT_AHEAD_DAYS,
        largest_delegation=DEFAULT_DELEGATION,
        visits_per_session=1,
        visits_per_month=None,
        place="",
        bring="",
        note="",
    )


def rules(host: Office, moving: Visit | None = None) -> Rules:
    """The host's rules for the calendar; a visit that is moving does not count against the limit of a month."""
    settings = of(host)
    said = host.joined_at is not None and settings.id is not None
    closed = db.session.scalars(select(ClosedPeriod).where(ClosedPeriod.host_id == host.id).order_by(ClosedPeriod.from_on))
    periods = tuple(Closed(period.from_on, period.until_on, period.reason) for period in closed)
    today = clock.today(host.timezone)
    return Rules(
        settings.notice_days, settings.ahead_days, sessions_of(settings) if said else {}, periods, holidays_from(today.year),
        _full_months(settings, today, moving), said,
    )  # fmt: skip


def sessions_of(settings: Openness) -> dict[int, tuple[Session, ...]]:
    """The sessions of some settings by weekday."""
    by_weekday: dict[int, tuple[Session, ...]] = {}
    for row in settings.sessions:
        by_weekday[row.weekday] = (*by_weekday.get(row.weekday, ()), Session(row.starts, row.ends))
    return by_weekday


def proposed_sessions(settings: Openness) -> dict[int, tuple[Session, ...]]:
    """What the form of the open days begins with: the sessions that were said, or the usual ones."""
    return dict.fromkeys(range(5), DEFAULT_SESSIONS) if settings.id is None else sessions_of(settings)


def owes_its_hours(viewer: Viewer) -> bool:
    """Does this person manage an office that has not said yet when it receives, be it never?"""
    if not policy.can_set_openness(viewer, viewer.office_id or 0):
        return False
    silent = governments().where(Office.id == viewer.office_id, Office.id.not_in(select(Openness.host_id)))
    return db.session.scalars(silent).first() is not None


def refusal(host: Office, settings: Openness | None = None) -> str:
    """Why the host receives nobody on whatever day, as a sentence; empty when it has opened sessions. Its settings may be handed in."""
    if host.joined_at is None:
        return f"{host.name} belum bergabung di Berguru, jadi belum dapat menerima permohonan."
    settings = settings or of(host)
    if settings.id is None:
        return f"{host.name} belum menyatakan kapan menerima tamu."
    return "" if settings.sessions else "Tuan rumah belum membuka sesi."


def receiving() -> set[int]:
    """The offices that have opened sessions."""
    has_joined = select(Office.id).where(Office.joined_at.is_not(None))
    query = select(Openness.host_id).where(Openness.host_id.in_(has_joined), Openness.sessions.any())
    return set(db.session.scalars(query))


def closed_reason(host: Office, on: date) -> str:
    """Why the host receives nobody on a day: holiday, weekday without sessions, closed period. Empty when it is open."""
    return calendar.closed_reason(on, rules(host))


def closed_days(visit: Visit) -> dict[date, str]:
    """The days that a visit takes or asks for, or its host proposes, on which the host receives nobody by now, with the reason."""
    found, today = rules(visit.host), clock.today(visit.host.timezone)
    days = {row.day for row in (visit.options if visit.status == "proposed" else visit.sessions) if row.day >= today}
    return {day: reason for day in sorted(days) if (reason := calendar.closed_reason(day, found))}


def _full_months(settings: Openness, today: date, moving: Visit | None) -> frozenset[tuple[int, int]]:
    if not settings.visits_per_month:
        return frozenset()
    taken: dict[tuple[int, int], set[int]] = {}
    recent = VisitSlot.day > today - timedelta(days=31)
    others = VisitSlot.visit_id != (moving.id if moving else 0)
    slots = select(VisitSlot.day, VisitSlot.visit_id).where(VisitSlot.host_id == settings.host_id, recent, others)
    for day, visit_id in db.session.execute(slots):
        taken.setdefault((day.year, day.month), set()).add(visit_id)
    return frozenset(month for month, visits in taken.items() if len(visits) >= settings.visits_per_month)


def periods_to_come(host: Office) -> list[ClosedPeriod]:
    """The host's closed periods that are not over, the first first."""
    query = select(ClosedPeriod).where(ClosedPeriod.host_id == host.id, ClosedPeriod.until_on >= clock.today(host.timezone))
    return list(db.session.scalars(query.order_by(ClosedPeriod.from_on)))


def summary(host: Office, settings: Openness | None = None) -> str:
    """When the host is open, in a sentence; or that it is not."""
    settings = settings or of(host)
    if reason := refusal(host, settings):
        return reason
    opened = sessions_of(settings)
    days = [WEEKDAYS[weekday] for weekday in sorted(opened)]
    sessions = sorted({session.label for listed in opened.values() for session in listed})
    zone, notice = clock.ZONE_NAMES.get(host.timezone, ""), settings.notice_days
    return f"Terbuka {', '.join(days)}; sesi {' dan '.join(sessions)} {zone}; pemberitahuan paling lambat {notice} hari kerja."
