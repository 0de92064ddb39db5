"""What calendars must be sent of a visit: the difference between what they were sent and what is true now."""

from dataclasses import dataclass

from sqlalchemy import select

from kb.core.db import db
from kb.visits import ics
from kb.visits.ics import Entry
from kb.visits.models import SentEntry, Visit
from kb.visits.workflow import AGREED, HOLDS_SLOT


@dataclass(frozen=True)
class Change:
    """A day that calendars must take up or move ("REQUEST"), or take out ("CANCEL")."""

    method: str
    entry: Entry


def settle(visit: Visit) -> list[Change]:
    """What calendars must be sent now, invitations first; it is written down as sent, so the caller sends it in the same transaction.

    Only agreed days stand in calendars. What took place stays as it was. SEQUENCE rises with each change that is sent.
    """
    db.session.expire(visit)
    db.session.refresh(visit, ["status", "sequence"], with_for_update=True)  # a second worker waits, and then finds nothing to send
    if visit.status in HOLDS_SLOT - AGREED:
        return []
    sent = {row.number: row for row in db.session.scalars(select(SentEntry).where(SentEntry.visit_id == visit.id))}
    now = {entry.number: entry for entry in ics.entries(visit)} if visit.status in AGREED else {}
    changes = [Change("REQUEST", entry) for number, entry in now.items() if not _stands(sent.get(number), entry)]
    changes += [Change("CANCEL", Entry.sent(row)) for number, row in sorted(sent.items()) if not row.is_cancelled and number not in now]
    if changes:
        visit.sequence = max(visit.sequence, 1 + max((row.sequence for row in sent.values()), default=-1))
        for change in changes:
            _note(visit, sent.get(change.entry.number), change)
        db.session.flush()
    return changes


def _stands(row: SentEntry | None, entry: Entry) -> bool:
    return row is not None and not row.is_cancelled and Entry.sent(row) == entry


def _note(visit: Visit, row: SentEntry | None, change: Change) -> None:
    if row is None:
        row = SentEntry(visit_id=visit.id, number=change.entry.number)
        db.session.add(row)
    row.starts_at, row.ends_at, row.place = change.entry.starts_at, change.entry.ends_at, change.entry.place
    row.sequence, row.is_cancelled = visit.sequence, change.method == "CANCEL"
