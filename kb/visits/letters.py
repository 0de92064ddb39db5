"""A letter as Indonesian offices write it, and its DOCX. Pure: what it says is handed in; what nobody gave is left to be filled by hand."""

import io
import re
from dataclasses import dataclass
from datetime import date

import qrcode
from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt
from docx.table import Table as DocxTable
from qrcode.image.pure import PyPNGImage

from kb.core.pages import tanggal

DOTS = "……………………………"
# XML 1.0 cannot hold these.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Kind:
    """A letter of a visit: its name, and the side ("guest", "host") that writes it."""

    label: str
    side: str


KINDS = {
    "permohonan": Kind("Surat permohonan", "guest"),
    "balasan": Kind("Surat balasan", "host"),
    "acara": Kind("Susunan acara", "host"),
    "hadir": Kind("Daftar hadir", "host"),
    "visum": Kind("Lembar visum", "host"),
    "laporan": Kind("Laporan hasil kunjungan", "guest"),
}


@dataclass(frozen=True)
class Letterhead:
    """The kop surat. `logo` is the content of a PNG or JPEG, `logo_address` where a page finds it."""

    government: str
    office: str
    address: str = ""
    contact: str = ""
    logo: bytes | None = None
    logo_address: str = ""


@dataclass(frozen=True)
class Signer:
    """Who signs."""

    position: str = ""
    name: str = ""
    rank: str = ""
    nip: str = ""


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Heading:
    """Level 1 stands over a part of a letter, level 2 inside it."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Facts:
    """Pairs of label and value, set in two columns."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Numbered:
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """`tall` rows have room for a signature."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    tall: bool = False


@dataclass(frozen=True)
class Bulleted:
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A photo: its content for the DOCX, its address for the page."""

    content: bytes
    caption: str
    address: str = ""


Block = Paragraph | Heading | Facts | Numbered | Bulleted | Table | Picture


@dataclass(frozen=True)
class Letter:
    """A letter. With `to` it is a surat with nomor, sifat, lampiran, hal; without, a sheet with the subject as its title."""

    kind: str
    head: Letterhead
    subject: str
    blocks: tuple[Block, ...]
    signer: Signer
    place: str = ""
    dated_on: date | None = None
    number: str = ""
    nature: str = "Biasa"
    attachment: str = "-"
    to: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    appendix: tuple[Block, ...] = ()
    address: str = ""

    @property
    def dateline(self) -> str:
        return f"{self.place or DOTS}, {tanggal(self.dated_on) if self.dated_on else DOTS}"

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """Nomor, sifat, lampiran, hal."""
        attachment = "1 (satu) lembar" if self.appendix and self.attachment == "-" else self.attachment
        return (("Nomor", self.number or DOTS), ("Sifat", self.nature), ("Lampiran", attachment), ("Hal", self.subject))


def qr(address: str) -> bytes:
    """The address as a PNG."""
    code = qrcode.QRCode(box_size=6, border=2, image_factory=PyPNGImage)
    code.add_data(address)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()


def docx(letter: Letter) -> bytes:
    """The letter for Word and LibreOffice, A4."""
    document = Document()
    _page(document)
    _head(document, letter.head)
    if letter.to:
        _references(document, letter)
    else:
        _text(document, letter.subject.upper(), bold=True, align=WD_ALIGN_PARAGRAPH.CENTER, after=12)
    for block in letter.blocks:
        _block(document, block)
    _signature(document, letter)
    if letter.copies:
        _text(document, "Tembusan:", before=12)
        for number, copy in enumerate(letter.copies, start=1):
            _text(document, f"{number}. {copy}")
    if letter.address:
        _address(document, letter.address)
    if letter.appendix:
        document.add_page_break()
    for block in letter.appendix:
        _block(document, block)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _clean(text: str) -> str:
    return FORBIDDEN.sub("", text)


