"""How often something may be tried: sign-in, codes, reset mails, requests.

Counted in our own database, so that the count holds across worker processes and machines. One small table and one upsert instead of a
storage backend for the `limits` library: that would need seven methods and a second connection, which on SQLite waits for the
very request it counts. A try is counted and committed *before* it is made, so neither a rollback nor a parallel try escapes it;
success gives it back. Network addresses and accounts are stored only as keyed hashes.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import case, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from kb.accounts.models import Attempt
from kb.core import clock
from kb.core.db import db
from kb.core.errors import Refused
from kb.core.pages import waktu

INSERTS = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Limit:
    """At most `most` tries of one subject in a window of `minutes` that begins with the first."""

    name: str
    most: int
    minutes: int


PASSWORD_OF_ACCOUNT = Limit("password-account", 8, 15)
PASSWORD_FROM_ADDRESS = Limit("password-address", 30, 15)
CODE_OF_ACCOUNT = Limit("code-account", 8, 15)
RESET_OF_ACCOUNT = Limit("reset-account", 4, 60)
RESET_FROM_ADDRESS = Limit("reset-address", 20, 60)
REQUESTS_FROM_ADDRESS = Limit("requests-address", 10, 60)
INVITATIONS_OF_PERSON = Limit("invitations-person", 60, 60)


class Throttled(Refused):
    """Too many tries; the message says when to try again."""

    status = 429


def spend(limit: Limit, subject: str | int | None) -> None:
    """Count one try and commit it. Raises Throttled when there were too many. Nothing else may be pending in the session."""
    now = clock.now()
    row = db.session.execute(_count(limit, subject, now)).one()
    if row.tries == 1:
        db.session.execute(delete(Attempt).where(Attempt.resets_at < now - timedelta(hours=1)))
    db.session.commit()
    if row.tries > limit.most:
        raise Throttled(f"Terlalu banyak percobaan. Coba lagi setelah {waktu(row.resets_at + timedelta(minutes=1))}.")


def give_back(limit: Limit, subject: str | int | None) -> None:
    """The try succeeded: it does not count. Committed."""
    key = _key(limit, subject)
    db.session.execute(update(Attempt).where(Attempt.key == key, Attempt.count > 0).values(count=Attempt.count - 1))
    db.session.commit()


def clear(limit: Limit, subject: str | int | None) -> None:
    """Forget all tries of a subject, in the current transaction."""
    db.session.execute(delete(Attempt).where(Attempt.key == _key(limit, subject)))


def _count(limit: Limit, subject, now):
    """The statement that counts one try; exact however many run at once, since the row decides."""
    table = Attempt.__table__
    statement = INSERTS[db.engine.dialect.name](table).values(
        key=_key(limit, subject), count=1, resets_at=now + timedelta(minutes=limit.minutes)
    )
    over = table.c.resets_at <= now
    return statement.on_conflict_do_update(
        index_elements=[table.c.key],
        set_={
            "count": case((over, 1), else_=table.c.count + 1),
            "resets_at": case((over, statement.excluded.resets_at), else_=table.c.resets_at),
        },
    ).returning(table.c.count.label("tries"), table.c.resets_at)


def _key(limit: Limit, subject) -> str:
    text = f"{limit.name}:{str(subject or '').lower()}"
    return hmac.new(current_app.config["SECRET_KEY"].encode(), text.encode(), hashlib.sha256).hexdigest()
