"""The people and the day of a visit: delegation, agenda, attendance, photos, and three questions afterwards."""

from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import func, select, update
from werkzeug.datastructures import FileStorage

from kb.core import clock, events, pictures
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid, NotFound
from kb.core.viewer import Viewer
from kb.visits import openness, policy
from kb.visits.members import Member
from kb.visits.models import AgendaItem, Visit, VisitMember, VisitPhoto, VisitSurvey
from kb.visits.workflow import AGREED, HOLDS_SLOT

MOST_PHOTOS = 30
# Pixels of the longer side: enough for a printed page, small on a slow line.
PHOTO_SIDE = 1600


def own_side(visit: Visit, viewer: Viewer) -> str:
    """The viewer's side of the visit. Raises NotFound for outsiders."""
    require(policy.can_view(viewer, visit))
    return policy.side(viewer, visit)


def set_members(visit: Visit, viewer: Viewer, members: list[Member]) -> None:
    """Replace the people of the own side. Who was checked in stays so. Raises Invalid when they are too many."""
    side = own_side(visit, viewer)
    if visit.erased_at or visit.status in ("declined", "withdrawn", "cancelled", "closed"):
        raise Conflict("Kunjungan ini sudah selesai, jadi rombongannya tidak dapat diubah.")
    largest = openness.of(visit.host).largest_delegation
    if side == "guest" and len(members) > largest:
        raise Invalid(f"Ada {len(members)} orang; tuan rumah menerima paling banyak {largest} orang.", "text")
    present = {(row.name.casefold(), row.nip): row.present_at for row in visit.members if row.side == side}
    others = [row for row in visit.members if row.side != side]
    mine = [
        VisitMember(
            side=side, position=number, name=member.name, title=member.title, nip=member.nip, kind=member.kind,
            present_at=present.get((member.name.casefold(), member.nip)),
        )
        for number, member in enumerate(members, start=1)
    ]  # fmt: skip
    visit.members = [*others, *mine]
    if side == "guest" and members:
        visit.delegation_size = len(members)
    db.session.flush()


@dataclass(frozen=True)
class Line:
    """A line of the agenda."""

    day: date
    starts: time
    ends: time
    title: str
    speaker: str = ""
    room: str = ""


def set_agenda(visit: Visit, viewer: Viewer, lines: list[Line]) -> None:
    """The host writes the agenda. Raises Invalid at `text` for a line outside the visit's days, backwards, or over another."""
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == "host")
    if visit.status not in AGREED | {"held"}:
        raise Conflict("Susunan acara ditulis setelah kunjungan diterima dan sebelum dilaporkan.")
    ordered = sorted(lines, key=lambda line: (line.day, line.starts))
    for line in ordered:
        if line.day not in visit.days:
            raise Invalid(f'"{line.title}" bukan pada hari kunjungan.', "text")
        if line.ends <= line.starts:
            raise Invalid(f'"{line.title}" berakhir sebelum dimulai.', "text")
    for before, after in zip(ordered, ordered[1:], strict=False):
        if after.day == before.day and after.starts < before.ends:
            raise Invalid(f'"{after.title}" bertumpuk dengan "{before.title}".', "text")
    visit.agenda = [
        AgendaItem(
            day=line.day, starts=f"{line.starts:%H:%M}", ends=f"{line.ends:%H:%M}", title=line.title, speaker=line.speaker, room=line.room
        )
        for line in ordered
    ]
    db.session.flush()


def first_agenda(visit: Visit) -> list[Line]:
    """A usual agenda to begin with: opening, presentation, the questions, closing, within the visit's first session."""
    if visit.day is None:
        return []
    start, end = (time.fromisoformat(text) for text in (visit.session, visit.session_ends))
    total = (end.hour * 60 + end.minute) - (start.hour * 60 + start.minute)
    parts = (("Pembukaan dan sambutan kedua pihak", 15), ("Paparan tuan rumah", 35), ("Tanya jawab menurut daftar pertanyaan", 40))
    lines, at = [], start.hour * 60 + start.minute
    for title, percent in parts:
        until = at + total * percent // 100
        lines.append(Line(visit.day, _clock(at), _clock(until), title, room=visit.room))
        at = until
    return [*lines, Line(visit.day, _clock(at), end, "Kesepakatan, foto bersama, dan penutup", room=visit.room)]


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


