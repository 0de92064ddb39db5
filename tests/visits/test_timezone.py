"""A host keeps another time: the manager sees which visits that touches, nine o'clock stays nine o'clock, everybody is told."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from kb.core.db import db
from kb.core.events import Event
from kb.visits.models import Visit, VisitSlot
from tests.makers import office
from tests.visits.makers import OPEN_DAY, TODAY, faults_at, make_visit

PAGE = "/kunjungan/keterbukaan/zona-waktu"


def events_of(name: str) -> list[int]:
    return list(db.session.scalars(select(Event.subject_id).where(Event.name == name).order_by(Event.id)))


@pytest.mark.parametrize("part", ["host_member", "admin", "guest_member"])
def test_only_a_manager_sets_the_time_of_the_own_office(cast, part):
    client = getattr(cast, part).client
    assert client.get(PAGE).status_code == client.post(PAGE, data={"timezone": "Asia/Makassar"}).status_code == 403


def test_the_profile_leads_to_it(cast):
    assert f'href="{PAGE}"' in cast.host_manager.client.get("/instansi/kabupaten-mesuji/ubah").text


def test_without_visits_it_is_saved_at_once_and_the_calendar_names_the_new_zone(cast, db_ctx):
    assert cast.host_manager.client.post(PAGE, data={"timezone": "Asia/Makassar"}).status_code == 303
    with db_ctx():
        assert office("18.11").timezone == "Asia/Makassar"
        assert events_of("office.edited") == [office("18.11").id] and office("18.10").timezone == "Asia/Jakarta"
    assert "WITA" in cast.visitor.client.get("/kunjungan/kalender/kabupaten-mesuji").text


def test_agreed_visits_are_shown_before_anything_is_saved(cast, db_ctx):
    with db_ctx():
        make_visit("accepted")
        make_visit("accepted", day=TODAY - timedelta(days=3))
        make_visit("online", host="18.12", guest="18.11")
        db.session.commit()
    assert "09.00–11.30 WIB" in cast.host_manager.client.get(PAGE).text
    answer = cast.host_manager.client.post(PAGE, data={"timezone": "Asia/Jayapura"})
    assert answer.status_code == 422 and "Periksa dahulu kunjungan" in faults_at(answer.text, "anyway")
    assert answer.text.count("Diskominfo Kabupaten Pringsewu") == 1, "neither past visits nor visits elsewhere"
    assert "9 Desember 2026, pukul 09.00–11.30 WIB" in answer.text and "pukul 09.00–11.30 WIT" in answer.text
    assert re.search(r'<input(?=[^>]*\bchecked)(?=[^>]*value="Asia/Jayapura")', answer.text), "what was chosen stays"
    with db_ctx():
        assert office("18.11").timezone == "Asia/Jakarta" and not db.session.scalars(select(Event)).all()


def test_confirmed_it_keeps_the_hour_raises_the_sequence_and_tells_who_waits_too(cast, db_ctx):
    with db_ctx():
        agreed, waiting = make_visit("accepted", sequence=3).id, make_visit("requested", guest="18.12").id
        past, declined = make_visit("held", day=TODAY - timedelta(days=3)).id, make_visit("declined").id
        db.session.commit()
    assert cast.host_manager.client.post(PAGE, data={"timezone": "Asia/Makassar", "anyway": "y"}).status_code == 303
    with db_ctx():
        assert events_of("visit.zone_changed") == [agreed, waiting]
        found = {visit.id: visit for visit in db.session.scalars(select(Visit))}
        assert [found[ident].sequence for ident in (agreed, waiting, past, declined)] == [4, 0, 0, 0]
        assert {(found[ident].day, found[ident].session) for ident in (agreed, waiting)} == {(OPEN_DAY, "09:00")}
        assert db.session.scalar(select(VisitSlot.session).where(VisitSlot.visit_id == agreed)) == "09:00"
    assert "09.00–11.30 WITA" in cast.guest_member.client.get(f"/kunjungan/{agreed}").text


def test_the_same_zone_again_changes_nothing(cast, db_ctx):
    with db_ctx():
        make_visit("accepted")
        db.session.commit()
    assert cast.host_manager.client.post(PAGE, data={"timezone": "Asia/Jakarta"}).status_code == 303
    with db_ctx():
        assert not db.session.scalars(select(Event)).all()


@pytest.mark.parametrize("value", ["", "Europe/Berlin", "Asia/Pontianak"])
def test_what_is_no_zone_of_the_list_is_refused(cast, value):
    answer = cast.host_manager.client.post(PAGE, data={"timezone": value})
    assert answer.status_code == 422 and faults_at(answer.text, "timezone")
