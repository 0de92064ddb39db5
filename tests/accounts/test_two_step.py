"""The second step: switched on with a real code, asked for at sign-in, replaced by spare codes, switched off."""

import re
import time

import pytest

from kb.accounts.models import User
from kb.core.db import db
from tests.accounts.makers import sign_in


@pytest.fixture
def member(client, with_password):
    """Signed in by password a moment ago, so that security settings open."""
    sign_in(client, with_password.email)
    return with_password


@pytest.fixture
def later_code(app, monkeypatch):
    """Codes as the app on the telephone shows them; each call is one time step later."""
    totp = app.extensions["security"].totp_factory
    start, calls = time.time(), []

    def code(secret: str) -> str:
        calls.append(1)
        monkeypatch.setattr(totp._totp, "now", staticmethod(lambda: start + 30 * len(calls)))
        return totp.generate_totp_password(secret)

    return code


def secret_in(client) -> str:
    with client.session_transaction() as session:
        return session["tf_totp_secret"]


def enrol(client, code) -> str:
    """Switch two-step sign-in on; returns the secret."""
    page = client.post("/akun/dua-langkah", data={"setup": "authenticator"})
    assert page.status_code == 200 and "data:image/svg+xml" in page.text
    action = re.search(r'action="(/akun/dua-langkah/[^"]+)"', page.text).group(1)
    secret = secret_in(client)
    assert client.post(action, data={"code": code(secret)}).location == "/akun"
    return secret


def test_switching_on_shows_a_picture_and_asks_for_a_code(client, member, later_code):
    assert "Mulai" in client.get("/akun/dua-langkah").text
    enrol(client, later_code)
    page = client.get("/akun").text
    assert "Masuk dua langkah sudah aktif" in page and "belum punya kode cadangan" in page
    assert "Matikan masuk dua langkah" in client.get("/akun/dua-langkah").text


def test_a_wrong_code_does_not_switch_it_on(app, client, member):
    page = client.post("/akun/dua-langkah", data={"setup": "authenticator"})
    action = re.search(r'action="(/akun/dua-langkah/[^"]+)"', page.text).group(1)
    assert client.post(action, data={"code": "000000"}).location == "/akun/dua-langkah"
    assert "Kode tidak cocok" in client.get("/akun/dua-langkah").text
    assert client.post("/akun/dua-langkah/rusak", data={"code": "000000"}).location == "/akun/dua-langkah"
    with app.app_context():
        assert not db.session.get(User, member.id).has_two_step


def test_the_password_alone_no_longer_opens_the_account(client, member, later_code):
    secret = enrol(client, later_code)
    client.post("/keluar")
    half = sign_in(client, member.email, next="/artikel")
    assert half.location.startswith("/masuk/kode")
    assert client.get("/akun").status_code == 302
    page = client.get(half.location)
    assert "kode enam angka" in page.text
    done = client.post(half.location, data={"code": later_code(secret)})
    assert done.location == "/artikel"
    assert client.get("/akun").status_code == 200


def test_a_code_is_good_once(client, member, later_code):
    secret = enrol(client, later_code)
    client.post("/keluar")
    sign_in(client, member.email)
    code = later_code(secret)
    assert client.post("/masuk/kode", data={"code": code}).status_code == 302
    client.post("/keluar")
    sign_in(client, member.email)
    answer = client.post("/masuk/kode", data={"code": code})
    assert answer.status_code == 422 and "sudah dipakai" in answer.text


def test_guessing_codes_is_throttled_even_across_sign_ins(client, member, later_code):
    secret = enrol(client, later_code)
    client.post("/keluar")
    sign_in(client, member.email)
    assert {client.post("/masuk/kode", data={"code": f"{n:06}"}).status_code for n in range(4)} == {422}
    client.post("/masuk", data={})
    sign_in(client, member.email)
    assert {client.post("/masuk/kode", data={"code": f"{n:06}"}).status_code for n in range(4)} == {422}
    assert client.post("/masuk/kode", data={"code": later_code(secret)}).status_code == 429


@pytest.mark.parametrize("code", ["", "abc", "1" * 500, "😀" * 6, "-12345"])
def test_an_odd_code_is_refused_calmly(client, member, later_code, code):
    enrol(client, later_code)
    client.post("/keluar")
    sign_in(client, member.email)
    assert client.post("/masuk/kode", data={"code": code}).status_code == 422


