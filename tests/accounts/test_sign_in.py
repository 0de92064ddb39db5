"""Signing in and out, and what a stranger can learn from it."""

from urllib.parse import urljoin

import pytest

from kb.accounts.models import User
from kb.core.db import db
from tests.accounts.makers import PASSWORD, sign_in
from tests.accounts.test_two_step import enrol, later_code  # noqa: F401 (a fixture)


def test_a_person_signs_in_and_lands_on_the_dashboard(client, with_password):
    answer = sign_in(client, with_password.email)
    assert (answer.status_code, answer.location) == (302, "/beranda")
    assert client.get("/akun").status_code == 200


def test_a_device_is_remembered_only_when_asked_and_until_the_password_changes(app, client, with_password):
    sign_in(client, with_password.email)
    assert client.get_cookie("remember_token") is None
    client.post("/keluar")
    sign_in(client, with_password.email, remember="y")
    cookie = client.get_cookie("remember_token")
    assert cookie.http_only and cookie.same_site == "Lax"
    client.delete_cookie("session")
    assert client.get("/akun").status_code == 200
    with app.app_context():
        db.session.get(User, with_password.id).fs_uniquifier = "lain"
        db.session.commit()
    assert client.get("/akun").status_code == 302


def test_the_address_may_be_written_in_capitals(client, with_password):
    assert sign_in(client, f"  {with_password.email.upper()} ").status_code == 302


def test_who_wanted_a_page_gets_it_after_signing_in(client, with_password):
    asked = client.get("/akun")
    assert asked.location == "/masuk?next=/akun"
    assert 'value="/akun"' in client.get(asked.location).text
    assert sign_in(client, with_password.email, next="/akun").location == "/akun"


@pytest.mark.parametrize(
    "address",
    ["https://jahat.example/", "//jahat.example", "/\\jahat.example", "\\\\jahat.example", "https:jahat.example", "javascript:alert(1)",
     "////jahat.example", "http://localhost@jahat.example/", " //jahat.example", "\t//jahat.example", "data:text/html,x"],
)  # fmt: skip
def test_signing_in_never_leads_to_another_site(client, with_password, address):
    in_form = sign_in(client, with_password.email, next=address)
    client.post("/keluar")
    in_address = client.post("/masuk", query_string={"next": address}, data={"email": with_password.email, "password": PASSWORD})
    for answer in (in_form, in_address):
        reached = urljoin("http://localhost/masuk", answer.location.replace("\\", "/"))
        assert answer.status_code == 302 and reached.startswith("http://localhost/")


def test_a_wrong_password_and_an_unknown_address_look_the_same(client, with_password):
    wrong = sign_in(client, with_password.email, "bukan-kata-sandinya")
    unknown = sign_in(client, "tidak.ada@contoh.example", "bukan-kata-sandinya")
    assert wrong.status_code == unknown.status_code == 422
    assert "Surel atau kata sandi tidak cocok." in wrong.text
    assert wrong.text.replace(with_password.email, "X") == unknown.text.replace("tidak.ada@contoh.example", "X")


def test_an_inactive_person_gets_the_same_answer_too(app, client, with_password):
    with app.app_context():
        db.session.get(User, with_password.id).active = False
        db.session.commit()
    answer = sign_in(client, with_password.email)
    assert answer.status_code == 422
    assert "Surel atau kata sandi tidak cocok." in answer.text and "tidak aktif" not in answer.text


def test_a_person_without_password_cannot_sign_in_with_an_empty_one(app, client, cast):
    with app.app_context():
        db.session.get(User, cast.host_member.id).password = None
        db.session.commit()
    for password in ("", "None", "!"):
        assert sign_in(client, cast.host_member.email, password).status_code == 422


def test_the_address_stays_typed_and_the_password_does_not(client, with_password):
    page = sign_in(client, with_password.email, "bukan-kata-sandinya").text
    assert with_password.email in page and "bukan-kata-sandinya" not in page
    assert "<title>Kesalahan: Masuk" in page


