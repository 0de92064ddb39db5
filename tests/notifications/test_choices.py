"""How a person is told: the table of choices, its page, and the link that ends mails without signing in."""

import re

import pytest
from sqlalchemy import select

from kb.accounts.models import User
from kb.core import events
from kb.core.db import db
from kb.notifications import choices, unsubscribe
from kb.notifications.models import Mail, Notice
from tests.notes.makers import make_note
from tests.notifications.makers import queued

PAGE = "/akun/pemberitahuan"


def choose(person, **rhythms) -> None:
    for kind, rhythm in rhythms.items():
        choices.choose(person.id, kind, rhythm)
    db.session.commit()


@pytest.mark.parametrize(("rhythm", "mails", "settled"), [("now", 1, True), ("daily", 0, False), ("weekly", 0, False), ("none", 0, True)])
def test_the_notice_is_always_there_and_the_mail_as_chosen(cast, db_ctx, rhythm, mails, settled):
    with db_ctx():
        choose(cast.guest_manager, catatan=rhythm)
        make_note(cast.host_member.viewer)
        events.drain(remote=False)
        notice = db.session.scalars(select(Notice)).one()
        assert (notice.kind, notice.settled_at is not None) == ("catatan", settled)
        assert len(db.session.scalars(select(Mail)).all()) == mails


def test_every_kind_has_a_default_and_every_event_a_kind(app):
    assert {one.default for one in choices.KINDS.values()} <= set(choices.RHYTHMS)
    told = [name for name, consumers in events.subscriptions().items() if "inbox" in consumers]
    assert {choices.kind_of(name) for name in told} == {"kunjungan", "tanya", "catatan", choices.ACCOUNT}


def test_what_concerns_the_account_is_mailed_whatever_was_chosen(cast, db_ctx):
    with db_ctx():
        choose(cast.host_member, **dict.fromkeys(choices.KINDS, "none"))
        events.record("account.role_changed", db.session.get(User, cast.host_member.id), cast.host_manager.viewer)
        db.session.commit()
        events.drain(remote=False)
        assert db.session.scalars(select(Mail)).one().to_address == cast.host_member.email


def test_the_page_shows_what_holds_and_keeps_what_is_chosen(cast, db_ctx):
    client = cast.guest_manager.client
    assert re.search(r'name="ikuti".*?<option selected value="daily">', client.get(PAGE).text, re.S)
    answer = client.post(PAGE, data={"kunjungan": "daily", "tanya": "weekly", "catatan": "none", "ikuti": "now"})
    assert answer.status_code == 303
    with db_ctx():
        assert choices.of(cast.guest_manager.id) == {"kunjungan": "daily", "tanya": "weekly", "catatan": "none", "ikuti": "now"}
        assert choices.of(cast.host_manager.id)["kunjungan"] == "now", "nobody else's"


def test_a_rhythm_that_does_not_exist_is_refused_at_its_field(cast, db_ctx):
    answer = cast.guest_manager.client.post(PAGE, data={"kunjungan": "hourly", "tanya": "now", "catatan": "now", "ikuti": "now"})
    assert "Ada yang perlu diperbaiki" in answer.text
    with db_ctx():
        assert choices.of(cast.guest_manager.id)["kunjungan"] == "now"


def test_a_visitor_has_no_choices(client):
    assert "/masuk" in client.get(PAGE).location


@pytest.fixture
def link(app, cast):
    """The path of the link in a mail about notes to the guest's manager."""
    with app.app_context():
        return unsubscribe.link(cast.guest_manager.id, "catatan").removeprefix(app.config["BASE_URL"])


