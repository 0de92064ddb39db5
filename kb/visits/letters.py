"""A letter as Indonesian offices write it. Pure: what it says is handed in; what nobody gave is left to be filled by hand."""

import io
from dataclasses import dataclass
from datetime import date

import qrcode
from qrcode.image.pure import PyPNGImage

from kb.core.pages import tanggal

DOTS = "……………………………"


@dataclass(frozen=True)
class Kind:
    """A letter of a visit: its name, and the side ("guest", "host") that writes it. `asks` names what only this kind is asked."""

    label: str
    side: str
    asks: tuple[str, ...] = ()


# What every letter is asked, what is asked of those with a number, and what of those that are sent.
SIGNED = ("dated_on", "place", "signer_position", "signer_name", "signer_rank", "signer_nip", "upload")
NUMBERED = ("number", "copies")
SENT = (*NUMBERED, "nature", "attachment")

KINDS = {
    "permohonan": Kind("Surat permohonan", "guest", SENT),
    "balasan-usul": Kind("Surat balasan: usul jadwal", "host", (*SENT, "contact")),
    "balasan": Kind("Surat balasan: kesediaan", "host", (*SENT, "receiver", "contact")),
    "balasan-tolak": Kind("Surat balasan: belum dapat menerima", "host", SENT),
    "acara": Kind("Susunan acara", "host"),
    "hadir": Kind("Daftar hadir", "host"),
    "visum": Kind("Lembar visum", "host"),
    "laporan": Kind("Laporan hasil kunjungan", "guest", (*NUMBERED, "addressee", "assignment")),
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
    """Level 1 stands over a part of a letter, the deeper ones inside it."""

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
    """`tall` rows have room for a signature. Without headings it is a frame; a cell may have several lines."""

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


@dataclass(frozen=True)
class Blank:
    """Dotted lines to be filled by hand."""

    lines: int = 3


Block = Paragraph | Heading | Facts | Numbered | Bulleted | Table | Picture | Blank


@dataclass(frozen=True)
class Letter:
    """A letter. With `to` it is a surat with nomor, sifat, lampiran, hal; without, a sheet with the subject as its title.

    `signer` None is a sheet that is signed elsewhere than at its end.
    """

    kind: str
    head: Letterhead
    subject: str
    blocks: tuple[Block, ...]
    signer: Signer | None
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
        attachment = self.attachment
        if self.appendix and attachment == "-":
            sheets = sheets_of(self.appendix)
            attachment = f"{sheets} ({spelled(sheets)}) lembar"
        return (("Nomor", self.number or DOTS), ("Sifat", self.nature), ("Lampiran", attachment), ("Hal", self.subject))


# Of a table of people on A4: characters that fit on a line of a cell, and lines on a sheet.
CELL_CHARACTERS = 26
SHEET_LINES = 50


def sheets_of(blocks: tuple[Block, ...]) -> int:
    """How many sheets an appendix of tables takes, counted by its lines."""
    rows = [row for block in blocks if isinstance(block, Table) for row in block.rows]
    lines = sum(max(-(-len(cell) // CELL_CHARACTERS) or 1 for cell in row) for row in rows)
    return max(1, -(-lines // SHEET_LINES))


UNITS = ("", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas")


def spelled(number: int) -> str:
    """A number from 1 to 99 in words."""
    if number < len(UNITS):
        return UNITS[number]
    tens, units = divmod(number, 10)
    return f"{UNITS[units]} belas" if tens == 1 else f"{UNITS[tens]} puluh {UNITS[units]}".strip()


def qr(address: str) -> bytes:
    """The address as a PNG."""
    code = qrcode.QRCode(box_size=6, border=2, image_factory=PyPNGImage)
    code.add_data(address)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()
