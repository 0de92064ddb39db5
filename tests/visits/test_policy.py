"""Who may know what of a visit: the rule, its SQL and the search say the same to everybody."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import select

from kb.core.access import holds
from kb.core.db import db
from kb.search import service as search
from kb.visits import policy
from kb.visits.models import ClosedPeriod, Visit, VisitLetter
from kb.visits.workflow import ACTIONS, HOLDS_SLOT, STATUSES
from tests.makers import office
from tests.visits.makers import FORM, OPEN_DAY, SECRETS, close, make_openness, make_visit

HOST, GUEST = ("host_manager", "host_member"), ("guest_manager", "guest_member")
OTHERS = ("outsider", "admin", "visitor")
PEOPLE = (*HOST, *GUEST, *OTHERS)


@pytest.fixture
def every_kind(app):
    """One visit of each state and each choice of the two sides, by id."""
    kinds = {}
    with app.app_context():
        for n, (status, host_opens, guest_opens) in enumerate(product(STATUSES, (True, False), (True, False))):
            day = OPEN_DAY + timedelta(days=n)
            kinds[make_visit(status, day=day, host_opens=host_opens, guest_opens=guest_opens).id] = (status, host_opens, guest_opens)
        db.session.commit()
    return kinds


@pytest.mark.parametrize("person", PEOPLE)
def test_the_whole_request_belongs_to_the_two_offices_and_a_draft_to_the_guest(app, cast, every_kind, person):
    viewer = getattr(cast, person).viewer
    with app.app_context():
        by_rule = {visit.id for visit in db.session.scalars(select(Visit)) if policy.can_view(viewer, visit)}
        by_sql = set(db.session.scalars(select(Visit.id).where(policy.visible_to(viewer))))
    expected = {ident for ident, (status, *_) in every_kind.items() if person in GUEST or (person in HOST and status != "draft")}
    assert by_rule == by_sql == expected


def test_the_public_part_is_everybodys_once_agreed_and_opened_by_both(app, cast, every_kind):
    with app.test_request_context():
        search.refresh({"visit": set(every_kind)})
        for person in PEOPLE:
            viewer = getattr(cast, person).viewer
            by_rule = {visit.id for visit in db.session.scalars(select(Visit)) if holds(policy.public_audience(visit), viewer)}
            by_sql = set(db.session.scalars(select(Visit.id).where(policy.public_part_visible_to(viewer))))
            expected = {ident for ident, kind in every_kind.items() if knows_of(person, *kind)}
            assert by_rule == by_sql == expected, person
            assert found_by_search(viewer) == {ident for ident in expected if every_kind[ident][0] in HOLDS_SLOT}, person


def knows_of(person: str, status: str, host_opens: bool, guest_opens: bool) -> bool:
    agreed_and_open = status in HOLDS_SLOT and host_opens and guest_opens
    return agreed_and_open or person in GUEST or (person in HOST and status != "draft")


def found_by_search(viewer) -> set[int]:
    """Every visit the search shows; its total counts no other."""
    only_visits = {"kind": frozenset({"visit"})}
    first = search.search("kunjungan", viewer, only_visits)
    pages = [first, *(search.search("kunjungan", viewer, only_visits, page) for page in range(2, first.last + 1))]
    found = [hit.id for page in pages for hit in page.hits]
    assert first.total == len(found) == len(set(found))
    return set(found)


@pytest.mark.parametrize("address", ["", "/periksa", "/terkirim", "/ubah", ".ics"])
def test_the_pages_of_a_request_do_not_exist_for_others(app, cast, address):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    for person in ("outsider", "admin"):
        assert getattr(cast, person).client.get(f"/kunjungan/{ident}{address}").status_code == 404
    asked = cast.visitor.client.get(f"/kunjungan/{ident}{address}")
    assert asked.status_code == 302 and "/masuk" in asked.location


@pytest.mark.parametrize("address", [*ACTIONS, "tempat", "bersama", "keterbukaan"])
def test_others_can_do_nothing_with_a_request(app, cast, state, address):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    before = state()
    for person, status in (("outsider", 404), ("admin", 404), ("visitor", 401)):
        form = {"reason": "x", "letter_number": "1", "opened": "y"}
        assert getattr(cast, person).client.post(f"/kunjungan/{ident}/{address}", data=form).status_code == status
    assert state() == before


def test_others_read_neither_names_nor_numbers_nor_questions_anywhere(app, cast):
    with app.app_context():
        ident = make_visit("accepted", reference="KK-2026-7777", letters=[VisitLetter(kind="permohonan", number="005/77/KOMINFO")]).id
        other = make_visit("requested", guest="18.10", reference="KK-2026-8888", session="13:30").id
        db.session.commit()
        search.refresh({"visit": {ident, other}})
    addresses = [
        "/", "/kunjungan", f"/kunjungan/{ident}/ringkas", "/instansi/kabupaten-mesuji", "/instansi/kabupaten-pringsewu",
        "/cari?q=kunjungan", "/cari?q=rahasia", "/cari?q=disetujui", "/api/v1/search?q=kunjungan", "/api/v1/search?q=rahasia",
    ]  # fmt: skip
    inside = ["/beranda", "/kunjungan/baru?tuan_rumah=kabupaten-mesuji&bulan=2026-12"]
    for person, pages in (("visitor", addresses), ("admin", [*addresses, "/beranda"]), ("outsider", addresses + inside)):
        for address in pages:
            page = getattr(cast, person).client.get(address)
            assert page.status_code == 200, (person, address)
            leaked = [secret for secret in (*SECRETS, "KK-2026", "005/77/KOMINFO") if secret in page.text]
            assert not leaked, (person, address)


@pytest.mark.parametrize("person", OTHERS)
def test_everybody_reads_offices_topics_and_day_of_an_opened_visit(app, cast, person):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    client = getattr(cast, person).client
    page = client.get(f"/kunjungan/{ident}/ringkas").text
    assert "Kabupaten Pringsewu" in page and "Kabupaten Mesuji" in page and "9 Desember 2026" in page and "/indikator/spbe-2020/12" in page
    assert "9 Desember 2026" in client.get("/kunjungan").text


@pytest.mark.parametrize("closing", ["host_manager", "guest_manager"])
def test_either_side_closes_a_visit_to_the_public(app, cast, closing):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    side = getattr(cast, closing)
    assert side.client.post(f"/kunjungan/{ident}/keterbukaan", data={}).status_code == 303
    for person in OTHERS:
        client = getattr(cast, person).client
        assert client.get(f"/kunjungan/{ident}/ringkas").status_code == 404
        assert "9 Desember 2026" not in client.get("/kunjungan").text
    assert side.client.post(f"/kunjungan/{ident}/keterbukaan", data={"opened": "y"}).status_code == 303
    assert cast.visitor.client.get(f"/kunjungan/{ident}/ringkas").status_code == 200


def test_a_member_does_not_decide_what_is_public(app, cast, state):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    before = state()
    for person in ("host_member", "guest_member"):
        assert getattr(cast, person).client.post(f"/kunjungan/{ident}/keterbukaan", data={}).status_code == 403
    assert state() == before


@pytest.mark.parametrize(
    ("person", "asks", "sets"),
    [
        ("host_manager", 200, 200),
        ("host_member", 200, 403),
        ("guest_manager", 200, 200),
        ("guest_member", 200, 403),
        ("outsider", 200, 200),
        ("admin", 403, 403),
        ("visitor", 302, 302),
    ],
)
def test_who_may_prepare_a_request_and_who_sets_the_open_days(cast, person, asks, sets):
    client = getattr(cast, person).client
    assert client.get("/kunjungan/baru").status_code == asks
    assert client.get("/kunjungan/keterbukaan").status_code == sets


def test_a_manager_lifts_only_closed_periods_of_the_own_office(app, cast):
    with app.app_context():
        close(OPEN_DAY, OPEN_DAY)
        ident = db.session.scalar(select(ClosedPeriod.id))
        db.session.commit()
    cast.outsider.client.post(f"/kunjungan/keterbukaan/tutup/{ident}/hapus")
    with app.app_context():
        assert db.session.get(ClosedPeriod, ident) is not None
    assert cast.host_manager.client.post(f"/kunjungan/keterbukaan/tutup/{ident}/hapus").status_code == 303
    with app.app_context():
        assert db.session.get(ClosedPeriod, ident) is None


@pytest.mark.parametrize("person", ["host_member", "admin"])
def test_only_a_manager_changes_the_open_days(app, cast, person):
    with app.app_context():
        make_openness()
        db.session.commit()
    client = getattr(cast, person).client
    form = {"monday": "", "notice_days": 0, "ahead_days": 30, "largest_delegation": 1}
    assert client.post("/kunjungan/keterbukaan", data=form).status_code == 403
    period = {"from_on": "2026-12-01", "until_on": "2026-12-02", "reason": "x"}
    assert client.post("/kunjungan/keterbukaan/tutup", data=period).status_code == 403
    assert client.post("/kunjungan/keterbukaan/tutup/1/hapus").status_code == 403


def test_nobody_asks_in_the_name_of_another_office(app, cast):
    """The guest is the office of the person, whatever the form says."""
    form = {**FORM, "guest_id": "1", "guest": "kabupaten-tulang-bawang-barat", "status": "accepted", "reference": "KK-PALSU"}
    cast.guest_manager.client.post("/kunjungan/baru?tuan_rumah=kabupaten-mesuji", data=form)
    with app.app_context():
        visit = db.session.scalars(select(Visit)).one()
        assert (visit.guest_id, visit.status, visit.reference) == (office("18.10").id, "draft", None)
