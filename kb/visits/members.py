"""Read a delegation from what people have at hand: lines typed or pasted from a spreadsheet, CSV, or XLSX; and write it again.

Nothing is dropped in silence: what cannot be read is said with its line, and a column that is not kept is named.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice, zip_longest

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.datavalidation import DataValidation

from kb.core import untrusted
from kb.core.cleaning import clean, clean_line, for_xml, plain_ends
from kb.core.errors import Invalid

KINDS = {"pimpinan": "pimpinan", "pejabat": "pejabat", "pelaksana": "pelaksana", "pendamping": "pendamping"}
DEFAULT_KIND = "pelaksana"
MOST_ROWS = 500
# So many faults are told at once: nobody mends a thousand.
MOST_PROBLEMS = 10
NAME_MAX, TITLE_MAX = 120, 120
# A longer text is no delegation, and is not even looked at.
MOST_LINES, MOST_LETTERS = 3000, 200_000
# A title may stand over the heading.
HEADING_WITHIN = 5

HEADINGS = {
    "name": {"nama", "nama lengkap", "nama dan gelar", "nama pegawai", "nama peserta", "name"},
    "title": {"jabatan", "posisi", "pangkat/jabatan"},
    "nip": {"nip", "nip/nik", "nomor induk pegawai"},
    "kind": {"jenis", "kategori", "peran"},
}
COLUMNS = {heading: name for name, headings in HEADINGS.items() for heading in headings}
LABELS = {"name": "Nama", "title": "Jabatan", "nip": "NIP", "kind": "Jenis"}
NUMBERING = {"no", "no.", "nomor", "#", ""}
NIP = re.compile(r"[0-9 ]{8,25}")
# How a spreadsheet shows a number that it no longer knows to the last digit.
ROUNDED = re.compile(r"[0-9]+([.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
# Excel puts a workbook with a password into a file of the old kind, under this name.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
LOCKED = untrusted.RULES["workbook"].sentences["locked"]
OLD_SHEET = "Berkas .xls lama tidak dapat dibaca. Simpan sebagai .xlsx atau .csv dahulu."
ASK_HEADING = "Baris pertama seharusnya: Nama, Jabatan, NIP, Jenis."


@dataclass(frozen=True)
class Member:
    """One person of a delegation. `kind` is a key of KINDS."""

    name: str
    title: str = ""
    nip: str = ""
    kind: str = DEFAULT_KIND


@dataclass
class Reading:
    """Who was read, what was wrong with which line, and the headings of columns that are not kept."""

    members: list[Member] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    @property
    def told(self) -> list[str]:
        """What is wrong, as it is told at the field: the first of it, and how much more there is."""
        more = len(self.problems) - MOST_PROBLEMS
        return [*self.problems[:MOST_PROBLEMS], *([f"Dan {more} baris lain."] if more > 0 else [])]


@dataclass(frozen=True)
class Row:
    """A line of a text or sheet, counted from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Columns:
    """What a heading says: its cells, and the names of each column: more than one for "Nama / NIP", none for what is not kept."""

    heading: tuple[str, ...]
    names: tuple[tuple[str, ...], ...]

    @property
    def ignored(self) -> list[str]:
        """The headings of columns that are not kept; nobody misses a numbering."""
        return [cell for cell, names in zip(self.heading, self.names, strict=True) if not names and cell.casefold() not in NUMBERING]

    @property
    def known(self) -> set[str]:
        return {name for names in self.names for name in names}


def from_text(text: str) -> Reading:
    """Lines of names, or a table with a heading and tabs, semicolons or commas between its columns."""
    text = plain_ends(text or "")
    if len(text) > MOST_LETTERS or text.count("\n") > MOST_LINES:
        return Reading(problems=["Daftar ini terlalu panjang. Kirim hanya daftar rombongannya, satu orang per baris."])
    try:
        mark = next((mark for mark in "\t;" if mark in text), None)
        if mark is not None:
            return _read(_split(text, mark))
        by_comma = _split(text, ",") if _has_heading_with_commas(text) else None
    except csv.Error:
        return Reading(problems=["Tanda kutip tidak berpasangan. Hapus tanda kutipnya, atau tutup pada baris yang sama."])
    return _read_names(text) if by_comma is None else _read(by_comma, even=True)


def _split(text: str, mark: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text), delimiter=mark, strict=True)
    rows, before = [], 0
    for cells in reader:
        rows.append(Row(before + 1, _cleaned(cells)))
        before = reader.line_num
    return rows


