"""One table of events: audit log, activity feed and outbox at once.

`record` writes what happened and one delivery per subscribed consumer in the transaction of the change; `drain` (run by
`flask kb work`) hands them out. A delivery is claimed by compare-and-set in the transaction that handles it, so a killed worker
leaves it open and a second worker cannot take it twice. What takes long comes before the claim (`first`, `on_batch`). A failure is
kept with its error and tried again, later and later, up to once an hour, for `RETRY_FOR`; only what a handler calls `Refused` is given
up at once.

A handler that talks to another machine (`remote`) must not keep the database waiting for it: its delivery is leased instead, and
the handler ends its transaction before it talks. A worker killed meanwhile leaves the delivery to be taken when the lease is over.
When the machine is `Away`, the other deliveries to it wait for `PAUSE` instead of finding that out one by one. Urgent deliveries go
first, and those that failed least often, so that one that always fails holds up nobody.

Handlers are idempotent: the event says where to look, the database says what is true now.
"""

import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import JSON, ForeignKey, Index, String, Text, case, insert, or_, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from kb.core import clock
from kb.core.db import UtcDateTime, db, let_go, reading
from kb.core.viewer import Viewer

log = structlog.get_logger("events")

# Long enough for an outage from Friday evening to Monday, with a day to notice it.
RETRY_FOR = timedelta(days=4)
FIRST_RETRY = timedelta(seconds=5)
SLOWEST_RETRY = timedelta(hours=1)
PAUSE = timedelta(minutes=1)
BATCH = 100
# An urgent delivery may have to wait for so many slow ones.
REMOTE_BATCH = 10
LEASE = timedelta(minutes=5)

Handler = Callable[..., None]
BatchHandler = Callable[[list["Event"]], None]

# event name -> consumers; consumer and name -> handlers, in the order they subscribed. Filled at import by the rooms' handlers.py.
_consumers: dict[str, list[str]] = defaultdict(list)
_handlers: dict[tuple[str, str], list[Handler]] = {}
_batch_handlers: dict[str, BatchHandler] = {}
_remote: set[str] = set()
# What a handler wants worked out before its delivery is claimed, and the consumers with such handlers.
_first: dict[Handler, Callable[["Event"], Any]] = {}
_works_first: set[str] = set()


class Refused(Exception):
    """Trying again cannot help; a handler raises it."""


class Away(Exception):
    """The machine that a handler talks to is away, whatever the event; a handler raises it."""


def wait_after(attempts: int) -> timedelta:
    """How long a delivery waits after so many failures: 5 s, 15 s, 45 s, … up to an hour."""
    return min(SLOWEST_RETRY, FIRST_RETRY * 3 ** min(attempts - 1, 10))


def _most_attempts() -> int:
    waited, attempts = timedelta(), 1
    while waited < RETRY_FOR:
        waited += wait_after(attempts)
        attempts += 1
    return attempts


MAX_ATTEMPTS = _most_attempts()


class Event(db.Model):
    """Something that happened. `subject_kind` is a table name, `subject_id` the row; `data` holds no personal data."""

    __tablename__ = "event"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    actor_id: Mapped[int | None]
    office_id: Mapped[int | None] = mapped_column(index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    __table_args__ = (Index("ix_event_subject", "subject_kind", "subject_id"),)


class Delivery(db.Model):
    """One event on its way to one consumer."""

    __tablename__ = "delivery"
    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey(Event.id, ondelete="CASCADE"), index=True)
    consumer: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    is_urgent: Mapped[bool] = mapped_column(default=False)
    error: Mapped[str | None] = mapped_column(Text)
    gave_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    event: Mapped[Event] = relationship()
    __table_args__ = (
        Index(
            "ix_delivery_open",
            "consumer",
            "due_at",
            sqlite_where=db.text("done_at IS NULL"),
            postgresql_where=db.text("done_at IS NULL"),
        ),
    )


def on(consumer: str, *names: str, remote: bool = False, first: Callable[["Event"], Any] | None = None) -> Callable[[Handler], Handler]:
    """Subscribe a handler that takes one event at a time; `remote` if it talks to another machine.

    `first` works out what takes long, in a transaction that only reads, before the delivery is claimed; the handler gets it behind the
    event.
    """

    def register(handler: Handler) -> Handler:
        _remote.update([consumer] if remote else [])
        if first is not None:
            _first[handler] = first
            _works_first.add(consumer)
        for name in names:
            _subscribe(consumer, name)
            _handlers.setdefault((consumer, name), []).append(handler)
        return handler

    return register


