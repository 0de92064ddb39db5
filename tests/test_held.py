"""Whoever writes on SQLite keeps all others from writing: what takes long is done before, and a test that forgets it fails."""

import threading
import time
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import render_template

from kb.core import comparison, content, events, files, forms, markdown, once, pages
from kb.core import db as db_module
from kb.core.db import db, hand_back, let_go, reading
from kb.core.events import Delivery
from kb.core.files import StoredFile
from kb.core.viewer import ANONYMOUS
from kb.offices.models import Office
from kb.questions import regulations
from kb.search import documents
from tests import databases, held
from tests.search.makers import make_article
from tests.visits.makers import make_visit

pytestmark = [
    pytest.mark.hostile,
    pytest.mark.skipif(bool(databases.POSTGRESQL), reason="only SQLite has one writer"),
]


def others_write(app) -> float:
    """How long somebody else waits to write now."""

    def write():
        with app.app_context():
            db.session.execute(CHANGE)
            db.session.commit()

    started, other = time.monotonic(), threading.Thread(target=write)
    other.start()
    other.join(10)
    return time.monotonic() - started


def forget() -> None:
    """Nothing was worked out before."""
    markdown.render.cache_clear()
    markdown._texts.clear()
    regulations._cited.clear()


@pytest.fixture
def page(app, monkeypatch):
    """`page(work)`: does this in a request that may write, and returns what it made."""

    def post(work):
        def view():
            db.session.execute(sa.text("SELECT 1"))
            made.append(work())
            db.session.rollback()
            return ""

        made = []
        monkeypatch.setattr(app, "dispatch_request", view)
        with app.test_request_context("/", method="POST"):
            try:
                app.full_dispatch_request()
            finally:
                db.session.rollback()
        return made[0]

    return post


CHANGE = sa.text("UPDATE office SET about = about WHERE id = 1")


def make_a_page():
    return render_template("errors/error.html", title="Judul", message="Pesan")


