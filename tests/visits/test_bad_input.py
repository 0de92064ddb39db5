"""What is typed wrongly is named at its field, nothing typed is lost, and nothing is kept of it."""

from datetime import date

import pytest
from sqlalchemy import func, select

from kb.core.db import db
from kb.visits.models import Visit
from tests.visits.makers import FORM, HOLIDAY, OPEN_DAY, close, faults_at, make_openness, make_visit, typed

NEW = "/kunjungan/baru?tuan_rumah=kabupaten-mesuji"
SLOT_LOST = "Pilih satu hari dan sesi."


@pytest.fixture
def busy_host(app):
    """Mesuji as these tests find it: closed for a session of the council, and one session taken."""
    with app.app_context():
        close(date(2026, 12, 15), date(2026, 12, 17))
        make_visit("accepted", guest="18.12", session="13:30")
        db.session.commit()


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("slot", "2026-11-20 09:00", "20 November 2026 tidak dapat dipilih: sudah lewat."),
        ("slot", "2026-11-23 09:00", "hari ini"),
        ("slot", "2026-11-30 09:00", "kurang dari 5 hari kerja lagi"),
        ("slot", "2026-12-05 09:00", "akhir pekan"),
        ("slot", f"{HOLIDAY} 09:00", "24 Desember 2026 tidak dapat dipilih: Cuti Bersama Hari Raya Natal."),
        ("slot", "2026-12-16 09:00", "sidang DPRD"),
        ("slot", "2027-06-30 09:00", "lebih dari 120 hari lagi"),
        ("slot", "9999-12-31 09:00", "lebih dari 120 hari lagi"),
        ("slot", "0001-01-01 09:00", "sudah lewat"),
        ("slot", f"{OPEN_DAY} 10:00", "sesi itu tidak dibuka"),
        (
            "slot",
            f"{OPEN_DAY} 13:30",
            "Sesi 13.30–15.30 pada 9 Desember 2026 sudah terisi. Pilih sesi lain, atau",
        ),
        ("slot", f"{OPEN_DAY}", "sesi itu tidak dibuka"),
        ("slot", "2026-02-30 09:00", SLOT_LOST),
        ("slot", "kapan saja", SLOT_LOST),
        ("slot", "", SLOT_LOST),
        ("mode", "teleportasi", "Pilihan ini tidak ada dalam daftar."),
        ("purpose", "", "Isian ini wajib diisi."),
        ("purpose", " \x00 \n", "Isian ini wajib diisi."),
        ("purpose", "x" * 10_000, "Terlalu panjang: paling banyak 2000 karakter."),
        ("questions", "", "Tulis paling sedikit satu pertanyaan."),
        ("questions", " \n \r\n\t", "Tulis paling sedikit satu pertanyaan."),
        ("indicators", ["spbe-2020/12", "khayalan/99"], "Ada pilihan yang tidak ada dalam daftar."),
        ("indicators", ["spbe-2020/48"], "Ada pilihan yang tidak ada dalam daftar."),
        ("head_name", "", "Isian ini wajib diisi."),
        ("head_position", "x" * 121, "Terlalu panjang: paling banyak 120 karakter."),
        ("delegation_size", "41", "Tuan rumah menerima paling banyak 40 orang."),
        ("delegation_size", "0", "Angka harus antara 1 dan 500."),
        ("delegation_size", "-6", "Angka harus antara 1 dan 500."),
        ("delegation_size", "9" * 40, "Angka harus antara 1 dan 500."),
        ("delegation_size", "enam", "Isi dengan angka bulat."),
        ("delegation_size", "", "Isian ini wajib diisi."),
        ("contact_name", "", "Isian ini wajib diisi."),
        ("contact_phone", "telepon saja", "Nomor WhatsApp tidak benar. Contoh: 0812 3456 7890"),
        ("contact_email", "budi tanpa domain", "Alamat surel tidak benar."),
        ("letter_number", "x" * 81, "Terlalu panjang: paling banyak 80 karakter."),
        ("letter_on", "30 Februari 2026", "Tanggal tidak benar. Contoh: 2026-11-23."),
        ("letter_on", "2026-11-24", "Tanggal surat tidak boleh setelah hari ini."),
    ],
)
def test_each_fault_is_named_at_its_field_and_everything_typed_stays(cast, busy_host, state, field, value, message):
    before = state()
    form = {**FORM, "letter_number": "005/12/KOMINFO", "letter_on": "2026-11-20", field: value}
    page = cast.guest_manager.client.post(NEW, data=form)
    assert page.status_code == 422 and "<title>Kesalahan:" in page.text
    assert message in faults_at(page.text, field)
    still_there = typed(page.text)
    # A session that is not offered and a choice that is not in the list cannot stand in the form; all else does, faulty or not.
    for name in form.keys() - ({field} & {"slot", "mode", "indicators"}):
        expected = form[name] if isinstance(form[name], list) else [form[name]]
        assert sorted(text.strip(" \x00\n\r\t") for text in still_there[name]) == sorted(text.strip(" \x00\n\r\t") for text in expected)
    assert state() == before


