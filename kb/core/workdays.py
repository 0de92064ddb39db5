"""Counting working days: Monday to Friday, without the days `off` (see `days_off.py`). Pure."""

from collections.abc import Container
from datetime import date, timedelta


def is_working_day(on: date, off: Container[date]) -> bool:
    return on.weekday() < 5 and on not in off


def after(start: date, count: int, off: Container[date]) -> date:
    """The day on which `count` working days have passed since `start`, which itself does not count."""
    on = start
    while count > 0:
        on += timedelta(days=1)
        count -= is_working_day(on, off)
    return on


class Count:
    """How many working days lie between two days, for many pairs: the days from `first` to `last` are looked at once."""

    def __init__(self, first: date, last: date, off: Container[date]):
        self._passed, passed = {}, 0
        for number in range((last - first).days + 1):
            on = first + timedelta(days=number)
            passed += is_working_day(on, off)
            self._passed[on] = passed

    def between(self, start: date, end: date) -> int:
        """Those after `start`, up to and including `end`; none when `end` is not later. Both lie from `first` to `last`."""
        return self._passed[end] - self._passed[start] if end > start else 0
