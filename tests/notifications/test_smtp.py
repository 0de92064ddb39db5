"""Mail over a real SMTP conversation: what the server does, and what becomes of the mail."""

import threading
import time

import pytest
from sqlalchemy import select

from kb.core import clock, events
from kb.core.db import db
from kb.notifications import sending
from kb.notifications.models import Mail
from tests.moments import pass_time, stop
from tests.notifications.makers import delivery_of, queued


def test_an_accepted_mail_is_sent_once_and_marked(db_ctx, post_office):
    with db_ctx():
        mail = queued()
        events.drain()
        events.drain()
        assert mail.sent_at is not None and delivery_of(mail).done_at is not None
    assert [(sent["To"], sent["Subject"]) for sent in post_office.received] == [("siti@contoh.example", "Kunjungan diterima")]


@pytest.mark.parametrize(
    ("mood", "words"),
    [
        ("is busy", "Coba lagi nanti"),
        ("hangs", "timed out"),
        ("dies", "Connection unexpectedly closed"),
    ],
)
def test_a_server_that_does_not_take_the_mail_gets_it_again_later(db_ctx, post_office, monkeypatch, mood, words):
    with db_ctx():
        post_office.mood = mood
        mail = queued()
        events.drain()
        delivery = delivery_of(mail)
        assert (mail.sent_at, delivery.done_at, delivery.attempts) == (None, None, 1)
        assert words in delivery.error
        post_office.mood = "accepts"
        events.drain()
        assert not post_office.received, "tried again at once"
        pass_time(monkeypatch, minutes=1)
        events.drain()
        assert mail.sent_at is not None and delivery_of(mail).error is None
    assert len(post_office.received) == 1


def test_a_server_that_is_not_there_is_an_error_that_names_it(app, db_ctx, post_office, monkeypatch):
    monkeypatch.setitem(app.config, "MAIL_PORT", 1)
    with db_ctx():
        mail = queued()
        events.drain()
        assert "refused" in delivery_of(mail).error


def test_a_mail_that_was_accepted_is_not_sent_again_because_the_goodbye_went_wrong(db_ctx, post_office):
    post_office.mood = "is rude at the end"
    with db_ctx():
        mail = queued()
        events.drain()
        assert mail.sent_at is not None and delivery_of(mail).done_at is not None
    assert len(post_office.received) == 1


def test_one_refused_mail_does_not_hold_up_the_next(db_ctx, post_office, monkeypatch):
    with db_ctx():
        post_office.mood = "refuses"
        queued("uji:1")
        events.drain()
        post_office.mood = "accepts"
        queued("uji:2", subject="Yang kedua")
        events.drain()
        assert [mail.key for mail in db.session.scalars(select(Mail).where(Mail.sent_at.is_not(None)))] == ["uji:2"]
    assert [sent["Subject"] for sent in post_office.received] == ["Yang kedua"]


@pytest.mark.parametrize(("mood", "words"), [("refuses", "Alamat tidak dikenal"), ("dislikes it", "Isi ditolak")])
def test_what_the_server_will_never_take_is_given_up_at_once(db_ctx, post_office, monkeypatch, mood, words):
    post_office.mood = mood
    with db_ctx():
        mail = queued()
        events.drain()
        delivery = delivery_of(mail)
        assert (delivery.attempts, delivery.gave_up_at is not None) == (1, True) and words in delivery.error
        pass_time(monkeypatch, hours=2)
        events.drain()
    assert post_office.conversations == 1


def test_an_outage_over_a_long_weekend_loses_no_mail(app, db_ctx, post_office, monkeypatch):
    port = app.config["MAIL_PORT"]
    monkeypatch.setitem(app.config, "MAIL_PORT", 1)
    with db_ctx():
        mails = [queued(f"uji:{number}", subject=f"Surat {number}") for number in range(3)]
        for _ in range(80):
            pass_time(monkeypatch, hours=1)
            events.drain()
        assert not [mail for mail in mails if delivery_of(mail).gave_up_at]
        assert "refused" in delivery_of(mails[0]).error
        monkeypatch.setitem(app.config, "MAIL_PORT", port)
        monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 20)
        pass_time(monkeypatch, hours=1)
        events.drain()
    assert sorted(sent["Subject"] for sent in post_office.received) == ["Surat 0", "Surat 1", "Surat 2"]


