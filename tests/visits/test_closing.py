"""A day that closes over what was agreed or asked for: who closes it is shown what it touches, and nobody is surprised."""

from datetime import date

import pytest
from sqlalchemy import func, select

from kb.core import events
from kb.core.db import db
from kb.notifications.models import Notice
from kb.visits import openness
from kb.visits.models import ClosedPeriod, Openness, VisitOption, VisitSession
from tests.makers import office, open_hours
from tests.visits.makers import MESUJI, OPEN_DAY, PRINGSEWU, close, faults_at, make_openness, make_visit

SETTINGS = "/kunjungan/keterbukaan"
CLOSE = "/kunjungan/keterbukaan/tutup"
HOLIDAYS = "/admin/hari-libur"
PERIOD = {"from_on": "2026-12-07", "until_on": "2026-12-11", "reason": "Sidang DPRD"}
DAY_OFF = {"day": str(OPEN_DAY), "name": "Cuti bersama mendadak"}


@pytest.fixture
def standing(app):
    """`standing("accepted", ...)` is the id of a committed visit."""

    def make(status: str, **values) -> int:
        with app.app_context():
            ident = make_visit(status, **values).id
            db.session.commit()
            return ident

    return make


@pytest.fixture
def told(app, cast):
    """Let the worker deliver; who has which notices."""

    def read() -> dict[str, list[str]]:
        with app.app_context():
            events.drain()
            names = {person.id: name for name, person in vars(cast).items()}
            found: dict[str, list[str]] = {}
            for notice in db.session.scalars(select(Notice).order_by(Notice.id)):
                found.setdefault(names[notice.user_id], []).append(notice.title)
            return found

    return read


def proposed(app, standing, wished: date, offered: date) -> int:
    ident = standing("proposed", day=wished, options_until=offered)
    with app.app_context():
        db.session.add(VisitOption(visit_id=ident, number=1, day=offered, session="09:00", ends="11:30"))
        db.session.commit()
    return ident


def count_periods(app) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ClosedPeriod))


@pytest.mark.parametrize("status", ["accepted", "online", "requested", "waitlisted"])
def test_a_period_over_a_visit_or_request_is_confirmed_after_reading_what_it_touches(app, cast, standing, status):
    ident = standing(status)
    host = cast.host_manager.client
    page = host.post(CLOSE, data=PERIOD)
    what = "1 kunjungan yang sudah diterima" if status in ("accepted", "online") else "1 permohonan yang belum selesai"
    assert page.status_code == 422 and f"Ini mengenai {what}." in faults_at(page.text, "anyway")
    assert f'href="/kunjungan/{ident}"' in page.text and PRINGSEWU in page.text and count_periods(app) == 0
    assert host.post(CLOSE, data={**PERIOD, "anyway": "y"}).status_code == 303 and count_periods(app) == 1


def test_a_joint_visit_which_holds_no_slot_of_its_own_is_named_too(app, cast, standing):
    leader = standing("accepted")
    with app.app_context():
        joint = make_visit("requested", guest="18.12")
        joint.status, joint.joint_with_id = "accepted", leader
        db.session.commit()
        joint = joint.id
    page = cast.host_manager.client.post(CLOSE, data=PERIOD)
    assert "2 kunjungan yang sudah diterima" in faults_at(page.text, "anyway")
    assert f'href="/kunjungan/{leader}"' in page.text and f'href="/kunjungan/{joint}"' in page.text


def test_a_proposal_is_touched_by_the_days_it_offers_not_by_those_it_gave_up(app, cast, standing):
    offered = proposed(app, standing, date(2026, 12, 16), OPEN_DAY)
    given_up = proposed(app, standing, OPEN_DAY, date(2026, 12, 16))
    page = cast.host_manager.client.post(CLOSE, data=PERIOD).text
    assert f'href="/kunjungan/{offered}"' in page and f'href="/kunjungan/{given_up}"' not in page


def test_the_second_day_of_a_visit_is_touched_as_well(app, cast, standing):
    ident = standing("accepted", day=date(2026, 12, 4))
    with app.app_context():
        db.session.add(VisitSession(visit_id=ident, day=date(2026, 12, 7), session="09:00", ends="11:30"))
        db.session.commit()
    assert f'href="/kunjungan/{ident}"' in cast.host_manager.client.post(CLOSE, data=PERIOD).text


