"""A visit from the first thought to its end; two guests on one session; what outsiders must not see."""

import io
import re
import time
from email import message_from_bytes, policy

import pytest
from docx import Document
from PIL import Image
from playwright.sync_api import expect

from kb.visits import members

GUEST, HOST, OUTSIDER = "pengelola@pringsewu.example", "pengelola@mesuji.example", "pengelola@tubaba.example"
QUESTION = "Bagaimana perangkat daerah mengisi peta rencana?"


def ask(guest, word: str, slot: str = "", joint: bool = False) -> tuple[str, str]:
    """Send a request to Mesuji, for the first free session or that one; returns the address of the visit and its session."""
    page = guest.page
    guest.open("/instansi/kabupaten-mesuji").follow("Minta kunjungan")
    page.get_by_label("Berkunjung: melihat langsung").check()
    free = "label:not(:has-text('terisi')) > input[name=slot]"
    box = page.locator(f"input[name=slot][value='{slot}']" if slot else free).first
    box.check()
    slot = box.get_attribute("value")
    if joint:
        page.get_by_label("Kami bersedia digabung").check()
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
    return page.url.removeprefix(guest.site), slot


def step(person, label: str, **fields: str):
    """Open a step of the visit, fill what it needs, and take it."""
    form = person.page.locator("details", has=person.page.locator("summary", has_text=re.compile(f"^{label}$")))
    if form.count() and form.first.get_attribute("open") is None:
        form.first.locator("summary").click()
    scope = form.first if form.count() else person.page.get_by_role("main")
    for name, value in fields.items():
        box = scope.locator(f"[name={name}]").first
        box.select_option(index=int(value)) if box.evaluate("e => e.tagName") == "SELECT" else box.fill(value)
    scope.get_by_role("button", name=label, exact=True).first.click()
    person.look()
    return person


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"javascript": False}], ids=["desk", "phone", "no-javascript"])
def test_from_the_request_over_another_day_to_notes_that_are_found_again(person, site, how):
    word = f"kolaborasi{'-'.join(how) or 'meja'}"
    guest = person(**how).sign_in(GUEST)
    address, _ = ask(guest, word)

    host = person(**how).sign_in(HOST).sees("Diskominfo Kabupaten Pringsewu")
    host.open(address).sees(QUESTION)
    step(host, "Usulkan jadwal lain", option_1="5", option_2="8", reason="Ruang rapat dipakai.").sees("usul jadwal lain")
    _number(host, f"{address}/surat/balasan-usul", "005/USUL/CONTOH")
    guest.open(address).sees("Ruang rapat dipakai.").press("Terima usul ini").sees("diterima")
    host.open(address)
    host.page.get_by_label("Ruang atau tempat").last.fill("Ruang Rapat Contoh")
    host.press("Simpan tempat").sees("Ruang Rapat Contoh")
    guest.is_told("ditentukan")
    assert _mail_to(site, GUEST, "ditentukan")
    _number(host, f"{address}/surat/balasan", "005/TERIMA/CONTOH", receiver="Kepala Dinas Contoh")
    guest.open(f"{address}/rombongan").page.locator("textarea[name=text]").fill("Nama;Jabatan;NIP;Jenis\nAni Contoh;Staf;;")
    guest.press("Simpan rombongan")
    _prints_a_line_to_sign(guest, f"{address}/hadir")
    guest.open(f"{address}/surat").sees("Surat balasan: usul jadwal").sees("Surat balasan: kesediaan")
    for kind, words in LETTERS.items():
        guest.open(f"{address}/surat/{kind}/cetak").sees(words)
        assert words in _downloaded(guest, f"{address}/surat/{kind}.docx")

    site.let_the_day_come(int(address.rsplit("/", 1)[1]))
    guest.open(address).press("Tandai terlaksana").follow("Tulis catatan kunjungan")
    guest.page.get_by_label("Judul").fill(f"Yang dipelajari: {word}")
    guest.page.get_by_label("Ringkasan").fill("Lembar kerja bersama (data contoh)")
    guest.press("Terbitkan …").sees("Pembaca").press("Terbitkan untuk kedua instansi").sees(QUESTION)
    guest.open(f"{address}/surat/laporan/cetak").sees(f"Yang dipelajari: {word}").sees("Kesimpulan dan saran")
    assert f"Yang dipelajari: {word}" in _downloaded(guest, f"{address}/laporan.docx")
    guest.open(address).press("Nyatakan sudah dilaporkan").sees("dilaporkan")
    host.open(address).press("Tutup kunjungan").sees("ditutup")

    _wait_for_hit(host, word)
    stranger = person().sign_in(OUTSIDER).open(f"/cari?q={word}")
    stranger.sees("0 hasil")
    stranger.open("/catatan")
    expect(stranger.page.get_by_text(word)).to_have_count(0)


