"""The people and the day of a visit: delegation, agenda, attendance, photos, and three questions afterwards."""

from datetime import timedelta

from sqlalchemy import func, select, update

from kb.core import clock, edits, events, names, pictures
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid, NotFound
from kb.core.pictures import Picture
from kb.core.viewer import Viewer
from kb.visits import agenda, openness, policy
from kb.visits.agenda import Line
from kb.visits.members import Member, as_text
from kb.visits.models import AgendaItem, Visit, VisitMember, VisitPhoto, VisitSurvey
from kb.visits.workflow import AGREED, HOLDS_SLOT

MOST_PHOTOS = 30
PHOTO_MEGABYTES = 10
# Pixels of the longer side: enough for a printed page, small on a slow line.
PHOTO_SIDE = 1600
# So long after a change the other side is told of it, unless another one follows.
SETTLES = timedelta(minutes=10)


def own_side(visit: Visit, viewer: Viewer) -> str:
    """The viewer's side of the visit. Raises NotFound for outsiders."""
    require(policy.can_view(viewer, visit))
    return policy.side(viewer, visit)


def _lock(visit: Visit) -> None:
    """Changes of one visit's people and agenda stand in line, and each sees what the one before it stored."""
    db.session.scalar(select(Visit.id).where(Visit.id == visit.id).with_for_update())
    db.session.expire_all()
    if visit.erased_at:
        raise Conflict("Data pribadi kunjungan ini sudah dihapus setelah masa simpan, jadi tidak ditambah lagi.")


def people(visit: Visit, side: str) -> list[VisitMember]:
    """The people of a side, in their order."""
    return [row for row in visit.members if row.side == side]


def members_text(visit: Visit, side: str) -> str:
    """The people of a side as they are edited; empty as long as there are none."""
    rows = people(visit, side)
    return as_text(rows) if rows else ""


def set_members(visit: Visit, viewer: Viewer, members: list[Member], started_from: str = "") -> None:
    """Replace the people of the own side. Who was checked in stays so.

    Raises Invalid when they are too many or somebody who has come is missing, and EditConflict when they did not start from what is stored.
    """
    side = own_side(visit, viewer)
    _lock(visit)
    if visit.status in ("declined", "withdrawn", "cancelled", "closed"):
        raise Conflict("Kunjungan ini sudah selesai, jadi rombongannya tidak dapat diubah.")
    largest = openness.of(visit.host).largest_delegation
    if side == "guest" and len(members) > largest:
        raise Invalid(f"Ada {len(members)} orang; tuan rumah menerima paling banyak {largest} orang.", "text")
    stored = members_text(visit, side)
    if stored == (as_text(members) if members else ""):
        return
    edits.check(started_from, stored)
    visit.members = [row for row in visit.members if row.side != side] + _rewritten(people(visit, side), members, side)
    if side == "guest" and members:
        visit.delegation_size = len(members)
    if side == "guest":
        _count(visit)
    _tell(visit, "visit.members_changed", viewer)


def _rewritten(rows: list[VisitMember], members: list[Member], side: str) -> list[VisitMember]:
    """The rows of these members: kept for who was there already, whatever was added to their line."""
    kept = _matched(rows, members)
    gone = [row.name for row in rows if row.present_at and row not in kept]
    if gone:
        raise Invalid(
            f"{', '.join(gone)} sudah tercatat hadir. Tulis kembali namanya; atau batalkan dahulu kehadirannya di Daftar hadir.", "text"
        )
    found = [row or VisitMember(side=side) for row in kept]
    for number, (row, member) in enumerate(zip(found, members, strict=True), start=1):
        row.position, row.name, row.title, row.nip, row.kind = number, member.name, member.title, member.nip, member.kind
    return found


def _matched(rows: list[VisitMember], members: list[Member]) -> list[VisitMember | None]:
    """For each member the row of the same person: the same in all, else by NIP, by name, or corrected in its place."""
    free, found = dict.fromkeys(rows), [None] * len(members)

    def match(key) -> None:
        by_key: dict = {}
        for row in free:
            by_key.setdefault(key(row), []).append(row)
        for at, member in enumerate(members):
            if found[at] is None and key(member) and by_key.get(key(member)):
                found[at] = by_key[key(member)].pop(0)
                del free[found[at]]

    match(lambda one: (one.name.casefold(), one.nip))
    match(lambda one: one.nip)
    match(lambda one: one.name.casefold())
    if len(rows) == len(members):
        for at, (row, member) in enumerate(zip(rows, members, strict=True)):
            if found[at] is None and row in free and _called(row.name) == _called(member.name):
                found[at] = row
    return found


def _called(name: str) -> str:
    """Two who share no more than a title are two people."""
    return names.familiar(name).casefold()


def agenda_text(visit: Visit) -> str:
    """The agenda as it is edited; empty as long as there is none."""
    return agenda.as_text(visit.agenda, visit.day)


