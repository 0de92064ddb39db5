"""A person who goes hands their work to a colleague with one action; and takes it back after leave."""

import pytest
from sqlalchemy import select

from kb.accounts import queries, service
from kb.accounts.models import User
from kb.core import clock, events
from kb.core.db import db
from kb.core.errors import Forbidden, Invalid, NotFound
from kb.notifications import follows
from kb.notifications.models import Notice
from kb.questions import moderation
from kb.questions import service as questions
from tests import makers
from tests.notes.makers import make_visit
from tests.questions.makers import make_question


def user(person) -> User:
    return db.session.get(User, person.id)


def told() -> set[int]:
    events.drain(remote=False)
    return set(db.session.scalars(select(Notice.user_id).where(Notice.title.contains("Kunjungan"))))


def accept_a_visit_asked_by(person, cast) -> None:
    visit = make_visit("requested", days=10, requested_by_id=person.id)
    db.session.commit()
    events.record("visit.accepted", visit, cast.host_manager.viewer)
    db.session.commit()


def test_from_then_on_the_colleague_is_told(cast, db_ctx):
    with db_ctx():
        service.hand_over(user(cast.guest_member), cast.guest_manager.id, cast.guest_member.viewer)
        accept_a_visit_asked_by(cast.guest_member, cast)
        assert told() == {cast.guest_manager.id}
        service.take_back(user(cast.guest_member), cast.guest_member.viewer)
        accept_a_visit_asked_by(cast.guest_member, cast)
        assert told() == {cast.guest_manager.id, cast.guest_member.id}


def test_what_was_followed_and_not_read_yet_goes_along_each_once(cast, db_ctx):
    with db_ctx():
        for person in (cast.guest_member, cast.guest_manager):
            follows.follow("indicator:spbe-2020/12", person.viewer)
        follows.follow("indicator:spbe-2020/13", cast.guest_member.viewer)
        question = make_question(cast.guest_member.viewer)
        questions.comment(question, "Sejak kapan?", cast.host_member.viewer)
        db.session.commit()
        events.drain(remote=False)
        service.hand_over(user(cast.guest_member), cast.guest_manager.id, cast.guest_member.viewer)
        db.session.commit()
        events.drain(remote=False)
        assert follows.of(cast.guest_member.viewer) == []
        assert {one.subject[-2:] for one in follows.of(cast.guest_manager.viewer)} == {"12", "13"}
        assert db.session.scalars(select(Notice.user_id).where(Notice.title.contains("Komentar"))).all() == [cast.guest_manager.id]


def test_what_the_successor_may_not_see_or_is_the_leavers_own_stays(cast, db_ctx):
    """An admin may moderate a confidential question that was reported; a plain colleague of theirs may not even know its title."""
    with db_ctx():
        colleague = makers.make_user("redaksi", name="Staf Redaksi").id
        question = make_question(cast.guest_member.viewer, "Sangat rahasia?", addressed="18.11", visibility="para_pihak")
        moderation.flag(question, question, "rahasia", "", cast.guest_manager.viewer)
        open_one = make_question(cast.guest_member.viewer, "Terbuka?")
        moderation.flag(open_one, open_one, "iklan", "", cast.outsider.viewer)
        events.record("account.role_changed", user(cast.admin), cast.guest_manager.viewer)
        db.session.commit()
        events.drain(remote=False)
        service.hand_over(user(cast.admin), colleague, cast.admin.viewer)
        db.session.commit()
        events.drain(remote=False)
        titles = {title: owner for owner, title in db.session.execute(select(Notice.user_id, Notice.title))}
        assert titles["Laporan pembaca: Terbuka?"] == colleague
        assert titles["Laporan pembaca: Sangat rahasia?"] == cast.admin.id
        assert [owner for title, owner in titles.items() if title.startswith("Peran Anda")] == [cast.admin.id]


def test_what_was_written_keeps_its_author(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        service.hand_over(user(cast.guest_member), cast.guest_manager.id, cast.guest_member.viewer)
        db.session.commit()
        assert question.author_id == cast.guest_member.id


def test_a_line_of_successors_ends_at_the_last_one_present(cast, db_ctx):
    with db_ctx():
        first, second, third = (makers.make_user("18.10", name=f"Orang {n}") for n in range(3))
        first.successor, second.successor, third.successor = second, third, first
        assert queries.keepers([first]) == [third], "a circle is no trap"
        third.active = False
        assert queries.keepers([first]) == [second]
        second.removed_at, first.active = clock.now(), False
        assert queries.keepers([first]) == []


def test_when_the_only_manager_goes_the_successor_manages(cast, db_ctx):
    with db_ctx():
        service.remove(user(cast.guest_manager), cast.guest_manager.viewer, cast.guest_member.id)
        assert user(cast.guest_member).role == "manager" and user(cast.guest_manager).is_removed


@pytest.mark.parametrize(("to", "error"), [("guest_manager", Invalid), ("outsider", Invalid), (None, Invalid)])
def test_only_a_present_colleague_can_take_over(cast, db_ctx, to, error):
    with db_ctx(), pytest.raises(error):
        service.hand_over(user(cast.guest_manager), getattr(cast, to).id if to else None, cast.guest_manager.viewer)


@pytest.mark.parametrize(("by", "error"), [("guest_member", NotFound), ("outsider", NotFound), ("host_manager", NotFound)])
def test_nobody_hands_over_for_another(cast, db_ctx, by, error):
    with db_ctx(), pytest.raises((error, Forbidden)):
        service.hand_over(user(cast.guest_manager), cast.guest_member.id, getattr(cast, by).viewer)


def test_the_page_hands_over_and_takes_back(cast, db_ctx):
    client = cast.guest_member.client
    assert "Serahkan pekerjaan kepada rekan" in client.get("/akun").text
    assert client.post("/akun/serahkan", data={"successor": ""}).status_code == 422
    assert client.post("/akun/serahkan", data={"successor": str(cast.outsider.id)}).status_code == 422
    for _ in range(2):
        assert client.post("/akun/serahkan", data={"successor": str(cast.guest_manager.id)}).location == "/akun"
    assert "sedang diserahkan kepada Guest Manager" in client.get("/akun").text
    assert client.post("/akun/serahkan/batal").status_code == 303
    assert "sedang diserahkan" not in client.get("/akun").text
    with db_ctx():
        handed = db.session.scalars(select(events.Event).where(events.Event.name == "account.handed_over")).all()
        assert len(handed) == 1, "the second click changes nothing"


def test_who_has_no_colleague_is_told_what_to_do(cast, db_ctx):
    assert "Belum ada rekan lain" in cast.outsider.client.get("/akun/serahkan").text


def test_removing_a_person_proposes_the_one_who_removes(cast, db_ctx):
    address = f"/instansi-saya/orang/{cast.guest_member.id}/keluarkan"
    page = cast.guest_manager.client.get(address).text
    assert f'<option selected value="{cast.guest_manager.id}">' in page
    assert cast.guest_manager.client.post(address, data={"successor": str(cast.outsider.id)}).status_code == 422
    assert cast.guest_manager.client.post(address, data={"successor": str(cast.guest_manager.id)}).status_code == 303
    with db_ctx():
        assert user(cast.guest_member).is_removed and user(cast.guest_member).successor_id == cast.guest_manager.id
