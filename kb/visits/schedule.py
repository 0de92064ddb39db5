"""Which sessions of a host are free, and how a visit takes and frees them."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from kb.core import clock
from kb.core.db import db
from kb.core.errors import Conflict, Invalid
from kb.core.pages import tanggal
from kb.offices.models import Office
from kb.visits import calendar, openness
from kb.visits.calendar import Session
from kb.visits.models import Visit, VisitSession, VisitSlot
from kb.visits.workflow import AGREED

MOST_SESSIONS = 4
MOST_DAYS = 2
# A host may look so many days ahead for itself.
MOST_AHEAD = 365


@dataclass(frozen=True, order=True)
class Wish:
    """A session of a day that somebody asks for; `key` ("09:00") names the session."""

    day: date
    key: str


@dataclass(frozen=True, order=True)
class Chosen:
    """A session of a day that the host offers."""

    day: date
    session: Session

    @property
    def label(self) -> str:
        return f"{tanggal(self.day)}, {self.session.label}"

    @property
    def month(self) -> str:
        return f"{self.day:%Y-%m}"


def check(
    host: Office,
    wishes: Iterable[Wish],
    field: str = "slot",
    by_host: bool = False,
    joint: bool = False,
    moving: Visit | None = None,
) -> list[Chosen]:
    """The sessions asked for, if the host is open then and has a seat. A host may ignore its own notice and limits; a guest who would come
    together with another delegation (`joint`) needs no seat of its own, and a visit that is `moving` may keep a seat it has.

    Raises Invalid at `field`.
    """
    wanted = sorted(set(wishes))
    if not wanted:
        raise Invalid("Pilih satu hari dan sesi.", field)
    if len(wanted) > MOST_SESSIONS or len({wish.day for wish in wanted}) > MOST_DAYS:
        raise Invalid(f"Pilih paling banyak {MOST_SESSIONS} sesi pada paling banyak {MOST_DAYS} hari.", field)
    if reason := openness.refusal(host):
        raise Invalid(reason, field)
    rules, today = openness.rules(host, moving), clock.today(host.timezone)
    if by_host:
        rules = without_limits(rules)
    full = set() if joint else full_sessions(host, {wish.day for wish in wanted}, moving)
    return [_checked(wish, rules, today, full, field) for wish in wanted]


def _checked(wish: Wish, rules: calendar.Rules, today: date, full: set[Wish], field: str) -> Chosen:
    session = calendar.find_session(wish.day, wish.key, rules, today)
    if session is None:
        reason = calendar.day(wish.day, rules, today).closed_because or "sesi itu tidak dibuka"
        raise Invalid(f"{tanggal(wish.day)} tidak dapat dipilih: {reason}.", field)
    if wish in full:
        raise Invalid(
            f"Sesi {session.label} pada {tanggal(wish.day)} sudah terisi. Pilih sesi lain, atau nyatakan bersedia digabung.", field
        )
    return Chosen(wish.day, session)


def without_limits(rules: calendar.Rules) -> calendar.Rules:
    """The rules as the host may read them for itself: closed is what is closed, but no notice and no limits."""
    return replace(rules, notice_days=0, ahead_days=MOST_AHEAD, full_months=frozenset())


def closed_because(visit: Visit) -> str:
    """Why the host receives nobody on a day of the visit by now (holiday, closed period); empty when it is open."""
    rules, today = without_limits(openness.rules(visit.host)), clock.today(visit.host.timezone)
    reasons = ((day, calendar.day(day, rules, today).closed_because) for day in visit.days if day > today)
    return "; ".join(f"{tanggal(day)}, {because}" for day, because in reasons if because)


def full_sessions(host: Office, days: Iterable[date], moving: Visit | None = None) -> set[Wish]:
    """The sessions of these days in which every seat is taken, not counting those of a visit that is moving."""
    seats = openness.of(host).visits_per_session
    taken = (
        select(VisitSlot.day, VisitSlot.session)
        .where(VisitSlot.host_id == host.id, VisitSlot.day.in_(list(days)), VisitSlot.visit_id != (moving.id if moving else 0))
        .group_by(VisitSlot.day, VisitSlot.session)
        .having(func.count() >= seats)
    )
    return {Wish(day, session) for day, session in db.session.execute(taken)}


def next_free(
    host: Office, after: date | None = None, limit: int = 3, by_host: bool = False, moving: Visit | None = None
) -> list[Chosen]:  # fmt: skip
    """The next sessions a guest may ask for, from the day `after` on; with those that a visit that is `moving` holds itself."""
    rules, today = openness.rules(host, moving), clock.today(host.timezone)
    if by_host:
        rules = replace(without_limits(rules), ahead_days=rules.ahead_days)
    start = max(after or today, today)
    days = [calendar.day(start + timedelta(days=n), rules, today) for n in range(rules.ahead_days + 1)]
    days = [day for day in days if day.sessions]
    full = full_sessions(host, [day.on for day in days], moving)
    free = (Chosen(day.on, session) for day in days for session in day.sessions if Wish(day.on, session.key) not in full)
    return [chosen for chosen, _ in zip(free, range(limit), strict=False)]


def write(visit: Visit, chosen: Iterable[Chosen]) -> None:
    """Make these the sessions of the visit; its agenda moves along."""
    before = _beginnings(visit)
    rows = {(row.day, row.session): row for row in visit.sessions}
    ordered = sorted(chosen)
    visit.sessions = [
        rows.get((one.day, one.session.key)) or VisitSession(day=one.day, session=one.session.key, ends=f"{one.session.ends:%H:%M}")
        for one in ordered
    ]
    first = ordered[0]
    visit.day, visit.session, visit.session_ends = first.day, first.session.key, f"{first.session.ends:%H:%M}"
    _move_agenda(visit, before)


def _beginnings(visit: Visit) -> dict[date, str]:
    """When each day of the visit begins."""
    found: dict[date, str] = {}
    for row in sorted(visit.sessions, key=lambda row: (row.day, row.session)):
        found.setdefault(row.day, row.session)
    return found


def _move_agenda(visit: Visit, before: dict[date, str]) -> None:
    """Each day's lines go to the day that takes its place, as much earlier or later as that begins; those of a day that is gone go too."""
    after = _beginnings(visit)
    moved = dict(zip(sorted(before), sorted(after), strict=False))
    if before == after:
        return
    for item in list(visit.agenda):
        day = moved.get(item.day)
        if day is None:
            visit.agenda.remove(item)
            continue
        minutes = _minutes(after[day]) - _minutes(before[item.day])
        item.starts, item.ends, item.day = _later(item.starts, minutes), _later(item.ends, minutes), day


