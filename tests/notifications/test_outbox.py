"""The outbox: a mail is written once, holds what was typed and nothing else, and keeps no secret longer than it must."""

import email
from email import policy
from pathlib import Path

import pytest
import structlog
from sqlalchemy import func, select, update

from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Delivery
from kb.notifications.models import Mail, Notice
from tests import makers
from tests.notifications.makers import delivery_of, queued


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def deliver_again() -> None:
    """As if the worker had been killed after its work and before it wrote that down."""
    db.session.execute(update(Delivery).values(done_at=None, due_at=clock.now()))
    db.session.commit()


def test_the_same_mail_queued_twice_is_written_once(db_ctx):
    with db_ctx():
        queued("event:1:2")
        queued("event:1:2", subject="Lain")
        assert [mail.subject for mail in db.session.scalars(select(Mail))] == ["Kunjungan diterima"]
        assert count(Delivery) == 1


def test_an_event_delivered_twice_makes_one_notice_and_one_mail(app, cast, db_ctx, post_office):
    with db_ctx():
        subject = makers.make_user("18.10", email="baru@contoh.example")
        events.record("account.role_changed", subject, cast.guest_manager.viewer)
        db.session.commit()
        for _ in range(3):
            events.drain()
            deliver_again()
        assert (count(Notice), count(Mail)) == (1, 1)
    assert [sent["To"] for sent in post_office.received] == ["baru@contoh.example"]


def test_a_mail_goes_out_as_plain_text_first_with_html_beside_it(db_ctx, post_office):
    with db_ctx():
        queued(text="Yth. Siti,\n\nKunjungan <b>diterima</b> & dicatat.\nhttp://127.0.0.1:8000/kunjungan/1\n")
        events.drain()
    sent = post_office.received[0]
    plain, html = sent.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert "Kunjungan <b>diterima</b> & dicatat." in plain.get_content()
    assert "Kunjungan &lt;b&gt;diterima&lt;/b&gt; &amp; dicatat." in html.get_content()
    assert '<a href="http://127.0.0.1:8000/kunjungan/1">' in html.get_content()
    assert 'name="viewport"' in html.get_content() and "overflow-wrap:anywhere" in html.get_content(), (
        "as wide as a phone, whatever the link"
    )
    assert sent["Auto-Submitted"] == "auto-generated" and sent["Date"] and sent["From"].addresses[0].domain


def test_a_mail_sent_again_bears_the_same_message_id(db_ctx, post_office):
    with db_ctx():
        mail = queued()
        events.drain()
        mail.sent_at = None
        deliver_again()
        events.drain()
    first, second = post_office.received
    assert first["Message-ID"] == second["Message-ID"]


@pytest.mark.parametrize(
    "typed",
    [
        "Halo\r\nBcc: semua@contoh.example",
        "Halo\nBcc: semua@contoh.example",
        "Halo\r\n\r\n<h1>Isi lain</h1>",
        "Halo\rBcc: semua@contoh.example",
        "Halo\u2028Bcc: semua@contoh.example",
        "Halo\x0bBcc: semua@contoh.example",
        "Halo\x85Bcc: semua@contoh.example",
    ],
)
def test_a_line_break_in_a_title_adds_no_header(db_ctx, post_office, typed):
    with db_ctx():
        queued(subject=typed)
        events.drain()
    sent = post_office.received[0]
    assert sent["Bcc"] is None and sent["Subject"].startswith("Halo ") and len(list(sent.iter_parts())) == 2
    assert post_office.conversations == 1


@pytest.mark.parametrize(
    "address", ["siti@contoh.example\nBcc: semua@contoh.example", "siti@contoh.example, lain@contoh.example", "tanpa-at"]
)
def test_an_address_that_is_not_one_address_gets_nothing_and_is_shown_as_failed(db_ctx, post_office, address):
    with db_ctx():
        mail = queued(to=address)
        events.drain()
        assert delivery_of(mail).attempts == 1
    assert post_office.received == [] and post_office.conversations == 0


@pytest.mark.parametrize("words", ["Kunjungan – “terima kasih” 🙏", "Ñandú ke Kota Bāṭu", "ا ل س ل ا م", "K" * 190 + " é"])
def test_any_script_arrives_as_it_was_written(db_ctx, post_office, words):
    with db_ctx():
        queued(subject=words, text=f"{words}\n\n.\n..titik di awal baris\n" + "x" * 3000)
        events.drain()
    sent = post_office.received[0]
    body = sent.get_body(("plain",)).get_content()
    assert sent["Subject"] == words
    assert body.startswith(words) and "\n.\n..titik di awal baris\n" in body.replace("\r\n", "\n") and "x" * 3000 in body


def test_a_subject_is_cut_to_what_a_mailbox_shows(db_ctx):
    with db_ctx():
        assert len(queued(subject="A" * 5000).subject) == 200


@pytest.mark.parametrize(("is_secret", "kept"), [(True, ""), (False, "Tautan rahasia\n")])
def test_only_a_mail_with_a_secret_link_is_wiped_once_it_is_sent(db_ctx, post_office, is_secret, kept):
    with db_ctx():
        post_office.mood = "refuses"
        mail = queued(text="Tautan rahasia\n", is_secret=is_secret)
        events.drain()
        assert mail.text == "Tautan rahasia\n", "still needed"
        post_office.mood = "accepts"
        events.retry(delivery_of(mail).id)
        db.session.commit()
        events.drain()
        assert mail.text == kept
    assert "Tautan rahasia" in post_office.received[0].get_body(("plain",)).get_content()


def test_without_a_server_mails_are_files_that_a_mail_program_opens(app, db_ctx):
    with db_ctx():
        queued("uji:1")
        queued("uji:2", subject="Ümlaut")
        events.drain()
        deliver_again()
        events.drain()
    files = sorted(Path(app.config["MAIL_FOLDER"]).iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    read = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    assert [message["Subject"] for message in read] == ["Kunjungan diterima", "Ümlaut"]


def test_the_log_tells_of_a_failure_without_naming_anybody(db_ctx, post_office):
    post_office.mood = "refuses"
    with structlog.testing.capture_logs() as lines, db_ctx():
        mail = queued()
        events.drain()
        assert "Alamat tidak dikenal" in delivery_of(mail).error
    told = [line for line in lines if line["event"] == "delivery_failed"]
    assert told[0]["error"] == "SMTPRecipientsRefused" and "_over_smtp" in told[0]["where"]
    assert "siti@" not in str(lines) and "tidak dikenal" not in str(lines), "a server's words may repeat the address"


def test_a_mail_that_vanished_is_nobodys_trouble(db_ctx):
    with db_ctx():
        mail = queued()
        delivery = delivery_of(mail)
        db.session.delete(mail)
        db.session.commit()
        events.drain()
        assert db.session.get(Delivery, delivery.id).done_at is not None
