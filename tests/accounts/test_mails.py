"""Every mail about accounts, from the button that causes it, through the outbox, to what an SMTP server really received."""

import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from kb.accounts import service
from kb.accounts.models import ResetRequest, User
from kb.core import events
from kb.core.db import db
from kb.notifications.models import Mail
from tests.accounts.makers import PASSWORD, make_request, sign_in
from tests.accounts.test_password import NEW, body

FORM = {"office": "kabupaten-lampung-selatan", "name": "Calon Pengelola", "position": "Kepala Bidang", "email": "calon@contoh.example"}


def path_in(mail) -> str:
    """The address in a mail, without the site."""
    return re.search(r"https?://[^/\s]+(/\S+)", body(mail)).group(1)


def forget(app, client, cast):
    client.post("/lupa-sandi", data={"email": cast.host_member.email})
    return cast.host_member.email, "Atur ulang kata sandi Berguru", "berlaku 3 hari"


def reset(app, client, cast):
    with app.app_context():
        link = service.queries.set_password_link(db.session.get(User, cast.host_member.id))
    client.post(link.removeprefix(app.config["BASE_URL"]), data={"password": NEW, "password_confirm": NEW})
    return cast.host_member.email, "Kata sandi Berguru Anda sudah diganti", "baru saja diganti"


def change(app, client, cast):
    sign_in(client, cast.host_member.email)
    client.post("/ubah-sandi", data={"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW})
    return cast.host_member.email, "Kata sandi Berguru Anda sudah diganti", "baru saja diganti"


def ask_to_join(app, client, cast):
    client.post("/gabung", data=FORM)
    return cast.admin.email, "Permohonan bergabung", "/admin/permohonan"


def admit(app, client, cast):
    with app.app_context():
        asked = make_request().id
    cast.admin.client.post(f"/admin/permohonan/{asked}/setujui")
    return "calon@contoh.example", "Permohonan bergabung disetujui", "/lupa-sandi/"


def decline(app, client, cast):
    with app.app_context():
        asked = make_request().id
    cast.admin.client.post(f"/admin/permohonan/{asked}/tolak", data={"reason": "Lampirkan surat tugas."})
    return "calon@contoh.example", "Permohonan bergabung belum disetujui", "Lampirkan surat tugas."


def invite(app, client, cast):
    cast.host_manager.client.post("/instansi-saya/orang/undang", data={"email": "baru@contoh.example", "role": "member"})
    return "baru@contoh.example", "Undangan ke", "/undangan/"


def change_role(app, client, cast):
    cast.host_manager.client.post(f"/instansi-saya/orang/{cast.host_member.id}/peran", data={"role": "manager"})
    return cast.host_member.email, "Peran Anda sekarang", "/akun"


def hand_over(app, client, cast):
    cast.host_member.client.post("/akun/serahkan", data={"successor": cast.host_manager.id})
    return cast.host_manager.email, "menyerahkan pekerjaannya", "/beranda"


# What was done, and the event that the mail comes from; the library's own mails come from none.
ACTS = {
    forget: "account.reset_asked",
    reset: None,
    change: None,
    ask_to_join: "account.requested",
    admit: "account.admitted",
    decline: "account.declined",
    invite: "account.invited",
    change_role: "account.role_changed",
    hand_over: "account.handed_over",
}


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_it_arrives_once_and_keeps_no_secret_behind(app, client, cast, with_password, mailbox, act):
    receiver, subject, words = act(app, client, cast)
    (mail,) = mailbox()
    assert mail["To"] == receiver and subject in mail["Subject"] and words in body(mail)
    assert mailbox() == [mail], "sent again"
    with app.app_context():
        kept = db.session.scalars(select(Mail)).one()
        assert kept.sent_at is not None and not re.search(r"/(lupa-sandi|undangan)/\S", kept.text)


def test_no_mail_about_accounts_is_missing_above(app):
    told = {name for name, consumers in events.subscriptions().items() if name.startswith("account.") and "inbox" in consumers}
    assert told == {name for name in ACTS.values() if name}
    # The library's: two are sent by `reset` and `change`; the other two never, since no code of the second step is mailed.
    assert {path.name for path in (Path(app.template_folder) / "security" / "email").iterdir()} == {
        "change_notice.txt", "reset_notice.txt", "two_factor_instructions.txt", "two_factor_rescue.txt",
    }  # fmt: skip


def test_a_mail_that_is_not_committed_never_arrives(app, client, cast, mailbox, monkeypatch):
    monkeypatch.setattr(db.session, "commit", db.session.flush)
    monkeypatch.setattr("kb.core.db._watch", None)  # it would see that the page is made before anything is committed
    monkeypatch.setitem(app.after_request_funcs, None, [])
    assert client.post("/lupa-sandi", data={"email": cast.host_member.email}).status_code == 200
    monkeypatch.undo()
    assert not mailbox()


def test_an_invitation_and_an_admission_open_what_their_mails_say(app, client, cast, mailbox):
    invite(app, client, cast)
    admit(app, client, cast)
    invitation, admission = sorted(mailbox(), key=lambda mail: mail["To"])
    assert "Buat kata sandi baru" in client.get(path_in(admission)).text
    assert "Ulangi kata sandi" in client.get(path_in(invitation)).text


def test_an_invitation_tells_only_its_receiver_of_an_account_elsewhere(app, client, cast, mailbox):
    for email in ("baru@contoh.example", cast.guest_member.email):
        cast.host_manager.client.post("/instansi-saya/orang/undang", data={"email": email, "role": "member"})
    told = {mail["To"]: body(mail) for mail in mailbox()}
    assert "sudah dipakai akun Anda di Diskominfo Kabupaten Pringsewu" in told[cast.guest_member.email].replace("\n", " ")
    assert "akun Anda di" not in told["baru@contoh.example"]


@pytest.mark.parametrize("state", ["unknown", "inactive", "removed"])
def test_nobody_without_account_gets_a_link_and_nothing_of_the_address_is_kept(app, client, cast, mailbox, state):
    address = "tidak.ada@contoh.example" if state == "unknown" else cast.host_member.email
    with app.app_context():
        user = db.session.get(User, cast.host_member.id)
        if state == "inactive":
            user.active = False
        if state == "removed":
            service.remove(user, cast.host_manager.viewer)
        db.session.commit()
    client.post("/lupa-sandi", data={"email": address})
    assert not mailbox()
    with app.app_context():
        assert db.session.scalar(select(func.count(ResetRequest.id))) == 0
        written = db.session.scalars(select(events.Event).where(events.Event.name == "account.reset_asked")).one()
        assert written.data == {} and not db.session.scalars(select(Mail)).all()


def test_a_link_is_asked_by_any_spelling_of_the_address(client, cast, mailbox):
    client.post("/lupa-sandi", data={"email": f"  {cast.host_member.email.upper()} "})
    assert [mail["To"] for mail in mailbox()] == [cast.host_member.email]


def test_who_is_signed_in_finds_the_own_address_filled_in(cast):
    assert f'value="{cast.host_member.email}"' in cast.host_member.client.get("/lupa-sandi").text
