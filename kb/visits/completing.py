"""A request that was sent is completed by the guest: its questions, who leads the delegation, whom to call."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields

from kb.core import clock, edits, events
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid
from kb.core.viewer import Viewer
from kb.visits import policy
from kb.visits.models import Visit

PARTS = {
    "questions": "pertanyaan",
    "already_read": "artikel yang sudah dibaca",
    "head_name": "pimpinan rombongan",
    "head_position": "pimpinan rombongan",
    "contact_name": "narahubung",
    "contact_phone": "narahubung",
    "contact_email": "narahubung",
}


@dataclass(frozen=True)
class Answers:
    """What may still be completed after the request was sent."""

    questions: str
    already_read: str
    head_name: str
    head_position: str
    contact_name: str
    contact_phone: str
    contact_email: str

    @property
    def version(self) -> str:
        """Names exactly these answers: whoever changes them says from which they started."""
        return edits.fingerprint(repr(self))


class EditConflict(Conflict):
    """A colleague completed the request meanwhile."""

    def __init__(self):
        super().__init__("Permohonan ini sudah dilengkapi rekan Anda sejak halaman ini dibuka. Gabungkan isian Anda dengan yang terbaru.")


def answers_of(visit: Visit) -> Answers:
    """The answers as they are now."""
    return Answers(**{field.name: getattr(visit, field.name) for field in fields(Answers)})


def check(visit: Visit, viewer: Viewer) -> None:
    """May this person complete the visit now? Raises Conflict when it is too late, or too early."""
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == "guest")
    if not policy.can_complete(viewer, visit, clock.today(visit.host.timezone)):
        raise Conflict("Pertanyaan dan narahubung hanya dapat dilengkapi setelah permohonan dikirim dan sampai hari kunjungannya.")


def complete(visit: Visit, answers: Answers, viewer: Viewer, started_from: str) -> bool:
    """Keep these answers and tell the host; were they different? Raises EditConflict, or Invalid at the field at fault."""
    check(visit, viewer)
    if not any(line.strip() for line in answers.questions.splitlines()):
        raise Invalid("Tulis paling sedikit satu pertanyaan.", "questions")
    db.session.expire(visit)
    db.session.refresh(visit, ["status"], with_for_update=True)  # holds off a colleague who saves at the same moment
    check(visit, viewer)
    known = answers_of(visit)
    changed = [name for name, value in asdict(answers).items() if value != getattr(known, name)]
    if not changed:
        return False
    if known.version != started_from:
        raise EditConflict
    for name in changed:
        setattr(visit, name, getattr(answers, name))
    visit.version += 1
    events.record("visit.completed", visit, viewer, parts=changed)
    return True


def names_of(parts: Iterable[str]) -> str:
    """What was completed, in words."""
    return ", ".join(dict.fromkeys(PARTS[part] for part in parts))