def test_a_mail_program_unsubscribes_with_one_post_without_cookies_or_token(client, cast, db_ctx, link, csrf):
    """As RFC 8058 has it; with the protection of forms switched on."""
    answer = client.post(link, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200 and "Surel dihentikan" in answer.text
    with db_ctx():
        assert choices.of(cast.guest_manager.id)["catatan"] == "none"


def test_opening_the_link_changes_nothing_yet_and_the_button_can_be_taken_back(client, cast, db_ctx, link):
    assert "Berhenti menerima" in client.get(link).text
    with db_ctx():
        assert choices.of(cast.guest_manager.id)["catatan"] == "now"
    assert client.post(link).status_code == client.post(link).status_code == 200, "a second click does no harm"
    with db_ctx():
        assert choices.of(cast.guest_manager.id)["catatan"] == "none"
    assert "Surel dikirim lagi" in client.post(link, data={"kirim-lagi": "1"}).text
    with db_ctx():
        assert choices.of(cast.guest_manager.id)["catatan"] == "now"


def test_the_page_of_the_link_names_nobody(client, cast, link):
    page = client.get(link).text
    assert cast.guest_manager.email not in page and "Guest Manager" not in page


def another_end(path: str) -> str:
    """The signature with another letter in it."""
    return path[:-3] + ("A" if path[-3] != "A" else "B") + path[-2:]


@pytest.mark.parametrize("spoil", [another_end, lambda path: "/berhenti/abc", lambda path: path + ".x"])
def test_a_link_we_did_not_make_leads_nowhere(client, link, spoil):
    assert client.get(spoil(link)).status_code == 404
    assert client.post(spoil(link)).status_code == 404


def test_stopping_the_digest_stops_every_kind_it_collects_and_taking_it_back_brings_those_as_they_were(cast, db_ctx):
    with db_ctx():
        choose(cast.guest_manager, tanya="weekly", kunjungan="none")
        for _ in range(2):  # a second press on the link forgets nothing
            choices.stop(cast.guest_manager.id, choices.DIGEST)
        assert choices.of(cast.guest_manager.id) == {"kunjungan": "none", "tanya": "none", "catatan": "now", "ikuti": "none"}
        assert set(choices.resume(cast.guest_manager.id, choices.DIGEST)) == {"tanya", "ikuti"}
        assert choices.of(cast.guest_manager.id) == {"kunjungan": "none", "tanya": "weekly", "catatan": "now", "ikuti": "daily"}
        assert choices.resume(cast.guest_manager.id, choices.DIGEST) == []


def test_taking_back_one_link_does_not_take_back_another(cast, db_ctx):
    with db_ctx():
        choose(cast.guest_manager, tanya="daily")
        choices.stop(cast.guest_manager.id, "tanya")
        choices.stop(cast.guest_manager.id, choices.DIGEST)
        choices.resume(cast.guest_manager.id, choices.DIGEST)
        assert choices.of(cast.guest_manager.id)["tanya"] == "none"
        choices.resume(cast.guest_manager.id, "tanya")
        assert choices.of(cast.guest_manager.id)["tanya"] == "daily"


def test_what_was_chosen_on_the_page_since_is_not_undone(cast, db_ctx):
    with db_ctx():
        choices.stop(cast.guest_manager.id, "tanya")
        choose(cast.guest_manager, tanya="weekly")
        assert choices.resume(cast.guest_manager.id, "tanya") == []
        assert choices.of(cast.guest_manager.id)["tanya"] == "weekly"


def test_a_kind_that_was_off_before_its_link_was_pressed_comes_as_at_first(client, cast, db_ctx, link):
    """Whoever presses "Kirimi saya lagi" wants it."""
    with db_ctx():
        choose(cast.guest_manager, catatan="none")
    client.post(link)
    assert "Surel dikirim lagi" in client.post(link, data={"kirim-lagi": "1"}).text
    with db_ctx():
        assert choices.of(cast.guest_manager.id)["catatan"] == "now"


def test_when_nothing_comes_back_the_page_does_not_say_that_it_does(app, client, cast, db_ctx):
    with db_ctx():
        choose(cast.guest_manager, ikuti="none")
        link = unsubscribe.link(cast.guest_manager.id, choices.DIGEST).removeprefix(app.config["BASE_URL"])
    client.post(link)
    page = client.post(link, data={"kirim-lagi": "1"}).text
    assert "Surel dikirim lagi" not in page and "Tidak ada yang berubah" in page


def test_a_mail_carries_its_way_out_in_head_and_text(cast, db_ctx, post_office):
    with db_ctx():
        make_note(cast.host_member.viewer)
        events.drain()
    sent = post_office.received[0]
    link = sent["List-Unsubscribe"].strip("<>")
    assert "/berhenti/" in link and link in sent.get_body(("plain",)).get_content()
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_mail_about_the_account_has_no_way_out(app, db_ctx, post_office):
    with db_ctx():
        queued()
        events.drain()
    assert post_office.received[0]["List-Unsubscribe"] is None