def test_what_is_over_refused_elsewhere_or_another_offices_is_not_named(app, cast, standing):
    for status in ("draft", "declined", "withdrawn", "cancelled"):
        standing(status)
    standing("accepted", day=date(2026, 12, 14))
    standing("accepted", host="18.12")
    assert cast.host_manager.client.post(CLOSE, data=PERIOD).status_code == 303


def test_a_guest_who_waits_for_an_answer_is_told_that_the_day_closed(app, cast, standing, told):
    standing("requested")
    standing("accepted", guest="18.12", session="13:30")
    cast.host_manager.client.post(CLOSE, data={**PERIOD, "anyway": "y"})
    title = f"Hari kunjungan {PRINGSEWU} ke {MESUJI} menjadi hari tutup"
    assert told() == {"guest_manager": [title]}, "the host knows, and the agreed visit takes place all the same"
    with app.app_context():
        detail = db.session.scalars(select(Notice)).one().detail
        assert "Sidang DPRD" in detail and "tidak ditolak" in detail


def test_nobody_is_told_of_a_period_that_was_lifted_before_the_worker_came(app, cast, standing, told):
    standing("requested")
    cast.host_manager.client.post(CLOSE, data={**PERIOD, "anyway": "y"})
    with app.app_context():
        period = db.session.scalars(select(ClosedPeriod.id)).one()
    cast.host_manager.client.post(f"{CLOSE}/{period}/hapus")
    assert told() == {}


def test_closing_the_same_days_again_only_changes_the_reason(app, cast):
    host = cast.host_manager.client
    host.post(CLOSE, data=PERIOD)
    host.post(CLOSE, data={**PERIOD, "reason": "Sidang APBD"})
    page = host.get(SETTINGS).text
    assert count_periods(app) == 1 and "Sidang APBD" in page and "Sidang DPRD" not in page


def test_periods_that_are_over_are_refused_and_not_listed(app, cast):
    with app.app_context():
        close(date(2026, 11, 2), date(2026, 11, 6), reason="Cuti lama")
        db.session.commit()
    host = cast.host_manager.client
    past = host.post(CLOSE, data={**PERIOD, "from_on": "2026-11-16", "until_on": "2026-11-20"})
    assert past.status_code == 422 and "Hari-hari ini sudah lewat." in faults_at(past.text, "until_on")
    assert "Cuti lama" not in host.get(SETTINGS).text


def test_a_holiday_shows_the_admin_what_it_touches_and_tells_both_sides(app, cast, standing, told):
    standing("accepted", reference="KK-2026-0001")
    standing("requested", guest="18.12", reference="KK-2026-0002")
    admin = cast.admin.client
    page = admin.post(HOLIDAYS, data=DAY_OFF)
    assert page.status_code == 422 and "1 kunjungan yang sudah diterima dan 1 permohonan" in faults_at(page.text, "anyway")
    assert f"KK-2026-0001: {PRINGSEWU} ke {MESUJI}" in page.text, "an agreed visit that is open to everybody"
    assert "KK-2026-0002" in page.text and "Tulang Bawang Barat" not in page.text, "of a request the admin learns no more than its number"
    assert told() == {}
    saved = admin.post(HOLIDAYS, data={**DAY_OFF, "anyway": "y"}, follow_redirects=True)
    assert "Tuan rumah dan tamu dari 2 kunjungan diberi tahu." in saved.text
    titles = [f"Hari kunjungan {guest} ke {MESUJI} menjadi hari tutup" for guest in (PRINGSEWU, "Diskominfo Kabupaten Tulang Bawang Barat")]
    assert told() == {"host_manager": titles, "guest_manager": titles[:1], "outsider": titles[1:]}
    with app.app_context():
        assert all("Cuti bersama mendadak" in notice.detail for notice in db.session.scalars(select(Notice)))
    visit = cast.host_manager.client.get("/kunjungan").text
    assert "KK-2026-0001" in visit
    history = cast.host_manager.client.get("/kunjungan/1").text.split("Riwayat")[1]
    assert "Harinya menjadi hari tutup" in history


def test_a_holiday_is_told_once_and_one_that_touches_nothing_needs_no_word(app, cast, standing, told):
    admin = cast.admin.client
    assert admin.post(HOLIDAYS, data={**DAY_OFF, "day": "2026-12-10"}).status_code == 303
    standing("accepted")
    admin.post(HOLIDAYS, data={**DAY_OFF, "anyway": "y"})
    first = told()
    assert admin.post(HOLIDAYS, data={**DAY_OFF, "name": "Nama yang benar"}).status_code == 303
    assert told() == first and len(first["guest_manager"]) == 1


