"""Accounts that are made by commands."""

import pytest

from kb.accounts import queries, seed
from kb.accounts.identity import email, nip, phone, whatsapp
from kb.accounts.models import User
from kb.core.db import db
from kb.core.errors import Invalid


@pytest.fixture
def demo(app, monkeypatch):
    monkeypatch.setitem(app.config, "KB_ENV", "demo")


def test_the_demo_has_its_six_accounts_and_a_second_setup_changes_nothing(app, demo, client):
    with app.app_context():
        assert len(seed.demo_accounts()) == 6
        db.session.commit()
        queries.by_email("anggota@mesuji.example").name = "Nama Baru"
        db.session.commit()
        assert seed.demo_accounts() == []
        assert queries.by_email("anggota@mesuji.example").name == "Nama Baru"
        manager = queries.by_email("pengelola@tubaba.example")
        assert (manager.office.region_code, manager.role, manager.position) == ("18.12", "manager", "data contoh")
        assert manager.office.joined_at is not None
        assert queries.by_email("admin@berguru.example").office.slug == "redaksi"
    for address, *_ in seed.DEMO_ACCOUNTS:
        assert client.post("/masuk", data={"email": address, "password": "belajar-bersama"}).location == "/beranda"
        client.post("/keluar")


def test_outside_the_demo_no_demo_account_is_made(app, db_ctx):
    with db_ctx():
        assert seed.demo_accounts() == []
        assert db.session.query(User).count() == 0


def test_the_first_admin_is_made_by_command(db_ctx):
    with db_ctx():
        admin = seed.create_admin("Kepala@Berguru.example", "Kepala", "kopi pagi di jakarta")
        assert (admin.email, admin.role, admin.office.slug) == ("kepala@berguru.example", "admin", "redaksi")
        with pytest.raises(Invalid):
            seed.create_admin("kepala@berguru.example", "Lain", "kopi pagi di jakarta")
        with pytest.raises(Invalid):
            seed.create_admin("lain@berguru.example", "Lain", "pendek")


@pytest.mark.parametrize(
    ("typed", "read"),
    [("0812-3456-7890", "+6281234567890"), ("+62 (812) 3456.7890", "+6281234567890"), ("+65 6123 4567", "+6561234567")],
)
def test_telephone_numbers_get_one_form(typed, read):
    assert phone(typed) == read
    assert whatsapp(read) == f"https://wa.me/{read[1:]}"


@pytest.mark.parametrize(("read", "typed"), [(phone, "12"), (phone, "+0812345678"), (nip, "9" * 18), (nip, "1" * 17), (email, "a@b")])
def test_what_cannot_be_read_is_refused(read, typed):
    with pytest.raises(Invalid):
        read(typed)