def test_the_day_is_held_on_a_phone(person, site, tmp_path):
    """The list and the agenda before; on the day attendance, somebody unlisted, a picture; then three questions."""
    guest, host = person(phone=True).sign_in(GUEST), person(phone=True).sign_in(HOST)
    address, _ = ask(guest, "hari kunjungan")
    host.open(address)
    step(host, "Terima").sees("diterima")

    guest.open(f"{address}/rombongan")
    guest.page.get_by_label("Daftar orang").fill(
        "Nama;Jabatan;NIP;Jenis\nAni Contoh, S.Kom.;Kepala Bidang;;pejabat\nBudi Contoh;Pranata Komputer;;"
    )
    guest.press("Simpan rombongan").sees("2 orang disimpan.")
    with guest.page.expect_download() as download:
        guest.page.get_by_role("link", name="unduh lembar Excel").click()
    sheet = tmp_path / "rombongan.xlsx"
    download.value.save_as(sheet)
    assert [member.name for member in members.from_file(sheet.name, sheet.read_bytes()).members] == ["Ani Contoh, S.Kom.", "Budi Contoh"]
    host.open(f"{address}/acara").press("Simpan susunan acara").sees("Susunan acara disimpan.")
    guest.open(f"{address}/acara").sees("Tanya jawab menurut daftar pertanyaan")
    host.open(f"{address}/hadir").sees("Kehadiran dicatat mulai")

    site.let_the_day_come(int(address.rsplit("/", 1)[1]))
    host.open(f"{address}/hadir").page.get_by_role("button", name=re.compile("^Hadir.*Ani Contoh")).click()
    host.sees("1 tamu tercatat hadir.").look()
    host.page.get_by_label("Nama", exact=True).fill("Citra Contoh")
    host.press("Catat hadir").sees("Citra Contoh dicatat hadir.").sees("2 tamu tercatat hadir.")
    guest.open(f"{address}/rombongan")
    written = guest.page.get_by_label("Daftar orang").input_value()
    assert "Citra Contoh" in written
    guest.page.get_by_label("Daftar orang").fill(written.replace("Kepala Bidang;;", "Kepala Bidang;198001012005011001;"))
    guest.press("Simpan rombongan").sees("3 orang disimpan.").open(f"{address}/hadir").sees("2 tamu tercatat hadir.")

    picture = tmp_path / "rapat.png"
    Image.new("RGB", (640, 480), "seagreen").save(picture)
    guest.open(f"{address}/foto")
    guest.page.get_by_label("Foto (JPEG atau PNG").set_input_files(picture)
    guest.page.get_by_label("Keterangan foto").fill("Paparan tuan rumah (data contoh)")
    guest.press("Simpan foto").sees("Foto disimpan.").sees("Paparan tuan rumah (data contoh)")
    host.open(f"{address}/foto").sees("Paparan tuan rumah (data contoh)")
    loaded = "image => image.decode().then(() => image.naturalWidth)"
    assert host.page.get_by_role("img", name="Paparan tuan rumah").evaluate(loaded) == 640

    guest.open(address).press("Tandai terlaksana").open(f"{address}/survei").press("Simpan jawaban").sees("Ada yang perlu diperbaiki")
    for name in ("answered", "prepared", "applicable"):
        guest.page.locator(f"input[name={name}][value='4']").check()
    guest.page.get_by_label("Yang ingin ditambahkan").fill("Jelas dan terbuka.")
    guest.press("Simpan jawaban").sees("Terima kasih. Jawaban disimpan.")
    host.open(f"{address}/survei").sees("terjawab 4, siap 4, dapat diterapkan 4. Jelas dan terbuka.")


def test_two_who_write_one_agenda_at_once_are_shown_both_texts(person):
    guest, host, colleague = person().sign_in(GUEST), person(phone=True).sign_in(HOST), person().sign_in("anggota@mesuji.example")
    address, _ = ask(guest, "dua penulis")
    host.open(address)
    step(host, "Terima").sees("diterima")
    for one, title in ((host, "Acara saya"), (colleague, "Acara rekan")):
        one.open(f"{address}/acara")
        one.page.get_by_label("Susunan acara").fill(f"09.00-09.30; {title}")
    colleague.press("Simpan susunan acara").sees("Susunan acara disimpan.")
    host.press("Simpan susunan acara").sees("Susunan acara ini sudah diubah orang lain")
    expect(host.page.get_by_label("Isi yang tersimpan")).to_have_value("09.00-09.30; Acara rekan")
    host.page.get_by_label("Susunan acara").fill("09.00-09.30; Acara rekan\n09.30-10.00; Acara saya")
    host.press("Simpan gabungan ini").sees("Susunan acara disimpan.")
    colleague.open(f"{address}/acara").sees("Acara rekan").sees("Acara saya")


# What each letter must say after a proposal was numbered and then accepted.
LETTERS = {
    "permohonan": "Permohonan kunjungan konsultasi",
    "balasan-usul": "005/USUL/CONTOH",
    "balasan": "005/TERIMA/CONTOH",
    "acara": "Ruang Rapat Contoh",
    "hadir": "Tanda tangan",
    "visum": "Berangkat dari",
}


def _number(host, address: str, number: str, **values: str) -> None:
    host.open(address)
    for name, value in {"number": number, "signer_name": "Penanda Tangan Contoh", **values}.items():
        host.page.locator(f"[name={name}]").fill(value)
    host.press("Simpan surat").sees("disimpan")


