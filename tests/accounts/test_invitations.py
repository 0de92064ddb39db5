"""Invitations: sent by a manager, accepted once, withdrawn, run out."""

import re

import pytest
from sqlalchemy import select

from kb.accounts import passwords, queries, service
from kb.accounts.models import Invitation, User
from kb.core import events
from kb.core.db import db
from kb.core.errors import Conflict
from tests.accounts.makers import make_invitation
from tests.moments import pass_time
from tests.pages import without_keys

FORM = {"name": "Budi Contoh", "position": "Pranata Komputer", "password": "kopi pagi di mesuji", "password_again": "kopi pagi di mesuji"}


def path_of(app, invitation) -> str:
    return queries.invitation_link(invitation).removeprefix(app.config["BASE_URL"])


@pytest.fixture
def invited(app, cast):
    """An invitation to Mesuji: its id and the path of its link."""
    with app.app_context():
        invitation = make_invitation(cast.host_manager.id)
        return invitation.id, path_of(app, invitation)


def test_a_colleague_is_invited_accepts_and_is_in(app, cast, client):
    sent = cast.host_manager.client.post("/instansi-saya/orang/undang", data={"email": "Budi@Mesuji.example", "role": "member"})
    assert sent.status_code == 303
    assert "budi@mesuji.example" in cast.host_manager.client.get(sent.location).text
    with app.app_context():
        invitation = db.session.scalars(select(Invitation)).one()
        event = db.session.scalars(select(events.Event).where(events.Event.name == "account.invited")).one()
        assert (event.subject_kind, event.subject_id) == ("invitation", invitation.id)
        assert invitation.nonce not in str(event.data) and "budi" not in str(event.data)
        path = path_of(app, invitation)
    page = client.get(path).text
    assert "Bergabung dengan" in page and "Host Manager" in page and "budi@mesuji.example" in page
    assert client.post(path, data=FORM).location == "/beranda"
    assert "Selamat datang" in client.get("/akun").text
    with app.app_context():
        user = queries.by_email("budi@mesuji.example")
        assert (user.office_id, user.role, user.name) == (cast.host_member.office_id, "member", "Budi Contoh")
        assert db.session.scalars(select(events.Event).where(events.Event.name == "account.joined")).one().subject_id == user.id
    client.post("/keluar")
    assert client.post("/masuk", data={"email": "budi@mesuji.example", "password": FORM["password"]}).location == "/beranda"


def test_the_link_is_the_same_each_time_it_is_made_and_holds_for_another_process(app, cast):
    with app.app_context():
        invitation = make_invitation(cast.host_manager.id)
        assert queries.invitation_link(invitation) == queries.invitation_link(invitation)
        assert queries.invitation_of(queries.invitation_link(invitation).rpartition("/")[2]).id == invitation.id


@pytest.mark.parametrize("token", ["rusak", "WzEsICJ4Il0.abc", "a" * 3000, "%00", "..%2f.."])
def test_a_forged_link_opens_nothing(client, cast, token):
    answer = client.get(f"/undangan/{token}")
    assert answer.status_code == 404


def test_an_invitation_is_good_once(app, client, invited):
    _, path = invited
    assert client.post(path, data=FORM).status_code == 303
    client.post("/keluar")
    for answer in (client.get(path), client.post(path, data=FORM)):
        assert answer.status_code == 410 and "sudah dipakai" in answer.text
    with app.app_context():
        assert len(db.session.scalars(select(User).where(User.name == "Budi Contoh")).all()) == 1


def test_a_double_click_on_accept_ends_well(app, client, invited):
    _, path = invited
    form = {**FORM, "once": "klik"}
    assert client.post(path, data=form).location == "/beranda"
    assert client.post(path, data=form).location == "/beranda"
    other = app.test_client()  # the first answer was lost, and its cookie with it
    assert other.post(path, data=form).location == "/beranda"
    with app.app_context():
        assert len(db.session.scalars(select(User).where(User.name == "Budi Contoh")).all()) == 1


def test_a_withdrawn_invitation_says_so(cast, client, invited):
    ident, path = invited
    assert cast.host_manager.client.post(f"/instansi-saya/undangan/{ident}/batalkan").status_code == 303
    answer = client.get(path)
    assert answer.status_code == 410 and "dibatalkan" in answer.text
    assert client.post(path, data=FORM).status_code == 410
    again = cast.host_manager.client.post(f"/instansi-saya/undangan/{ident}/batalkan")
    assert again.status_code == 409


def test_an_old_invitation_says_until_when_it_was_good(client, invited, monkeypatch):
    _, path = invited
    pass_time(monkeypatch, days=3, minutes=1)
    answer = client.post(path, data=FORM)
    assert answer.status_code == 410 and "lewat waktu" in answer.text


def test_an_invitation_withdrawn_this_very_moment_is_not_accepted(app, cast):
    with app.app_context():
        invitation = make_invitation(cast.host_manager.id)
        db.session.refresh(invitation)
        db.session.execute(db.text("UPDATE invitation SET withdrawn_at = CURRENT_TIMESTAMP"))
        with pytest.raises(Conflict):
            service.accept_invitation(invitation, name="X", position="Y", nip=None, password="kopi pagi di mesuji")
        db.session.rollback()


