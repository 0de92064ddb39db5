"""Read a delegation from what people have at hand: lines typed or pasted from a spreadsheet, CSV, or XLSX. Pure.

Nothing is dropped in silence: what cannot be read is said with its line.
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from kb.core.forms import clean

KINDS = {"pimpinan": "pimpinan", "pejabat": "pejabat", "pelaksana": "pelaksana", "pendamping": "pendamping"}
DEFAULT_KIND = "pelaksana"
MOST_ROWS = 500
NAME_MAX, TITLE_MAX = 120, 120
# An XLSX is a zip: a few kilobytes may unpack to gigabytes.
MOST_UNPACKED = 20 * 1024 * 1024

HEADINGS = {
    "name": {"nama", "nama lengkap", "name"},
    "title": {"jabatan", "posisi", "pangkat/jabatan"},
    "nip": {"nip", "nip/nik", "nomor induk pegawai"},
    "kind": {"jenis", "kategori", "peran"},
}
COLUMNS = {heading: name for name, headings in HEADINGS.items() for heading in headings}
NUMBERING = {"no", "no.", "nomor", "#"}
NIP = re.compile(r"[0-9 ]{8,25}")


@dataclass(frozen=True)
class Member:
    """One person of a delegation. `kind` is a key of KINDS."""

    name: str
    title: str = ""
    nip: str = ""
    kind: str = DEFAULT_KIND


@dataclass
class Reading:
    """Who was read, and what was wrong with which line."""

    members: list[Member] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def from_text(text: str) -> Reading:
    """Lines of names, or a table with tabs, semicolons or commas between the columns."""
    lines = [line for line in (text or "").replace("\r\n", "\n").replace("\r", "\n").split("\n") if line.strip()]
    delimiter = next((mark for mark in "\t;," if any(mark in line for line in lines)), None)
    if delimiter is None:
        return _read([[line] for line in lines])
    return _read(list(csv.reader(lines, delimiter=delimiter)))


def from_file(name: str, content: bytes) -> Reading:
    """A CSV or XLSX file, recognised by what it is, not by its name."""
    if content.startswith(b"PK\x03\x04"):
        return _from_xlsx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        return Reading(problems=["Berkas .xls lama tidak dapat dibaca. Simpan sebagai .xlsx atau .csv dahulu."])
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return from_text(text)
        break
    return Reading(problems=[f'"{clean(name) or "Berkas"}" bukan lembar Excel (.xlsx) atau CSV.'])


def _from_xlsx(content: bytes) -> Reading:
    broken = Reading(problems=["Lembar Excel ini tidak dapat dibaca. Simpan ulang sebagai .xlsx, atau tempel isinya."])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                return Reading(problems=["Lembar Excel ini terlalu besar. Simpan hanya daftar rombongannya."])
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        try:
            sheet = book.worksheets[0]
            cells = [[_cell(cell) for cell in row] for row in sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=20, values_only=True)]
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, AttributeError, OSError):
        return broken
    return _read([row for row in cells if any(row)])


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _read(rows: list[list[str]]) -> Reading:
    found = Reading()
    rows = [[(clean(cell) or "").replace("\n", " ") for cell in row] for row in rows]
    columns = _columns(rows[0]) if rows else {}
    if columns and "name" not in columns:
        found.problems.append("Kolom nama tidak ada. Baris pertama seharusnya: Nama, Jabatan, NIP, Jenis.")
        return found
    if not columns and any(len(row) > 1 for row in rows):
        found.problems.append("Baris judul tidak ada. Baris pertama seharusnya: Nama, Jabatan, NIP, Jenis.")
        return found
    body = rows[1:] if columns else rows
    seen: set[tuple[str, str]] = set()
    for number, row in enumerate(body, start=2 if columns else 1):
        if not any(row):
            continue
        if len(found.members) >= MOST_ROWS:
            found.problems.append(f"Hanya {MOST_ROWS} baris pertama yang dibaca.")
            break
        _read_row(found, seen, number, row, columns or {"name": 0})
    return found


def _columns(heading: list[str]) -> dict[str, int]:
    words = [cell.casefold().strip(" :") for cell in heading]
    columns = {COLUMNS[word]: at for at, word in reversed(list(enumerate(words))) if word in COLUMNS}
    return columns if columns or not set(words) & NUMBERING else {}


def _read_row(found: Reading, seen: set, number: int, row: list[str], columns: dict[str, int]) -> None:
    values = {name: row[at] if at < len(row) else "" for name, at in columns.items()}
    formula = next((name for name, value in values.items() if value.startswith("=")), None)
    if formula:
        found.problems.append(f"Baris {number}: kolom {formula_name(formula)} berisi rumus ({values[formula][:30]}). Tulis nilainya.")
        return
    name, title = values["name"], values.get("title", "")
    if not name:
        found.problems.append(f"Baris {number}: nama kosong.")
        return
    if len(name) > NAME_MAX or len(title) > TITLE_MAX:
        found.problems.append(f"Baris {number}: nama atau jabatan lebih dari {NAME_MAX} karakter.")
        return
    nip, kind = values.get("nip", "").lstrip("'"), values.get("kind", "").casefold()
    if nip and not NIP.fullmatch(nip):
        found.problems.append(f'Baris {number}: NIP "{nip[:30]}" bukan 8 sampai 25 angka.')
        return
    if kind and kind not in KINDS:
        found.problems.append(f'Baris {number}: jenis "{kind[:30]}" tidak dikenal. Pilihan: {", ".join(KINDS)}.')
        return
    key = (name.casefold(), nip)
    if key in seen:
        found.problems.append(f"Baris {number}: {name} sudah ada di atas.")
        return
    seen.add(key)
    found.members.append(Member(name, title, nip, kind or DEFAULT_KIND))


def formula_name(column: str) -> str:
    """What people call a column."""
    return {"name": "nama", "title": "jabatan", "nip": "NIP", "kind": "jenis"}[column]


def as_text(members: list) -> str:
    """The members as they can be edited in a text box: a heading and one line each, with semicolons."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\n")
    writer.writerow(["Nama", "Jabatan", "NIP", "Jenis"])
    writer.writerows([member.name, member.title, member.nip, member.kind] for member in members)
    return out.getvalue()
