"""The admin's page of deliveries that failed."""

import pytest

from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Delivery
from tests.moments import pass_time
from tests.notifications.makers import delivery_of, queued

PAGE = "/admin/kiriman"


@pytest.mark.parametrize("person", ["host_manager", "host_member", "outsider"])
def test_only_the_admin_sees_it(cast, db_ctx, post_office, person):
    with db_ctx():
        post_office.mood = "refuses"
        mail = queued()
        events.drain()
        ident = delivery_of(mail).id
    client = getattr(cast, person).client
    for answer in (client.get(PAGE), client.post(f"{PAGE}/{ident}/ulang")):
        assert answer.status_code == 403 and "siti@contoh.example" not in answer.text
    with db_ctx():
        assert db.session.get(Delivery, ident).attempts == 1


def test_a_visitor_is_sent_to_sign_in(client):
    assert "/masuk" in client.get(PAGE).location
    assert client.post(f"{PAGE}/1/ulang").status_code in (302, 401)


def test_without_failures_it_says_so(cast):
    assert "Tidak ada kiriman yang gagal." in cast.admin.client.get(PAGE).text


def test_a_failed_mail_is_shown_with_address_subject_answer_and_next_try(cast, db_ctx, post_office):
    post_office.mood = "is busy"
    with db_ctx():
        queued(subject="Kunjungan <b>diterima</b>")
        events.drain()
    page = cast.admin.client.get(PAGE).text
    for words in ("siti@contoh.example", "Kunjungan &lt;b&gt;diterima", "Coba lagi nanti", "1 kali dicoba", "berikutnya"):
        assert words in page
    assert "dihentikan" not in page


def test_a_mail_given_up_is_shown_and_sent_when_the_admin_says_so(cast, db_ctx, post_office, monkeypatch):
    post_office.mood = "is busy"
    with db_ctx():
        mail = queued()
        delivery = delivery_of(mail)
        delivery.attempts = events.MAX_ATTEMPTS - 1
        db.session.commit()
        events.drain()
        ident = delivery.id
    page = cast.admin.client.get(PAGE).text
    assert "dihentikan" in page and f"{events.MAX_ATTEMPTS} kali dicoba" in page
    post_office.mood = "accepts"
    answer = cast.admin.client.post(f"{PAGE}/{ident}/ulang", follow_redirects=True)
    assert "dicoba lagi" in answer.text and "siti@contoh.example" not in answer.text
    with db_ctx():
        events.drain()
    assert len(post_office.received) == 1
    assert "Tidak ada kiriman yang gagal." in cast.admin.client.get(PAGE).text


def test_a_mail_that_arrived_in_the_end_disappears_from_the_page(cast, db_ctx, post_office, monkeypatch):
    post_office.mood = "dies"
    with db_ctx():
        queued()
        events.drain()
        assert "siti@contoh.example" in cast.admin.client.get(PAGE).text
        post_office.mood = "accepts"
        pass_time(monkeypatch, minutes=1)
        events.drain()
    assert "Tidak ada kiriman yang gagal." in cast.admin.client.get(PAGE).text


def test_pressing_again_on_a_mail_that_was_sent_sends_no_second(cast, db_ctx, post_office):
    with db_ctx():
        mail = queued()
        events.drain()
        ident = delivery_of(mail).id
    assert cast.admin.client.post(f"{PAGE}/{ident}/ulang").status_code == 303
    with db_ctx():
        events.drain()
    assert len(post_office.received) == 1


def test_an_unknown_delivery_is_not_found(cast):
    assert cast.admin.client.post(f"{PAGE}/999999/ulang").status_code == 404


def test_a_failed_notice_or_index_entry_is_shown_too(cast, db_ctx):
    with db_ctx():
        event = events.record("account.requested", queued(), cast.admin.viewer)
        db.session.add(Delivery(event_id=event.id, consumer="search", due_at=clock.now(), attempts=2, error="OSError: cakram penuh"))
        db.session.commit()
    page = cast.admin.client.get(PAGE).text
    assert "Indeks pencarian: Permohonan bergabung dikirim" in page and "cakram penuh" in page


@pytest.mark.parametrize(
    ("mood", "words"),
    [("refuses", "Layanan surel menolak alamatnya: 550 5.1.1 Alamat tidak dikenal"), ("dies", "Layanan surel tidak menjawab: Connection")],
)
def test_the_admin_reads_why_in_plain_words(cast, db_ctx, post_office, mood, words):
    post_office.mood = mood
    with db_ctx():
        queued()
        events.drain()
    assert words in cast.admin.client.get(PAGE).text


def test_after_an_outage_all_are_tried_again_with_one_press(cast, db_ctx, post_office, monkeypatch):
    post_office.mood = "refuses"
    with db_ctx():
        for number in range(3):
            queued(f"uji:{number}")
        events.drain()
    assert "Coba lagi semua (3)" in cast.admin.client.get(PAGE).text
    post_office.mood = "accepts"
    assert cast.host_manager.client.post(f"{PAGE}/ulang").status_code == 403
    answer = cast.admin.client.post(f"{PAGE}/ulang", follow_redirects=True)
    assert "3 kiriman dicoba lagi" in answer.text and "Coba lagi semua" not in answer.text
    with db_ctx():
        events.drain()
    assert len(post_office.received) == 3


def test_mails_that_wait_for_a_server_in_trouble_are_counted(cast, db_ctx, post_office):
    post_office.mood = "dies"
    with db_ctx():
        for number in range(5):
            queued(f"uji:{number}")
        events.drain(remote=True)
    page = cast.admin.client.get(PAGE).text
    assert page.count("siti@contoh.example") == 1 and "4 surel lain menunggu" in page


def test_the_page_costs_the_same_for_one_failure_and_for_twenty(cast, db_ctx, post_office, count_queries):
    post_office.mood = "refuses"
    costs = []
    for keys in ([0], range(1, 20)):
        with db_ctx():
            for key in keys:
                queued(f"uji:{key}")
            events.drain()
        with count_queries() as counter:
            cast.admin.client.get(PAGE)
        costs.append(counter.value)
    assert costs[0] == costs[1] <= 7
