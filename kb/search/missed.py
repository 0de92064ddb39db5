"""Searches that found nothing, kept without person for the demand board.

Only people of offices that belong to the network are counted, and no search more than once a day: what one person types, however often,
is shown to nobody.
"""

import re
from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from kb.core import clock
from kb.core.db import db, takes_time
from kb.core.viewer import Viewer
from kb.offices import queries as offices
from kb.search import language, service
from kb.search.analysis import STOP, terms, words
from kb.search.language import Typed
from kb.search.models import MissedSearch

LONGEST = 80
# Shown from so many days on.
SHOWN_FROM = 2
# So many different ones are kept; a flood of nonsense must not fill the table.
MOST = 5000
# So many are searched again by the hour.
LOOKED_AT = 100
FORGOTTEN_AFTER = timedelta(days=180)
# Numbers of people (telephone, NIK, NIP) have at least this many digits.
PERSONAL = re.compile(r"@|\d[\d .-]{5,}\d")


def note(typed: Typed, viewer: Viewer) -> None:
    """Count a search that found nothing, in a transaction of its own: the request itself only reads.

    It is one statement, which on SQLite waits for its turn to write before it reads anything.
    """
    text = " ".join(dict.fromkeys(word for word in words(typed.words) if word not in STOP))
    if not text or len(text) > LONGEST or PERSONAL.search(typed.words) or not _is_of_network(viewer) or _is_full(text):
        return
    today = clock.today()
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(MissedSearch).values(words=text, times=1, first_on=today, last_on=today)
    again = {"times": MissedSearch.times + 1, "last_on": today}
    once_a_day = MissedSearch.last_on < today
    with db.engine.begin() as connection:
        connection.execute(row.on_conflict_do_update(index_elements=[MissedSearch.words], set_=again, where=once_a_day))


def _is_of_network(viewer: Viewer) -> bool:
    office = offices.get(viewer.office_id)
    return office is not None and (office.joined_at is not None or office.is_editorial)


def _is_full(text: str) -> bool:
    if db.session.get(MissedSearch, text) is not None:
        return False
    return db.session.scalar(select(func.count()).select_from(MissedSearch)) >= MOST


def often(limit: int = 20) -> list[MissedSearch]:
    """What was searched in vain on most days."""
    query = select(MissedSearch).where(MissedSearch.times >= SHOWN_FROM)
    return list(db.session.scalars(query.order_by(MissedSearch.times.desc(), MissedSearch.last_on.desc(), MissedSearch.words).limit(limit)))


def is_shown(text: str) -> bool:
    """Is this one of those that `often` may name?"""
    row = db.session.get(MissedSearch, text)
    return row is not None and row.times >= SHOWN_FROM


def drop(texts: list[str]) -> None:
    """Forget some."""
    db.session.execute(delete(MissedSearch).where(MissedSearch.words.in_(texts)))


def served_by(text: str) -> list[str]:
    """Those whose words all stand in a text."""
    takes_time("the words of a text")
    held = frozenset(terms(text))
    return [found for found in db.session.scalars(select(MissedSearch.words)) if held.issuperset(terms(found))]


def drop_served(viewer: Viewer) -> None:
    """Forget those that find something by now, as far as this viewer may see it, in other words or in other things than articles."""
    if service.ready():
        drop([row.words for row in often(LOOKED_AT) if service.finds(language.read(row.words), viewer)])


def forget_old() -> None:
    """Drop what nobody has searched for half a year."""
    db.session.execute(delete(MissedSearch).where(MissedSearch.last_on < clock.today() - FORGOTTEN_AFTER))