def test_a_holiday_that_was_lifted_and_comes_back_is_told_too(app, cast, standing, told):
    christmas_leave = "2026-12-24"
    cast.admin.client.post(HOLIDAYS, data={"day": christmas_leave, "name": "Masuk kerja", "is_lifted": "y"})
    standing("accepted", day=date(2026, 12, 24))
    answer = cast.admin.client.post(f"{HOLIDAYS}/{christmas_leave}/hapus", follow_redirects=True)
    assert "dari 1 kunjungan diberi tahu" in answer.text
    assert set(told()) == {"host_manager", "guest_manager"}


@pytest.mark.parametrize("day", ["1999-12-24", "9999-12-31", "0001-01-01"])
def test_a_holiday_of_another_age_is_a_typing_error(cast, day):
    page = cast.admin.client.post(HOLIDAYS, data={**DAY_OFF, "day": day})
    assert page.status_code == 422 and "Periksa tahunnya" in faults_at(page.text, "day")


def test_only_the_admin_changes_holidays_and_only_the_manager_closes(cast):
    assert cast.host_manager.client.post(HOLIDAYS, data=DAY_OFF).status_code == 404
    assert cast.host_member.client.post(CLOSE, data=PERIOD).status_code == 403


def test_the_host_sees_what_lies_outside_its_open_days_and_why(app, cast, standing):
    """A weekday given up, fewer seats, a holiday, a closed period: what stands is never ended by that, only shown."""
    host = cast.host_manager.client
    assert "Di luar hari buka" not in host.get(SETTINGS).text
    standing("accepted", reference="KK-2026-0001")
    assert "Di luar hari buka" not in host.get(SETTINGS).text
    with app.app_context():
        make_openness(sessions=((2, 13, 15), (4, 9, 11)))
        db.session.commit()
    standing("requested", day=date(2026, 12, 10), reference="KK-2026-0002")
    standing("requested", day=date(2026, 12, 24), reference="KK-2026-0003")
    page = host.get(SETTINGS).text
    section = page.split("Di luar hari buka")[1].split("</section>")[0]
    assert section.index("KK-2026-0001") < section.index("Sesi itu tidak dibuka lagi") < section.index("KK-2026-0002")
    assert "Tidak ada sesi" in section and "Cuti Bersama Hari Raya Natal" in section


def test_fewer_visits_per_session_than_are_agreed_are_shown_and_nothing_is_ended(app, cast, standing):
    with app.app_context():
        make_openness(sessions=((2, 9, 11),), visits_per_session=2)
        make_visit("accepted")
        second = make_visit("requested", guest="18.12")
        db.session.flush()
        db.session.commit()
        second = second.id
    host = cast.host_manager.client
    assert host.post(f"/kunjungan/{second}/accept").status_code == 303
    assert "Di luar hari buka" not in host.get(SETTINGS).text
    with app.app_context():
        db.session.scalars(select(Openness)).one().visits_per_session = 1
        db.session.commit()
    assert "Lebih banyak kunjungan daripada yang Anda terima per sesi" in host.get(SETTINGS).text
    calendar = cast.visitor.client.get("/kunjungan/kalender/kabupaten-mesuji?bulan=2026-12").text
    assert "terisi" in calendar.split("Rabu, 9 Desember 2026")[1].split("</li>")[0]


def test_the_settings_page_costs_the_same_for_one_touched_visit_and_for_many(app, cast, standing, count_queries):
    with app.app_context():
        make_openness(sessions=())
        db.session.commit()

    def cost() -> int:
        with count_queries() as counter:
            assert "Tidak ada sesi" in cast.host_manager.client.get(SETTINGS).text
        return counter.value

    standing("requested")
    one = cost()
    for number in range(30):
        standing("requested", guest="18.12" if number % 2 else "18.10", session=f"{8 + number % 8:02d}:00")
    assert cost() == one


def test_why_a_day_is_closed_can_be_asked_of_any_day(app):
    with app.app_context():
        close(date(2026, 12, 15), date(2026, 12, 17))
        host = office("18.11")
        open_hours(host)
        reasons = {day: openness.closed_reason(host, date(2026, 12, day)) for day in (9, 12, 16, 24)}
    assert reasons == {9: "", 12: "akhir pekan", 16: "sidang DPRD", 24: "Cuti Bersama Hari Raya Natal"}
