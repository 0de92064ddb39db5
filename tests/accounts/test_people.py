"""People of an office: who manages whom, changing roles, removing, and one's own profile."""

import pytest
from sqlalchemy import select

from kb.accounts import policy, queries, service
from kb.accounts.models import Invitation, JoinRequest, User
from kb.core import events
from kb.core.db import db
from kb.core.errors import Conflict
from tests.accounts.makers import give_password, make_invitation, make_request, sign_in
from tests.makers import make_user

PARTS = ("host_manager", "host_member", "guest_manager", "guest_member", "outsider", "admin", "visitor")


@pytest.fixture
def second_manager(app):
    """Another manager of Mesuji; its id."""
    with app.app_context():
        user = make_user(office="18.11", role="manager", name="Manajer Kedua", email="kedua@contoh.example")
        db.session.commit()
        return user.id


def viewer(cast, part):
    return getattr(cast, part).viewer


@pytest.mark.parametrize("part", PARTS)
def test_the_three_mouths_of_the_rule_agree(app, cast, part):
    who = viewer(cast, part)
    with app.app_context():
        make_invitation(cast.host_manager.id)
        make_invitation(cast.guest_manager.id, home="18.10")
        make_request()
        for model in (User, Invitation, JoinRequest):
            seen_by_sql = set(db.session.scalars(select(model.id).where(policy.visible_to(who, model))))
            one_by_one = {thing.id for thing in db.session.scalars(select(model)) if policy.can_view(who, thing)}
            assert seen_by_sql == one_by_one, model


EXPECTED = {
    # who: (sees the member, changes the member, sees the invitation, sees the request)
    "host_manager": (True, True, True, False),
    "host_member": (True, False, False, False),
    "guest_manager": (False, False, False, False),
    "guest_member": (False, False, False, False),
    "outsider": (False, False, False, False),
    "admin": (True, True, True, True),
    "visitor": (False, False, False, False),
}


@pytest.mark.parametrize("part", PARTS)
def test_who_may_see_and_change(app, cast, part):
    who = viewer(cast, part)
    with app.app_context():
        member = db.session.get(User, cast.host_member.id)
        invitation, request = make_invitation(cast.host_manager.id), make_request()
        found = (
            policy.can_view(who, member),
            policy.can_change(who, member),
            policy.can_view(who, invitation),
            policy.can_view(who, request),
        )
        assert found == EXPECTED[part]
        assert policy.can_decide(who) == (part == "admin")


@pytest.mark.parametrize(
    ("part", "status"),
    [("host_manager", 200), ("admin", 200), ("host_member", 403), ("guest_manager", 404), ("outsider", 404), ("visitor", 302)],
)
def test_the_pages_of_a_person_open_for_who_manages_them(cast, part, status):
    client = getattr(cast, part).client
    for page in ("", "/keluarkan"):
        assert client.get(f"/instansi-saya/orang/{cast.host_member.id}{page}").status_code == status


@pytest.mark.parametrize(
    ("part", "status"),
    [("host_member", 403), ("guest_manager", 404), ("outsider", 404), ("visitor", (302, 401))],
)
def test_others_cannot_act_on_people_and_invitations(app, cast, part, status):
    with app.app_context():
        invitation = make_invitation(cast.host_manager.id).id
    client, member = getattr(cast, part).client, cast.host_member.id
    sent = [
        client.post(f"/instansi-saya/orang/{member}/keluarkan"),
        client.post(f"/instansi-saya/orang/{member}/peran", data={"role": "manager"}),
        client.post(f"/instansi-saya/orang/{member}/dua-langkah"),
    ]
    expected = status if isinstance(status, tuple) else (status,)
    assert all(answer.status_code in expected for answer in sent)
    withdrawn = client.post(f"/instansi-saya/undangan/{invitation}/batalkan")
    assert withdrawn.status_code in (404, 302)
    with app.app_context():
        user = db.session.get(User, member)
        assert user.role == "member" and not user.is_removed
        assert db.session.get(Invitation, invitation).withdrawn_at is None


def test_a_member_cannot_open_the_list_or_invite(cast):
    assert cast.host_member.client.get("/instansi-saya/orang").status_code == 403
    answer = cast.host_member.client.post("/instansi-saya/orang/undang", data={"email": "x@contoh.example", "role": "manager"})
    assert answer.status_code == 403