def check_in(visit: Visit, viewer: Viewer, member_id: int, is_present: bool) -> None:
    """Somebody has come, or was ticked by mistake. Anybody of the two offices may hold the list."""
    _check_day(visit, viewer)
    moment = clock.now() if is_present else None
    change = update(VisitMember).where(VisitMember.id == member_id, VisitMember.visit_id == visit.id).values(present_at=moment)
    if db.session.execute(change).rowcount != 1:
        raise NotFound
    _count(visit)


def walk_in(visit: Visit, viewer: Viewer, member: Member, side: str) -> None:
    """Somebody came who was not on the list."""
    _check_day(visit, viewer)
    last = db.session.scalar(select(func.max(VisitMember.position)).where(VisitMember.visit_id == visit.id, VisitMember.side == side)) or 0
    db.session.add(
        VisitMember(
            visit_id=visit.id, side=side, position=last + 1, name=member.name, title=member.title, nip=member.nip, kind=member.kind,
            present_at=clock.now(),
        )
    )  # fmt: skip
    _count(visit)


def _check_day(visit: Visit, viewer: Viewer) -> None:
    require(policy.can_view(viewer, visit))
    if visit.status not in AGREED | {"held"}:
        raise Conflict("Kehadiran hanya dicatat untuk kunjungan yang diterima dan belum dilaporkan.")
    if clock.today(visit.host.timezone) < visit.day:
        raise Conflict("Kehadiran dicatat mulai hari kunjungan.")


def _count(visit: Visit) -> None:
    db.session.flush()
    present = select(func.count()).where(VisitMember.visit_id == visit.id, VisitMember.side == "guest", VisitMember.present_at.is_not(None))
    visit.attended = db.session.scalar(present) or None


def add_photo(visit: Visit, viewer: Viewer, upload: FileStorage | None, caption: str) -> None:
    """A picture of the day. Raises Invalid at `photo`."""
    require(policy.can_view(viewer, visit))
    if visit.status not in HOLDS_SLOT or clock.today(visit.host.timezone) < visit.day:
        raise Conflict("Foto dapat ditambahkan mulai hari kunjungan.")
    if upload is None or not upload.filename:
        raise Invalid("Pilih satu foto.", "photo")
    if len(visit.photos) >= MOST_PHOTOS:
        raise Invalid(f"Sudah ada {MOST_PHOTOS} foto. Hapus yang tidak perlu dahulu.", "photo")
    stored = pictures.save(upload, 10, PHOTO_SIDE, "photo")
    visit.photos.append(VisitPhoto(file=stored, caption=caption, created_at=clock.now()))
    db.session.flush()


def drop_photo(visit: Visit, viewer: Viewer, photo_id: int) -> None:
    """Either office may take a picture away."""
    require(policy.can_view(viewer, visit))
    photo = next((photo for photo in visit.photos if photo.id == photo_id), None)
    if photo is None:
        raise NotFound
    visit.photos.remove(photo)
    db.session.flush()
    db.session.delete(photo.file)


def answer_survey(visit: Visit, viewer: Viewer, answered: int, prepared: int, applicable: int, comment: str) -> None:
    """Three answers of a side; answering again replaces them."""
    side = own_side(visit, viewer)
    if visit.status not in HOLDS_SLOT - AGREED:
        raise Conflict("Tiga pertanyaan ini dijawab setelah kunjungan ditandai terlaksana.")
    row = next((row for row in visit.surveys if row.side == side), None)
    if row is None:
        row = VisitSurvey(side=side)
        visit.surveys.append(row)
    row.answered, row.prepared, row.applicable, row.comment, row.created_at = answered, prepared, applicable, comment, clock.now()
    events.record("visit.surveyed", visit, viewer, side=side)
