"""A delegation is read from whatever an office has at hand, and nothing is dropped in silence."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

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
    ("text", "expected"),
    [
        ("Budi Santoso, S.Kom.\nAni Contoh, S.Kom., M.T.", ["Budi Santoso, S.Kom.", "Ani Contoh, S.Kom., M.T."]),
        ("Nama\nDr. Budi, MM, PhD", ["Dr. Budi, MM, PhD"]),
        ("Nama;Jabatan\nBudi Santoso, S.Kom., M.T.;Kepala Bidang", ["Budi Santoso, S.Kom., M.T."]),
        ('Nama,Jabatan\n"Budi Santoso, S.Kom.",Kepala Bidang', ["Budi Santoso, S.Kom."]),
    ],
)
def test_academic_titles_belong_to_the_name(text, expected):
    found = members.from_text(text)
    assert [member.name for member in found.members] == expected and not found.problems


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Nama,Jabatan\nAni,Kabid\nBudi Santoso, S.Kom., M.T., Kepala Bidang", "Baris 3: ada 4 bagian"),
        ("Nama,Jabatan,NIP\nBudi Santoso, S.Kom.", "Baris 2: ada 2 bagian"),
        ("Nama;Jabatan\nAni;Kabid;198001012005011001", 'Baris 2: "198001012005011001" tidak mempunyai judul kolom'),
        ("Nama;;NIP\nAni;Kabid;198001012005011001", 'Baris 2: "Kabid" tidak mempunyai judul kolom'),
        ("Ani Contoh\nBudi Contoh, Kepala Bidang", 'Baris 2: "Kepala Bidang" di belakang koma bukan gelar'),
        ('Nama;Jabatan\n"Ani;Kabid\nBudi;Kasi', "Tanda kutip tidak berpasangan"),
        ("Nama;NIP\n\n\nAni;1,98001E+17", "Baris 4: NIP 1,98001E+17 sudah dibulatkan Excel"),
    ],
)
def test_nothing_behind_a_mark_is_dropped(text, problem):
    found = members.from_text(text)
    assert len(found.problems) == 1 and problem in found.problems[0]


@pytest.mark.parametrize("nip", [1.98001012005031e17, 198001012005031008, 1980010120050310])
def test_a_number_that_excel_has_rounded_is_refused(nip):
    found = members.from_file("r.xlsx", xlsx(["Nama", "NIP"], ["Ani", nip], ["Budi", "198001012005031001"]))
    assert [member.name for member in found.members] == ["Budi"]
    assert "Baris 2" in found.problems[0] and "Format kolom NIP sebagai Teks" in found.problems[0]


def test_a_heading_may_stand_under_a_title():
    sheet = xlsx(["DAFTAR ROMBONGAN"], [None], ["Nama", "Jabatan"], ["Ani Contoh", "Kepala Bidang"])
    assert members.from_file("r.xlsx", sheet) == members.Reading([Member("Ani Contoh", "Kepala Bidang")])
    text = "DAFTAR ROMBONGAN,\nKABUPATEN CONTOH,\nNama,Jabatan\nAni Contoh,Kepala Bidang"
    assert members.from_text(text) == members.Reading([Member("Ani Contoh", "Kepala Bidang")])
    far = members.from_file("r.xlsx", xlsx(*[["x", "y"]] * 5, ["Nama", "Jabatan"], ["Ani", "Kabid"]))
    assert "Baris judul tidak ada" in far.problems[0]


@pytest.mark.parametrize("cell", ["Ani Contoh / 198001012005011001", "Ani Contoh\nNIP. 198001012005011001"])
def test_name_and_number_may_share_a_column(cell):
    found = members.from_file("r.xlsx", xlsx(["No", "Nama / NIP", "Jabatan"], [1, cell, "Kabid"], [2, "Budi", "Kasi"]))
    assert found == members.Reading([Member("Ani Contoh", "Kabid", "198001012005011001"), Member("Budi", "Kasi")])
    strange = members.from_file("r.xlsx", xlsx(["Nama/NIP"], ["Ani / 198001012005011001 / Kabid"]))
    assert "Baris 2" in strange.problems[0] and "Nama dan NIP" in strange.problems[0]


def test_a_column_that_is_not_kept_is_named():
    found = members.from_file("r.xlsx", xlsx(["No", "Nama", "Golongan", "Unit Kerja"], [1, "Ani", "III/d", "TIK"]))
    assert found == members.Reading([Member("Ani")], ignored=["Golongan", "Unit Kerja"])


def test_the_sheet_to_fill_in_holds_text_only_and_is_read_again():
    people = [ANI, Member("+62 Contoh", "-", ""), Member("@budi", "", "", "pendamping"), Member("Citra, S.Kom.")]
    content = members.as_sheet(people)
    assert members.from_file("rombongan.xlsx", content) == members.Reading(people)
    cells = [cell for row in load_workbook(io.BytesIO(members.as_sheet([Member("=1+1")]))).active.iter_rows() for cell in row]
    assert [cell.value for cell in cells[:4]] == ["Nama", "Jabatan", "NIP", "Jenis"]
    assert cells[4].value == "=1+1" and not [cell for cell in cells if cell.data_type == "f"]
    assert {cell.number_format for cell in cells} == {"@"}
    assert load_workbook(io.BytesIO(members.as_sheet([]))).active.column_dimensions["C"].number_format == "@"


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
    said = (members.clean(line) or "" for line in text.replace("\r", "\n").split("\n"))
    assert found.members or found.problems or not any(set(line) - set(';,\t "') for line in said), "separators alone name nobody"


@given(st.binary(max_size=300))
def test_no_file_breaks_the_reader(content):
    members.from_file("apa saja", content)


@pytest.mark.parametrize("end", ["\x0b", "\x0c", "\x85", "\u2028", "\u2029", "\r", "\r\n"])
def test_lines_that_word_ends_are_lines_of_their_own(end):
    two = [Member("Ani Contoh"), Member("Budi Contoh")]
    assert members.from_text(f"Ani Contoh{end}Budi Contoh").members == two
    assert members.from_file("r.csv", f"Ani Contoh{end}Budi Contoh".encode()).members == two
    assert members.from_text(f'Nama;Jabatan\n"Ani{end}Contoh";"Kepala{end}Bidang"').members == [Member("Ani Contoh", "Kepala Bidang")]
    assert members.from_file("r.xlsx", xlsx(["Nama"], ["Ani\u2028Contoh"])).members == [Member("Ani Contoh")]
