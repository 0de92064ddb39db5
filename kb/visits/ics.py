"""A visit as an iCalendar file (RFC 5545): stable UID, times in UTC, so that every calendar shows the right hour."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from kb.core import clock
from kb.visits.models import Visit


def of(visit: Visit) -> bytes:
    """The file of one visit. No names of people are in it, only of offices."""
    event = Event()
    event.add("uid", f"kunjungan-{visit.id}@berguru")
    event.add("dtstamp", clock.now())
    event.add("dtstart", _moment(visit, visit.session))
    event.add("dtend", _moment(visit, visit.session_ends))
    event.add("summary", f"Kunjungan {visit.guest.name} ke {visit.host.name}")
    event.add("description", f"{visit.reference}\n{visit.purpose}")
    event.add("status", "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//Berguru//Kunjungan kerja//ID")
    calendar.add("version", "2.0")
    calendar.add_component(event)
    return calendar.to_ical()


def _moment(visit: Visit, at: str) -> datetime:
    local = datetime.combine(visit.day, time.fromisoformat(at), ZoneInfo(visit.host.timezone))
    return local.astimezone(UTC)
