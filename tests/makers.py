"""Plain makers of real rows, for every test."""

from dataclasses import dataclass
from functools import cached_property
from uuid import uuid4

from flask import Flask, current_app
from sqlalchemy import select

from kb.accounts.models import User
from kb.core import clock
from kb.core.db import db
from kb.core.viewer import Viewer, viewer_of
from kb.offices import seed
from kb.offices.models import Office
from kb.visits import openness
from kb.visits.models import OpenSession

# A real argon2 hash of "belajar-bersama" costs 50 ms each; tests that sign in by password set their own.
NO_PASSWORD = "!"


def seed_world() -> None:
    """Regions, offices and published index values, as `flask kb setup` loads them."""
    seed.seed()
    db.session.commit()


def office(code: str) -> Office:
    """The office of a region code, or the editorial office by `redaksi`."""
    where = Office.slug == "redaksi" if code == "redaksi" else Office.region_code == code
    return db.session.scalars(select(Office).where(where)).one()


def make_user(office: str = "18.11", role: str = "member", name: str = "Orang Contoh", email: str = "", **values) -> User:
    """A person of an office (region code or `redaksi`), active, in the session but not committed. The office has joined."""
    home = globals()["office"](office)
    home.joined_at = home.joined_at or clock.now()
    user = User(
        name=name,
        email=email or f"{uuid4().hex[:10]}@contoh.example",
        position="Pranata Komputer",
        office_id=home.id,
        role=role,
        active=True,
        password=NO_PASSWORD,
        fs_uniquifier=uuid4().hex,
        **values,
    )
    db.session.add(user)
    db.session.flush()
    return user


@dataclass
class Person:
    """Somebody who uses the product, as a test speaks of them; `client` holds their session, as after signing in."""

    app: Flask
    viewer: Viewer
    email: str | None = None
    session_id: str = ""

    @property
    def id(self) -> int | None:
        return self.viewer.user_id

    @property
    def office_id(self) -> int | None:
        return self.viewer.office_id

    @cached_property
    def client(self):
        return signed_in(self.app, self.session_id) if self.session_id else self.app.test_client()


def person(user: User) -> Person:
    """A user whose row is committed, for use after its session has ended."""
    return Person(current_app._get_current_object(), viewer_of(user), user.email, user.fs_uniquifier)


# Who plays in the tests: office and role.
CAST = {
    "host_manager": ("18.11", "manager"),
    "host_member": ("18.11", "member"),
    "guest_manager": ("18.10", "manager"),
    "guest_member": ("18.10", "member"),
    "outsider": ("18.12", "manager"),
    "admin": ("redaksi", "admin"),
}


def make_cast() -> dict[str, Person]:
    """The people of the cast, by part; Mesuji receives at the usual hours. Commits."""
    people = {
        part: make_user(office=code, role=role, name=part.replace("_", " ").title(), email=f"{part}@contoh.example")
        for part, (code, role) in CAST.items()
    }
    open_hours(office("18.11"))
    db.session.commit()
    return {part: person(user) for part, user in people.items()}


def open_hours(office: Office) -> None:
    """The office has joined and says that it receives at the usual hours, as a manager who saves the form as proposed. Not committed."""
    office.joined_at = office.joined_at or clock.now()
    settings = openness.of(office)
    if settings.id is None:
        settings.sessions = [
            OpenSession(weekday=weekday, starts=session.starts, ends=session.ends)
            for weekday, sessions in openness.proposed_sessions(settings).items()
            for session in sessions
        ]
        db.session.add(settings)
        db.session.flush()


def signed_in(app, session_id: str):
    """A client that holds the session of a person, as after signing in."""
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = session_id
        session["_fresh"] = True
    return client
