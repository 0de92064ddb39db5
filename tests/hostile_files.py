"""Files that somebody makes to stop us: a few kilobytes that ask for gigabytes or minutes, and files broken in all kinds of ways."""

import base64
import io
import struct
import zipfile
import zlib
from random import Random

from openpyxl import Workbook
from PIL import Image

STORED, DEFLATED, BZIP2 = 0, 8, 12
SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
# 1.5 GB of zeros as bzip2 packs them, packed once more.
ZEROS = zlib.decompress(
    base64.b64decode(
        "eNpzisqwNHSMVAuO5ON8dJ8xvs+B4QADA4cCg0GDr5vTAtWVXA3TR+VH5UflR+Upk9+b+TeXQX7LIZA8C1jFGc5VmVM6pEMmMh+9M9FPRMXKZWXoAQC6PmHj"
    )
)


# ---- workbooks


def workbook(*rows) -> bytes:
    """An XLSX as anybody makes it."""
    book, out = Workbook(), io.BytesIO()
    for row in rows or (["Nama", "Jabatan"], ["Ani Contoh", "Kepala Bidang"]):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def repacked(content: bytes, **changes: bytes | None) -> bytes:
    """The workbook with other parts, by the last word of their names (`sheet1`, `workbook`, `styles`); None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as former, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in former.namelist():
            key = name.rpartition("/")[2].partition(".")[0]
            part = changes.get(key, former.read(name)) if name.endswith(".xml") else former.read(name)
            if part is not None:
                archive.writestr(name, part)
    return out.getvalue()


def sheet(rows: str) -> bytes:
    """A workbook whose sheet holds this XML between its rows."""
    return repacked(workbook(), sheet1=f"<worksheet {NAMESPACE}><sheetData>{rows}</sheetData></worksheet>".encode())


def archive(name: str, packed: bytes, method: int, unpacked: int, flags: int = 0) -> bytes:
    """A zip of one part, with whatever is claimed of it."""
    facts = struct.pack("<HHHHHIII", 20, flags, method, 0, 0x21, 0, len(packed), unpacked)
    local = b"PK\x03\x04" + facts + struct.pack("<HH", len(name), 0) + name.encode() + packed
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name.encode()
    return local + entry + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local), 0)


def bzip2_bomb(claimed: int = 1536 * 1024 * 1024) -> bytes:
    """An XLSX of some kilobytes with a part of 1.5 GB."""
    return archive(SHEET, ZEROS, BZIP2, claimed)


def deflated_bomb(claimed: int) -> bytes:
    """A part of 200 MB that says what you like of its size."""
    packer = zlib.compressobj(9, wbits=-15)
    return archive(SHEET, b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush(), DEFLATED, claimed)


def laughs() -> bytes:
    """An XML whose entities laugh a billion times."""
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return repacked(workbook(), sheet1=f'<!DOCTYPE x [<!ENTITY l0 "ha">{entities}]><worksheet {NAMESPACE}><a>&l9;</a></worksheet>'.encode())


def echo() -> bytes:
    """One text of a megabyte that sixty thousand cells show."""
    shared = f"<sst {NAMESPACE}><si><t>{'x' * 1_000_000}</t></si></sst>"
    rows = "".join(f'<row r="{n}">' + '<c t="s"><v>0</v></c>' * 20 + "</row>" for n in range(1, 3001))
    return with_shared(sheet(rows), shared.encode())


def with_shared(content: bytes, shared: bytes) -> bytes:
    """The workbook with texts that its cells share, as Excel writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as former, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in former.namelist():
            part = former.read(name)
            if name == "[Content_Types].xml":
                kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
                part = part.replace(b"</Types>", b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>')
            archive.writestr(name, part)
        archive.writestr("xl/sharedStrings.xml", shared)
    return out.getvalue()


# ---- pictures


def picture(kind: str = "PNG", size=(40, 30), **values) -> bytes:
    """A picture as anybody has it."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, **values)
    return out.getvalue()


def png(width: int, height: int, claimed: int = 0, depth: int = 8, colour: int = 6) -> bytes:
    """A PNG of that many points, all alike, in a few kilobytes; it may claim another height."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer, row = zlib.compressobj(1), bytes(1 + width * {0: 1, 2: 3, 6: 4}[colour] * depth // 8)
    points = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, claimed or height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", points) + chunk(b"IEND", b"")


def repeated_scan(times: int, size=(2400, 1800), before: bytes = b"") -> bytes:
    """A progressive JPEG that draws its last scan again and again."""
    whole = picture("JPEG", size, progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + (before + whole[last:-2]) * times + b"\xff\xd9"


# ---- broken in all kinds of ways


def mutated(content: bytes, chance: Random) -> bytes:
    """Some bytes changed, cut off, doubled, moved or put in; or nothing of it left but chance."""
    found = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        at, to = sorted((chance.randrange(len(found) + 1), chance.randrange(len(found) + 1)))
        match chance.randrange(6):
            case 0:
                found[at : at + 1] = chance.randbytes(1)
            case 1:
                found[at : at + chance.randrange(1, 9)] = chance.randbytes(chance.randrange(9))
            case 2:
                del found[at : min(to, at + 400)]
            case 3:
                found[at:at] = found[at : min(to, at + 400)]
            case 4:
                found[at : at + 4] = b"\xff\xff\xff\xff"
            case 5:
                del found[max(at, 8) :]
        if not found:
            return chance.randbytes(200)
    return bytes(found)


def mutated_workbook(chance: Random) -> bytes:
    """A workbook broken as an archive, or in the XML of one of its parts, where more readers stumble."""
    content = workbook(["Nama", "NIP", "Jabatan"], ["Ani Contoh", 198001012005, 1.5], ["Budi", None, True])
    content = with_shared(content, f"<sst {NAMESPACE}><si><t>Nama</t></si><si><r><t>Citra</t></r></si></sst>".encode())
    if chance.random() < 0.3:
        return mutated(content, chance)
    part = chance.choice(("sheet1", "sheet1", "workbook", "styles", "sharedStrings", "[Content_Types]"))
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        name = next(name for name in found.namelist() if part in name and name.endswith(".xml"))
        return repacked(content, **{part: mutated(found.read(name), chance)})
