"""An office receives visits when it has said so: until then every page says that it has not, and what one may do instead."""

import re

import pytest
from sqlalchemy import func, select

from kb.core.db import db
from kb.core.errors import Invalid
from kb.visits import openness, schedule, service
from kb.visits.models import Openness, Visit
from kb.visits.service import Given
from tests.makers import make_user, office, signed_in
from tests.visits.makers import FORM, OPEN_DAY, PRINGSEWU, close, faults_at, forget_openness, make_openness, make_visit, typed

HOST = "/instansi/kabupaten-mesuji"
CALENDAR = "/kunjungan/kalender/kabupaten-mesuji"
NEW = "/kunjungan/baru?tuan_rumah=kabupaten-mesuji"
SETTINGS = "/kunjungan/keterbukaan"
SILENT = "Diskominfo Kabupaten Mesuji belum menyatakan kapan menerima tamu."
CLOSED = "Tuan rumah belum membuka sesi."
ASK = 'href="/tanya/baru?kepada=kabupaten-mesuji"'
OWES = "Instansi Anda belum menyatakan kapan menerima tamu."


@pytest.fixture(params=[SILENT, CLOSED], ids=["said nothing", "opened nothing"])
def refusal(request, app, cast):
    """The sentence of a host that has joined and says nothing, or that it opens no session."""
    with app.app_context():
        forget_openness() if request.param == SILENT else make_openness(sessions=(), note="Gedung sedang diperbaiki.")
        db.session.commit()
    return request.param


@pytest.fixture
def silent(app, cast):
    """The host has joined and said nothing."""
    with app.app_context():
        forget_openness()
        db.session.commit()


def main(page: str) -> str:
    return page.split("<main")[1].split("</main>")[0]


def counted(app, model) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(model))


@pytest.mark.parametrize("part", ["visitor", "guest_member", "guest_manager", "outsider"])
def test_guests_read_that_it_receives_nobody_yet_and_what_they_may_do(cast, refusal, part):
    for address in (HOST, CALENDAR):
        page = main(getattr(cast, part).client.get(address).text)
        assert refusal in page and ASK in page and "Minta kunjungan" not in page, address
        assert "bebas" not in page and 'class="month"' not in page and "Terbuka Senin" not in page
        assert ("tulis sebagai draf" in page) == (part != "visitor")


def test_an_office_that_has_not_joined_offers_no_sessions_either(app, cast):
    with app.app_context():
        db.session.add(Openness(host_id=office("18.01").id, notice_days=0, ahead_days=30, largest_delegation=9))
        db.session.commit()
        assert schedule.next_free(office("18.01")) == []
    page = main(cast.guest_manager.client.get("/kunjungan/kalender/kabupaten-lampung-selatan").text)
    assert "belum bergabung di Berguru" in page and "/gabung?instansi=kabupaten-lampung-selatan" in page and 'class="month"' not in page
    refused = cast.guest_manager.client.post("/kunjungan/baru?tuan_rumah=kabupaten-lampung-selatan", data=FORM)
    assert refused.status_code == 422 and "belum bergabung di Berguru" in refused.text


def test_the_list_of_hosts_keeps_apart_who_receives(cast, refusal):
    page = main(cast.outsider.client.get("/kunjungan/baru").text)
    assert NEW not in page and "Belum ada instansi lain yang membuka sesi kunjungan." in page
    assert f'<a href="{HOST}">' in page.split("Belum membuka sesi</h2>")[1]


def test_a_draft_can_be_kept_and_is_sent_once_the_host_has_said_when(app, cast, refusal):
    client = cast.guest_manager.client
    form = main(client.get(NEW).text)
    assert refusal in form and "Lanjut: periksa jawaban" not in form and 'name="slot"' not in form and 'class="month"' not in form
    first_button = re.search(r"<button[^>]*>", form.split("<form")[1])[0]
    assert 'name="simpan_draf"' in first_button, "Enter keeps the draft"
    kept = client.post(NEW, data={**FORM, "slot": [], "simpan_draf": "y"})
    assert kept.status_code == 303
    ident = int(kept.location.split("/")[2])
    check = main(client.get(f"/kunjungan/{ident}/periksa").text)
    assert refusal in check and "Kirim permohonan" not in check and "Hari dan sesi</a>" not in check
    sent = client.post(f"/kunjungan/{ident}/submit", follow_redirects=True).text
    assert f"{refusal} Permohonan ini tetap tersimpan sebagai draf." in sent
    again = client.get(f"/kunjungan/{ident}/ubah").text
    assert refusal in again and typed(again)["purpose"] == [FORM["purpose"]]

    with app.app_context():
        make_openness(sessions=((2, 9, 11),))
        db.session.commit()
    assert client.post(f"/kunjungan/{ident}/ubah", data={**FORM, "version": typed(again)["version"]}).status_code == 303
    assert client.post(f"/kunjungan/{ident}/submit").location.endswith("/terkirim")


def test_sessions_that_were_open_when_the_form_was_opened_are_refused_and_nothing_typed_is_lost(app, cast, refusal):
    client = cast.guest_manager.client
    page = client.post(NEW, data=FORM)
    assert page.status_code == 422 and refusal in faults_at(page.text, "slot") and "Tidak dapat dipilih lagi: " in page.text
    assert typed(page.text)["purpose"] == [FORM["purpose"]] and counted(app, Visit) == 0
    with app.app_context():
        ident = make_visit("draft").id
        db.session.commit()
    assert refusal in client.post(f"/kunjungan/{ident}/submit", follow_redirects=True).text
    assert refusal in main(client.get(f"/kunjungan/{ident}/periksa").text)
    turned = client.post(NEW, data={**FORM, "lihat_bulan": "2026-12"})
    assert turned.status_code == 200 and refusal in turned.text
    assert client.get(f"{NEW}&slot={OPEN_DAY}%2009:00&bulan=2026-12").status_code == 200


