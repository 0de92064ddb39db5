"""Who may see and change a note."""

from sqlalchemy import ColumnElement, and_, or_

from kb.core.access import Audience, holds
from kb.core.viewer import Viewer
from kb.notes.models import VISIBILITIES, Note

TOKENS = {"publik": "public", "jejaring": "network"}


def audience(note: Note) -> Audience:
    """A draft is its writers'; a published note belongs to both offices, and to whom it was opened."""
    own = f"office:{note.office_id}"
    if note.status != "published":
        return frozenset({own})
    parties = {own, f"office:{note.host_id}", f"office:{note.guest_id}"}
    return frozenset(parties | ({TOKENS[note.visibility]} if note.visibility in TOKENS else set()))


def can_view(viewer: Viewer, note: Note) -> bool:
    return holds(audience(note), viewer)


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The same rule as SQL."""
    opened = [visibility for visibility, token in TOKENS.items() if token in viewer.tokens]
    published = Note.visibility.in_(opened)
    if viewer.office_id is None:
        return and_(Note.status == "published", published)
    party = or_(Note.host_id == viewer.office_id, Note.guest_id == viewer.office_id)
    return or_(and_(Note.status == "published", or_(published, party)), Note.office_id == viewer.office_id)


def can_write(viewer: Viewer, host_id: int, guest_id: int) -> bool:
    """Both offices may write what happened between them."""
    return viewer.is_of(host_id) or viewer.is_of(guest_id)


def can_edit(viewer: Viewer, note: Note) -> bool:
    return viewer.is_of(note.office_id)


def may_open_to(note: Note | None) -> tuple[str, ...]:
    """To whom its writers may open a note: before it is published to the network at most, afterwards to no more readers than it has.

    A note tells what two offices said, and the agreement of the other one cannot be given here yet.
    """
    widest = note.visibility if note is not None and note.status == "published" else "jejaring"
    return VISIBILITIES[: VISIBILITIES.index(widest) + 1]


def can_narrow(viewer: Viewer, note: Note) -> bool:
    """Everybody of an office that a published note tells of, but did not write: its writers change the note itself."""
    return note.status == "published" and can_write(viewer, note.host_id, note.guest_id) and not viewer.is_of(note.office_id)


def can_discard(viewer: Viewer, note: Note) -> bool:
    """What was never published may go: by its author, or by a manager of the office that writes it."""
    if note.status != "draft" or not viewer.is_of(note.office_id):
        return False
    return viewer.user_id == note.author_id or viewer.role in ("manager", "admin")


def can_follow_up(viewer: Viewer, note: Note) -> bool:
    """Both offices keep the follow-ups."""
    return note.status == "published" and can_write(viewer, note.host_id, note.guest_id)