def _prints_a_line_to_sign(person, path: str) -> None:
    person.open(path).page.emulate_media(media="print")
    line = person.page.locator(".attendance .sign").first
    expect(line).to_be_visible()
    assert line.evaluate("e => getComputedStyle(e).borderBottom") == "1px solid rgb(0, 0, 0)"
    person.page.emulate_media(media="screen")


def _downloaded(person, path: str) -> str:
    """The words of a DOCX, as Word would open it."""
    answer = person.page.request.get(person.site + path)
    assert answer.ok and "attachment" in answer.headers["content-disposition"]
    document = Document(io.BytesIO(answer.body()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def _mail_to(site, address: str, word: str, seconds: int = 10) -> bool:
    """Does the worker send such a mail? The notice comes a moment before it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for path in (site.folder / "surat").glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if address in mail["To"] and word in mail["Subject"].lower() + mail.get_body(("plain",)).get_content():
                return True
        time.sleep(0.1)
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
    address, _ = ask(guest, "penolakan")
    host = person().sign_in(HOST).open(address)
    step(host, "Tolak").sees("Tulis alasannya")
    step(host, "Tolak", reason="Sidang DPRD; minggu depan bisa.").sees("ditolak")
    guest.open(address).sees("Sidang DPRD; minggu depan bisa.")


def test_two_guests_on_one_session_come_together(person):
    first, second = person().sign_in(GUEST), person(phone=True).sign_in(OUTSIDER)
    one, slot = ask(first, "bersama")
    other, _ = ask(second, "bersama juga", slot, joint=True)
    host = person().sign_in(HOST).open(one).sees("Permohonan lain untuk sesi yang sama")
    step(host, "Terima").sees("diterima")
    second.is_told("sudah terisi")
    second.open(other).sees("Permohonan Anda tidak ditolak")
    host.open(other)
    step(host, "Terima sebagai kunjungan bersama").sees("belum menyatakan bersedia digabung")
    first.is_told("Rombongan lain ingin bergabung")
    first.open(one).page.get_by_label("Kami bersedia digabung").check()
    first.page.locator("#bersama").get_by_role("button", name="Simpan").click()
    first.sees("Kesediaan kunjungan bersama disimpan")
    host.open(other)
    step(host, "Terima sebagai kunjungan bersama").sees("Kunjungan bersama dengan Diskominfo Kabupaten Pringsewu")
    second.open(other).sees("diterima")


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"javascript": False}], ids=["desk", "phone", "no-javascript"])
def test_a_sent_request_is_completed_and_two_colleagues_lose_nothing(person, how):
    guest, colleague = person(**how).sign_in(GUEST), person(**how).sign_in("anggota@pringsewu.example")
    address, _ = ask(guest, "pelengkap")
    for one in (guest, colleague):
        one.open(address).follow("Lengkapi pertanyaan dan narahubung")
    guest.page.get_by_label("Pertanyaan, satu per baris").fill(f"{QUESTION}\nBerapa lama?")
    guest.press("Simpan").sees("Berapa lama?").sees("Permohonan dilengkapi")
    colleague.page.get_by_label("Nama narahubung").fill("Narahubung Contoh")
    colleague.press("Simpan").sees("Tulisan Anda tidak hilang").sees("Berapa lama?")
    colleague.page.get_by_label("Pertanyaan, satu per baris").fill(f"{QUESTION}\nBerapa lama?")
    colleague.press("Simpan gabungan ini").sees("Narahubung Contoh").sees("Berapa lama?")
    person(**how).sign_in(HOST).open(address).sees("Narahubung Contoh")


@pytest.mark.parametrize("how", [{}, {"phone": True}], ids=["desk", "phone"])
def test_a_host_sees_which_visits_a_new_time_zone_touches_before_it_is_saved(person, how):
    guest = person().sign_in(GUEST)
    address, _ = ask(guest, "zona waktu")
    host = person(**how).sign_in(HOST).open(address)
    step(host, "Terima").sees("diterima")
    host.open("/instansi/kabupaten-mesuji/ubah").follow("Ubah zona waktu").sees("Diskominfo Kabupaten Pringsewu")
    host.page.get_by_label("WITA: Waktu Indonesia Tengah").check()
    host.press("Simpan zona waktu").sees("Belum disimpan")
    host.page.get_by_label("Kunjungan yang tersentuh sudah saya periksa").check()
    host.press("Simpan zona waktu").sees("WITA")
    guest.open(address).sees("WITA").sees("Zona waktu tuan rumah diubah")
    host.page.get_by_label("WIB: Waktu Indonesia Barat").check()
    host.page.get_by_label("Kunjungan yang tersentuh sudah saya periksa").check()
    host.press("Simpan zona waktu")
    guest.open(address).sees("WIB")


def test_everybody_sees_what_is_free_and_why_a_day_is_closed(person):
    person(phone=True).open("/kunjungan/kalender/kabupaten-mesuji").sees("bebas")
    person(javascript=False).open("/kunjungan/kalender/kabupaten-mesuji?bulan=2026-12").sees("Cuti Bersama Hari Raya Natal")
    person().open("/kunjungan/angka")
