"""Two guests on one session: both must want it, on exactly the same sessions, and what concerns the one concerns the other."""

import pytest
from sqlalchemy import select

from kb.core import events
from kb.core.db import db
from kb.core.errors import Conflict, Invalid
from kb.core.events import Event
from kb.visits import queries, schedule, service
from kb.visits.models import Visit, VisitSession, VisitSlot
from kb.visits.service import Given
from tests.visits.makers import OPEN_DAY, make_openness, make_visit


def recorded(visit: Visit) -> list[str]:
    """The names of what happened to a visit."""
    return list(
        db.session.scalars(select(Event.name).where(Event.subject_kind == "visit", Event.subject_id == visit.id).order_by(Event.id))
    )


def join(visit: Visit, leader: Visit, cast, **given) -> None:
    service.act(visit, "accept_joint", cast.host_manager.viewer, Given(joint_with_id=leader.id, **given))


@pytest.fixture
def pair(app, cast):
    """An agreed visit and a request for the same session; both guests would come together."""
    with app.app_context():
        yield make_visit("accepted", wants_joint=True), make_visit("requested", guest="18.12", wants_joint=True)
        db.session.rollback()


def test_two_guests_share_one_seat_and_the_first_is_told(pair, cast):
    leader, visit = pair
    join(visit, leader, cast)
    assert (visit.status, visit.joint_with_id) == ("accepted", leader.id)
    assert [slot.visit_id for slot in db.session.scalars(select(VisitSlot))] == [leader.id]
    assert recorded(leader) == ["visit.joined"] and recorded(visit) == ["visit.accepted"]


def test_nobody_is_joined_who_did_not_say_so(pair, cast):
    leader, visit = pair
    leader.wants_joint = False
    with pytest.raises(Invalid, match="Pringsewu belum menyatakan bersedia"):
        join(visit, leader, cast)
    leader.wants_joint, visit.wants_joint = True, False
    with pytest.raises(Invalid, match="belum menyatakan bersedia"):
        join(visit, leader, cast)


@pytest.mark.parametrize("who", ["leader", "guest"])
def test_nobody_is_moved_to_a_session_they_did_not_ask_for(pair, cast, who):
    leader, visit = pair
    (leader if who == "leader" else visit).sessions.append(VisitSession(day=OPEN_DAY, session="13:30", ends="15:30"))
    db.session.flush()
    assert queries.joint_candidates(visit) == []
    with pytest.raises(Invalid, match="pada sesi yang sama"):
        join(visit, leader, cast)


def test_both_delegations_must_fit_unless_the_host_says_that_they_do(pair, cast):
    leader, visit = pair
    make_openness(largest_delegation=11, sessions=((2, 9, 11),))
    with pytest.raises(Invalid, match="Bersama-sama 12 orang, lebih dari batas 11") as refusal:
        join(visit, leader, cast)
    assert refusal.value.field == "anyway"
    join(visit, leader, cast, anyway=True)
    assert visit.status == "accepted"


def test_a_new_room_is_told_to_all_who_come(pair, cast):
    leader, visit = pair
    join(visit, leader, cast)
    before = (leader.sequence, visit.sequence)
    service.set_place(visit, cast.host_manager.viewer, "Command Center", "")
    assert leader.room == visit.room == "Command Center"
    assert (leader.sequence, visit.sequence) == (before[0] + 1, before[1] + 1)
    assert "visit.place_set" in recorded(leader) and "visit.place_set" in recorded(visit)
    service.set_place(leader, cast.host_manager.viewer, "Command Center", "")
    assert recorded(leader).count("visit.place_set") == 1, "what changes nothing is not told"


def test_who_joined_inherits_the_seat_when_the_first_cancels(pair, cast):
    leader, visit = pair
    join(visit, leader, cast)
    third = make_visit("requested", guest="18.13", wants_joint=True)
    join(third, leader, cast)
    service.act(leader, "cancel", cast.guest_manager.viewer, Given(reason="Anggaran digeser."))
    assert [slot.visit_id for slot in db.session.scalars(select(VisitSlot))] == [visit.id]
    assert (visit.joint_with_id, third.joint_with_id) == (None, visit.id)
    assert (visit.status, third.status) == ("accepted", "accepted")


def waits_for_the_session(guest: str = "18.13") -> Visit:
    return make_visit("waitlisted", guest=guest)


