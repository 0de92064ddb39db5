"""What a host sets about itself: open days, limits, closed periods; and what the admin corrects in the holidays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, func, select, union_all
from sqlalchemy.orm import joinedload, raiseload

from kb.core import clock, edits, events
from kb.core.access import holds, require
from kb.core.days_off import HolidayChange, holidays_from, known_holidays
from kb.core.db import db
from kb.core.errors import Invalid
from kb.core.viewer import Viewer
from kb.offices import service as offices
from kb.offices.models import Office
from kb.visits import calendar, openness, policy
from kb.visits.calendar import Session
from kb.visits.models import ClosedPeriod, OpenSession, Visit, VisitOption, VisitSession, VisitSlot
from kb.visits.workflow import AGREED, WAITS_FOR_HOST

LONGEST_PERIOD = timedelta(days=366)
YEARS_AROUND = 2


@dataclass(frozen=True)
class Settings:
    """A host's openness as its manager sets it; `sessions` by weekday."""

    notice_days: int
    ahead_days: int
    largest_delegation: int
    visits_per_session: int
    visits_per_month: int | None
    place: str
    bring: str
    note: str
    sessions: dict[int, tuple[Session, ...]]


def settings_text(settings: Settings) -> str:
    """What a host has set, a line each; for comparing two versions."""
    sessions = (
        f"{name}: {', '.join(one.label for one in settings.sessions.get(weekday, ())) or 'tertutup'}"
        for weekday, name in enumerate(openness.WEEKDAYS)
    )
    limits = (
        f"Pemberitahuan: {settings.notice_days} hari kerja",
        f"Paling jauh: {settings.ahead_days} hari",
        f"Rombongan: {settings.largest_delegation} orang",
        f"Kunjungan per sesi: {settings.visits_per_session}",
        f"Kunjungan per bulan: {settings.visits_per_month or 'tanpa batas'}",
    )
    return "\n".join(
        [*sessions, *limits, f"Tempat: {settings.place}", f"Yang dibawa: {settings.bring}", f"Pesan: {settings.note}"]
    )  # fmt: skip


def stored_text(host: Office) -> str:
    """What the host has said; empty as long as it has said nothing."""
    row = openness.of(host)
    if row.id is None:
        return ""
    return settings_text(
        Settings(
            row.notice_days, row.ahead_days, row.largest_delegation, row.visits_per_session, row.visits_per_month, row.place, row.bring,
            row.note, openness.sessions_of(row),
        )
    )  # fmt: skip


def set_openness(host: Office, settings: Settings, viewer: Viewer, started_from: str = "") -> None:
    """Keep when and for whom the host is open. Raises EditConflict when the change did not start from what is stored."""
    require(seen=True, allowed=policy.can_set_openness(viewer, host.id))
    # The lock lets two managers of an office save one after the other; the second then sees what the first one stored.
    db.session.scalar(select(Office.id).where(Office.id == host.id).with_for_update())
    db.session.expire_all()
    stored = stored_text(host)
    if stored == settings_text(settings):
        return
    edits.check(started_from, stored)
    row = openness.of(host)
    has_moved = row.place != settings.place
    row.notice_days, row.ahead_days, row.largest_delegation = settings.notice_days, settings.ahead_days, settings.largest_delegation
    row.visits_per_session, row.visits_per_month = settings.visits_per_session, settings.visits_per_month
    row.place, row.bring, row.note = settings.place, settings.bring, settings.note
    row.sessions = []
    db.session.add(row)
    db.session.flush()
    row.sessions = [
        OpenSession(weekday=weekday, starts=session.starts, ends=session.ends)
        for weekday, sessions in settings.sessions.items()
        for session in sessions
    ]
    db.session.flush()
    if has_moved:
        _tell_of_usual_place(host, viewer)


def _tell_of_usual_place(host: Office, viewer: Viewer) -> None:
    """Visits without a room of their own take place there."""
    for visit in _open_visits(host, AGREED):
        if not visit.room and visit.mode != "daring":
            visit.sequence += 1
            events.record("visit.place_set", visit, viewer)


def _open_visits(host: Office, statuses: set[str]) -> list[Visit]:
    """The visits to this host that are still to come, held fast: a step that is being taken is waited for."""
    query = select(Visit).where(Visit.host_id == host.id, Visit.status.in_(statuses)).order_by(Visit.id)
    found = db.session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    return [visit for visit in found if visit.status not in AGREED or visit.last_day >= clock.today(host.timezone)]


