"""Visits as iCalendar (RFC 5545): stable UIDs, a rising SEQUENCE, times in UTC, so that every calendar shows the right hour.

Names of offices are in it, never of people.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from kb.core import clock
from kb.visits.models import Visit, VisitSession


def of(visit: Visit) -> bytes:
    """The file of one visit."""
    return _calendar([visit], "").to_ical()


def feed(visits: Iterable[Visit], name: str) -> bytes:
    """A calendar of many visits, as a private feed."""
    calendar = _calendar(visits, name)
    return calendar.to_ical()


def invitation(visit: Visit, organizer: str, attendee: str) -> bytes:
    """What a mail carries so that the receiver's calendar takes the visit up, moves it, or takes it out (RFC 5546).

    A mail passes through many hands: of what the two sides talk about it tells no more than the reference.
    """
    calendar = _calendar([visit], "")
    calendar.add("method", "CANCEL" if visit.status == "cancelled" else "REQUEST")
    for event in calendar.events:
        event.pop("description")
        event.add("description", visit.reference)
        event.add("organizer", f"mailto:{organizer}")
        event.add("attendee", f"mailto:{attendee}", parameters={"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    return calendar.to_ical()


def _calendar(visits: Iterable[Visit], name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Berguru//Kunjungan kerja//ID")
    calendar.add("version", "2.0")
    if name:
        calendar.add("x-wr-calname", name)
    for visit in visits:
        for number, (day, rows) in enumerate(groupby(visit.sessions, key=lambda row: row.day), start=1):
            calendar.add_component(_event(visit, number, day, list(rows)))
    return calendar


def _event(visit: Visit, number: int, day: date, rows: list[VisitSession]) -> Event:
    event = Event()
    event.add("uid", f"kunjungan-{visit.id}{f'-{number}' if number > 1 else ''}@berguru")
    event.add("sequence", visit.sequence)
    event.add("dtstamp", clock.now())
    event.add("dtstart", _moment(visit, day, rows[0].session))
    event.add("dtend", _moment(visit, day, rows[-1].ends))
    event.add("summary", f"Kunjungan {visit.guest.name} ke {visit.host.name}")
    event.add("description", f"{visit.reference}\n{visit.purpose}")
    if where := visit.meeting_link if visit.mode == "daring" else visit.room:
        event.add("location", where)
    event.add("status", "CANCELLED" if visit.status == "cancelled" else "CONFIRMED")
    return event


def _moment(visit: Visit, day: date, at: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(at), ZoneInfo(visit.host.timezone)).astimezone(UTC)
