"""Makers of what the notes tests need: a visit of Pringsewu to Mesuji, and its notes."""

from datetime import timedelta

from kb.core import clock
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.notes import service
from kb.notes.models import Note
from kb.notes.service import Content
from kb.visits.models import Visit, VisitIndicator
from tests.makers import office

BODY = """## Peserta

- Tuan rumah: Kepala Dinas
- Tamu: Kepala Bidang

## Pertanyaan dan jawaban

**Bagaimana menyusun peta rencana?**

Dimulai dari proses bisnis.

## Kesepakatan

- Bertukar templat.
"""


def make_visit(status: str = "accepted", host: str = "18.11", guest: str = "18.10", days: int = -1, **values) -> Visit:
    """A visit `days` from today. Commits."""
    values = {
        "mode": "berkunjung", "session": "09:00", "session_ends": "11:00", "purpose": "Belajar arsitektur SPBE.",
        "questions": "Bagaimana menyusun peta rencana?\nSiapa pemiliknya?", "head_name": "Kepala Dinas Pringsewu",
        "head_position": "Kepala Dinas", "delegation_size": 5, "contact_name": "Narahubung Rahasia", "contact_phone": "0812000111",
        "contact_email": "narahubung@contoh.example", "created_at": clock.now(), **values,
    }  # fmt: skip
    visit = Visit(
        host_id=office(host).id, guest_id=office(guest).id, status=status, day=clock.today() + timedelta(days=days), **values
    )  # fmt: skip
    visit.indicator_rows = [VisitIndicator(code="spbe-2020/12")]
    db.session.add(visit)
    db.session.flush()
    visit.reference = None if status == "draft" else f"KK-UJI-{visit.id:04d}"
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
