"""Outgoing mail: queued in the database with the change it tells of; `sending.py` sends it."""

import re
from base64 import b64encode
from contextlib import suppress
from datetime import timedelta
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, getaddresses
from html import escape
from uuid import uuid4

from flask import current_app
from flask_security import MailUtil
from sqlalchemy import delete, insert, or_, select

from kb.core import clock, events
from kb.core.cleaning import FORBIDDEN, clean_line, plain_ends
from kb.core.db import db
from kb.core.events import Refused
from kb.core.viewer import current_viewer
from kb.notifications import unsubscribe
from kb.notifications.models import Mail

LINK = re.compile(r"(https?://[^\s<]+)")
METHOD = re.compile(r"^METHOD:([A-Z]+)", re.M)
KEPT = timedelta(days=90)
# What parts have for headers is ours; their lines may be as long as RFC 5322 allows.
UNFOLDED = policy.default.clone(max_line_length=998)
# Dots between atoms, one @. Quoted names are none of ours (`identity.email` refuses them).
ATOM = r'[^\s."(),:;<>@\[\\\]\x00-\x1f\x7f-\x9f]+'
ADDRESS = re.compile(rf"{ATOM}(?:\.{ATOM})*@{ATOM}(?:\.{ATOM})*")
# RFC 2047: how words in other letters are written in a header. So many bytes of UTF-8 fit into one such word of 75 characters.
CODED = "=?utf-8?b?"
BYTES_OF_A_WORD = 45
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
    written = {"key": key, "to_address": to_address, "subject": subject_line(subject), "text": _plain(text), "created_at": clock.now()}
    if html := values.get("html"):
        values["html"] = _plain(html)
    return {"user_id": None, "kind": None, "html": None, "calendar": None, "is_secret": False} | written | values


def _plain(text: str) -> str:
    """Without what no table, or no mail, can hold."""
    return FORBIDDEN.sub("", plain_ends(text))


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


class Header(str):
    """A header exactly as it is sent. Given plain text instead, the email package decodes it, and up to Python 3.11 and in older
    Debians writes the line breaks it finds in there: a title would begin headers and a body of its own."""

    def __new__(cls, name: str, value: str):
        header = super().__new__(cls, " ".join(FORBIDDEN.sub(" ", value).split()))
        header.name = name
        return header

    def fold(self, *, policy: policy.EmailPolicy) -> str:
        """The line, as the email package asks for it; coded words stand on lines of their own."""
        return f"{self.name}: {self.replace(f' {CODED}', f'{policy.linesep} {CODED}')}{policy.linesep}"


def compose(mail: Mail) -> EmailMessage:
    """The message: plain text first, then the same as HTML, then as a calendar file where a visit has a day; a way to unsubscribe.

    Raises Refused for an address that is none.
    """
    message = EmailMessage(policy=UNFOLDED.clone(utf8=not mail.to_address.isascii()))
    for name, value in _headers(mail).items():
        message[name] = Header(name, value)
    message.set_content(mail.text)
    message.add_alternative(mail.html or _as_html(mail), subtype="html")
    if mail.calendar:
        _add_calendar(message, mail.calendar)
    return message


def _headers(mail: Mail) -> dict[str, str]:
    if not ADDRESS.fullmatch(mail.to_address) or "=?" in mail.to_address or FORBIDDEN.search(mail.to_address):
        raise Refused("Ini bukan alamat surel.")
    name, address = sender()
    headers = {
        "From": formataddr((name, address)) if coded(name) == name else f"{coded(name)} <{address}>",
        "To": mail.to_address,
        "Subject": coded(subject_line(mail.subject)),
        "Date": format_datetime(mail.created_at),
        "Message-ID": f"<berguru-{mail.id}@{address.rpartition('@')[2] or 'berguru.invalid'}>",
        "Auto-Submitted": "auto-generated",
    }
    if mail.user_id:
        headers["List-Unsubscribe"] = f"<{unsubscribe.link(mail.user_id, mail.kind)}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def sender() -> tuple[str, str]:
    """Our name and address. An administrator may have written the name in code already, or with a comma."""
    name, address = (getaddresses([current_app.config["MAIL_FROM"]]) or [("", "")])[-1]
    with suppress(ValueError, LookupError, MessageError):
        name = str(make_header(decode_header(name)))
    return subject_line(name), address


def coded(text: str) -> str:
    """People's words for a header: plain when they are, else in code, so that nothing they wrote is read as code."""
    if text.isascii() and text.isprintable() and "=?" not in text:
        return text
    words = [b""]
    for letter in map(str.encode, text):
        if len(words[-1]) + len(letter) > BYTES_OF_A_WORD:
            words.append(b"")
        words[-1] += letter
    return " ".join(f"{CODED}{b64encode(word).decode()}?=" for word in words)


def _add_calendar(message: EmailMessage, calendar: str) -> None:
    """Beside the text, not below it: Outlook takes only such a part for an invitation (RFC 6047); the method stands beside the type."""
    method = METHOD.search(calendar)[1]
    params = {"method": method, "charset": "utf-8", "component": "VEVENT"}
    message.add_alternative(calendar.encode(), "text", "calendar", params=params)


def _as_html(mail: Mail) -> str:
    paragraphs = [LINK.sub(r'<a href="\1">\1</a>', escape(part)).replace("\n", "<br>") for part in mail.text.strip().split("\n\n")]
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(mail.subject)}</title></head>"
        f'<body style="font-family:sans-serif;line-height:1.5;max-width:36em;overflow-wrap:anywhere">{body}</body></html>'
    )


def subject_line(text: str) -> str:
    """A header holds no line breaks, whatever was typed, and no more than a mailbox shows."""
    return " ".join((clean_line(text) or "").split())[:200]
