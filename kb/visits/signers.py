"""Who signs for an office: what its letter says, else how it signed last; the report is signed by the head of the delegation."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from kb.core.db import db
from kb.offices.models import Office
from kb.visits.letters import KINDS
from kb.visits.models import Visit, VisitLetter


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
    receiver: str = ""
    contact: str = ""
    addressee: str = ""
    assignment: str = ""


SIGNATURE = ("place", "signer_name", "signer_position", "signer_rank", "signer_nip")


def details(visit: Visit, kind: str, letter: VisitLetter | None) -> Details:
    """What is known of a letter; nobody having said who signs it, as usual."""
    known = {name: getattr(letter, name) for name in Details.__dataclass_fields__} if letter else {}
    if not any(known.get(name) for name in SIGNATURE):
        known |= _usual(visit, kind)
    return Details(**known)


def _usual(visit: Visit, kind: str) -> dict[str, str]:
    side = KINDS[kind].side
    office = visit.guest if side == "guest" else visit.host
    last = _last_signed(office.id, side)
    place = last.place if last and last.place else place_of(office)
    if kind == "laporan":
        nip = next((one.nip for one in visit.members if one.side == "guest" and one.name.casefold() == visit.head_name.casefold()), "")
        return {
            "place": place,
            "signer_name": visit.head_name,
            "signer_position": visit.head_position,
            "signer_rank": "",
            "signer_nip": nip,
        }
    if last is None:
        return {"place": place}
    return {name: getattr(last, name) for name in SIGNATURE} | {"place": place}


def _last_signed(office_id: int, side: str) -> VisitLetter | None:
    written = [name for name, kind in KINDS.items() if kind.side == side and name != "laporan"]
    office = Visit.guest_id if side == "guest" else Visit.host_id
    query = (
        select(VisitLetter)
        .join(Visit, Visit.id == VisitLetter.visit_id)
        .where(office == office_id, VisitLetter.kind.in_(written), or_(VisitLetter.signer_name != "", VisitLetter.signer_position != ""))
        .order_by(VisitLetter.id.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()


def place_of(office: Office) -> str:
    """Where an office writes its letters."""
    return office.region.name.removeprefix("Kabupaten ").removeprefix("Kota ") if office.region else ""
