"""/peringkat: who stands where, narrowed, sorted, as a file; and what is said instead of an empty page."""

import csv
import io
import re
from decimal import Decimal
from html import unescape

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from kb.core.db import db
from kb.offices import league, ranking_sheets
from kb.offices.models import IndexValue
from tests.makers import office

ROW = re.compile(r'<th scope="row"><a href="/instansi/([a-z0-9-]+)"')


def page_of(client, query: str = "") -> str:
    answer = client.get(f"/peringkat{query}")
    assert answer.status_code == 200
    return unescape(answer.text)


def ranked(page: str) -> list[str]:
    """The offices with a position, in order."""
    return ROW.findall(page.split('id="tanpa-posisi"')[0])


def row_of(page: str, slug: str) -> str:
    return page.split("<tr>")[[f"/instansi/{slug}" in part for part in page.split("<tr>")].index(True)]


def value_of(code: str, year: int, kind: str = "penetapan (laporan resmi)") -> IndexValue:
    return db.session.scalars(
        select(IndexValue).where(IndexValue.office_id == office(code).id, IndexValue.year == year, IndexValue.kind == kind)
    ).one()


# ---- what stands first


def test_it_opens_on_the_newest_year_of_which_the_country_is_known(client):
    page = page_of(client)
    assert "Peringkat Indeks SPBE 2020, tahun 2024" in page and "dari 523 yang diketahui" in page
    assert ranked(page)[:3] == ["kabupaten-banyuwangi", "provinsi-jawa-barat", "kabupaten-kediri"]


def test_mesuji_is_first_among_the_regencies_of_lampung(client):
    page = page_of(client, "?tahun=2023&provinsi=18")
    assert ranked(page)[:2] == ["provinsi-lampung", "kabupaten-mesuji"] and len(ranked(page)) == 16
    mesuji = row_of(page, "kabupaten-mesuji")
    assert "<strong>65</strong>" in mesuji and "ke-1 dari 15 di provinsinya" in mesuji and "ke-35 dari 398 kabupaten" in mesuji
    assert "<strong>3,57</strong> Sangat Baik" in mesuji and "+0,98" in mesuji
    assert "sumber lain: 3,7 (dinyatakan dinas)" in mesuji and "radarlampung" in mesuji, "both stand, each with its source"
    assert "Median nasional" in page and "Median kabupaten/kota di Lampung" in page


def test_what_is_no_decree_stands_below_without_a_position(client):
    below = page_of(client, "?tahun=2023&provinsi=18").split('id="tanpa-posisi"')[1]
    assert "/instansi/kabupaten-mesuji" in below and "<strong>3,7</strong>" in below and "dinyatakan dinas" in below
    only = page_of(client, "?tahun=2025")
    assert ranked(only) == [] and "nilai lain yang diketahui ada di bawah" in only
    assert only.split('id="tanpa-posisi"')[1].count("<tr>") == 1 + 5


def test_two_decrees_that_say_the_same_are_one_line_with_both_sources(client, db_ctx):
    with db_ctx():
        report, news = value_of("17.02", 2023), value_of("17.02", 2023, "penetapan")
        assert report.value == news.value
        sources = report.source, news.source
    row = row_of(page_of(client, "?tahun=2023&provinsi=17"), "kabupaten-rejang-lebong")
    assert row.count("3,23: penetapan") == 2 and all(source in row for source in sources) and "sumber lain" not in row


def test_two_decrees_that_disagree_both_stand_and_the_report_is_ranked(client, db_ctx):
    with db_ctx():
        value_of("17.02", 2023, "penetapan").value, value_of("17.02", 2023, "penetapan").published_as = Decimal("4.90"), "4.9"
        db.session.commit()
    row = row_of(page_of(client, "?tahun=2023&provinsi=17"), "kabupaten-rejang-lebong")
    assert "<strong>3,23</strong>" in row and "sumber lain: 4,9 (penetapan)" in row


def test_a_decree_told_by_others_is_ranked_where_the_report_is_silent(client, db_ctx):
    page = page_of(client, "?tahun=2022&provinsi=18")
    assert "kabupaten-pringsewu" in ranked(page) and "dari 27 yang diketahui" in page
    tanggamus = row_of(page, "kabupaten-tanggamus")
    assert "<strong>1,60</strong>" in tanggamus and "sumber lain: 1,03 (dinyatakan asesor)" in tanggamus


