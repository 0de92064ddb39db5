"""Following: who hears of what, the button on each page, and never more than one may see."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from kb.articles import service as articles
from kb.articles.models import Article
from kb.core import clock, events
from kb.core.db import db
from kb.core.errors import Conflict, NotFound
from kb.notifications import choices, follows
from kb.notifications.models import Follow, Mail, Notice
from kb.questions import moderation
from kb.questions import service as questions
from tests import makers
from tests.notes.makers import make_note, make_visit
from tests.questions.makers import make_answer, make_question


def make_article(writer, title: str = "Peta rencana dalam enam minggu", visibility: str = "publik", publish: bool = True):
    """An article of the host by the real service. Not committed."""
    content = articles.Content(title, "Ringkas.", "Isi.", ("spbe-2020/12",), visibility)
    article = articles.create(content, writer)
    if publish:
        articles.publish(article, writer)
    return article


def follow(person, subject: str) -> None:
    follows.follow(subject, person.viewer)
    db.session.commit()


def told(kind: str = "ikuti") -> set[int]:
    events.drain(remote=False)
    return set(db.session.scalars(select(Notice.user_id).where(Notice.kind == kind)))


@pytest.mark.parametrize("subject", ["indicator:spbe-2020/12", "office"])
@pytest.mark.parametrize("what", ["article", "note", "question"])
def test_followers_of_an_indicator_or_office_hear_of_what_is_new_there(cast, db_ctx, subject, what):
    with db_ctx():
        follow(cast.outsider, subject if ":" in subject else f"office:{cast.host_member.office_id}")
        if what == "article":
            make_article(cast.host_member.viewer)
        elif what == "note":
            make_note(cast.host_member.viewer, visibility="publik", indicators=("spbe-2020/12",))
        else:
            make_question(cast.guest_member.viewer, addressed="18.11")
        db.session.commit()
        assert told() == {cast.outsider.id}


def about(writer, *codes: str, title: str = "Strategi tetangga", **values):
    """A published article about offices. Commits."""
    content = articles.Content(title, "Ringkas.", "Isi.", about=tuple(makers.office(code).id for code in codes), **values)
    article = articles.create(content, writer)
    articles.publish(article, writer)
    db.session.commit()
    return article


def notices() -> dict[int, tuple[str, str]]:
    events.drain(remote=False)
    return {notice.user_id: (notice.title, notice.detail) for notice in db.session.scalars(select(Notice))}


def test_followers_of_an_office_hear_that_others_wrote_about_it(cast, db_ctx):
    with db_ctx():
        follow(cast.outsider, f"office:{cast.host_member.office_id}")
        about(cast.guest_manager.viewer, "18.11", "18.01")
        title, detail = notices()[cast.outsider.id]
        assert title == "Artikel baru tentang Diskominfo Kabupaten Mesuji: Strategi tetangga"
        told = "Ditulis Diskominfo Kabupaten Pringsewu tentang Diskominfo Kabupaten Mesuji, Diskominfo Kabupaten Lampung Selatan."
        assert told in detail


def test_the_managers_of_an_office_hear_that_others_wrote_about_it_once_and_that_it_is_not_theirs(cast, db_ctx):
    with db_ctx():
        follow(cast.host_manager, f"office:{cast.host_member.office_id}")
        follow(cast.host_manager, f"office:{cast.guest_member.office_id}")
        about(cast.guest_manager.viewer, "18.11")
        title, detail = notices()[cast.host_manager.id]
        assert title == "Diskominfo Kabupaten Pringsewu menulis tentang instansi Anda: Strategi tetangga"
        assert "Bukan tulisan instansi Anda." in detail
        assert db.session.scalar(select(func.count(Notice.id)).where(Notice.user_id == cast.host_manager.id)) == 1


@pytest.mark.parametrize("visibility", ["instansi", "jejaring"])
def test_nobody_hears_of_what_they_may_not_read(cast, db_ctx, visibility):
    with db_ctx():
        follow(cast.outsider, f"office:{cast.host_member.office_id}")
        about(cast.guest_manager.viewer, "18.11", visibility=visibility)
        assert set(notices()) == ({cast.outsider.id, cast.host_manager.id} if visibility == "jejaring" else set())


def test_an_office_that_writes_of_itself_is_told_nothing_and_its_followers_as_of_any_article(cast, db_ctx):
    with db_ctx():
        follow(cast.outsider, f"office:{cast.host_member.office_id}")
        about(cast.host_member.viewer, "18.11")
        found = notices()
        assert set(found) == {cast.outsider.id} and found[cast.outsider.id][0] == "Artikel baru: Strategi tetangga"


def test_a_change_tells_only_the_offices_it_names_newly(cast, db_ctx):
    with db_ctx():
        follow(cast.outsider, f"office:{cast.outsider.office_id}")
        ident = about(cast.guest_manager.viewer, "18.11").id
        assert set(notices()) == {cast.host_manager.id}
        for codes in (("18.11", "18.12"), ("18.12",), ("18.12",)):
            article = db.session.get(Article, ident)
            content = replace(articles.content_of(article), about=tuple(makers.office(code).id for code in codes))
            articles.edit(article, content, cast.guest_manager.viewer, article.version)
            db.session.commit()
        found = notices()
        assert set(found) == {cast.host_manager.id, cast.outsider.id}
        assert found[cast.outsider.id][0] == "Diskominfo Kabupaten Pringsewu menulis tentang instansi Anda: Strategi tetangga"
        assert db.session.scalar(select(func.count(Notice.id))) == 2


def test_a_draft_is_told_to_nobody_whoever_it_is_about(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.guest_manager.viewer, publish=False)
        content = replace(articles.content_of(article), about=(cast.host_member.office_id,), indicators=())
        articles.edit(article, content, cast.guest_manager.viewer, article.version)
        db.session.commit()
        assert notices() == {}


def test_followers_of_an_article_hear_of_its_changes_only_once_it_is_published(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.host_member.viewer, publish=False)
        follow(cast.host_manager, f"article:{article.id}")
        articles.edit(article, articles.content_of(article), cast.host_member.viewer, article.version)
        db.session.commit()
        assert told() == set()
        articles.publish(db.session.get(Article, article.id), cast.host_member.viewer)
        db.session.commit()
        assert told() == {cast.host_manager.id}


def test_followers_of_a_question_hear_of_its_answers_and_comments_but_the_asker_in_their_own_words(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        db.session.commit()
        follow(cast.outsider, f"question:{question.id}")
        follow(cast.guest_member, f"question:{question.id}")
        make_answer(question, cast.host_member.viewer)
        db.session.commit()
        assert told() == {cast.outsider.id}
        assert cast.guest_member.id in told("tanya")


def test_whoever_does_it_is_not_told(cast, db_ctx):
    with db_ctx():
        follow(cast.host_member, f"office:{cast.host_member.office_id}")
        make_article(cast.host_member.viewer)
        db.session.commit()
        assert told() == set()


def test_a_colleague_who_follows_a_visit_hears_of_each_step(cast, db_ctx):
    with db_ctx():
        visit = make_visit("requested", days=10)
        db.session.commit()
        follow(cast.host_member, f"visit:{visit.id}")
        events.record("visit.accepted", visit, cast.host_manager.viewer)
        db.session.commit()
        assert told() == {cast.host_member.id}


def test_what_was_hidden_or_narrowed_after_following_is_told_to_nobody(cast, db_ctx):
    with db_ctx():
        follow(cast.outsider, "indicator:spbe-2020/12")
        question = make_question(cast.guest_member.viewer)
        follow(cast.outsider, f"question:{question.id}")
        moderation.hide(question, question, "Memuat data pribadi.", cast.admin.viewer)
        make_article(cast.host_member.viewer, visibility="instansi")
        make_question(cast.guest_member.viewer, "Hanya berdua?", addressed="18.11", visibility="para_pihak")
        make_note(cast.host_member.viewer, visibility="para_pihak")
        db.session.commit()
        assert told() == set()
        assert not db.session.scalars(select(events.Delivery).where(events.Delivery.attempts > 0)).all()


@pytest.mark.parametrize(
    "subject",
    ["article:999", "visit:1x", "office:", "planet:1", "", "indicator:spbe-2020/48", "indicator:x", f"article:{10**20}"],
)
def test_what_does_not_exist_cannot_be_followed(cast, db_ctx, subject):
    with db_ctx(), pytest.raises(NotFound):
        follows.follow(subject, cast.outsider.viewer)
    assert cast.outsider.client.post("/ikuti", data={"perihal": subject}).status_code == 404


def test_what_one_may_not_see_cannot_be_followed(cast, db_ctx):
    with db_ctx():
        visit = make_visit("requested", days=10)
        db.session.commit()
        with pytest.raises(NotFound):
            follows.follow(f"visit:{visit.id}", cast.outsider.viewer)


def test_the_button_follows_and_lets_go_from_every_page_that_has_one(cast, db_ctx):
    with db_ctx():
        article, question, visit = (
            make_article(cast.host_member.viewer),
            make_question(cast.guest_member.viewer),
            make_visit("requested", days=10),
        )
        db.session.commit()
        pages = {
            f"article:{article.id}": f"/artikel/{article.slug}",
            f"question:{question.id}": f"/tanya/{question.id}",
            f"visit:{visit.id}": f"/kunjungan/{visit.id}",
            f"office:{visit.host_id}": f"/instansi/{visit.host.slug}",
            "indicator:spbe-2020/12": "/indikator/spbe-2020/12",
        }
    client = cast.guest_member.client
    for subject, address in pages.items():
        assert f'value="{subject}"' in client.get(address).text
        assert client.post("/ikuti", data={"perihal": subject}).location == address
        assert client.post("/ikuti", data={"perihal": subject}).location == address, "a second click changes nothing"
        assert "✓ Mengikuti" in client.get(address).text
    listed = client.get("/akun/pemberitahuan").text
    assert all(f'href="{address}"' in listed for address in pages.values())
    for subject, address in pages.items():
        assert client.post("/ikuti", data={"perihal": subject, "lepas": "1"}).location == address
    assert "Belum ada. Tekan Ikuti" in client.get("/akun/pemberitahuan").text


def test_a_visitor_sees_no_button_and_cannot_follow(app, client, cast):
    assert "/ikuti" not in client.get("/indikator/spbe-2020/12").text
    answer = client.post("/ikuti", data={"perihal": "indicator:spbe-2020/12"})
    assert answer.status_code in (302, 401), "led to the sign-in"


def test_what_was_closed_is_listed_without_its_name_and_can_be_let_go(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.host_member.viewer, title="Rahasia besar")
        follow(cast.outsider, f"article:{article.id}")
        article.visibility = "instansi"
        db.session.commit()
        subject = f"article:{article.id}"
    page = cast.outsider.client.get("/akun/pemberitahuan").text
    assert "Rahasia besar" not in page and "Tidak terbuka lagi" in page
    assert cast.outsider.client.post("/ikuti", data={"perihal": subject, "lepas": "daftar"}).location == "/akun/pemberitahuan"
    assert "Tidak terbuka lagi" not in cast.outsider.client.get("/akun/pemberitahuan").text


def test_nobody_follows_without_bound(cast, db_ctx, monkeypatch):
    monkeypatch.setattr(follows, "MOST", 1)
    with db_ctx():
        follow(cast.outsider, "indicator:spbe-2020/12")
        with pytest.raises(Conflict):
            follows.follow("indicator:spbe-2020/13", cast.outsider.viewer)


def test_two_presses_at_the_same_moment_follow_once(cast, db_ctx, monkeypatch):
    """The second one has looked before the first was written."""
    with db_ctx():
        follow(cast.outsider, "indicator:spbe-2020/12")
    monkeypatch.setattr(follows, "is_followed", lambda subject, viewer: False)
    assert cast.outsider.client.post("/ikuti", data={"perihal": "indicator:spbe-2020/12"}).status_code == 303
    with db_ctx():
        assert len(db.session.scalars(select(Follow.id)).all()) == 1


def test_a_merged_question_takes_its_followers_along_each_once(cast, db_ctx):
    with db_ctx():
        old, new = make_question(cast.guest_member.viewer), make_question(cast.guest_manager.viewer, "Siapa ketuanya?")
        for person in (cast.outsider, cast.host_manager):
            follow(person, f"question:{old.id}")
        follow(cast.outsider, f"question:{new.id}")
        questions.merge(old, new, cast.admin.viewer)
        db.session.commit()
        events.drain(remote=False)
        kept = db.session.execute(select(Follow.user_id, Follow.subject).order_by(Follow.user_id)).all()
        expected = sorted((person.id, f"question:{new.id}") for person in (cast.outsider, cast.host_manager))
        assert [tuple(row) for row in kept] == expected


CROWD = 1000


@pytest.mark.slow
@pytest.mark.parametrize("rhythm", ["daily", "now"])
def test_a_thousand_followers_are_told_once_each(cast, db_ctx, count_queries, rhythm):
    with db_ctx():
        people = [makers.make_user("18.12", email=f"p{number}@contoh.example") for number in range(CROWD)]
        now = clock.now()
        db.session.add_all(Follow(user_id=user.id, subject="indicator:spbe-2020/12", created_at=now) for user in people)
        if rhythm == "now":
            for user in people:
                choices.choose(user.id, "ikuti", "now")
        make_article(cast.host_member.viewer)
        db.session.commit()
        with count_queries() as counted:
            events.drain(remote=False)
        assert len(db.session.scalars(select(Notice.id)).all()) == CROWD
        mails = db.session.scalars(select(Mail.to_address)).all()
        assert len(mails) == len(set(mails)) == (CROWD if rhythm == "now" else 0)
        assert counted.value < 50, "few statements, however many follow"
        events.drain(remote=False)
        assert len(db.session.scalars(select(Notice.id)).all()) == CROWD
