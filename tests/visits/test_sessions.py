"""A visit may take several sessions, of one day or two: any set that the form offers can be asked for, proposed, chosen and moved to."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from kb.core.db import db
from kb.visits.calendar import Session
from kb.visits.models import Visit, VisitSlot
from kb.visits.schedule import MOST_DAYS, MOST_SESSIONS
from tests.visits.makers import FORM, OPEN_DAY, faults_at, make_openness, make_visit

NEW = "/kunjungan/baru?tuan_rumah=kabupaten-mesuji"
DAYS = tuple(OPEN_DAY + timedelta(days=n) for n in (-1, 0, 1))
HOURS = ((8, 10), (10, 12), (13, 15))
EVERY = [f"{day} {starts:02d}:00" for day in DAYS for starts, _ in HOURS]
MORNING, AFTERNOON = f"{OPEN_DAY} 08:00", f"{OPEN_DAY} 13:00"
TOO_MANY = "Pilih paling banyak 4 sesi pada paling banyak 2 hari."

chosen = st.lists(st.sampled_from(EVERY), min_size=1, max_size=6)


def days_of(slots) -> set[str]:
    return {slot.split()[0] for slot in slots}


def fits(slots) -> bool:
    """Within the limits that the form names; the same session twice is one."""
    return len(set(slots)) <= MOST_SESSIONS and len(days_of(slots)) <= MOST_DAYS


allowed = chosen.filter(fits)


@pytest.fixture
def busy(app, cast):
    """The host keeps three sessions a day, two of them one right after the other."""
    with app.app_context():
        make_openness(sessions=tuple((weekday, *hours) for weekday in range(5) for hours in HOURS))
        db.session.commit()
    return cast


def ask(person, slots, **values) -> int:
    """Write a request through the form and send it. Returns the visit's id."""
    kept = person.client.post(NEW, data={**FORM, "slot": slots, **values})
    assert kept.status_code == 303, faults_at(kept.text, "slot")
    ident = int(kept.location.split("/")[2])
    assert person.client.get(f"/kunjungan/{ident}/periksa").status_code == 200
    sent = person.client.post(f"/kunjungan/{ident}/submit")
    assert sent.status_code == 303 and sent.location.endswith("/terkirim"), person.client.get(f"/kunjungan/{ident}/periksa").text
    return ident


def do(person, ident: int, action: str, **data) -> None:
    answer = person.client.post(f"/kunjungan/{ident}/{action}", data=data)
    assert answer.status_code == 303, (action, data, answer.text)


def taken_by(app, ident: int) -> list[str]:
    """The sessions of a visit, which its first one and its slots repeat."""
    with app.app_context():
        visit = db.session.get(Visit, ident)
        found = [f"{row.day} {row.session}" for row in visit.sessions]
        assert f"{visit.day} {visit.session}" == found[0] and found == sorted(found)
        ends = {(row.session, row.ends) for row in visit.sessions}
        assert ends <= {(f"{starts:02d}:00", f"{until:02d}:00") for starts, until in HOURS}
        slots = db.session.scalars(select(VisitSlot).where(VisitSlot.visit_id == ident).order_by(VisitSlot.day, VisitSlot.session))
        assert [f"{slot.day} {slot.session}" for slot in slots] in ([], found)
        return found


def opens(cast, ident: int) -> None:
    """Every page that shows its sessions."""
    for person in (cast.guest_manager, cast.host_manager):
        for part in ("", ".ics", "/surat", "/acara"):
            answer = person.client.get(f"/kunjungan/{ident}{part}")
            assert answer.status_code < 400 or part == ".ics", (part, answer.status_code)
    assert cast.visitor.client.get("/kunjungan/kalender/kabupaten-mesuji?bulan=2026-12").status_code == 200


def test_the_form_offers_them_all(busy):
    page = busy.guest_manager.client.get(f"{NEW}&bulan=2026-12").text
    assert all(f'value="{slot}"' in page for slot in EVERY)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen)
