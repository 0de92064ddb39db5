"""The sample visit of the demo: marked as such everywhere, made once, and never in the way of what people did."""

import pytest
from sqlalchemy import func, select

from kb.core.db import db
from kb.visits import calendar, openness, seed
from kb.visits.models import Openness, Visit, VisitSlot
from tests.makers import make_user, office
from tests.visits.makers import TODAY, make_openness


@pytest.fixture(autouse=True)
def hosts_have_joined(db_ctx):
    """As `flask kb demo` finds them: their accounts come first."""
    with db_ctx() as session:
        for code in seed.HOSTS:
            make_user(code)
        session.commit()


def counted() -> list[int]:
    return [db.session.scalar(select(func.count()).select_from(model)) for model in (Openness, Visit, VisitSlot)]


def test_running_it_twice_makes_the_sample_once(db_ctx):
    with db_ctx():
        for _ in range(2):
            seed.demo_openness()
            assert counted() == [3, 1, 1]


def test_open_days_that_a_manager_has_set_stay(db_ctx):
    with db_ctx():
        make_openness("18.11", largest_delegation=7)
        seed.demo_openness()
        assert openness.of(office("18.11")).largest_delegation == 7 and counted()[0] == 3


def test_the_sample_lies_on_an_open_day_and_says_everywhere_that_it_is_a_sample(app, cast):
    with app.app_context():
        seed.demo_openness()
        visit = db.session.scalars(select(Visit)).one()
        assert calendar.find_session(visit.day, visit.session, openness.rules(visit.host), TODAY)
        ident = visit.id
        db.session.commit()
    for person, address in ((cast.visitor, "/kunjungan"), (cast.outsider, "/kunjungan"), (cast.visitor, f"/kunjungan/{ident}/ringkas")):
        assert "data contoh" in person.client.get(address).text.split("<main")[1].split("</main>")[0].lower()
    assert "Data contoh." in cast.guest_manager.client.get(f"/kunjungan/{ident}").text
