"""Telling those who follow something, after those whom it concerns (`handlers.py` subscribes first), who are told in other words."""

from collections.abc import Collection, Iterable

from kb.articles.models import Article
from kb.core import events
from kb.core.db import db
from kb.core.events import Event
from kb.notes.models import Note
from kb.notifications import follows
from kb.notifications.handlers import ANSWER_TITLES, VISIT_TITLES, invited_people, is_followed_up, newly_about, readers_of_its_note
from kb.notifications.telling import sentence, tell
from kb.questions.models import Answer, Question
from kb.visits import queries as visits

WHY = "Anda mengikuti hal ini; lepaskan di halamannya atau di Akun › Pemberitahuan"


def _tell(event: Event, subjects: Iterable[str], title: str, url: str, lines: list[str], besides: Collection[int] = ()) -> None:
    tell(event, follows.followers(subjects), title, url, [sentence(title), *lines], WHY, kind="ikuti", besides=besides)


def _indicators(codes: Iterable[str]) -> list[str]:
    return [f"indicator:{code}" for code in codes]


@events.on("inbox", "article.published", "article.edited")
def tell_of_article(event: Event) -> None:
    """A new article concerns the office that wrote it and its indicators; a changed one only those who follow the article.

    The offices an article is about, when it is new or names them newly, have not written it, and that is what their followers read.
    """
    article = db.session.get(Article, event.subject_id)
    if article.status != "published":
        return
    new = event.name == "article.published"
    url = f"/artikel/{article.slug}"
    said = [article.summary, _written(article) if event.data.get("about") else ""]
    subjects = [f"article:{article.id}", *([f"office:{article.office_id}", *_indicators(article.indicators)] if new else [])]
    title = f"{'Artikel baru' if new else 'Artikel diubah'}: {article.title}"
    _tell(event, subjects, title, url, said if new else [])
    for office in newly_about(event, article):
        title = f"Artikel baru tentang {office.name}: {article.title}"
        _tell(event, [f"office:{office.id}"], title, url, said)


def _written(article: Article) -> str:
    return f"Ditulis {article.office.name} tentang {', '.join(office.name for office in article.about)}."


@events.on("inbox", "note.published")
def tell_of_note(event: Event) -> None:
    """A note concerns both offices, its visit and its indicators."""
    note = db.session.get(Note, event.subject_id)
    subjects = [f"office:{note.host_id}", f"office:{note.guest_id}", f"visit:{note.visit_id}", *_indicators(note.indicators)]
    _tell(event, subjects, f"Catatan konsultasi baru: {note.title}", f"/catatan/{note.id}", [note.summary])


@events.on("inbox", "question.asked")
def tell_of_question(event: Event) -> None:
    """A question concerns who asks, who is asked, what it is about, and its indicators. Whoever is invited to answer is told that."""
    question = db.session.get(Question, event.subject_id)
    subjects = [f"office:{office_id}" for office_id in (question.office_id, question.addressed_id) if office_id]
    subjects += [f"{question.about_kind}:{question.about_id}"] if question.about_kind else []
    title = f"Pertanyaan baru: {question.title}"
    subjects += _indicators(question.indicators)
    lines = [f"{question.office.name} bertanya."]
    _tell(event, subjects, title, f"/tanya/{question.id}", lines, besides=invited_people(question))


@events.on("inbox", *ANSWER_TITLES)
def tell_of_answer(event: Event) -> None:
    """What becomes of a question."""
    answer = db.session.get(Answer, event.subject_id)
    if event.name != "answer.withdrawn" and not answer.stands:
        return
    titles = {
        "answer.given": "Jawaban baru",
        "answer.accepted": "Jawaban diterima",
        "answer.applied": "Jawaban berhasil diterapkan",
        "answer.withdrawn": "Jawaban ditarik",
    }
    question = answer.question
    subjects = [f"question:{question.id}", *([f"office:{answer.office_id}"] if event.name == "answer.given" else [])]
    title = f"{titles[event.name]}: {question.title}"
    _tell(event, subjects, title, f"/tanya/{question.id}#jawaban-{answer.id}", [f"Jawaban dari {answer.office.name}."])


@events.on("inbox", "question.commented", "question.closed", "question.reopened")
def tell_of_thread(event: Event) -> None:
    """What else happens to a question."""
    question = db.session.get(Question, event.subject_id)
    titles = {
        "question.commented": "Komentar baru",
        "question.closed": "Pertanyaan ditutup",
        "question.reopened": "Pertanyaan dibuka kembali",
    }
    _tell(event, [f"question:{question.id}"], f"{titles[event.name]}: {question.title}", f"/tanya/{question.id}", [])


@events.on("inbox", *VISIT_TITLES)
def tell_of_visit(event: Event) -> None:
    """Colleagues of both sides who follow a visit."""
    if is_followed_up(event):
        return
    visit = visits.find(event.subject_id)
    title = VISIT_TITLES[event.name].format(guest=visit.guest.name, host=visit.host.name)
    besides = readers_of_its_note(event, visit)
    _tell(event, [f"visit:{visit.id}"], title, f"/kunjungan/{visit.id}", [f"Nomor rujukan: {visit.reference}"], besides)
