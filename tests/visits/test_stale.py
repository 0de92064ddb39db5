"""A page that lay open: nobody agrees to what they have not seen, and nothing they typed is lost."""

import re
from datetime import timedelta

import pytest

from kb.core.db import db
from kb.core.errors import Conflict, Invalid
from kb.visits import schedule, service
from kb.visits.models import AgendaItem, Visit, VisitOption
from kb.visits.schedule import Wish
from kb.visits.service import Given
from tests.visits.makers import FORM, OPEN_DAY, close, make_visit

THURSDAY = OPEN_DAY + timedelta(days=1)
NEXT_WEEK = OPEN_DAY + timedelta(days=7)


@pytest.fixture
def standing(app):
    """The id of a stored visit."""

    def make(status: str, **values) -> int:
        with app.app_context():
            visit = make_visit(status, **values)
            if status == "proposed":
                visit.options = [VisitOption(number=1, day=THURSDAY, session="09:00", ends="11:30")]
                visit.options_until = OPEN_DAY
            db.session.commit()
            return visit.id

    return make


def version_in(page: str, action: str) -> str:
    """The version that a form of a page holds."""
    form = re.search(rf'<form[^>]*/{action}".*?</form>', page, re.DOTALL)[0]
    return re.search(r'name="version" value="(\d+)"', form)[1]


def test_a_guest_does_not_accept_a_proposal_that_was_changed_meanwhile(app, cast, standing):
    ident = standing("proposed")
    version = version_in(cast.guest_manager.client.get(f"/kunjungan/{ident}").text, "choose")
    other = {"option_1": [f"{NEXT_WEEK} 09:00"], "reason": "Ruang lain"}
    assert cast.host_manager.client.post(f"/kunjungan/{ident}/propose", data=other).status_code == 303
    late = cast.guest_manager.client.post(f"/kunjungan/{ident}/choose", data={"option": 1, "version": version})
    assert late.status_code == 409 and "berubah sejak Anda membuka" in late.text
    assert "16 Desember 2026" in late.text, "the proposal as it is now"
    again = {"option": 1, "version": version_in(late.text, "choose")}
    assert cast.guest_manager.client.post(f"/kunjungan/{ident}/choose", data=again).status_code == 303
    with app.app_context():
        assert db.session.get(Visit, ident).day == NEXT_WEEK


def test_a_host_does_not_accept_a_day_that_was_changed_meanwhile(app, cast, standing):
    ident = standing("requested")
    version = version_in(cast.host_manager.client.get(f"/kunjungan/{ident}").text, "accept")
    cast.guest_manager.client.post(f"/kunjungan/{ident}/reschedule", data={"slot": f"{NEXT_WEEK} 09:00"})
    late = cast.host_manager.client.post(f"/kunjungan/{ident}/accept", data={"version": version, "room": "Aula"})
    assert late.status_code == 409 and 'value="Aula"' in late.text and "16 Desember 2026" in late.text
    with app.app_context():
        assert db.session.get(Visit, ident).status == "requested"


def test_a_reason_typed_while_the_guest_withdrew_is_shown_again(cast, standing):
    ident = standing("requested")
    cast.guest_manager.client.post(f"/kunjungan/{ident}/withdraw")
    late = cast.host_manager.client.post(f"/kunjungan/{ident}/decline", data={"reason": "Ada sidang DPRD pekan itu."})
    assert late.status_code == 409 and "Yang Anda tulis belum dikirim" in late.text and "Ada sidang DPRD pekan itu." in late.text
    assert "ditarik" in late.text


def test_a_draft_that_a_colleague_changed_is_looked_at_again_before_it_is_sent(app, cast, standing):
    ident = standing("draft")
    version = version_in(cast.guest_manager.client.get(f"/kunjungan/{ident}/periksa").text, "submit")
    changed = {**FORM, "purpose": "Maksud yang baru."}
    assert cast.guest_member.client.post(f"/kunjungan/{ident}/ubah", data=changed).status_code == 303
    late = cast.guest_manager.client.post(f"/kunjungan/{ident}/submit", data={"version": version})
    assert late.status_code == 409 and "Maksud yang baru." in late.text and "berubah sejak" in late.text
    with app.app_context():
        assert db.session.get(Visit, ident).status == "draft"


def test_who_was_faster_is_the_hosts_to_know_and_not_the_guests(app, cast, standing, monkeypatch):
    """The proposal is checked before and taken after; another visit comes in between."""
    ident = standing("proposed")
    with app.app_context():
        make_visit("accepted", guest="18.12", day=THURSDAY)
        visit = db.session.get(Visit, ident)
        monkeypatch.setattr(schedule, "full_sessions", lambda *_: set())  # the moment before the other took it
        with pytest.raises(Conflict) as refusal:
            service.act(visit, "choose", cast.guest_manager.viewer, Given(option=1))
        assert "baru saja terisi" in refusal.value.message and "Tulang Bawang" not in refusal.value.message


