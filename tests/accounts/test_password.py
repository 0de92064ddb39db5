"""Forgotten, reset and changed passwords."""

import re
from datetime import timedelta

import pytest

from kb.accounts import passwords, queries
from kb.accounts.models import User
from kb.core.db import db
from tests.accounts.makers import PASSWORD, sign_in

NEW = "kopi pagi di mesuji"


def body(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def link_of(mail) -> str:
    return re.search(r"https?://[^/\s]+(/lupa-sandi/\S+)", body(mail)).group(1)


def ask_link(client, mailbox, email) -> str:
    client.post("/lupa-sandi", data={"email": email})
    return link_of(mailbox()[-1])


def test_a_forgotten_password_is_set_anew_through_the_mail(client, mailbox, with_password):
    page = client.post("/lupa-sandi", data={"email": with_password.email})
    assert "Jika alamat itu terdaftar" in page.text
    (mail,) = mailbox()
    assert (mail["To"], mail["Subject"]) == (with_password.email, "Atur ulang kata sandi Berguru")
    assert "berlaku 3 hari" in body(mail)
    address = link_of(mail)
    assert client.get(address).status_code == 200
    done = client.post(address, data={"password": NEW, "password_confirm": NEW})
    assert done.location == "/masuk"
    assert "Silakan masuk dengan kata sandi baru" in client.get("/masuk").text
    assert sign_in(client, with_password.email, PASSWORD).status_code == 422
    assert sign_in(client, with_password.email, NEW).status_code == 302
    assert "baru saja diganti" in body(mailbox()[1])


def test_the_page_looks_the_same_for_an_unknown_address(client, mailbox, cast):
    known = client.post("/lupa-sandi", data={"email": cast.host_member.email})
    unknown = client.post("/lupa-sandi", data={"email": "tidak.ada@contoh.example"})
    assert known.status_code == unknown.status_code == 200
    assert known.text.replace(cast.host_member.email, "X") == unknown.text.replace("tidak.ada@contoh.example", "X")
    assert [mail["To"] for mail in mailbox()] == [cast.host_member.email]


@pytest.mark.parametrize("typed", ["", "bukan-alamat", "a@b@c"])
def test_an_unreadable_address_is_said_to_be_so(client, mailbox, typed):
    answer = client.post("/lupa-sandi", data={"email": typed})
    assert answer.status_code == 422 and "Alamat surel tidak benar" in answer.text and not mailbox()


def test_a_mailbox_cannot_be_flooded_with_reset_mails(client, mailbox, cast):
    codes = [client.post("/lupa-sandi", data={"email": cast.host_member.email}).status_code for _ in range(6)]
    assert codes == [200] * 4 + [429] * 2 and len(mailbox()) == 4


def test_a_forged_host_does_not_get_into_the_mail(app, client, mailbox, cast):
    client.post("/lupa-sandi", data={"email": cast.host_member.email}, headers={"Host": "jahat.example"})
    (mail,) = mailbox()
    assert "jahat" not in mail.as_string() and app.config["BASE_URL"] in body(mail)


def test_a_reset_link_works_once(client, mailbox, with_password):
    address = ask_link(client, mailbox, with_password.email)
    client.post(address, data={"password": NEW, "password_confirm": NEW})
    again = client.post(address, data={"password": "lain lagi ya", "password_confirm": "lain lagi ya"})
    assert again.location == "/lupa-sandi"
    assert "tidak berlaku atau sudah dipakai" in client.get("/lupa-sandi").text
    assert client.get("/lupa-sandi/rusak").location == "/lupa-sandi"


def test_a_reset_link_runs_out(app, client, mailbox, with_password, monkeypatch):
    address = ask_link(client, mailbox, with_password.email)
    monkeypatch.setitem(app.config, "SECURITY_RESET_PASSWORD_WITHIN", timedelta(seconds=-1))
    assert client.get(address).location == "/lupa-sandi"
    assert "sudah lewat" in client.get("/lupa-sandi").text


def test_a_reset_ends_every_session(client, mailbox, cast, with_password):
    address = ask_link(client, mailbox, with_password.email)
    assert cast.host_member.client.get("/akun").status_code == 200
    client.post(address, data={"password": NEW, "password_confirm": NEW})
    assert cast.host_member.client.get("/akun").status_code == 302


def test_a_reset_frees_an_account_that_was_held_up(client, mailbox, with_password):
    for _ in range(9):
        sign_in(client, with_password.email, "salah-sama-sekali")
    address = ask_link(client, mailbox, with_password.email)
    client.post(address, data={"password": NEW, "password_confirm": NEW})
    assert sign_in(client, with_password.email, NEW).status_code == 302


def test_a_first_password_is_set_through_the_same_kind_of_link(app, client, cast):
    with app.app_context():
        user = db.session.get(User, cast.host_member.id)
        user.password = None
        db.session.commit()
        address = queries.set_password_link(user).removeprefix(app.config["BASE_URL"])
    assert client.get(address).status_code == 200
    client.post(address, data={"password": NEW, "password_confirm": NEW})
    assert sign_in(client, cast.host_member.email, NEW).status_code == 302


@pytest.mark.parametrize(
    ("password", "again", "message"),
    [
        ("pendek", "pendek", passwords.TOO_SHORT),
        (NEW, "bukan yang sama", "Kedua kata sandi tidak sama."),
        ("host_member@contoh.example", "host_member@contoh.example", passwords.IS_EMAIL),
        ("HOST_MEMBER", "HOST_MEMBER", passwords.IS_EMAIL),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", passwords.TOO_PLAIN),
        ("a b" * 100, "a b" * 100, "Terlalu panjang"),
        ("", "", "wajib diisi"),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(client, mailbox, cast, password, again, message):
    address = ask_link(client, mailbox, cast.host_member.email)
    answer = client.post(address, data={"password": password, "password_confirm": again})
    assert answer.status_code == 422 and message in answer.text


def test_changing_the_password_keeps_me_in_and_others_out(client, mailbox, cast, with_password):
    sign_in(client, with_password.email)
    form = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert client.get("/ubah-sandi").status_code == 200
    assert client.post("/ubah-sandi", data=form).location == "/akun"
    assert "Kata sandi sudah diganti" in client.get("/akun").text
    assert cast.host_member.client.get("/akun").status_code == 302
    assert [mail["Subject"] for mail in mailbox()] == ["Kata sandi Berguru Anda sudah diganti"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"password": "bukan-yang-lama"}, "Kata sandi tidak cocok."),
        ({"password": ""}, "Isi kata sandi."),
        ({"new_password_confirm": "lain"}, "Kedua kata sandi tidak sama."),
        ({"new_password": PASSWORD, "new_password_confirm": PASSWORD}, "harus berbeda"),
        ({"new_password": "pendek", "new_password_confirm": "pendek"}, passwords.TOO_SHORT),
    ],
)
def test_a_faulty_change_is_refused_with_the_reason(client, mailbox, with_password, changed, message):
    sign_in(client, with_password.email)
    form = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW, **changed}
    answer = client.post("/ubah-sandi", data=form)
    assert answer.status_code == 422 and message in answer.text and not mailbox()
