"""A letter that was sent stays as it was, whatever becomes of the visit; each answer has a letter of its own."""

import io
import re
from html import unescape

import pytest
from sqlalchemy import select

from kb.core import events
from kb.core.db import db
from kb.core.events import Event
from kb.notifications.models import Notice
from kb.offices import service as offices
from kb.visits import letters
from kb.visits.letters import DOTS
from kb.visits.models import Visit, VisitLetter, VisitMember
from tests.accounts.makers import letter as pdf
from tests.makers import office
from tests.visits.makers import OPEN_DAY, faults_at, make_visit, rewrite_people, typed

THIRD, FOURTH, FIFTH = "2026-12-10 09:00", "2026-12-11 09:00", "2026-12-14 09:00"
SIGNER = {"place": "Mesuji", "signer_name": "Data Contoh", "signer_position": "Kepala Dinas"}


@pytest.fixture
def standing(app):
    """The id of a stored visit."""

    def make(status: str = "requested", **values) -> int:
        with app.app_context():
            ident = make_visit(status, **values).id
            db.session.commit()
            return ident

    return make


def does(person, ident: int, action: str, **given) -> None:
    """Take a step of the workflow as its page does."""
    answer = person.client.post(f"/kunjungan/{ident}/{action}", data=given)
    assert answer.status_code == 303 and "periksa" not in answer.location, unescape(answer.text)


def writes(person, ident: int, slug: str, **values) -> None:
    answer = person.client.post(f"/kunjungan/{ident}/surat/{slug}", data={**SIGNER, **values})
    assert answer.status_code == 303, unescape(answer.text)


def printed(person, ident: int, slug: str) -> str:
    """The words of the print page."""
    page = person.client.get(f"/kunjungan/{ident}/surat/{slug}/cetak")
    assert page.status_code == 200
    article = re.search(r'<article class="letter">.*</article>', page.text, re.DOTALL)[0]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", article)).split())


def listed(person, ident: int) -> list[str]:
    """The labels of the letters of a visit."""
    return [unescape(found) for found in re.findall(r"<h2>(.*?)</h2>", person.client.get(f"/kunjungan/{ident}/surat").text)]


def test_a_signed_proposal_stays_a_proposal_when_the_guest_accepts(cast, standing):
    ident = standing("requested")
    does(cast.host_manager, ident, "propose", option_1=THIRD, option_2=FOURTH, reason="Sidang DPRD.")
    writes(cast.host_member, ident, "balasan-usul", number="005/1/USUL", upload=pdf())
    before = printed(cast.guest_member, ident, "balasan-usul")
    assert "Kamis, 10 Desember 2026" in before and "Jumat, 11 Desember 2026" in before and "005/1/USUL" in before
    does(cast.guest_manager, ident, "choose", option="1")
    assert printed(cast.guest_member, ident, "balasan-usul") == before
    accepted = printed(cast.guest_member, ident, "balasan")
    assert "bersedia menerima kunjungan konsultasi" in accepted and "Kamis, 10 Desember 2026" in accepted
    assert "005/1/USUL" not in accepted, "the acceptance has a number of its own"
    assert cast.guest_member.client.get(f"/kunjungan/{ident}/surat/balasan/berkas").status_code == 404
    assert cast.guest_member.client.get(f"/kunjungan/{ident}/surat/balasan-usul/berkas").status_code == 200


def test_each_proposal_is_a_letter_of_its_own(cast, standing):
    ident = standing("requested")
    does(cast.host_manager, ident, "propose", option_1=THIRD, reason="Sidang DPRD.")
    writes(cast.host_member, ident, "balasan-usul", number="005/1/USUL", upload=pdf())
    does(cast.host_manager, ident, "propose", option_1=FOURTH, reason="Ruang rapat dipakai.")
    does(cast.guest_manager, ident, "refuse_options", reason="Tidak cocok.")
    does(cast.host_manager, ident, "propose", option_1=FIFTH, reason="Pilihan terakhir.")
    writes(cast.host_member, ident, "balasan-usul-3", number="005/3/USUL")
    first, second, third = (printed(cast.guest_member, ident, f"balasan-usul{turn}") for turn in ("", "-2", "-3"))
    assert "10 Desember" in first and "Sidang DPRD" in first and "005/1/USUL" in first
    assert "11 Desember" in second and "Ruang rapat dipakai" in second and DOTS in second
    assert "14 Desember" in third and "Pilihan terakhir" in third and "005/3/USUL" in third
    assert [label for label in listed(cast.guest_member, ident) if "usul" in label] == [
        "Surat balasan: usul jadwal", "Surat balasan: usul jadwal ke-2", "Surat balasan: usul jadwal ke-3"
    ]  # fmt: skip
    for slug in ("balasan-usul-4", "balasan-usul-1x", "acara-2", "balasan-usul-99999"):
        assert cast.guest_member.client.get(f"/kunjungan/{ident}/surat/{slug}/cetak").status_code == 404


