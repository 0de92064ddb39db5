"""Lists of visits: what stands in them, and that a long one costs the database no more questions than a short one."""

from datetime import timedelta

import pytest

from kb.core import events
from kb.core.db import db
from kb.visits import queries
from tests.makers import office
from tests.visits.makers import OPEN_DAY, TODAY, make_visit

GUESTS = ("18.01", "18.02", "18.03", "18.04", "18.05", "18.06", "18.07", "18.08", "18.09", "18.10")


def make_many(number: int, first: int = 0, status: str = "accepted", **values) -> None:
    """Visits on as many days. Commits."""
    for n in range(first, first + number):
        make_visit(status, guest=GUESTS[n % len(GUESTS)], day=OPEN_DAY + timedelta(days=n), **values)
    db.session.commit()


@pytest.fixture
def cost(cast, count_queries):
    """How many questions a page asks the database."""

    def of(person: str, address: str) -> int:
        with count_queries() as n:
            assert getattr(cast, person).client.get(address).status_code == 200
        return n.value

    return of


@pytest.mark.parametrize(
    ("person", "address"),
    [
        ("visitor", "/kunjungan"),
        ("host_manager", "/kunjungan"),
        ("outsider", "/kunjungan"),
        ("host_manager", "/beranda"),
        ("visitor", "/instansi/kabupaten-mesuji"),
        ("guest_manager", "/kunjungan/baru?tuan_rumah=kabupaten-mesuji&bulan=2026-12"),
        ("host_manager", "/kunjungan/keterbukaan"),
    ],
)
def test_a_list_costs_the_same_for_one_visit_and_for_thirty(app, cost, person, address):
    with app.app_context():
        make_many(1)
        make_many(1, status="requested")
    cost(person, address)  # what is asked only once in the life of a process is asked now
    one = cost(person, address)
    with app.app_context():
        make_many(29, first=1)
        make_many(29, first=1, status="requested")
    assert cost(person, address) == one


def test_a_request_costs_the_same_with_one_rival_and_with_nine(app, cost):
    with app.app_context():
        ident = make_visit("requested").id
        make_visit("requested", guest="18.12")
        db.session.commit()
    one = cost("host_manager", f"/kunjungan/{ident}")
    with app.app_context():
        visit = queries.find(ident)
        for code in GUESTS[:8]:
            make_visit("requested", guest=code, indicators=("spbe-2020/1", "spbe-2020/2", "spbe-2020/3"))
        for _ in range(20):
            events.record("visit.letter_added", visit, events.Viewer(office_id=visit.guest_id))
        db.session.commit()
    assert cost("host_manager", f"/kunjungan/{ident}") == one


def test_an_office_sees_its_visits_on_both_sides_newest_day_first_and_no_drafts_of_others(app):
    with app.app_context():
        as_host = make_visit("accepted", day=OPEN_DAY).id
        as_guest = make_visit("draft", guest="18.11", host="18.12", day=OPEN_DAY + timedelta(days=1)).id
        make_visit("draft", guest="18.10", host="18.11")
        make_visit("accepted", guest="18.10", host="18.12")
        assert [visit.id for visit in queries.ours(office("18.11").id)] == [as_guest, as_host]


def owed(code: str) -> list[tuple[int, str]]:
    """The visits with something to do, and by which side."""
    return [(duty.visit.id, duty.side) for duty in queries.duties(office(code).id)]


def test_what_waits_for_a_host_stands_oldest_first(app, it_is):
    with app.app_context():
        it_is(TODAY)
        later = make_visit("requested").id
        it_is(TODAY - timedelta(days=3))
        sooner = make_visit("requested", guest="18.12").id
        make_visit("accepted", guest="18.12", session="13:30")
        mine = make_visit("requested", guest="18.11", host="18.10").id
        assert [row for row in owed("18.11") if row[0] != mine] == [(sooner, "host"), (later, "host")]
        assert not [duty for duty in queries.duties(office("18.11").id) if duty.visit.id == mine and duty.falls_to(office("18.11").id)]


def test_an_accepted_visit_is_to_be_reported_by_both_sides_once_its_day_has_passed(app, it_is):
    with app.app_context():
        ident, held = make_visit("accepted").id, make_visit("held", session="13:30").id
        make_visit("declined")
        for day, expected in ((OPEN_DAY, []), (OPEN_DAY + timedelta(days=1), [(ident, "both")])):
            it_is(day)
            for code in ("18.11", "18.10"):
                assert sorted(owed(code)) == [*expected, (held, "guest")]
        assert owed("18.12") == []


