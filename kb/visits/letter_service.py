"""What is done with the letters of a visit."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from werkzeug.datastructures import FileStorage

from kb.core import clock, events, files
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid
from kb.core.viewer import Viewer
from kb.visits import compose, policy
from kb.visits.letters import KINDS
from kb.visits.models import Visit, VisitLetter

ENDED = {"declined", "withdrawn", "cancelled"}


@dataclass(frozen=True)
class Details:
    """What a letter needs besides the visit."""

    number: str = ""
    dated_on: date | None = None
    nature: str = "Biasa"
    attachment: str = "-"
    place: str = ""
    copies: str = ""
    signer_name: str = ""
    signer_position: str = ""
    signer_rank: str = ""
    signer_nip: str = ""


def may_write(visit: Visit, kind: str, viewer: Viewer) -> bool:
    """Letters are written by their side; the reply to a refused request may still follow, nothing else after the end."""
    over = visit.status in ENDED and not (kind == "balasan" and visit.status == "declined")
    return policy.side(viewer, visit) == KINDS[kind].side and not over and visit.erased_at is None


def save(visit: Visit, kind: str, viewer: Viewer, details: Details, upload: FileStorage | None = None) -> VisitLetter:
    """Keep number, date and signer of a letter, and the signed PDF that stands in its place. Raises Invalid, Conflict."""
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == KINDS[kind].side)
    if not may_write(visit, kind, viewer) or not compose.is_ready(visit, kind):
        raise Conflict("Keadaan kunjungan sudah berubah, jadi surat ini tidak dapat diubah.")
    if details.dated_on and details.dated_on > clock.today(visit.host.timezone):
        raise Invalid("Tanggal surat tidak boleh setelah hari ini.", "dated_on")
    letter = visit.letter(kind)
    if letter is None:
        letter = VisitLetter(kind=kind)
        visit.letters.append(letter)
    for name, value in vars(details).items():
        setattr(letter, name, value)
    if upload is not None and upload.filename:
        former, letter.file = letter.file, files.save(upload, ("pdf",), 5, "upload")
        db.session.flush()
        if former is not None:
            db.session.delete(former)
    events.record("visit.letter_added", visit, viewer, kind=kind)
    return letter


def usual_details(visit: Visit, kind: str, office_id: int) -> Details:
    """How the office signed last time; a letter begins with that."""
    side = KINDS[kind].side
    written = [name for name, found in KINDS.items() if found.side == side]
    office = Visit.guest_id if side == "guest" else Visit.host_id
    query = (
        select(VisitLetter)
        .join(Visit, Visit.id == VisitLetter.visit_id)
        .where(office == office_id, VisitLetter.kind.in_(written), or_(VisitLetter.signer_name != "", VisitLetter.place != ""))
        .order_by(VisitLetter.id.desc())
        .limit(1)
    )
    last = db.session.scalars(query).first()
    if last is None:
        return Details(place=_place_of(visit, side))
    return Details(
        place=last.place, signer_name=last.signer_name, signer_position=last.signer_position, signer_rank=last.signer_rank,
        signer_nip=last.signer_nip,
    )  # fmt: skip


def _place_of(visit: Visit, side: str) -> str:
    office = visit.guest if side == "guest" else visit.host
    return office.region.name.removeprefix("Kabupaten ").removeprefix("Kota ") if office.region else ""
