"""Uploaded pictures: read once, turned upright, made small, and written anew, so that nothing else is in them.

Phones write the place and the moment into each picture; a letter or report must not carry them on. What is not a picture does not
survive being read.
"""

import io

from PIL import Image, ImageOps
from werkzeug.datastructures import FileStorage

from kb.core.errors import Invalid
from kb.core.files import MEGABYTE, StoredFile, store, used

# A picture is unpacked in memory: this many pixels are about 200 MB.
MOST_PIXELS = 50_000_000
FORMATS = ("PNG", "JPEG")
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
NO_PICTURE = "Isi berkas ini bukan gambar JPEG atau PNG yang benar."


def save(upload: FileStorage, max_megabytes: int, longest: int, field: str) -> StoredFile:
    """Keep a picture whose longer side has at most `longest` pixels. Raises Invalid at `field`."""
    content = upload.stream.read(max_megabytes * MEGABYTE + 1)
    upload.close()
    _check_size(content, max_megabytes, field)
    kind, clean = _rewritten(content, longest, field)
    stem = (upload.filename or "gambar").rpartition("/")[2].rpartition(".")[0] or "gambar"
    stored = store(clean, f"{stem[:180]}.{'png' if kind == 'PNG' else 'jpg'}", f"image/{kind.lower()}")
    used(upload)
    return stored


def check(upload: FileStorage, max_megabytes: int) -> None:
    """Raise Invalid for what cannot be a picture, by its size and first bytes; leaves the upload to be saved."""
    content = upload.stream.read(max_megabytes * MEGABYTE + 1)
    upload.stream.seek(0)
    _check_size(content, max_megabytes, None)
    if not content.startswith(SIGNATURES):
        raise Invalid(NO_PICTURE)


def _check_size(content: bytes, max_megabytes: int, field: str | None) -> None:
    if not content:
        raise Invalid("Berkas ini kosong. Pilih gambar lain.", field)
    if len(content) > max_megabytes * MEGABYTE:
        raise Invalid(f"Gambar lebih besar dari {max_megabytes} MB. Perkecil dahulu.", field)


def _rewritten(content: bytes, longest: int, field: str) -> tuple[str, bytes]:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise Invalid("Gambar terlalu banyak titiknya. Perkecil dahulu.", field)
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((longest, longest))
            return picture.format, _encoded(upright, picture.format)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid(NO_PICTURE, field) from error


def _encoded(picture: Image.Image, kind: str) -> bytes:
    """Pixels only: whatever else the file held stays behind."""
    mode = "RGB" if kind == "JPEG" else "RGBA"
    bare = Image.new(mode, picture.size)
    bare.paste(picture.convert(mode))
    out = io.BytesIO()
    bare.save(out, kind, quality=85, optimize=True)
    return out.getvalue()