def test_inviting_again_replaces_the_earlier_invitation(app, cast, client, invited):
    _, path = invited
    cast.host_manager.client.post("/instansi-saya/orang/undang", data={"email": "baru@contoh.example", "role": "manager"})
    assert "dibatalkan" in client.get(path).text
    with app.app_context():
        home = cast.host_manager.office_id
        assert [invitation.role for invitation in queries.open_invitations(home, cast.host_manager.viewer)] == ["manager"]


def test_a_double_click_invites_once(app, cast):
    form = {"email": "baru@contoh.example", "role": "member", "once": "klik"}
    for _ in range(2):
        assert cast.host_manager.client.post("/instansi-saya/orang/undang", data=form).status_code == 303
    with app.app_context():
        assert db.session.query(Invitation).count() == 1


def test_inviting_tells_nothing_of_accounts_elsewhere(app, cast):
    """The answer, the list and what is recorded are the same for an address with and without an account at another office."""
    seen = []
    for email in ("guest_member@contoh.example", "siapa_pun_ini@contoh.example"):
        answer = cast.host_manager.client.post("/instansi-saya/orang/undang", data={"email": email, "role": "member"})
        pages = [answer.text, cast.host_manager.client.get("/instansi-saya/orang").text]
        with app.app_context():
            invitation = db.session.scalars(select(Invitation).where(Invitation.email == email)).one()
            invited = events.Event.name == "account.invited", events.Event.subject_id == invitation.id
            recorded = dict(db.session.scalars(select(events.Event).where(*invited)).one().data)
            own = email, f"/undangan/{invitation.id}/"
            service.withdraw(invitation, cast.host_manager.viewer)
            db.session.commit()
        told = [re.sub("|".join(own), "", without_keys(page)) for page in pages]
        seen.append((answer.status_code, answer.location, recorded, told))
    assert seen[0] == seen[1] and seen[0][0] == 303


def test_who_has_an_account_elsewhere_is_told_by_mail_to_leave_first(app, cast, client):
    with app.app_context():
        invitation = make_invitation(cast.host_manager.id, email="guest_member@contoh.example")
        path = path_of(app, invitation)
    for answer in (client.get(path), client.post(path, data=FORM)):
        assert answer.status_code == 409 and "Anda sudah punya akun di instansi lain" in answer.text
        assert "Diskominfo Kabupaten Pringsewu" in answer.text and 'name="password"' not in answer.text
    with app.app_context():
        guest = queries.by_email("guest_member@contoh.example")
        assert guest.office_id == cast.guest_member.office_id and db.session.get(Invitation, invitation.id).used_at is None
        service.remove(guest, cast.guest_manager.viewer)
        db.session.commit()
    assert client.post(path, data=FORM).location == "/beranda"
    with app.app_context():
        assert queries.by_email("guest_member@contoh.example").office_id == cast.host_manager.office_id


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"email": ""}, "wajib diisi"),
        ({"email": "bukan surel"}, "Alamat surel tidak benar"),
        ({"email": "host_member@contoh.example"}, "Host Member sudah menjadi bagian instansi ini."),
        ({"role": "admin"}, "tidak ada dalam daftar"),
        ({"role": ""}, "wajib diisi"),
    ],
)
def test_a_faulty_invitation_is_refused(app, cast, changed, message):
    form = {"email": "baru@contoh.example", "role": "member", **changed}
    answer = cast.host_manager.client.post("/instansi-saya/orang/undang", data=form)
    assert answer.status_code == 422 and message in answer.text
    with app.app_context():
        assert db.session.query(Invitation).count() == 0


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ""}, "wajib diisi"),
        ({"name": "x" * 10_000}, "Isi antara 2 dan 120 karakter."),
        ({"nip": "12"}, "NIP terdiri atas 18 angka."),
        ({"password": "pendek", "password_again": "pendek"}, passwords.TOO_SHORT),
        ({"password_again": "lain"}, "Kedua kata sandi tidak sama."),
        ({"password": "baru@contoh.example", "password_again": "baru@contoh.example"}, passwords.IS_EMAIL),
    ],
)
def test_a_faulty_acceptance_keeps_the_invitation_open(client, invited, changed, message):
    _, path = invited
    answer = client.post(path, data={**FORM, "once": "abc", **changed})
    assert answer.status_code == 422 and message in answer.text
    assert client.post(path, data={**FORM, "once": "abc"}).status_code == 303


def test_who_is_signed_in_as_somebody_else_is_told(cast, invited):
    _, path = invited
    page = cast.outsider.client.get(path)
    assert "Anda sedang masuk sebagai Outsider" in page.text
    assert cast.outsider.client.post(path, data=FORM).status_code == 200
    left = cast.outsider.client.post("/keluar", data={"next": path})
    assert left.location == path
    assert cast.outsider.client.get(path).status_code == 200


def test_markup_in_a_name_is_harmless(client, invited):
    _, path = invited
    client.post(path, data={**FORM, "name": "<script>alert(1)</script>"})
    assert "<script>alert" not in client.get("/akun").text
