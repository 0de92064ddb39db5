"""An event reaches each of its consumers once, survives a killed worker, and a failure is kept and tried again."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Delivery, Event
from kb.core.viewer import ANONYMOUS
from tests import makers
from tests.moments import pass_time, stop


@pytest.fixture
def listeners(monkeypatch):
    """Subscriptions of this test only."""
    for name in ("_consumers", "_handlers", "_batch_handlers"):
        kept = getattr(events, name)
        monkeypatch.setattr(events, name, type(kept)(list) if name == "_consumers" else {})
    monkeypatch.setattr(events, "_remote", set())


def record(name="thing.happened", **data):
    event = events.record(name, makers.office("18.11"), ANONYMOUS, **data)
    db.session.commit()
    return event.id


def open_deliveries():
    return db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.done_at.is_(None)))


def test_each_consumer_gets_the_event_once(db_ctx, listeners):
    seen = []
    events.on("inbox", "thing.happened")(lambda event: seen.append(("inbox", event.name)))
    events.on("search", "thing.happened")(lambda event: seen.append(("search", event.name)))
    with db_ctx():
        record()
        assert events.drain() == 2
        assert events.drain() == 0
    assert sorted(seen) == [("inbox", "thing.happened"), ("search", "thing.happened")]


def test_an_event_without_consumer_is_still_on_record(db_ctx, listeners):
    with db_ctx():
        record()
        assert events.drain() == 0
        assert db.session.scalar(select(func.count()).select_from(Event)) == 1


def test_a_change_that_is_rolled_back_leaves_no_event(db_ctx, listeners):
    events.on("inbox", "thing.happened")(lambda event: None)
    with db_ctx():
        events.record("thing.happened", makers.office("18.11"), ANONYMOUS)
        db.session.rollback()
        assert open_deliveries() == 0


def test_a_failure_is_kept_tried_again_and_given_up(db_ctx, listeners, monkeypatch):
    def broken(event):
        raise RuntimeError("server surat tidak menjawab")

    events.on("mail", "thing.happened")(broken)
    with db_ctx():
        record()
        start = clock.now()
        for attempt in range(1, events.MAX_ATTEMPTS + 1):
            stop(monkeypatch, start + timedelta(hours=2 * attempt))
            assert events.drain() == 0
            delivery = db.session.scalars(select(Delivery)).one()
            assert delivery.attempts == attempt
            assert "server surat tidak menjawab" in delivery.error
        assert delivery.gave_up_at is not None
        assert events.retry(delivery.id) == 1
        db.session.commit()
        monkeypatch.setitem(events._handlers, ("mail", "thing.happened"), [lambda event: None])
        assert events.drain() == 1


def test_pressing_retry_takes_nothing_out_of_a_workers_hands(db_ctx, listeners):
    """A mail under way is due again when its lease is over; brought forward, a second worker would send it too."""
    events.on("mail", "thing.happened", remote=True)(lambda event: None)
    with db_ctx():
        record()
        delivery = db.session.scalars(select(Delivery)).one()
        delivery.attempts, delivery.due_at = 3, clock.now() + events.LEASE
        db.session.commit()
        assert events.retry_all() == 1
        assert events.drain() == 0


def test_a_handler_that_refuses_is_not_asked_again_until_somebody_says_so(db_ctx, listeners, monkeypatch):
    def refuse(event):
        raise events.Refused from ValueError("alamat salah")

    events.on("mail", "thing.happened")(refuse)
    with db_ctx():
        record()
        record()
        events.drain()
        found = db.session.scalars(select(Delivery)).all()
        assert [(one.attempts, one.error, one.gave_up_at is None) for one in found] == [(1, "ValueError: alamat salah", False)] * 2
        assert events.retry_all() == 2
        db.session.commit()
        monkeypatch.setitem(events._handlers, ("mail", "thing.happened"), [lambda event: None])
        assert events.drain() == 2


def test_handlers_of_one_consumer_come_in_the_order_they_subscribed(db_ctx, listeners):
    heard = []
    events.on("inbox", "thing.happened")(lambda event: heard.append("first"))
    events.on("inbox", "thing.happened")(lambda event: heard.append("second"))
    with db_ctx():
        record()
        assert events.drain() == 1, "one delivery for both"
        assert heard == ["first", "second"]


def test_a_failed_handler_leaves_no_half_work(db_ctx, listeners):
    def half(event):
        makers.office("18.11").about = "setengah jadi"
        db.session.flush()
        raise RuntimeError

    events.on("inbox", "thing.happened")(half)
    with db_ctx():
        record()
        events.drain()
        assert makers.office("18.11").about is None


def test_a_batch_with_one_bad_event_still_handles_the_others(db_ctx, listeners):
    seen = []

    def index(batch):
        if any(event.data.get("bad") for event in batch):
            raise ValueError("rusak")
        seen.extend(event.data["n"] for event in batch)

    events.on_batch("search", "thing.happened")(index)
    with db_ctx():
        for n in range(5):
            record(n=n, bad=n == 2)
        events.drain()
        assert open_deliveries() == 1
    assert seen == [0, 1, 3, 4]


def test_a_delayed_event_waits(db_ctx, listeners, monkeypatch):
    seen = []
    events.on("inbox", "thing.happened")(lambda event: seen.append(1))
    with db_ctx():
        events.record("thing.happened", makers.office("18.11"), ANONYMOUS, delay=timedelta(days=1))
        db.session.commit()
        events.drain()
        assert seen == []
        pass_time(monkeypatch, days=1, minutes=1)
        events.drain()
        assert seen == [1]


def test_two_workers_never_handle_the_same_delivery(app, db_ctx, listeners):
    seen = []
    events.on("inbox", "thing.happened")(lambda event: seen.append(event.id))
    with db_ctx():
        for _ in range(40):
            record()

    def worker():
        with app.app_context():
            for _ in range(3):
                events.drain()
            db.session.remove()

    threads = [threading.Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db_ctx():
        events.drain()
        assert open_deliveries() == 0
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) == 40


KILLED = """
import os, sys, time
from kb import create_app
from kb.config import from_environment
from kb.core import events
from kb.core.db import db
from tests import moments
moments.stand_still()
app = create_app(from_environment())
with app.app_context():
    def slow(event):
        print("started", flush=True)
        time.sleep(30)
    events._handlers.clear(); events._batch_handlers.clear()
    events.on("inbox", "thing.happened")(slow)
    events.drain()
"""


@pytest.mark.slow
def test_a_worker_killed_in_the_middle_loses_nothing(app, db_ctx, listeners):
    seen = []
    events.on("inbox", "thing.happened")(lambda event: seen.append(event.id))
    with db_ctx():
        event_id = record()
    environ = {
        **os.environ,
        "KB_ENV": "test",
        "KB_DATA": app.config["KB_DATA"],
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
    }
    process = subprocess.Popen([sys.executable, "-c", KILLED], env=environ, stdout=subprocess.PIPE, text=True)
    assert "started" in process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    deadline = time.monotonic() + 10
    with db_ctx():
        while not seen and time.monotonic() < deadline:
            events.drain()
    assert seen == [event_id]
