"""Personal data of delegations is kept no longer than needed: names, numbers, pictures and signed letters go, figures stay.

A visit is old when its days, the days proposed for it and all that happened with it lie before the retention period, in whatever
state it was left; what is still to come is never old. Purpose, questions and topics stay: they are what others learn from.
"""

from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Select, delete, or_, select, update

from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Event
from kb.core.files import StoredFile
from kb.core.viewer import ANONYMOUS
from kb.visits.models import AgendaItem, SentEntry, Visit, VisitLetter, VisitMember, VisitOption, VisitPhoto, VisitSession, VisitSurvey

BATCH = 200


def erase(days: int) -> int:
    """Erase what was over and untouched for more than `days` days; returns how many visits. Doing it twice changes nothing."""
    found = db.session.scalars(_old(days).limit(BATCH)).all()
    for visit in found:
        _erase(visit)
    db.session.commit()
    return len(found)


def _old(days: int) -> Select:
    before = clock.today() - timedelta(days=days)
    midnight = datetime.combine(before, time(), UTC)
    later = (
        select(VisitSession.id).where(VisitSession.visit_id == Visit.id, VisitSession.day >= before),
        select(VisitOption.id).where(VisitOption.visit_id == Visit.id, VisitOption.day >= before),
        _happened(Event.at >= midnight),
    )
    return (
        select(Visit)
        .where(Visit.day < before, Visit.created_at < midnight, *(~query.exists() for query in later))
        .where(or_(Visit.erased_at.is_(None), _happened(Event.at >= Visit.erased_at).exists()))
        .order_by(Visit.id)
    )


def _happened(*when) -> Select:
    """What people did with a visit; what was erased before and got something new is erased again a period later."""
    mine = (Event.subject_kind == Visit.__tablename__, Event.subject_id == Visit.id)
    return select(Event.id).where(*mine, Event.name != "visit.erased", *when)


def _erase(visit: Visit) -> None:
    if visit.meeting_link:
        sent_link = (SentEntry.visit_id == visit.id, SentEntry.place == visit.meeting_link)
        db.session.execute(update(SentEntry).where(*sent_link).values(place=""))
    visit.head_name = visit.head_position = visit.contact_name = visit.contact_phone = visit.contact_email = visit.meeting_link = ""
    kept = [row.file_id for row in (*visit.photos, *visit.letters) if row.file_id]
    for model in (VisitMember, VisitPhoto, VisitLetter):
        db.session.execute(delete(model).where(model.visit_id == visit.id))
    db.session.execute(update(AgendaItem).where(AgendaItem.visit_id == visit.id).values(speaker=""))
    db.session.execute(update(VisitSurvey).where(VisitSurvey.visit_id == visit.id).values(comment=""))
    db.session.execute(delete(StoredFile).where(StoredFile.id.in_(kept)))  # `files.sweep` takes their contents away
    visit.erased_at = clock.now()
    events.record("visit.erased", visit, ANONYMOUS)
