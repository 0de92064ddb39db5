"""Reading notes; every list goes through `policy.visible_to`."""

from dataclasses import dataclass

from sqlalchemy import Select, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, raiseload, selectinload

from kb.core import clock
from kb.core.db import db
from kb.core.pages import Page, paginate
from kb.core.viewer import Viewer
from kb.notes import policy
from kb.notes.models import Note, NoteFollowUp, NoteIndicator, NoteRevision
from kb.offices.models import Office, Region


def _listed(viewer: Viewer) -> Select:
    return (
        select(Note)
        .where(Note.status == "published", policy.visible_to(viewer))
        .options(joinedload(Note.host), joinedload(Note.guest), raiseload(Note.indicator_rows))
        .order_by(Note.held_on.desc(), Note.id.desc())
    )


def listing(viewer: Viewer, visit_id: int | None = None) -> Page:
    """One page of the published notes, of all or of one visit."""
    return paginate(_of_visit(_listed(viewer), visit_id))


def _of_visit(query: Select, visit_id: int | None) -> Select:
    return query if visit_id is None else query.where(Note.visit_id == visit_id)


def drafts_of(viewer: Viewer, visit_id: int | None = None) -> list[Note]:
    """The drafts of the viewer's office, of all or of one visit."""
    query = _of_visit(select(Note).where(Note.status == "draft", Note.office_id == viewer.office_id), visit_id)
    return list(db.session.scalars(query.options(raiseload(Note.indicator_rows)).order_by(Note.edited_at.desc()).limit(20)))


def by_office(viewer: Viewer, office_id: int, limit: int = 20) -> list[Note]:
    """The notes of visits that an office received or made."""
    return list(db.session.scalars(_listed(viewer).where(or_(Note.host_id == office_id, Note.guest_id == office_id)).limit(limit)))


def by_indicator(viewer: Viewer, code: str, limit: int = 10) -> list[Note]:
    """The notes about an indicator."""
    about = select(NoteIndicator.note_id).where(NoteIndicator.code == code)
    return list(db.session.scalars(_listed(viewer).where(Note.id.in_(about)).limit(limit)))


def find(note_id: int) -> Note | None:
    """A note with its offices, author and follow-ups."""
    query = select(Note).where(Note.id == note_id)
    offices = (joinedload(Note.host), joinedload(Note.guest), joinedload(Note.office), joinedload(Note.author))
    return db.session.scalars(query.options(*offices, selectinload(Note.follow_ups).joinedload(NoteFollowUp.office))).one_or_none()


def revisions(note: Note) -> list[NoteRevision]:
    """All states of a note, newest first."""
    query = select(NoteRevision).where(NoteRevision.note_id == note.id).options(joinedload(NoteRevision.author))
    return list(db.session.scalars(query.order_by(NoteRevision.number.desc())))


def wrote(note: Note, number: int, title: str, summary: str, body: str, visibility: str) -> bool:
    """Did this revision say just that?"""
    query = select(NoteRevision.id).where(
        NoteRevision.note_id == note.id, NoteRevision.number == number, NoteRevision.title == title, NoteRevision.summary == summary,
        NoteRevision.body == body, NoteRevision.visibility == visibility,
    )  # fmt: skip
    return db.session.scalar(query) is not None


def open_follow_ups(office_id: int, limit: int = 50) -> list[NoteFollowUp]:
    """What an office has agreed to do and has not done, with its note, the first due first."""
    mine = (NoteFollowUp.office_id == office_id, NoteFollowUp.done_at.is_(None), Note.status == "published")
    query = select(NoteFollowUp).join(NoteFollowUp.note).where(*mine).options(contains_eager(NoteFollowUp.note))
    return list(db.session.scalars(query.order_by(NoteFollowUp.due_on, NoteFollowUp.id).limit(limit)))


@dataclass(frozen=True)
class FollowUpCounts:
    """How many follow-ups were agreed, done, and left undone past their day."""

    agreed: int
    done: int
    overdue: int


def _counted():
    undone = NoteFollowUp.done_at.is_(None)
    late = case((undone & (NoteFollowUp.due_on < clock.today()), 1), else_=0)
    return func.count(NoteFollowUp.id), func.count(NoteFollowUp.done_at), func.coalesce(func.sum(late), 0)


def follow_up_counts(office_id: int | None = None) -> FollowUpCounts:
    """Counts over all published notes, of everybody or of what one office has to do; no content."""
    query = select(*_counted()).select_from(NoteFollowUp).join(Note).where(Note.status == "published")
    if office_id is not None:
        query = query.where(NoteFollowUp.office_id == office_id)
    return FollowUpCounts(*db.session.execute(query).one())


def follow_up_counts_by_province() -> dict[str, FollowUpCounts]:
    """The same counts by the province of the office that has to do it."""
    home, province = aliased(Region), aliased(Region)
    query = (
        select(province.name, *_counted())
        .select_from(NoteFollowUp)
        .join(NoteFollowUp.note)
        .join(NoteFollowUp.office)
        .join(home, home.code == Office.region_code)
        .join(province, province.code == home.province_code)
        .where(Note.status == "published")
        .group_by(province.name)
    )
    return {name: FollowUpCounts(*counts) for name, *counts in db.session.execute(query)}


def of_visit(viewer: Viewer, visit_id: int) -> list[Note]:
    """The published notes of a visit the viewer may see, with their follow-ups, oldest first."""
    query = _listed(viewer).where(Note.visit_id == visit_id).options(selectinload(Note.follow_ups).joinedload(NoteFollowUp.office))
    return list(db.session.scalars(query.order_by(None).order_by(Note.id)))
