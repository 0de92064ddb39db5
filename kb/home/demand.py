"""The demand board: what the network lacks, named by searches without result, unanswered questions and indicators without article."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from kb.articles import queries as articles
from kb.core import clock, events
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Invalid, NotFound
from kb.core.viewer import Viewer
from kb.home.models import DemandClaim
from kb.instruments import loader
from kb.offices.models import Office
from kb.questions import policy as question_policy
from kb.questions import queries as questions
from kb.questions import service as question_service
from kb.search import missed


@dataclass
class Need:
    """One thing that is lacking: `detail` says how much, `write` is where to begin. `offices` write it already."""

    kind: str
    subject: str
    title: str
    detail: str
    url: str = ""
    offices: list[Office] = field(default_factory=list)


def board(viewer: Viewer) -> dict[str, list[Need]]:
    """All needs by kind. What was searched is shown to the network only."""
    needs = {
        "search": _searches() if viewer.office_id else [],
        "question": _questions(viewer),
        "indicator": _indicators(viewer),
    }
    claimed = _claims()
    for kind, found in needs.items():
        for need in found:
            need.offices = claimed[kind, need.subject]
    return needs


def _claims() -> dict[tuple[str, str], list[Office]]:
    found = defaultdict(list)
    for claim in db.session.scalars(select(DemandClaim).options(joinedload(DemandClaim.office)).order_by(DemandClaim.id)):
        found[claim.kind, claim.subject].append(claim.office)
    return found


def _searches() -> list[Need]:
    return [Need("search", row.words, row.words, f"dicari {row.times} kali tanpa hasil") for row in missed.often(20)]


def _questions(viewer: Viewer) -> list[Need]:
    return [
        Need("question", str(question.id), question.title, f"{question.office.name}, belum dijawab", f"/tanya/{question.id}")
        for question in questions.unanswered(viewer, 20)
    ]


def _indicators(viewer: Viewer) -> list[Need]:
    """Indicators that nobody has written about; those with waiting questions first, then the heaviest."""
    written = articles.counts_by_indicator(viewer)
    waiting = {wait.code: wait.waiting for wait in questions.waits(viewer)}
    bare = [i for instrument in loader.all_instruments() for i in instrument.indicators if not written.get(i.code)]
    bare.sort(key=lambda i: (-waiting.get(i.code, 0), -i.weight, i.code))
    return [
        Need(
            "indicator",
            i.code,
            f"{'SPBE' if i.instrument_id.startswith('spbe') else 'Pemdi'} {i.number}. {i.short_name}",
            f"{waiting[i.code]} pertanyaan menunggu" if waiting.get(i.code) else "belum ada artikel",
            f"/indikator/{i.code}",
        )
        for i in bare[:20]
    ]


def take(kind: str, subject: str, viewer: Viewer) -> None:
    """Say "kami tulis". Raises NotFound for what is not on the board. Twice changes nothing."""
    require(seen=True, allowed=question_policy.can_write(viewer))
    question_service.writing_office(viewer)
    if subject not in {need.subject for need in board(viewer).get(kind, [])}:
        raise NotFound("Kebutuhan ini tidak lagi ada di papan.")
    if len(subject) > 120:
        raise Invalid("Kebutuhan ini tidak dapat dibaca.")
    claim = DemandClaim(kind=kind, subject=subject, office_id=viewer.office_id, author_id=viewer.user_id, created_at=clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(claim)
    except IntegrityError:
        return
    events.record("demand.taken", claim, viewer, kind=kind)


def release(kind: str, subject: str, viewer: Viewer) -> None:
    """We do not write it after all."""
    require(seen=True, allowed=question_policy.can_write(viewer))
    mine = (DemandClaim.kind == kind, DemandClaim.subject == subject, DemandClaim.office_id == viewer.office_id)
    claim = db.session.scalars(select(DemandClaim).where(*mine)).one_or_none()
    if claim is not None:
        events.record("demand.released", claim, viewer, kind=kind)
        db.session.execute(delete(DemandClaim).where(DemandClaim.id == claim.id))
