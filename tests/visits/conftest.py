"""The stage of the visits tests: a Monday morning that never passes, and what the database says of visits."""

from datetime import date, datetime

import pytest

from kb.core.events import Delivery, Event
from kb.visits.models import Visit, VisitIndicator, VisitSlot
from tests.moments import stop
from tests.visits.makers import MORNING, at_noon


@pytest.fixture(autouse=True)
def it_is(monkeypatch):
    """Every test begins on the same Monday; `it_is(day)` moves to the noon of another day."""

    def go(to: date | datetime) -> None:
        stop(monkeypatch, to if isinstance(to, datetime) else at_noon(to))

    go(MORNING)
    return go


@pytest.fixture
def state(db_ctx):
    """What the database says of visits: every row of a visit, the slots, the events. Two calls are equal if nothing changed."""

    def read() -> dict:
        with db_ctx() as session:
            tables = (Visit, VisitIndicator, VisitSlot, Event, Delivery)
            return {model.__tablename__: session.execute(model.__table__.select()).all() for model in tables}

    return read
