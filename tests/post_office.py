"""A real SMTP server on loopback that can be told how to behave, for every test of mails."""

import asyncio
import email
import socket
import threading
from contextlib import contextmanager
from email import policy

from aiosmtpd.controller import Controller

from kb.notifications import sending


class PostOffice:
    """What an SMTP server does with each mail. `mood` says how; `received` holds what it answered "250" to, `raw` the same as bytes,
    `addressed` to whom; it dies of `poison`."""

    def __init__(self):
        self.mood = "accepts"
        self.poison = b""
        self.received = []
        self.raw = []
        self.addressed = []
        self.conversations = 0
        self.go_on = threading.Event()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        self.conversations += 1
        if self.mood == "refuses":
            return "550 5.1.1 Alamat tidak dikenal"
        if self.mood == "is busy":
            return "451 4.3.0 Coba lagi nanti"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.mood == "hangs":
            await asyncio.sleep(2)
        if self.mood == "dislikes it":
            return "554 5.6.0 Isi ditolak"
        while self.mood == "takes its time" and not self.go_on.is_set():
            await asyncio.sleep(0.01)
        if self.mood in ("hangs", "dies") or (self.poison and self.poison in envelope.content):
            server.transport.abort()
            return "451 tidak sampai"
        self.raw.append(envelope.content)
        self.addressed.append(envelope.rcpt_tos)
        self.received.append(email.message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    async def handle_QUIT(self, server, session, envelope):
        return "421 Sampai jumpa" if self.mood == "is rude at the end" else "221 Bye"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextmanager
def open_for(app, monkeypatch):
    """A server that listens; the app sends through it."""
    office = PostOffice()
    controller = Controller(office, hostname="127.0.0.1", port=free_port())
    controller.start()
    monkeypatch.setitem(app.config, "MAIL_HOST", "127.0.0.1")
    monkeypatch.setitem(app.config, "MAIL_PORT", controller.port)
    monkeypatch.setitem(app.config, "MAIL_TLS", "none")
    monkeypatch.setattr(sending, "TIMEOUT_SECONDS", 0.5)
    yield office
    office.go_on.set()
    controller.stop()
