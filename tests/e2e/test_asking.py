"""A question from the first thought to an answer that worked; following it; and ending its mails from the mail itself."""

import re
import time
from email import message_from_bytes, policy

import pytest
from playwright.sync_api import expect

ASKER, ANSWERER, READER = "pengelola@pringsewu.example", "pengelola@mesuji.example", "pengelola@tubaba.example"


def mail_to(site, address: str, word: str):
    """The newest mail to somebody that has a word in it; the worker needs a moment to write it."""
    for _ in range(40):
        for path in sorted((site.folder / "surat").glob("*.eml"), reverse=True):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if mail["To"] == address and word in mail.get_body(("plain",)).get_content():
                return mail
        time.sleep(0.25)
    raise AssertionError(f"no mail to {address} about {word}")


def ask(asker, title: str) -> str:
    """Ask everybody about indicator 12; returns the address of the question."""
    page = asker.page
    asker.open("/tanya").follow("Ajukan pertanyaan")
    page.get_by_label("Pertanyaan", exact=True).fill(title)
    page.get_by_label("Penjelasan").fill("Kami berempat. **Siapa** yang sebaiknya memimpin? (data contoh)")
    page.locator("summary", has_text="Perencanaan Strategis").first.click()
    page.get_by_label("12. Peta Rencana SPBE").check()
    page.get_by_label("Publik: siapa pun").check()
    asker.press("Lanjut: periksa").sees("Periksa sebelum dikirim").sees("Undang untuk menjawab").sees("Diskominfo Kabupaten Mesuji")
    asker.press("Kirim pertanyaan").sees("Pertanyaan terkirim").sees("Diundang menjawab")
    asker.follow(title)
    return page.url.removeprefix(asker.site)


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"javascript": False}], ids=["desk", "phone", "no-javascript"])
def test_from_the_question_to_an_answer_that_worked(person, site, how):
    title = f"Siapa memimpin peta rencana {'-'.join(how) or 'meja'}?"
    asker = person(**how).sign_in(ASKER)
    address = ask(asker, title)

    reader = person(**how).sign_in(READER).open(address)
    reader.press("Ikuti").sees("Anda mengikutinya")
    expect(reader.page.get_by_role("button", name="Mengikuti")).to_be_visible()

    answerer = person(**how).sign_in(ANSWERER).sees(f"Diundang menjawab: {title}")
    answerer.follow(f"Diundang menjawab: {title}")
    answerer.page.get_by_label("Jawaban instansi Anda").fill("Sekretaris daerah.\n\n1. Susun keputusan\n2. Bagi tugas")
    answerer.press("Kirim jawaban").sees("1 jawaban").sees("Susun keputusan")

    told = mail_to(site, ASKER, title)
    assert [part.get_content_type() for part in told.iter_parts()] == ["text/plain", "text/html"]
    asker.open("/beranda").sees(f"Periksa jawaban: {title}")
    asker.open(address).press("Terima jawaban ini").sees("diterima penanya")
    mail_to(site, ANSWERER, "Jawaban Anda diterima")
    asker.page.locator("summary", has_text="Sudah diterapkan").click()
    asker.press("Ya, berhasil diterapkan").sees("berhasil diterapkan")
    reader.open(address).sees("berhasil diterapkan")
    reader.is_told(f"Jawaban baru: {title}")
    reader.open(address).press("Membantu").sees("membantu Anda")

    stranger = person(**how).open(address)
    stranger.sees("Sekretaris daerah.")
    expect(stranger.page.get_by_role("button", name="Terima jawaban ini")).to_have_count(0)


@pytest.mark.parametrize("how", [{"phone": True}, {"javascript": False}], ids=["phone", "no-javascript"])
def test_an_accepted_answer_that_changes_or_goes_is_shown_openly(person, how):
    asker, title = person(**how).sign_in(READER), f"Siapa menjaga pusat data {'-'.join(how)}?"
    address = ask(asker, title)
    answerer = person(**how).sign_in(ANSWERER).open(address).sees("Jawaban dapat dibaca siapa pun.")
    answerer.page.get_by_label("Jawaban instansi Anda").fill("Menurut PermenPANRB Nomor 59 Tahun 2020, dinas kami (data contoh).")
    answerer.press("Kirim jawaban").sees("diundangkan 5 Juni 2026")
    asker.open(address).press("Terima jawaban ini").sees("diterima penanya")

    answerer.open(address).follow("Ubah")
    answerer.page.get_by_label("Jawaban instansi Anda").fill("Ternyata provinsi (data contoh).")
    answerer.press("Simpan perubahan").sees("diubah setelah diterima")
    person(**how).open(address).sees("diubah setelah diterima")

    answerer.page.locator("summary", has_text="Tarik jawaban").click()
    answerer.sees("pertanyaan terbuka lagi, dan penanya diberi tahu").press("Tarik jawaban ini").sees("ditarik")
    asker.open(address).sees("Menunggu jawaban").sees("ditarik oleh instansi itu")


