"""Notes as content files, as `importing` reads them back."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kb.core import content
from kb.core.db import db
from kb.notes.models import Note
from kb.offices.models import Office


def export(folder: Path) -> int:
    """Write every published note to `folder`, one file each; returns how many."""
    query = select(Note).where(Note.status == "published").order_by(Note.id)
    query = query.options(*(joinedload(office) for office in (Note.host, Note.guest, Note.office)))
    count = 0
    for note in db.session.scalars(query):
        content.write(folder / content.file_name(note.import_key), _meta(note), note.body)
        count += 1
    return count


def _meta(note: Note) -> dict:
    return {
        "key": note.import_key,
        "title": note.title,
        "summary": note.summary,
        "host": _code(note.host),
        "guest": _code(note.guest),
        "office": _code(note.office),
        "held_on": f"{note.held_on:%Y-%m}" if note.held_precision == "month" else note.held_on.isoformat(),
        "mode": note.mode,
        "indicators": note.indicators,
        "visibility": note.visibility,
        "published_on": note.published_on.isoformat(),
        "source": note.source,
    }


def _code(office: Office) -> str:
    return office.region_code or office.slug