def test_the_request_keeps_the_day_it_asked_for(cast, standing):
    ident = standing("draft")
    does(cast.guest_manager, ident, "submit")
    before = printed(cast.host_member, ident, "permohonan")
    assert "Rabu, 9 Desember 2026" in before
    does(cast.host_manager, ident, "propose", option_1=THIRD, reason="Sidang DPRD.")
    does(cast.guest_manager, ident, "choose", option="1")
    assert printed(cast.host_member, ident, "permohonan") == before


def test_asking_for_another_day_is_a_letter_of_its_own_that_cites_the_first(cast, standing):
    ident = standing("draft")
    writes(cast.guest_member, ident, "permohonan", number="005/1/TAMU", dated_on="2026-11-20")
    does(cast.guest_manager, ident, "submit")
    does(cast.host_manager, ident, "accept")
    does(cast.guest_manager, ident, "reschedule", slot=THIRD, reason="Kepala dinas berhalangan.")
    second = printed(cast.host_member, ident, "permohonan-2")
    assert "Menyusul surat kami nomor 005/1/TAMU tanggal 20 November 2026" in second and "Kamis, 10 Desember 2026" in second
    assert "Kepala dinas berhalangan." in second and "Rabu, 9 Desember 2026" in printed(cast.host_member, ident, "permohonan")
    does(cast.host_manager, ident, "accept")
    assert "9 Desember" in printed(cast.guest_member, ident, "balasan") and "10 Desember" in printed(cast.guest_member, ident, "balasan-2")


def test_a_numbered_draft_is_settled_only_when_it_is_sent(app, cast, standing):
    ident = standing("draft")
    writes(cast.guest_member, ident, "permohonan", number="005/1/TAMU")
    with app.app_context():
        db.session.get(Visit, ident).purpose = "Belajar pusat data."
        db.session.commit()
    assert "Belajar pusat data." in printed(cast.guest_member, ident, "permohonan")
    does(cast.guest_manager, ident, "submit")
    with app.app_context():
        db.session.get(Visit, ident).purpose = "Sesuatu yang lain."
        db.session.commit()
    assert "Belajar pusat data." in printed(cast.guest_member, ident, "permohonan")


def test_the_delegation_may_follow_until_the_request_has_its_number(app, cast, standing):
    ident = standing("draft")
    does(cast.guest_manager, ident, "submit")
    people = "Nama;Jabatan;NIP;Jenis\nAni Contoh;Kepala Bidang;;\nBudi Contoh;Staf;;\n"
    assert rewrite_people(cast.guest_member.client, ident, people).status_code == 303
    assert "2 orang" in (letter := printed(cast.host_member, ident, "permohonan")) and "Budi Contoh" in letter
    writes(cast.guest_member, ident, "permohonan", number="005/1/TAMU")
    assert rewrite_people(cast.guest_member.client, ident, people + "Cici Contoh;Staf;;\n").status_code == 303
    assert "2 orang" in (letter := printed(cast.host_member, ident, "permohonan")) and "Cici Contoh" not in letter


def test_the_place_may_follow_until_the_acceptance_has_its_number(cast, standing):
    ident = standing("requested")
    does(cast.host_manager, ident, "accept")
    cast.host_member.client.post(f"/kunjungan/{ident}/tempat", data={"room": "Ruang Pertama"})
    assert "Ruang Pertama" in printed(cast.guest_member, ident, "balasan")
    writes(cast.host_member, ident, "balasan", number="005/2", receiver="Sari Contoh, Sekretaris", contact="Dewi Contoh, 0812 0000 0000")
    cast.host_member.client.post(f"/kunjungan/{ident}/tempat", data={"room": "Ruang Kedua"})
    letter = printed(cast.guest_member, ident, "balasan")
    assert "Ruang Pertama" in letter and "Ruang Kedua" not in letter
    assert "Sari Contoh, Sekretaris" in letter and "Dewi Contoh, 0812 0000 0000" in letter


