"""What is done with notes."""

from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import delete, update

from kb.core import clock, events, markdown
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid
from kb.core.viewer import Viewer
from kb.notes import policy
from kb.notes.models import Note, NoteFollowUp, NoteIndicator, NoteRevision
from kb.visits import service as visits
from kb.visits.models import Visit
from kb.visits.workflow import AGREED, HOLDS_SLOT


@dataclass(frozen=True)
class Content:
    """What is written of a consultation."""

    title: str
    summary: str
    body: str
    held_on: date
    indicators: tuple[str, ...] = ()
    visibility: str = "para_pihak"
    source: str = ""
    held_precision: str = "day"
    mode: str = "berkunjung"


class EditConflict(Conflict):
    """Somebody saved a newer version meanwhile; `note` is theirs."""

    def __init__(self, note: Note):
        super().__init__("Catatan ini sudah diubah orang lain sejak Anda membukanya.")
        self.note = note


def create(content: Content, host_id: int, guest_id: int, viewer: Viewer, visit: Visit | None = None) -> Note:
    """A new draft. Raises Invalid when the day has not come, for too many readers, unless the offices are two; else as `check_visit`."""
    check_visit(visit)
    _check_parties(host_id, guest_id, viewer)
    _check_day(content)
    _check_readers(None, content.visibility)
    note = begin(content, viewer.office_id, host_id, guest_id, viewer)
    note.visit_id = visit.id if visit else None
    db.session.flush()
    return note


def _check_parties(host_id: int, guest_id: int, viewer: Viewer) -> None:
    if host_id == guest_id:
        raise Invalid("Tuan rumah dan tamu harus dua instansi yang berbeda.", "other")
    require(seen=True, allowed=policy.can_write(viewer, host_id, guest_id))


def check_visit(visit: Visit | None) -> None:
    """Can notes follow this visit, if one is named? Raises Conflict before its day, and when it does not take place."""
    if visit is not None and (visit.status not in HOLDS_SLOT or visit.day > clock.today(visit.host.timezone)):
        raise Conflict("Catatan dapat ditulis setelah kunjungan diterima dan harinya tiba.")


def begin(content: Content, office_id: int, host_id: int, guest_id: int, viewer: Viewer, import_key: str = "") -> Note:
    """Make the rows of a draft; also for the importer, who needs no rights and names the file's key."""
    now = clock.now()
    note = Note(
        office_id=office_id, author_id=viewer.user_id, host_id=host_id, guest_id=guest_id, status="draft", version=1,
        import_key=import_key or f"{markdown.slug(content.title)}-{uuid4().hex[:12]}", created_at=now, edited_at=now,
    )  # fmt: skip
    write(note, content)
    db.session.add(note)
    db.session.flush()
    _keep_revision(note, viewer)
    events.record("note.created", note, viewer)
    return note


def _check_day(content: Content) -> None:
    if content.held_on > clock.today():
        raise Invalid("Kunjungan belum berlangsung: tanggalnya setelah hari ini.", "held_on")


def _check_readers(note: Note | None, wanted: str) -> None:
    if wanted in policy.may_open_to(note):
        return
    if note is not None and note.status == "published":
        raise Invalid(
            "Setelah terbit, pembaca catatan hanya dapat dipersempit, karena ia juga memuat perkataan instansi lain.", "visibility"
        )
    raise Invalid(
        "Catatan paling luas terbit untuk jejaring: ia memuat perkataan dua instansi, dan persetujuan keduanya belum dapat dicatat.",
        "visibility",
    )


def edit(note: Note, content: Content, viewer: Viewer, started_from: int, parties: tuple[int, int] | None = None) -> None:
    """Save a change that started from a version. Raises EditConflict, and Invalid for more readers than it may have.

    `parties`: host and guest, which may still change in a draft that follows no visit.
    """
    require(policy.can_view(viewer, note), policy.can_edit(viewer, note))
    _check_day(content)
    if note.version == started_from:  # who started from an older one is shown what is there now
        _check_readers(note, content.visibility)
    revise(note, content, viewer, started_from)
    if parties is not None and note.status == "draft" and note.visit_id is None:
        _check_parties(*parties, viewer)
        note.host_id, note.guest_id = parties


def revise(note: Note, content: Content, viewer: Viewer, started_from: int) -> None:
    """Claim the next version and write it; also for the importer."""
    claim = update(Note).where(Note.id == note.id, Note.version == started_from).values(version=started_from + 1)
    taken = db.session.execute(claim).rowcount == 1
    db.session.refresh(note)
    if not taken:
        raise EditConflict(note)
    write(note, content)
    note.edited_at = clock.now()
    db.session.flush()
    _keep_revision(note, viewer)
    events.record("note.edited", note, viewer)


