"""The time of the tests: the real one, or the moment of KB_TEST_NOW for all of them; a test moves it by hand, and it then stands still.

The product knows nothing of this: only `core.clock` is set. A process that a test starts calls `stand_still` too.
"""

import os
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from kb.core import clock

VARIABLE = "KB_TEST_NOW"


def stand_still() -> None:
    """Give every test of this process the moment of KB_TEST_NOW; without it, nothing."""
    if text := os.environ.get(VARIABLE, ""):
        moment = read(text)
        clock.now = lambda: moment


def read(text: str) -> datetime:
    """A moment as ISO 8601 writes it; UTC unless it names an offset. Raises ValueError, naming the variable."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{VARIABLE}={text}: write it as 2028-02-29T18:00 (UTC)") from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def stop(monkeypatch, moment: datetime) -> None:
    """The clock stands at this moment until the test moves it or ends."""
    monkeypatch.setattr(clock, "now", lambda: moment)


def pass_time(monkeypatch, **span) -> None:
    """The clock goes on by a span, as `timedelta` takes it, and stands still there."""
    stop(monkeypatch, clock.now() + timedelta(**span))


def next_morning(monkeypatch, hour: int = 6, zone: str = clock.WIB) -> None:
    """The clock stands at this hour of the next calendar day in `zone`, whatever the hour is now."""
    stop(monkeypatch, datetime.combine(clock.today(zone) + timedelta(days=1), time(hour), ZoneInfo(zone)).astimezone(UTC))