def test_all_faults_are_named_at_once(cast):
    page = cast.guest_manager.client.post(NEW, data={"mode": "daring", "delegation_size": "enam"}).text
    for field in ("slot", "purpose", "questions", "head_name", "head_position", "delegation_size", "contact_name", "contact_phone"):
        assert faults_at(page, field)


def test_a_weekday_that_the_host_keeps_for_itself_is_refused(app, cast, state):
    with app.app_context():
        make_openness(sessions=((0, 9, 11),), largest_delegation=5)
        db.session.commit()
    before = state()
    page = cast.guest_manager.client.post(NEW, data=FORM)
    assert page.status_code == 422 and "9 Desember 2026 tidak dapat dipilih: tidak ada sesi." in faults_at(page.text, "slot")
    monday = cast.guest_manager.client.post(NEW, data={**FORM, "slot": "2026-12-07 09:00"})
    assert "Tuan rumah menerima paling banyak 5 orang." in faults_at(monday.text, "delegation_size")
    assert state() == before


@pytest.mark.parametrize(
    ("slug", "status", "message"),
    [
        ("kabupaten-pringsewu", 422, "Tuan rumah tidak boleh instansi Anda sendiri."),
        ("kabupaten-lampung-selatan", 422, "belum bergabung di Berguru"),
        ("redaksi", 422, "Redaksi Berguru bukan instansi yang dapat dikunjungi."),
        ("kabupaten-khayalan", 404, "Instansi itu tidak dikenal. Pilih dari daftar ini."),
        ("' OR 1=1 --", 404, "Instansi itu tidak dikenal. Pilih dari daftar ini."),
    ],
)
def test_an_office_that_cannot_be_asked_is_told_before_anything_is_typed(cast, state, slug, status, message):
    before = state()
    for send in (cast.guest_manager.client.get, cast.guest_manager.client.post):
        page = send(
            "/kunjungan/baru", query_string={"tuan_rumah": slug}, **({"data": FORM} if send == cast.guest_manager.client.post else {})
        )
        assert page.status_code == status and message in page.text
    assert state() == before


def test_a_double_click_keeps_one_draft_and_sends_one_request(app, cast):
    client = cast.guest_manager.client
    once = typed(client.get(NEW).text)["once"][0]
    first, second = (client.post(NEW, data={**FORM, "once": once}) for _ in range(2))
    assert first.status_code == second.status_code == 303 and first.location == second.location
    address = first.location.replace("/periksa", "/submit")
    assert client.post(address).location == client.post(address).location == first.location.replace("/periksa", "/terkirim")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 1
        assert db.session.scalars(select(Visit.reference)).one() == "KK-2026-0001"


def test_a_form_corrected_after_a_fault_is_kept_once_too(app, cast):
    """The key of a form that was refused is still good for its next sending."""
    client = cast.guest_manager.client
    faulty = client.post(NEW, data={**FORM, "delegation_size": "41", "once": "satu"})
    assert typed(faulty.text)["once"] == ["satu"]
    again = [client.post(NEW, data={**FORM, "once": "satu"}).location for _ in range(2)]
    assert again[0] == again[1]
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Visit)) == 1