def publish(note: Note, viewer: Viewer) -> None:
    """Show the note to those it is meant for; an agreed visit whose last day has come is held now. A second press changes nothing.

    Raises Invalid for too many readers, as a draft from before that rule may name.
    """
    require(policy.can_view(viewer, note), policy.can_edit(viewer, note))
    if note.status == "published":
        return
    _check_readers(note, note.visibility)
    open_up(note, viewer)
    if holds(note):
        visits.act(note.visit, "hold", viewer)


def holds(note: Note) -> bool:
    """Does publishing it say that its visit took place?"""
    visit = note.visit
    return visit is not None and visit.status in AGREED and visit.last_day <= clock.today(visit.host.timezone)


def discard(note: Note, viewer: Viewer, started_from: int) -> None:
    """Delete a draft with all its revisions, for good. Raises EditConflict when it was changed or published since that version."""
    require(policy.can_view(viewer, note), policy.can_edit(viewer, note))
    if note.status != "draft":
        raise EditConflict(note)
    require(seen=True, allowed=policy.can_discard(viewer, note))
    events.record("note.discarded", note, viewer)
    claim = delete(Note).where(Note.id == note.id, Note.version == started_from, Note.status == "draft")
    if db.session.execute(claim.execution_options(synchronize_session=False)).rowcount != 1:
        raise EditConflict(note)
    db.session.expunge(note)


def open_up(note: Note, viewer: Viewer) -> None:
    """Change the status by compare-and-set, of the version that was read; also for the importer."""
    db.session.flush()
    as_read = (Note.id == note.id, Note.status == "draft", Note.version == note.version)
    claim = update(Note).where(*as_read).values(status="published", published_at=clock.now())
    if db.session.execute(claim).rowcount != 1:
        raise Conflict("Keadaan catatan ini baru saja diubah orang lain. Muat ulang halamannya.")
    db.session.refresh(note)
    note.published_on = note.published_on or clock.today()
    if note.visit is not None:
        visits.noted(note.visit)
    events.record("note.published", note, viewer)


def narrow(note: Note, viewer: Viewer) -> None:
    """The other office keeps a note to the two offices. A second press changes nothing.

    It is a revision, so that neither a writer's older page nor a content file opens the note again.
    """
    require(policy.can_view(viewer, note), policy.can_narrow(viewer, note))
    open_to = note.visibility
    claim = update(Note).where(Note.id == note.id, Note.status == "published", Note.visibility != "para_pihak")
    claim = claim.values(visibility="para_pihak", version=Note.version + 1, edited_at=clock.now())
    if db.session.execute(claim, execution_options={"synchronize_session": False}).rowcount != 1:
        return
    db.session.refresh(note)
    _keep_revision(note, viewer)
    events.record("note.narrowed", note, viewer, was=open_to)


def content_of(note: Note) -> Content:
    """What was written."""
    return Content(
        note.title, note.summary, note.body, note.held_on, tuple(note.indicators), note.visibility, note.source,
        note.held_precision, note.mode,
    )  # fmt: skip


def write(note: Note, content: Content) -> None:
    """Put what was written into the row, with its HTML."""
    rendered = markdown.render(content.body)
    note.title, note.summary, note.body = content.title, content.summary, content.body
    note.html, note.toc = rendered.html, [list(entry) for entry in rendered.toc]
    note.held_on, note.held_precision, note.mode = content.held_on, content.held_precision, content.mode
    note.visibility, note.source = content.visibility, content.source
    kept = {row.code: row for row in note.indicator_rows}
    note.indicator_rows = [kept.get(code) or NoteIndicator(code=code) for code in dict.fromkeys(content.indicators)]


def _keep_revision(note: Note, viewer: Viewer) -> None:
    db.session.add(
        NoteRevision(
            note_id=note.id, number=note.version, title=note.title, summary=note.summary, body=note.body,
            visibility=note.visibility, author_id=viewer.user_id, created_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()


def add_follow_up(note: Note, text: str, office_id: int, due_on: date, viewer: Viewer) -> None:
    """Agree on something to do."""
    require(policy.can_view(viewer, note), policy.can_follow_up(viewer, note))
    if office_id not in (note.host_id, note.guest_id):
        raise Invalid("Pilih salah satu dari kedua instansi.", "office")
    db.session.add(NoteFollowUp(note_id=note.id, text=text, office_id=office_id, due_on=due_on))
    events.record("note.followed_up", note, viewer)


def finish_follow_up(note: Note, follow_up_id: int, viewer: Viewer) -> None:
    """Mark a follow-up as done; the first to say so counts."""
    require(policy.can_view(viewer, note), policy.can_follow_up(viewer, note))
    claim = (
        update(NoteFollowUp)
        .where(NoteFollowUp.id == follow_up_id, NoteFollowUp.note_id == note.id, NoteFollowUp.done_at.is_(None))
        .values(done_at=clock.now())
    )
    if db.session.execute(claim).rowcount == 1:
        events.record("note.followed_up", note, viewer, done=True)
