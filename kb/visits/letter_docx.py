"""A letter for Word and LibreOffice."""

import io

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Pt
from docx.table import Table as DocxTable

from kb.core.cleaning import for_xml, plain_ends
from kb.visits.letters import DOTS, Blank, Block, Bulleted, Facts, Heading, Letter, Letterhead, Numbered, Paragraph, Picture, Table, qr

# Centimetres between the margins, and what columns with these headings need; the others share the rest.
WIDTH = 16.5
WIDTHS = {"No.": 1.2, "NIP": 4.7, "Waktu": 3.0, "Tanda tangan": 4.6, "Pembicara": 4.4, "Ruang": 4.0}
WIDTHS |= {"Paling lambat": 3.8, "Keadaan": 2.4, "Kehadiran": 2.8}
TALLEST = Cm(9)


def write(letter: Letter) -> bytes:
    """The letter as DOCX, A4."""
    document = Document()
    _page(document)
    if letter.address:
        _foot(document, letter.address)
    _head(document, letter.head)
    if letter.to:
        _references(document, letter)
    else:
        _text(document, letter.subject.upper(), bold=True, align=WD_ALIGN_PARAGRAPH.CENTER, after=12)
    for block in letter.blocks:
        _block(document, block)
    if letter.signer:
        document.paragraphs[-1].paragraph_format.keep_with_next = True
        _signature(document, letter)
    if letter.copies:
        _text(document, "Tembusan:", before=12)
        for number, copy in enumerate(letter.copies, start=1):
            _text(document, f"{number}. {copy}")
    first = len(document.paragraphs)
    for block in letter.appendix:
        _block(document, block)
    if letter.appendix:
        document.paragraphs[first].paragraph_format.page_break_before = True
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _clean(text: str) -> str:
    return for_xml(plain_ends(text))


def _page(document: DocxDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(1.5)
    section.left_margin, section.right_margin = Cm(2.5), Cm(2)
    section.footer_distance = Cm(0.7)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(12)
    style.paragraph_format.space_after, style.paragraph_format.line_spacing = Pt(0), 1.0


def _foot(document: DocxDocument, address: str) -> None:
    """The address of the visit at the foot of each sheet, where it takes no room from the letter."""
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.add_run().add_picture(io.BytesIO(qr(address)), width=Cm(1.3))
    paragraph.add_run(f"  Kunjungan ini di Berguru: {address}").font.size = Pt(8)


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
    rule.paragraph_format.line_spacing = Pt(4)
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
                # Justified, a line with dots to fill would be torn apart.
                align = None if DOTS in part else WD_ALIGN_PARAGRAPH.JUSTIFY
                _text(document, part, align=align, after=5, indent=Cm(1))
        case Heading(text, level):
            heading = _text(document, text, bold=True, before=10 if level == 1 else 6, after=4)
            heading.runs[0].italic = level > 2
            heading.paragraph_format.keep_with_next = True
        case Facts(rows):
            _pairs(document, rows)
            _gap(document)
        case Numbered(lines):
            _list(document, [(f"{number}.", line) for number, line in enumerate(lines, start=1)])
        case Bulleted(lines):
            _list(document, [("–", line) for line in lines])
        case Table(headings, rows, tall):
            _grid(document, headings, rows, tall)
        case Picture(content, caption):
            _picture(document, content)
            document.paragraphs[-1].paragraph_format.keep_with_next = True
            _text(document, caption, size=10, after=8)
        case Blank(lines):
            for _ in range(lines):
                dots = _text(document, "\t", after=6).paragraph_format.tab_stops
                dots.add_tab_stop(Cm(WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _gap(document: DocxDocument) -> None:
    """Word joins two tables that no paragraph parts; this one is hardly higher than a rule."""
    _text(document, "").paragraph_format.line_spacing = Pt(6)


def _picture(document: DocxDocument, content: bytes) -> None:
    """As wide as reads well, but never so tall that it takes a sheet of its own."""
    shape = document.add_picture(io.BytesIO(content), width=Cm(12))
    if shape.height > TALLEST:
        shape.width, shape.height = Length(shape.width * TALLEST // shape.height), TALLEST


def _list(document: DocxDocument, entries: list[tuple[str, str]]) -> None:
    """A hanging mark before each line."""
    for mark, line in entries:
        shape = _text(document, f"{mark}\t{line}", after=2).paragraph_format
        shape.left_indent, shape.first_line_indent = Cm(1.6), Cm(-0.6)
        shape.tab_stops.add_tab_stop(Cm(1.6))
    document.paragraphs[-1].paragraph_format.space_after = Pt(6)


def _grid(document: DocxDocument, headings, rows, tall: bool) -> None:
    table = _table(document, 0, _widths(headings or ("",) * len(rows[0])))
    table.style = "Table Grid"
    if headings:
        for cell, heading in zip(_row(table), headings, strict=True):
            cell.paragraphs[0].add_run(_clean(heading)).bold = True
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for row in rows:
        for cell, value in zip(_row(table), row, strict=True):
            cell.paragraphs[0].add_run(_clean(value))
        table.rows[-1].height = Cm(1.1) if tall else None
    _gap(document)


def _widths(headings: tuple[str, ...]) -> tuple[Length, ...]:
    """Numbers and dates get what they need in one line, the other columns share the rest; in a crowded table all are equal."""
    fixed = [WIDTHS[heading] for heading in headings if heading in WIDTHS]
    others = len(headings) - len(fixed)
    share = (WIDTH - sum(fixed)) / (others or 1)
    if share < min(2.5, WIDTH / len(headings)):
        return (Cm(WIDTH / len(headings)),) * len(headings)
    return tuple(Cm(WIDTHS.get(heading, share)) for heading in headings)


def _signature(document: DocxDocument, letter: Letter) -> None:
    _, right = _row(_table(document, 1, (Cm(8.5), Cm(8))), 0)
    lines = [f"{letter.signer.position or DOTS},", "", "", "", letter.signer.name or DOTS]
    if not letter.to:
        lines.insert(0, letter.dateline)
    lines += [line for line in (letter.signer.rank, f"NIP {letter.signer.nip}" if letter.signer.nip else "") if line]
    for line in lines:
        _text(right, line, bold=bool(letter.signer.name) and line == letter.signer.name)
    right._element.remove(right.paragraphs[0]._element)
