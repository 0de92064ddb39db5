"""The rank as a file for a spreadsheet: CSV as Excel in Indonesia opens it, and XLSX. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from kb.core.cleaning import for_xml

PLACES = ("Posisi nasional", "Dari se-Indonesia", "Posisi di provinsi", "Dari seprovinsi", "Posisi sejenis", "Dari sejenis")
OFFICE = ("Kode", "Pemerintah daerah", "Jenis")
ABOUT = ("Predikat", "Perubahan dari tahun sebelumnya", "Asal nilai", "Keyakinan", "Catatan", "Sumber", "Nilai lain yang diketahui")
# A spreadsheet takes a text that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Without it Excel takes UTF-8 for another alphabet.
BYTE_ORDER_MARK = "\ufeff"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Cell = str | int | Decimal | None


def headings(measures: Sequence[str], measured: str) -> list[str]:
    """The first row: `measured` is what positions are given by."""
    return [f"{PLACES[0]} ({measured})", *PLACES[1:], *OFFICE, *measures, *ABOUT]


def csv_of(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Semicolons and decimal commas; no text is taken for a formula."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([_written(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + text.getvalue()).encode()


def _written(cell: Cell) -> Cell:
    if isinstance(cell, Decimal):
        return str(cell).replace(".", ",")
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def xlsx_of(rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet, its head bold and fixed; numbers are numbers, texts never formulas."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Peringkat")
    sheet.freeze_panes = "A2"
    sheet.column_dimensions["H"].width = 34  # the names
    for number, row in enumerate(rows):
        sheet.append([_typed(sheet, cell, is_heading=number == 0) for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _typed(sheet, cell: Cell, is_heading: bool):
    if isinstance(cell, str):
        cell = for_xml(cell)
    if not (is_heading or isinstance(cell, str) and cell.startswith(FORMULA)):
        return cell
    typed = WriteOnlyCell(sheet, cell)
    typed.data_type = "s"
    if is_heading:
        typed.font = Font(bold=True)
    return typed
