"""Sending what is in the outbox, over SMTP or, without a server, into a folder.

A mail is sent at least once: a worker killed between the server's "250" and our commit sends it again, with the same Message-ID.
Whether its receiver may still read what it tells is asked again when it goes out, since a mail may have waited for days.
"""

import re
import smtplib
import ssl
from contextlib import closing, suppress
from email.message import EmailMessage
from pathlib import Path

from flask import current_app

from kb.accounts.models import User
from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Away, Event, Refused
from kb.core.viewer import viewer_of
from kb.notifications import choices, digest, mail, subjects
from kb.notifications.models import Mail

TIMEOUT_SECONDS = 20
PERMANENT = 500
# The key that `telling.tell` gives a mail: the event, the person, and a number if there are several.
OF_EVENT = re.compile(r"event:(\d+):(\d+)(?::\d+)?")


@events.on("mail", "mail.queued", remote=True)
def send(event: Event) -> None:
    """Really send a queued mail, while its receiver may read it. Raises what the server answers; the delivery is tried again."""
    found = db.session.get(Mail, event.subject_id)
    if found is None or found.sent_at is not None:
        return
    _review(found)
    if found.dropped_at is not None:
        return
    message = mail.compose(found)
    db.session.commit()  # nothing may stay locked while the server takes its time
    if current_app.config["MAIL_HOST"]:
        _over_smtp(message)
    else:
        _into_folder(found, message)
    found.sent_at = clock.now()
    if found.is_secret:
        found.text = ""


def _review(found: Mail) -> None:
    """Drop what its receiver may not read any more; of a digest only that part."""
    if found.kind == choices.DIGEST:
        digest.review(found)
    elif told := OF_EVENT.fullmatch(found.key):
        event, user = db.session.get(Event, int(told[1])), db.session.get(User, int(told[2]))
        if not _may_read(user, event):
            mail.drop(found)


def _may_read(user: User | None, event: Event) -> bool:
    return user is not None and user.active and not user.is_removed and subjects.sight(event)(viewer_of(user))


def _over_smtp(message: EmailMessage) -> None:
    """Raises Refused for what the server will never take, Away when it takes no mail at all; anything else is this mail's own trouble."""
    try:
        _talk(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))  # a mail of ours has one
        if code >= PERMANENT:
            raise Refused(_said("Layanan surel menolak alamatnya", code, words)) from error
        raise
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= PERMANENT:
            raise Refused(_said("Layanan surel menolak isinya", error.smtp_code, error.smtp_error)) from error
        raise
    except (smtplib.SMTPException, OSError) as error:  # no connection, no greeting, no sign-in, or it broke off
        raise Away(f"Layanan surel tidak menjawab: {error}") from error


def _said(what: str, code: int, words: bytes | str) -> str:
    return f"{what}: {code} {words.decode(errors='replace') if isinstance(words, bytes) else words}"


def _talk(message: EmailMessage) -> None:
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
        _hand_over(server, message)
        with suppress(smtplib.SMTPException, OSError):  # the mail is accepted, however the goodbye ends
            server.quit()


def _hand_over(server: smtplib.SMTP, message: EmailMessage) -> None:
    """To whom is said as it stands in the header, not as a reader of headers would understand it."""
    try:
        server.send_message(message, mail.sender()[1], [message["To"]])
    except smtplib.SMTPNotSupportedError as error:  # the trouble of this address alone: others need not wait for it
        raise Refused("Layanan surel tidak mengenal alamat dengan huruf selain A sampai Z.") from error


def _into_folder(found: Mail, message: EmailMessage) -> None:
    folder = Path(current_app.config["MAIL_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{found.id:06d}.part"
    part.write_bytes(message.as_bytes())
    part.replace(folder / f"{found.id:06d}.eml")
