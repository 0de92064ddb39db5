"""What visits amount to, per office and province: who received, asked and waits, how fast, about what, and which travel was spared."""

from datetime import timedelta

import pytest

from kb.core import events
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.visits import figures
from kb.visits.models import Visit
from tests.makers import office
from tests.visits.makers import MORNING, OPEN_DAY, make_visit

# Mesuji and Pringsewu lie in Lampung; 16.01 in Sumatera Selatan.
MESUJI, PRINGSEWU, ELSEWHERE = "18.11", "18.10", "16.01"


@pytest.fixture
def happen(it_is):
    """Let something happen with a visit, so many days after the first day."""

    def go(visit: Visit, name: str, days: float, by: str = MESUJI) -> None:
        it_is(MORNING + timedelta(days=days))
        events.record(f"visit.{name}", visit, Viewer(office_id=office(by).id))

    return go


def of(code: str) -> figures.Figures:
    return figures.of_office(office(code).id)


def test_each_side_is_counted_for_what_it_did(app):
    with app.app_context():
        make_visit("held", mode="daring", delegation_size=4, indicators=("spbe-2020/12", "spbe-2020/3"))
        make_visit("accepted", mode="berkunjung", session="13:30")
        make_visit("requested", mode="daring", delegation_size=9, day=OPEN_DAY + timedelta(days=1))
        make_visit("closed", mode="daring", guest=ELSEWHERE, delegation_size=7, session="15:30", indicators=())
        for status in ("draft", "withdrawn"):
            make_visit(status)
        make_visit("held", guest="18.12", is_sample=True, session="16:30")
        host, guest, other = of(MESUJI), of(PRINGSEWU), of(ELSEWHERE)
        assert (host.received, host.sent, host.waiting, host.agreed, host.online, host.travellers_spared) == (4, 0, 1, 3, 2, 11)
        assert (guest.received, guest.sent, guest.waiting, guest.agreed, guest.online, guest.travellers_spared) == (0, 3, 0, 0, 0, 4)
        assert (other.sent, other.travellers_spared, other.topics) == (1, 7, {})
        assert host.topics == guest.topics == {"spbe-2020/12": 2, "spbe-2020/3": 1}
        assert of("18.12") is None
        tally = figures.of_all()
        assert set(tally.provinces) == {"Lampung", "Sumatera Selatan"}
        lampung = tally.provinces["Lampung"]
        assert (lampung.received, lampung.sent, lampung.travellers_spared, lampung.topics["spbe-2020/12"]) == (4, 3, 11, 2)
        assert (tally.total.received, tally.total.sent, tally.total.travellers_spared, tally.total.topics["spbe-2020/12"]) == (4, 4, 11, 2)


def test_the_answer_time_of_a_request_that_was_asked_again_is_neither_lost_nor_made_up(app, happen):
    with app.app_context():
        visit = make_visit("requested")
        happen(visit, "requested", 0, PRINGSEWU)
        assert of(MESUJI).answer_time is None
        happen(visit, "accepted", 7)
        assert of(MESUJI).answer_days == [7]
        happen(visit, "rescheduled", 10, PRINGSEWU)
        assert of(MESUJI).answer_days == [7] and of(MESUJI).waiting == 1
        happen(visit, "proposed", 12)
        happen(visit, "proposed", 13)
        happen(visit, "accepted", 20, PRINGSEWU)
        assert of(MESUJI).answer_days == [7, 2], "only the first answer to a request counts, and none that the guest gives"
        happen(visit, "options_refused", 21, PRINGSEWU)
        happen(visit, "declined", 25)
        assert of(MESUJI).answer_days == [7, 2, 4] and of(MESUJI).answer_time == 4
        assert of(PRINGSEWU).answer_time is None


def test_figures_cost_the_same_for_one_office_and_for_many(app, count_queries):
    with app.app_context():
        make_visit("held")
        db.session.commit()
        found = []
        for guests in ((), ("18.01", "18.02", "16.01", "16.02", "31", "32.01", "33.01")):
            for number, code in enumerate(guests, start=1):
                make_visit("held", guest=code, day=OPEN_DAY + timedelta(days=number))
            db.session.commit()
            for read in (figures.of_all, lambda: figures.of_office(1)):
                db.session.rollback()
                with count_queries() as n:
                    read()
                found.append(n.value)
        assert found[:2] == found[2:] == [3, 3]
