"""The one clock. Times are UTC and aware; days are the calendar days of a time zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

WIB = "Asia/Jakarta"

# What the people of a zone call it.
ZONE_NAMES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


def now() -> datetime:
    """The current time, in UTC, aware."""
    return datetime.now(UTC)


def today(zone: str = WIB) -> date:
    """The calendar day it is now in `zone` (an IANA name)."""
    return now().astimezone(ZoneInfo(zone)).date()


def day_of(moment: datetime, zone: str = WIB) -> date:
    """The calendar day of a moment in `zone`."""
    return moment.astimezone(ZoneInfo(zone)).date()