def on_batch(consumer: str, *names: str) -> Callable[[BatchHandler], BatchHandler]:
    """Subscribe a handler that takes many events at once, for a consumer whose commit is dear (the search index).

    It runs in a transaction that only reads, before its deliveries are claimed.
    """

    def register(handler: BatchHandler) -> BatchHandler:
        for name in names:
            _subscribe(consumer, name)
        _batch_handlers[consumer] = handler
        return handler

    return register


def _subscribe(consumer: str, name: str) -> None:
    if consumer not in _consumers[name]:
        _consumers[name].append(consumer)


def subscriptions() -> dict[str, list[str]]:
    """Every event name that somebody listens to, with its consumers."""
    return {name: list(consumers) for name, consumers in _consumers.items() if consumers}


def record(name: str, subject: db.Model, viewer: Viewer, *, delay: timedelta | None = None, **data: Any) -> Event:
    """Write an event and its deliveries in the current transaction. Flushes, so that the subject has its id."""
    db.session.flush()
    event = Event(
        name=name,
        subject_kind=subject.__tablename__,
        subject_id=subject.id,
        actor_id=viewer.user_id,
        office_id=viewer.office_id,
        data=data,
        at=clock.now(),
    )
    db.session.add(event)
    db.session.flush()
    due_at = event.at + (delay or timedelta())
    db.session.add_all(Delivery(event_id=event.id, consumer=consumer, due_at=due_at) for consumer in _consumers[name])
    db.session.flush()
    return event


def record_all(name: str, model: type[db.Model], ids: Iterable[int], viewer: Viewer, *, urgent: bool = False) -> None:
    """The same event of many rows of a table, in as few statements as for one. `urgent`: delivered before others that wait."""
    now = clock.now()
    same = {"name": name, "subject_kind": model.__tablename__, "actor_id": viewer.user_id, "office_id": viewer.office_id, "at": now}
    rows = [same | {"subject_id": ident} for ident in ids]
    written = db.session.scalars(insert(Event).returning(Event.id), rows).all() if rows else []
    urgency = {"due_at": now, "is_urgent": urgent}
    if due := [urgency | {"event_id": event_id, "consumer": consumer} for event_id in written for consumer in _consumers[name]]:
        db.session.execute(insert(Delivery), due)


def came_again(event: Event) -> bool:
    """Did the same office do the same with the same subject once more, later?"""
    same = (Event.name == event.name, Event.subject_kind == event.subject_kind, Event.subject_id == event.subject_id)
    query = select(Event.id).where(*same, Event.office_id == event.office_id, Event.id > event.id).limit(1)
    return db.session.scalar(query) is not None


def drain(limit: int = 1000, remote: bool | None = None) -> int:
    """Hand out open deliveries that are due, urgent ones first, then the oldest, until none is left or `limit` is reached.

    Returns how many were done. `remote` narrows it to the consumers that talk to other machines, or to the others, so that a slow
    machine delays nobody else.
    """
    done = 0
    while done < limit:
        due = _due_by_consumer(remote)
        if not due:
            break
        done += sum(_hand_out(consumer, ids) for consumer, ids in due.items())
    return done


def _due_by_consumer(remote: bool | None) -> dict[str, list[int]]:
    due = (
        select(Delivery.consumer, Delivery.id)
        .where(Delivery.done_at.is_(None), Delivery.gave_up_at.is_(None), Delivery.due_at <= clock.now())
        .order_by(Delivery.is_urgent.desc(), Delivery.attempts, Delivery.id)
        .limit(REMOTE_BATCH if remote else BATCH)
    )
    if remote is not None:
        due = due.where(Delivery.consumer.in_(_remote) == remote)
    found: dict[str, list[int]] = defaultdict(list)
    for consumer, delivery_id in db.session.execute(due):
        found[consumer].append(delivery_id)
    db.session.rollback()
    return found


def _hand_out(consumer: str, ids: list[int]) -> int:
    if consumer in _batch_handlers and len(ids) > 1:
        try:
            return _handle_batch(consumer, ids)
        except Exception:
            # One bad event must not hold up the others: fall back to one at a time, where its error is kept.
            db.session.rollback()
            log.warning("batch_failed", consumer=consumer, count=len(ids), exc_info=True)
    return sum(_handle_one(consumer, delivery_id) for delivery_id in ids)


