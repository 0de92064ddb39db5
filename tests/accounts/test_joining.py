"""The first manager of an office: request, queue, admission, refusal."""

import pytest
from sqlalchemy import select

from kb.accounts import queries, service
from kb.accounts.models import JoinRequest, User
from kb.core import events, files
from kb.core.db import db
from kb.core.errors import Conflict
from tests.accounts.makers import letter, make_request
from tests.makers import office

FORM = {
    "office": "kabupaten-lampung-selatan",
    "name": "Siti Contoh",
    "position": "Kepala Bidang TIK",
    "email": "Siti@LampungSelatan.example",
}


def asked() -> list[JoinRequest]:
    return list(db.session.scalars(select(JoinRequest)))


def names_of_events() -> list[str]:
    return list(db.session.scalars(select(events.Event.name).order_by(events.Event.id)))


def test_a_visitor_asks_and_is_told_what_happens_next(app, client):
    page = client.get("/gabung?instansi=kabupaten-lampung-selatan")
    assert '<option selected value="kabupaten-lampung-selatan">' in page.text
    sent = client.post("/gabung", data={**FORM, "nip": "198001012005011001", "message": "Mohon izin.", "letter": letter()})
    assert sent.status_code == 303
    assert "biasanya dalam dua hari kerja" in client.get(sent.location).text
    with app.app_context():
        request = asked()[0]
        assert (request.email, request.nip, request.status) == ("siti@lampungselatan.example", "198001012005011001", "waiting")
        assert request.letter.name == "surat.pdf" and request.reference in sent.location
        assert "account.requested" in names_of_events()


def test_a_double_click_asks_once(app, client):
    form = {**FORM, "once": "abc"}
    first, second = client.post("/gabung", data=form), client.post("/gabung", data=form)
    assert first.location == second.location
    with app.app_context():
        assert len(asked()) == 1


def test_asking_again_from_a_fresh_form_leads_to_the_request_that_waits(app, client):
    first, second = client.post("/gabung", data=FORM), client.post("/gabung", data={**FORM, "name": "Lain"})
    assert first.location == second.location
    with app.app_context():
        assert [request.name for request in asked()] == ["Siti Contoh"]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"office": ""}, "Isian ini wajib diisi."),
        ({"office": "kabupaten-khayalan"}, "Pilihan ini tidak ada dalam daftar."),
        ({"office": "redaksi"}, "Pilihan ini tidak ada dalam daftar."),
        ({"name": ""}, "Isian ini wajib diisi."),
        ({"name": "x" * 10_000}, "Isi antara 2 dan 120 karakter."),
        ({"position": " \x00 "}, "Isian ini wajib diisi."),
        ({"email": "bukan surel"}, "Alamat surel tidak benar."),
        ({"nip": "123"}, "NIP terdiri atas 18 angka."),
        ({"message": "x" * 2001}, "Terlalu panjang"),
        ({"letter": letter(b"bukan pdf")}, "Isi berkas ini bukan PDF yang benar."),
        ({"letter": letter(b"%PDF-" + b"0" * 5_300)}, "lebih besar dari 5 MB"),
        ({"letter": letter(name="surat.exe")}, "Isi berkas ini bukan PDF yang benar."),
    ],
)
def test_a_faulty_request_is_refused_and_keeps_what_was_typed(app, client, monkeypatch, changed, message):
    monkeypatch.setattr(files, "MEGABYTE", 1024)
    answer = client.post("/gabung", data={**FORM, **changed})
    assert answer.status_code == 422 and message in answer.text
    assert "Kepala Bidang TIK" in answer.text or "position" in changed
    with app.app_context():
        assert not asked()


def test_an_office_with_a_manager_says_so(app, client, cast):
    page = client.get("/gabung?instansi=kabupaten-mesuji").text
    assert "sudah memiliki pengelola" in page and cast.host_manager.email not in page
    form = {**FORM, "office": "kabupaten-mesuji"}
    assert "Mintalah undangan" in client.post("/gabung", data=form).text
    assert client.post("/gabung", data={**form, "replaces": "y"}).status_code == 303


def test_a_known_address_gets_the_very_same_answer(client, cast):
    known = client.post("/gabung", data={**FORM, "email": cast.guest_member.email})
    unknown = client.post("/gabung", data={**FORM, "office": "kabupaten-lampung-selatan", "email": "lain@contoh.example"})
    assert known.status_code == unknown.status_code == 303
    one, other = client.get(known.location).text, client.get(unknown.location).text
    assert one.replace(known.location[-10:], "X") == other.replace(unknown.location[-10:], "X")
    assert cast.guest_member.email not in one


def test_only_the_admin_sees_the_queue(app, cast):
    with app.app_context():
        ident = make_request().id
    for address in ("/admin/permohonan", f"/admin/permohonan/{ident}", f"/admin/permohonan/{ident}/surat"):
        for person in (cast.host_manager, cast.host_member, cast.outsider):
            assert person.client.get(address).status_code == 404
        assert cast.visitor.client.get(address).status_code == 302
    for action in ("setujui", "tolak"):
        assert cast.host_manager.client.post(f"/admin/permohonan/{ident}/{action}", data={"reason": "x"}).status_code == 404
    assert "Calon Pengelola" in cast.admin.client.get("/admin/permohonan").text


