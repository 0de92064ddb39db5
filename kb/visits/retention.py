"""Personal data of delegations is kept no longer than needed: names, numbers, pictures and signed letters go, figures stay."""

from datetime import timedelta

from sqlalchemy import delete, select

from kb.core import clock, events
from kb.core.db import db
from kb.core.files import StoredFile
from kb.core.viewer import ANONYMOUS
from kb.visits.models import Visit, VisitLetter, VisitMember, VisitPhoto
from kb.visits.workflow import AGREED, HOLDS_SLOT

ENDED = (HOLDS_SLOT - AGREED) | {"declined", "withdrawn", "cancelled"}
BATCH = 200


def erase(days: int) -> int:
    """Erase what ended more than `days` days ago; returns how many visits. Doing it twice changes nothing."""
    before = clock.today() - timedelta(days=days)
    old = select(Visit).where(Visit.status.in_(ENDED), Visit.day < before, Visit.erased_at.is_(None)).limit(BATCH)
    found = db.session.scalars(old).all()
    for visit in found:
        _erase(visit)
    db.session.commit()
    return len(found)


def _erase(visit: Visit) -> None:
    visit.head_name = visit.head_position = visit.contact_name = visit.contact_phone = visit.contact_email = ""
    kept = [row.file_id for row in (*visit.photos, *visit.letters) if row.file_id]
    db.session.execute(delete(VisitMember).where(VisitMember.visit_id == visit.id))
    db.session.execute(delete(VisitPhoto).where(VisitPhoto.visit_id == visit.id))
    db.session.execute(delete(VisitLetter).where(VisitLetter.visit_id == visit.id))
    db.session.execute(delete(StoredFile).where(StoredFile.id.in_(kept)))  # `files.sweep` takes their contents away
    visit.erased_at = clock.now()
    events.record("visit.erased", visit, ANONYMOUS)