@pytest.mark.parametrize(
    ("status", "person", "action", "given"),
    [
        ("requested", "host_manager", "accept", Given()),
        ("proposed", "guest_manager", "choose", Given(option=1)),
        ("accepted", "guest_manager", "cancel", Given(reason="Bentrok")),
    ],
)
def test_a_change_that_leaves_the_state_alone_stops_a_step_too(app, cast, standing, status, person, action, given):
    """A rescheduling, another proposal or another wish is stored between the reading of the visit and the step."""
    ident = standing(status)
    with app.app_context():
        visit = db.session.get(Visit, ident)
        db.session.execute(Visit.__table__.update().where(Visit.id == ident).values(version=visit.version + 1))
        with pytest.raises(Conflict, match="baru saja diubah orang lain"):
            service.act(visit, action, getattr(cast, person).viewer, given)
        db.session.rollback()
        assert db.session.get(Visit, ident).status == status


@pytest.mark.parametrize("status", ["accepted", "online"])
@pytest.mark.parametrize("reason", [None, "", " \n "])
def test_an_agreed_visit_is_not_moved_without_a_reason_and_one_that_waits_is(app, cast, standing, status, reason):
    agreed, asked = standing(status), standing("requested", guest="18.10", day=THURSDAY)
    wanted = {"slot": f"{NEXT_WEEK} 09:00"} | ({} if reason is None else {"reason": reason})
    refused = cast.guest_manager.client.post(f"/kunjungan/{agreed}/reschedule", data=wanted)
    assert refused.status_code == 422 and "Tulis alasannya" in faults(refused.text, "reason")
    assert f'value="{NEXT_WEEK} 09:00" selected' in refused.text, "the session that was picked stays picked"
    with app.app_context():
        visit = db.session.get(Visit, agreed)
        assert (visit.status, visit.day, visit.version) == (status, OPEN_DAY, 1)
    moved = cast.guest_manager.client.post(f"/kunjungan/{agreed}/reschedule", data={**wanted, "reason": "Kepala dinas berhalangan."})
    assert moved.status_code == 303
    assert cast.guest_manager.client.post(f"/kunjungan/{asked}/reschedule", data=wanted).status_code == 303


def faults(page: str, field: str) -> str:
    """What a step says at one of its fields."""
    return re.search(rf'<p class="field-error" id="{field}-salah">(.*?)</p>', page, re.DOTALL)[1]


def test_a_day_that_was_closed_meanwhile_is_accepted_only_on_purpose(app, cast, standing):
    ident = standing("requested")
    with app.app_context():
        close(OPEN_DAY, OPEN_DAY)
        db.session.commit()
    refused = cast.host_manager.client.post(f"/kunjungan/{ident}/accept", data={"room": "Aula"})
    assert refused.status_code == 422 and "9 Desember 2026, sidang DPRD" in refused.text and 'name="anyway"' in refused.text
    assert 'value="Aula"' in refused.text
    assert cast.host_manager.client.post(f"/kunjungan/{ident}/accept", data={"room": "Aula", "anyway": "y"}).status_code == 303


def test_the_room_stays_when_a_moved_visit_is_accepted_without_naming_one(app, cast):
    with app.app_context():
        visit = make_visit("requested", room="Ruang Rapat Utama")
        service.act(visit, "accept", cast.host_manager.viewer)
        assert visit.room == "Ruang Rapat Utama"


def test_the_agenda_moves_with_the_day(app, cast):
    with app.app_context():
        visit = make_visit("accepted")
        visit.agenda = [AgendaItem(day=OPEN_DAY, starts="09:15", ends="10:00", title="Paparan")]
        db.session.flush()
        service.act(visit, "reschedule", cast.guest_manager.viewer, Given(reason="Bentrok", wishes=(Wish(NEXT_WEEK, "13:30"),)))
        assert [(item.day, item.starts, item.ends) for item in visit.agenda] == [(NEXT_WEEK, "13:45", "14:30")]


def test_the_agenda_of_a_day_that_is_gone_goes_too(app, cast):
    with app.app_context():
        visit = make_visit("requested")
        service.act(visit, "reschedule", cast.guest_manager.viewer, Given(wishes=(Wish(OPEN_DAY, "09:00"), Wish(THURSDAY, "09:00"))))
        visit.agenda = [AgendaItem(day=day, starts="09:00", ends="10:00", title="Paparan") for day in (OPEN_DAY, THURSDAY)]
        db.session.flush()
        service.act(visit, "reschedule", cast.guest_manager.viewer, Given(wishes=(Wish(NEXT_WEEK, "09:00"),)))
        assert [item.day for item in visit.agenda] == [NEXT_WEEK]


def test_a_visit_is_reported_with_notes_or_with_the_reason_why_there_are_none(app, cast, standing, it_is):
    it_is(OPEN_DAY)
    ident = standing("held")
    page = cast.guest_member.client.get(f"/kunjungan/{ident}").text
    assert page.index("Tulis catatan kunjungan") < page.index("/report"), "the notes come first"
    refused = cast.guest_member.client.post(f"/kunjungan/{ident}/report")
    assert refused.status_code == 422 and "Belum ada catatan kunjungan yang terbit" in refused.text
    with app.app_context():
        visit = db.session.get(Visit, ident)
        with pytest.raises(Invalid):
            service.act(visit, "report", cast.guest_member.viewer)
        service.noted(visit)
        service.act(visit, "report", cast.guest_member.viewer)
        assert visit.status == "reported"