def test_who_waits_hears_of_nothing_while_the_seat_is_inherited_and_of_its_end(pair, cast):
    leader, visit = pair
    join(visit, leader, cast)
    waiting = waits_for_the_session()
    service.act(leader, "cancel", cast.guest_manager.viewer, Given(reason="Anggaran digeser."))
    assert recorded(waiting) == [], "the seat went on to the visit that shared it"
    service.act(visit, "cancel", cast.outsider.viewer, Given(reason="Anggaran digeser."))
    assert recorded(waiting) == ["visit.slot_freed"]


def test_who_waits_hears_of_nothing_when_one_leaves_who_only_shared_the_seat(pair, cast):
    leader, visit = pair
    join(visit, leader, cast)
    waiting = waits_for_the_session()
    service.act(visit, "cancel", cast.outsider.viewer, Given(reason="Anggaran digeser."))
    assert recorded(waiting) == [] and schedule.is_full(waiting)


def test_a_taken_session_may_be_asked_for_by_who_would_share_it_and_its_holder_is_asked(app, cast):
    with app.app_context():
        holder = make_visit("accepted", guest="18.12")
        draft = make_visit("draft")
        with pytest.raises(Invalid, match="sudah terisi"):
            service.act(draft, "submit", cast.guest_manager.viewer)
        service.wish_joint(draft, cast.guest_manager.viewer, True)
        service.act(draft, "submit", cast.guest_manager.viewer)
        assert draft.status == "requested" and schedule.is_full(draft)
        assert recorded(holder) == ["visit.joint_asked"]
        service.wish_joint(holder, cast.outsider.viewer, True)
        join(draft, holder, cast)
        assert draft.joint_with_id == holder.id


def test_the_holder_is_not_told_who_would_join(app, cast):
    with app.app_context():
        make_visit("accepted", guest="18.12")
        visit = make_visit("requested")
        service.wish_joint(visit, cast.guest_manager.viewer, True)
        db.session.commit()
        events.drain()
    inbox = cast.outsider.client.get("/pemberitahuan").text
    assert "Rombongan lain ingin bergabung" in inbox and "Pringsewu" not in inbox


def test_waiting_is_only_for_a_session_that_is_taken(app, cast):
    with app.app_context():
        visit = make_visit("requested")
        db.session.commit()
        assert "/wait" not in cast.guest_manager.client.get(f"/kunjungan/{visit.id}").text
        with pytest.raises(Invalid, match="masih bebas"):
            service.act(visit, "wait", cast.guest_manager.viewer)
        make_visit("accepted", guest="18.12")
        service.act(visit, "wait", cast.guest_manager.viewer)
        assert visit.status == "waitlisted"
        assert [duty for duty in queries.duties(visit.host_id) if duty.visit is visit] == [], (
            "the host is not late with what waits by choice"
        )


def test_whether_one_would_share_is_settled_once_the_visit_is_over(app, cast):
    with app.app_context():
        visit = make_visit("held")
        with pytest.raises(Conflict, match="tidak dapat diubah lagi"):
            service.wish_joint(visit, cast.guest_manager.viewer, True)


def test_everybody_sees_all_guests_of_a_joint_visit_in_the_calendar(pair, app, cast):
    leader, visit = pair
    join(visit, leader, cast)
    db.session.commit()
    page = cast.visitor.client.get("/kunjungan/kalender/kabupaten-mesuji?bulan=2026-12").text
    assert "Diskominfo Kabupaten Pringsewu</a>" in page and "Diskominfo Kabupaten Tulang Bawang Barat</a>" in page


def test_who_was_accepted_first_is_asked_when_a_displaced_guest_would_share(app, cast):
    with app.app_context():
        first, second = make_visit("requested"), make_visit("requested", guest="18.12", wants_joint=True)
        service.act(first, "accept", cast.host_manager.viewer)
        assert recorded(first) == ["visit.accepted", "visit.joint_asked"] and recorded(second) == ["visit.displaced"]


def test_the_history_names_nobody_for_what_only_followed_from_another_visit(app, cast):
    """The host accepted somebody else; that a session was taken is nothing it did to this visit."""
    with app.app_context():
        first, second = make_visit("requested"), make_visit("requested", guest="18.12")
        service.act(first, "accept", cast.host_manager.viewer)
        db.session.commit()
        ids = first.id, second.id
    history = [
        cast.host_manager.client.get(f"/kunjungan/{ident}").text.split("<h2>Riwayat</h2>")[1].split("</section>")[0] for ident in ids
    ]
    assert "Diterima oleh Diskominfo Kabupaten Mesuji" in history[0]
    assert "Sesi diambil permohonan lain<br>" in history[1] and "oleh" not in history[1]