@dataclass(frozen=True)
class Touched:
    """A session that an agreed visit takes, a request asks for, or a proposal offers; and why it is outside the open days, if it is."""

    day: date
    session: str
    visit: Visit
    reason: str = ""


def touched_by(from_on: date, until_on: date, host: Office | None = None) -> list[Touched]:
    """What a closed period of a host, or a holiday of all, touches, by day: visits, requests and proposals. Joint visits have sessions of
    their own here, though they share a slot."""
    asked = AGREED | WAITS_FOR_HOST
    taken = select(VisitSession.visit_id, VisitSession.day, VisitSession.session).join(Visit).where(Visit.status.in_(asked))
    offered = select(VisitOption.visit_id, VisitOption.day, VisitOption.session).join(Visit).where(Visit.status == "proposed")
    found = union_all(taken, offered).subquery()
    query = (
        select(found.c.day, found.c.session, Visit)
        .join(Visit, Visit.id == found.c.visit_id)
        .where(found.c.day.between(from_on, until_on))
        .options(joinedload(Visit.guest), joinedload(Visit.host), raiseload(Visit.indicator_rows), raiseload(Visit.sessions))
        .order_by(found.c.day, found.c.session, Visit.id)
    )
    if host is not None:
        query = query.where(Visit.host_id == host.id)
    return [Touched(day, session, visit) for day, session, visit in db.session.execute(query).unique()]


def outside(host: Office) -> list[Touched]:
    """What still stands on days or in sessions the host does not offer any more, with the reason: each needs a word with the guest."""
    today, rules = clock.today(host.timezone), openness.rules(host)
    crowded = _crowded(host, today)
    found = []
    for one in touched_by(today + timedelta(days=1), date.max, host):
        offered = {session.key for session in rules.sessions.get(one.day.weekday(), ())}
        reason = calendar.closed_reason(one.day, rules)
        if not reason and rules.is_said and one.session not in offered:
            reason = "sesi itu tidak dibuka lagi"
        if not reason and (one.day, one.session) in crowded:
            reason = "lebih banyak kunjungan daripada yang Anda terima per sesi"
        if reason:
            found.append(Touched(one.day, one.session, one.visit, reason))
    return found


def _crowded(host: Office, today: date) -> set[tuple[date, str]]:
    """The sessions to come in which more visits hold a seat than the host takes by now."""
    query = (
        select(VisitSlot.day, VisitSlot.session)
        .where(VisitSlot.host_id == host.id, VisitSlot.day > today)
        .group_by(VisitSlot.day, VisitSlot.session)
        .having(func.count() > openness.of(host).visits_per_session)
    )
    return {(day, session) for day, session in db.session.execute(query)}


def agreed_to_come(host: Office) -> list[Visit]:
    """The agreed visits that a change of the host's time zone touches, the next one first."""
    query = select(Visit).where(Visit.host_id == host.id, Visit.status.in_(AGREED)).options(joinedload(Visit.guest)).order_by(Visit.day)
    return [visit for visit in db.session.scalars(query) if visit.last_day >= clock.today(host.timezone)]


def set_timezone(host: Office, timezone: str, viewer: Viewer, anyway: bool = False) -> None:
    """Keep another time from now on: nine o'clock stays nine o'clock, in the new zone; both sides are told, and their calendars.

    Raises Invalid at `anyway` with agreed visits to come, unless the viewer has seen them and goes on.
    """
    require(seen=True, allowed=policy.can_set_openness(viewer, host.id))
    if timezone == host.timezone:
        return
    touched = _open_visits(host, AGREED | WAITS_FOR_HOST | {"proposed"})
    if not anyway and any(visit.status in AGREED for visit in touched):
        raise Invalid("Belum disimpan. Periksa dahulu kunjungan yang tersentuh, lalu centang dan simpan.", "anyway")
    offices.set_timezone(host, viewer, timezone)
    for visit in touched:
        visit.sequence += visit.status in AGREED
        visit.version += 1
        events.record("visit.zone_changed", visit, viewer)