def test_mails_end_with_one_press_from_the_mail_without_signing_in(person, site):
    asker, title = person(phone=True).sign_in(ASKER), "Siapa menjaga keamanan data?"
    address = ask(asker, title)
    answerer = person().sign_in(ANSWERER).open(address)
    answerer.page.get_by_label("Jawaban instansi Anda").fill("Kepala bidang persandian (data contoh).")
    answerer.press("Kirim jawaban")
    link = re.search(r"https?://\S+(/berhenti/\S+)", mail_to(site, ASKER, title).get_body(("plain",)).get_content())[1]

    anybody = person(phone=True).open(link).sees("Tanya jawab")
    anybody.press("Berhenti menerima").sees("Surel dihentikan")
    asker.open("/akun/pemberitahuan")
    expect(asker.page.get_by_label("Tanya jawab")).to_have_value("none")
    anybody.press("Kirimi saya lagi").sees("dikirim lagi")
    asker.open("/akun/pemberitahuan")
    expect(asker.page.get_by_label("Tanya jawab")).to_have_value("now")


def test_work_is_handed_over_and_taken_back_on_a_phone(person):
    leaver = person(phone=True).sign_in("anggota@mesuji.example").open("/akun").follow("Serahkan pekerjaan kepada rekan")
    leaver.page.get_by_label("Serahkan pekerjaannya kepada").select_option(label="Pengelola Contoh Mesuji")
    leaver.press("Serahkan").sees("sedang diserahkan kepada Pengelola Contoh Mesuji")
    leaver.press("Ambil kembali").sees("Serahkan pekerjaan kepada rekan")


@pytest.mark.parametrize("how", [{"phone": True}, {"phone": True, "javascript": False}], ids=["phone", "no-javascript"])
def test_a_digest_leads_to_the_page_and_ends_with_one_press(person, site, how):
    """The reader follows an indicator; the night passes; the link in the digest is good, and so is the one that ends it."""
    title = f"Siapa mengelola repositori {'-'.join(how)}?"
    reader = person(**how).sign_in("anggota@pringsewu.example").open("/indikator/spbe-2020/12")
    if reader.page.get_by_role("button", name="Ikuti", exact=True).count():
        reader.press("Ikuti")
    reader.open("/akun/pemberitahuan")
    reader.page.get_by_label("Yang Anda ikuti").select_option("daily")
    reader.press("Simpan pilihan")
    address = ask(person().sign_in("pengelola@tubaba.example"), title)
    text = site.digest_of("anggota@pringsewu.example", title)
    assert f"Pertanyaan baru: {title}" in text

    person(**how).open(re.search(rf"https?://[^/]+({address})\n", text)[1]).sees(title)
    anybody = person(**how).open(re.search(r"https?://[^/]+(/berhenti/\S+)", text)[1]).sees("ringkasan")
    anybody.press("Berhenti menerima").sees("Surel dihentikan")
    reader.open("/akun/pemberitahuan")
    expect(reader.page.get_by_label("Yang Anda ikuti")).to_have_value("none")
    expect(reader.page.get_by_label("Tanya jawab")).to_have_value("now")
    anybody.press("Kirimi saya lagi").sees("seperti sebelumnya")
    reader.open("/akun/pemberitahuan")
    expect(reader.page.get_by_label("Yang Anda ikuti")).to_have_value("daily")


def test_a_notice_is_opened_from_the_dashboard_on_a_phone_and_a_hidden_one_names_nothing(person):
    title = "Berapa anggaran pusat data Anda?"
    address = ask(person().sign_in(ASKER), title)
    invited = person(phone=True).sign_in(ANSWERER)
    for _ in range(40):  # the worker needs a moment
        invited.open("/beranda")
        if invited.page.get_by_role("button", name=f"Diundang menjawab: {title}").count():
            break
        time.sleep(0.25)
    invited.press(f"Diundang menjawab: {title}").sees("Berapa anggaran")
    assert invited.page.url.endswith(address)

    moderator = person().sign_in("admin@berguru.example").open(f"{address}/sembunyikan?bagian=question:{address.split('/')[-1]}")
    moderator.page.get_by_label("Alasan").fill("Bukan tempatnya (data contoh).")
    moderator.press("Sembunyikan")
    invited.open("/pemberitahuan").sees("Tidak terbuka lagi bagi Anda")
    expect(invited.page.get_by_text(title)).to_have_count(0)
    moderator.open("/admin/jejak?peristiwa=question.moderated").sees("Diputus moderator").sees("disembunyikan").sees("Pertanyaan")