WORK = {
    "rendering": lambda: markdown.render("*dirender*"),
    "the words of a text": lambda: markdown.to_text("<p>kata</p>"),
    "comparing": lambda: comparison.compare("a", "b"),
    "the rules that a text cites": lambda: regulations.cited_in("<p>Permen PANRB 59/2020</p>"),
    "reading a stored file": lambda: files.read(StoredFile(sha256="0" * 64)),
    "reading a file of others": lambda: content.read(Path(__file__)),
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_what_takes_long_fails_a_test_while_the_writer_is_held(page, work):
    with pytest.raises(pytest.fail.Exception, match="while the only writer is held"):
        page(work)


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_it_may_be_done_when_the_transaction_is_over_or_only_reads(page, work):
    def when_over():
        let_go()
        with suppress(OSError, content.BadContent):
            work()

    def while_reading():
        let_go()
        reading()
        db.session.execute(sa.text("SELECT 1"))
        with suppress(OSError, content.BadContent):
            work()

    page(when_over)
    forget()
    page(while_reading)


def test_what_was_prepared_is_not_made_again(page):
    """So a service may ask for the HTML of what its form rendered."""

    def save():
        markdown.prepare("*disiapkan*")
        db.session.execute(sa.text("SELECT 1"))
        return markdown.render("*disiapkan*").html

    assert page(save) == "<p><em>disiapkan</em></p>"


def test_a_page_is_not_made_while_something_changed_waits_to_be_kept(page):
    def change_and_show():
        db.session.execute(CHANGE)
        make_a_page()

    with pytest.raises(pytest.fail.Exception, match="making a page while the only writer is held"):
        page(change_and_show)


def test_a_mail_is_not_made_while_the_worker_holds_the_writer(app, monkeypatch):
    def tell(_event):
        render_template("mail/digest.txt", groups=[])

    monkeypatch.setitem(events._consumers, "test.happened", ["test"])
    monkeypatch.setitem(events._handlers, ("test", "test.happened"), [tell])
    with app.app_context():
        events.record("test.happened", db.session.get(Office, 1), ANONYMOUS)
        db.session.commit()
        with pytest.raises(pytest.fail.Exception, match="making a mail while the only writer is held"):
            events.drain()
        db.session.rollback()


def test_who_changed_nothing_hands_the_writer_back_and_loses_nothing_of_what_was_read(app, page, count_queries):
    def show():
        office = db.session.get(Office, 1)
        name = office.name
        hand_back()
        with count_queries() as asked:
            assert (office.name, asked.value) == (name, 0)
        return others_write(app)

    assert page(show) < 5


def test_a_claim_alone_is_nothing_to_keep(app, page):
    """A form sent twice is carried out once; one that is refused has claimed its key before it is shown again."""

    def refuse_and_show():
        assert once.replay("a" * 32, ANONYMOUS) is None
        make_a_page()
        return others_write(app)

    assert page(refuse_and_show) < 5
    assert page(refuse_and_show) < 5, "the key was given back"


def test_a_claim_with_what_it_was_made_for_is_kept(page):
    def carry_out():
        once.replay("b" * 32, ANONYMOUS)
        db.session.execute(CHANGE)
        hand_back()
        once.remember("b" * 32, ANONYMOUS, "/")
        db.session.commit()
        return once.replay("b" * 32, ANONYMOUS)

    assert page(carry_out) == "/"


def test_nothing_is_written_after_the_writer_was_handed_back(page):
    def forgetful():
        hand_back()
        db.session.execute(CHANGE)

    with pytest.raises(AssertionError, match="after the writer was handed back"):
        page(forgetful)


REFUSED = {
    "article": "/artikel/baru",
    "note": "/catatan/baru",
    "question": "/tanya/baru",
    "visit": "/kunjungan/baru?tuan_rumah=kabupaten-mesuji",
    "office": "/instansi/kota-metro",
    "nobody's": "/kunjungan/9999/accept",
}


@pytest.mark.parametrize("address", REFUSED.values(), ids=REFUSED)
def test_others_write_while_the_page_of_a_refused_form_is_made(app, cast, monkeypatch, address):
    waited = []
    monkeypatch.setattr(pages, "takes_time", lambda _what: waited.append(others_write(app)))
    answer = cast.guest_manager.client.post(address, data={"once": "c" * 32})
    assert answer.status_code in (404, 405, 422), answer.status_code
    assert waited and max(waited) < 5


def test_others_write_while_a_form_arrives(app, cast, monkeypatch):
    """Whoever sends slowly, or much."""
    waited = []
    monkeypatch.setattr(db_module, "takes_time", lambda _what: waited.append(others_write(app)))
    assert cast.guest_manager.client.post("/artikel/baru", data={"title": "Judul"}).status_code == 422
    assert len(waited) == 1 and waited[0] < 5


def test_others_write_while_a_long_text_is_cleaned(app, cast, monkeypatch):
    waited, original = [], forms.clean

    def slowly(text):
        waited.append(others_write(app) if text and len(text) > 200_000 else 0)
        return original(text)

    monkeypatch.setattr(forms, "clean", slowly)
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    page = cast.host_member.client.post(f"/kunjungan/{ident}/acara", data={"text": "a" * 300_000})
    assert page.status_code == 422 and "Terlalu panjang" in page.text
    assert 0 < max(waited) < 5


def test_a_request_that_only_asks_may_compute(app):
    with app.test_request_context("/"):
        db.session.execute(sa.text("SELECT 1"))
        assert comparison.compare("a", "b")
        db.session.rollback()


def test_every_exception_names_code_that_exists_and_a_reason():
    for (module, function), reason in held.EXCEPTIONS.items():
        assert len(reason) > 20, (module, function)


def test_others_write_while_the_worker_makes_what_can_be_found(app, cast, monkeypatch):
    """A code block of blanks held the writer for a minute: now the index is written before the delivery is claimed."""
    with app.app_context():
        events.drain()
        make_article(body="Isi yang panjang.")
        db.session.commit()
    waited, original = [], documents._boost

    def slowly(on: date | None) -> float:
        waited.append(others_write(app))
        return original(on)

    monkeypatch.setattr(documents, "_boost", slowly)
    with app.app_context():
        events.drain()
        still_open = sa.select(Delivery.id).where(Delivery.consumer == "search", Delivery.done_at.is_(None))
        assert db.session.scalars(still_open).all() == []
    assert waited and max(waited) < 5
