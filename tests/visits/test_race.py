"""At the same moment, in eight processes: the database decides who was first, and everybody else is told so.

The same tests run on SQLite and on PostgreSQL, whichever KB_TEST_DATABASE says.
"""

import multiprocessing
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import pytest
from sqlalchemy import func, select

from kb import create_app
from kb.config import from_environment
from kb.core import clock
from kb.core.db import db
from kb.core.events import Event
from kb.visits.models import Visit, VisitMember, VisitSlot
from tests import makers
from tests.visits.makers import FORM, MORNING, TODAY, forget_openness, make_visit

pytestmark = pytest.mark.slow

RACERS = 8
GUESTS = ("18.01", "18.02", "18.03", "18.04", "18.05", "18.06", "18.07", "18.08")

# What each racing process holds: its own application and the line all of them start from.
racer: dict = {}


def get_ready(environ: dict, start) -> None:
    """Run in each process when it begins."""
    clock.now = lambda: MORNING
    racer["app"] = create_app({**from_environment(environ), "WTF_CSRF_ENABLED": False, "SERVER_NAME": None})
    racer["start"] = start


def post(session_id: str, address: str, form: dict) -> tuple[int, str]:
    """Wait until all are at the start, then send one form. Returns the status, and the page or where it led."""
    app = racer["app"]
    client = makers.signed_in(app, session_id)
    racer["start"].wait(60)
    answer = client.post(address, data=form)
    with app.app_context():
        db.engine.dispose()
    return answer.status_code, answer.location or re.sub(r"<[^>]+>", "", answer.text)


