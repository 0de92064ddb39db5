"""Private calendars: an address that shows the agreed visits of an office, read by two parsers, until it ends."""

from datetime import date, timedelta

import pytest
import vobject
from icalendar import Calendar

from kb.accounts.models import User
from kb.core import events
from kb.core.db import db
from kb.visits import feeds, schedule
from kb.visits import service as visits
from kb.visits.models import Visit
from kb.visits.schedule import Wish
from kb.visits.service import Given
from tests.makers import office
from tests.visits.makers import MORNING, OPEN_DAY, make_openness, make_visit


@pytest.fixture
def feed(app, cast):
    """The guest office's calendar: `feed()` reads it as {UID: (SEQUENCE, STATUS, day)}, the same by both parsers."""
    with app.app_context():
        token = feeds.renew(cast.guest_manager.viewer, of_office=True).token
        db.session.commit()

    def read() -> dict[str, tuple[int, str, date]]:
        answer = cast.visitor.client.get(f"/kalender/{token}.ics")
        assert answer.status_code == 200
        calendar, other = Calendar.from_ical(answer.data), vobject.readOne(answer.text)
        found = {str(one["uid"]): (int(one["sequence"]), str(one["status"]), one["dtstart"].dt.date()) for one in calendar.walk("VEVENT")}
        theirs = getattr(other, "vevent_list", [])
        assert found == {one.uid.value: (int(one.sequence.value), one.status.value, one.dtstart.value.date()) for one in theirs}
        return found

    read.address = f"/kalender/{token}.ics"
    return read


@pytest.mark.parametrize("of_office", [False, True])
def test_a_private_calendar_shows_agreed_and_cancelled_visits_until_it_is_renewed(app, cast, of_office):
    with app.app_context():
        for status, session in (("accepted", "09:00"), ("cancelled", "13:30"), ("requested", "13:30")):
            make_visit(status, session=session)
        make_visit("accepted", guest="18.12", host="18.01")
        token = feeds.renew(cast.guest_manager.viewer, of_office).token
        db.session.commit()
    answer = cast.visitor.client.get(f"/kalender/{token}.ics")
    calendar = Calendar.from_ical(answer.data)
    states = sorted(str(event["status"]) for event in calendar.walk("VEVENT"))
    assert states == ["CANCELLED", "CONFIRMED"] and len({str(event["uid"]) for event in calendar.walk("VEVENT")}) == 2
    assert "Rina Rahasia" not in answer.text
    owner = "instansi" if of_office else "pribadi"
    assert cast.guest_manager.client.post(f"/akun/kalender/{owner}").status_code == 303
    assert cast.visitor.client.get(f"/kalender/{token}.ics").status_code == 404


def test_the_calendar_of_a_person_who_left_ends(app, cast):
    with app.app_context():
        token = feeds.renew(cast.guest_member.viewer, of_office=False).token
        db.session.get(User, cast.guest_member.id).active = False
        db.session.commit()
    assert cast.visitor.client.get(f"/kalender/{token}.ics").status_code == 404
    assert cast.guest_member.client.post("/akun/kalender/instansi").status_code in (302, 401, 403)


def test_the_calendars_of_an_office_that_left_end(app, cast):
    with app.app_context():
        tokens = [feeds.renew(cast.guest_manager.viewer, of_office).token for of_office in (False, True)]
        office("18.10").joined_at = None
        db.session.commit()
    assert [cast.visitor.client.get(f"/kalender/{token}.ics").status_code for token in tokens] == [404, 404]


def test_a_removed_person_reads_no_calendar(app, cast):
    with app.app_context():
        token = feeds.renew(cast.guest_member.viewer, of_office=False).token
        db.session.get(User, cast.guest_member.id).removed_at = MORNING
        db.session.commit()
    assert cast.visitor.client.get(f"/kalender/{token}.ics").status_code == 404


def test_a_visit_that_is_not_agreed_any_more_is_crossed_out_with_a_higher_sequence_and_comes_back(app, cast, feed):
    thursday, friday, monday = (OPEN_DAY + timedelta(days=days) for days in (1, 2, 5))
    with app.app_context():
        visit = make_visit("requested", day=thursday)
        ident = visit.id
        schedule.write(visit, schedule.check(visit.host, [Wish(thursday, "09:00"), Wish(friday, "09:00")]))
        db.session.commit()

    def act(action: str, by: str, **given) -> dict:
        with app.app_context():
            visits.act(db.session.get(Visit, ident), action, getattr(cast, by).viewer, Given(**given))
            db.session.commit()
            events.drain(remote=False)
        return feed()

    first, second = f"kunjungan-{ident}@berguru", f"kunjungan-{ident}-2@berguru"
    assert feed() == {}
    assert act("accept", "host_manager") == {first: (1, "CONFIRMED", thursday), second: (1, "CONFIRMED", friday)}
    other_day = ((Wish(monday, "09:00"),),)
    proposed = act("propose", "host_manager", options=other_day, reason="Ruang dipakai.")
    assert proposed == {first: (2, "CANCELLED", thursday), second: (2, "CANCELLED", friday)}
    assert act("choose", "guest_manager", option=1) == {first: (3, "CONFIRMED", monday), second: (3, "CANCELLED", friday)}
    assert act("cancel", "guest_manager", reason="Banjir.") == {first: (4, "CANCELLED", monday), second: (4, "CANCELLED", friday)}


def test_a_declined_request_leaves_no_trace(app, cast, feed):
    with app.app_context():
        make_visit("declined")
        make_visit("withdrawn")
        db.session.commit()
    assert feed() == {}


def test_an_unchanged_calendar_is_not_sent_again(app, cast, feed, it_is):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    client = cast.visitor.client
    first = client.get(feed.address)
    assert first.headers["Cache-Control"] == "no-store"
    it_is(OPEN_DAY - timedelta(days=3))
    same = client.get(feed.address, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status_code, same.data) == (304, b"")
    cast.host_manager.client.post(f"/kunjungan/{ident}/tempat", data={"room": "Ruang Contoh"})
    changed = client.get(feed.address, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200 and "Ruang Contoh" in changed.text and changed.headers["ETag"] != first.headers["ETag"]


def test_thirty_visits_cost_as_many_queries_as_one(app, cast, feed, count_queries):
    hosts = ["18.11", "18.12", "18.01"]
    with app.app_context():
        make_openness(place="Aula")
        make_visit("accepted")
        db.session.commit()
    with count_queries() as one:
        feed()
    with app.app_context():
        for number in range(29):
            make_visit("accepted", host=hosts[number % 3], day=OPEN_DAY + timedelta(days=number + 1))
        make_openness("18.12", place="Balai")
        db.session.commit()
    with count_queries() as thirty:
        assert len(feed()) == 30
    assert thirty.value == one.value


def test_a_change_of_place_and_a_cancellation_rise_in_sequence(app, cast):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    found = []
    for address, form in (("tempat", {"room": "Ruang Contoh"}), ("tempat", {"room": "Ruang Contoh"}), ("cancel", {"reason": "Banjir."})):
        cast.host_manager.client.post(f"/kunjungan/{ident}/{address}", data=form)
        (event,) = Calendar.from_ical(cast.guest_manager.client.get(f"/kunjungan/{ident}.ics").data).walk("VEVENT")
        found.append((int(event["sequence"]), str(event["status"])))
    assert found == [(1, "CONFIRMED"), (1, "CONFIRMED"), (2, "CANCELLED")]
