"""Visits as iCalendar (RFC 5545): stable UIDs, a rising SEQUENCE, times in UTC, so that every calendar shows the right hour.

A visit has one entry per day. Names of offices are in it, never of people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from kb.core import clock
from kb.visits.models import SentEntry, Visit
from kb.visits.workflow import HOLDS_SLOT


@dataclass(frozen=True)
class Entry:
    """A day of a visit as calendars hold it, from its first session to the end of its last; `number` is 1 on the first day."""

    number: int
    starts_at: datetime
    ends_at: datetime
    place: str

    @classmethod
    def sent(cls, row: SentEntry) -> "Entry":
        """What was last sent."""
        return cls(row.number, row.starts_at, row.ends_at, row.place)


def entries(visit: Visit) -> list[Entry]:
    """The days of a visit as they are now."""
    by_day = [(day, list(rows)) for day, rows in groupby(visit.sessions, key=lambda row: row.day)]
    return [
        Entry(number, _moment(visit, day, rows[0].session), _moment(visit, day, rows[-1].ends), visit.place)
        for number, (day, rows) in enumerate(by_day, start=1)
    ]


def _moment(visit: Visit, day: date, at: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(at), ZoneInfo(visit.host.timezone)).astimezone(UTC)


def file(visits: Iterable[Visit], changed_at: Mapping[int, datetime], name: str = "") -> bytes:
    """A calendar of visits, the same as long as nothing happens to them; a day that was sent and is no more is cancelled in it.

    `changed_at` says when something last happened to each visit, by its id.
    """
    calendar = _calendar()
    if name:
        calendar.add("x-wr-calname", name)
    for visit in visits:
        for entry, is_cancelled in _standing(visit):
            event = _event(visit, entry, is_cancelled)
            event.add("dtstamp", changed_at[visit.id])
            event.add("description", f"{_about(visit)}\n{visit.purpose}")
            calendar.add_component(event)
    return calendar.to_ical()


def _standing(visit: Visit) -> list[tuple[Entry, bool]]:
    cancelled = visit.status not in HOLDS_SLOT
    now = entries(visit) if not cancelled or visit.status == "cancelled" else []
    numbers = {entry.number for entry in now}
    gone = [Entry.sent(row) for row in visit.sent_entries if row.number not in numbers]
    return [(entry, cancelled) for entry in now] + [(entry, True) for entry in gone]


def message(visit: Visit, entry: Entry, method: str, organizer: str, attendee: str) -> bytes:
    """What a mail carries so that the receiver's calendar takes a day up or moves it ("REQUEST"), or takes it out ("CANCEL").

    One UID each, as RFC 5546 (3.2.2, 3.2.5) wants it. A mail passes through many hands: of what the two sides talk about it
    tells no more than the reference.
    """
    calendar = _calendar()
    calendar.add("method", method)
    event = _event(visit, entry, is_cancelled=method == "CANCEL")
    event.add("dtstamp", clock.now())
    event.add("description", _about(visit))
    event.add("organizer", f"mailto:{organizer}")
    event.add("attendee", f"mailto:{attendee}", parameters={"PARTSTAT": "ACCEPTED", "RSVP": "FALSE"})
    calendar.add_component(event)
    return calendar.to_ical()


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Berguru//Kunjungan kerja//ID")
    calendar.add("version", "2.0")
    return calendar


def _about(visit: Visit) -> str:
    """The reference, and the link that does not stand as the place already."""
    link = f"\nTautan rapat: {visit.meeting_link}" if visit.meeting_link and visit.mode != "daring" else ""
    return f"{visit.reference}{link}"


def _event(visit: Visit, entry: Entry, is_cancelled: bool) -> Event:
    event = Event()
    event.add("uid", f"kunjungan-{visit.id}{f'-{entry.number}' if entry.number > 1 else ''}@berguru")
    event.add("sequence", visit.sequence)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", f"Kunjungan {visit.guest.name} ke {visit.host.name}")
    if entry.place:
        event.add("location", entry.place)
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    return event