def test_a_faulty_change_leaves_the_draft_as_it_was(app, cast, state):
    client = cast.guest_manager.client
    draft = client.post(NEW, data=FORM).location.removesuffix("/periksa")
    before = state()
    page = client.post(f"{draft}/ubah", data={**FORM, "purpose": "Maksud yang baru.", "delegation_size": "41"})
    assert page.status_code == 422 and faults_at(page.text, "delegation_size") and typed(page.text)["purpose"] == ["Maksud yang baru."]
    assert state() == before


@pytest.mark.parametrize(("status", "action"), [("requested", "decline"), ("accepted", "cancel")])
@pytest.mark.parametrize(("reason", "message"), [(" \n", "Tulis alasannya"), ("x" * 501, "Terlalu panjang: paling banyak 500 karakter.")])
def test_a_reason_that_is_missing_or_too_long_is_asked_again(app, cast, state, status, action, reason, message):
    with app.app_context():
        ident = make_visit(status).id
        db.session.commit()
    before = state()
    page = cast.host_manager.client.post(f"/kunjungan/{ident}/{action}", data={"reason": reason})
    assert page.status_code == 422 and "<title>Kesalahan:" in page.text and message in faults_at(page.text, "reason")
    assert typed(page.text)["reason"] == [reason.strip()]
    assert state() == before


def test_a_fault_in_one_form_leaves_the_other_forms_of_the_page_filled(app, cast):
    with app.app_context():
        ident = make_visit("accepted", room="Ruang Command Center").id
        db.session.commit()
    page = typed(cast.host_manager.client.post(f"/kunjungan/{ident}/cancel", data={"reason": ""}).text)
    assert "Ruang Command Center" in page["room"]


@pytest.mark.parametrize(
    "address", ["/kunjungan/99999", "/kunjungan/99999/periksa", "/kunjungan/99999.ics", "/kunjungan/abc", "/kunjungan/-1"]
)
def test_a_visit_that_does_not_exist_is_not_found(cast, address):
    assert cast.host_manager.client.get(address).status_code == 404


@pytest.mark.parametrize("action", ["terbang", "delete", "accepted"])
def test_an_unknown_step_is_not_found(app, cast, state, action):
    with app.app_context():
        ident = make_visit("requested").id
        db.session.commit()
    before = state()
    assert cast.host_manager.client.post(f"/kunjungan/{ident}/{action}").status_code == 404
    assert state() == before


def test_html_typed_into_a_request_stays_text(app, cast):
    script = '<script>alert("x")</script><img src=x onerror=alert(1)>'
    form = {**FORM, "purpose": script, "questions": script, "head_name": script[:100], "contact_name": script[:100]}
    page = cast.guest_manager.client.get(cast.guest_manager.client.post(NEW, data=form).location).text
    assert "<script>alert" not in page and "<img src=x" not in page and page.count("&lt;script&gt;") == 4


@pytest.mark.parametrize("month", ["2026-13", "1999-01", "x", "2027-03", "2026-12"])
def test_any_month_in_the_address_shows_one_within_reach(cast, month):
    page = cast.guest_manager.client.get(f"{NEW}&bulan={month}")
    assert page.status_code == 200
    assert ("Maret 2027" if month == "2027-03" else "Desember 2026") in page.text.split("<caption>")[1].split("</caption>")[0]


@pytest.mark.parametrize(
    "address",
    [
        "/kunjungan/9999999999",
        "/kunjungan/99999999999999999999/periksa",
        "/kunjungan/99999999999999999999.ics",
        "/kunjungan/1%00",
    ],
)
def test_an_address_that_no_table_can_hold_is_not_found(cast, address):
    assert cast.guest_manager.client.get(address).status_code == 404


@pytest.mark.parametrize("query", ["tuan_rumah=%00", "tuan_rumah=kabupaten-mesuji&slot=a%00b"])
def test_a_nul_byte_behind_the_question_mark_is_left_out(cast, query):
    assert cast.guest_manager.client.get(f"/kunjungan/baru?{query}").status_code == 200


@pytest.mark.parametrize("once", ["a\x00b", "x" * 5_000, "'; DROP TABLE visit; --", "é🙂"])
def test_a_tampered_key_of_a_form_does_no_harm(app, cast, once):
    answers = [cast.guest_manager.client.post(NEW, data={**FORM, "once": once}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303] and answers[0].location == answers[1].location
