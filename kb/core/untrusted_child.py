"""The process in which an untrusted file is read, and nothing else: `untrusted.py` starts it as a script, with limits of its own.

It imports nothing of ours (the application takes seconds to load), and a library only by name, once the limits are set and the file needs
it. The file comes on its standard input. It answers with one line of JSON, and behind it the bytes of a picture. What it finds wrong is one
word, for which `untrusted.RULES` holds the sentence; if it is killed, that says enough.
"""

import importlib
import io
import json
import re
import sys
import zipfile

MEGABYTE = 1024 * 1024
# Kernels without these limits (Windows) leave the clock of the parent to end a reading.
try:
    import resource
except ImportError:
    resource = None

# A workbook: so much it may unpack to in all, so many parts, so many cells that anybody looks at, so long a cell.
MOST_UNPACKED, MOST_ENTRIES = 20 * MEGABYTE, 2000
ROWS, COLUMNS, LONGEST_CELL, MOST_LETTERS = 3000, 20, 2000, 2_000_000
CHUNK = 64 * 1024
# A spreadsheet loses the digits behind the fifteenth of a number.
MOST_DIGITS = 15

# A picture: phones make up to 24 million points for everyday use, and progressive JPEGs of about ten scans.
MOST_POINTS, MOST_SCANS = 24_000_000, 20
FORMATS = ("PNG", "JPEG")
JPEG = b"\xff\xd8"
# What may follow the sign that begins a marker of a JPEG; a zero or another sign begins none.
MARKER = re.compile(rb"\xff([^\x00\xff])")
SCAN, BARE = 0xDA, {0x01, *range(0xD0, 0xD9)}


class Refused(Exception):
    """The file cannot be read; the word says why."""


def limit(memory: int, seconds: int) -> None:
    """No more memory and time than these, no other process, no file written."""
    if resource is None:
        return
    for name, most in (
        ("RLIMIT_AS", memory), ("RLIMIT_CPU", seconds), ("RLIMIT_CORE", 0), ("RLIMIT_FSIZE", 0), ("RLIMIT_NPROC", 0)
    ):  # fmt: skip
        kind = getattr(resource, name, None)
        if kind is not None:
            hard = resource.getrlimit(kind)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (most, most))


# ---- workbooks


def workbook(content: bytes) -> tuple[dict, bytes]:
    """The cells of the first sheet, as the texts a person would read there."""
    _unpack(content)
    for name in ("numpy", "lxml", "PIL"):
        sys.modules[name] = None  # nothing here needs them, and each takes longer to load than most sheets to read
    book = importlib.import_module("openpyxl").load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    lines = book.worksheets[0].iter_rows(max_row=ROWS, max_col=COLUMNS, values_only=True)
    rows, letters = [], 0
    for line in lines:
        cells = [_cell(value)[:LONGEST_CELL] for value in line]
        letters += sum(map(len, cells))
        if letters > MOST_LETTERS:
            raise Refused("large")
        rows.append(cells)
    return {"rows": rows}, b""


def _unpack(content: bytes) -> None:
    """Unpack everything once and keep nothing: what an archive says of its sizes is not believed."""
    total = 0
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise Refused("large")
        for entry in entries:
            if entry.flag_bits & 0x41:
                raise Refused("locked")
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Refused("broken")  # others may unpack a gigabyte at one stroke, and no spreadsheet writes them
            with archive.open(entry) as part:
                while chunk := part.read(CHUNK):
                    total += len(chunk)
                    if total > MOST_UNPACKED:
                        raise Refused("large")


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int | float) and abs(value) >= 10**MOST_DIGITS:
        return f"{value:.5E}"  # the digits behind the fifteenth are lost: shown as a spreadsheet shows it, so that it is refused
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if type(value).__name__ in ("ArrayFormula", "DataTableFormula"):
        return "=" + str(getattr(value, "text", None) or "").removeprefix("=")
    return str(value)


# ---- pictures


def picture(content: bytes, longest: str) -> tuple[dict, bytes]:
    """The picture upright, its longer side at most so many points, and nothing with it."""
    if scans(content) > MOST_SCANS:
        raise Refused("scans")
    image, operations = importlib.import_module("PIL.Image"), importlib.import_module("PIL.ImageOps")
    image.MAX_IMAGE_PIXELS = None  # counted here, before anything is unpacked
    side = int(longest)
    with image.open(io.BytesIO(content), formats=FORMATS) as found:
        if found.width * found.height > MOST_POINTS:
            raise Refused("points")
        # Several pictures in one JPEG call themselves MPO: the first is kept.
        kind = "PNG" if found.format == "PNG" else "JPEG"
        found.thumbnail((side, side))  # made small first: a JPEG is then never unpacked in full
        return {"format": kind}, _bare(image, operations.exif_transpose(found), kind)


def scans(content: bytes) -> int:
    """How often a JPEG draws over itself; each time costs as much as the whole picture."""
    if not content.startswith(JPEG):
        return 0
    count, at = 0, len(JPEG)
    while found := MARKER.search(content, at):
        at, marker = found.end(), found[1][0]
        count += marker == SCAN
        if marker not in BARE:
            at += int.from_bytes(content[at : at + 2], "big")
    return count


def _bare(image, small, kind: str) -> bytes:
    """Points only: whatever else the file held stays behind."""
    mode = "RGB" if kind == "JPEG" else "RGBA"
    bare = image.new(mode, small.size)
    bare.paste(small.convert(mode))
    out = io.BytesIO()
    bare.save(out, kind, quality=85, optimize=True)
    return out.getvalue()


READERS = {"workbook": workbook, "picture": picture}


def answer(kind: str, content: bytes, *options: str) -> tuple[dict, bytes]:
    """What stands in the file, or why it cannot be read."""
    try:
        return READERS[kind](content, *options)
    except Refused as refused:
        return {"refused": str(refused)}, b""
    except MemoryError:
        return {"refused": "large"}, b""
    except Exception:  # libraries fail in as many ways as files can be broken
        return {"refused": "broken"}, b""


def main(kind: str, memory: str, seconds: str, *options: str) -> None:
    """Limit the process, then read the file that comes in."""
    limit(int(memory), int(seconds))
    said, rest = answer(kind, sys.stdin.buffer.read(), *options)
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n" + rest)


if __name__ == "__main__":
    main(*sys.argv[1:])
