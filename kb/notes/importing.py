"""Notes from content files (front matter with `host` and `guest`). Safe to run again, as articles are; a file without `office` is
the editors' own, which only a public note can be."""

import re
from datetime import date

from sqlalchemy import select

from kb.articles.importing import body, choice, day, indicators, office, text
from kb.core.content import CHANGED, NEW, SAME, SKIPPED, ContentFile
from kb.core.db import db
from kb.core.viewer import ANONYMOUS
from kb.notes import policy, service
from kb.notes.forms import BODY_MAX
from kb.notes.models import VISIBILITIES, Note
from kb.notes.service import Content
from kb.offices import queries as offices
from kb.offices.models import EDITORIAL, Office

KEYS = {
    "key", "title", "summary", "host", "guest", "office", "held_on", "mode", "indicators", "visibility", "published_on", "source",
}  # fmt: skip
MODES = ("berkunjung", "daring")


def import_content(file: ContentFile) -> str:
    """Bring one file into the library; returns its outcome. Raises BadContent with the line at fault."""
    for key in file.meta:
        if key not in KEYS:
            raise file.bad(str(key), "kunci ini tidak dikenal")
    content = _content(file)
    host, guest, published_on = office(file, "host"), office(file, "guest"), day(file, "published_on")
    if host.id == guest.id:
        raise file.bad("guest", "tuan rumah dan tamu harus berbeda")
    owner = _owner(file, content, host, guest)
    note = _note_of(file)
    if note is not None and note.office_id == owner.id and _known(note) == (content, host.id, guest.id, published_on):
        return SAME
    Note.work_out(content.body)
    note = _note_of(file)  # others may have written meanwhile
    if note is None:
        note = service.begin(content, owner.id, host.id, guest.id, ANONYMOUS, file.key)
        note.published_on = published_on
        service.open_up(note, ANONYMOUS)
        note.imported_version = note.version
        return NEW
    if note.office_id != owner.id:
        raise file.bad("office", "catatan ini milik instansi lain")
    if note.imported_version != note.version:
        return SKIPPED
    if not owner.is_editorial and content.visibility not in policy.may_open_to(note):
        raise file.bad("visibility", "catatan milik instansi tidak dibuka lebih luas setelah terbit")
    note.host_id, note.guest_id, note.published_on = host.id, guest.id, published_on
    db.session.flush()
    service.revise(note, content, ANONYMOUS, note.version)
    note.imported_version = note.version
    return CHANGED


def _note_of(file: ContentFile) -> Note | None:
    return db.session.scalars(select(Note).where(Note.import_key == file.key)).one_or_none()


def _known(note: Note) -> tuple[Content, int, int, date | None]:
    return service.content_of(note), note.host_id, note.guest_id, note.published_on


def _owner(file: ContentFile, content: Content, host: Office, guest: Office) -> Office:
    """Whose note it is. Raises BadContent: what is not public must never fall to the editors for want of a word."""
    if "office" not in file.meta:
        if content.visibility != "publik":
            raise file.bad("office", "wajib diisi untuk catatan yang tidak publik")
        return offices.by_code(EDITORIAL)
    owner = office(file, "office")
    if owner.id not in (host.id, guest.id, offices.by_code(EDITORIAL).id):
        raise file.bad("office", "harus tuan rumah, tamu, atau redaksi")
    return owner


def _content(file: ContentFile) -> Content:
    held_on, precision = _held(file)
    return Content(
        title=text(file, "title", 160),
        summary=text(file, "summary", 400),
        body=body(file, BODY_MAX),
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
    if isinstance(value, str) and re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value, re.ASCII):
        return date.fromisoformat(f"{value}-01"), "month"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        return day(file, "held_on"), "day"
    raise file.bad("held_on", f"harus tanggal seperti 2023-03-16 atau bulan seperti 2023-05, bukan {value!r}")
