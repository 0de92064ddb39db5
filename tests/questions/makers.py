"""Makers of questions: Pringsewu asks, Mesuji answers, unless told otherwise."""

from kb.core import clock
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.questions import queries, service
from kb.questions.models import Answer, Question
from kb.questions.service import Content, Guest
from tests.makers import office

BODY = "Kami belum punya tim. **Siapa** yang memimpin di tempat Anda?"

FORM = {
    "title": "Siapa yang menetapkan peta rencana SPBE?",
    "body": BODY,
    "indicators": ["spbe-2020/12"],
    "addressed": "",
    "visibility": "jejaring",
}


def make_question(
    asker: Viewer, title: str = FORM["title"], body: str = BODY, addressed: str = "", invited: tuple[str, ...] = (), **content
) -> Question:
    """A question by the real service; `addressed` and `invited` are region codes. Not committed."""
    content = {"visibility": "publik", "indicators": ("spbe-2020/12",), **content}
    to = office(addressed).id if addressed else None
    guests = tuple(Guest(office(code).id, "indeks tinggi") for code in invited)
    question = service.ask(Content(title, body, addressed_id=to, **content), asker, guests)
    db.session.flush()
    return queries.find(question.id)


def make_answer(question: Question, answerer: Viewer, body: str = "Bupati, lewat peraturan.") -> Answer:
    """An answer by the real service. Not committed."""
    return service.answer(question, body, answerer)


def join(code: str) -> int:
    """An office joins; returns its id."""
    found = office(code)
    found.joined_at = clock.now()
    db.session.flush()
    return found.id


def leave(code: str) -> None:
    """An office leaves the network."""
    office(code).joined_at = None
    db.session.flush()
