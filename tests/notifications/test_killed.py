"""A worker that is killed while mails go out, and one whose mail server hangs.

What holds, and what cannot: a mail that the worker wrote down as sent is never sent again. A worker killed after the server's "250" and
before that writing sends the mail once more, with the same Message-ID; no mail program can know better. So each kill may cost one copy.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest
from sqlalchemy import func, select, update

from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Delivery
from kb.notifications import sending
from kb.notifications.models import Mail, Notice
from tests import makers
from tests.notifications.makers import queued

pytestmark = pytest.mark.slow

KILLS = 50
MAILS_EACH = 3

# Loads the application once, sends what is there to warm up, and forks a worker for each line it reads.
NURSERY = """
import os, sys
from kb import create_app
from kb.config import from_environment
from kb.core import events
from kb.core.db import db
from tests import moments
moments.stand_still()
app = create_app(from_environment())
with app.app_context():
    events.drain()
    db.session.remove()
    db.engine.dispose()
print("warm", flush=True)
for line in sys.stdin:
    worker = os.fork()
    if not worker:
        with app.app_context():
            events.drain()
        os._exit(0)
    print(worker, flush=True)
    print(os.waitpid(worker, 0)[1], flush=True)
"""


# `flask kb work`, in the moment of the tests.
WORKER = """
from flask.cli import cli
from tests import moments
moments.stand_still()
cli(["--app", "wsgi", "kb", "work"])
"""


@pytest.fixture
def environ(app, post_office):
    """The environment of a process that shares our database and mail server."""
    return {
        **os.environ,
        "KB_ENV": "test",
        "KB_DATA": app.config["KB_DATA"],
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg", ""),
        "LOG_LEVEL": "ERROR",
        "MAIL_HOST": app.config["MAIL_HOST"],
        "MAIL_PORT": str(app.config["MAIL_PORT"]),
        "MAIL_TLS": "none",
    }


@pytest.fixture
def nursery(app, environ, post_office):
    """A process that starts workers."""
    with app.app_context():
        queued("pemanasan", subject="Pemanasan")
    process = subprocess.Popen([sys.executable, "-c", NURSERY], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "warm\n"
    post_office.received.clear()
    yield process
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def worker(nursery) -> int:
    nursery.stdin.write("\n")
    nursery.stdin.flush()
    return int(nursery.stdout.readline())


def was_killed(nursery) -> bool:
    return int(nursery.stdout.readline()) == signal.SIGKILL


def wait_for(something, seconds: int = 30) -> None:
    until = time.monotonic() + seconds
    while not something() and time.monotonic() < until:
        time.sleep(0.001)
    assert something()


def end_leases() -> None:
    """What a killed worker had in hand may be taken again."""
    db.session.execute(update(Delivery).where(Delivery.done_at.is_(None)).values(due_at=clock.now()))
    db.session.commit()


def written_down() -> set[str]:
    found = set(db.session.scalars(select(Mail.subject).where(Mail.sent_at.is_not(None))))
    db.session.rollback()
    return found


def test_mails_survive_a_worker_killed_fifty_times(db_ctx, post_office, nursery, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 30)  # a busy machine is no dead server
    chance = random.Random(2026)
    once_written, kills = {"Pemanasan": 0}, 0

    def copies() -> Counter:
        return Counter(sent["Subject"] for sent in list(post_office.received))

    with db_ctx():
        for round_ in range(KILLS):
            for number in range(MAILS_EACH):
                queued(f"uji:{round_}:{number}", subject=f"Surat {round_}-{number}")
            end_leases()
            before = post_office.conversations
            pid = worker(nursery)
            wait_for(lambda before=before: post_office.conversations > before)
            time.sleep(chance.uniform(0, 0.04))
            os.kill(pid, signal.SIGKILL)
            kills += was_killed(nursery)
            for subject in written_down() - once_written.keys():
                once_written[subject] = copies()[subject]
        end_leases()
        events.drain()
        assert db.session.scalar(select(func.count()).select_from(Delivery).where(Delivery.done_at.is_(None))) == 0
    sent = copies()
    assert kills >= KILLS // 2, "the kills must hit workers that are at work"
    assert len(sent) == KILLS * MAILS_EACH, "each mail at least once"
    again = {subject for subject, number in once_written.items() if sent[subject] != number}
    assert not again, "exactly once more is too often: these were written down as sent"
    assert sum(sent.values()) - len(sent) <= kills, "a kill costs one copy at most"


def test_a_mail_server_that_hangs_delays_no_notice(cast, db_ctx, post_office, environ):
    post_office.mood = "takes its time"
    with db_ctx():
        queued()
    process = subprocess.Popen([sys.executable, "-c", WORKER], env=environ)
    try:
        wait_for(lambda: post_office.conversations)
        with db_ctx():
            subject = makers.make_user("18.10", email="baru@contoh.example")
            events.record("account.role_changed", subject, cast.guest_manager.viewer)
            db.session.commit()

        def told() -> int:
            with db_ctx():
                return db.session.scalar(select(func.count()).select_from(Notice))

        wait_for(told)
        assert not post_office.received
        post_office.go_on.set()
        wait_for(lambda: len(post_office.received) == 2)
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    with db_ctx():
        assert db.session.scalars(select(Mail.key).where(Mail.sent_at.is_(None))).all() == []