@pytest.mark.parametrize(
    "values",
    [{}, {"email": "x"}, {"email": "a" * 10_000, "password": "b" * 10_000}, {"email": "a\x00b@c.example", "password": "\x00"},
     {"email": "😀@😀", "password": "x"}],
)  # fmt: skip
def test_odd_input_is_refused_calmly(client, values):
    assert client.post("/masuk", data=values).status_code == 422


def test_json_is_not_read(client, with_password):
    for values in ({"email": [1], "password": {"a": 1}}, {"email": with_password.email, "password": PASSWORD}):
        answer = client.post("/masuk", json=values)
        assert answer.status_code == 400 and answer.mimetype == "text/html"


def test_a_link_cannot_sign_anybody_out(cast):
    client = cast.host_member.client
    page = client.get("/keluar")
    assert "Keluar dari Berguru?" in page.text
    assert client.get("/akun").status_code == 200
    assert client.post("/keluar").location == "/"
    assert client.get("/akun").status_code == 302


def test_signing_out_twice_is_no_error(client):
    assert client.post("/keluar").status_code == 302
    assert "Anda sudah keluar" in client.get("/keluar").text


def test_who_is_signed_in_is_sent_on_from_the_sign_in_page(cast):
    assert cast.host_member.client.get("/masuk").location == "/beranda"


def test_demo_accounts_are_not_shown_outside_the_demo(client):
    page = client.get("/masuk").text
    assert "belajar-bersama" not in page and "mesuji.example" not in page


def test_passwords_are_kept_as_argon2(app, with_password):
    with app.app_context():
        assert db.session.get(User, with_password.id).password.startswith("$argon2id$")


def test_the_library_offers_no_registration_and_no_english_extras(client):
    for address in ("/register", "/login", "/reset", "/fs-static/x", "/tf-setup", "/daftar"):
        assert client.get(address).status_code == 404
    for address in ("/masuk/bantuan", "/masuk/pilihan"):
        assert client.get(address).location.startswith("/masuk")


def test_signing_out_takes_the_copies_in_the_browser_along(cast):
    client = cast.host_member.client
    assert "Clear-Site-Data" not in client.get("/akun").headers
    assert client.post("/keluar").headers["Clear-Site-Data"] == '"cache"'
    assert "Clear-Site-Data" not in client.get("/").headers


def test_who_ends_the_own_account_is_signed_out_and_leaves_no_copies(cast):
    client = cast.host_manager.client
    client.post(f"/instansi-saya/orang/{cast.host_member.id}/peran", data={"role": "manager"})
    answer = client.post(f"/instansi-saya/orang/{cast.host_manager.id}/keluarkan", data={"successor": cast.host_member.id})
    assert (answer.location, answer.headers["Clear-Site-Data"]) == ("/", '"cache"')
    with client.session_transaction() as session:
        assert "_user_id" not in session
    assert "tidak lagi dapat masuk" in client.get("/").text


@pytest.mark.parametrize("step", ["password", "code", "spare code"])
def test_what_belongs_to_signing_in_is_kept_by_no_browser(client, with_password, later_code, step):  # noqa: F811
    pages = [client.get("/masuk"), client.get("/lupa-sandi"), sign_in(client, with_password.email, "salah-sama-sekali")]
    if step != "password":
        sign_in(client, with_password.email)
        enrol(client, later_code)
        pages += [client.get(address) for address in ("/ubah-sandi", "/akun/dua-langkah", "/akun/kode-cadangan", "/akun/konfirmasi")]
        client.post("/keluar")
        sign_in(client, with_password.email)
        pages.append(client.get("/masuk/kode" if step == "code" else "/masuk/kode-cadangan"))
    assert {page.status_code for page in pages} == {200, 422}
    assert [page.headers.getlist("Cache-Control") for page in pages] == [["no-store"]] * len(pages)
