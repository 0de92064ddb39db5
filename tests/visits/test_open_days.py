"""A manager says when the own office is open; guests see it at once, and what was agreed is never closed away."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from kb.core.db import db
from kb.visits.models import ClosedPeriod, Openness
from tests.makers import office
from tests.visits.makers import OPEN_DAY, close, faults_at, forget_openness, make_openness, make_visit, typed

SETTINGS = "/kunjungan/keterbukaan"
CLOSE = "/kunjungan/keterbukaan/tutup"
NEW = "/kunjungan/baru?tuan_rumah=kabupaten-mesuji&bulan=2026-12"
FORM = {
    "monday": "", "tuesday": "08.00-10.00, 10.00-12.00", "wednesday": "", "thursday": "13:30–15:00",
    "friday": "", "saturday": "", "sunday": "",
    "notice_days": "3", "ahead_days": "30", "largest_delegation": "12", "visits_per_session": "1", "visits_per_month": "",
    "place": "Ruang Command Center", "bring": "Surat tugas", "note": "",
}  # fmt: skip


def offered(page: str) -> list[str]:
    """The sessions of a page that may be chosen."""
    return [part.split('"')[0] for part in page.split('name="slot" value="')[1:]]


def kept(cast) -> dict[str, list[str]]:
    """The settings as their form shows them."""
    shown = typed(cast.host_manager.client.get(SETTINGS).text)
    return {name: shown[name] for name in FORM}


@pytest.fixture
def silent(app, cast):
    """The host has not said yet when it receives."""
    with app.app_context():
        forget_openness()
        db.session.commit()


def test_the_form_proposes_the_usual_hours_to_who_has_said_nothing(cast, silent):
    shown = typed(cast.host_manager.client.get(SETTINGS).text)
    assert shown["monday"] == shown["friday"] == ["09.00-11.30, 13.30-15.30"] and shown["saturday"] == [""]
    assert (shown["notice_days"], shown["ahead_days"], shown["largest_delegation"]) == (["5"], ["120"], ["40"])


def test_guests_see_new_open_days_at_once_and_the_form_shows_what_was_kept(app, cast, silent):
    assert cast.host_manager.client.post(SETTINGS, data=FORM).status_code == 303
    page = cast.guest_manager.client.get(NEW).text
    assert offered(page)[:4] == ["2026-12-01 08:00", "2026-12-01 10:00", "2026-12-03 13:30", "2026-12-08 08:00"]
    assert max(offered(page)) < "2026-12-24" and "paling lambat 3 hari kerja" in page and "Paling banyak 12 orang" in page
    shown = typed(cast.host_manager.client.get(SETTINGS).text)
    assert shown["tuesday"] == ["08.00-10.00, 10.00-12.00"] and shown["monday"] == [""] and shown["place"] == ["Ruang Command Center"]
    again = {**FORM, "tuesday": "08.00-10.00", "thursday": "", "started_from": shown["started_from"][0]}
    assert cast.host_manager.client.post(SETTINGS, data=again).status_code == 303
    assert offered(cast.guest_manager.client.get(NEW).text) == [
        "2026-12-01 08:00",
        "2026-12-08 08:00",
        "2026-12-15 08:00",
        "2026-12-22 08:00",
    ]
    with app.app_context():
        assert db.session.scalars(select(Openness.host_id)).all() == [office("18.11").id], "one row, and only of the own office"


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("monday", "pagi", '"pagi" bukan sesi. Contoh: 09.00-11.30, 13.30-15.30'),
        ("monday", "09.00", "bukan sesi"),
        ("monday", "09.00-25.00", "bukan sesi"),
        ("monday", "09.00-11.30-13.00", "bukan sesi"),
        ("monday", "09.00-11.30,", "bukan sesi"),
        ("monday", "09.00Z-11.30", "bukan sesi"),
        ("monday", "09.00+07.00-11.30", "bukan sesi"),
        ("monday", "0900-1130", "bukan sesi"),
        ("monday", "11.30-09.00", "berakhir sebelum dimulai"),
        ("monday", "09.00-09.00", "berakhir sebelum dimulai"),
        ("monday", "09.00-11.30, 11.00-12.00", "Sesi 09.00–11.30 dan 11.00–12.00 bertumpuk."),
        ("monday", "09.00-11.30, 09.00-11.30", "bertumpuk"),
        ("notice_days", "61", "Angka harus antara 0 dan 60."),
        ("notice_days", "", "Isian ini wajib diisi."),
        ("ahead_days", "366", "Angka harus antara 7 dan 365."),
        ("ahead_days", "1000", "Angka harus antara 7 dan 365."),
        ("visits_per_session", "0", "Angka harus antara 1 dan 10."),
        ("visits_per_month", "0", "Angka harus antara 1 dan 200."),
        ("largest_delegation", "0", "Angka harus antara 1 dan 500."),
        ("place", "x" * 301, "Terlalu panjang: paling banyak 300 karakter."),
    ],
)
def test_faulty_open_days_are_named_at_their_field_and_nothing_changes(app, cast, field, value, message):
    with app.app_context():
        make_openness()
        db.session.commit()
    before = kept(cast)
    page = cast.host_manager.client.post(SETTINGS, data={**FORM, field: value})
    assert page.status_code == 422 and "<title>Kesalahan:" in page.text and message in faults_at(page.text, field)
    assert {name: typed(page.text)[name] for name in FORM} == {name: [text] for name, text in {**FORM, field: value}.items()}
    assert kept(cast) == before


def test_no_notice_at_all_opens_tomorrow_but_never_today(app, cast, silent):
    days = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), "09.00-11.00")
    cast.host_manager.client.post(SETTINGS, data={**FORM, **days, "notice_days": "0"})
    assert offered(cast.guest_manager.client.get(NEW.replace("2026-12", "2026-11")).text)[0] == "2026-11-24 09:00"


def test_closed_days_are_shown_with_their_reason_and_can_be_lifted(app, cast):
    form = {"from_on": "2026-12-07", "until_on": "2026-12-11", "reason": "Sidang DPRD"}
    assert cast.host_manager.client.post(CLOSE, data=form).status_code == 303
    assert "7 Desember 2026–11 Desember 2026: Sidang DPRD" in cast.host_manager.client.get(SETTINGS).text
    page = cast.guest_manager.client.get(NEW).text
    assert "Sidang DPRD" in page and f"{OPEN_DAY} 09:00" not in offered(page) and "2026-12-14 09:00" in offered(page)
    with app.app_context():
        period = db.session.scalars(select(ClosedPeriod.id)).one()
    assert cast.host_manager.client.post(f"{CLOSE}/{period}/hapus").status_code == 303
    assert f"{OPEN_DAY} 09:00" in offered(cast.guest_manager.client.get(NEW).text)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("from_on", "", "Isian ini wajib diisi."),
        ("from_on", "2026-02-30", "Tanggal tidak benar."),
        ("until_on", "2026-12-06", "Hari terakhir tidak boleh sebelum hari pertama."),
        ("until_on", "2028-12-11", "Paling lama satu tahun."),
        ("reason", "", "Isian ini wajib diisi."),
        ("reason", "x" * 101, "Terlalu panjang: paling banyak 100 karakter."),
    ],
)
def test_a_faulty_closed_period_is_named_at_its_field(app, cast, field, value, message):
    form = {"from_on": "2026-12-07", "until_on": "2026-12-11", "reason": "Sidang DPRD", field: value}
    page = cast.host_manager.client.post(CLOSE, data=form)
    assert page.status_code == 422 and "<title>Kesalahan:" in page.text and message in faults_at(page.text, field)
    assert {name: typed(page.text)[name] for name in form} == {name: [text] for name, text in form.items()}
    with app.app_context():
        assert db.session.scalars(select(ClosedPeriod)).all() == []


def test_changed_open_days_leave_an_agreed_visit_alone(app, cast, silent):
    with app.app_context():
        ident = make_visit("accepted").id
        db.session.commit()
    cast.host_manager.client.post(SETTINGS, data=FORM)
    page = cast.guest_manager.client.get(f"/kunjungan/{ident}").text
    assert "diterima" in page and "09.00–11.30 WIB" in page and "Ruang Command Center" in page


def test_a_request_for_a_day_that_was_closed_meanwhile_is_not_sent(app, cast):
    with app.app_context():
        ident = make_visit("draft").id
        close(OPEN_DAY, OPEN_DAY)
        db.session.commit()
    refused = cast.guest_manager.client.post(f"/kunjungan/{ident}/submit", follow_redirects=True)
    assert "9 Desember 2026 tidak dapat dipilih: sidang DPRD." in refused.text


def test_the_second_of_two_managers_overwrites_nothing_in_silence(app, cast):
    client = cast.host_manager.client
    begun = typed(client.get(SETTINGS).text)["started_from"][0]
    theirs, mine = {**FORM, "place": "Ruang Rekan", "started_from": begun}, {**FORM, "notice_days": "9", "started_from": begun}
    assert client.post(SETTINGS, data=theirs).status_code == 303
    assert client.post(SETTINGS, data=theirs).status_code == 303, "a second press of the same button is no conflict"
    late = client.post(SETTINGS, data=mine)
    assert late.status_code == 409 and "sudah diubah orang lain" in late.text
    shown = typed(late.text)
    assert shown["notice_days"] == ["9"] and "Tempat: Ruang Rekan" in late.text and "Selasa: 08.00–10.00, 10.00–12.00" in late.text
    assert kept(cast)["place"] == ["Ruang Rekan"] and kept(cast)["notice_days"] == ["3"]
    assert client.post(SETTINGS, data={**mine, "started_from": shown["started_from"][0]}).status_code == 303
    assert kept(cast)["notice_days"] == ["9"]


@pytest.mark.parametrize("begun", ["", "0" * 16, "\x00", "x" * 5_000])
def test_a_forged_beginning_overwrites_nothing(cast, begun, silent):
    client = cast.host_manager.client
    client.post(SETTINGS, data=FORM)
    assert client.post(SETTINGS, data={**FORM, "place": "Timpa", "started_from": begun}).status_code == 409
    assert kept(cast)["place"] == [FORM["place"]]


def test_a_host_without_any_session_says_so(cast, app):
    with app.app_context():
        make_openness(sessions=())
        db.session.commit()
    for address in (NEW, "/kunjungan/kalender/kabupaten-mesuji", "/instansi/kabupaten-mesuji"):
        assert "Tuan rumah belum membuka sesi." in cast.guest_manager.client.get(address).text


def test_the_public_calendar_says_each_reason_once_and_what_a_guest_should_know(app, cast):
    with app.app_context():
        make_openness(
            sessions=tuple((day, 9, 11) for day in range(5)), place="Ruang Command Center", bring="Surat tugas", note="Parkir di belakang."
        )
        close(date(2026, 12, 9), date(2026, 12, 15))
        close(date(2026, 12, 17), date(2026, 12, 17), reason="Apel")
        db.session.commit()
    page = cast.visitor.client.get("/kunjungan/kalender/kabupaten-mesuji?bulan=2026-12").text
    reasons = re.findall(r"<li><strong>(.*?)</strong> tertutup: (.*?)</li>", page)
    assert reasons == [
        ("9–15 Desember", "sidang DPRD"),
        ("17 Desember", "Apel"),
        ("24 Desember", "Cuti Bersama Hari Raya Natal"),
        ("25 Desember", "Hari Raya Natal"),
    ], "the weekend within a closed period is no gap"
    assert 'href="#hari-2026-12-08"' in page and 'id="hari-2026-12-08"' in page
    for told in ("Ruang Command Center", "Surat tugas", "Parkir di belakang."):
        assert told in page
