"""What events are about, and who may see that now: asked before anybody is told, before a mail goes out, and when the inbox is read."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from kb.articles import policy as article_policy
from kb.articles.models import Article
from kb.core.db import db
from kb.core.events import Event
from kb.core.viewer import Viewer
from kb.notes import policy as note_policy
from kb.notes.models import Note
from kb.questions import policy as question_policy
from kb.questions.models import Answer, Question
from kb.visits import policy as visit_policy
from kb.visits.models import Visit

Sight = Callable[[Viewer], bool]


def sight(event: Event) -> Sight:
    """Who may see what this event is about."""
    if event.subject_kind not in _RULES:
        return lambda viewer: True  # accounts: whoever is told of them is named by the handler itself
    model, can_view = _RULES[event.subject_kind]
    found = _moved(db.session.get(model, event.subject_id))
    return lambda viewer: found is not None and can_view(viewer, found)


def sights(events: Iterable[Event]) -> dict[int, Sight]:
    """The same for many events, by their ids, in as few statements as for one."""
    wanted, held = defaultdict(set), []
    for event in events:
        wanted[event.subject_kind].add(event.subject_id)
    held += (answers := _load(Answer, wanted["answer"]))
    held += (questions := _load(Question, wanted["question"] | {answer.question_id for answer in answers}))
    held += _load(Question, {question.merged_into_id for question in questions if question.merged_into_id})
    for kind in ("article", "note", "visit"):
        held += _load(_RULES[kind][0], wanted[kind])
    return {event.id: sight(event) for event in events}  # finds in the session what `held` keeps there


def _load(model: type, ids: set[int]) -> list:
    return list(db.session.scalars(select(model).where(model.id.in_(ids)).options(lazyload("*")))) if ids else []


def _moved(found):
    """A question that was merged into another is seen there; an answer where its question is."""
    if isinstance(found, Answer):
        found = found.question
    if isinstance(found, Question) and found.merged_into_id:
        return db.session.get(Question, found.merged_into_id)
    return found


_RULES = {
    "article": (Article, article_policy.can_view),
    "note": (Note, note_policy.can_view),
    "visit": (Visit, visit_policy.can_view),
    "question": (Question, question_policy.can_view),
    "answer": (Answer, question_policy.can_view),
}
