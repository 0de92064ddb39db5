"""Accounts that do not come through the front door: the demo's, and the first admin's."""

from flask import current_app

from kb.accounts import queries, service
from kb.accounts.models import User
from kb.core.errors import Invalid
from kb.core.viewer import ANONYMOUS
from kb.offices import queries as offices
from kb.offices import service as office_service
from kb.offices.models import Office

DEMO_PASSWORD = "belajar-bersama"
DEMO_POSITION = "data contoh"

# (address, name, office by region code or slug, role)
DEMO_ACCOUNTS = (
    ("pengelola@mesuji.example", "Pengelola Contoh Mesuji", "18.11", "manager"),
    ("anggota@mesuji.example", "Anggota Contoh Mesuji", "18.11", "member"),
    ("pengelola@pringsewu.example", "Pengelola Contoh Pringsewu", "18.10", "manager"),
    ("anggota@pringsewu.example", "Anggota Contoh Pringsewu", "18.10", "member"),
    ("pengelola@tubaba.example", "Pengelola Contoh Tulang Bawang Barat", "18.12", "manager"),
    ("admin@berguru.example", "Admin Contoh Berguru", "redaksi", "admin"),
)


def demo_accounts() -> list[User]:
    """Create the demo accounts that are missing; returns those created. Does nothing outside the demo."""
    if current_app.config["KB_ENV"] != "demo":
        return []
    return [_demo_account(*account) for account in DEMO_ACCOUNTS if queries.by_email(account[0]) is None]


def _demo_account(email: str, name: str, code: str, role: str) -> User:
    office = _office(code)
    if office.joined_at is None:
        office_service.join(office, ANONYMOUS)
    return service.new_user(name=name, email=email, office_id=office.id, role=role, position=DEMO_POSITION, password=DEMO_PASSWORD)


def create_admin(email: str, name: str, password: str) -> User:
    """Create an admin in the editorial office. Raises Invalid for a taken address or a weak password."""
    service.check_password(password, email)
    return service.new_user(name=name, email=email, office_id=_office("redaksi").id, role="admin", password=password)


def _office(code: str) -> Office:
    office = offices.by_code(code)
    if office is None:
        raise Invalid(f"Instansi {code} belum ada. Jalankan `flask kb setup` dahulu.")
    return office
