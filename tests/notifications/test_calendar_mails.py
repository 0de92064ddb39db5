"""Mails that set, move or cancel a day carry it for the reader's calendar."""

import pytest
from icalendar import Calendar

from kb.core import events
from kb.core.db import db
from kb.visits.models import Visit
from tests.visits.makers import SECRETS, make_visit


def calendars(post_office) -> dict[str, Calendar]:
    """Receiver to the calendar file in their newest mail."""
    found = {}
    for mail in post_office.received:
        parts = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
        found[mail["To"]] = (parts[0], Calendar.from_ical(parts[0].get_content())) if parts else None
    return found


@pytest.fixture
def sent(cast, db_ctx, post_office):
    """`sent(status, event, by)` records an event of a visit and returns what arrived with it."""

    def send(status: str, name: str, by: str, **values) -> dict:
        post_office.received.clear()
        with db_ctx():
            visit = make_visit(status, **values)
            events.record(name, visit, getattr(cast, by).viewer)
            db.session.commit()
            events.drain()
        return calendars(post_office)

    return send


def test_an_acceptance_comes_as_an_invitation_to_each_by_name_of_their_address(cast, sent):
    arrived = sent("accepted", "visit.accepted", "host_manager", sequence=2)
    part, calendar = arrived[cast.guest_manager.email]
    assert (part.get_param("method"), calendar["method"]) == ("REQUEST", "REQUEST")
    (event,) = calendar.walk("VEVENT")
    assert str(event["attendee"]) == f"mailto:{cast.guest_manager.email}" and str(event["organizer"]).startswith("mailto:")
    assert (int(event["sequence"]), str(event["status"])) == (2, "CONFIRMED")
    assert not [secret for secret in SECRETS if secret in part.get_content()]


def test_a_cancellation_is_sent_as_such_with_the_same_uid(cast, sent):
    arrived = sent("cancelled", "visit.cancelled", "guest_manager", sequence=3)
    part, calendar = arrived[cast.host_manager.email]
    (event,) = calendar.walk("VEVENT")
    assert calendar["method"] == part.get_param("method") == "CANCEL" and str(event["status"]) == "CANCELLED"
    assert str(event["uid"]).startswith("kunjungan-")


@pytest.mark.parametrize(
    ("status", "name", "by"),
    [("requested", "visit.requested", "guest_manager"), ("declined", "visit.declined", "host_manager"),
     ("proposed", "visit.proposed", "host_manager"), ("held", "visit.held", "host_manager")],
)  # fmt: skip
def test_other_mails_carry_none(sent, status, name, by):
    arrived = sent(status, name, by)
    assert arrived and set(arrived.values()) == {None}


def test_a_day_that_was_cancelled_before_the_mail_went_out_is_not_sent_as_agreed(cast, db_ctx, post_office):
    with db_ctx():
        visit = make_visit("accepted")
        events.record("visit.accepted", visit, cast.host_manager.viewer)
        db.session.commit()
        db.session.get(Visit, visit.id).status = "cancelled"
        db.session.commit()
        events.drain()
    assert calendars(post_office)[cast.guest_manager.email][1]["method"] == "CANCEL"
