"""Without an account: search, read, and go on from there. At a desk, on a phone, and without JavaScript."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"javascript": False}], ids=["desk", "phone", "no-javascript"])
def test_from_a_search_to_the_strategy_to_its_indicator_to_the_office(person, how):
    reader = person(**how).open("/")
    reader.page.get_by_role("searchbox").first.fill("perencanaan")
    reader.page.get_by_role("main").get_by_role("button", name="Cari").click()
    reader.look()
    expect(reader.page.get_by_role("main").locator("mark").filter(has_text="encana").first).to_be_visible()

    reader.open("/cari?q=mesuji").follow("Strategi SPBE Mesuji").sees("2,59")
    reader.follow("SPBE 12: Peta Rencana SPBE").sees("Dokumen memuat seluruh muatan peta rencana.")
    reader.sees("Strategi SPBE Mesuji")
    reader.follow("Diskominfo Kabupaten Mesuji").sees("Indeks menurut tahun")
    for text in ("2,59", "Cukup", "3,7", "Sangat Baik", "penetapan", "Kunjungan yang diterima", "Minta kunjungan"):
        reader.sees(text)


def test_a_misspelt_word_is_answered_with_a_proposal(person):
    reader = person().open("/cari?q=perencanan+arsitektr")
    expect(reader.page.get_by_text("Mungkin maksud Anda")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    ["/artikel", "/indikator", "/indikator/pemdi-2026/5", "/instansi", "/kunjungan", "/catatan", "/bantuan", "/bantuan/mulai",
     "/artikel/strategi-spbe-mesuji/riwayat", "/gabung", "/masuk", "/lupa-sandi", "/cari"],
)  # fmt: skip
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_every_open_page_fits_and_is_readable_by_everybody(person, path, phone):
    person(phone=phone).open(path)


def test_a_page_that_is_not_there_shows_the_way_on(person):
    person().open("/artikel/tidak-pernah-ada").sees("Halaman ini tidak ada")