def test_a_manager_cannot_reach_another_office_by_its_address(cast):
    assert cast.host_manager.client.get("/instansi-saya/orang?instansi=kabupaten-pringsewu").status_code == 404
    sent = cast.host_manager.client.post(
        "/instansi-saya/orang/undang?instansi=kabupaten-pringsewu", data={"email": "x@contoh.example", "role": "manager"}
    )
    assert sent.status_code == 404


def test_the_admin_manages_any_office(app, cast):
    page = cast.admin.client.get("/instansi-saya/orang?instansi=kabupaten-pringsewu").text
    assert "Guest Manager" in page and "Host Manager" not in page
    sent = cast.admin.client.post(
        "/instansi-saya/orang/undang?instansi=kabupaten-pringsewu", data={"email": "x@contoh.example", "role": "manager"}
    )
    assert sent.location == "/instansi-saya/orang?instansi=kabupaten-pringsewu"
    with app.app_context():
        assert db.session.scalars(select(Invitation)).one().office_id == cast.guest_manager.office_id


def test_a_manager_changes_a_role_and_it_holds_at_once(app, cast):
    assert cast.host_member.client.get("/instansi-saya/orang").status_code == 403
    sent = cast.host_manager.client.post(f"/instansi-saya/orang/{cast.host_member.id}/peran", data={"role": "manager"})
    assert sent.status_code == 303
    assert cast.host_member.client.get("/instansi-saya/orang").status_code == 200
    with app.app_context():
        event = db.session.scalars(select(events.Event).where(events.Event.name == "account.role_changed")).one()
        assert event.data == {"earlier": "member", "role": "manager"}


def test_nobody_becomes_admin_on_this_page(app, cast):
    answer = cast.host_manager.client.post(f"/instansi-saya/orang/{cast.host_member.id}/peran", data={"role": "admin"})
    assert answer.status_code == 422
    with app.app_context():
        assert db.session.get(User, cast.host_member.id).role == "member"


def test_the_last_manager_stays_manager(app, cast):
    ident = cast.host_manager.id
    for answer in (
        cast.host_manager.client.post(f"/instansi-saya/orang/{ident}/peran", data={"role": "member"}),
        cast.host_manager.client.post(f"/instansi-saya/orang/{ident}/keluarkan"),
        cast.admin.client.post(f"/instansi-saya/orang/{ident}/keluarkan"),
    ):
        assert answer.status_code == 409 and "pengelola terakhir" in answer.text
    with app.app_context():
        assert [user.id for user in queries.managers_of(cast.host_manager.office_id)] == [ident]


def test_a_manager_who_leaves_the_role_to_another_still_has_an_account(cast, second_manager):
    ident = cast.host_manager.id
    sent = cast.host_manager.client.post(f"/instansi-saya/orang/{ident}/peran", data={"role": "member"})
    assert sent.location == "/akun"
    assert cast.host_manager.client.get("/akun").status_code == 200


def test_two_managers_cannot_remove_each_other(app, cast, second_manager):
    with app.app_context():
        first, second = db.session.get(User, cast.host_manager.id), db.session.get(User, second_manager)
        service.remove(first, cast.admin.viewer)
        with pytest.raises(Conflict):
            service.remove(second, cast.host_manager.viewer)
        db.session.rollback()


def test_the_last_admin_stays(app, cast):
    assert cast.admin.client.post(f"/instansi-saya/orang/{cast.admin.id}/keluarkan").status_code == 409


def test_removing_says_first_what_stays(cast):
    page = cast.host_manager.client.get(f"/instansi-saya/orang/{cast.host_member.id}/keluarkan").text
    assert "Yang tetap ada" in page and "tetap tercantum sebagai penulis" in page and "tidak dapat dibatalkan" in page


