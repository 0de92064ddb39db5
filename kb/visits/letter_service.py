"""What is done with the letters of a visit."""

from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from kb.core import clock, events, files
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid
from kb.core.viewer import Viewer
from kb.visits import compose, correspondence, policy, signers
from kb.visits.letters import KINDS
from kb.visits.models import Visit, VisitLetter
from kb.visits.signers import SIGNATURE, Details

ENDED = {"declined", "withdrawn", "cancelled"}


def may_write(visit: Visit, kind: str, viewer: Viewer) -> bool:
    """Letters are written by their side; the reply to a refused request may still follow, nothing else after the end."""
    over = visit.status in ENDED and not (kind == "balasan-tolak" and visit.status == "declined")
    return policy.side(viewer, visit) == KINDS[kind].side and not over and visit.erased_at is None


def begin(visit: Visit, action: str) -> None:
    """After a step of the workflow: the letter that tells of it begins, and what it says of the step is settled."""
    kind = correspondence.SETTLED_BY.get(action)
    if kind is None:
        return
    turn = max((letter.turn for letter in visit.letters_of(kind) if letter.facts), default=0) + 1
    letter = visit.letter(kind, turn)
    if letter is None:
        letter = VisitLetter(kind=kind, turn=turn, number="")
        visit.letters.append(letter)
    facts = correspondence.facts_of(visit, kind, turn)
    letter.facts = {name: value for name, value in facts.items() if name not in correspondence.STILL_OPEN[kind]}
    _settle_sent(visit, letter)


def _settle_sent(visit: Visit, letter: VisitLetter) -> None:
    """A letter that was sent says for good what it says now, and is signed by who signs now."""
    if letter.kind not in correspondence.STILL_OPEN or not letter.is_sent or visit.status == "draft":
        return
    letter.facts = correspondence.settled(visit, letter)
    known = signers.details(visit, letter.kind, letter)
    for name in SIGNATURE:
        setattr(letter, name, getattr(known, name))


def save(visit: Visit, kind: str, turn: int, viewer: Viewer, details: Details, upload: FileStorage | None = None) -> VisitLetter:
    """Keep number, date and signer of a letter, and the signed PDF that stands in its place. Raises Invalid, Conflict."""
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == KINDS[kind].side)
    # The lock holds off a colleague who saves the same letter, and a step that begins another.
    db.session.refresh(visit, ["status", "letters"], with_for_update=True)
    if not may_write(visit, kind, viewer) or not compose.is_ready(visit, kind, turn):
        raise Conflict("Keadaan kunjungan sudah berubah, jadi surat ini tidak dapat diubah.")
    if details.dated_on and details.dated_on > clock.today(visit.host.timezone):
        raise Invalid("Tanggal surat tidak boleh setelah hari ini.", "dated_on")
    letter = visit.letter(kind, turn)
    if letter is None:
        letter = VisitLetter(kind=kind, turn=turn, facts={}, number="")
        visit.letters.append(letter)
    is_news = bool((details.number and not letter.number) or (details.dated_on and not letter.dated_on))
    for name, value in vars(details).items():
        setattr(letter, name, value)
    is_signed = upload is not None and bool(upload.filename)
    if is_signed:
        former, letter.file = letter.file, files.save(upload, ("pdf",), 5, "upload")
        db.session.flush()
        if former is not None:
            db.session.delete(former)
    _settle_sent(visit, letter)
    if is_news or is_signed:
        events.record("visit.letter_added", visit, viewer, kind=kind, turn=turn, signed=is_signed)
    return letter


@dataclass(frozen=True)
class Entry:
    """A letter in the list of a visit."""

    kind: str
    turn: int
    letter: VisitLetter | None
    is_ready: bool
    may_write: bool

    @property
    def slug(self) -> str:
        return slug_of(self.kind, self.turn)

    @property
    def label(self) -> str:
        return label_of(self.kind, self.turn)

    @property
    def side(self) -> str:
        return KINDS[self.kind].side


def slug_of(kind: str, turn: int) -> str:
    """How a letter is called in addresses: balasan-usul, balasan-usul-2."""
    return kind if turn == 1 else f"{kind}-{turn}"


def label_of(kind: str, turn: int) -> str:
    return KINDS[kind].label if turn == 1 else f"{KINDS[kind].label} ke-{turn}"


def parse_slug(slug: str) -> tuple[str, int] | None:
    """Kind and turn of an address, if there is such a kind."""
    kind, _, turn = slug.rpartition("-")
    if slug in KINDS:
        return slug, 1
    return (kind, int(turn)) if kind in correspondence.STILL_OPEN and turn.isdecimal() and len(turn) < 4 else None


def entries(visit: Visit, viewer: Viewer) -> list[Entry]:
    """The letters of a visit, written, possible, or still to come."""
    return [entry for kind in KINDS for entry in _entries_of(visit, kind, viewer)]


def _entries_of(visit: Visit, kind: str, viewer: Viewer) -> Iterator[Entry]:
    for letter in visit.letters_of(kind) or [None]:
        turn = letter.turn if letter else 1
        is_ready = compose.is_ready(visit, kind, turn)
        if is_ready or _will_come(visit, kind):
            yield Entry(kind, turn, letter, is_ready, may_write(visit, kind, viewer))


def _will_come(visit: Visit, kind: str) -> bool:
    """Proposals and refusals come or do not; all others do, unless the visit has ended or happens on a screen."""
    is_usual = kind not in ("balasan-usul", "balasan-tolak") and not (kind == "visum" and visit.mode == "daring")
    return is_usual and visit.status not in ENDED
