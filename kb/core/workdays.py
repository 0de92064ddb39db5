"""Working days: Monday to Friday, without Indonesia's public holidays and joint leave (cuti bersama)."""

from collections.abc import Container
from datetime import date, timedelta
from functools import lru_cache

import holidays


@lru_cache(maxsize=8)
def days_off(year: int) -> frozenset[date]:
    """Public holidays and joint leave of a year and the next, as the `holidays` library knows them."""
    found = holidays.country_holidays("ID", years=(year, year + 1), categories=("public", "government"))
    return frozenset(found)


def is_working_day(on: date, off: Container[date]) -> bool:
    return on.weekday() < 5 and on not in off


def after(start: date, count: int, off: Container[date] | None = None) -> date:
    """The day on which `count` working days have passed since `start`, which itself does not count."""
    off = days_off(start.year) if off is None else off
    on = start
    while count > 0:
        on += timedelta(days=1)
        count -= is_working_day(on, off)
    return on


def between(start: date, end: date, off: Container[date] | None = None) -> int:
    """How many working days have passed from `start` to `end`: those after `start`, up to and including `end`."""
    if off is None:
        off = frozenset().union(*(days_off(year) for year in range(start.year, end.year + 1)))
    return sum(is_working_day(start + timedelta(days=n), off) for n in range(1, (end - start).days + 1))
