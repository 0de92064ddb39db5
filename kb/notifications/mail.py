"""Outgoing mail: queued in the database with the change it tells of; `sending.py` sends it."""

import re
from datetime import timedelta
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from html import escape
from uuid import uuid4

from flask import current_app
from flask_security import MailUtil
from sqlalchemy import delete, insert, or_, select

from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Refused
from kb.core.viewer import current_viewer
from kb.notifications import unsubscribe
from kb.notifications.models import Mail

LINK = re.compile(r"(https?://[^\s<]+)")
METHOD = re.compile(r"^METHOD:([A-Z]+)", re.M)
KEPT = timedelta(days=90)
# RFC 5322's limit. With the usual 78 a long address in a header is written in a code that mail programs do not take for an address.
UNFOLDED = policy.default.clone(max_line_length=998)
DROPPED = "Tidak dikirim: penerimanya tidak boleh lagi membaca isinya"


class OutboxMailUtil(MailUtil):
    """Flask-Security's mails go through our outbox, in the transaction that made them."""

    def send_mail(self, template, subject, recipient, sender, body, html, **kwargs):
        """Queue the mail; links in it are secrets."""
        queue(f"security:{uuid4().hex}", str(recipient), str(subject), body, is_secret=True)


def queue(key: str, to_address: str, subject: str, text: str, **values) -> bool:
    """Write a mail once per key, to be sent by the worker; was it new? `values` are further columns of `Mail`."""
    if is_queued(key):
        return False
    queue_all([draft(key, to_address, subject, text, **values)])
    return True


def draft(key: str, to_address: str, subject: str, text: str, **values) -> dict:
    """A mail that is not in the outbox yet, as the columns of its row."""
    written = {"key": key, "to_address": to_address, "subject": subject_line(subject), "text": text, "created_at": clock.now()}
    return {"user_id": None, "kind": None, "html": None, "calendar": None, "is_secret": False} | written | values


def queue_all(mails: list[dict]) -> None:
    """Put new mails into the outbox, in as few statements as one. What nobody can unsubscribe from (passwords, invitations) goes first."""
    if not mails:
        return
    written = db.session.execute(insert(Mail).returning(Mail.id, Mail.kind), mails).all()
    for urgent in (True, False):
        ids = [ident for ident, kind in written if (kind is None) == urgent]
        events.record_all("mail.queued", Mail, ids, current_viewer(), urgent=urgent)


def is_queued(key: str) -> bool:
    """Was a mail written under this key?"""
    return db.session.scalar(select(Mail.id).where(Mail.key == key)) is not None


def drop(mail: Mail) -> None:
    """Do not send it any more, and keep nothing of what it would have told."""
    mail.dropped_at, mail.subject, mail.text, mail.html, mail.calendar = clock.now(), DROPPED, "", None, None


def forget_old() -> None:
    """What was sent, or dropped, long ago is of no use any more, and holds addresses."""
    long_ago = clock.now() - KEPT
    db.session.execute(delete(Mail).where(or_(Mail.sent_at < long_ago, Mail.dropped_at < long_ago)))


def compose(mail: Mail) -> EmailMessage:
    """The message: plain text first, then the same as HTML, then as a calendar file where a visit has a day; a way to unsubscribe.

    Raises Refused for an address that is none.
    """
    message = EmailMessage(policy=UNFOLDED)
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = _address(mail)
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    sender = parseaddr(current_app.config["MAIL_FROM"])[1]
    message["Message-ID"] = f"<berguru-{mail.id}@{sender.rpartition('@')[2] or 'berguru.invalid'}>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.user_id:
        message["List-Unsubscribe"] = f"<{unsubscribe.link(mail.user_id, mail.kind)}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    message.add_alternative(mail.html or _as_html(mail), subtype="html")
    if mail.calendar:
        _add_calendar(message, mail.calendar)
    return message


def _address(mail: Mail) -> Address:
    try:
        return Address(addr_spec=mail.to_address)
    except (ValueError, MessageError) as error:
        raise Refused("Ini bukan alamat surel.") from error


def _add_calendar(message: EmailMessage, calendar: str) -> None:
    """Beside the text, not below it: Outlook takes only such a part for an invitation (RFC 6047); the method stands beside the type."""
    method = METHOD.search(calendar)[1]
    params = {"method": method, "charset": "utf-8", "component": "VEVENT"}
    message.add_alternative(calendar.encode(), "text", "calendar", params=params)


def _as_html(mail: Mail) -> str:
    paragraphs = [LINK.sub(r'<a href="\1">\1</a>', escape(part)).replace("\n", "<br>") for part in mail.text.strip().split("\n\n")]
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{escape(mail.subject)}</title></head>'
        f'<body style="font-family:sans-serif;line-height:1.5;max-width:36em">{body}</body></html>'
    )


def subject_line(text: str) -> str:
    """A header holds no line breaks, whatever was typed, and no more than a mailbox shows."""
    return " ".join(text.split())[:200]