@pytest.mark.parametrize(("status", "side"), [("requested", "host"), ("proposed", "guest"), ("accepted", "both"), ("held", "guest")])
def test_both_sides_see_what_is_late_and_whose_turn_it_is(app, it_is, status, side):
    with app.app_context():
        it_is(TODAY)
        make_visit(status, options_until=TODAY + timedelta(days=4))
        it_is(OPEN_DAY + timedelta(days=30))
        for code in ("18.11", "18.10"):
            duty = queries.duties(office(code).id)[0]
            assert (duty.side, duty.is_late) == (side, True) and duty.due < OPEN_DAY + timedelta(days=30)
            assert duty.falls_to(office(code).id) == (side in ("both", "host" if code == "18.11" else "guest"))


def test_the_page_begins_with_what_an_office_has_to_do_itself(app, cast, it_is):
    it_is(TODAY)
    with app.app_context():
        idents = {
            "asked": make_visit("requested").id,
            "agreed": make_visit("accepted", session="13:30").id,
            "proposed": make_visit("proposed", day=OPEN_DAY + timedelta(days=1), options_until=TODAY).id,
            "draft": make_visit("draft", day=OPEN_DAY + timedelta(days=2)).id,
            "closed": make_visit("closed", day=TODAY - timedelta(days=30)).id,
            "held": make_visit("held", day=TODAY - timedelta(days=1)).id,
            "past": make_visit("declined", day=OPEN_DAY + timedelta(days=3)).id,
        }
        db.session.commit()
    expected = {
        "host_manager": {"tindakan": ["asked"], "akan-datang": ["agreed", "proposed"], "lainnya": ["past", "held", "closed"]},
        "guest_member": {
            "tindakan": ["proposed", "held", "draft"],
            "akan-datang": ["asked", "agreed"],
            "lainnya": ["past", "closed"],
        },
        "outsider": {},
    }
    for person, groups in expected.items():
        page = getattr(cast, person).client.get("/kunjungan").text
        found = {
            name: [int(part.split('"')[0].split("/")[0]) for part in section.split('<h3><a href="/kunjungan/')[1:]]
            for name in ("tindakan", "akan-datang", "lainnya")
            if (section := page.partition(f'<section id="{name}">')[2].partition("</section>")[0])
        }
        assert found == {name: [idents[key] for key in keys] for name, keys in groups.items()}, person


def test_what_the_other_side_owes_too_late_is_named_apart(app, cast, it_is):
    it_is(TODAY)
    with app.app_context():
        make_visit("requested")
        db.session.commit()
    it_is(OPEN_DAY)
    guest, host = (person.client.get("/kunjungan").text for person in (cast.guest_manager, cast.host_manager))
    late = guest.split('<section id="ditunggu">')[1].split("</section>")[0]
    assert "Permohonan belum dijawab" in late and "oleh Diskominfo Kabupaten Mesuji" in late and 'id="tindakan"' not in guest
    assert "terlambat" in host.split('<section id="tindakan">')[1].split("</section>")[0] and 'id="ditunggu"' not in host


def test_everybody_reads_the_topics_of_an_open_visit_to_come(app, cast):
    with app.app_context():
        make_visit("accepted", indicators=("spbe-2020/12", "pemdi-2026/1"))
        make_visit("accepted", session="13:30", indicators=("spbe-2020/3",), guest_opens=False)
        db.session.commit()
    shown = cast.visitor.client.get("/kunjungan").text.split('<section id="terbuka">')[1].split("</section>")[0]
    assert 'href="/indikator/spbe-2020/12"' in shown and "Peta Rencana SPBE" in shown and 'href="/indikator/pemdi-2026/1"' in shown
    assert "spbe-2020/3" not in shown


def test_upcoming_visits_are_agreed_open_and_not_past_soonest_first(app, it_is):
    with app.app_context():
        second = make_visit("accepted", day=OPEN_DAY, session="13:30").id
        first = make_visit("accepted", day=OPEN_DAY, session="09:00").id
        make_visit("accepted", day=OPEN_DAY - timedelta(days=1))
        make_visit("accepted", day=OPEN_DAY, session="15:30", guest_opens=False)
        make_visit("requested", day=OPEN_DAY)
        it_is(OPEN_DAY)
        assert [visit.id for visit in queries.upcoming_public()] == [first, second]
        assert [visit.id for visit in queries.upcoming_public(1)] == [first]


def test_an_empty_list_says_what_to_do(cast):
    assert "Belum ada kunjungan. Pilih tuan rumah" in cast.guest_manager.client.get("/kunjungan").text
    assert "Belum ada kunjungan mendatang yang dibuka untuk umum." in cast.visitor.client.get("/kunjungan").text
