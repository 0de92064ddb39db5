"""The number of a thing that was deleted is never given to another one.

Addresses, events, notices, follows and keys of forms speak of things by their numbers, and would speak of the new thing. The sequences of
PostgreSQL never go back; SQLite gives the highest number again once its row is gone. AUTOINCREMENT would keep it from that, but is lost
whenever a migration copies the table. The event table remembers every number: a deletion writes an event.
"""

from sqlalchemy import event, func, select
from sqlalchemy.orm import object_session

from kb.core.db import db
from kb.core.events import Event


def never_again(model: type[db.Model]) -> type[db.Model]:
    """Give new rows of this table no number that an event speaks of."""
    table = model.__table__

    @event.listens_for(model, "before_insert")
    def choose(_mapper, connection, row):
        if connection.dialect.name != "sqlite" or row.id is not None:
            return
        told = select(func.max(Event.subject_id)).where(Event.subject_kind == table.name).scalar_subquery()
        highest, spoken_of = connection.execute(select(select(func.max(table.c.id)).scalar_subquery(), told)).one()
        given = object_session(row).info  # two rows of one flush must not get the same number
        last = max(spoken_of or 0, given.get(table.name, 0))
        if last > (highest or 0):
            row.id = given[table.name] = last + 1

    return model