def test_any_set_of_sessions_is_kept_or_refused_at_its_field(app, busy, slots):
    page = busy.guest_manager.client.post(NEW, data={**FORM, "slot": slots})
    if fits(slots):
        assert page.status_code == 303 and taken_by(app, int(page.location.split("/")[2])) == sorted(set(slots))
    else:
        assert page.status_code == 422 and TOO_MANY in faults_at(page.text, "slot")


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(allowed, st.lists(allowed, min_size=1, max_size=3), allowed, st.integers(1, 3))
def test_any_set_can_be_asked_for_proposed_chosen_and_moved_to(app, busy, first, proposed, later, number):
    guest, host, number = busy.guest_manager, busy.host_manager, min(number, len(proposed))
    ident = ask(guest, first)
    options = {f"option_{n}": slots for n, slots in enumerate(proposed, start=1)}
    do(host, ident, "propose", reason="Ruangnya dipakai.", **options)
    opens(busy, ident)
    do(guest, ident, "choose", option=number)
    assert taken_by(app, ident) == sorted(set(proposed[number - 1]))
    opens(busy, ident)
    do(guest, ident, "reschedule", reason="Kepala dinas berhalangan.", slot=later)
    assert taken_by(app, ident) == sorted(set(later))
    do(host, ident, "accept")
    opens(busy, ident)
    do(host, ident, "cancel", reason="Agar sesinya bebas lagi.")
    assert taken_by(app, ident) == sorted(set(later))


@pytest.mark.slow
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(allowed)
def test_any_set_can_be_shared_and_is_inherited_whole(app, busy, slots):
    first = ask(busy.guest_manager, slots, wants_joint="y")
    do(busy.host_manager, first, "accept")
    second = ask(busy.outsider, slots, wants_joint="y")
    do(busy.host_manager, second, "accept_joint", joint_with_id=first)
    do(busy.guest_manager, first, "cancel", reason="Anggaran digeser.")
    with app.app_context():
        slots_held = select(VisitSlot.day, VisitSlot.session).where(VisitSlot.visit_id == second)
        assert {f"{day} {session}" for day, session in db.session.execute(slots_held)} == set(slots)
    do(busy.outsider, second, "cancel", reason="Agar sesinya bebas lagi.")


@pytest.mark.parametrize("slots", [[MORNING, AFTERNOON], [AFTERNOON, MORNING], [AFTERNOON, AFTERNOON, MORNING]])
def test_two_sessions_of_one_day_are_asked_for_in_any_order(app, busy, slots):
    ident = ask(busy.guest_manager, slots)
    assert taken_by(app, ident) == [MORNING, AFTERNOON]
    page = busy.host_manager.client.get(f"/kunjungan/{ident}").text
    assert "08.00–10.00" in page and "13.00–15.00" in page


@pytest.mark.parametrize(
    ("slots", "message"),
    [
        ([f"{day} 08:00" for day in DAYS], TOO_MANY),
        (EVERY[:5], TOO_MANY),
        ([MORNING, f"{OPEN_DAY} 09:00"], "sesi itu tidak dibuka"),
        ([MORNING, f"{OPEN_DAY} 8:00"], "sesi itu tidak dibuka"),
        ([MORNING, f"{OPEN_DAY}"], "sesi itu tidak dibuka"),
        ([MORNING, "2026-12-12 08:00"], "akhir pekan"),
        ([MORNING, "0001-01-01 08:00"], "sudah lewat"),
        ([MORNING, "9999-12-31 08:00"], "hari lagi"),
        ([MORNING, "2026-12-32 08:00"], "Pilih satu hari dan sesi."),
        ([MORNING, f"{OPEN_DAY} " + "9" * 5000], "sesi itu tidak dibuka"),
        ([f"{OPEN_DAY} {n}" for n in range(3000)], TOO_MANY),
    ],
    ids=["three days", "five", "other hour", "short hour", "no hour", "weekend", "past", "far", "no day", "long", "many"],
)
def test_a_forged_set_is_refused_everywhere_and_changes_nothing(app, busy, state, slots, message):
    with app.app_context():
        asked, agreed = make_visit("requested", session="08:00").id, make_visit("accepted", session="13:00").id
        db.session.commit()
    before = state()
    page = busy.guest_manager.client.post(NEW, data={**FORM, "slot": slots})
    assert page.status_code == 422 and message in faults_at(page.text, "slot")
    for person, ident, action, field in (
        (busy.guest_manager, agreed, "reschedule", "slot"),
        (busy.host_manager, asked, "propose", "option_1"),
    ):
        refused = person.client.post(f"/kunjungan/{ident}/{action}", data={field: slots, "reason": "Bentrok"})
        assert refused.status_code == 422 and message in refused.text, action
    assert state() == before