def close(host: Office, from_on: date, until_on: date, reason: str, viewer: Viewer, anyway: bool = False) -> None:
    """Receive nobody from a day to another. Raises Invalid, also at `anyway` when visits or requests lie in the period and it is not set.

    Agreed visits then take place all the same; who waits for an answer is told. Closing the same days again changes the reason.
    """
    require(seen=True, allowed=policy.can_set_openness(viewer, host.id))
    if until_on < from_on:
        raise Invalid("Hari terakhir tidak boleh sebelum hari pertama.", "until_on")
    if until_on < clock.today(host.timezone):
        raise Invalid("Hari-hari ini sudah lewat.", "until_on")
    if until_on - from_on > LONGEST_PERIOD:
        raise Invalid("Paling lama satu tahun. Periksa tahunnya.", "until_on")
    touched = _waiting_or_refuse(touched_by(from_on, until_on, host), anyway)
    same = select(ClosedPeriod).where(ClosedPeriod.host_id == host.id, ClosedPeriod.from_on == from_on, ClosedPeriod.until_on == until_on)
    period = db.session.scalars(same.limit(1)).first()
    if period is not None:
        period.reason = reason
        return
    db.session.add(ClosedPeriod(host_id=host.id, from_on=from_on, until_on=until_on, reason=reason))
    _tell([visit for visit in touched if visit.status not in AGREED], viewer)


def _waiting_or_refuse(touched: Iterable[Touched], anyway: bool) -> list[Visit]:
    """The visits that are touched, each once. Raises Invalid unless the person said that they know."""
    visits = list({one.visit.id: one.visit for one in touched}.values())
    if visits and not anyway:
        agreed = sum(visit.status in AGREED for visit in visits)
        parts = [f"{agreed} kunjungan yang sudah diterima"] if agreed else []
        parts += [f"{len(visits) - agreed} permohonan yang belum selesai"] if len(visits) > agreed else []
        raise Invalid(f"Ini mengenai {' dan '.join(parts)}. Baca daftarnya, lalu centang bila tetap ingin menyimpan.", "anyway")
    return visits


def _tell(visits: list[Visit], viewer: Viewer) -> None:
    db.session.flush()
    events.record_all("visit.day_closed", Visit, [visit.id for visit in visits], viewer)


def reopen(host: Office, period_id: int, viewer: Viewer) -> None:
    """Lift a closed period."""
    require(seen=True, allowed=policy.can_set_openness(viewer, host.id))
    db.session.execute(delete(ClosedPeriod).where(ClosedPeriod.id == period_id, ClosedPeriod.host_id == host.id))


def change_holiday(day: date, name: str, is_lifted: bool, viewer: Viewer, anyway: bool = False) -> int:
    """The admin adds a holiday the library does not know, or lifts one it wrongly knows. The last word on a day counts.

    Returns how many visits it touches; hosts and guests are told. Raises Invalid, at `anyway` when it touches any and that is not set.
    """
    require(seen=True, allowed=viewer.is_admin)
    if abs(day.year - clock.today().year) > YEARS_AROUND:
        raise Invalid("Tanggal ini terlalu jauh. Periksa tahunnya.", "day")
    touched = [] if is_lifted else _waiting_or_refuse(_newly_closed(day), anyway)
    db.session.merge(HolidayChange(day=day, name=name, is_lifted=is_lifted))
    _tell(touched, viewer)
    return len(touched)


def forget_holiday(day: date, viewer: Viewer) -> int:
    """Take a correction back. Returns how many visits it touches: a day that was lifted is a holiday again."""
    require(seen=True, allowed=viewer.is_admin)
    change = db.session.get(HolidayChange, day)
    if change is None:
        return 0
    is_holiday_again = change.is_lifted and day in known_holidays(day.year, day.year)
    touched = _waiting_or_refuse(_newly_closed(day), anyway=True) if is_holiday_again else []
    db.session.delete(change)
    _tell(touched, viewer)
    return len(touched)


def _newly_closed(day: date) -> list[Touched]:
    """What a day touches when it becomes a holiday; nothing if it is one, or is over."""
    if day in holidays_from(day.year, day.year) or day < clock.today():
        return []
    return touched_by(day, day)


def shown_to_admin(day: date, viewer: Viewer) -> tuple[list[Visit], list[Visit]]:
    """What a holiday touches, for the admin who adds it: visits whose offices everybody may know, and others, which are only counted."""
    visits = list({one.visit.id: one.visit for one in _newly_closed(day)}.values())
    named = [visit for visit in visits if holds(policy.public_audience(visit), viewer)]
    return named, [visit for visit in visits if visit not in named]