def test_the_reason_for_a_move_to_the_screen_outlives_the_visit(cast, standing, it_is):
    ident = standing("requested")
    does(cast.host_manager, ident, "accept_online", reason="Aula direnovasi.")
    it_is(OPEN_DAY)
    does(cast.host_manager, ident, "hold")
    letter = printed(cast.guest_member, ident, "balasan")
    assert "mengalihkannya menjadi konsultasi daring" in letter and "Adapun pertimbangan kami: Aula direnovasi." in letter


def test_a_refusal_is_written_after_the_end_and_keeps_its_reason(cast, standing):
    ident = standing("requested")
    does(cast.host_manager, ident, "decline", reason="Pekan evaluasi.")
    writes(cast.host_member, ident, "balasan-tolak", number="005/9", upload=pdf())
    assert "Adapun pertimbangan kami: Pekan evaluasi." in printed(cast.guest_member, ident, "balasan-tolak")
    assert listed(cast.guest_member, ident) == ["Surat permohonan", "Surat balasan: belum dapat menerima"]


def test_a_sent_letter_keeps_its_addressee_and_signer(app, cast, standing):
    ident = standing("draft")
    writes(cast.guest_member, standing("requested", session="13:30"), "permohonan", signer_name="Kepala Lama")
    with app.app_context():
        visit = db.session.get(Visit, ident)
        visit.letters.append(VisitLetter(kind="permohonan", number="005/1/TAMU"))  # as the form of the request keeps it
        db.session.commit()
    does(cast.guest_manager, ident, "submit")
    with app.app_context():
        offices.edit_profile(office("18.11"), cast.host_manager.viewer, offices.Profile(letterhead="DINAS BARU DAN PERSANDIAN"))
        db.session.commit()
    newer = standing("requested", session="13:30")
    writes(cast.guest_member, newer, "permohonan", signer_name="Kepala Baru")
    old = printed(cast.guest_member, ident, "permohonan")
    assert "Kepala Lama" in old and "Kepala Dinas Komunikasi dan Informatika Kabupaten Mesuji" in old
    assert "Yth. Kepala Dinas Baru dan Persandian Kabupaten Mesuji" in printed(cast.guest_member, newer, "permohonan")


def test_who_signed_last_for_an_office_signs_its_other_letters_and_sheets(cast, standing):
    ident = standing("accepted")
    writes(cast.host_member, ident, "balasan", number="005/2", signer_name="Penanda Tangan", signer_nip="19800101")
    sheet = printed(cast.guest_member, ident, "hadir")
    assert "Mesuji, 9 Desember 2026" in sheet and "Penanda Tangan" in sheet and "NIP 19800101" in sheet
    assert "Penanda Tangan" in printed(cast.guest_member, ident, "visum")
    assert "Penanda Tangan" in printed(cast.guest_member, standing("accepted", session="13:30"), "acara")
    assert "Penanda Tangan" not in printed(cast.guest_member, ident, "permohonan"), "that is the other office's letter"
    form = typed(cast.host_member.client.get(f"/kunjungan/{ident}/surat/visum").text)
    assert form["signer_name"] == ["Penanda Tangan"] and "number" not in form and "attachment" not in form


def test_the_head_of_the_delegation_signs_the_report(app, cast, standing):
    ident = standing("held")
    with app.app_context():
        db.session.get(Visit, ident).members = [VisitMember(side="guest", position=1, name="Rina Rahasia", nip="19750101")]
        db.session.commit()
    form = typed(cast.guest_member.client.get(f"/kunjungan/{ident}/surat/laporan").text)
    assert (form["signer_name"], form["signer_nip"]) == (["Rina Rahasia"], ["19750101"])
    writes(cast.guest_member, ident, "laporan", addressee="Bupati Pringsewu melalui Asisten", assignment="090/77 tanggal 1 Desember 2026")
    report = unescape(cast.guest_member.client.get(f"/kunjungan/{ident}/laporan").text)
    assert "Yth. Bupati Pringsewu melalui Asisten" in report and "Surat tugas nomor 090/77 tanggal 1 Desember 2026" in report