def test_the_delay_grows_to_an_hour_and_the_worker_gives_up_after_four_days(db_ctx, post_office, monkeypatch):
    post_office.mood = "is busy"
    with db_ctx():
        mail, waits, start = queued(), [], clock.now()
        while (delivery := delivery_of(mail)).gave_up_at is None:
            events.drain()
            waits.append((delivery_of(mail).due_at - clock.now()).total_seconds())
            stop(monkeypatch, delivery_of(mail).due_at)
        assert waits == sorted(waits) and waits[0] < 60 < waits[-1] == 3600
        assert 4 <= (delivery.gave_up_at - start).total_seconds() / 86400 < 4.2
        post_office.mood = "accepts"
        pass_time(monkeypatch, hours=2)
        events.drain()
        assert mail.sent_at is None, "given up means that only the admin starts it again"
    assert post_office.conversations == events.MAX_ATTEMPTS


@pytest.mark.parametrize("mood", ["hangs", "dies"])
def test_a_server_in_trouble_is_asked_once_a_round_not_once_a_mail(db_ctx, post_office, monkeypatch, mood):
    post_office.mood = mood
    with db_ctx():
        for number in range(30):
            queued(f"uji:{number}", kind="ikuti")
        events.drain(remote=True)
        events.drain(remote=True)
        assert post_office.conversations == 1
        pass_time(monkeypatch, minutes=2)
        events.drain(remote=True)
        assert post_office.conversations == 2
        post_office.mood = "accepts"
        monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 20)  # a busy machine is no dead server
        pass_time(monkeypatch, minutes=2)
        events.drain(remote=True)
        assert len(post_office.received) == 30


def test_a_password_mail_passes_all_digests_that_wait(db_ctx, post_office, monkeypatch):
    post_office.mood = "dies"
    with db_ctx():
        for number in range(20):
            queued(f"uji:{number}", subject="Ringkasan", kind="ikuti")
        events.drain(remote=True)
        post_office.mood = "accepts"
        monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 20)
        pass_time(monkeypatch, minutes=2)
        queued("security:1", subject="Kata sandi baru", is_secret=True)
        events.drain(remote=True)
    assert [sent["Subject"] for sent in post_office.received] == ["Kata sandi baru", *["Ringkasan"] * 20]


def test_a_mail_at_which_the_server_always_dies_holds_up_no_other(db_ctx, post_office, monkeypatch):
    post_office.poison = b"Beracun"
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 20)
    with db_ctx():
        poison = queued("uji:0", text="Beracun.\n")
        for number in range(1, 6):
            queued(f"uji:{number}")
        for _ in range(4):
            events.drain(remote=True)
            pass_time(monkeypatch, minutes=2)
        assert len(post_office.received) == 5
        assert poison.sent_at is None and delivery_of(poison).attempts > 1


def test_the_site_goes_on_while_the_mail_server_takes_its_time(app, cast, db_ctx, post_office, monkeypatch):
    """On SQLite one transaction writes at a time; the worker must hold none while it waits for an answer."""
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 20)
    post_office.mood = "takes its time"
    with db_ctx():
        queued()

    def work():
        with app.app_context():
            events.drain()

    worker = threading.Thread(target=work)
    worker.start()
    while not post_office.conversations:
        time.sleep(0.01)
    assert cast.guest_member.client.post("/pemberitahuan/semua-dibaca").status_code == 303
    with db_ctx():
        assert events.drain() == 0, "a second worker leaves the mail to the first"
    post_office.go_on.set()
    worker.join()
    with db_ctx():
        assert db.session.scalars(select(Mail)).one().sent_at is not None
    assert len(post_office.received) == 1