# ---- narrowed and sorted


@pytest.mark.parametrize(
    ("query", "first", "count"),
    [
        ("?tahun=2024&provinsi=18&urut=manajemen", "kabupaten-way-kanan", 16),
        ("?tahun=2024&provinsi=18&urut=manajemen&jenis=kota", "kota-metro", 2),
        ("?tahun=2024&provinsi=18&urut=indeks&arah=naik", "kabupaten-tulang-bawang-barat", 16),
        ("?tahun=2024&provinsi=18&urut=nama", "kabupaten-lampung-barat", 16),
        ("?tahun=2024&provinsi=18&urut=nama&arah=turun", "provinsi-lampung", 16),
        ("?tahun=2023&provinsi=18&urut=perubahan", "kabupaten-tanggamus", 16),
        ("?tahun=2024&provinsi=18&predikat=Sangat+Baik", "provinsi-lampung", 3),
        ("?tahun=2024&provinsi=31", "provinsi-daerah-khusus-ibukota-jakarta", 1),
    ],
)
def test_narrowed_and_sorted(client, query, first, count):
    found = ranked(page_of(client, query))
    assert found[0] == first and len(found) == count


def test_the_position_is_by_what_the_list_is_sorted_by_and_does_not_change_with_what_is_shown(client):
    by_index, by_domain = (page_of(client, f"?tahun=2024&provinsi=18&urut={word}") for word in ("indeks", "kebijakan"))
    assert "Posisi menurut indeks, dari 523 yang diketahui" in by_index
    assert "Posisi menurut kebijakan, dari 522 yang diketahui" in by_domain, "a misprinted one counts as little as an unknown one"
    place = re.compile(r'<td class="place"><strong>(\d+)')
    assert place.search(row_of(by_index, "kabupaten-mesuji"))[1] == "53" and place.search(row_of(by_domain, "kabupaten-mesuji"))[1] != "53"
    narrowed = page_of(client, "?tahun=2024&provinsi=18&jenis=kabupaten&predikat=Sangat+Baik")
    assert place.search(row_of(narrowed, "kabupaten-mesuji"))[1] == "53"


def test_a_heading_sorts_and_turns_round(client):
    page = page_of(client, "?tahun=2024&provinsi=18&jenis=kabupaten")
    heads = re.findall(r'<th scope="col"( aria-sort="\w+")?><a href="([^"]+)">([^<]+?) ?<', page + "<")
    found = {name: (sorted_now, address) for sorted_now, address, name in heads}
    assert found["Indeks"] == (' aria-sort="descending"', "/peringkat?tahun=2024&provinsi=18&jenis=kabupaten&arah=naik")
    assert found["Manajemen"] == ("", "/peringkat?tahun=2024&provinsi=18&jenis=kabupaten&urut=manajemen")
    turned = client.get(found["Indeks"][1]).text
    assert 'aria-sort="ascending"' in turned and ranked(turned) == ranked(page)[::-1]


def test_a_misprint_is_struck_out_with_its_note(client):
    row = row_of(page_of(client, "?tahun=2024&jenis=provinsi"), "provinsi-jawa-timur")
    assert re.search(r"<s [^>]*>0,60</s>", row) and "salah cetak" in row
    last = ranked(page_of(client, "?tahun=2024&jenis=provinsi&urut=kebijakan&hal=2"))[-1]
    assert last == "provinsi-jawa-timur"


def test_a_published_grade_is_shown_as_it_was_published_in_list_and_filter(client):
    """The report on 2024 calls Luwu's 2.60 Cukup, that on 2023 the 1.80 of Nias Barat Cukup."""
    assert "<strong>2,60</strong> Cukup" in row_of(page_of(client, "?tahun=2024&provinsi=73&urut=nama"), "kabupaten-luwu")
    assert "kabupaten-luwu" in ranked(page_of(client, "?tahun=2024&provinsi=73&predikat=Cukup"))
    assert "kabupaten-luwu" not in ranked(page_of(client, "?tahun=2024&provinsi=73&predikat=Baik"))
    assert "kabupaten-nias-barat" in ranked(page_of(client, "?tahun=2023&provinsi=12&predikat=Cukup&hal=1&urut=nama"))


