"""Files that were chosen on a form which is shown again: kept until the form is sent, so that nobody has to find them twice.

A file is named by an unguessable token in the form, and is its chooser's alone: nothing here is ever served, and what becomes of it is
checked again as if it came with the form. What nobody sends is swept after hours. Visitors share a narrow space, so that strangers cannot
fill the disk: beyond it a file is not kept, and the form says so.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from flask import current_app, request
from sqlalchemy import String, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from kb.core import clock
from kb.core.db import UtcDateTime, db, let_go, takes_time
from kb.core.viewer import Viewer

MEGABYTE = 1024 * 1024
# Of a person: the oldest make room for new ones. Of a visitor's network address, and of all visitors: no more are kept.
FILES_OF_PERSON, BYTES_OF_PERSON = 10, 40 * MEGABYTE
FILES_OF_ADDRESS = 5
FILES_OF_VISITORS, BYTES_OF_VISITORS = 200, 200 * MEGABYTE
HELD_FOR_PERSON, HELD_FOR_VISITOR = timedelta(days=1), timedelta(hours=2)


class KeptUpload(db.Model):
    """A file that waits with its form. `place` is the form and field it was chosen for, `used_with` the sending that used it."""

    __tablename__ = "kept_upload"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int | None]
    sender: Mapped[str] = mapped_column(String(64), index=True)
    place: Mapped[str] = mapped_column(String(160))
    sha256: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int]
    used_with: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True)
class Chosen:
    """A file to keep, or that was kept: its content, what it is called, and the form and field it belongs to."""

    content: bytes
    name: str
    place: str


def new_token() -> str:
    """A name nobody can guess."""
    return secrets.token_urlsafe(32)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _sender(viewer: Viewer) -> str:
    """Whose space a file takes: a person's, or that of a network address, which is not stored itself."""
    if viewer.user_id is not None:
        return f"user:{viewer.user_id}"
    address = str(request.remote_addr or "").encode()
    return hmac.new(current_app.config["SECRET_KEY"].encode(), b"kept:" + address, hashlib.sha256).hexdigest()


def _folder() -> Path:
    return Path(current_app.config["KB_DATA"]) / "titipan"


def has_room(size: int, viewer: Viewer) -> bool:
    """Can a file of this size be kept now? A person's own older ones make room."""
    if viewer.user_id is not None:
        return size <= BYTES_OF_PERSON
    used = select(func.count(), func.coalesce(func.sum(KeptUpload.size), 0)).select_from(KeptUpload)
    count, total = db.session.execute(used.where(KeptUpload.person_id.is_(None))).one()
    mine = db.session.scalar(select(func.count()).select_from(KeptUpload).where(KeptUpload.sender == _sender(viewer)))
    return mine < FILES_OF_ADDRESS and count < FILES_OF_VISITORS and total + size <= BYTES_OF_VISITORS


def keep(token: str, chosen: Chosen, viewer: Viewer) -> None:
    """Keep a file under a token, unless there is no room by now. The content lies on the disk before its row does; flushes."""
    key = _key(token)
    if not has_room(len(chosen.content), viewer):
        return
    db.session.rollback()  # nobody waits for the disk
    _write(key, chosen.content)
    db.session.add(
        KeptUpload(
            key=key, person_id=viewer.user_id, sender=_sender(viewer), place=chosen.place[:160], name=chosen.name[-200:],
            sha256=hashlib.sha256(chosen.content).hexdigest(), size=len(chosen.content), created_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    if viewer.user_id is not None:
        _make_room(viewer)


def _write(key: str, content: bytes) -> None:
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{key}.{os.getpid()}.part"
    part.write_bytes(content)
    part.replace(folder / key)


def _make_room(viewer: Viewer) -> None:
    mine = select(KeptUpload).where(KeptUpload.sender == _sender(viewer)).order_by(KeptUpload.created_at.desc(), KeptUpload.key)
    total = 0
    for number, row in enumerate(db.session.scalars(mine).all(), start=1):
        total += row.size
        if number > FILES_OF_PERSON or total > BYTES_OF_PERSON:
            _remove(row)


def _remove(row: KeptUpload) -> None:
    (_folder() / row.key).unlink(missing_ok=True)
    db.session.delete(row)


def find(token: str, place: str, viewer: Viewer, sending: str) -> Chosen | None:
    """The file of this token, if this person chose it for this very form and it is still there whole. Ends the transaction.

    One that was used already is given only to the same sending (its `once` key) again: a second click.
    """
    key = _key(token)
    row = db.session.get(KeptUpload, key)
    if row is None or row.person_id != viewer.user_id or row.place != place[:160] or row.used_with not in (None, sending):
        return None
    name, digest = row.name, row.sha256
    let_go()
    takes_time("reading a file")
    try:
        content = (_folder() / key).read_bytes()
    except OSError:
        return None
    return Chosen(content, name, place) if hashlib.sha256(content).hexdigest() == digest else None


def use(token: str, sending: str) -> None:
    """The form was sent with it, in the transaction that keeps the file for good."""
    db.session.execute(update(KeptUpload).where(KeptUpload.key == _key(token)).values(used_with=sending[:64]))


def forget(token: str, place: str, viewer: Viewer) -> None:
    """Its chooser does not want it any more, or has chosen another."""
    mine = (KeptUpload.key == _key(token), KeptUpload.person_id == viewer.user_id, KeptUpload.place == place[:160])
    if db.session.execute(delete(KeptUpload).where(*mine)).rowcount:
        (_folder() / _key(token)).unlink(missing_ok=True)


def sweep() -> None:
    """Remove what nobody sent, and contents without a row; what is new is spared, since a content comes before its row."""
    now = clock.now()
    for of_visitors, held in ((True, HELD_FOR_VISITOR), (False, HELD_FOR_PERSON)):
        whose = KeptUpload.person_id.is_(None) if of_visitors else KeptUpload.person_id.is_not(None)
        db.session.execute(delete(KeptUpload).where(whose, KeptUpload.created_at < now - held))
    known = set(db.session.scalars(select(KeptUpload.key)))
    before = now.timestamp() - HELD_FOR_VISITOR.total_seconds()
    for path in _folder().glob("*"):
        if path.name not in known and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
