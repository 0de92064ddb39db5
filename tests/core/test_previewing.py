"""Nobody waits to write while a text is made into HTML (SQLite has one writer), and its writer is told what is not shown of it."""

import sqlite3
from contextlib import closing

import pytest

from kb.core import markdown
from kb.core.db import db
from tests import databases
from tests.home.makers import make_article
from tests.questions.makers import make_answer, make_question

ONE_WRITER = pytest.mark.skipif(bool(databases.POSTGRESQL), reason="PostgreSQL has many writers")

BODY = "Naskah **panjang** untuk dilihat dahulu."
ARTICLE = {"title": "Judul", "summary": "Ringkasan", "body": BODY, "visibility": "publik", "version": 1}
QUESTION = {"title": "Siapa memimpin?", "body": BODY, "visibility": "publik", "addressed": "", "version": 1}
NOTE = {
    "title": "Konsultasi", "summary": "Ringkasan", "body": BODY, "held_on": "2026-01-05", "side": "guest", "other": "kabupaten-mesuji",
    "visibility": "jejaring",
}  # fmt: skip


@pytest.mark.parametrize(
    ("part", "address", "form"),
    [("host_member", "/artikel/baru", ARTICLE), ("guest_member", "/tanya/baru", QUESTION), ("guest_manager", "/catatan/baru", NOTE)],
)
def test_an_empty_text_has_no_empty_preview(cast, part, address, form):
    page = getattr(cast, part).client.post(address, data={**form, "body": "  ", "action": "preview"})
    assert page.status_code == 200 and "<h2>Pratinjau</h2><p>Belum ada isi yang ditulis.</p>" in page.text


@pytest.fixture
def writers(app, monkeypatch):
    """While a text is rendered, somebody else tries to write at once; whether that went well is kept here."""
    with app.app_context():
        path = db.engine.url.database
    found = []
    render = markdown._render

    def rendering(source: str):
        with closing(sqlite3.connect(path, timeout=0.1, isolation_level=None)) as other:
            try:
                other.execute("BEGIN IMMEDIATE")
                found.append("wrote")
            except sqlite3.OperationalError as error:
                found.append(str(error))
        return render(source)

    monkeypatch.setattr(markdown, "_render", rendering)
    return found


@pytest.fixture
def pages(cast, db_ctx):
    """The addresses at which a text is written, by name."""
    with db_ctx():
        article = make_article(cast.guest_manager.viewer)
        question = make_question(cast.guest_manager.viewer)
        answered = make_question(cast.host_manager.viewer, "Satu lagi?")
        answer = make_answer(answered, cast.guest_manager.viewer)
        db.session.commit()
        markdown.render.cache_clear()
        return {
            "new article": ("/artikel/baru", ARTICLE),
            "article": (f"/artikel/{article.slug}/ubah", ARTICLE),
            "live preview": ("/artikel/pratinjau", {"body": BODY}),
            "new question": ("/tanya/baru", QUESTION),
            "question": (f"/tanya/{question.id}/ubah", QUESTION),
            "new answer": (f"/tanya/{answered.id}/jawab", {"jawab-body": BODY}),
            "answer": (f"/tanya/{answered.id}/jawaban/{answer.id}/ubah", {"jawab-body": BODY, "jawab-version": 1}),
            "new note": ("/catatan/baru", NOTE),
        }


NAMES = ["new article", "article", "new question", "question", "new answer", "answer", "new note"]


@ONE_WRITER
@pytest.mark.parametrize("name", [*NAMES, "live preview"])
def test_a_preview_keeps_nobody_from_writing(cast, pages, writers, name):
    address, form = pages[name]
    response = cast.guest_manager.client.post(address, data=form | {"action": "preview"})
    assert response.status_code == 200 and "<strong>panjang</strong>" in response.text
    assert writers and set(writers) == {"wrote"}


@ONE_WRITER
@pytest.mark.parametrize("name", NAMES)
def test_what_is_saved_is_rendered_before_anything_is_written(cast, pages, writers, name):
    address, form = pages[name]
    action = {"action": "send" if name == "new question" else "save", "once": "kunci", "jawab-once": "kunci"}
    assert cast.guest_manager.client.post(address, data=form | action).status_code == 303
    assert writers == ["wrote"]


@ONE_WRITER
def test_checking_a_question_keeps_nobody_from_writing(cast, pages, writers):
    address, form = pages["new question"]
    assert "<strong>panjang</strong>" in cast.guest_manager.client.post(address, data=form | {"action": "check"}).text
    assert writers == ["wrote"]


SHOWS_LESS = "Naskah dengan ![peta](https://contoh.example/peta.png) dan <u>garis</u>."
TOLD = (
    "1 gambar dari situs lain tidak ditampilkan: https://contoh.example/peta.png. Pembaca melihat tautannya.",
    "Kode HTML yang tidak dipakai: &lt;u&gt;.",
)


@pytest.mark.parametrize("name", [*NAMES, "live preview"])
def test_a_preview_tells_what_will_not_be_shown(cast, pages, name):
    address, form = pages[name]
    body = "jawab-body" if "jawab-body" in form else "body"
    page = cast.guest_manager.client.post(address, data=form | {"action": "preview", body: SHOWS_LESS}).text
    assert all(page.count(sentence) == 1 for sentence in TOLD)
    assert not any(sentence in cast.guest_manager.client.post(address, data=form | {"action": "preview"}).text for sentence in TOLD)


@pytest.mark.parametrize("name", NAMES)
def test_saving_tells_what_is_not_shown_once(cast, pages, name):
    address, form = pages[name]
    body = "jawab-body" if "jawab-body" in form else "body"
    action = {"action": "send" if name == "new question" else "save", "once": "kunci", "jawab-once": "kunci"}
    saved = cast.guest_manager.client.post(address, data=form | action | {body: SHOWS_LESS})
    assert saved.status_code == 303
    page = cast.guest_manager.client.get(saved.location).text
    assert all(page.count(f'<p class="notice wait" role="status">{sentence}') == 1 for sentence in TOLD)
    assert not any(sentence in cast.guest_manager.client.get(saved.location).text for sentence in TOLD)
