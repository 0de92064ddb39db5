"""Makers of what accounts need: passwords, invitations, requests, letters."""

import io
from datetime import timedelta

from flask_security import hash_password

from kb.accounts.models import Invitation, JoinRequest, User
from kb.core import clock
from kb.core.db import db
from tests.makers import office

PASSWORD = "belajar-bersama-lagi"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def give_password(user_id: int, password: str = PASSWORD) -> None:
    """Let a person of the cast sign in by password. Commits."""
    db.session.get(User, user_id).password = hash_password(password)
    db.session.commit()


def make_invitation(invited_by_id: int, home: str = "18.11", email: str = "baru@contoh.example", **values) -> Invitation:
    """An open invitation. Commits."""
    values = {"role": "member", "expires_at": clock.now() + timedelta(days=3), **values}
    invitation = Invitation(office_id=office(home).id, email=email, invited_by_id=invited_by_id, **values)
    db.session.add(invitation)
    db.session.commit()
    return invitation


def make_request(home: str = "18.01", email: str = "calon@contoh.example", **values) -> JoinRequest:
    """A waiting request of a first manager. Commits."""
    values = {"name": "Calon Pengelola", "position": "Kepala Bidang", "reference": "G-TEST2345", **values}
    request = JoinRequest(office_id=office(home).id, email=email, **values)
    db.session.add(request)
    db.session.commit()
    return request


def letter(content: bytes = PDF, name: str = "surat.pdf") -> tuple:
    """An upload as the test client sends it."""
    return io.BytesIO(content), name


def sign_in(client, email: str, password: str = PASSWORD, **values):
    """Post the sign-in form."""
    return client.post("/masuk", data={"email": email, "password": password, **values})
