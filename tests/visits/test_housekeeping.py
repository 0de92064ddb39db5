"""What the worker does by itself every hour: reminders, each once; and the end of personal data. And the private calendars."""

from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from kb.accounts.models import User
from kb.core import events, files
from kb.core.db import db
from kb.core.events import Event
from kb.notifications.models import Notice
from kb.visits import feeds, reminders, retention
from kb.visits.models import Visit, VisitLetter, VisitMember
from tests.visits.makers import OPEN_DAY, make_visit


def reminded(it_is, days_before: int) -> list[str]:
    it_is(OPEN_DAY - timedelta(days=days_before))
    reminders.remind()
    reminders.remind()  # the next hour
    return [event.data["kind"] for event in db.session.scalars(select(Event).where(Event.name == "visit.reminded").order_by(Event.id))]


@pytest.mark.parametrize("thin", [True, False])
def test_each_reminder_is_sent_once_on_its_day(app, cast, it_is, thin):
    with app.app_context():
        visit = make_visit("accepted", requested_by_id=cast.guest_member.id)
        if not thin:
            visit.members = [VisitMember(side="guest", position=1, name="Ani Contoh")]
        db.session.commit()
        assert reminded(it_is, 9) == []
        expected = ["seminggu"]
        for days, kind in ((7, None), (5, None), (3, "lengkapi" if thin else None), (1, "besok"), (0, None)):
            expected += [kind] if kind else []
            assert reminded(it_is, days) == expected, f"{days} days before"
        events.drain()
        told = {notice.title.split(":")[0].split(" untuk")[0] for notice in db.session.scalars(select(Notice))}
        assert told == {"Satu minggu lagi", "Besok", *(["Lengkapi pertanyaan"] if thin else [])}


@pytest.mark.parametrize("status", ["requested", "proposed", "cancelled", "held"])
def test_only_agreed_visits_are_reminded_of(app, it_is, status):
    with app.app_context():
        make_visit(status)
        db.session.commit()
        assert reminded(it_is, 7) == []


def test_names_go_after_the_retention_period_and_figures_stay(app, it_is):
    with app.app_context():
        old, young, open_one = make_visit("held"), make_visit("held", session="13:30"), make_visit("requested")
        young.day = OPEN_DAY + timedelta(days=1)
        old.members = [VisitMember(side="guest", position=1, name="Ani Contoh")]
        old.letters = [VisitLetter(kind="permohonan", number="1", signer_name="Ani Contoh")]
        old.attended = 1
        db.session.commit()
        it_is(OPEN_DAY + timedelta(days=731))
        assert retention.erase(730) == 1 and retention.erase(730) == 0
        found = db.session.get(Visit, old.id, populate_existing=True)
        assert (found.head_name, found.contact_phone, found.members, found.letters) == ("", "", [], [])
        assert (found.delegation_size, found.attended, found.indicators) == (6, 1, ["spbe-2020/12"]) and found.erased_at
        assert db.session.get(Visit, young.id).head_name and db.session.get(Visit, open_one.id).head_name


def test_pictures_and_signed_letters_leave_the_disk_too_but_not_what_others_still_need(app, it_is):
    with app.app_context():
        old, other = make_visit("held"), make_visit("accepted", session="13:30")
        same, own = b"%PDF-1.4 sama", b"%PDF-1.4 sendiri"
        for visit, content in ((old, same), (other, same), (old, own)):
            kind = "permohonan" if content == same else "balasan"
            visit.letters.append(VisitLetter(kind=kind, file=files.store(content, "surat.pdf", "application/pdf")))
        other.day = OPEN_DAY + timedelta(days=900)
        db.session.commit()
        it_is(OPEN_DAY + timedelta(days=731))
        retention.erase(730)
        folder = Path(app.config["KB_DATA"]) / "berkas"
        files.sweep()
        assert [path.read_bytes() for path in folder.glob("*/*")] == [same]
        assert files.read(other.letters[0].file) == same
        assert db.session.scalar(select(func.count(files.StoredFile.id))) == 1


def test_an_upload_under_way_is_spared(app):
    with app.app_context():
        files.store(b"%PDF-1.4 baru", "x.pdf", "application/pdf")
        db.session.rollback()
        files.sweep()
        assert len(list((Path(app.config["KB_DATA"]) / "berkas").glob("*/*"))) == 1


@pytest.mark.parametrize("of_office", [False, True])
def test_a_private_calendar_shows_agreed_and_cancelled_visits_until_it_is_renewed(app, cast, of_office):
    with app.app_context():
        for status, session in (("accepted", "09:00"), ("cancelled", "13:30"), ("requested", "13:30")):
            make_visit(status, session=session)
        make_visit("accepted", guest="18.12", host="18.01")
        token = feeds.renew(cast.guest_manager.viewer, of_office).token
        db.session.commit()
    answer = cast.visitor.client.get(f"/kalender/{token}.ics")
    calendar = Calendar.from_ical(answer.data)
    states = sorted(str(event["status"]) for event in calendar.walk("VEVENT"))
    assert states == ["CANCELLED", "CONFIRMED"] and len({str(event["uid"]) for event in calendar.walk("VEVENT")}) == 2
    assert "Rina Rahasia" not in answer.text
    owner = "instansi" if of_office else "pribadi"
    assert cast.guest_manager.client.post(f"/akun/kalender/{owner}").status_code == 303
    assert cast.visitor.client.get(f"/kalender/{token}.ics").status_code == 404


def test_the_calendar_of_a_person_who_left_ends(app, cast):
    with app.app_context():
        token = feeds.renew(cast.guest_member.viewer, of_office=False).token
        db.session.get(User, cast.guest_member.id).active = False
        db.session.commit()
    assert cast.visitor.client.get(f"/kalender/{token}.ics").status_code == 404
    assert cast.guest_member.client.post("/akun/kalender/instansi").status_code in (302, 401, 403)


def test_a_change_of_place_and_a_cancellation_rise_in_sequence(app, cast):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    found = []
    for address, form in (("tempat", {"room": "Ruang Contoh"}), ("tempat", {"room": "Ruang Contoh"}), ("cancel", {"reason": "Banjir."})):
        cast.host_manager.client.post(f"/kunjungan/{ident}/{address}", data=form)
        (event,) = Calendar.from_ical(cast.guest_manager.client.get(f"/kunjungan/{ident}.ics").data).walk("VEVENT")
        found.append((int(event["sequence"]), str(event["status"])))
    assert found == [(1, "CONFIRMED"), (1, "CONFIRMED"), (2, "CANCELLED")]