def test_a_removed_person_is_out_but_their_name_and_the_offices_things_stay(app, cast):
    with app.app_context():
        user = db.session.get(User, cast.host_member.id)
        user.role, user.phone, user.nip = "manager", "+628123456789", "198001012005011001"
        invitation = make_invitation(user.id, email="tamu@contoh.example").id
        request = make_request(status="admitted", user_id=user.id, email=user.email, nip=user.nip).id
        give_password(user.id)
    assert cast.host_manager.client.post(f"/instansi-saya/orang/{cast.host_member.id}/keluarkan").status_code == 303
    assert cast.host_member.client.get("/akun").status_code == 302
    assert sign_in(app.test_client(), cast.host_member.email).status_code == 422
    with app.app_context():
        user = db.session.get(User, cast.host_member.id)
        assert (user.name, user.office_id, user.is_removed, user.active) == ("Host Member", cast.host_member.office_id, True, False)
        assert (user.phone, user.nip, user.password) == (None, None, None)
        assert user.email.endswith("@dihapus.invalid")
        kept = db.session.get(Invitation, invitation)
        assert kept.invited_by.name == "Host Member" and kept.email == "tamu@contoh.example"
        asked = db.session.get(JoinRequest, request)
        assert asked.nip is None and cast.host_member.email not in asked.email
        assert user.id not in [person.id for person in queries.people_of(user.office_id)]
        assert db.session.scalars(select(events.Event).where(events.Event.name == "account.removed")).one().subject_id == user.id
    assert cast.host_manager.client.get(f"/instansi-saya/orang/{cast.host_member.id}").status_code == 404


def test_a_removed_address_may_be_invited_again(app, cast):
    cast.host_manager.client.post(f"/instansi-saya/orang/{cast.host_member.id}/keluarkan")
    sent = cast.host_manager.client.post("/instansi-saya/orang/undang", data={"email": cast.host_member.email, "role": "member"})
    assert sent.status_code == 303


def test_a_reset_link_of_a_removed_person_is_void(app, cast, client):
    with app.app_context():
        user = db.session.get(User, cast.host_member.id)
        link = queries.set_password_link(user).removeprefix(app.config["BASE_URL"])
    cast.host_manager.client.post(f"/instansi-saya/orang/{cast.host_member.id}/keluarkan")
    assert client.get(link).location == "/lupa-sandi"


def test_a_manager_may_leave_when_another_stays(cast, second_manager):
    left = cast.host_manager.client.post(f"/instansi-saya/orang/{cast.host_manager.id}/keluarkan")
    assert left.location == "/"
    assert cast.host_manager.client.get("/akun").status_code == 302


def test_the_list_costs_the_same_for_three_people_and_for_thirty(app, cast, count_queries):
    def cost():
        with count_queries() as n:
            cast.host_manager.client.get("/instansi-saya/orang")
        return n.value

    one = cost()
    with app.app_context():
        for number in range(28):
            make_user(office="18.11", name=f"Orang {number}")
            make_invitation(cast.host_manager.id, email=f"u{number}@contoh.example")
        db.session.commit()
    assert cost() == one <= 5


def test_a_person_edits_their_own_profile(app, cast):
    form = {"name": "Host Member Baru", "position": "Analis", "phone": "0812-3456 7890", "nip": "19800101 200501 1 001"}
    assert cast.host_member.client.post("/akun", data=form).status_code == 303
    page = cast.host_member.client.get("/akun").text
    assert "Profil disimpan." in page and "+6281234567890" in page and "198001012005011001" in page
    cleared = {"name": "Host Member", "position": "Analis", "phone": "", "nip": ""}
    cast.host_member.client.post("/akun", data=cleared)
    with app.app_context():
        user = db.session.get(User, cast.host_member.id)
        assert (user.phone, user.nip) == (None, None)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"name": ""}, "wajib diisi"),
        ({"name": "x" * 121}, "Isi antara 2 dan 120 karakter."),
        ({"position": "x" * 161}, "Terlalu panjang"),
        ({"phone": "nol delapan"}, "Nomor telepon tidak benar"),
        ({"nip": "1980"}, "NIP terdiri atas 18 angka."),
    ],
)
def test_a_faulty_profile_is_refused(cast, changed, message):
    form = {"name": "Host Member", "position": "Analis", "phone": "", "nip": "", **changed}
    answer = cast.host_member.client.post("/akun", data=form)
    assert answer.status_code == 422 and message in answer.text


def test_nobody_changes_role_or_office_through_the_profile(app, cast):
    form = {"name": "Host Member", "position": "Analis", "role": "admin", "office_id": "1", "email": "lain@contoh.example"}
    cast.host_member.client.post("/akun", data=form)
    with app.app_context():
        user = db.session.get(User, cast.host_member.id)
        assert (user.role, user.email, user.office_id) == ("member", cast.host_member.email, cast.host_member.office_id)
