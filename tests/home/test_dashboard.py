"""The dashboard "Beranda": what waits for this person, and what their office has under way."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from kb.core import clock, events, workdays
from kb.core.days_off import holidays_from
from kb.core.db import db
from kb.core.events import Delivery
from kb.home import overview
from kb.notes.models import NoteFollowUp
from kb.notifications.models import Notice
from kb.questions import moderation, queries
from kb.questions import service as questions
from kb.questions.models import Answer, Question
from tests import makers
from tests.accounts.makers import make_request
from tests.home.makers import cost, make_article
from tests.moments import pass_time
from tests.notes.makers import make_note, make_visit
from tests.questions.makers import make_answer, make_question

NOTHING = "Tidak ada yang menunggu Anda."


def part_of(page: str, ident: str) -> str:
    return page.split(f'id="{ident}"')[1].split("</section>")[0]


def test_a_visitor_is_sent_to_sign_in(client):
    assert "/masuk" in client.get("/beranda").location


@pytest.mark.parametrize("part", ["host_manager", "host_member", "outsider", "admin"])
def test_an_empty_dashboard_says_what_to_do(cast, part):
    page = getattr(cast, part).client.get("/beranda").text
    for words in (NOTHING, "Belum ada kunjungan.", "Tidak ada draf.", "Belum ada pemberitahuan."):
        assert words in page


@pytest.mark.parametrize(
    ("part", "offered"),
    [
        ("host_member", {"/artikel/baru", "/kunjungan/baru", "/catatan/baru"}),
        ("host_manager", {"/artikel/baru", "/kunjungan/baru", "/catatan/baru", "/instansi-saya/orang", "/kunjungan/keterbukaan"}),
        ("admin", {"/artikel/baru", "/catatan/baru", "/admin/permohonan", "/admin/kiriman", "/admin/jejak"}),
    ],
)
def test_each_role_is_offered_what_it_may_do(cast, part, offered):
    every = {
        "/artikel/baru", "/kunjungan/baru", "/catatan/baru", "/instansi-saya/orang", "/kunjungan/keterbukaan", "/admin/permohonan",
        "/admin/kiriman", "/admin/jejak",
    }  # fmt: skip
    client = getattr(cast, part).client
    page = client.get("/beranda").text
    assert {address for address in every if f'href="{address}"' in page} == offered
    for address in offered:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("status", "days", "waits_for", "words"),
    [
        ("requested", 10, {"host_manager", "host_member"}, "ingin berkunjung"),
        ("accepted", -1, {"host_manager", "host_member", "guest_manager", "guest_member"}, "Tulis catatan kunjungan"),
        ("accepted", 10, set(), ""),
        ("held", -1, {"guest_manager", "guest_member"}, "Selesaikan laporan"),
        ("proposed", 10, {"guest_manager", "guest_member"}, "mengusulkan jadwal lain"),
        ("declined", 10, set(), ""),
        ("draft", 10, set(), ""),
    ],
)
def test_a_visit_waits_for_those_who_have_to_act(cast, db_ctx, status, days, waits_for, words):
    with db_ctx():
        ident = make_visit(status, days=days).id
    for part in ("host_manager", "host_member", "guest_manager", "guest_member", "outsider", "admin"):
        tasks = part_of(getattr(cast, part).client.get("/beranda").text, "tugas")
        if part in waits_for:
            assert words in tasks and NOTHING not in tasks
            assert f"/kunjungan/{ident}" in tasks or f"/catatan/baru?kunjungan={ident}" in tasks
        else:
            assert NOTHING in tasks, part


def test_what_was_reported_waits_no_longer(cast, db_ctx):
    with db_ctx():
        visit = make_visit("accepted", days=-1)
        ident = visit.id
        note = make_note(cast.guest_member.viewer, status="draft", visit=visit).id
    assert f"kunjungan={ident}" in part_of(cast.guest_member.client.get("/beranda").text, "tugas")
    cast.guest_member.client.post(f"/catatan/{note}/terbitkan", data={"readers": "para_pihak"})
    assert NOTHING in cast.host_manager.client.get("/beranda").text
    assert "Selesaikan laporan" in part_of(cast.guest_member.client.get("/beranda").text, "tugas")


def test_the_oldest_request_stands_first(cast, db_ctx):
    with db_ctx():
        now = clock.now()
        first = make_visit("requested", days=20, requested_at=now - timedelta(days=400)).reference
        second = make_visit("requested", days=10, requested_at=now).reference
    tasks = part_of(cast.host_manager.client.get("/beranda").text, "tugas")
    assert tasks.index(first) < tasks.index(second)


def test_all_that_waits_stands_in_one_list_the_first_due_first_with_its_day(cast, db_ctx):
    with db_ctx():
        note = make_note(cast.host_member.viewer)
        for text, office, days in (("Kirim contoh surat", note.host_id, -3), ("Milik tamu", note.guest_id, -3)):
            due = clock.today() + timedelta(days=days)
            db.session.add(NoteFollowUp(note_id=note.id, text=text, office_id=office, due_on=due))
        make_visit("requested", days=30, requested_at=clock.now())
        make_question(cast.guest_member.viewer, "Bagaimana mulainya?", invited=("18.11",))
        mine = make_question(cast.host_member.viewer, "Siapa ketuanya?")
        make_answer(mine, cast.guest_member.viewer)
        db.session.commit()
    tasks = part_of(cast.host_manager.client.get("/beranda").text, "tugas")
    wanted = ("Tindak lanjut: Kirim contoh surat", "ingin berkunjung", "Diundang menjawab: Bagaimana", "Periksa jawaban: Siapa")
    assert all(words in tasks for words in wanted) and "Milik tamu" not in tasks
    assert tasks.index(wanted[0]) < tasks.index(wanted[1]) < tasks.index(wanted[3])
    assert tasks.count("Tenggat ") == 4 and tasks.count("terlambat") == 1


def tasks_of(app, person) -> dict[str, date]:
    with app.test_request_context():
        return {task.title.split(":")[0]: task.due for task in overview.of(person.viewer).tasks}


def test_an_answer_that_came_late_is_to_be_looked_at_two_weeks_after_it(app, cast, db_ctx, monkeypatch):
    with db_ctx():
        make_question(cast.guest_member.viewer)
        db.session.commit()
        pass_time(monkeypatch, days=25)
        make_answer(queries.find(db.session.scalars(select(Question.id)).one()), cast.host_member.viewer)
        db.session.commit()
    assert tasks_of(app, cast.guest_manager) == {"Periksa jawaban": clock.today() + timedelta(days=14)}


def test_an_invitation_is_due_three_working_days_after_it_was_made_and_late_from_then_on(app, cast, db_ctx, monkeypatch):
    with db_ctx():
        make_question(cast.guest_member.viewer)
        db.session.commit()
        pass_time(monkeypatch, days=40)
        questions.escalate()
        question = queries.find(db.session.scalars(select(Question.id)).one())
        questions.invite(question, questions.Guest(cast.host_manager.office_id, "indeks tinggi"), cast.guest_manager.viewer)
        due = workdays.after(clock.today(), 3, holidays_from(clock.today().year))
        db.session.commit()
    assert tasks_of(app, cast.host_manager) == {"Diundang menjawab": due} and due > clock.today()
    assert "terlambat" not in part_of(cast.host_manager.client.get("/beranda").text, "tugas")
    pass_time(monkeypatch, days=(due - clock.today()).days + 5)
    assert "terlambat 5 hari" in part_of(cast.host_manager.client.get("/beranda").text, "tugas")


def test_what_waits_costs_the_same_for_one_question_and_for_ten(cast, db_ctx, count_queries, monkeypatch):
    found = []
    for many in (1, 9):
        with db_ctx():
            for number in range(many):
                make_question(cast.guest_member.viewer, f"Ajakan {many}-{number}?", invited=("18.11",))
                make_answer(make_question(cast.host_member.viewer, f"Milik kami {many}-{number}?"), cast.guest_member.viewer)
                pass_time(monkeypatch, days=1)
            db.session.commit()
        found.append(cost(cast.host_manager.client, "/beranda", count_queries))
    assert found[0] == found[1]


def test_an_accepted_answer_is_asked_after_once_it_had_time_to_work(cast, db_ctx, monkeypatch):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        answer = make_answer(question, cast.host_member.viewer)
        questions.accept(answer, cast.guest_member.viewer)
        db.session.commit()
        answer_id = answer.id
    assert NOTHING in cast.guest_manager.client.get("/beranda").text
    pass_time(monkeypatch, days=31)
    assert "Sudah diterapkan?" in part_of(cast.guest_manager.client.get("/beranda").text, "tugas")
    with db_ctx():
        questions.confirm_applied(db.session.get(Answer, answer_id), "Berjalan.", cast.guest_member.viewer)
        db.session.commit()
    assert NOTHING in cast.guest_manager.client.get("/beranda").text


def test_reported_questions_wait_for_the_moderators(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        moderation.flag(question, question, next(iter(moderation.REASONS)), "", cast.outsider.viewer)
        db.session.commit()
    assert "Dilaporkan: " in part_of(cast.admin.client.get("/beranda").text, "tugas")
    assert NOTHING in cast.host_manager.client.get("/beranda").text


def test_requests_to_join_and_failed_mails_wait_for_the_admin(cast, db_ctx):
    with db_ctx():
        make_request()
        event = events.record("thing.happened", makers.office("18.11"), cast.admin.viewer)
        db.session.add(Delivery(event_id=event.id, consumer="mail", due_at=clock.now(), attempts=1, error="x"))
        db.session.commit()
    tasks = part_of(cast.admin.client.get("/beranda").text, "tugas")
    assert "1 permohonan bergabung" in tasks and "/admin/permohonan" in tasks
    assert "1 kiriman gagal" in tasks and "/admin/kiriman" in tasks
    assert NOTHING in cast.host_manager.client.get("/beranda").text


def test_visits_and_drafts_are_the_own_offices(cast, db_ctx):
    with db_ctx():
        make_visit("draft", days=10)
        make_article(cast.guest_member.viewer, "Draf tamu", status="draft")
    guest, host = (person.client.get("/beranda").text for person in (cast.guest_manager, cast.host_manager))
    assert "Draf kunjungan" in part_of(guest, "kunjungan") and "Draf tamu" in part_of(guest, "draf")
    assert "Belum ada kunjungan." in host and "Tidak ada draf." in host


def test_the_latest_notices_stand_aside(cast, db_ctx):
    with db_ctx():
        for number in range(7):
            event = events.record("thing.happened", makers.office("18.11"), cast.admin.viewer)
            notice = Notice(
                user_id=cast.host_member.id, event_id=event.id, kind="akun", title=f"Kabar {number}.", url="/", created_at=clock.now()
            )
            db.session.add(notice)
        db.session.commit()
        latest = db.session.scalars(select(Notice.id).order_by(Notice.id.desc())).first()
    page = cast.host_member.client.get("/beranda").text
    assert f'action="/pemberitahuan/{latest}"' in page, "a press opens it"
    assert [n for n in range(7) if f"Kabar {n}." in page] == [2, 3, 4, 5, 6]
    assert "Kabar" not in cast.host_manager.client.get("/beranda").text


@pytest.mark.parametrize("part", ["host_manager", "guest_member"])
def test_it_costs_the_same_for_one_row_and_for_thirty(cast, db_ctx, count_queries, part):
    person, found = getattr(cast, part), []
    for many in (1, 29):
        with db_ctx():
            for number in range(many):
                make_visit("requested", days=10 + number + many)
                make_visit("accepted", days=-10 - number - many)
                make_article(person.viewer, f"Draf {many} {number}", status="draft")
        found.append(cost(person.client, "/beranda", count_queries))
    assert found[0] == found[1] <= 14