def test_a_line_goes_through_the_years_of_one_instrument(client):
    row = row_of(page_of(client, "?tahun=2024&provinsi=18"), "kabupaten-mesuji")
    assert 'aria-label="Indeks menurut tahun: 2022 2,59, 2023 3,57, 2024 3,99"' in row and row.count("<polyline") == 1


def test_pages_follow_each_other_and_lose_nobody(client):
    found = [slug for number in range(1, 22) for slug in ranked(page_of(client, f"?tahun=2024&hal={number}"))]
    assert len(found) == len(set(found)) == 523


# ---- bad input


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?tahun=9999", "Belum ada nilai Indeks SPBE 2020 untuk tahun “9999”. Tahun yang diketahui: 2025, 2024, 2023, 2022, 2021."),
        ("?tahun=2,5", "untuk tahun “2,5”"),
        ("?tahun=-1", "untuk tahun “-1”"),
        ("?tahun=" + "9" * 5000, "untuk tahun “99999"),
        ("?tahun=٢٠٢٤", "untuk tahun “٢٠٢٤”"),
        ("?urut=gaji", "Tidak ada kolom “gaji”"),
        ("?provinsi=99", "Tidak ada provinsi berkode “99”"),
        ("?jenis=desa", "Tidak ada jenis “desa”"),
        ("?predikat=Hebat", "Tidak ada predikat “Hebat”"),
        ("?instrumen=spbe-2099", "Tidak ada nilai dengan instrumen “spbe-2099”"),
        ("?hal=99", "Halaman 99 tidak ada; ini halaman terakhir."),
        ("?provinsi=31&jenis=kota", "Tidak ada pemerintah daerah yang cocok"),
        ("?instrumen=pemdi-2026", "Belum ada nilai penetapan Indeks Pemdi 2026 tahun 2026; nilai lain yang diketahui ada di bawah."),
        ("?instrumen=spbe-2018", "Belum ada nilai penetapan SPBE 2018 (instrumen lama) tahun 2019"),
        ("?urut=%3Cscript%3E&arah=entah", "Tidak ada kolom “<script>”"),
        ("?urut=manajemen&instrumen=pemdi-2026", "Tidak ada kolom “manajemen”"),
    ],
)
def test_what_cannot_be_read_is_said_and_the_page_is_not_empty(client, query, said):
    page = page_of(client, query)
    assert said in page and ("<table" in page or "Longgarkan" in page)


@pytest.mark.parametrize("value", ["0", "0.99", "5.01"])
def test_an_index_that_cannot_be_stands_below_struck_out(client, db_ctx, value):
    with db_ctx():
        row = value_of("18.11", 2024)
        row.value, row.published_as, row.grade = Decimal(value), value, None
        db.session.commit()
    page = page_of(client, "?tahun=2024&provinsi=18")
    assert "kabupaten-mesuji" not in ranked(page) and "dari 522 yang diketahui" in page
    assert f"<s>{value.replace('.', ',')}</s>" in page.split('id="tanpa-posisi"')[1]
    own = client.get("/instansi/kabupaten-mesuji").text
    assert "bukan nilai yang mungkin" in own and "evaluasi 2023" in own, "the last year it is ranked in"
    assert client.get("/instansi?urut=indeks&provinsi=18").status_code == client.get("/").status_code == 200


@pytest.mark.parametrize("value", ["1.00", "5.00"])
def test_the_lowest_and_the_highest_index_are_ranked(client, db_ctx, value):
    with db_ctx():
        row = value_of("18.11", 2024)
        row.value, row.published_as = Decimal(value), value
        db.session.commit()
    assert f"<strong>{value.replace('.', ',')}</strong>" in row_of(page_of(client, "?tahun=2024&provinsi=18"), "kabupaten-mesuji")


def test_without_any_value_a_sentence_stands(client, db_ctx):
    with db_ctx():
        db.session.query(IndexValue).delete()
        db.session.commit()
    assert "Belum ada nilai yang diketahui." in page_of(client) and client.get("/peringkat/peta").status_code == 200
    assert client.get("/peringkat.csv").status_code == client.get("/peringkat.xlsx").status_code == 200


# ---- the league is as fresh as its values


