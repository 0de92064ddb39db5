"""What the index does not know yet: between a change and the worker's next round it still holds what was closed meanwhile.

A delivery that was given up counts too: nobody has brought its change into the index.
"""

from sqlalchemy import ColumnElement, Select, false, func, or_, select

from kb.core.db import db
from kb.core.events import Delivery, Event
from kb.core.viewer import Viewer
from kb.questions.models import Answer
from kb.search.documents import SOURCES, Source, key_of

# After these nobody may find the words that were taken out, though the question itself stays.
TAKEN_OUT = ("question.moderated", "question.redacted", "answer.withdrawn")


def hidden_from(viewer: Viewer) -> frozenset[str]:
    """The keys of what changed since the index was written and this viewer may not see, or find in its old words, now."""
    kinds = set(db.session.scalars(_waiting(Event.subject_kind).distinct()))
    if "answer" in kinds:
        kinds.add("question")
    return frozenset(key_of(kind, ident) for kind in kinds & SOURCES.keys() for ident in db.session.scalars(_hidden(SOURCES[kind], viewer)))


def _waiting(column, *where: ColumnElement[bool]) -> Select:
    of_search = (Delivery.consumer == "search", Delivery.done_at.is_(None))
    return select(column).join(Delivery, Delivery.event_id == Event.id).where(*of_search, *where)


def _hidden(source: Source, viewer: Viewer) -> Select:
    ident, seen = source.model.id, func.coalesce(source.visible_to(viewer), false())
    changed = ident.in_(_waiting(Event.subject_id, Event.subject_kind == source.kind))
    if source.kind != "question":
        return select(ident).where(changed, ~seen)
    return select(ident).where(or_(changed & ~seen, _words_taken_out(ident)))


def _words_taken_out(question_id) -> ColumnElement[bool]:
    taken_out = Event.name.in_(TAKEN_OUT)
    of_answers = select(Answer.question_id).where(Answer.id.in_(_waiting(Event.subject_id, Event.subject_kind == "answer", taken_out)))
    return or_(question_id.in_(_waiting(Event.subject_id, Event.subject_kind == "question", taken_out)), question_id.in_(of_answers))
