"""Uploaded pictures: read once, turned upright, made small, and written anew, so that nothing else is in them.

Phones write the place and the moment into each picture; a letter or report must not carry them on. What is not a picture does not
survive being read. That takes seconds for a large one, so a form reads it (`take`) before anything is written, and a service only saves it.
"""

import io

from werkzeug.datastructures import FileStorage

from kb.core import untrusted
from kb.core.cleaning import file_name
from kb.core.errors import Invalid
from kb.core.files import MEGABYTE, InMemory, StoredFile, content_of, store, used

SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
ENDINGS = {"PNG": "png", "JPEG": "jpg"}
NO_PICTURE = untrusted.RULES["picture"].sentences["broken"]


class Picture(InMemory):
    """An upload that was read and written anew: nothing else is saved as a picture."""


def take(upload: FileStorage, max_megabytes: int, longest: int) -> Picture:
    """The picture of an upload, its longer side at most `longest` pixels. Raises Invalid. Ends the transaction."""
    content = content_of(upload, max_megabytes * MEGABYTE)
    if not content:
        raise Invalid("Berkas ini kosong. Pilih gambar lain.")
    if len(content) > max_megabytes * MEGABYTE:
        raise Invalid(f"Gambar lebih besar dari {max_megabytes} MB. Perkecil dahulu.")
    if not content.startswith(SIGNATURES):
        raise Invalid(NO_PICTURE)  # told at once, whatever else it is
    kind, clean = untrusted.picture(content, longest)
    name = file_name(upload.filename)
    stem = name.rpartition(".")[0] or name
    return Picture(io.BytesIO(clean), f"{stem[:180]}.{ENDINGS[kind]}", upload.name, f"image/{kind.lower()}")


def save(picture: Picture) -> StoredFile:
    """Keep a picture that was read."""
    if not isinstance(picture, Picture):
        raise TypeError("read it with pictures.take first, while nobody waits to write")
    stored = store(picture.stream.read(), picture.filename, picture.content_type)
    used(picture)
    return stored
