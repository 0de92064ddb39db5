"""What was hidden, closed or left behind after people were told: neither inbox nor mail shows it to those who may not see it any more."""

import pytest
from sqlalchemy import select

from kb.accounts.models import User
from kb.articles.models import Article
from kb.core import events
from kb.core.db import db
from kb.notifications import choices, digest, follows
from kb.notifications.models import Mail, Notice
from kb.questions import moderation, queries
from tests import makers
from tests.moments import next_morning
from tests.notes.makers import make_note, make_visit
from tests.notifications.test_follows import make_article
from tests.questions.makers import make_question

TITLE = "Budi Rahasia, NIK-nya bocor?"
CLOSED = "Tidak terbuka lagi bagi Anda"


def hide(question_id: int, cast) -> None:
    found = queries.find(question_id)
    moderation.hide(found, found, "Memuat data pribadi.", cast.admin.viewer)
    db.session.commit()
    events.drain(remote=False)


def asked(cast, rhythm: str, title: str = TITLE) -> int:
    """The outsider follows who asks, and is told in this rhythm; the question's id."""
    follows.follow(f"office:{cast.guest_manager.office_id}", cast.outsider.viewer)
    choices.choose(cast.outsider.id, "ikuti", rhythm)
    question = make_question(cast.guest_manager.viewer, title)
    db.session.commit()
    events.drain(remote=False)
    return question.id


def test_a_mail_that_waits_is_not_sent_after_the_question_was_hidden(cast, db_ctx, post_office):
    with db_ctx():
        hide(asked(cast, "now"), cast)
        events.drain()
        mail = db.session.scalars(select(Mail).where(Mail.to_address == cast.outsider.email)).one()
        assert mail.sent_at is None and mail.dropped_at is not None
        assert "tidak boleh lagi" in mail.subject and mail.text == ""
        assert not db.session.scalars(select(events.Delivery).where(events.Delivery.done_at.is_(None))).all()
    assert not [sent for sent in post_office.received if sent["To"] == cast.outsider.email]
    assert cast.admin.client.get("/admin/kiriman").text.count("Tidak ada kiriman yang gagal.") == 1


def test_the_inbox_and_the_dashboard_name_no_hidden_question_until_it_is_shown_again(cast, db_ctx):
    with db_ctx():
        ident = asked(cast, "none")
        hide(ident, cast)
    for address in ("/pemberitahuan", "/beranda"):
        page = cast.outsider.client.get(address).text
        assert "Rahasia" not in page and "bertanya." not in page and CLOSED in page
    with db_ctx():
        found = queries.find(ident)
        moderation.show(found, found, cast.admin.viewer)
        db.session.commit()
    assert "Rahasia" in cast.outsider.client.get("/pemberitahuan").text


def test_a_digest_that_waits_leaves_out_what_was_hidden_since(cast, db_ctx, monkeypatch, post_office):
    with db_ctx():
        asked(cast, "daily", "Siapa memimpin?")
        ident = asked(cast, "daily")
        next_morning(monkeypatch, digest.HOUR)
        assert digest.write() == 1
        hide(ident, cast)
        events.drain()
    sent = [sent for sent in post_office.received if sent["To"] == cast.outsider.email]
    assert [mail["Subject"] for mail in sent] == ["Ringkasan Berguru: 1 hal baru"]
    assert "Siapa memimpin?" in sent[0].as_string() and "Rahasia" not in sent[0].as_string()


def test_a_digest_of_which_nothing_is_left_is_not_sent(cast, db_ctx, monkeypatch, post_office):
    with db_ctx():
        ident = asked(cast, "daily")
        next_morning(monkeypatch, digest.HOUR)
        digest.write()
        hide(ident, cast)
        events.drain()
        mail = db.session.scalars(select(Mail).where(Mail.key.startswith("digest:"))).one()
        assert mail.dropped_at is not None and mail.text == "" and mail.html is None
    assert not [sent for sent in post_office.received if sent["To"] == cast.outsider.email]


@pytest.mark.parametrize("how", ["left", "moved"])
def test_who_has_left_or_changed_office_meanwhile_gets_no_mail(cast, db_ctx, post_office, how):
    with db_ctx():
        make_note(cast.host_member.viewer, visibility="para_pihak")
        events.drain(remote=False)
        user = db.session.get(User, cast.guest_manager.id)
        if how == "left":
            user.active = False
        else:
            user.office_id = makers.office("18.12").id
        db.session.commit()
        events.drain()
    assert post_office.received == []


def test_an_article_that_was_closed_to_its_followers_is_named_nowhere(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.host_member.viewer, "Rahasia besar")
        follows.follow(f"article:{article.id}", cast.outsider.viewer)
        events.record("article.edited", article, cast.host_member.viewer)
        db.session.commit()
        events.drain(remote=False)
        assert "Rahasia besar" in cast.outsider.client.get("/pemberitahuan").text
        db.session.get(Article, article.id).visibility = "instansi"
        db.session.commit()
    assert "Rahasia besar" not in cast.outsider.client.get("/pemberitahuan").text


def test_the_inbox_costs_the_same_however_many_things_it_speaks_of(cast, db_ctx, count_queries):
    """Hidden and merged questions, articles, notes and visits: twenty of them cost what one of each does."""
    costs = []
    for many in (1, 4):
        with db_ctx():
            follows.follow(f"office:{cast.guest_manager.office_id}", cast.outsider.viewer)
            for number in range(many):
                ident = asked(cast, "daily", f"Rahasia {many}-{number}?")
                hide(ident, cast)
                make_article(cast.guest_member.viewer, f"Artikel {many}-{number}")
                make_note(cast.guest_member.viewer, visibility="publik")
                events.record("visit.requested", make_visit("requested", days=10 + number), cast.guest_manager.viewer)
                db.session.commit()
            events.drain(remote=False)
            assert db.session.scalars(select(Notice.id).where(Notice.user_id == cast.outsider.id)).all()
        for person in (cast.outsider, cast.host_manager):
            with count_queries() as counter:
                person.client.get("/pemberitahuan")
            costs.append(counter.value)
    assert costs[:2] == costs[2:] and max(costs) <= 11
