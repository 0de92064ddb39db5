"""Makers of what the notification tests need."""

from sqlalchemy import select

from kb.core import events
from kb.core.db import db
from kb.core.events import Delivery
from kb.notifications import mail as outbox
from kb.notifications.models import Mail


def queued(
    key: str = "uji:1", to: str = "siti@contoh.example", subject: str = "Kunjungan diterima", text: str = "Halo.\n", **values
) -> Mail:
    """A mail in the outbox. Commits."""
    outbox.queue(key, to, subject, text, **values)
    db.session.commit()
    return db.session.scalars(select(Mail).where(Mail.key == key)).one()


def delivery_of(mail: Mail) -> Delivery:
    """The delivery that sends a mail, as the database has it now."""
    query = select(Delivery).join(Delivery.event)
    return db.session.scalars(
        query.where(Delivery.consumer == "mail", events.Event.subject_id == mail.id).execution_options(populate_existing=True)
    ).one()
