"""One table of events: audit log, activity feed and outbox at once.

`record` writes what happened and one delivery per subscribed consumer in the transaction of the change; `drain` (run by
`flask kb work`) hands them out. A delivery is claimed by compare-and-set in the transaction that handles it, so a killed worker
leaves it open and a second worker cannot take it twice. A failure is kept with its error and tried again, later and later.

A handler that talks to another machine (`remote`) must not keep the database waiting for it: its delivery is leased instead, and
the handler ends its transaction before it talks. A worker killed meanwhile leaves the delivery to be taken when the lease is over.

Handlers are idempotent: the event says where to look, the database says what is true now.
"""

import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import JSON, ForeignKey, Index, String, Text, select, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from kb.core import clock
from kb.core.db import UtcDateTime, db
from kb.core.viewer import Viewer

log = structlog.get_logger("events")

MAX_ATTEMPTS = 8
BATCH = 100
LEASE = timedelta(minutes=5)

Handler = Callable[["Event"], None]
BatchHandler = Callable[[list["Event"]], None]

# event name -> consumers; consumer and name -> handlers, in the order they subscribed. Filled at import by the rooms' handlers.py.
_consumers: dict[str, list[str]] = defaultdict(list)
_handlers: dict[tuple[str, str], list[Handler]] = {}
_batch_handlers: dict[str, BatchHandler] = {}
_remote: set[str] = set()


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


def on(consumer: str, *names: str, remote: bool = False) -> Callable[[Handler], Handler]:
    """Subscribe a handler that takes one event at a time; `remote` if it talks to another machine."""

    def register(handler: Handler) -> Handler:
        _remote.update([consumer] if remote else [])
        for name in names:
            _subscribe(consumer, name)
            _handlers.setdefault((consumer, name), []).append(handler)
        return handler

    return register


def on_batch(consumer: str, *names: str) -> Callable[[BatchHandler], BatchHandler]:
    """Subscribe a handler that takes many events at once, for a consumer whose commit is dear (the search index)."""

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
    return record_all(name, [subject], viewer, delay=delay, **data)[0]


def record_all(name: str, subjects: Iterable[db.Model], viewer: Viewer, *, delay: timedelta | None = None, **data: Any) -> list[Event]:
    """The same event of many subjects, in as few statements as for one."""
    db.session.flush()
    now = clock.now()
    found = [
        Event(
            name=name,
            subject_kind=subject.__tablename__,
            subject_id=subject.id,
            actor_id=viewer.user_id,
            office_id=viewer.office_id,
            data=data,
            at=now,
        )
        for subject in subjects
    ]
    db.session.add_all(found)
    db.session.flush()
    due_at = now + (delay or timedelta())
    db.session.add_all(Delivery(event_id=event.id, consumer=consumer, due_at=due_at) for event in found for consumer in _consumers[name])
    db.session.flush()
    return found


def came_again(event: Event) -> bool:
    """Did the same office do the same with the same subject once more, later?"""
    same = (Event.name == event.name, Event.subject_kind == event.subject_kind, Event.subject_id == event.subject_id)
    query = select(Event.id).where(*same, Event.office_id == event.office_id, Event.id > event.id).limit(1)
    return db.session.scalar(query) is not None


def drain(limit: int = 1000, remote: bool | None = None) -> int:
    """Hand out open deliveries that are due, oldest first, until none is left or `limit` is reached; returns how many were done.

    `remote` narrows it to the consumers that talk to other machines, or to the others, so that a slow machine delays nobody else.
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
        .order_by(Delivery.id)
        .limit(BATCH)
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
    claimed = [delivery_id for delivery_id in ids if _claim(consumer, delivery_id)]
    query = select(Event).join(Delivery, Delivery.event_id == Event.id).where(Delivery.id.in_(claimed)).order_by(Event.id)
    _batch_handlers[consumer](list(db.session.scalars(query)))
    db.session.commit()
    return len(claimed)


def _handle_one(consumer: str, delivery_id: int) -> int:
    try:
        if not _claim(consumer, delivery_id):
            db.session.rollback()
            return 0
        delivery = db.session.get(Delivery, delivery_id, options=[joinedload(Delivery.event)])
        if consumer in _batch_handlers:
            _batch_handlers[consumer]([delivery.event])
        else:
            for handler in _handlers[consumer, delivery.event.name]:
                handler(delivery.event)
        delivery.done_at, delivery.error = clock.now(), None
        db.session.commit()
    except Exception as error:
        db.session.rollback()
        _keep_failure(delivery_id, error)
        return 0
    return 1


def _claim(consumer: str, delivery_id: int) -> bool:
    now = clock.now()
    leased = consumer in _remote
    claim = (
        update(Delivery)
        .where(Delivery.id == delivery_id, Delivery.done_at.is_(None), Delivery.gave_up_at.is_(None), Delivery.due_at <= now)
        .values({"due_at": now + LEASE} if leased else {"done_at": now, "error": None})
    )
    taken = db.session.execute(claim).rowcount == 1
    if leased:
        db.session.commit()
    return taken


def _keep_failure(delivery_id: int, error: Exception) -> None:
    delivery = db.session.get(Delivery, delivery_id)
    delivery.attempts += 1
    delivery.error = f"{type(error).__name__}: {error}"[:2000]
    delivery.due_at = clock.now() + timedelta(seconds=min(3600, 5 * 3 ** (delivery.attempts - 1)))
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.gave_up_at = clock.now()
    # The message may hold an address: it stays in the database, where only the admin reads it.
    where = "".join(traceback.format_tb(error.__traceback__))
    kind = type(error).__name__
    log.error("delivery_failed", delivery=delivery_id, consumer=delivery.consumer, attempts=delivery.attempts, error=kind, where=where)
    db.session.commit()


def retry(delivery: Delivery) -> None:
    """Try a failed delivery again, now."""
    delivery.gave_up_at = None
    delivery.attempts = 0
    delivery.due_at = clock.now()