def _cleaned(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(clean(cell) or "" for cell in cells)


def _has_heading_with_commas(text: str) -> bool:
    """A comma divides columns only if the heading says so: names carry commas of their own ("Budi Santoso, S.Kom.")."""
    first = islice((line for line in text.split("\n") if line.strip()), HEADING_WITHIN)
    return any("," in line and "name" in _columns(_cleaned(line.split(","))).known for line in first)


def _read_names(text: str) -> Reading:
    """One name a line, with its academic titles."""
    rows = [Row(number, _cleaned([line])) for number, line in enumerate(text.split("\n"), start=1)]
    problems = [
        f'Baris {row.number}: "{other}" di belakang koma bukan gelar. Untuk menulis jabatan, {_lower(ASK_HEADING)}'
        for row in rows
        if (other := _not_academic(row.cells[0]))
    ]
    return Reading(problems=problems) if problems else _read(rows)


def _not_academic(name: str) -> str:
    """What follows a comma and is no title such as "S.Kom.", "M. T", "MM", "PhD": short, with a point or several capitals."""
    parts = (part.strip() for part in name.split(",")[1:])
    return next((part[:40] for part in parts if part and not _is_academic(part)), "")


def _is_academic(part: str) -> bool:
    return "." in part or (len(part) <= 6 and sum(letter.isupper() for letter in part) >= 2)


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def from_file(name: str, content: bytes) -> Reading:
    """A CSV or XLSX file, recognised by what it is, not by its name. A file in which nobody stands is a mistake. Ends the transaction."""
    found = _from_content(name, content)
    if not (found.members or found.problems):
        found.problems.append("Tidak ada nama orang dalam berkas ini. Isi dahulu, atau pilih berkas lain.")
    return found


def _from_content(name: str, content: bytes) -> Reading:
    if content.startswith(b"PK\x03\x04"):
        return _from_xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return Reading(problems=[LOCKED if ENCRYPTED in content else OLD_SHEET])
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return from_text(text)
        break
    return Reading(problems=[f'"{clean_line(name) or "Berkas"}" bukan lembar Excel (.xlsx) atau CSV.'])


def _from_xlsx(content: bytes) -> Reading:
    try:
        lines = untrusted.workbook(content)
    except Invalid as error:
        return Reading(problems=[error.message])
    return _read([Row(number, _cleaned(cells)) for number, cells in enumerate(lines, start=1)])


def _read(rows: list[Row], even: bool = False) -> Reading:
    """`even`: every row must have as many cells as the heading."""
    rows = [row for row in rows if any(row.cells)]
    found = Reading()
    heading, columns = _find_heading(rows)
    if columns is None and any(_columns(row.cells).known for row in rows[:HEADING_WITHIN]):
        found.problems.append(f"Kolom nama tidak ada. {ASK_HEADING}")
        return found
    if columns is None and any(len(row.cells) > 1 for row in rows):
        found.problems.append(f"Baris judul tidak ada. {ASK_HEADING}")
        return found
    found.ignored = columns.ignored if columns else []
    seen: set[tuple[str, str]] = set()
    for row in rows[heading + 1 :]:
        if len(found.members) >= MOST_ROWS:
            found.problems.append(f"Hanya {MOST_ROWS} baris pertama yang dibaca.")
            break
        problem = _read_row(found, seen, row, columns or Columns(("Nama",), (("name",),)), even)
        if problem:
            found.problems.append(f"Baris {row.number}: {problem}")
    return found


def _find_heading(rows: list[Row]) -> tuple[int, Columns | None]:
    """Where the heading stands, and what it says; a title may stand over it. (-1, None) without one."""
    for at, row in enumerate(rows[:HEADING_WITHIN]):
        columns = _columns(row.cells)
        # Over a list of one column stand names, not a title.
        if "name" in columns.known and (at == 0 or len(row.cells) > 1):
            return at, columns
    return -1, None


def _columns(cells: tuple[str, ...]) -> Columns:
    names: list[tuple[str, ...]] = []
    taken: set[str] = set()
    for cell in cells:
        meant = _meant(cell)
        names.append(() if taken & set(meant) else meant)
        taken |= set(meant)
    return Columns(cells, tuple(names))


def _meant(cell: str) -> tuple[str, ...]:
    """The columns a heading names: "Nama", or two at once in "Nama / NIP"."""
    word = re.sub(r"\s+", " ", cell.casefold()).strip(" :")
    if word in COLUMNS:
        return (COLUMNS[word],)
    parts = [COLUMNS.get(part.strip(" :")) for part in word.split("/")]
    return tuple(parts) if len(parts) > 1 and all(parts) and len(set(parts)) == len(parts) else ()


def _read_row(found: Reading, seen: set, row: Row, columns: Columns, even: bool) -> str:
    """Add the person of a row, or say what is wrong with it."""
    if even and len(row.cells) != len(columns.names):
        return (
            f'ada {len(row.cells)} bagian ("{", ".join(row.cells)[:60]}"), padahal judulnya {len(columns.names)}. Bila namanya memakai '
            "koma (gelar), pisahkan kolom dengan titik koma, juga pada baris judul."
        )
    untitled = next((cell for cell, heading in zip_longest(row.cells, columns.heading) if cell and not heading), None)
    if untitled:
        return f'"{untitled[:40]}" tidak mempunyai judul kolom.'
    values = _values(row, columns)
    if isinstance(values, str):
        return values
    problem = _problem(values)
    if problem:
        return problem
    kind = values.get("kind", "").casefold() or DEFAULT_KIND
    member = Member(values["name"], values.get("title", ""), values.get("nip", ""), kind)
    key = (member.name.casefold(), member.nip)
    if key in seen:
        return f"{member.name} sudah ada di atas."
    seen.add(key)
    found.members.append(member)
    return ""


def _values(row: Row, columns: Columns) -> dict[str, str] | str:
    """What stands in each column by its name; or what is wrong."""
    values: dict[str, str] = {}
    for cell, names in zip(row.cells, columns.names, strict=False):
        parts = [cell] if len(names) < 2 else [part.strip() for part in re.split(r"[/\n]", cell) if part.strip()]
        if len(parts) > len(names) and names:
            return f'"{cell[:40]}" tidak terbaca sebagai {" dan ".join(LABELS[name] for name in names)}. Pisahkan menjadi dua kolom.'
        values |= dict(zip(names, (part.replace("\n", " ") for part in parts), strict=False))
    values["nip"] = re.sub(r"^NIP[.:\s]*", "", values.get("nip", "").lstrip("'"), flags=re.IGNORECASE)
    return {"name": "", **values}


def _problem(values: dict[str, str]) -> str:
    column, formula = next(((name, value) for name, value in values.items() if value.startswith("=")), ("", ""))
    if formula:
        return f"kolom {_lower_label(column)} berisi rumus ({formula[:30]}). Tulis nilainya."
    column, rounded = next(((name, value) for name, value in values.items() if ROUNDED.fullmatch(value)), ("", ""))
    if rounded:
        return (
            f"{LABELS[column]} {rounded} sudah dibulatkan Excel, jadi angka belakangnya hilang. Format kolom {LABELS[column]} sebagai "
            "Teks, lalu ketik ulang."
        )
    if not values["name"]:
        return "nama kosong."
    if len(values["name"]) > NAME_MAX or len(values.get("title", "")) > TITLE_MAX:
        return f"nama atau jabatan lebih dari {NAME_MAX} karakter."
    if values["nip"] and not NIP.fullmatch(values["nip"]):
        return f'NIP "{values["nip"][:30]}" bukan 8 sampai 25 angka.'
    if values.get("kind") and values["kind"].casefold() not in KINDS:
        return f'jenis "{values["kind"][:30]}" tidak dikenal. Pilihan: {", ".join(KINDS)}.'
    return ""


def _lower_label(column: str) -> str:
    return LABELS[column] if column == "nip" else LABELS[column].lower()


def as_text(members: Iterable) -> str:
    """The members as they can be edited in a text box: a heading and one line each, with semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(LABELS.values())
    writer.writerows(_as_cells(members))
    return out.getvalue()


def _as_cells(members: Iterable) -> Iterator[list[str]]:
    return ([member.name, member.title, member.nip, member.kind] for member in members)


def as_sheet(members: Iterable) -> bytes:
    """The members as a sheet to fill in: every cell is text, so that no NIP is rounded and nothing typed becomes a formula."""
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    sheet.title = "Rombongan"
    for column, width in zip("ABCD", (36, 36, 24, 14), strict=True):
        sheet.column_dimensions[column].width = width
        sheet.column_dimensions[column].number_format = "@"
    for number, values in enumerate((LABELS.values(), *_as_cells(members)), start=1):
        for column, value in enumerate(values, start=1):
            cell = sheet.cell(number, column, for_xml(value))
            cell.data_type, cell.number_format, cell.font = "s", "@", Font(bold=number == 1)
    kinds = DataValidation(type="list", formula1=f'"{",".join(KINDS)}"', allow_blank=True)
    kinds.add(f"D2:D{MOST_ROWS + 1}")
    sheet.add_data_validation(kinds)
    sheet.freeze_panes = "A2"
    book.save(out)
    return out.getvalue()