def test_a_spare_code_opens_once_when_the_telephone_is_lost(client, member, later_code):
    enrol(client, later_code)
    codes = re.findall(r"<code>([0-9a-f-]{14})</code>", client.post("/akun/kode-cadangan").text)
    assert len(codes) == 8
    assert "tersisa: 8" in client.get("/akun").text
    assert codes[0] in client.get("/akun/kode-cadangan?show_codes=1").text
    client.post("/keluar")
    sign_in(client, member.email)
    assert "Setiap kode" in client.get("/masuk/kode-cadangan").text
    assert client.post("/masuk/kode-cadangan", data={"code": "0000-0000-0000"}).status_code == 422
    assert client.post("/masuk/kode-cadangan", data={"code": codes[0]}).location == "/beranda"
    client.post("/keluar")
    sign_in(client, member.email)
    assert client.post("/masuk/kode-cadangan", data={"code": codes[0]}).status_code == 422


def test_spare_codes_and_secrets_are_not_readable_in_the_database(app, client, member, later_code):
    enrol(client, later_code)
    codes = re.findall(r"<code>([0-9a-f-]{14})</code>", client.post("/akun/kode-cadangan").text)
    with app.app_context():
        user = db.session.get(User, member.id)
        assert not set(codes) & set(user.mf_recovery_codes)
        assert '"enckey"' in user.tf_totp_secret and '"key"' not in user.tf_totp_secret


def test_no_page_of_the_second_step_opens_without_the_first(client):
    for address in ("/masuk/kode", "/masuk/kode-cadangan"):
        for answer in (client.get(address), client.post(address, data={"code": "123456"})):
            assert answer.location == "/masuk"
    assert client.get("/akun/dua-langkah").location.startswith("/masuk")


def test_it_can_be_switched_off(client, member, later_code):
    enrol(client, later_code)
    assert client.post("/akun/dua-langkah", data={"setup": "disable"}).location == "/akun"
    assert "sudah dimatikan" in client.get("/akun").text
    client.post("/keluar")
    assert sign_in(client, member.email).location == "/beranda"


def test_an_old_session_must_repeat_the_password_first(client, member):
    with client.session_transaction() as session:
        session["fs_paa"] = time.time() - 3600
        session.pop("fs_gexp", None)
    asked = client.get("/akun/dua-langkah")
    assert asked.location.startswith("/akun/konfirmasi")
    assert "Ketik kata sandi sekali lagi" in client.get(asked.location).text
    assert client.post(asked.location, data={"password": "salah-sekali"}).status_code == 422
    assert client.post(asked.location, data={"password": "belajar-bersama-lagi"}).location.startswith("/akun/dua-langkah")
    assert client.get("/akun/dua-langkah").status_code == 200


def test_the_manager_lets_in_a_member_who_lost_telephone_and_codes(cast, client, member, later_code):
    enrol(client, later_code)
    client.post("/keluar")
    page = cast.host_manager.client.get(f"/instansi-saya/orang/{member.id}")
    assert "Matikan masuk dua langkah" in page.text
    assert cast.host_manager.client.post(f"/instansi-saya/orang/{member.id}/dua-langkah").status_code == 303
    assert sign_in(client, member.email).location == "/beranda"


def test_a_code_that_was_used_stays_used_when_a_new_telephone_is_not_set_up_after_all(app, client, member, later_code):
    secret = enrol(client, later_code)
    client.post("/keluar")
    sign_in(client, member.email)
    code = later_code(secret)
    client.post("/masuk/kode", data={"code": code})
    page = client.post("/akun/dua-langkah", data={"setup": "authenticator"})
    action = re.search(r'action="(/akun/dua-langkah/[^"]+)"', page.text).group(1)
    client.post(action, data={"code": "000000"})
    client.post("/keluar")
    sign_in(client, member.email)
    assert client.post("/masuk/kode", data={"code": code}).status_code == 422


def test_a_new_telephone_replaces_the_old_one(client, member, later_code):
    old, new = enrol(client, later_code), enrol(client, later_code)
    client.post("/keluar")
    sign_in(client, member.email)
    assert client.post("/masuk/kode", data={"code": later_code(old)}).status_code == 422
    assert client.post("/masuk/kode", data={"code": later_code(new)}).status_code == 302
