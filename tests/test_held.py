"""Whoever writes on SQLite keeps all others from writing: what takes long is done before, and a test that forgets it fails."""

import threading
import time

import pytest
import sqlalchemy as sa

from kb.core import comparison, events, markdown
from kb.core.db import db, let_go, reading
from kb.core.events import Delivery
from tests import databases, held
from tests.search.makers import make_article

pytestmark = [
    pytest.mark.hostile,
    pytest.mark.skipif(bool(databases.POSTGRESQL), reason="only SQLite has one writer"),
]


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


WORK = {
    "rendering": lambda: markdown.render("*dirender*"),
    "the words of a text": lambda: markdown.to_text("<p>kata</p>"),
    "comparing": lambda: comparison.compare("a", "b"),
}


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_what_takes_long_fails_a_test_while_the_writer_is_held(page, work):
    with pytest.raises(pytest.fail.Exception, match="while the only writer is held"):
        page(work)


@pytest.mark.parametrize("work", WORK.values(), ids=WORK)
def test_it_may_be_done_when_the_transaction_is_over_or_only_reads(page, work):
    def when_over():
        let_go()
        work()

    def while_reading():
        let_go()
        reading()
        db.session.execute(sa.text("SELECT 1"))
        work()

    page(when_over)
    markdown.render.cache_clear()
    page(while_reading)


def test_what_was_prepared_is_not_made_again(page):
    """So a service may ask for the HTML of what its form rendered."""

    def save():
        markdown.prepare("*disiapkan*")
        db.session.execute(sa.text("SELECT 1"))
        return markdown.render("*disiapkan*").html

    assert page(save) == "<p><em>disiapkan</em></p>"


def test_a_request_that_only_asks_may_compute(app):
    with app.test_request_context("/"):
        db.session.execute(sa.text("SELECT 1"))
        assert comparison.compare("a", "b")
        db.session.rollback()


def test_every_exception_names_code_that_exists_and_a_reason():
    for (module, function), reason in held.EXCEPTIONS.items():
        assert len(reason) > 20, (module, function)


def test_others_write_while_the_worker_derives_the_words_of_a_text(app, cast, monkeypatch):
    """A code block of blanks held the writer for a minute: now the index is written before the delivery is claimed."""
    with app.app_context():
        events.drain()
        make_article(body="Isi yang panjang.")
        db.session.commit()
    waited, original = [], markdown._to_text

    def slowly(html: str) -> str:
        other = threading.Thread(target=_write_beside, args=(app, waited))
        other.start()
        other.join(10)
        return original(html)

    markdown._texts.clear()
    monkeypatch.setattr(markdown, "_to_text", slowly)
    with app.app_context():
        events.drain()
        still_open = sa.select(Delivery.id).where(Delivery.consumer == "search", Delivery.done_at.is_(None))
        assert db.session.scalars(still_open).all() == []
    assert waited and max(waited) < 5


def _write_beside(app, waited: list) -> None:
    started = time.monotonic()
    with app.app_context():
        db.session.execute(sa.text("UPDATE office SET about = about WHERE id = 1"))
        db.session.commit()
    waited.append(time.monotonic() - started)
