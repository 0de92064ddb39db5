"""Makers of what the notes tests need: a visit of Pringsewu to Mesuji, and its notes."""

from datetime import timedelta

from kb.core import clock
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.notes import service
from kb.notes.models import Note
from kb.notes.service import Content
from kb.visits.models import Visit
from tests.makers import office
from tests.visits import makers as visits

BODY = """## Peserta

- Tuan rumah: Kepala Dinas
- Tamu: Kepala Bidang

## Pertanyaan dan jawaban

**Bagaimana menyusun peta rencana?**

Dimulai dari proses bisnis.

## Kesepakatan

- Bertukar templat.
"""


def make_visit(status: str = "accepted", days: int = -1, **values) -> Visit:
    """A visit of Pringsewu to Mesuji, `days` from today. Commits."""
    visit = visits.make_visit(status, day=clock.today() + timedelta(days=days), **values)
    db.session.commit()
    return visit


def make_note(
    writer: Viewer, host: str = "18.11", guest: str = "18.10", status: str = "published", visit: Visit | None = None, **content
) -> Note:
    """A note written by an office about a consultation of two. Commits."""
    content = {"title": "Konsultasi peta rencana", "summary": "Peta rencana dimulai dari proses bisnis.", "body": BODY, **content}
    content.setdefault("held_on", clock.today())
    note = service.begin(Content(**content), writer.office_id, office(host).id, office(guest).id, writer)
    note.visit_id = visit.id if visit else None
    if status == "published":
        service.open_up(note, writer)
    db.session.commit()
    return note
