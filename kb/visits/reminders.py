"""Reminders before a visit: seven days, one day; and three days before, if there is little to talk about. Each once."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from kb.core import clock, events
from kb.core.db import db
from kb.core.viewer import ANONYMOUS
from kb.visits.models import Visit, VisitReminder
from kb.visits.workflow import AGREED

# kind -> days before
KINDS = {"seminggu": 7, "lengkapi": 3, "besok": 1}
FEW_QUESTIONS = 2
DAYS_LEFT = (
    "Hari ini",
    "Besok",
    "Dua hari lagi",
    "Tiga hari lagi",
    "Empat hari lagi",
    "Lima hari lagi",
    "Enam hari lagi",
    "Satu minggu lagi",
)


@dataclass(frozen=True)
class Reminder:
    """A reminder in words; `to_both` sides, or to the guest alone."""

    title: str
    advice: str
    url: str
    to_both: bool


def due(visit: Visit, today: date) -> list[str]:
    """The reminders whose day has come. One that was missed is not sent after the next has become due."""
    left = (visit.day - today).days
    if left < 1:
        return []
    kinds = [kind for kind, days in KINDS.items() if left <= days and (kind != "lengkapi" or missing(visit))]
    return kinds[-1:]


def missing(visit: Visit) -> list[str]:
    """What the guest should complete, so that the host can prepare."""
    found = ["pertanyaan"] if len(visit.question_list) < FEW_QUESTIONS else []
    return found if any(member.side == "guest" for member in visit.members) else [*found, "rombongan"]


def wording(visit: Visit, kind: str) -> Reminder | None:
    """A reminder as it is true now, by the host's clock; None when nobody needs it any more."""
    left = (visit.day - clock.today(visit.host.timezone)).days
    lacks = missing(visit)
    if visit.status not in AGREED or not 0 <= left < len(DAYS_LEFT) or (kind == "lengkapi" and not lacks):
        return None
    page = f"/kunjungan/{visit.id}"
    if kind == "lengkapi":
        title = f"{DAYS_LEFT[left]}: lengkapi {' dan '.join(lacks)} untuk kunjungan ke {visit.host.name}"
        advice = "Tuan rumah menyiapkan orang menurut pertanyaan dan nama rombongan Anda."
        return Reminder(title, advice, f"{page}/{'lengkapi' if 'pertanyaan' in lacks else 'rombongan'}", to_both=False)
    advice = {
        "seminggu": "Periksa rombongan, pertanyaan, dan susunan acaranya.",
        "besok": "Daftar hadir dapat dibuka di ponsel, atau dicetak.",
    }[kind]
    return Reminder(f"{DAYS_LEFT[left]}: kunjungan {visit.guest.name} ke {visit.host.name}", advice, page, to_both=True)


def remind() -> int:
    """Write what is due as events, each once for a day; returns how many. Commits one by one, so that a kill loses none twice."""
    today = clock.today()
    soon = select(Visit).where(Visit.status.in_(AGREED), Visit.day.between(today, today + timedelta(days=max(KINDS.values()) + 1)))
    written = 0
    for visit in db.session.scalars(soon.order_by(Visit.id)).all():
        for kind in due(visit, clock.today(visit.host.timezone)):
            written += _write(visit, kind)
    return written


def _write(visit: Visit, kind: str) -> int:
    try:
        with db.session.begin_nested():
            db.session.execute(insert(VisitReminder).values(visit_id=visit.id, kind=kind, day=visit.day))
    except IntegrityError:
        return 0
    events.record("visit.reminded", visit, ANONYMOUS, kind=kind)
    db.session.commit()
    return 1