@pytest.mark.parametrize("change", ["value", "domain_3", "grade", "kind"])
def test_a_changed_value_is_seen_at_once_however_it_was_changed(client, db_ctx, change):
    page_of(client, "?tahun=2024&provinsi=18")
    new = {"value": "'4.95'", "domain_3": "'4.95'", "grade": "'Kurang'", "kind": "'penilaian mandiri'"}[change]
    with db_ctx():
        ident = value_of("18.11", 2024).id
        db.session.execute(db.text(f"UPDATE index_value SET {change} = {new} WHERE id = {ident}"))
        db.session.commit()
    page = page_of(client, "?tahun=2024&provinsi=18")
    if change == "kind":
        assert "kabupaten-mesuji" not in ranked(page)
    else:
        assert ("Kurang" if change == "grade" else "4,95") in row_of(page, "kabupaten-mesuji")


@pytest.mark.parametrize(
    "change",
    ["value = value + 0.13, domain_1 = domain_1 - 0.11", "domain_1 = domain_1 + 0.17, domain_2 = domain_2 - 0.13", "confidence = 'rendah'",
     "domain_1 = domain_2, domain_2 = domain_1", "kind = 'penetapan'"],
)  # fmt: skip
def test_changes_of_one_row_do_not_hide_each_other(client, db_ctx, change):
    with db_ctx():
        before = league.states()["spbe-2020", 2024]
        db.session.execute(db.text(f"UPDATE index_value SET {change} WHERE id = {value_of('18.11', 2024).id}"))
        assert league.states()["spbe-2020", 2024] != before
        db.session.commit()
    page_of(client, "?tahun=2024&provinsi=18")


def test_two_values_that_change_places_are_another_state(db_ctx):
    with db_ctx():
        before = league.states()["spbe-2020", 2024]
        one, other = value_of("18.11", 2024), value_of("18.10", 2024)
        one.value, other.value = other.value, one.value
        db.session.flush()
        assert league.states()["spbe-2020", 2024] != before


# ---- as a file


def test_the_csv_opens_in_excel_of_indonesia_and_holds_all_rows_of_the_view(client):
    answer = client.get("/peringkat.csv?tahun=2023&provinsi=18&urut=manajemen")
    assert answer.mimetype == "text/csv" and "peringkat-spbe-2020-2023.csv" in answer.headers["Content-Disposition"]
    text = answer.data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert rows[0][0] == "Posisi nasional (Manajemen)" and len({len(row) for row in rows}) == 1
    by_name = {row[7]: row for row in rows[1:17]}
    mesuji = by_name["Kabupaten Mesuji"]
    assert mesuji[6] == "18.11" and mesuji[9:14] == ["3,57", "5,00", "3,80", "2,09", "3,56"] and mesuji[15] == "0,98"
    assert mesuji[20] == "3,7 (dinyatakan dinas)" and rows[17][0] == "" and "dinyatakan dinas" in rows[17]
    assert [row[7] for row in rows[1:3]] == ["Provinsi Lampung", "Kabupaten Way Kanan"]


def test_the_sheet_has_numbers_as_numbers_and_nothing_is_a_formula(client, db_ctx):
    with db_ctx():
        value_of("18.11", 2024).note = '=HYPERLINK("https://jahat.example")'
        value_of("18.11", 2024).source = "@SUM(A1)"
        db.session.commit()
    sheet = load_workbook(io.BytesIO(client.get("/peringkat.xlsx?tahun=2024&provinsi=18").data))["Peringkat"]
    rows = list(sheet.iter_rows())
    mesuji = next(row for row in rows if row[7].value == "Kabupaten Mesuji")
    assert [cell.value for cell in mesuji[:7]] == [53, 523, 1, 15, 28, 392, "18.11"] and mesuji[9].value == 3.99
    assert {cell.data_type for row in rows for cell in row} <= {"s", "inlineStr", "n"} and len(rows) == 1 + 16
    text = client.get("/peringkat.csv?tahun=2024&provinsi=18").data.decode("utf-8-sig")
    assert "'=HYPERLINK" in text and "'@SUM" in text


def test_the_whole_country_is_in_the_file(client):
    rows = client.get("/peringkat.csv?tahun=2024").data.decode("utf-8-sig").strip().split("\r\n")
    assert len(rows) == 1 + 523 + 1, "and the one value without a position"


