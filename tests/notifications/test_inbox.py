"""The inbox page: my own notices, read one by one or all at once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kb.core import clock, events
from kb.core.db import db
from kb.notifications.models import Notice
from tests import makers


def notify(person, title: str = "Kunjungan diterima", url: str = "/kunjungan", **values) -> int:
    """A notice for a person of the cast; its id. Commits."""
    event = events.record("thing.happened", makers.office("18.11"), person.viewer)
    notice = Notice(user_id=person.id, event_id=event.id, kind="akun", title=title, url=url, created_at=clock.now(), **values)
    db.session.add(notice)
    db.session.commit()
    return notice.id


def test_an_empty_inbox_says_what_will_come(cast):
    page = cast.guest_manager.client.get("/pemberitahuan")
    assert page.status_code == 200 and "Belum ada pemberitahuan" in page.text
    assert "Tandai semua" not in page.text


def test_a_visitor_is_sent_to_sign_in(client):
    assert "/masuk" in client.get("/pemberitahuan").location


def test_everybody_sees_their_own_notices_only(cast, db_ctx):
    with db_ctx():
        notify(cast.guest_manager, "Untuk tamu")
        notify(cast.host_manager, "Untuk tuan rumah")
    for person, own, foreign in (
        (cast.guest_manager, "Untuk tamu", "Untuk tuan rumah"),
        (cast.host_manager, "Untuk tuan rumah", "Untuk tamu"),
    ):
        page = person.client.get("/pemberitahuan").text
        assert own in page and foreign not in page
    for person in (cast.guest_member, cast.admin, cast.outsider):
        assert "Untuk" not in person.client.get("/pemberitahuan").text.split("<main")[1].split("</main")[0]


def test_opening_a_notice_marks_it_read_and_leads_where_it_points(cast, db_ctx):
    with db_ctx():
        ident = notify(cast.guest_manager, url="/kunjungan/7")
    client = cast.guest_manager.client
    assert "belum dibaca" in client.get("/pemberitahuan").text
    answer = client.post(f"/pemberitahuan/{ident}")
    assert (answer.status_code, answer.location) == (303, "/kunjungan/7")
    assert "belum dibaca" not in client.get("/pemberitahuan").text


def test_reading_again_keeps_the_first_time(cast, db_ctx):
    with db_ctx():
        first = clock.now() - timedelta(days=400)
        ident = notify(cast.guest_manager, read_at=first)
    cast.guest_manager.client.post(f"/pemberitahuan/{ident}")
    cast.guest_manager.client.post("/pemberitahuan/semua-dibaca")
    with db_ctx():
        assert db.session.get(Notice, ident).read_at == first


@pytest.mark.parametrize("reader", ["guest_member", "outsider", "admin"])
def test_nobody_reads_another_persons_notice(cast, db_ctx, reader):
    with db_ctx():
        ident = notify(cast.guest_manager)
    assert getattr(cast, reader).client.post(f"/pemberitahuan/{ident}").status_code == 404
    getattr(cast, reader).client.post("/pemberitahuan/semua-dibaca")
    with db_ctx():
        assert db.session.get(Notice, ident).read_at is None


def test_an_unknown_notice_is_not_found(cast):
    assert cast.guest_manager.client.post("/pemberitahuan/999999").status_code == 404


def test_all_are_marked_read_at_once(cast, db_ctx):
    with db_ctx():
        for _ in range(3):
            notify(cast.guest_manager)
        notify(cast.host_manager)
    assert cast.guest_manager.client.post("/pemberitahuan/semua-dibaca").location == "/pemberitahuan"
    page = cast.guest_manager.client.get("/pemberitahuan").text
    assert "belum dibaca" not in page and "Tandai semua" not in page
    with db_ctx():
        unread = db.session.scalars(select(Notice.user_id).where(Notice.read_at.is_(None))).all()
        assert unread == [cast.host_manager.id]


def test_the_number_of_unread_notices_stands_on_every_page(cast, db_ctx):
    with db_ctx():
        for _ in range(3):
            notify(cast.guest_manager)
    header = cast.guest_manager.client.get("/artikel").text.split("<main")[0]
    assert "3" in header.split('href="/pemberitahuan"')[1].split("</a>")[0]
    assert 'href="/pemberitahuan"' in cast.host_manager.client.get("/artikel").text


def test_the_newest_notice_stands_first_and_a_long_inbox_has_pages(cast, db_ctx):
    with db_ctx():
        for number in range(45):
            notify(cast.guest_manager, f"Kabar {number:02d}.")
    client = cast.guest_manager.client
    shown = [[n for n in range(45) if f"Kabar {n:02d}." in client.get(f"/pemberitahuan?hal={page}").text] for page in (1, 2, 3)]
    assert [len(page) for page in shown] == [20, 20, 5]
    assert min(shown[0]) > max(shown[1]) > max(shown[2])
    first = client.get("/pemberitahuan").text
    assert first.index("Kabar 44.") < first.index("Kabar 43.") and "hal=2" in first


@pytest.mark.parametrize("number", ["0", "-1", "99", "dua", "99999999999999999999"])
def test_a_page_number_that_makes_no_sense_is_no_error(cast, db_ctx, number):
    with db_ctx():
        notify(cast.guest_manager)
    page = cast.guest_manager.client.get(f"/pemberitahuan?hal={number}")
    assert page.status_code == 200 and "Kunjungan diterima" in page.text


def test_markup_in_a_title_is_harmless(cast, db_ctx):
    with db_ctx():
        notify(cast.guest_manager, "<script>alert(1)</script>")
    for address in ("/pemberitahuan", "/beranda"):
        assert "<script>alert" not in cast.guest_manager.client.get(address).text


def test_the_inbox_costs_the_same_for_one_notice_and_for_twenty(cast, db_ctx, count_queries):
    client, costs = cast.guest_manager.client, []
    for many in (1, 19):
        with db_ctx():
            for _ in range(many):
                notify(cast.guest_manager)
        with count_queries() as counter:
            client.get("/pemberitahuan")
        costs.append(counter.value)
    assert costs[0] == costs[1] <= 6
