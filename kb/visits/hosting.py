"""What a host sets about itself: open days, limits, closed periods; and what the admin corrects in the holidays."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload

from kb.core import clock, edits, events
from kb.core.access import require
from kb.core.days_off import HolidayChange
from kb.core.db import db
from kb.core.errors import Invalid
from kb.core.pages import tanggal
from kb.core.viewer import Viewer
from kb.offices import service as offices
from kb.offices.models import Office
from kb.visits import openness, policy
from kb.visits.calendar import Session
from kb.visits.models import ClosedPeriod, OpenSession, Visit, VisitSlot
from kb.visits.workflow import AGREED, WAITS_FOR_HOST


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
    """What the host has set; empty as long as the defaults hold."""
    row = openness.of(host)
    if row.id is None:
        return ""
    by_weekday: dict[int, tuple[Session, ...]] = {}
    for one in row.sessions:
        by_weekday[one.weekday] = (*by_weekday.get(one.weekday, ()), Session(one.starts, one.ends))
    return settings_text(
        Settings(
            row.notice_days, row.ahead_days, row.largest_delegation, row.visits_per_session, row.visits_per_month, row.place, row.bring,
            row.note, by_weekday,
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


def touched_by(host: Office, from_on: date, until_on: date) -> list[Visit]:
    """The agreed visits that lie in a period."""
    query = (
        select(Visit)
        .where(Visit.id.in_(select(VisitSlot.visit_id).where(VisitSlot.host_id == host.id, VisitSlot.day.between(from_on, until_on))))
        .options(joinedload(Visit.guest))
        .order_by(Visit.day)
    )
    return list(db.session.scalars(query))


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
    """Receive nobody from a day to another. Raises Invalid; with agreed visits in the period it names them, unless `anyway`."""
    require(seen=True, allowed=policy.can_set_openness(viewer, host.id))
    if until_on < from_on:
        raise Invalid("Hari terakhir tidak boleh sebelum hari pertama.", "until_on")
    touched = [f"{visit.guest.name} ({tanggal(visit.day)})" for visit in touched_by(host, from_on, until_on)]
    if touched and not anyway:
        raise Invalid(
            f"Sudah ada kunjungan yang diterima: {', '.join(touched)}. Usulkan jadwal lain atau batalkan dahulu; "
            "atau centang bahwa kunjungan itu tetap berlangsung.",
            "from_on",
        )
    db.session.add(ClosedPeriod(host_id=host.id, from_on=from_on, until_on=until_on, reason=reason))
    db.session.flush()


def reopen(host: Office, period_id: int, viewer: Viewer) -> None:
    """Lift a closed period."""
    require(seen=True, allowed=policy.can_set_openness(viewer, host.id))
    db.session.execute(delete(ClosedPeriod).where(ClosedPeriod.id == period_id, ClosedPeriod.host_id == host.id))


def change_holiday(day: date, name: str, is_lifted: bool, viewer: Viewer) -> None:
    """The admin adds a holiday the library does not know, or lifts one it wrongly knows. The last word on a day counts."""
    require(seen=True, allowed=viewer.is_admin)
    db.session.merge(HolidayChange(day=day, name=name, is_lifted=is_lifted))
    db.session.flush()


def forget_holiday(day: date, viewer: Viewer) -> None:
    """Take a correction back."""
    require(seen=True, allowed=viewer.is_admin)
    db.session.execute(delete(HolidayChange).where(HolidayChange.day == day))
