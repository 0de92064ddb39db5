"""Notes as content files, as `importing` reads them back."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kb.core import content
from kb.core.db import db
from kb.core.markdown import slug
from kb.notes.models import Note
from kb.offices.models import Office


def export(folder: Path) -> int:
    """Write every published note to `folder`, one file each; returns how many."""
    query = select(Note).where(Note.status == "published").options(joinedload(Note.host), joinedload(Note.guest)).order_by(Note.id)
    count = 0
    for note in db.session.scalars(query):
        content.write(folder / f"{note.import_key or f'{note.id}-{slug(note.title)}'}.md", _meta(note), note.body)
        count += 1
    return count


def _meta(note: Note) -> dict:
    return {
        "title": note.title,
        "summary": note.summary,
        "host": _code(note.host),
        "guest": _code(note.guest),
        "held_on": f"{note.held_on:%Y-%m}" if note.held_precision == "month" else note.held_on,
        "mode": note.mode,
        "indicators": note.indicators,
        "visibility": note.visibility,
        "published_on": note.published_on,
        "source": note.source,
    }


def _code(office: Office) -> str:
    return office.region_code or office.slug