def test_the_admin_reads_the_letter(client, cast, app):
    client.post("/gabung", data={**FORM, "letter": letter()})
    with app.app_context():
        ident = asked()[0].id
    assert "Unduh surat" in cast.admin.client.get(f"/admin/permohonan/{ident}").text
    with cast.admin.client.get(f"/admin/permohonan/{ident}/surat") as sent:
        assert sent.data.startswith(b"%PDF-") and "attachment" in sent.headers["Content-Disposition"]


def test_admitting_makes_the_manager_and_the_office_joins(app, cast):
    with app.app_context():
        ident = make_request(nip="198001012005011001").id
    assert cast.admin.client.post(f"/admin/permohonan/{ident}/setujui").status_code == 303
    page = cast.admin.client.get(f"/admin/permohonan/{ident}").text
    assert "Disetujui" in page and "Admin" in page
    with app.app_context():
        home = office("18.01")
        manager = queries.managers_of(home.id)[0]
        assert (manager.name, manager.email, manager.nip) == ("Calon Pengelola", "calon@contoh.example", "198001012005011001")
        assert manager.password is None and home.joined_at is not None
        assert "account.admitted" in names_of_events()
        assert db.session.get(JoinRequest, ident).user_id == manager.id
    assert "Calon Pengelola" in cast.admin.client.get("/admin/permohonan?status=disetujui").text


def test_the_new_manager_sets_a_password_and_signs_in(app, client, cast):
    with app.app_context():
        request = make_request()
        link = queries.set_password_link(service.admit(request, cast.admin.viewer)).removeprefix(app.config["BASE_URL"])
        db.session.commit()
    client.post(link, data={"password": "kopi pagi di kalianda", "password_confirm": "kopi pagi di kalianda"})
    client.post("/masuk", data={"email": "calon@contoh.example", "password": "kopi pagi di kalianda"})
    assert "Undang rekan" in client.get("/instansi-saya/orang").text


def test_deciding_twice_is_refused(app, cast):
    with app.app_context():
        ident = make_request().id
    assert cast.admin.client.post(f"/admin/permohonan/{ident}/setujui").status_code == 303
    again = cast.admin.client.post(f"/admin/permohonan/{ident}/setujui")
    assert again.status_code == 409 and "baru saja diputuskan" in again.text
    assert cast.admin.client.post(f"/admin/permohonan/{ident}/tolak", data={"reason": "x"}).status_code == 409
    with app.app_context():
        assert len(queries.managers_of(office("18.01").id)) == 1


def test_a_decision_made_on_a_stale_copy_is_refused(app, cast):
    with app.app_context():
        request = make_request()
        db.session.refresh(request)
        db.session.execute(db.text("UPDATE join_request SET status = 'declined'"))
        assert request.status == "waiting"
        with pytest.raises(Conflict):
            service.admit(request, cast.admin.viewer)
        db.session.rollback()


def test_declining_needs_a_reason(app, cast):
    with app.app_context():
        ident = make_request().id
    blank = cast.admin.client.post(f"/admin/permohonan/{ident}/tolak", data={"reason": " "})
    assert blank.status_code == 422 and "Isian ini wajib diisi." in blank.text
    cast.admin.client.post(f"/admin/permohonan/{ident}/tolak", data={"reason": "Lampirkan surat tugas."})
    assert "Lampirkan surat tugas." in cast.admin.client.get(f"/admin/permohonan/{ident}").text
    with app.app_context():
        assert "account.declined" in names_of_events()
        assert not db.session.scalars(select(User).where(User.email == "calon@contoh.example")).all()


def test_who_was_declined_may_ask_again(app, client, cast):
    with app.app_context():
        service.decline(make_request(), "Kurang surat.", cast.admin.viewer)
        db.session.commit()
    assert client.post("/gabung", data={**FORM, "email": "calon@contoh.example"}).status_code == 303


def test_an_address_that_is_taken_cannot_be_admitted(app, cast):
    with app.app_context():
        ident = make_request(email=cast.guest_member.email).id
    assert "sudah dipakai akun" in cast.admin.client.get(f"/admin/permohonan/{ident}").text
    answer = cast.admin.client.post(f"/admin/permohonan/{ident}/setujui")
    assert answer.status_code == 409 and "sudah dipakai akun lain" in answer.text
    with app.app_context():
        assert db.session.get(JoinRequest, ident).status == "waiting"


def test_the_queue_costs_the_same_for_one_and_for_many(app, cast, count_queries):
    def cost():
        with count_queries() as n:
            cast.admin.client.get("/admin/permohonan")
        return n.value

    with app.app_context():
        make_request(email="satu@contoh.example", reference="G-1")
    one = cost()
    with app.app_context():
        for number in range(15):
            make_request(email=f"o{number}@contoh.example", reference=f"G-X{number}", home=("18.11", "18.10", "18.12")[number % 3])
    assert cost() == one
