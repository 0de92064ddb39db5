"""Keeps the index true to the database. Many events at once, since a commit of the index is dear."""

from kb.core import events
from kb.core.events import Event
from kb.search import service


@events.on_batch(
    "search",
    "article.created", "article.edited", "article.published", "article.restored", "article.archived", "article.unarchived",
    "note.created", "note.edited", "note.published",
    "visit.accepted", "visit.moved_online", "visit.proposed", "visit.rescheduled", "visit.cancelled", "visit.held", "visit.reported",
    "visit.closed", "visit.opened",
    "office.edited", "office.joined",
)  # fmt: skip
def refresh(batch: list[Event]) -> None:
    """Look up what the events are about and put or drop it."""
    changed: dict[str, set[int]] = {}
    for event in batch:
        changed.setdefault(event.subject_kind, set()).add(event.subject_id)
    service.refresh(changed)