def _page(document: DocxDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(2.5), Cm(2)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.paragraph_format.space_after = Pt(0)


def _text(container, text: str, bold=False, size=None, align=None, before=0, after=0, indent=None):
    paragraph = container.add_paragraph()
    run = paragraph.add_run(_clean(text))
    run.bold = bold
    if size:
        run.font.size = Pt(size)
    if align is not None:
        paragraph.alignment = align
    shape = paragraph.paragraph_format
    shape.space_before, shape.space_after = Pt(before), Pt(after)
    if indent:
        shape.first_line_indent = indent
    return paragraph


def _table(document: DocxDocument, rows: int, widths: tuple[Length, ...]) -> DocxTable:
    """A table of fixed columns. Word reads the widths of cells, LibreOffice those of columns."""
    table = document.add_table(rows=rows, cols=len(widths))
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    return table


def _row(table: DocxTable, index: int | None = None):
    """A row (a new one by default) with the widths of its columns, which no page break tears apart."""
    row = table.add_row() if index is None else table.rows[index]
    for cell, column in zip(row.cells, table.columns, strict=True):
        cell.width = column.width
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return row.cells


def _head(document: DocxDocument, head: Letterhead) -> None:
    if head.logo:
        left, right = _row(_table(document, 1, (Cm(2.6), Cm(13.9))), 0)
        left.paragraphs[0].add_run().add_picture(io.BytesIO(head.logo), width=Cm(2.2))
    else:
        right = document
    center = WD_ALIGN_PARAGRAPH.CENTER
    _text(right, head.government.upper(), size=14, align=center)
    if head.logo:
        right._element.remove(right.paragraphs[0]._element)
    _text(right, head.office.upper(), bold=True, size=15, align=center)
    for line in (head.address, head.contact):
        if line:
            _text(right, line, size=10, align=center)
    rule = document.add_paragraph()
    border, bottom = OxmlElement("w:pBdr"), OxmlElement("w:bottom")
    for name, value in (("val", "thinThickSmallGap"), ("sz", "24"), ("space", "1"), ("color", "000000")):
        bottom.set(qn(f"w:{name}"), value)
    border.append(bottom)
    rule._p.get_or_add_pPr().append(border)
    rule.paragraph_format.space_after = Pt(8)


def _references(document: DocxDocument, letter: Letter) -> None:
    _text(document, letter.dateline, align=WD_ALIGN_PARAGRAPH.RIGHT, after=6)
    _pairs(document, letter.references)
    _text(document, "Yth. " + letter.to[0], before=12)
    for line in letter.to[1:]:
        _text(document, line)
    document.paragraphs[-1].paragraph_format.space_after = Pt(12)


def _pairs(document: DocxDocument, rows) -> None:
    table = _table(document, 0, (Cm(3.5), Cm(0.5), Cm(12.5)))
    for label, value in rows:
        for cell, text in zip(_row(table), (label, ":", value), strict=True):
            cell.paragraphs[0].add_run(_clean(text))


def _block(document: DocxDocument, block: Block) -> None:
    match block:
        case Paragraph(text):
            for part in text.split("\n"):
                _text(document, part, align=WD_ALIGN_PARAGRAPH.JUSTIFY, after=6, indent=Cm(1))
        case Heading(text, level):
            _text(document, text, bold=True, before=8 if level == 1 else 4, after=4)
        case Facts(rows):
            _pairs(document, rows)
            _text(document, "", after=2)
        case Numbered(lines):
            _list(document, [(f"{number}.", line) for number, line in enumerate(lines, start=1)])
        case Bulleted(lines):
            _list(document, [("–", line) for line in lines])
        case Table(headings, rows, tall):
            _grid(document, headings, rows, tall)
        case Picture(content, caption):
            document.add_picture(io.BytesIO(content), width=Cm(12))
            _text(document, caption, size=10, after=8)


def _list(document: DocxDocument, entries: list[tuple[str, str]]) -> None:
    """A hanging mark before each line."""
    for mark, line in entries:
        shape = _text(document, f"{mark}\t{line}", after=2).paragraph_format
        shape.left_indent, shape.first_line_indent = Cm(1.6), Cm(-0.6)
        shape.tab_stops.add_tab_stop(Cm(1.6))


def _grid(document: DocxDocument, headings, rows, tall: bool) -> None:
    """Numbers need little room; the other columns share the rest."""
    narrow = sum(heading == "No." for heading in headings)
    share = Cm((16.5 - 1.2 * narrow) / (len(headings) - narrow))
    table = _table(document, 0, tuple(Cm(1.2) if heading == "No." else share for heading in headings))
    table.style = "Table Grid"
    for cell, heading in zip(_row(table), headings, strict=True):
        cell.paragraphs[0].add_run(_clean(heading)).bold = True
    for row in rows:
        for cell, value in zip(_row(table), row, strict=True):
            cell.paragraphs[0].add_run(_clean(value))
        table.rows[-1].height = Cm(1.1) if tall else None
    _text(document, "", after=4)


def _signature(document: DocxDocument, letter: Letter) -> None:
    _, right = _row(_table(document, 1, (Cm(8.5), Cm(8))), 0)
    lines = [letter.signer.position or DOTS, "", "", "", letter.signer.name or DOTS]
    if not letter.to:
        lines.insert(0, letter.dateline)
    lines += [line for line in (letter.signer.rank, f"NIP {letter.signer.nip}" if letter.signer.nip else "") if line]
    for line in lines:
        _text(right, line, bold=bool(letter.signer.name) and line == letter.signer.name)
    right._element.remove(right.paragraphs[0]._element)


def _address(document: DocxDocument, address: str) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(12)
    paragraph.add_run().add_picture(io.BytesIO(qr(address)), width=Cm(2))
    _text(document, f"Kunjungan ini di Berguru: {address}", size=9)
