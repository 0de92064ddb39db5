"""On which days and sessions a host is open, and why not on the others. Pure: everything it needs is handed in.

All days and times are the host's own. Notice is counted in working days: not Saturday, Sunday, public holidays or joint leave.
"""

import re
from calendar import Calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from kb.core import workdays

HOURS = re.compile(r"([0-9]{1,2})[.:]([0-9]{2})\s*[-–]\s*([0-9]{1,2})[.:]([0-9]{2})")


@dataclass(frozen=True, order=True)
class Session:
    """A part of a day; `key` ("09:00") names it. The earlier one comes first."""

    starts: time
    ends: time

    @classmethod
    def from_keys(cls, starts: str, ends: str) -> "Session":
        """From how a session is stored: "09:00" and "11:30"."""
        return cls(time.fromisoformat(starts), time.fromisoformat(ends))

    @classmethod
    def from_text(cls, text: str) -> "Session":
        """From how people write it: "09.00-11.30". Raises ValueError for anything else, also for hours that no clock knows."""
        found = HOURS.fullmatch(text.strip())
        if found is None:
            raise ValueError(text)
        from_hour, from_minute, to_hour, to_minute = (int(part) for part in found.groups())
        return cls(time(from_hour, from_minute), time(to_hour, to_minute))

    @property
    def key(self) -> str:
        return f"{self.starts:%H:%M}"

    @property
    def label(self) -> str:
        return f"{self.starts:%H.%M}–{self.ends:%H.%M}"


@dataclass(frozen=True)
class Closed:
    """Days on which a host receives nobody."""

    from_on: date
    until_on: date
    reason: str


@dataclass(frozen=True)
class Rules:
    """When a host is open. `sessions` by weekday, 0 is Monday; `holidays` by day with their names; `full_months` as (year, month).

    `is_said`: the host has said when it receives. Without that it offers nothing, and yet closes no day.
    """

    notice_days: int
    ahead_days: int
    sessions: Mapping[int, tuple[Session, ...]]
    closed: tuple[Closed, ...] = ()
    holidays: Mapping[date, str] = field(default_factory=dict)
    full_months: frozenset[tuple[int, int]] = frozenset()
    is_said: bool = True


@dataclass(frozen=True)
class Day:
    """A day of the calendar: its sessions, or why there are none."""

    on: date
    sessions: tuple[Session, ...] = ()
    closed_because: str = ""


def day(on: date, rules: Rules, today: date) -> Day:
    """What a host offers on a day, seen from today."""
    reason = _why_closed(on, rules, today)
    return Day(on, closed_because=reason) if reason else Day(on, rules.sessions.get(on.weekday(), ()))


def _why_closed(on: date, rules: Rules, today: date) -> str:
    if on <= today:
        return "sudah lewat" if on < today else "hari ini"
    if reason := closed_reason(on, rules):
        return reason
    if on < earliest(rules, today):
        return f"kurang dari {rules.notice_days} hari kerja lagi"
    if on > today + timedelta(days=rules.ahead_days):
        return f"lebih dari {rules.ahead_days} hari lagi"
    if (on.year, on.month) in rules.full_months:
        return "batas kunjungan bulan ini tercapai"
    return ""


def closed_reason(on: date, rules: Rules) -> str:
    """Why the host receives nobody on a day, whoever asks and whenever: holiday, weekday without sessions, closed period. Empty if open."""
    if on in rules.holidays:
        return rules.holidays[on]
    if rules.is_said and not rules.sessions.get(on.weekday()):
        return "akhir pekan" if on.weekday() >= 5 else "tidak ada sesi"
    return next((period.reason for period in rules.closed if period.from_on <= on <= period.until_on), "")


def earliest(rules: Rules, today: date) -> date:
    """The first day that leaves the host its notice: that many working days lie between."""
    return workdays.after(today, rules.notice_days, rules.holidays) + timedelta(days=1)


def weeks(year: int, month: int, rules: Rules, today: date) -> list[list[Day | None]]:
    """The month as weeks from Monday; None stands for a day of a neighbouring month."""
    return [[day(on, rules, today) if on.month == month else None for on in week] for week in Calendar().monthdatescalendar(year, month)]


def find_session(on: date, key: str, rules: Rules, today: date) -> Session | None:
    """The open session of that name on a day, if there is one."""
    return next((session for session in day(on, rules, today).sessions if session.key == key), None)
