"""Outgoing mail: queued in the database with the change it tells of, sent by the worker over SMTP or, without a server, into a folder.

A mail is sent at least once: a worker killed between the server's "250" and our commit sends it again, with the same Message-ID.
"""

import re
import smtplib
import ssl
from contextlib import closing, suppress
from datetime import timedelta
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from html import escape
from pathlib import Path
from uuid import uuid4

from flask import current_app
from flask_security import MailUtil
from sqlalchemy import delete, select

from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Event
from kb.core.viewer import current_viewer
from kb.notifications import unsubscribe
from kb.notifications.models import Mail

TIMEOUT_SECONDS = 20
LINK = re.compile(r"(https?://[^\s<]+)")
METHOD = re.compile(r"^METHOD:([A-Z]+)", re.M)
KEPT = timedelta(days=90)
# RFC 5322's limit. With the usual 78 a long address in a header is written in a code that mail programs do not take for an address.
UNFOLDED = policy.default.clone(max_line_length=998)


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


def draft(key: str, to_address: str, subject: str, text: str, **values) -> Mail:
    """A mail that is not in the outbox yet."""
    return Mail(key=key, to_address=to_address, subject=_one_line(subject)[:200], text=text, created_at=clock.now(), **values)


def queue_all(mails: list[Mail]) -> None:
    """Put new mails into the outbox, in as few statements as one."""
    db.session.add_all(mails)
    events.record_all("mail.queued", mails, current_viewer())


def is_queued(key: str) -> bool:
    """Was a mail written under this key?"""
    return db.session.scalar(select(Mail.id).where(Mail.key == key)) is not None


@events.on("mail", "mail.queued", remote=True)
def send(event: Event) -> None:
    """Really send a queued mail. Raises what the server answers; the delivery is tried again."""
    mail = db.session.get(Mail, event.subject_id)
    if mail is None or mail.sent_at is not None:
        return
    message = compose(mail)
    db.session.commit()  # nothing may stay locked while the server takes its time
    if current_app.config["MAIL_HOST"]:
        _over_smtp(message)
    else:
        _into_folder(mail, message)
    mail.sent_at = clock.now()
    if mail.is_secret:
        mail.text = ""


def forget_old() -> None:
    """What was sent long ago is of no use any more, and holds addresses."""
    db.session.execute(delete(Mail).where(Mail.sent_at < clock.now() - KEPT))


def compose(mail: Mail) -> EmailMessage:
    """The message: plain text first, then the same as HTML, then as a calendar file where a visit has a day; a way to unsubscribe."""
    message = EmailMessage(policy=UNFOLDED)
    message["From"] = current_app.config["MAIL_FROM"]
    message["To"] = Address(addr_spec=mail.to_address)
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


def _one_line(text: str) -> str:
    """A header holds no line breaks, whatever was typed."""
    return " ".join(text.split())


def _over_smtp(message: EmailMessage) -> None:
    config = current_app.config
    host, port = config["MAIL_HOST"], config["MAIL_PORT"]
    if config["MAIL_TLS"] == "tls":
        server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    with closing(server):
        if config["MAIL_TLS"] == "starttls":
            server.starttls(context=ssl.create_default_context())
        if config["MAIL_USERNAME"]:
            server.login(config["MAIL_USERNAME"], config["MAIL_PASSWORD"])
        server.send_message(message)
        with suppress(smtplib.SMTPException, OSError):  # the mail is accepted, however the goodbye ends
            server.quit()


def _into_folder(mail: Mail, message: EmailMessage) -> None:
    folder = Path(current_app.config["MAIL_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{mail.id:06d}.part"
    part.write_bytes(message.as_bytes())
    part.replace(folder / f"{mail.id:06d}.eml")