def test_a_host_that_changed_its_sessions_meanwhile_is_asked_for_the_new_ones(app, busy):
    with app.app_context():
        draft = make_visit("draft", session="08:00").id
        make_openness(sessions=((2, 9, 11),))
        db.session.commit()
    client = busy.guest_manager.client
    refused = client.post(NEW, data={**FORM, "slot": [MORNING, AFTERNOON]})
    assert refused.status_code == 422 and "sesi itu tidak dibuka" in faults_at(refused.text, "slot")
    assert "Tidak dapat dipilih lagi: " in refused.text
    assert "sesi itu tidak dibuka" in client.post(f"/kunjungan/{draft}/submit", follow_redirects=True).text


def test_a_visit_keeps_its_own_session_when_it_is_moved_and_nobody_elses(app, busy):
    with app.app_context():
        ident = make_visit("accepted", session="08:00", session_ends="10:00").id
        make_visit("accepted", guest="18.12", session="13:00", session_ends="15:00")
        db.session.commit()
    page = busy.guest_manager.client.get(f"/kunjungan/{ident}").text
    assert f'value="{MORNING}"' in page and f'value="{AFTERNOON}"' not in page
    for person, action, field in ((busy.guest_manager, "reschedule", "slot"), (busy.host_manager, "propose", "option_1")):
        refused = person.client.post(f"/kunjungan/{ident}/{action}", data={field: [MORNING, AFTERNOON], "reason": "Lebih lama"})
        assert refused.status_code == 422 and "sudah terisi" in refused.text
    do(busy.host_manager, ident, "propose", option_1=[MORNING, f"{OPEN_DAY} 10:00"], reason="Lebih lama")
    do(busy.guest_manager, ident, "choose", option=1)
    do(busy.guest_manager, ident, "reschedule", slot=[f"{OPEN_DAY} 10:00"], reason="Lebih singkat")
    assert taken_by(app, ident) == [f"{OPEN_DAY} 10:00"]


def test_a_visit_moves_within_a_month_that_it_fills_itself_and_nobody_comes_on_top(app, busy):
    with app.app_context():
        make_openness(sessions=tuple((weekday, *hours) for weekday in range(5) for hours in HOURS), visits_per_month=1)
        ident = make_visit("accepted", session="08:00", session_ends="10:00").id
        db.session.commit()
    assert f'value="{AFTERNOON}"' in busy.guest_manager.client.get(f"/kunjungan/{ident}").text
    other = busy.outsider.client.post(NEW, data={**FORM, "slot": [AFTERNOON]})
    assert other.status_code == 422 and "batas kunjungan bulan ini tercapai" in faults_at(other.text, "slot")
    do(busy.guest_manager, ident, "reschedule", slot=[AFTERNOON], reason="Bentrok")


def test_members_may_prepare_several_sessions_and_only_managers_send_or_move_them(app, busy):
    kept = busy.guest_member.client.post(NEW, data={**FORM, "slot": [MORNING, AFTERNOON]})
    ident = int(kept.location.split("/")[2])
    assert busy.guest_member.client.post(f"/kunjungan/{ident}/submit").status_code == 403
    do(busy.guest_manager, ident, "submit")
    moved = {"slot": [MORNING, f"{OPEN_DAY} 10:00"], "reason": "Bentrok"}
    assert busy.guest_member.client.post(f"/kunjungan/{ident}/reschedule", data=moved).status_code == 403
    assert busy.host_member.client.post(f"/kunjungan/{ident}/propose", data={"option_1": moved["slot"], "reason": "x"}).status_code == 403
    assert busy.outsider.client.post(f"/kunjungan/{ident}/reschedule", data=moved).status_code == 404
    assert taken_by(app, ident) == [MORNING, AFTERNOON]


def test_sessions_are_ordered_by_their_hours():
    ordered = [Session.from_keys(*keys) for keys in (("08:00", "09:00"), ("08:00", "10:00"), ("10:00", "11:00"))]
    assert sorted([ordered[2], ordered[0], ordered[1]]) == ordered and all(before < after for before, after in pairwise(ordered))
