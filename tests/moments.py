"""The time of the tests: the real one, or the moment of KB_TEST_NOW for all of them; a test moves it by hand, and it then stands still.

The product knows nothing of this: only `core.clock` is set. A process that a test starts calls `stand_still` too; journeys in the browser
live in real time. What is signed (sessions, tokens of forms) carries a second of its own each: see `each_signature_a_second_later`.
"""

import itertools
import os
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from itsdangerous import TimestampSigner

from kb.core import clock

VARIABLE = "KB_TEST_NOW"


def stand_still() -> None:
    """Give every test of this process the moment of KB_TEST_NOW; without it, nothing."""
    if text := os.environ.get(VARIABLE, ""):
        moment = read(text)
        clock.now = lambda: moment


def each_signature_a_second_later() -> None:
    """Whatever is signed is signed one second after the last: two pages opened within the same second differ here as they do across two.

    Otherwise a test that compares two pages is green nearly always, and red once in a while.
    """
    signed_at, later = TimestampSigner.get_timestamp, itertools.count()
    TimestampSigner.get_timestamp = lambda signer: signed_at(signer) + next(later)


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
