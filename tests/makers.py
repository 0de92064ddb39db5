"""Plain makers of real rows, for every test."""

from uuid import uuid4

from sqlalchemy import select

from kb.accounts.models import User
from kb.core import clock
from kb.core.db import db
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
