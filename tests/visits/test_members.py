"""A delegation is read from whatever an office has at hand, and nothing is dropped in silence."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kb.visits import members
from kb.visits.members import Member


def xlsx(*rows) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


ANI = Member("Ani Contoh", "Kepala Bidang", "198001012005011001", "pejabat")
TABLE = "Nama{0}Jabatan{0}NIP{0}Jenis\nAni Contoh{0}Kepala Bidang{0}198001012005011001{0}pejabat\n"


@pytest.mark.parametrize("mark", ["\t", ";", ","])
def test_a_pasted_table_is_read_by_its_heading(mark):
    assert members.from_text(TABLE.format(mark)) == members.Reading([ANI])


def test_plain_names_one_per_line_are_enough():
    assert members.from_text("Ani Contoh\r\n\r\n  Budi Contoh \n").members == [Member("Ani Contoh"), Member("Budi Contoh")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_csv_of_any_excel_is_read(encoding):
    assert members.from_file("r.csv", TABLE.format(";").encode(encoding)).members == [ANI]


def test_a_workbook_is_read_with_columns_in_any_order_and_case():
    content = xlsx(["No", "NIP", "JABATAN", "Nama Lengkap"], [1, 198001012005, "Kepala Bidang", "Ani Contoh"], [None, None, None, None])
    assert members.from_file("r.xlsx", content) == members.Reading([Member("Ani Contoh", "Kepala Bidang", "198001012005")])


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([["Nama"], ['=HYPERLINK("http://x")']], "Baris 2: kolom nama berisi rumus"),
        ([["Ani Contoh", "Kepala Bidang"]], "Baris judul tidak ada"),
        ([["Jabatan", "NIP"], ["Kepala", "1"]], "Kolom nama tidak ada"),
        ([["Nama", "NIP"], ["Ani", "abc"]], 'NIP "abc" bukan'),
        ([["Nama", "Jenis"], ["Ani", "raja"]], 'jenis "raja" tidak dikenal'),
        ([["Nama", "Jabatan"], ["", "Kepala"]], "Baris 2: nama kosong"),
        ([["Nama"], ["x" * 10_000]], "lebih dari 120 karakter"),
        ([["Nama"], ["Ani"], ["ANI"]], "Baris 3: ANI sudah ada di atas"),
        ([["Nama"], *[[f"Orang {n}"] for n in range(501)]], "Hanya 500 baris pertama"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(rows, problem):
    found = members.from_file("r.xlsx", xlsx(*rows))
    assert len(found.problems) == 1 and problem in found.problems[0]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"PK\x03\x04 bukan zip", "tidak dapat dibaca"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls lama"),
        (b"\x89PNG\x00\x00", "bukan lembar Excel"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_named(content, problem):
    found = members.from_file("rombongan.xlsx", content)
    assert problem in found.problems[0] and not found.members


def test_a_zip_bomb_is_not_unpacked():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 30_000_000)
    assert "terlalu besar" in members.from_file("r.xlsx", out.getvalue()).problems[0]


def test_what_was_read_can_be_edited_and_read_again():
    assert members.from_text(members.as_text([ANI, Member('Budi "Bd"; Contoh')])).members == [ANI, Member('Budi "Bd"; Contoh')]


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader_and_every_line_is_accounted_for(text):
    found = members.from_text(text)
    assert all(member.name and len(member.name) <= 120 and "\n" not in member.name for member in found.members)
    assert found.members or found.problems or not any((members.clean(line) or "") for line in text.replace("\r", "\n").split("\n"))


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content):
    members.from_file("apa saja", content)
