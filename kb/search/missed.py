"""Searches that found nothing, kept without person for the demand board."""

import re
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from kb.core import clock
from kb.core.db import db
from kb.search.analysis import STOP, words
from kb.search.language import Typed
from kb.search.models import MissedSearch

LONGEST = 80
# So many different ones are kept; a flood of nonsense must not fill the table.
MOST = 5000
FORGOTTEN_AFTER = timedelta(days=180)
# Numbers of people (telephone, NIK, NIP) have at least this many digits.
PERSONAL = re.compile(r"@|\d[\d .-]{5,}\d")


def note(typed: Typed) -> None:
    """Count a search that found nothing, in a transaction of its own: the request itself only reads.

    It is one statement, which on SQLite waits for its turn to write before it reads anything.
    """
    text = " ".join(dict.fromkeys(word for word in words(typed.words) if word not in STOP))
    if not text or len(text) > LONGEST or PERSONAL.search(typed.words) or _is_full(text):
        return
    today = clock.today()
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(MissedSearch).values(words=text, times=1, first_on=today, last_on=today)
    again = {"times": MissedSearch.times + 1, "last_on": today}
    with db.engine.begin() as connection:
        connection.execute(row.on_conflict_do_update(index_elements=[MissedSearch.words], set_=again))


def _is_full(text: str) -> bool:
    if db.session.get(MissedSearch, text) is not None:
        return False
    return db.session.scalar(select(func.count()).select_from(MissedSearch)) >= MOST


def often(limit: int = 20) -> list[MissedSearch]:
    """What was searched in vain most often."""
    query = select(MissedSearch).order_by(MissedSearch.times.desc(), MissedSearch.last_on.desc(), MissedSearch.words)
    return list(db.session.scalars(query.limit(limit)))


def forget_old() -> None:
    """Drop what nobody has searched for half a year."""
    db.session.execute(delete(MissedSearch).where(MissedSearch.last_on < clock.today() - FORGOTTEN_AFTER))