@pytest.mark.parametrize(("title", "expected"), [
    ("Kepala Bidang Aptika", "Yth. Kepala Dinas Komunikasi dan Informatika Kabupaten Pringsewu"),
    ("Plt. Kepala Dinas Kominfo", "Yth. Bupati Pringsewu"),
])  # fmt: skip
def test_the_report_goes_to_who_stands_above_its_writer(cast, standing, title, expected):
    ident = standing("held", head_position=title)
    assert expected in unescape(cast.guest_member.client.get(f"/kunjungan/{ident}/laporan").text)


def test_there_is_one_report(cast, standing):
    ident = standing("held")
    for kind, there in (("/cetak", ""), (".docx", ".docx")):
        answer = cast.guest_member.client.get(f"/kunjungan/{ident}/surat/laporan{kind}")
        assert answer.status_code == 302 and answer.location == f"/kunjungan/{ident}/laporan{there}"
        assert cast.outsider.client.get(f"/kunjungan/{ident}/surat/laporan{kind}").status_code == 404


def test_a_visit_on_the_screen_has_no_travel_sheet(cast, standing):
    ident = standing("online", mode="daring")
    assert "Lembar visum" not in listed(cast.host_member, ident)
    assert cast.host_member.client.get(f"/kunjungan/{ident}/surat/visum.docx").status_code == 404


def test_the_history_tells_of_a_letter_only_what_is_new(app, cast, standing):
    ident = standing("accepted")
    for values in ({}, {"number": "005/2"}, {"number": "005/2", "copies": "Bupati"}, {"number": "005/2", "upload": pdf()}):
        writes(cast.host_member, ident, "balasan", **values)
    with app.app_context():
        told = db.session.scalars(select(Event).where(Event.name == "visit.letter_added").order_by(Event.id))
        assert [event.data["signed"] for event in told] == [False, True]
    page = unescape(cast.guest_member.client.get(f"/kunjungan/{ident}").text)
    assert page.count("Surat dilengkapi (Surat balasan: kesediaan)") == 2


def test_a_signed_letter_is_told_to_the_other_sides_managers_and_a_drafts_to_nobody(app, cast, standing):
    writes(cast.guest_member, standing("draft", session="13:30"), "permohonan", upload=pdf())
    writes(cast.host_member, ident := standing("accepted"), "balasan", number="005/2")
    with app.app_context():
        events.drain()
        assert db.session.scalars(select(Notice)).all() == []
    writes(cast.host_member, ident, "balasan", number="005/2", upload=pdf())
    with app.app_context():
        events.drain()
        notice = db.session.scalars(select(Notice)).one()
        assert (notice.user_id, notice.url) == (cast.guest_manager.id, f"/kunjungan/{ident}/surat")
        assert "bertanda tangan" in notice.title and "Surat balasan: kesediaan" in notice.detail


def test_a_refused_save_settles_nothing(app, cast, standing):
    ident = standing("requested")
    does(cast.host_manager, ident, "accept")
    values = {**SIGNER, "number": "005/2", "upload": (io.BytesIO(b"bukan pdf"), "surat.pdf")}
    page = cast.host_member.client.post(f"/kunjungan/{ident}/surat/balasan", data=values)
    assert page.status_code == 422 and "bukan PDF yang benar" in faults_at(page.text, "upload")
    cast.host_member.client.post(f"/kunjungan/{ident}/tempat", data={"room": "Ruang Kedua"})
    letter = printed(cast.guest_member, ident, "balasan")
    assert "Ruang Kedua" in letter and "005/2" not in letter


@pytest.mark.parametrize(("number", "words"), [
    (1, "satu"), (11, "sebelas"), (12, "dua belas"), (19, "sembilan belas"), (20, "dua puluh"), (41, "empat puluh satu"),
])  # fmt: skip
def test_sheets_are_counted_in_words_too(number, words):
    assert letters.spelled(number) == words


def test_the_acceptance_of_a_joint_visit_says_with_whom(app, cast, standing):
    leader = standing("accepted", guest="18.12", wants_joint=True)
    ident = standing("requested", wants_joint=True)
    does(cast.host_manager, ident, "accept_joint", joint_with_id=leader)
    expected = "bersama rombongan Dinas Komunikasi dan Informatika Kabupaten Tulang Bawang Barat"
    assert expected in printed(cast.guest_member, ident, "balasan")