def _handle_batch(consumer: str, ids: list[int]) -> int:
    """Handled first, in a transaction that only reads, and claimed after: what takes long keeps nobody from writing meanwhile.

    Killed in between, or beside a second worker, it is handled twice, which does no harm.
    """
    if not (found := _read_first(ids)):
        return 0
    _batch_handlers[consumer](found)
    let_go()
    claimed = sum(_claim(consumer, delivery_id) for delivery_id in ids)
    db.session.commit()
    return claimed


def _read_first(ids: list[int]) -> list[Event]:
    """The events of deliveries that are still open, in a transaction that only reads."""
    let_go()
    reading()
    query = select(Event).join(Delivery, Delivery.event_id == Event.id).where(Delivery.id.in_(ids), *_still_open())
    return list(db.session.scalars(query.order_by(Event.id)))


def _handle_one(consumer: str, delivery_id: int) -> int:
    try:
        if consumer in _batch_handlers:
            return _handle_batch(consumer, [delivery_id])
        worked_out = _work_out(consumer, delivery_id)
        if not _claim(consumer, delivery_id):
            db.session.rollback()
            return 0
        delivery = db.session.get(Delivery, delivery_id, options=[joinedload(Delivery.event)])
        for handler in _handlers[consumer, delivery.event.name]:
            handler(delivery.event, *worked_out.get(handler, ()))
        delivery.done_at, delivery.error = clock.now(), None
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        _keep_failure(delivery_id, error)
        return 0
    return 1


def _work_out(consumer: str, delivery_id: int) -> dict[Handler, tuple]:
    """What the handlers of a delivery want to know before it is claimed."""
    if consumer not in _works_first:
        return {}
    found = [(handler, event) for event in _read_first([delivery_id]) for handler in _handlers[consumer, event.name]]
    worked_out = {handler: (_first[handler](event),) for handler, event in found if handler in _first}
    let_go()
    return worked_out


def _still_open() -> tuple:
    return Delivery.done_at.is_(None), Delivery.gave_up_at.is_(None)


def _claim(consumer: str, delivery_id: int) -> bool:
    now = clock.now()
    leased = consumer in _remote
    claim = (
        update(Delivery)
        .where(Delivery.id == delivery_id, *_still_open(), Delivery.due_at <= now)
        .values({"due_at": now + LEASE} if leased else {"done_at": now, "error": None})
    )
    taken = db.session.execute(claim).rowcount == 1
    if leased:
        db.session.commit()
    return taken


def _keep_failure(delivery_id: int, error: Exception) -> None:
    delivery = db.session.get(Delivery, delivery_id)
    first = error.__cause__ if isinstance(error, Refused | Away) and error.__cause__ else error
    delivery.attempts += 1
    delivery.error = (str(error) if first is not error and str(error) else f"{type(first).__name__}: {first}")[:2000]
    delivery.due_at = clock.now() + wait_after(delivery.attempts)
    if isinstance(error, Refused) or delivery.attempts >= MAX_ATTEMPTS:
        delivery.gave_up_at = clock.now()
    if isinstance(error, Away):
        _pause(delivery.consumer)
    # The message may hold an address: it stays in the database, where only the admin reads it.
    where = "".join(traceback.format_tb(error.__traceback__))
    kind = type(first).__name__
    log.error("delivery_failed", delivery=delivery_id, consumer=delivery.consumer, attempts=delivery.attempts, error=kind, where=where)
    db.session.commit()


def _pause(consumer: str) -> None:
    """What is due now would fail like the one that was tried. It was not tried, so this counts as no attempt of it."""
    now = clock.now()
    due = (Delivery.consumer == consumer, Delivery.done_at.is_(None), Delivery.gave_up_at.is_(None), Delivery.due_at <= now)
    db.session.execute(update(Delivery).where(*due).values(due_at=now + PAUSE))


def retry(delivery_id: int) -> int:
    """Try a failed delivery again; returns 1, or 0 when it has not failed or is done by now."""
    return _retry(Delivery.id == delivery_id)


def retry_all() -> int:
    """Try every delivery that has failed again; returns how many."""
    return _retry()


def _retry(*which) -> int:
    """What is due within a lease may be in a worker's hands, and comes by itself; the rest comes now."""
    now = clock.now()
    failed = (Delivery.done_at.is_(None), Delivery.attempts > 0, *which)
    waits = or_(Delivery.gave_up_at.is_not(None), Delivery.due_at > now + LEASE)
    due_at = case((waits, now), else_=Delivery.due_at)
    return db.session.execute(update(Delivery).where(*failed).values(gave_up_at=None, attempts=0, due_at=due_at)).rowcount
