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
    "question.asked", "question.edited", "question.closed", "question.reopened", "question.merged", "question.flagged",
    "question.moderated", "question.redacted",
    "answer.given", "answer.edited", "answer.accepted", "answer.unaccepted", "answer.withdrawn",
)  # fmt: skip
def refresh(batch: list[Event]) -> None:
    """Look up what the events are about and put or drop it."""
    changed: dict[str, set[int]] = {}
    for event in batch:
        kind, ident = _document_of(event)
        changed.setdefault(kind, set()).add(ident)
    service.refresh(changed)


def _document_of(event: Event) -> tuple[str, int]:
    """An answer is found with its question."""
    return ("question", event.data["question_id"]) if event.subject_kind == "answer" else (event.subject_kind, event.subject_id)
