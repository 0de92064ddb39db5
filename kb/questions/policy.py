"""Who may see a question, and who may do what with it and its answers.

Confidential questions (`para_pihak`) are the two offices' own: a moderator reads one only after one of the two has flagged it.
"""

from sqlalchemy import ColumnElement, and_, false, or_

from kb.core.access import Audience, holds
from kb.core.viewer import Viewer
from kb.offices import queries as offices
from kb.questions.models import Answer, Comment, Question

TOKENS = {"publik": "public", "jejaring": "network"}


def audience(question: Question) -> Audience:
    """The asking office always; whom it was opened to, unless a moderator hid it; moderators when it was flagged or hidden."""
    own = frozenset({f"office:{question.office_id}"})
    if question.hidden_at is not None:
        return own | moderators()
    if question.visibility == "para_pihak":
        opened = frozenset({f"office:{question.addressed_id}"})
    else:
        opened = frozenset({TOKENS[question.visibility]})
    return own | opened | (moderators() if question.is_flagged else frozenset())


def moderators() -> Audience:
    """The tokens of those who moderate: admins, and managers of the editorial office."""
    return frozenset({"admin", f"manager:{offices.editorial_id()}"})


def can_view(viewer: Viewer, question: Question) -> bool:
    return holds(audience(question), viewer)


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The same rule as SQL."""
    opened = [visibility for visibility, token in TOKENS.items() if token in viewer.tokens]
    rule = or_(Question.visibility.in_(opened), _addressed_to(viewer))
    shown = and_(Question.hidden_at.is_(None), rule)
    own = Question.office_id == viewer.office_id if viewer.office_id else false()
    flagged = or_(Question.hidden_at.is_not(None), Question.is_flagged) if can_moderate(viewer) else false()
    return or_(shown, own, flagged)


def _addressed_to(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.office_id is None:
        return false()
    return and_(Question.visibility == "para_pihak", Question.addressed_id == viewer.office_id)


def can_moderate(viewer: Viewer) -> bool:
    """Admins, and managers of the editorial office."""
    return not viewer.tokens.isdisjoint(moderators()) if viewer.role in ("manager", "admin") else False


def can_write(viewer: Viewer) -> bool:
    """Signed-in people of an office; that the office still belongs to the network is for the service to ask."""
    return viewer.is_signed_in and viewer.office_id is not None


def can_edit(viewer: Viewer, question: Question) -> bool:
    """The asking office, while it is not merged or hidden."""
    return viewer.is_of(question.office_id) and question.status != "merged" and question.hidden_at is None


def can_answer(viewer: Viewer, question: Question) -> bool:
    """Every office that sees an open or answered question, but the asking one: it clarifies by comments."""
    return can_write(viewer) and can_view(viewer, question) and not viewer.is_of(question.office_id) and _is_going_on(question)


def can_comment(viewer: Viewer, question: Question) -> bool:
    return can_write(viewer) and can_view(viewer, question) and _is_going_on(question)


def _is_going_on(question: Question) -> bool:
    return question.status in ("open", "answered") and question.hidden_at is None


def can_decide(viewer: Viewer, question: Question) -> bool:
    """Accept an answer, close, reopen: the asking office; when it has left the network, moderators in its place where they see it."""
    if viewer.is_of(question.office_id):
        return question.hidden_at is None
    return not question.office.is_member and _tends(viewer, question)


def _tends(viewer: Viewer, question: Question) -> bool:
    return question.hidden_at is None and can_moderate(viewer) and can_view(viewer, question)


def can_accept(viewer: Viewer, answer: Answer) -> bool:
    """Who decides takes an answer of somebody else that stands."""
    question = answer.question
    return can_decide(viewer, question) and answer.stands and question.status in ("open", "answered") and not is_own(viewer, answer)


def is_own(viewer: Viewer, answer: Answer) -> bool:
    """Is it the asking office's own answer (merging can bring one there), or the viewer's? Nobody accepts their own."""
    return answer.office_id == answer.question.office_id or viewer.is_of(answer.office_id)


def can_invite(viewer: Viewer, question: Question) -> bool:
    """The asking office, and moderators, who are told when nobody answers; nobody into a confidential question."""
    may = can_decide(viewer, question) or _tends(viewer, question)
    return may and question.status == "open" and question.visibility != "para_pihak"


def can_apply(viewer: Viewer, answer: Answer) -> bool:
    """Only the asking office knows whether an accepted answer worked there."""
    return viewer.is_of(answer.question.office_id) and answer.accepted_at is not None and answer.applied_at is None


def can_edit_answer(viewer: Viewer, answer: Answer) -> bool:
    """The office that answered, while the answer stands."""
    return viewer.is_of(answer.office_id) and answer.stands and answer.question.status != "merged" and answer.question.hidden_at is None


def can_confirm(viewer: Viewer, answer: Answer) -> bool:
    """Only the office that gave an answer can say that it still holds."""
    return answer.stands and viewer.is_of(answer.office_id) and can_view(viewer, answer.question)


def can_find_helpful(viewer: Viewer, answer: Answer) -> bool:
    """Any person of another office than the one that answered."""
    return can_write(viewer) and can_view(viewer, answer.question) and answer.stands and not viewer.is_of(answer.office_id)


def can_read_answer(viewer: Viewer, answer: Answer | Comment) -> bool:
    """What was withdrawn or hidden is read by its office only, and by moderators, who may have to show it again."""
    stands = answer.stands if isinstance(answer, Answer) else answer.hidden_at is None
    return stands or viewer.is_of(answer.office_id) or can_moderate(viewer)


def can_merge(viewer: Viewer, question: Question) -> bool:
    """The asking office and moderators."""
    return question.status != "merged" and (can_decide(viewer, question) or _tends(viewer, question))


def can_flag(viewer: Viewer, question: Question) -> bool:
    return can_write(viewer) and can_view(viewer, question)


def can_make_article(viewer: Viewer, question: Question, answer: Answer | None = None) -> bool:
    """Who wrote it may make an article draft of it: the asking office of its question, an office of its answer."""
    written_by = (question.office_id,) if answer is None else (question.office_id, answer.office_id)
    return question.hidden_at is None and any(viewer.is_of(office_id) for office_id in written_by) and question.answer_count > 0