# ---- what it costs


def test_a_full_page_costs_no_more_statements_than_one_row(client, count_queries):
    page_of(client, "?tahun=2024")
    with count_queries() as one:
        page_of(client, "?tahun=2024&provinsi=31")
    with count_queries() as full:
        page_of(client, "?tahun=2024")
    assert full.value == one.value <= 5


def test_the_order_of_the_list_of_offices_is_worked_out_once(client, count_queries):
    client.get("/instansi?urut=indeks&tahun=2024")
    with count_queries() as by_name:
        client.get("/instansi?tahun=2024")
    with count_queries() as by_index:
        client.get("/instansi?urut=indeks&tahun=2024&hal=2")
    assert by_index.value == by_name.value


@pytest.mark.parametrize("kind", ["penetapan (laporan resmi)", "sementara"])
def test_the_order_of_the_list_of_offices_follows_a_changed_value(client, db_ctx, kind):
    def leader() -> str:
        return ROW.search(client.get("/instansi?urut=indeks&tahun=2024&provinsi=18").text)[1]

    assert leader() != "kabupaten-mesuji"
    with db_ctx():
        for row in db.session.scalars(select(IndexValue).where(IndexValue.year == 2024, IndexValue.kind == "penetapan (laporan resmi)")):
            row.kind = kind
        db.session.commit()
    assert leader() != "kabupaten-mesuji"
    with db_ctx():
        value_of("18.11", 2024, kind).value = Decimal("4.97")
        db.session.commit()
    assert leader() == "kabupaten-mesuji"


# ---- values that nobody expects


def add(code: str, **said) -> None:
    """A value of an office beside those of the facts."""
    known = {
        "instrument_id": "spbe-2020",
        "year": 2024,
        "value": Decimal("4.5"),
        "kind": "penetapan",
        "grade": None,
        "confidence": "tinggi",
    }
    row = known | {"note": "", "source": "Uji"} | said
    db.session.add(IndexValue(office_id=office(code).id, published_as=str(row["value"]), **row))
    db.session.commit()


def test_an_instrument_nobody_knows_breaks_no_page_and_is_called_by_its_id(client, db_ctx):
    with db_ctx():
        add("18.72", instrument_id="spbe-2099", year=2026, **{f"domain_{n}": Decimal("4.5") for n in range(1, 5)})
    own = client.get("/instansi/kota-metro")
    assert own.status_code == 200 and "spbe-2099" in own.text and "evaluasi 2024" in own.text, "one of one says nothing of where it stands"
    assert "spbe-2099" in page_of(client, "?instrumen=spbe-2099") and client.get("/peringkat.xlsx?instrumen=spbe-2099").status_code == 200


def test_a_value_of_the_editorial_office_is_ranked_nowhere(client, db_ctx):
    with db_ctx():
        add("redaksi")
    assert client.get("/instansi/redaksi").status_code == 200
    assert "dari 523 yang diketahui" in page_of(client) and client.get("/peringkat/peta").status_code == 200


def test_one_value_of_a_new_instrument_does_not_replace_where_an_office_stands(client, db_ctx):
    with db_ctx():
        add("18.10", instrument_id="pemdi-2026", year=2026)
    own = client.get("/instansi/kabupaten-pringsewu").text
    assert "dari 523 yang diketahui di Indonesia" in own and "dari 1 yang diketahui" not in own


def test_signs_that_no_sheet_may_hold_are_left_out(client, db_ctx):
    with db_ctx():
        value_of("18.11", 2024).note = "\x0bCatatan\x01"
        db.session.commit()
    sheet = load_workbook(io.BytesIO(client.get("/peringkat.xlsx?tahun=2024&provinsi=18").data))["Peringkat"]
    assert "Catatan" in {cell.value for row in sheet.iter_rows() for cell in row}


def test_a_computed_grade_says_so_wherever_it_stands_and_can_be_chosen(client):
    """Central Java's 2.74 of 2021 was published without a grade."""
    for address in ("/peringkat?tahun=2021&predikat=Baik", "/instansi?tahun=2021&predikat=Baik"):
        row = row_of(unescape(client.get(address).text), "provinsi-jawa-tengah")
        assert re.search(r"2,74</strong> Baik <span class=\"meta\">\(dihitung\)", row), address
    assert "Baik (dihitung Berguru)" in client.get("/peringkat.csv?tahun=2021&predikat=Baik").data.decode("utf-8-sig")