def set_agenda(visit: Visit, viewer: Viewer, lines: list[Line], started_from: str = "") -> None:
    """The host writes the agenda.

    Raises Invalid at `text` for a line outside the visit's days, backwards, or over another, and EditConflict as `set_members`.
    """
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == "host")
    _lock(visit)
    if visit.status not in AGREED | {"held"}:
        raise Conflict("Susunan acara ditulis setelah kunjungan diterima dan sebelum dilaporkan.")
    ordered = _checked(lines, visit)
    stored = agenda_text(visit)
    if stored == agenda.as_text(ordered, visit.day):
        return
    edits.check(started_from, stored)
    visit.agenda = [
        AgendaItem(
            day=line.day, starts=f"{line.starts:%H:%M}", ends=f"{line.ends:%H:%M}", title=line.title, speaker=line.speaker, room=line.room
        )
        for line in ordered
    ]
    _tell(visit, "visit.agenda_changed", viewer)


def _checked(lines: list[Line], visit: Visit) -> list[Line]:
    ordered = sorted(lines, key=lambda line: (line.day, line.starts))
    for line in ordered:
        if line.day not in visit.days:
            raise Invalid(f'"{line.title}" bukan pada hari kunjungan.', "text")
        if line.ends <= line.starts:
            raise Invalid(f'"{line.title}" berakhir sebelum dimulai.', "text")
    for before, after in zip(ordered, ordered[1:], strict=False):
        if after.day == before.day and after.starts < before.ends:
            raise Invalid(f'"{after.title}" bertumpuk dengan "{before.title}".', "text")
    return ordered


def _tell(visit: Visit, event: str, viewer: Viewer) -> None:
    """The other side hears of a change once the request was sent, and of several in a row only of the last (notifications/handlers.py)."""
    db.session.flush()
    if visit.status != "draft":
        events.record(event, visit, viewer, delay=SETTLES)


def check_in(visit: Visit, viewer: Viewer, member_id: int, is_present: bool) -> None:
    """Somebody has come, or was ticked by mistake. Anybody of the two offices may hold the list."""
    _check_day(visit, viewer)
    moment = clock.now() if is_present else None
    change = update(VisitMember).where(VisitMember.id == member_id, VisitMember.visit_id == visit.id).values(present_at=moment)
    if db.session.execute(change).rowcount != 1:
        raise NotFound
    _count(visit)


def walk_in(visit: Visit, viewer: Viewer, member: Member, side: str) -> None:
    """Somebody came who was not on the list; who is on it is only marked. Raises Invalid at `name` for who has come already."""
    _check_day(visit, viewer)
    rows = people(visit, side)
    known = [row for row in rows if row.name.casefold() == member.name.casefold()]
    listed = next((row for row in known if row.present_at is None), None)
    if known and listed is None:
        raise Invalid("Nama ini sudah tercatat hadir. Bila orangnya lain, bedakan namanya, misalnya dengan gelar.", "name")
    if listed is None:
        last = max((row.position for row in rows), default=0)
        listed = VisitMember(side=side, position=last + 1, name=member.name, title=member.title, nip=member.nip, kind=member.kind)
        visit.members.append(listed)
    listed.present_at = clock.now()
    _count(visit)


def _check_day(visit: Visit, viewer: Viewer) -> None:
    require(policy.can_view(viewer, visit))
    _lock(visit)
    if visit.status not in AGREED | {"held"}:
        raise Conflict("Kehadiran hanya dicatat untuk kunjungan yang diterima dan belum dilaporkan.")
    if clock.today(visit.host.timezone) < visit.day:
        raise Conflict("Kehadiran dicatat mulai hari kunjungan.")


def _count(visit: Visit) -> None:
    db.session.flush()
    present = select(func.count()).where(VisitMember.visit_id == visit.id, VisitMember.side == "guest", VisitMember.present_at.is_not(None))
    visit.attended = db.session.scalar(present) or None


def add_photo(visit: Visit, viewer: Viewer, picture: Picture | None, caption: str) -> None:
    """A picture of the day. Raises Invalid at `photo`."""
    require(policy.can_view(viewer, visit))
    _lock(visit)
    if visit.status not in HOLDS_SLOT or clock.today(visit.host.timezone) < visit.day:
        raise Conflict("Foto dapat ditambahkan mulai hari kunjungan.")
    if not picture:
        raise Invalid("Pilih satu foto.", "photo")
    if len(visit.photos) >= MOST_PHOTOS:
        raise Invalid(f"Sudah ada {MOST_PHOTOS} foto. Hapus yang tidak perlu dahulu.", "photo")
    visit.photos.append(VisitPhoto(file=pictures.save(picture), caption=caption, created_at=clock.now()))
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
    _lock(visit)
    if visit.status not in HOLDS_SLOT - AGREED:
        raise Conflict("Tiga pertanyaan ini dijawab setelah kunjungan ditandai terlaksana.")
    row = next((row for row in visit.surveys if row.side == side), None)
    if row is None:
        row = VisitSurvey(side=side)
        visit.surveys.append(row)
    row.answered, row.prepared, row.applicable, row.comment, row.created_at = answered, prepared, applicable, comment, clock.now()
    events.record("visit.surveyed", visit, viewer, side=side)
