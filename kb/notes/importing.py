"""Notes from content files (front matter with `host` and `guest`). Safe to run again."""

import re
from datetime import date

from sqlalchemy import select

from kb.articles.importing import body, choice, day, indicators, office, text
from kb.core.content import ContentFile
from kb.core.db import db
from kb.core.viewer import ANONYMOUS
from kb.notes import service
from kb.notes.models import VISIBILITIES, Note
from kb.notes.service import Content
from kb.offices import queries as offices
from kb.offices.models import EDITORIAL

KEYS = {"title", "summary", "host", "guest", "held_on", "mode", "indicators", "visibility", "published_on", "source"}
MODES = ("berkunjung", "daring")


def import_content(file: ContentFile) -> str:
    """Bring one file into the library; returns baru, diubah or tetap. Raises BadContent with the line at fault."""
    for key in file.meta:
        if key not in KEYS:
            raise file.bad(str(key), "kunci ini tidak dikenal")
    content = _content(file)
    host, guest, published_on = office(file, "host"), office(file, "guest"), day(file, "published_on")
    if host.id == guest.id:
        raise file.bad("guest", "tuan rumah dan tamu harus berbeda")
    note = db.session.scalars(select(Note).where(Note.import_key == file.path.stem)).one_or_none()
    if note is None:
        note = service.begin(content, offices.by_code(EDITORIAL).id, host.id, guest.id, ANONYMOUS)
        note.import_key, note.published_on = file.path.stem, published_on
        service.open_up(note, ANONYMOUS)
        return "baru"
    if service.content_of(note) == content and (note.host_id, note.guest_id) == (host.id, guest.id):
        return "tetap"
    note.host_id, note.guest_id = host.id, guest.id
    db.session.flush()
    service.revise(note, content, ANONYMOUS, note.version)
    return "diubah"


def _content(file: ContentFile) -> Content:
    held_on, precision = _held(file)
    return Content(
        title=text(file, "title", 160),
        summary=text(file, "summary", 400),
        body=body(file, 200_000),
        held_on=held_on,
        held_precision=precision,
        indicators=indicators(file),
        visibility=choice(file, "visibility", VISIBILITIES, "publik"),
        mode=choice(file, "mode", MODES, "berkunjung"),
        source=text(file, "source", 1000, required=False),
    )


def _held(file: ContentFile) -> tuple[date, str]:
    """A day, or a month where the day is not known. Raises BadContent."""
    value = file.meta.get("held_on")
    if isinstance(value, date):
        return value, "day"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value):
        return date.fromisoformat(f"{value}-01"), "month"
    raise file.bad("held_on", f"harus tanggal seperti 2023-03-16 atau bulan seperti 2023-05, bukan {value!r}")
