"""Files that people upload: kept under KB_DATA by their content, checked to be what they say."""

import hashlib
import os
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from flask import Response, current_app, send_file
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.datastructures import FileStorage

from kb.core import clock, kept
from kb.core.cleaning import file_name
from kb.core.db import UtcDateTime, db, let_go, takes_time
from kb.core.errors import Invalid

MEGABYTE = 1024 * 1024
SPARED = timedelta(days=1)

# kind -> (media type, signature at the start of the file, name endings)
KINDS = {
    "pdf": ("application/pdf", b"%PDF-", (".pdf",)),
}


class StoredFile(db.Model):
    """An uploaded file. Who may open it is for the room that holds the reference to say."""

    __tablename__ = "stored_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class InMemory(FileStorage):
    """An upload that was read, while nobody waited to write: nothing else is saved."""


def content_of(upload: FileStorage, most: int) -> bytes:
    """So many bytes of an upload, and one more where it is larger. Ends the transaction: a large one lies on the disk."""
    if not isinstance(upload, InMemory):
        let_go()
        takes_time("reading a file")
    return upload.stream.read(most + 1)


def save(upload: InMemory, kinds: tuple[str, ...] = ("pdf",), max_megabytes: int = 5, field: str = "file") -> StoredFile:
    """Keep an upload that a form read. Raises Invalid (at `field`) when it is empty, too large, or not what its name says."""
    if not isinstance(upload, InMemory):
        raise TypeError("read it with files.check first, while nobody waits to write")
    content, name, media_type = _checked(upload, kinds, max_megabytes, field)
    stored = store(content, name, media_type)
    used(upload)
    return stored


def used(upload: FileStorage) -> None:
    """An upload was kept for good: one that waited with its form (`uploads.py`) waits no more."""
    if when_saved := getattr(upload, "when_saved", None):
        when_saved()


def check(upload: FileStorage, kinds: tuple[str, ...] = ("pdf",), max_megabytes: int = 5, field: str = "file") -> InMemory:
    """Raise what `save` would raise, and give back what can be saved: so that a form names all its faults at once. Ends the transaction."""
    content, name, media_type = _checked(upload, kinds, max_megabytes, field)
    return InMemory(BytesIO(content), name, upload.name, media_type)


def _checked(upload: FileStorage, kinds: tuple[str, ...], max_megabytes: int, field: str) -> tuple[bytes, str, str]:
    content = content_of(upload, max_megabytes * MEGABYTE)
    if not content:
        raise Invalid("Berkas ini kosong. Pilih berkas lain.", field)
    if len(content) > max_megabytes * MEGABYTE:
        raise Invalid(f"Berkas lebih besar dari {max_megabytes} MB. Perkecil dahulu.", field)
    name = file_name(upload.filename)
    media_type = _recognised(name, content, kinds)
    if media_type is None:
        raise Invalid(f"Isi berkas ini bukan {' atau '.join(kind.upper() for kind in kinds)} yang benar.", field)
    return content, name, media_type


def store(content: bytes, name: str, media_type: str) -> StoredFile:
    """Keep a content that was checked."""
    digest = hashlib.sha256(content).hexdigest()
    _write_once(_path(digest), content)
    stored = StoredFile(sha256=digest, name=name, media_type=media_type, size=len(content), created_at=clock.now())
    db.session.add(stored)
    db.session.flush()
    return stored


def _recognised(name: str, content: bytes, kinds: tuple[str, ...]) -> str | None:
    for kind in kinds:
        media_type, signature, endings = KINDS[kind]
        if content.startswith(signature) and name.lower().endswith(endings):
            return media_type
    return None


def _path(digest: str) -> Path:
    return Path(current_app.config["KB_DATA"]) / "berkas" / digest[:2] / digest


def _write_once(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def send(stored: StoredFile) -> Response:
    """The file as a download, never shown inside our own pages. A name may have been stored before names were cleaned."""
    return send_file(_path(stored.sha256), mimetype=stored.media_type, as_attachment=True, download_name=file_name(stored.name))


def sweep() -> None:
    """Remove contents that no row speaks of any more, and what waited too long with a form.

    An upload under way has its content before its row: what is new is spared.
    """
    kept.sweep()
    known = set(db.session.scalars(select(StoredFile.sha256)))
    before = clock.now().timestamp() - SPARED.total_seconds()
    for path in (Path(current_app.config["KB_DATA"]) / "berkas").glob("*/*"):
        if path.name not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)


def read(stored: StoredFile) -> bytes:
    """The content, for a document it is put into."""
    takes_time("reading a file")
    return _path(stored.sha256).read_bytes()
