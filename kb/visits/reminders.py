"""Reminders before a visit: seven days, one day; and three days before, if there is little to talk about. Each once."""

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


def due(visit: Visit, today: date) -> list[str]:
    """The reminders whose day has come. One that was missed is not sent after the next has become due."""
    left = (visit.day - today).days
    if left < 1:
        return []
    kinds = [kind for kind, days in KINDS.items() if left <= days and (kind != "lengkapi" or _is_thin(visit))]
    return kinds[-1:]


def _is_thin(visit: Visit) -> bool:
    return len(visit.question_list) < FEW_QUESTIONS or not any(member.side == "guest" for member in visit.members)


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
