"""Nothing of Flask-Security's English reaches the screen or a mail."""

import re
from html import unescape

import pytest
from flask_security import core, forms
from sqlalchemy import select
from wtforms import i18n

from kb.accounts.messages import MESSAGES, SUBJECTS, UNUSED
from kb.accounts.models import Invitation
from kb.core.db import db
from kb.core.forms import MESSAGES as FORM_MESSAGES
from tests.accounts.makers import PASSWORD, make_invitation, make_request, sign_in
from tests.accounts.test_password import body
from tests.accounts.test_two_step import enrol, later_code  # noqa: F401 (a fixture)

TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.S)
# Words of code and of the web that are no English sentences.
SHORT = {"Email", "email", "none", "SMS", "Login", "password", "Delete", "Identity", "authenticator", "passkey", "Submit", "Error(s)"}


def english() -> set[str]:
    """The library's sentences, as far as they can be told apart from Indonesian: each in pieces between its placeholders."""
    texts = [text for text, _ in core._default_messages.values()]
    texts += [str(text) for text in forms._default_field_labels.values()]
    texts += [str(value) for key, value in core._default_config.items() if key.startswith("EMAIL_SUBJECT")]
    texts += list(FORM_MESSAGES)
    pieces = [piece.strip() for text in texts for piece in re.split(r"%\(\w+\)[sd]|%s", text)]
    return {piece for piece in pieces if len(piece) > 5 and piece not in SHORT}


def visible(html: str) -> str:
    attributes = re.findall(r'(?:placeholder|title|alt|aria-label|value)="([^"]*)"', html)
    return unescape(" ".join([TAGS.sub(" ", html), *attributes]))


def leaks(html: str) -> set[str]:
    text = visible(html)
    return {sentence for sentence in english() if re.search(rf"(?<!\w){re.escape(sentence)}(?!\w)", text)}


def test_the_check_itself_sees_english():
    assert leaks("<p>Invalid email address</p>") and leaks('<input value="Recover Password">')
    assert not leaks("<p>Alamat surel tidak benar</p>")


def test_every_message_of_the_features_in_use_is_translated():
    used = {name for name in core._default_messages if not name.startswith(UNUSED)}
    assert used - set(MESSAGES) == set()
    assert set(MESSAGES) <= set(core._default_messages)
    subjects = {f"EMAIL_SUBJECT_{name}" for name in SUBJECTS}
    assert subjects <= set(core._default_config)


def test_every_placeholder_of_a_message_exists_in_the_original():
    for name, text in MESSAGES.items():
        allowed = set(re.findall(r"%\((\w+)\)", core._default_messages[name][0]))
        assert set(re.findall(r"%\((\w+)\)", text)) <= allowed, name


def test_wtforms_has_no_indonesian_of_its_own_so_ours_is_used():
    assert i18n.get_builtin_gnu_translations(["en"]) is not None


BAD_POSTS = [
    ("/masuk", {}),
    ("/masuk", {"email": "x", "password": "y"}),
    ("/masuk", {"email": "a@contoh.example", "password": "y", "next": "https://jahat.example"}),
    ("/lupa-sandi", {}),
    ("/lupa-sandi", {"email": "x"}),
    ("/lupa-sandi", {"email": "a@contoh.example"}),
    ("/gabung", {}),
    ("/gabung", {"office": "x", "email": "x", "nip": "x", "name": "x" * 200, "message": "x" * 3000}),
]


@pytest.mark.parametrize("address", ["/masuk", "/keluar", "/lupa-sandi", "/gabung", "/undangan/x", "/lupa-sandi/x", "/masuk/kode"])
def test_pages_for_visitors_are_indonesian(client, cast, address):
    page = client.get(address, follow_redirects=True)
    assert not leaks(page.text)


@pytest.mark.parametrize(("address", "values"), BAD_POSTS)
def test_errors_for_visitors_are_indonesian(client, cast, address, values):
    assert not leaks(client.post(address, data=values, follow_redirects=True).text)


def test_pages_and_errors_of_members_are_indonesian(client, with_password):
    sign_in(client, with_password.email)
    pages = [client.get(address) for address in ("/akun", "/ubah-sandi", "/akun/dua-langkah", "/akun/kode-cadangan", "/akun/konfirmasi")]
    pages += [client.get("/akun/kode-cadangan?show_codes=1")]
    for address, values in [
        ("/akun", {}),
        ("/ubah-sandi", {}),
        ("/ubah-sandi", {"password": "x", "new_password": "y", "new_password_confirm": "z"}),
        ("/ubah-sandi", {"password": PASSWORD, "new_password": "pendek", "new_password_confirm": "pendek"}),
        ("/akun/dua-langkah", {}),
        ("/akun/dua-langkah", {"setup": "sms", "phone": "x"}),
        ("/akun/dua-langkah", {"setup": "disable"}),
        ("/akun/dua-langkah/x", {"code": "1"}),
        ("/akun/konfirmasi", {}),
        ("/akun/konfirmasi", {"password": "x", "next": "https://jahat.example"}),
        ("/akun/konfirmasi", {"password": PASSWORD}),
    ]:
        pages.append(client.post(address, data=values, follow_redirects=True))
    assert set().union(*(leaks(page.text) for page in pages)) == set()


def test_pages_of_the_second_step_are_indonesian(client, with_password, later_code):  # noqa: F811
    sign_in(client, with_password.email)
    pages = [client.post("/akun/dua-langkah", data={"setup": "authenticator"})]
    enrol(client, later_code)
    pages += [client.get("/akun"), client.get("/akun/dua-langkah"), client.post("/akun/kode-cadangan")]
    client.post("/keluar")
    pages += [sign_in(client, with_password.email)]
    for address in ("/masuk/kode", "/masuk/kode-cadangan"):
        pages += [client.get(address), client.post(address, data={}), client.post(address, data={"code": "x"})]
    assert set().union(*(leaks(page.text) for page in pages)) == set()


def test_pages_of_managers_and_admins_are_indonesian(app, cast):
    with app.app_context():
        request = make_request().id
        make_invitation(cast.host_manager.id)
        assert db.session.scalars(select(Invitation)).one()
    manager, admin, member = cast.host_manager.client, cast.admin.client, cast.host_member.id
    pages = [
        manager.get("/instansi-saya/orang"),
        manager.post("/instansi-saya/orang/undang", data={}),
        manager.get(f"/instansi-saya/orang/{member}"),
        manager.post(f"/instansi-saya/orang/{member}/peran", data={}),
        manager.get(f"/instansi-saya/orang/{member}/keluarkan"),
        admin.get("/admin/permohonan"),
        admin.get(f"/admin/permohonan/{request}"),
        admin.post(f"/admin/permohonan/{request}/tolak", data={}),
    ]
    assert set().union(*(leaks(page.text) for page in pages)) == set()


def test_mails_are_indonesian(client, mailbox, with_password):
    client.post("/lupa-sandi", data={"email": with_password.email})
    address = re.search(r"/lupa-sandi/\S+", body(mailbox()[0])).group(0)
    client.post(address, data={"password": "kopi pagi di mesuji", "password_confirm": "kopi pagi di mesuji"})
    assert len(mailbox()) == 2
    for mail in mailbox():
        assert not leaks(f"{mail['Subject']} {body(mail)}") and "Yth. Host Member" in body(mail)
