"""A visit in everybody's calendar: the file is read by icalendar and, line by line, by the rules of RFC 5545."""

import re
from datetime import UTC, date, datetime

import pytest
import vobject
from icalendar import Calendar

from kb.core import clock
from kb.core.db import db
from kb.visits import ics
from kb.visits.workflow import HOLDS_SLOT, STATUSES
from tests.visits.makers import FORM, MESUJI, OPEN_DAY, PRINGSEWU, make_visit

PEOPLE = (FORM["head_name"], FORM["contact_name"], FORM["contact_phone"], FORM["contact_email"])


def fetch(cast, ident: int, person: str = "guest_manager"):
    return getattr(cast, person).client.get(f"/kunjungan/{ident}.ics")


def lines_of(raw: bytes) -> list[str]:
    """The unfolded lines of a file that keeps to RFC 5545, 3.1: lines end in CRLF and hold at most 75 octets."""
    assert raw.endswith(b"\r\n") and b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 75
    lines = raw.decode().replace("\r\n ", "").split("\r\n")[:-1]
    assert all(re.fullmatch(r"[A-Z-]+(;[A-Z-]+=[^:;]+)*:.*", line) for line in lines)
    return lines


def event_of(raw: bytes):
    """The one event of the file, as icalendar reads it without complaint."""
    calendar = Calendar.from_ical(raw)
    assert not calendar.errors and calendar["version"] == "2.0" and "prodid" in calendar
    (event,) = calendar.walk("VEVENT")
    assert not event.errors and {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY"} <= set(event)
    return event


@pytest.mark.parametrize(
    ("host", "starts", "ends"),
    [("18.11", (2, 0), (4, 30)), ("73.71", (1, 0), (3, 30)), ("91.71", (0, 0), (2, 30))],
    ids=["WIB", "WITA", "WIT"],
)
def test_nine_oclock_is_nine_oclock_where_the_host_is(app, cast, host, starts, ends):
    with app.app_context():
        ident = make_visit("accepted", host=host).id
        db.session.commit()
    event = event_of(fetch(cast, ident).data)
    assert event["dtstart"].dt == datetime(2026, 12, 9, *starts, tzinfo=UTC)
    assert event["dtend"].dt == datetime(2026, 12, 9, *ends, tzinfo=UTC)


def test_every_line_keeps_to_the_standard_whatever_was_typed(app, cast):
    purpose = "Peta rencana; arsitektur, manajemen \\ tata kelola:\nbaris kedua\r\nEND:VCALENDAR\n" + "é" * 200
    with app.app_context():
        ident = make_visit("accepted", purpose=purpose, reference="KK-2026-0007").id
        db.session.commit()
    answer = fetch(cast, ident)
    lines = lines_of(answer.data)
    assert lines[0] == "BEGIN:VCALENDAR" and lines[-1] == "END:VCALENDAR" and lines.count("END:VCALENDAR") == 1
    assert "UID:kunjungan-" in "\n".join(lines) and "DTSTART:20261209T020000Z" in lines
    event = event_of(answer.data)
    assert event["description"] == "KK-2026-0007\n" + purpose.replace("\r\n", "\n")
    assert event["summary"] == f"Kunjungan {PRINGSEWU} ke {MESUJI}"
    assert answer.mimetype == "text/calendar" and answer.headers["Content-Disposition"] == 'attachment; filename="KK-2026-0007.ics"'


def test_a_visit_keeps_its_name_in_the_calendar_and_no_two_share_one(app, cast, it_is):
    with app.app_context():
        first, second = make_visit("accepted").id, make_visit("accepted", session="13:30").id
        db.session.commit()
    before = event_of(fetch(cast, first).data)
    assert event_of(fetch(cast, second).data)["uid"] != before["uid"]
    it_is(OPEN_DAY)
    cast.host_manager.client.post(f"/kunjungan/{first}/hold")
    for person in ("guest_member", "host_manager"):
        later = event_of(fetch(cast, first, person).data)
        assert later["uid"] == before["uid"] and later["dtstamp"].dt > before["dtstamp"].dt


def test_no_person_is_named_in_a_file_that_is_passed_on(app, cast):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    text = "\n".join(lines_of(fetch(cast, ident).data))
    assert not [name for name in PEOPLE if name in text]


@pytest.mark.parametrize("status", STATUSES)
def test_only_an_agreed_visit_has_a_calendar_file(app, cast, status):
    with app.app_context():
        ident = make_visit(status, day=date(2026, 12, 9)).id
        db.session.commit()
    assert fetch(cast, ident).status_code == (200 if status in HOLDS_SLOT | {"cancelled"} else 404)


@pytest.mark.parametrize("how", ["file", "invitation"])
def test_a_second_parser_reads_the_same(app, how):
    """Written by other people than the library that wrote the file."""
    purpose = "Peta rencana; arsitektur, manajemen \\ tata kelola:\nbaris kedua " + "é" * 200
    with app.app_context():
        visit = make_visit("accepted", purpose=purpose, reference="KK-2026-0007", sequence=4)
        db.session.commit()
        [entry] = ics.entries(visit)
        content = (
            ics.file([visit], {visit.id: clock.now()})
            if how == "file"
            else ics.message(visit, entry, "REQUEST", "dari@contoh.example", "kepada@contoh.example")
        )
    calendar = vobject.readOne(content.decode())
    event = calendar.vevent
    assert event.dtstart.value == datetime(2026, 12, 9, 2, 0, tzinfo=UTC) and event.sequence.value == "4"
    assert event.summary.value == f"Kunjungan {PRINGSEWU} ke {MESUJI}" and event.status.value == "CONFIRMED"
    if how == "file":
        assert event.description.value == f"KK-2026-0007\n{purpose}"
    else:
        assert (calendar.method.value, event.attendee.value) == ("REQUEST", "mailto:kepada@contoh.example")
