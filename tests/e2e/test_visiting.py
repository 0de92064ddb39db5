"""A visit from the request to the notes that are found again; what outsiders must not see."""

import re
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import expect

GUEST, HOST, OUTSIDER = "pengelola@pringsewu.example", "pengelola@mesuji.example", "pengelola@tubaba.example"
QUESTION = "Bagaimana perangkat daerah mengisi peta rencana?"


def ask(guest, word: str) -> str:
    """Send a request to Mesuji for the first free session; returns the address of the visit."""
    page = guest.page
    guest.open("/instansi/kabupaten-mesuji").follow("Minta kunjungan")
    page.get_by_label("Berkunjung: melihat langsung").check()
    page.locator("input[name=slot]").first.check()
    page.get_by_label("Maksud kunjungan").fill(f"Belajar peta rencana {word} (data contoh)")
    page.locator("summary", has_text="Perencanaan Strategis").first.click()
    page.get_by_label("12. Peta Rencana SPBE").check()
    page.get_by_label("Pertanyaan, satu per baris").fill(QUESTION)
    page.get_by_label("Nama pimpinan rombongan").fill("Pimpinan Contoh")
    page.get_by_label("Jabatan pimpinan rombongan").fill("Kepala Bidang")
    page.get_by_label("Jumlah orang").fill("9")
    page.get_by_label("Nomor WhatsApp").fill("0812 0000 0000")
    guest.press("Lanjut: periksa jawaban").sees("Periksa jawaban Anda").sees(QUESTION)
    guest.press("Kirim permohonan").sees("Permohonan terkirim")
    assert re.search(r"KK-\d{4}-\d{4}", page.get_by_role("main").inner_text())
    guest.follow("Lihat permohonan")
    return page.url.removeprefix(guest.site)


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"javascript": False}], ids=["desk", "phone", "no-javascript"])
def test_from_the_request_to_notes_that_are_found_again(person, site, how):
    word = f"kolaborasi{'-'.join(how) or 'meja'}"
    guest = person(**how).sign_in(GUEST)
    address = ask(guest, word)

    host = person(**how).sign_in(HOST).sees("Diskominfo Kabupaten Pringsewu")
    host.open(address).sees(QUESTION)
    host.press("Terima").sees("diterima")
    guest.open("/pemberitahuan").sees("diterima")
    assert _mail_to(site, GUEST, "diterima")

    site.let_the_day_come(int(address.rsplit("/", 1)[1]))
    guest.open(address).press("Tandai terlaksana").follow("Tulis catatan kunjungan")
    guest.page.get_by_label("Judul").fill(f"Yang dipelajari: {word}")
    guest.page.get_by_label("Ringkasan").fill("Lembar kerja bersama (data contoh)")
    guest.press("Terbitkan").sees(QUESTION)

    _wait_for_hit(host, word)
    stranger = person().sign_in(OUTSIDER).open(f"/cari?q={word}")
    stranger.sees("0 hasil")
    stranger.open("/catatan")
    expect(stranger.page.get_by_text(word)).to_have_count(0)


def _mail_to(site, address: str, word: str) -> bool:
    for path in (site.folder / "surat").glob("*.eml"):
        mail = message_from_bytes(path.read_bytes(), policy=policy.default)
        if address in mail["To"] and word in mail["Subject"].lower() + mail.get_body(("plain",)).get_content():
            return True
    return False


def _wait_for_hit(person, word: str) -> None:
    link = person.page.get_by_role("main").get_by_role("link", name=re.compile(word))
    for _ in range(20):
        person.open(f"/cari?q={word}&jenis=note")
        if link.count():
            return
        person.page.wait_for_timeout(250)
    raise AssertionError("the notes were not found")


def test_a_request_is_declined_with_a_reason(person):
    guest = person().sign_in(GUEST)
    address = ask(guest, "penolakan")
    host = person().sign_in(HOST).open(address)
    host.page.locator("summary", has_text="Tolak").click()
    host.press("Tolak").sees("Tulis alasannya")
    host.page.get_by_label("Alasan").fill("Sidang DPRD; minggu depan bisa.")
    host.press("Tolak").sees("ditolak")
    guest.open(address).sees("Sidang DPRD; minggu depan bisa.")
