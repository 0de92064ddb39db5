"""With CSRF protection on, as in real life: every form carries its token, and no other site can sign anybody in or out."""

import re

from tests.accounts.makers import PASSWORD, make_invitation, make_request
from tests.makers import signed_in
from tests.pages import OWN_PAGE, token_in


def test_signing_in_needs_a_token(strict, with_password):
    client = strict.test_client()
    form = {"email": with_password.email, "password": PASSWORD}
    assert client.post("/masuk", data=form).status_code == 400
    token = token_in(client.get("/masuk"))
    assert client.post("/masuk", data={**form, "csrf_token": token}).location == "/beranda"
    assert client.get("/akun").status_code == 200


def test_another_site_cannot_sign_a_person_out(strict, cast):
    client = signed_in(strict, cast.host_member.session_id)
    assert client.post("/keluar").status_code == 400
    page = client.get("/akun")
    assert page.status_code == 200
    assert client.post("/keluar", data={"csrf_token": token_in(page)}).location == "/"
    assert client.get("/akun").status_code == 302


def test_every_page_with_forms_carries_tokens_and_unique_ids(app, strict, cast, with_password):
    with app.app_context():
        request, invitation = make_request().id, make_invitation(cast.host_manager.id)
        assert invitation.id
    visitor = strict.test_client()
    for address in ("/masuk", "/lupa-sandi", "/gabung"):
        assert visitor.get(address).status_code == 200
    manager, admin = signed_in(strict, cast.host_manager.session_id), signed_in(strict, cast.admin.session_id)
    member = cast.host_member.id
    for address in ("/akun", "/keluar", "/ubah-sandi", "/instansi-saya/orang", f"/instansi-saya/orang/{member}",
                    f"/instansi-saya/orang/{member}/keluarkan"):  # fmt: skip
        assert manager.get(address).status_code == 200
    assert admin.get(f"/admin/permohonan/{request}").status_code == 200


def test_the_second_step_can_be_switched_on_with_tokens(strict, with_password):
    client = strict.test_client()
    client.post("/masuk", data={"email": with_password.email, "password": PASSWORD, "csrf_token": token_in(client.get("/masuk"))})
    token = token_in(client.get("/akun/dua-langkah"))
    page = client.post("/akun/dua-langkah", data={"setup": "authenticator", "csrf_token": token})
    action = re.search(r'action="(/akun/dua-langkah/[^"]+)"', page.text).group(1)
    with client.session_transaction() as session:
        code = strict.extensions["security"].totp_factory.generate_totp_password(session["tf_totp_secret"])
    assert client.post(action, data={"code": code, "csrf_token": token_in(page)}).location == "/akun"
    codes = client.post("/akun/kode-cadangan", data={"csrf_token": token_in(client.get("/akun/kode-cadangan"))})
    assert codes.status_code == 200 and "Cetak atau salin sekarang" in codes.text


def test_an_expired_form_never_shows_a_password_again(strict, app, cast, with_password):
    client = strict.test_client()
    secrets = {"password": "rahasia-satu", "password_again": "rahasia-dua", "new_password": "rahasia-tiga", "code": "rahasia-empat"}
    page = client.post("/masuk", data={"email": with_password.email, **secrets}, headers=OWN_PAGE)
    assert page.status_code == 400 and with_password.email in page.text and "rahasia" not in page.text