@pytest.fixture(scope="module")
def racers(app):
    """Eight processes on the database of the tests. One fresh interpreter reads the code for all of them."""
    apart = multiprocessing.get_context("forkserver")
    apart.set_forkserver_preload([__name__])
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    environ = {"KB_ENV": "test", "KB_DATA": app.config["KB_DATA"], "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
    with ProcessPoolExecutor(RACERS, apart, get_ready, (environ, apart.Barrier(RACERS))) as pool:
        yield pool


@pytest.fixture
def race(app, racers):
    """`race([(person, address, form), …])` sends eight forms at the same moment."""

    def run(sendings: list) -> list[tuple[int, str]]:
        assert len(sendings) == RACERS
        with app.app_context():
            db.engine.dispose()
        running = [racers.submit(post, person.session_id, address, form) for person, address, form in sendings]
        return [result.result(90) for result in running]

    return run


def test_of_eight_acceptances_of_one_session_exactly_one_holds_it(app, cast, race):
    with app.app_context():
        competing = [make_visit("requested", guest=code).id for code in GUESTS]
        db.session.commit()
    answers = race([(cast.host_manager, f"/kunjungan/{ident}/accept", {}) for ident in competing])
    assert Counter(status for status, _ in answers) == {303: 1, 409: RACERS - 1}
    with app.app_context():
        winner = db.session.scalars(select(Visit).where(Visit.status == "accepted")).one()
        assert answers[competing.index(winner.id)][0] == 303
        assert [slot.visit_id for slot in db.session.scalars(select(VisitSlot))] == [winner.id]
        assert db.session.scalar(select(func.count()).where(Visit.status == "requested")) == RACERS - 1
        told = Counter((event.name, event.subject_id) for event in db.session.scalars(select(Event)))
        losers = [("visit.displaced", ident) for ident in competing if ident != winner.id]
        assert told == Counter([("visit.accepted", winner.id), *losers]), "nobody is refused in silence"
        refusal = (
            f"Sesi 09.00 pada 9 Desember 2026 sudah terisi oleh {winner.guest.name} ({winner.reference}). Permohonan ini tetap menunggu"
        )
        assert all(refusal in page for status, page in answers if status == 409)


def test_accepting_and_withdrawing_at_once_leave_one_state_and_no_orphaned_slot(app, cast, race):
    with app.app_context():
        ident = make_visit("requested").id
        db.session.commit()
    steps = [(cast.host_manager, f"/kunjungan/{ident}/accept", {}), (cast.guest_manager, f"/kunjungan/{ident}/withdraw", {})]
    answers = race(steps * 4)
    assert Counter(status for status, _ in answers) == {303: 1, 409: RACERS - 1}
    assert all("berubah sejak" in page or "baru saja diubah" in page for status, page in answers if status == 409)
    with app.app_context():
        visit = db.session.get(Visit, ident)
        holders = [slot.visit_id for slot in db.session.scalars(select(VisitSlot))]
        assert (visit.status, holders) in [("accepted", [ident]), ("withdrawn", [])]
        assert [event.name for event in db.session.scalars(select(Event))] == [f"visit.{visit.status}"]


def test_eight_clicks_on_next_keep_one_draft(app, cast, race):
    form = {**FORM, "once": "satu-formulir"}
    answers = race([(cast.guest_manager, "/kunjungan/baru?tuan_rumah=kabupaten-mesuji", form)] * RACERS)
    with app.app_context():
        ident = db.session.scalars(select(Visit.id)).one()
    assert set(answers) == {(303, f"/kunjungan/{ident}/periksa")}


def test_eight_clicks_on_send_send_once_and_all_lead_to_the_reference(app, cast, race):
    with app.app_context():
        ident = make_visit("draft").id
        db.session.commit()
    answers = race([(cast.guest_manager, f"/kunjungan/{ident}/submit", {})] * RACERS)
    assert set(answers) == {(303, f"/kunjungan/{ident}/terkirim")}
    with app.app_context():
        assert db.session.get(Visit, ident).reference == "KK-2026-0001"
        assert [event.name for event in db.session.scalars(select(Event))] == ["visit.requested"]


def test_eight_requests_sent_at_once_get_eight_references_in_a_row(app, cast, race):
    with app.app_context():
        drafts = [make_visit("draft").id for _ in range(RACERS)]
        db.session.commit()
    answers = race([(cast.guest_manager, f"/kunjungan/{ident}/submit", {}) for ident in drafts])
    assert {status for status, _ in answers} == {303}
    with app.app_context():
        references = set(db.session.scalars(select(Visit.reference)))
    assert references == {f"KK-2026-{number:04d}" for number in range(1, RACERS + 1)}


@pytest.mark.parametrize(
    ("page", "person", "form"),
    [
        ("/kunjungan/{}/rombongan", "guest_member", {"text": "Orang {}"}),
        ("/kunjungan/{}/acara", "host_member", {"text": "09.00-10.00; Acara {}"}),
        (
            "/kunjungan/keterbukaan",
            "host_manager",
            {"notice_days": "{}", "ahead_days": "90", "largest_delegation": "20", "visits_per_session": "1"},
        ),
    ],
    ids=["people", "agenda", "openness"],
)
def test_of_eight_who_write_one_text_one_is_kept_and_the_others_are_shown_it(app, cast, race, page, person, form):
    with app.app_context():
        ident = make_visit("accepted").id
        forget_openness()
        db.session.commit()
    one = getattr(cast, person)
    answers = race([(one, page.format(ident), {name: value.format(n) for name, value in form.items()}) for n in range(1, RACERS + 1)])
    assert Counter(status for status, _ in answers) == {303: 1, 409: RACERS - 1}
    assert all("sudah diubah orang lain" in text for status, text in answers if status == 409)
    with app.app_context():
        assert len(db.session.get(Visit, ident).members) + len(db.session.get(Visit, ident).agenda) <= 1


def test_eight_who_are_marked_at_once_are_counted_as_eight(app, cast, race):
    with app.app_context():
        visit = make_visit("accepted", day=TODAY)
        visit.members = [VisitMember(side="guest", position=n, name=f"Orang {n}") for n in range(RACERS)]
        db.session.flush()
        ident, people = visit.id, [member.id for member in visit.members]
        db.session.commit()
    answers = race([(cast.host_member, f"/kunjungan/{ident}/hadir/{member}", {"present": "1"}) for member in people])
    assert {status for status, _ in answers} == {303}
    with app.app_context():
        assert db.session.get(Visit, ident).attended == RACERS
