"""Open days and one visit of the demo, marked as sample data."""

from datetime import timedelta

from sqlalchemy import select

from kb.core import clock, events
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.offices import queries as offices
from kb.visits import calendar, openness
from kb.visits.models import Openness, OpenSession, Visit, VisitIndicator, VisitSession, VisitSlot

HOSTS = ("18.11", "18.10", "18.12")


def demo_openness() -> None:
    """Sample open days of the three demo offices, and one agreed visit to show. Touches nothing that exists."""
    for code in HOSTS:
        host = offices.by_code(code)
        if db.session.scalar(select(Openness.id).where(Openness.host_id == host.id)) is None:
            db.session.add(_openness(host.id))
    db.session.flush()
    if db.session.scalar(select(Visit.id).where(Visit.is_sample)) is None:
        _sample_visit()


def _openness(host_id: int) -> Openness:
    sessions = [
        OpenSession(weekday=weekday, starts=session.starts, ends=session.ends)
        for weekday in range(5)
        for session in openness.DEFAULT_SESSIONS
    ]
    return Openness(
        host_id=host_id, notice_days=openness.DEFAULT_NOTICE_DAYS, ahead_days=openness.DEFAULT_AHEAD_DAYS,
        largest_delegation=20, place="Ruang rapat (data contoh)", bring="Surat permohonan (data contoh)", note="", sessions=sessions,
    )  # fmt: skip


def _sample_visit() -> None:
    host, guest = offices.by_code("18.10"), offices.by_code("18.12")
    today = clock.today(host.timezone)
    rules = openness.rules(host)
    days = (calendar.day(today + timedelta(days=n), rules, today) for n in range(14, 60))
    day = next(day for day in days if day.sessions)
    session = day.sessions[0]
    visit = Visit(
        host=host, guest=guest, status="accepted", mode="daring", day=day.on, session=session.key, session_ends=f"{session.ends:%H:%M}",
        purpose="Data contoh: bukan kunjungan sungguhan.", questions="Data contoh: bagaimana menyusun peta rencana?",
        head_name="Data Contoh", head_position="data contoh", delegation_size=4, contact_name="Data Contoh",
        contact_phone="0800 0000 0000", contact_email="contoh@tubaba.example", is_sample=True,
        created_at=clock.now(), requested_at=clock.now(), decided_at=clock.now(),
        indicator_rows=[VisitIndicator(code="spbe-2020/12")],
        sessions=[VisitSession(day=day.on, session=session.key, ends=f"{session.ends:%H:%M}")],
    )  # fmt: skip
    db.session.add(visit)
    db.session.flush()
    visit.reference = "CONTOH-1"
    db.session.add(VisitSlot(visit_id=visit.id, host_id=host.id, day=visit.day, session=visit.session))
    events.record("visit.accepted", visit, Viewer())
