"""Public holidays and joint leave (cuti bersama): what the `holidays` library knows, corrected by the admin.

Joint leave is announced late, so the library's word is not the last one. Visits and questions count their working days by the same days.
"""

from datetime import date
from functools import lru_cache

import holidays
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from kb.core.db import db


class HolidayChange(db.Model):
    """What the admin corrects in the holidays the library knows: a day added (cuti bersama is announced late), or lifted."""

    __tablename__ = "holiday_change"
    day: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    is_lifted: Mapped[bool] = mapped_column(default=False)


def holidays_from(year: int, until: int | None = None) -> dict[date, str]:
    """The days off with their names, from a year up to and including another (default: the next two)."""
    corrections = db.session.scalars(select(HolidayChange).where(HolidayChange.day >= date(year, 1, 1))).all()
    found = dict(known_holidays(year, year + 2 if until is None else until))
    for change in corrections:
        if change.is_lifted:
            found.pop(change.day, None)
        else:
            found[change.day] = change.name
    return found


@lru_cache(maxsize=8)
def known_holidays(year: int, until: int) -> dict[date, str]:
    """The days off of these years as the `holidays` library knows them."""
    found = holidays.country_holidays("ID", years=range(year, until + 1), language="id", categories=("public", "government"))
    return dict(found.items())


def changes() -> list[HolidayChange]:
    """What the admin corrected, newest day first."""
    return list(db.session.scalars(select(HolidayChange).order_by(HolidayChange.day.desc()).limit(200)))
