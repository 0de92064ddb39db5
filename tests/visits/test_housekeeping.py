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
from kb.visits.models import AgendaItem, SentEntry, Visit, VisitLetter, VisitMember, VisitOption, VisitSession, VisitSurvey
from kb.visits.workflow import STATUSES
from tests.visits.makers import FORM, MESUJI, OPEN_DAY, PRINGSEWU, TODAY, at_noon, make_visit


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


def with_names(status: str, **values) -> Visit:
    """A visit with personal data in every place that may hold some. Not committed."""
    visit = make_visit(status, meeting_link="https://rapat.example/ani", **values)
    visit.members = [VisitMember(side="guest", position=1, name="Ani Contoh")]
    visit.letters = [VisitLetter(kind="permohonan", number="1", signer_name="Ani Contoh")]
    visit.agenda = [AgendaItem(day=visit.day, starts="09:00", ends="10:00", title="Paparan", speaker="Ani Contoh", room="Ruang A")]
    answers = {"answered": 4, "prepared": 4, "applicable": 4, "created_at": visit.created_at}
    visit.surveys = [VisitSurvey(side="guest", comment="Ani Contoh sangat membantu.", **answers)]
    sent = {"starts_at": visit.created_at, "ends_at": visit.created_at, "sequence": 0}
    visit.sent_entries = [SentEntry(number=1, place=visit.meeting_link, **sent), SentEntry(number=2, place="Ruang A", **sent)]
    visit.attended = 1
    db.session.flush()
    return visit


def is_erased(ident: int) -> bool:
    """Is nothing personal left, and all else still there?"""
    found = db.session.get(Visit, ident, populate_existing=True)
    texts = [found.head_name, found.head_position, found.contact_name, found.contact_phone, found.contact_email, found.meeting_link]
    texts += [row.speaker for row in found.agenda] + [row.comment for row in found.surveys] + [found.sent_entries[0].place]
    rows = [*found.members, *found.letters, *found.photos]
    assert any(texts) == bool(rows) == (found.erased_at is None), "erased in part"
    assert (found.delegation_size, found.attended, found.indicators) == (6, 1, ["spbe-2020/12"])
    assert (
        found.purpose
        and found.questions
        and found.agenda[0].room == found.sent_entries[1].place == "Ruang A"
        and found.surveys[0].answered == 4
    )
    return found.erased_at is not None


@pytest.mark.parametrize("status", STATUSES)
def test_names_go_after_the_retention_period_in_whatever_state_a_visit_was_left_and_figures_stay(app, it_is, status):
    with app.app_context():
        ident = with_names(status).id
        db.session.commit()
        for days, gone in ((0, False), (730, False), (731, True)):
            it_is(OPEN_DAY + timedelta(days=days))
            assert retention.erase(730) == int(gone) and retention.erase(730) == 0
            assert is_erased(ident) == gone, f"{days} days after"


def test_a_visit_that_is_still_to_come_or_was_touched_lately_keeps_its_names(app, cast, it_is):
    with app.app_context():
        far = OPEN_DAY + timedelta(days=700)
        second_day, proposed, touched = (with_names("accepted", session=at) for at in ("09:00", "10:00", "11:00"))
        second_day.sessions.append(VisitSession(day=far, session="09:00", ends="11:30"))
        proposed.options = [VisitOption(number=1, day=far, session="09:00", ends="11:30")]
        it_is(far)
        events.record("visit.closed", touched, cast.guest_manager.viewer)
        db.session.commit()
        it_is(OPEN_DAY + timedelta(days=900))
        assert retention.erase(730) == 0
        it_is(far + timedelta(days=731))
        assert retention.erase(730) == 3


def test_what_is_written_into_an_erased_visit_is_refused_or_erased_in_its_turn(app, cast, it_is):
    with app.app_context():
        visit = with_names("held")
        ident = visit.id
        db.session.commit()
        it_is(OPEN_DAY + timedelta(days=731))
        retention.erase(730)
        events.record("visit.letter_added", visit, cast.guest_manager.viewer)
        visit.letters = [VisitLetter(kind="laporan", signer_name="Ani Contoh")]
        db.session.commit()
    for page, data in (
        ("rombongan", {"text": "Ani Contoh"}),
        ("hadir", {"name": "Ani Contoh", "side": "guest"}),
        ("survei", {"answered": "4", "prepared": "4", "applicable": "4", "comment": "Ani"}),
    ):
        refused = cast.guest_member.client.post(f"/kunjungan/{ident}/{page}", data=data)
        assert refused.status_code == 409 and "masa simpan" in refused.text, page
    with app.app_context():
        assert retention.erase(730) == 0
        it_is(OPEN_DAY + timedelta(days=731 + 731))
        assert retention.erase(730) == 1 and retention.erase(730) == 0 and is_erased(ident)


def test_an_old_draft_taken_up_again_is_erased_again_in_its_time(app, cast, it_is):
    with app.app_context():
        ident = make_visit("draft", day=TODAY - timedelta(days=900), created_at=at_noon(TODAY - timedelta(days=901))).id
        db.session.commit()
        assert retention.erase(730) == 1
    assert cast.guest_manager.client.post(f"/kunjungan/{ident}/ubah", data=FORM).status_code == 303
    with app.app_context():
        assert retention.erase(730) == 0 and db.session.get(Visit, ident).head_name == FORM["head_name"]
        it_is(OPEN_DAY + timedelta(days=731))
        assert retention.erase(730) == 1


def test_pictures_and_signed_letters_leave_the_disk_too_but_not_what_others_still_need(app, it_is):
    with app.app_context():
        old, other = make_visit("held"), make_visit("accepted", session="13:30")
        same, own = b"%PDF-1.4 sama", b"%PDF-1.4 sendiri"
        for visit, content in ((old, same), (other, same), (old, own)):
            kind = "permohonan" if content == same else "balasan"
            visit.letters.append(VisitLetter(kind=kind, file=files.store(content, "surat.pdf", "application/pdf")))
        other.day = other.sessions[0].day = OPEN_DAY + timedelta(days=900)
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
