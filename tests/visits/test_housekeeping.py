"""What the worker does by itself every hour: reminders, each once; and the end of personal data."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kb.core import events, files
from kb.core.db import db
from kb.core.events import Event
from kb.notifications.models import Notice
from kb.visits import reminders, retention
from kb.visits.models import Visit, VisitLetter, VisitMember
from tests.visits.makers import MESUJI, OPEN_DAY, PRINGSEWU, make_visit


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


def told(it_is, days_before: int) -> dict[str, str]:
    """The notices that a round of the worker adds on that day, title to address."""
    known = set(db.session.scalars(select(Notice.id)))
    reminded(it_is, days_before)
    events.drain(remote=False)
    return {notice.title: notice.url for notice in db.session.scalars(select(Notice).where(Notice.id.not_in(known)))}


@pytest.mark.parametrize(
    ("days", "words"),
    [(7, "Satu minggu lagi"), (6, "Enam hari lagi"), (4, "Empat hari lagi"), (3, "Tiga hari lagi"), (2, "Dua hari lagi"), (1, "Besok")],
)
def test_a_visit_accepted_late_is_announced_with_the_days_that_are_really_left(app, cast, it_is, days, words):
    with app.app_context():
        visit = make_visit("accepted", requested_by_id=cast.guest_member.id)
        visit.members = [VisitMember(side="guest", position=1, name="Ani Contoh")]
        page = f"/kunjungan/{visit.id}"
        db.session.commit()
        assert told(it_is, days) == {f"{words}: kunjungan {PRINGSEWU} ke {MESUJI}": page}
        assert "Waktu: Rabu, 9 Desember 2026, pukul 09.00–11.30 WIB" in db.session.scalars(select(Notice)).first().detail


@pytest.mark.parametrize(
    ("questions", "named", "what", "leads_to"),
    [
        ("Satu?", True, "pertanyaan", "lengkapi"),
        ("Satu?", False, "pertanyaan dan rombongan", "lengkapi"),
        ("Satu?\nDua?", False, "rombongan", "rombongan"),
    ],
)
def test_what_is_missing_three_days_before_is_said_to_the_guest_with_the_page_where_it_is_completed(
    app, cast, it_is, questions, named, what, leads_to
):
    with app.app_context():
        visit = make_visit("accepted", requested_by_id=cast.guest_member.id, questions=questions)
        visit.members = [VisitMember(side="guest", position=1, name="Ani Contoh")] if named else []
        page = f"/kunjungan/{visit.id}/{leads_to}"
        db.session.commit()
        assert told(it_is, 3) == {f"Tiga hari lagi: lengkapi {what} untuk kunjungan ke {MESUJI}": page}
        assert cast.host_manager.id not in set(db.session.scalars(select(Notice.user_id)))
    assert cast.guest_member.client.get(page).status_code == 200


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"questions": "Satu?\nDua?"}])
def test_a_reminder_that_nobody_needs_any_more_is_not_told(app, cast, it_is, change):
    with app.app_context():
        visit = make_visit("accepted", questions="Satu?")
        visit.members = [VisitMember(side="guest", position=1, name="Ani Contoh")]
        ident = visit.id
        db.session.commit()
        assert reminded(it_is, 3) == ["lengkapi"]
        for name, value in change.items():
            setattr(db.session.get(Visit, ident), name, value)
        db.session.commit()
        events.drain(remote=False)
        assert not db.session.scalars(select(Notice)).all()


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