def _minutes(at: str) -> int:
    return int(at[:2]) * 60 + int(at[3:])


def _later(at: str, minutes: int) -> str:
    """A time of day moved by some minutes, within the day."""
    total = min(max(_minutes(at) + minutes, 0), 24 * 60 - 1)
    return f"{total // 60:02d}:{total % 60:02d}"


def holders(visit: Visit) -> list[Visit]:
    """The other visits that occupy a session of this one."""
    sessions = {(row.day, row.session) for row in visit.sessions}
    query = (
        select(Visit, VisitSlot.day, VisitSlot.session)
        .join(VisitSlot, VisitSlot.visit_id == Visit.id)
        .where(VisitSlot.host_id == visit.host_id, VisitSlot.day.in_(visit.days), Visit.id != visit.id)
        .options(joinedload(Visit.guest))
        .order_by(Visit.id)
    )
    return list({found.id: found for found, day, session in db.session.execute(query) if (day, session) in sessions}.values())


def is_full(visit: Visit) -> bool:
    """Is a session of the visit without a free seat?"""
    full = full_sessions(visit.host, visit.days)
    return any(Wish(row.day, row.session) in full for row in visit.sessions)


def take(visit: Visit) -> None:
    """Occupy a seat in each session. Raises Conflict, with the holder and what can be done, when one is gone.

    Sessions are taken in order, so that two acceptances cannot wait for each other; the unique index decides who was first.
    """
    seats = openness.of(visit.host).visits_per_session
    for row in sorted(visit.sessions, key=lambda row: (row.day, row.session)):
        if not any(_take_seat(visit, row, seat) for seat in range(1, seats + 1)):
            raise Conflict(_taken_message(visit, row))


def _take_seat(visit: Visit, row: VisitSession, seat: int) -> bool:
    values = {"visit_id": visit.id, "host_id": visit.host_id, "day": row.day, "session": row.session, "seat": seat}
    try:
        with db.session.begin_nested():
            db.session.execute(insert(VisitSlot).values(**values))
    except IntegrityError:
        return False
    return True


def _taken_message(visit: Visit, row: VisitSession) -> str:
    others = ", ".join(f"{other.guest.name} ({other.reference})" for other in holders(visit))
    return (
        f"Sesi {row.session.replace(':', '.')} pada {tanggal(row.day)} sudah terisi{' oleh ' + others if others else ''}. "
        "Permohonan ini tetap menunggu: usulkan jadwal lain, terima sebagai kunjungan bersama, atau tolak dengan alasan."
    )


def free(visit: Visit) -> Visit | None:
    """Give the seats back. A visit that shared them takes them over and is returned."""
    db.session.execute(delete(VisitSlot).where(VisitSlot.visit_id == visit.id))
    visit.joint_with_id = None
    shared = select(Visit).where(Visit.joint_with_id == visit.id, Visit.status.in_(AGREED)).order_by(Visit.decided_at, Visit.id)
    heirs = list(db.session.scalars(shared))
    if not heirs:
        return None
    first, *others = heirs
    first.joint_with_id = None
    for other in others:
        other.joint_with_id = first.id
    db.session.flush()
    take(first)
    return first


def waiting_counts(host: Office, first: date, last: date) -> Counter:
    """How many requests wait for each session between two days, by Wish."""
    query = (
        select(VisitSession.day, VisitSession.session, func.count())
        .join(Visit, Visit.id == VisitSession.visit_id)
        .where(Visit.host_id == host.id, Visit.status == "requested", VisitSession.day.between(first, last))
        .group_by(VisitSession.day, VisitSession.session)
    )
    return Counter({Wish(day, session): count for day, session, count in db.session.execute(query)})