def test_many_values_without_position_are_shortened_and_all_in_the_file(client, db_ctx):
    with db_ctx():
        for row in db.session.scalars(select(IndexValue).where(IndexValue.year == 2024, IndexValue.kind == "penetapan (laporan resmi)")):
            row.kind = "sementara"
        db.session.commit()
        count = len(league.without_position("spbe-2020", 2024, league.Narrowing()))
    page = page_of(client, "?tahun=2024")
    assert f"Ditampilkan 100 dari {count}" in page and page.split('id="tanpa-posisi"')[1].count("<tr>") == 101
    rows = client.get("/peringkat.csv?tahun=2024").data.decode("utf-8-sig").strip().split("\r\n")
    assert len(rows) > count, "whatever is ranked, and all of these"


def test_domains_of_unranked_values_stand_too(client):
    page = page_of(client, "?tahun=2025")
    assert "Kebijakan 3,50" in row_of(page.split('id="tanpa-posisi"')[1], "provinsi-kalimantan-tengah")
    by_domain = client.get("/instansi?urut=manajemen&tahun=2025").text
    assert by_domain.index("provinsi-kalimantan-tengah") < by_domain.index("kota-mataram"), "2,73 before none"


# ---- the form keeps what the address says


def test_a_year_of_another_instrument_is_chosen_with_it(client):
    page = page_of(client, "?tahun=pemdi-2026/2026")
    assert "Peringkat Indeks Pemdi 2026, tahun 2026" in page and "Belum ada nilai penetapan" in page and "notice" not in page
    assert '<option value="pemdi-2026/2026" selected>' in page and '<option value="2024">' in page


def test_the_order_stays_when_something_else_is_chosen(client):
    assert '<input type="hidden" name="arah" value="naik">' in page_of(client, "?tahun=2024&arah=naik")
    assert 'name="arah"' not in page_of(client, "?tahun=2024") and 'name="arah"' not in page_of(client, "?tahun=2024&urut=nama")
    drawn = unescape(client.get("/peringkat/peta?tahun=2024&provinsi=18&urut=manajemen&arah=naik").text)
    assert 'name="urut" value="manajemen"' in drawn and 'name="arah" value="naik"' in drawn


def test_the_map_shows_one_grade_where_one_is_chosen(client):
    page = unescape(client.get("/peringkat/peta?tahun=2024&provinsi=18&predikat=Sangat+Baik").text)
    assert page.count("<title>") == 1 + 3 and "Kabupaten Mesuji: Sangat Baik" in page


def test_a_domain_nobody_has_gives_way_to_the_index(client):
    page = page_of(client, "?tahun=2021&urut=manajemen")
    assert "Nilai domain tahun 2021 tidak diketahui: diurutkan menurut indeks." in page and "Posisi menurut indeks" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [("?urut=gaji", "Tidak ada urutan “gaji”."), ("?predikat=Hebat", "Tidak ada predikat “Hebat”."),
     ("?hal=9999", "Halaman 9999 tidak ada"),
     ("?urut=manajemen&tahun=9999", "Tidak ada nilai untuk tahun “9999”.")],
)  # fmt: skip
def test_the_list_of_offices_says_what_it_could_not_read(client, query, said):
    assert said in unescape(client.get(f"/instansi{query}").text)


def test_a_misprint_has_its_note_on_the_page_of_the_office(client):
    page = unescape(client.get("/instansi/provinsi-jawa-timur").text)
    assert re.search(r"<s [^>]*>0,60</s>", page) and page.count("tidak cocok dengan indeksnya: salah cetak.") == 2
    banyuasin = unescape(client.get("/instansi/kabupaten-banyuasin").text)
    assert re.search(r"<s [^>]*>0,30</s>", banyuasin), "in the table of the years"


def test_a_sheet_holds_no_sign_that_excel_cannot_open():
    content = ranking_sheets.xlsx_of([["Nama"], ["Lam\ufffe\uffff\x0bpung"]])
    assert load_workbook(io.BytesIO(content))["Peringkat"]["A2"].value == "Lampung"
