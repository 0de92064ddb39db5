"""A request that grows from the first call: a draft of a member, completed by the manager with members and letter; then its day closes."""

import pytest
from playwright.sync_api import expect

MEMBER, GUEST, HOST, ADMIN = "anggota@pringsewu.example", "pengelola@pringsewu.example", "pengelola@tubaba.example", "admin@berguru.example"
PEOPLE = "Nama;Jabatan;NIP;Jenis\nPimpinan Contoh;Kepala Bidang;;pimpinan\nAnggota Contoh;Analis;;pelaksana"
LETTER = {"name": "surat-permohonan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n%contoh\n"}


@pytest.mark.parametrize("how", [{"phone": True}, {"javascript": False}], ids=["phone", "no-javascript"])
def test_a_draft_is_begun_by_one_completed_by_another_and_sent(person, how):
    member = person(**how).sign_in(MEMBER)
    member.open("/kunjungan/baru").follow("Diskominfo Kabupaten Tulang Bawang Barat")
    member.page.get_by_label("Maksud kunjungan").fill("Menyusun peta rencana (data contoh)")
    member.press("Simpan draf").sees("Draf disimpan.").sees("Belum dapat dikirim").sees("Hari dan sesi")
    address = member.page.url.removeprefix(member.site).removesuffix("/periksa")

    guest = person(**how).sign_in(GUEST).open("/kunjungan").sees("Hari belum dipilih")
    guest.open(f"{address}/periksa").follow("Paling sedikit satu pertanyaan")
    assert guest.page.url.endswith("/ubah#questions")
    page = guest.page
    expect(page.get_by_label("Maksud kunjungan")).to_have_value("Menyusun peta rencana (data contoh)")
    page.locator("input[name=slot]").last.check()
    page.get_by_label("Pertanyaan, satu per baris").fill("Siapa yang menyetujui peta rencana?")
    page.get_by_label("Nama pimpinan rombongan").fill("Pimpinan Contoh")
    page.get_by_label("Jabatan pimpinan rombongan").fill("Kepala Bidang")
    page.get_by_label("Jumlah orang").fill("4")
    page.get_by_label("Daftar rombongan").fill(PEOPLE)
    page.get_by_label("Nomor WhatsApp").fill("telepon")
    page.get_by_label("Surat permohonan sebagai PDF").set_input_files(LETTER)
    guest.press("Lanjut: periksa jawaban").sees("Nomor WhatsApp tidak benar.").sees("Sudah dipilih: surat-permohonan.pdf")
    expect(page.get_by_label("Daftar rombongan")).to_have_value(PEOPLE)
    page.get_by_label("Nomor WhatsApp").fill("0812 0000 0000")
    guest.press("Lanjut: periksa jawaban").sees("2 nama dari 4 orang").sees("surat-permohonan.pdf")
    guest.press("Kirim permohonan").sees("Permohonan terkirim").follow("Lihat permohonan").sees("Anggota Contoh, Analis")


def test_who_closes_a_day_is_shown_what_it_touches(person):
    """First the host with a closed period of its own, then the admin with a holiday."""
    guest = person().sign_in(GUEST).open("/kunjungan/baru?tuan_rumah=kabupaten-tulang-bawang-barat")
    page = guest.page
    slot = page.locator("input[name=slot]").first
    slot.check()
    day = slot.get_attribute("value").split()[0]
    page.get_by_label("Maksud kunjungan").fill("Belajar bersama (data contoh)")
    page.get_by_label("Pertanyaan, satu per baris").fill("Apa yang pertama dikerjakan?")
    page.get_by_label("Nama pimpinan rombongan").fill("Pimpinan Contoh")
    page.get_by_label("Jabatan pimpinan rombongan").fill("Kepala Bidang")
    page.get_by_label("Jumlah orang").fill("2")
    page.get_by_label("Nomor WhatsApp").fill("0812 0000 0000")
    guest.press("Lanjut: periksa jawaban").press("Kirim permohonan").follow("Lihat permohonan")

    host = person(phone=True).sign_in(HOST).open("/kunjungan/keterbukaan")
    host.page.get_by_label("Hari pertama").fill(day)
    host.page.get_by_label("Hari terakhir").fill(day)
    host.page.get_by_label("Alasan yang ditampilkan").fill("Sidang DPRD contoh")
    host.press("Tambah hari tutup").sees("1 permohonan yang belum selesai").sees("Diskominfo Kabupaten Pringsewu")
    host.page.get_by_label("Saya sudah membaca daftarnya").check()
    host.press("Tambah hari tutup").sees("Hari tutup disimpan.").sees("Di luar hari buka Anda")
    guest.open("/pemberitahuan")
    for _ in range(20):
        if guest.page.get_by_text("menjadi hari tutup").count():
            break
        guest.page.wait_for_timeout(250)
        guest.open("/pemberitahuan")
    guest.sees("menjadi hari tutup")

    admin = person().sign_in(ADMIN).open("/admin/hari-libur")
    admin.page.get_by_label("Tanggal").fill(day)
    admin.page.get_by_label("Nama hari").fill("Cuti bersama contoh")
    admin.press("Simpan").sees("Baca daftarnya")
    admin.page.get_by_label("Tetap simpan").check()
    admin.press("Simpan").sees("diberi tahu")
    admin.page.get_by_role("listitem").filter(has_text="Cuti bersama contoh").get_by_role("button", name="Hapus").click()
    admin.sees("Koreksi dihapus.")