@pytest.mark.parametrize(("part", "told"), [("host_manager", True), ("host_member", False), ("admin", False), ("outsider", True)])
def test_managers_are_shown_that_they_owe_their_hours_until_they_have_said_them(cast, silent, part, told):
    client = getattr(cast, part).client
    for address in ("/beranda", "/kunjungan"):
        page = main(client.get(address).text)
        assert (OWES in page) == told and (f"{OWES}</strong>" in page) == told
    if not told:
        return
    form = typed(client.get(SETTINGS).text)
    for name in ("monday", "tuesday", "wednesday", "thursday", "friday"):
        form[name] = [""]
    assert client.post(SETTINGS, data=form).status_code == 303
    assert all(OWES not in client.get(address).text for address in ("/beranda", "/kunjungan")), "never is an answer too"
    assert "Semua hari kosong" in client.get(SETTINGS).text


def test_the_editors_owe_no_hours(app, cast):
    with app.app_context():
        person = make_user("redaksi", "manager")
        db.session.commit()
        client = signed_in(app, person.fs_uniquifier)
    assert OWES not in client.get("/beranda").text


def test_its_own_people_read_who_can_change_it(cast, silent):
    manager, member = (main(getattr(cast, part).client.get(HOST).text) for part in ("host_manager", "host_member"))
    assert SILENT in manager and SETTINGS in manager and ASK not in manager
    assert SILENT in member and "Pengelola instansi Anda" in member and SETTINGS not in member
    assert "Belum disimpan." in cast.host_manager.client.get(SETTINGS).text


def test_saving_the_proposed_hours_opens_the_host(app, cast, silent):
    client = cast.host_manager.client
    assert client.post(SETTINGS, data=typed(client.get(SETTINGS).text)).status_code == 303
    assert "Belum disimpan." not in client.get(SETTINGS).text and counted(app, Openness) == 1
    page = main(cast.guest_manager.client.get(HOST).text)
    assert "Minta kunjungan" in page and "Terbuka Senin, Selasa, Rabu, Kamis, Jumat" in page
    assert "bebas" in cast.visitor.client.get(f"{CALENDAR}?bulan=2026-12").text


def test_what_a_host_tells_guests_is_read_although_it_receives_nobody(app, cast):
    with app.app_context():
        make_openness(sessions=(), note="Gedung sedang diperbaiki.")
        db.session.commit()
    assert "Gedung sedang diperbaiki." in cast.visitor.client.get(CALENDAR).text
    assert "Gedung sedang diperbaiki." in cast.guest_manager.client.get(NEW).text


def test_what_reached_a_silent_host_before_can_still_be_answered(app, cast, silent):
    """Of times when every office was open: the request stays, the host may accept it, and no weekday counts as closed."""
    with app.app_context():
        ident, other = make_visit("requested").id, make_visit("requested", guest="18.12", session="13:30").id
        close(OPEN_DAY, OPEN_DAY)
        assert openness.closed_days(db.session.get(Visit, ident)) == {OPEN_DAY: "sidang DPRD"}
        db.session.rollback()
        ident, other = make_visit("requested").id, make_visit("requested", guest="18.12", session="13:30").id
        db.session.commit()
    page = main(cast.host_manager.client.get(f"/kunjungan/{ident}").text)
    assert SILENT in page and "atur dahulu hari buka" in page
    assert "Di luar hari buka" not in cast.host_manager.client.get(SETTINGS).text
    moved = cast.guest_manager.client.post(f"/kunjungan/{ident}/reschedule", data={"slot": f"{OPEN_DAY} 13:30"})
    assert moved.status_code == 422 and SILENT in moved.text
    assert cast.host_manager.client.post(f"/kunjungan/{ident}/accept").status_code == 303
    assert cast.host_manager.client.post(f"/kunjungan/{other}/decline", data={"reason": "Belum siap."}).status_code == 303
    assert PRINGSEWU in main(cast.visitor.client.get(HOST).text), "the agreed visit is shown as ever"


def test_a_proposal_of_a_silent_host_is_refused_by_the_service_too(app, cast, silent):
    with app.app_context():
        visit = make_visit("requested")
        wishes = tuple(schedule.Wish(row.day, row.session) for row in visit.sessions)
        with pytest.raises(Invalid, match="belum menyatakan") as refused:
            service.act(visit, "propose", cast.host_manager.viewer, Given(reason="x", options=(wishes,)))
        assert refused.value.field == "option_1"


def test_in_the_demo_the_sentence_is_marked_as_sample_data(app, cast, refusal, monkeypatch):
    monkeypatch.setitem(app.config, "KB_ENV", "demo")
    for address in (HOST, CALENDAR):
        assert "data contoh" in main(cast.visitor.client.get(address).text).split(refusal)[1].split("</p>")[0]
    monkeypatch.setitem(app.config, "KB_ENV", "production")
    assert "data contoh" not in main(cast.visitor.client.get(CALENDAR).text)
