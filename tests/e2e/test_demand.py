"""The demand board on a phone: an office takes up what is lacking, writes it, and everybody sees that it is there."""

import time

TAKER, ASKER = "pengelola@tubaba.example", "pengelola@pringsewu.example"
BOARD = "/papan-kebutuhan"


def test_a_need_is_taken_up_written_and_met(person, site):
    taker = person(phone=True).sign_in(TAKER).open(BOARD).sees("Indikator tanpa artikel")
    need = taker.page.locator("#indikator ~ ul.needs > li").first
    name = need.locator("h3").inner_text()
    need.get_by_role("button", name="Kami tulis").click()
    taker.look()
    taker.sees("ditulis Diskominfo Kabupaten Tulang Bawang Barat")
    person(phone=True).open(BOARD).sees("ditulis Diskominfo Kabupaten Tulang Bawang Barat")
    taker.open("/beranda").sees(f"Tulis: {name}")
    taker.open(BOARD).follow("Mulai menulis")
    taker.page.get_by_label("Judul").fill(f"Cara kami menata {name} (data contoh)")
    taker.page.get_by_label("Ringkasan").fill("Dari nol sampai berjalan (data contoh).")
    taker.page.get_by_label("Isi", exact=True).fill("Tiga langkah.\n\n1. Mulai\n2. Ukur\n3. Perbaiki")
    taker.press("Terbitkan …").press("Terbitkan untuk siapa pun, juga tanpa akun").sees("Artikel diterbitkan")

    reader = person(phone=True)
    for _ in range(40):
        reader.page.goto(reader.site + BOARD)
        if "Baru saja terpenuhi" in reader.page.content():
            break
        time.sleep(0.25)
    reader.look()
    reader.sees("Baru saja terpenuhi").follow(f"Cara kami menata {name}").sees("Tiga langkah.")
    reader.open(BOARD)
    assert name not in reader.page.locator("#indikator ~ ul.needs").first.inner_text()
    taker.open("/beranda")
    assert f"Tulis: {name}" not in taker.page.content()
