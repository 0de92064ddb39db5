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
    reader.follow("SPBE 12. Peta Rencana SPBE").sees("Dokumen memuat seluruh muatan peta rencana.")
    reader.sees("Strategi SPBE Mesuji")
    reader.follow("Diskominfo Kabupaten Mesuji").sees("Indeks menurut tahun")
    for text in ("2,59", "Cukup", "3,7", "Sangat Baik", "penetapan", "Kunjungan yang diterima", "Minta kunjungan"):
        reader.sees(text)


@pytest.mark.parametrize("how", [{}, {"phone": True}, {"javascript": False}], ids=["desk", "phone", "no-javascript"])
def test_who_is_best_at_management_in_the_province_of_pringsewu(person, how):
    reader = person(**how).open("/instansi/kabupaten-pringsewu").sees("Indeks dan posisi").sees("Median provinsi")
    main = reader.page.get_by_role("main")
    reader.follow("Peringkat Lampung").sees("16 pemerintah daerah di Lampung")
    if how.get("phone"):
        main.get_by_label("Urutkan").select_option("Manajemen")
        main.get_by_role("button", name="Tampilkan").click()
    else:
        main.get_by_role("columnheader", name="Manajemen").get_by_role("link").click()
    reader.look()
    expect(main.locator("tbody tr").first).to_contain_text("Kabupaten Way Kanan")
    reader.sees("Posisi menurut manajemen")
    reader.follow("Peta").sees("Peta Indeks SPBE 2020, tahun 2024: Lampung")
    main.locator("svg").get_by_role("link", name="Kabupaten Way Kanan: Sangat Baik").click()
    reader.look()
    expect(main.get_by_role("heading", level=1)).to_have_text("Diskominfo Kabupaten Way Kanan")
    reader.sees("Kuat pada Manajemen")


def test_the_table_can_be_taken_along(person):
    page = person().open("/peringkat?tahun=2023&provinsi=18").page
    with page.expect_download() as taken:
        page.get_by_role("link", name="Unduh XLSX").click()
    assert taken.value.suggested_filename == "peringkat-spbe-2020-2023.xlsx"


def test_a_misspelt_word_is_answered_with_a_proposal(person):
    reader = person().open("/cari?q=perencanan+arsitektr")
    expect(reader.page.get_by_text("Mungkin maksud Anda")).to_be_visible()


@pytest.mark.parametrize(
    "path",
    ["/artikel", "/indikator", "/indikator/pemdi-2026/5", "/instansi", "/kunjungan", "/catatan", "/bantuan", "/bantuan/mulai",
     "/artikel/strategi-spbe-mesuji/riwayat", "/gabung", "/masuk", "/lupa-sandi", "/cari",
     "/peringkat?tahun=2023", "/peringkat?tahun=9999&hal=99", "/peringkat/peta", "/peringkat/peta?provinsi=18",
     "/instansi/kabupaten-pringsewu", "/instansi/provinsi-daerah-khusus-ibukota-jakarta"],
)  # fmt: skip
@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_every_open_page_fits_and_is_readable_by_everybody(person, path, phone):
    person(phone=phone).open(path)


def test_a_page_that_is_not_there_shows_the_way_on(person):
    person().open("/artikel/tidak-pernah-ada").sees("Halaman ini tidak ada")


ROOMS = ["Artikel", "Indikator", "Instansi", "Kunjungan", "Catatan", "Tanya", "Simulasi", "Bantuan"]
LONG = "Dra. Kusumawardhaningrumsari Wahyuningtyas, M.M."


def _inside(page, names: list[str]) -> None:
    """Each of these links of the head can be seen whole: nothing has to be moved sideways."""
    width = page.evaluate("document.documentElement.clientWidth")
    for name in names:
        box = page.locator("header").get_by_role("link", name=name, exact=True).bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width, (name, box)


@pytest.mark.parametrize("path", ["/", "/kunjungan"])
@pytest.mark.parametrize("how", [{}, {"javascript": False}], ids=["script", "no-javascript"])
def test_every_room_is_reached_from_the_head_on_a_phone(person, how, path):
    reader = person(phone=True, **how).open(path)
    head = reader.page.locator("header")
    assert head.bounding_box()["height"] <= 125, "two lines"
    reader.page.get_by_text("Menu", exact=True).click()
    expect(head.get_by_role("navigation", name="Utama").get_by_role("link")).to_have_text(ROOMS)
    _inside(reader.page, [*ROOMS, "Masuk"])
    reader.look()
    head.get_by_role("link", name="Bantuan").click()
    reader.sees("Langkah demi langkah")


def test_every_room_is_in_the_head_at_a_desk(person):
    reader = person().open("/kunjungan")
    expect(reader.page.get_by_text("Menu", exact=True)).to_be_hidden()
    _inside(reader.page, [*ROOMS, "Masuk"])


def test_the_head_holds_on_a_phone_with_a_long_name_and_large_letters(person):
    owner = person(phone=True).sign_in("anggota@pringsewu.example").open("/akun")
    owner.page.get_by_label("Nama").fill(LONG)
    owner.press("Simpan profil").open("/kunjungan")
    head = owner.page.locator("header")
    assert head.bounding_box()["height"] <= 125, "two lines"
    expect(head.get_by_role("link", name="Kusumawardhaningrumsari")).to_be_visible()
    expect(head.get_by_role("link", name="Dra.")).to_have_count(0)
    for size in ("100%", "200%"):
        owner.page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
        owner.page.get_by_text("Menu", exact=True).click()
        _inside(owner.page, [*ROOMS, "Beranda", "Kusumawardhaningrumsari"])
        owner.page.get_by_text("Menu", exact=True).click()


def test_texts_with_tables_code_and_boxes_are_for_every_reader(person):
    reader = person(phone=True)
    for path in ("/artikel/penyelenggara-indikator-19-20", "/artikel/menulis-praktik-yang-bisa-ditiru", "/bantuan/menulis-artikel"):
        reader.open(path)
