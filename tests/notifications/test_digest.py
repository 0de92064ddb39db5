"""The digest: daily or weekly, at most one a day, nothing twice, nothing that one may no longer see."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from kb.accounts.models import User
from kb.core import clock, events
from kb.core.db import db
from kb.notifications import choices, digest, follows
from kb.notifications.models import Mail, Notice
from kb.questions import moderation
from tests import makers
from tests.moments import stop
from tests.notifications.test_follows import make_article
from tests.questions.makers import make_question

# Tuesday, 24 November 2026, six in the morning in Lampung (WIB is UTC+7); the Monday after is the 30th.
SIX = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
MONDAY = SIX + timedelta(days=6)
SUBJECT = "indicator:spbe-2020/12"


@pytest.fixture
def at(monkeypatch):
    """`at(moment)` sets the clock."""

    def to(moment: datetime) -> None:
        stop(monkeypatch, moment)

    to(SIX - timedelta(hours=12))
    return to


@pytest.fixture
def reader(cast, db_ctx, at):
    """The outsider, who follows an indicator on which two articles and a question have appeared since."""
    with db_ctx():
        follows.follow(SUBJECT, cast.outsider.viewer)
        for title in ("Peta rencana <b>pertama</b>", "Peta rencana kedua"):
            make_article(cast.host_member.viewer, title)
        make_question(cast.guest_member.viewer, "Siapa yang menetapkan?")
        db.session.commit()
        events.drain(remote=False)
    return cast.outsider


def mails() -> list[Mail]:
    return list(db.session.scalars(select(Mail).where(Mail.key.startswith("digest:")).order_by(Mail.id)))


def test_one_mail_tells_all_of_yesterday_and_never_again(reader, db_ctx, at):
    with db_ctx():
        at(SIX)
        assert digest.write() == 1
        at(SIX + timedelta(hours=1))
        assert digest.write() == 0
        at(SIX + timedelta(days=1))
        assert digest.write() == 0
        mail = mails()[0]
        assert mail.to_address == reader.email and mail.subject == "Ringkasan Berguru: 3 hal baru"
        for words in ("Peta rencana kedua", "Siapa yang menetapkan?", "/artikel/peta-rencana-kedua", "Selasa, 24 November 2026"):
            assert words in mail.text and words in mail.html


def test_before_six_at_the_office_nothing_goes_out(reader, db_ctx, at):
    with db_ctx():
        at(SIX - timedelta(minutes=1))
        assert digest.write() == 0
        db.session.execute(update(User).values(office_id=makers.office("94").id))  # Papua is two hours ahead
        makers.office("94").timezone = "Asia/Jayapura"
        db.session.commit()
        assert digest.write() == 1


def test_what_comes_after_todays_digest_waits_for_tomorrows(reader, db_ctx, at, cast):
    with db_ctx():
        at(SIX)
        digest.write()
        make_article(cast.host_member.viewer, "Sesudah ringkasan")
        db.session.commit()
        events.drain(remote=False)
        at(SIX + timedelta(hours=2))
        assert digest.write() == 0
        at(SIX + timedelta(days=1))
        assert digest.write() == 1
        assert ["Sesudah ringkasan" in mail.text for mail in mails()] == [False, True]
        assert "Peta rencana kedua" not in mails()[1].text


def test_the_weekly_one_waits_for_monday(reader, db_ctx, at):
    with db_ctx():
        choices.choose(reader.id, "ikuti", "weekly")
        db.session.commit()
        for day in range(6):
            at(SIX + timedelta(days=day))
            assert digest.write() == 0
        at(MONDAY)
        assert digest.write() == 1


def test_a_monday_without_a_worker_is_made_up_for(reader, db_ctx, at):
    with db_ctx():
        choices.choose(reader.id, "ikuti", "weekly")
        db.session.commit()
        at(MONDAY + timedelta(days=1, hours=6))
        assert digest.write() == 1


def test_what_was_read_in_the_inbox_is_not_repeated(reader, db_ctx, at):
    with db_ctx():
        for notice in db.session.scalars(select(Notice).where(Notice.user_id == reader.id)).all()[:2]:
            notice.read_at = clock.now()
        db.session.commit()
        at(SIX)
        assert digest.write() == 1 and mails()[0].subject == "Ringkasan Berguru: 1 hal baru"


def test_when_all_was_read_there_is_no_mail(reader, db_ctx, at):
    with db_ctx():
        db.session.execute(update(Notice).values(read_at=clock.now()))
        db.session.commit()
        at(SIX)
        assert digest.write() == 0 and not mails()


def test_what_was_hidden_since_is_told_to_nobody(reader, db_ctx, at, cast):
    with db_ctx():
        notice = db.session.scalars(select(Notice).where(Notice.title.contains("menetapkan"))).one()
        question = db.session.get(moderation.Question, notice.event.subject_id)
        moderation.hide(question, question, "Memuat data pribadi.", cast.admin.viewer)
        db.session.commit()
        at(SIX)
        digest.write()
        assert "menetapkan" not in mails()[0].text and "menetapkan" not in mails()[0].html


@pytest.mark.parametrize("how", ["removed", "unsubscribed"])
def test_who_left_or_wants_none_gets_none(reader, db_ctx, at, how):
    with db_ctx():
        if how == "removed":
            db.session.get(User, reader.id).active = False
        else:
            choices.stop(reader.id, choices.DIGEST)
        db.session.commit()
        at(SIX)
        assert digest.write() == 0
        choices.choose(reader.id, "ikuti", "daily")
        db.session.get(User, reader.id).active = True
        db.session.commit()
        assert digest.write() == 0, "and nothing old comes later"


def test_html_of_a_title_stays_text(reader, db_ctx, at):
    with db_ctx():
        at(SIX)
        digest.write()
        assert "&lt;b&gt;pertama&lt;/b&gt;" in mails()[0].html and "<b>pertama</b>" in mails()[0].text


def test_a_long_list_is_cut_and_says_so(reader, db_ctx, at, monkeypatch):
    monkeypatch.setattr(digest, "MOST", 2)
    with db_ctx():
        at(SIX)
        digest.write()
        assert "Dan 1 hal lain" in mails()[0].text and "Dan 1 hal lain" in mails()[0].html


def test_a_digest_killed_before_its_commit_is_written_once_afterwards(reader, db_ctx, at, monkeypatch):
    """The settling of the notices and the mail are one transaction."""
    with db_ctx():
        at(SIX)
        with monkeypatch.context() as patch:
            patch.setattr(db.session, "commit", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                digest.write()
        db.session.rollback()
        assert digest.write() == 1
        assert len(mails()) == 1


def test_a_kill_between_two_people_tells_each_once(reader, db_ctx, at, cast, monkeypatch):
    with db_ctx():
        for person in (cast.host_manager, cast.guest_manager):
            follows.follow(SUBJECT, person.viewer)
        make_article(cast.host_member.viewer, "Untuk tiga orang")
        db.session.commit()
        events.drain(remote=False)
        at(SIX)
        commit, done = db.session.commit, []

        def killed():
            if len(mails()) > 1:
                raise KeyboardInterrupt
            done.append(commit())

        with monkeypatch.context() as patch:
            patch.setattr(db.session, "commit", killed)
            with pytest.raises(KeyboardInterrupt):
                digest.write()
        db.session.rollback()
        assert len(mails()) == 1, "the first is written, the second is not"
        assert digest.write() == 2
        assert sorted(mail.to_address for mail in mails()) == sorted(p.email for p in (cast.host_manager, cast.guest_manager, reader))
        assert digest.write() == 0


def test_a_second_worker_at_the_same_moment_writes_no_second_digest(reader, db_ctx, at, monkeypatch):
    """Both have asked whether one is written; the key decides."""
    with db_ctx():
        at(SIX)
        digest.write()
        db.session.execute(update(Notice).values(settled_at=None))
        db.session.commit()
        monkeypatch.setattr(digest.mail, "is_queued", lambda key: False)
        assert digest.write() == 0
        assert len(mails()) == 1 and db.session.scalars(select(Notice).where(Notice.settled_at.is_not(None))).all() == []


def test_what_is_redacted_while_the_digest_is_made_is_not_told(reader, db_ctx, at, monkeypatch):
    """It is made before anything is claimed, and written only if its notices still say the same."""
    make = digest._texts

    def and_meanwhile(*given):
        made = make(*given)
        with db.engine.begin() as other:
            other.execute(update(Notice).where(Notice.title.contains("kedua")).values(title="Artikel baru: [disamarkan]"))
        return made

    with db_ctx():
        at(SIX)
        with monkeypatch.context() as patched:
            patched.setattr(digest, "_texts", and_meanwhile)
            assert digest.write() == 0 and mails() == []
        assert digest.write() == 1
        assert "Peta rencana kedua" not in mails()[0].text and "[disamarkan]" in mails()[0].text


def test_the_digest_arrives_as_plain_text_and_html_with_its_way_out(reader, db_ctx, at, post_office):
    with db_ctx():
        at(SIX)
        digest.write()
        events.drain()
    sent = post_office.received[-1]
    assert [part.get_content_type() for part in sent.iter_parts()] == ["text/plain", "text/html"]
    assert "/berhenti/" in sent["List-Unsubscribe"]
