"""Following: a person says what they want to hear of, and every button and list speaks of it by one short name, its `subject`."""

from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from kb.accounts.models import User
from kb.articles import policy as article_policy
from kb.articles.models import Article
from kb.core import clock
from kb.core.db import db
from kb.core.errors import Conflict, NotFound
from kb.core.viewer import Viewer
from kb.instruments import loader as instruments
from kb.notifications.models import Follow
from kb.offices.models import Office
from kb.questions import policy as question_policy
from kb.questions.models import Question
from kb.visits import policy as visit_policy
from kb.visits.models import Visit

MOST = 300


@dataclass(frozen=True)
class Followed:
    """Something one can follow: its name among follows, what the screen calls it, and where it is."""

    subject: str
    label: str
    url: str


# kind -> model, rule, label and address of one row
TABLES = {
    "article": (Article, article_policy.can_view, lambda row: (f"Artikel: {row.title}", f"/artikel/{row.slug}")),
    "question": (Question, question_policy.can_view, lambda row: (f"Pertanyaan: {row.title}", f"/tanya/{row.id}")),
    "visit": (Visit, visit_policy.can_view, lambda row: (f"Kunjungan {row.guest.name} ke {row.host.name}", f"/kunjungan/{row.id}")),
    "office": (Office, lambda viewer, row: True, lambda row: (row.name, f"/instansi/{row.slug}")),
}


def find(subject: str, viewer: Viewer) -> Followed:
    """What a subject names, for whom may see it. Raises NotFound."""
    found = _resolve([subject], viewer)
    if not found:
        raise NotFound
    return found[0]


def follow(subject: str, viewer: Viewer) -> Followed:
    """Hear of this from now on; a second time changes nothing. Raises NotFound, and Conflict beyond the bound."""
    found = find(subject, viewer)
    if is_followed(subject, viewer):
        return found
    if db.session.scalar(select(func.count(Follow.id)).where(Follow.user_id == viewer.user_id)) >= MOST:
        raise Conflict(f"Anda sudah mengikuti {MOST} hal. Lepaskan dahulu yang tidak perlu lagi, di Akun › Pemberitahuan.")
    with suppress(IntegrityError), db.session.begin_nested():  # pressed twice at the same moment
        db.session.add(Follow(user_id=viewer.user_id, subject=subject, created_at=clock.now()))
    return found


def unfollow(subject: str, viewer: Viewer) -> None:
    """Hear of it no more. Works for what one may no longer see, too."""
    db.session.execute(delete(Follow).where(Follow.user_id == viewer.user_id, Follow.subject == subject))


def is_followed(subject: str, viewer: Viewer) -> bool:
    """Does this person follow it?"""
    mine = select(Follow.id).where(Follow.user_id == viewer.user_id, Follow.subject == subject)
    return db.session.scalar(mine) is not None


def of(viewer: Viewer) -> list[Followed]:
    """What a person follows, newest first. What they may no longer see is named by its number only."""
    query = select(Follow.subject).where(Follow.user_id == viewer.user_id).order_by(Follow.id.desc())
    subjects = list(db.session.scalars(query))
    known = {found.subject: found for found in _resolve(subjects, viewer)}
    return [known.get(subject) or Followed(subject, "Tidak terbuka lagi bagi Anda", "") for subject in subjects]


def followers(subjects: Iterable[str]) -> list[User]:
    """The active people who follow any of these."""
    query = select(User).where(User.active, User.id.in_(select(Follow.user_id).where(Follow.subject.in_(list(subjects)))))
    return list(db.session.scalars(query.order_by(User.id)))


def move(old: str, new: str) -> None:
    """Who followed the one now follows the other."""
    mine = Follow.subject == old
    db.session.execute(delete(Follow).where(mine, Follow.user_id.in_(select(Follow.user_id).where(Follow.subject == new))))
    db.session.execute(update(Follow).where(mine).values(subject=new))


def hand_over(leaver_id: int, successor_id: int) -> None:
    """Everything one person follows is followed by another."""
    mine = Follow.user_id == leaver_id
    db.session.execute(delete(Follow).where(mine, Follow.subject.in_(select(Follow.subject).where(Follow.user_id == successor_id))))
    db.session.execute(update(Follow).where(mine).values(user_id=successor_id))


def _resolve(subjects: list[str], viewer: Viewer) -> list[Followed]:
    by_kind = defaultdict(list)
    for subject in subjects:
        kind, _, ident = subject.partition(":")
        by_kind[kind].append(ident)
    found = [_indicator(code) for code in by_kind.pop("indicator", []) if code in _codes()]
    for kind, idents in by_kind.items():
        found += _rows(kind, [int(ident) for ident in idents if ident.isdecimal() and len(ident) < 10], viewer)
    return found


def _rows(kind: str, ids: list[int], viewer: Viewer) -> list[Followed]:
    if kind not in TABLES or not ids:
        return []
    model, can_view, told = TABLES[kind]
    rows = db.session.scalars(select(model).where(model.id.in_(ids)))
    return [Followed(f"{kind}:{row.id}", *told(row)) for row in rows if can_view(viewer, row)]


def _indicator(code: str) -> Followed:
    found = instruments.indicator(code)
    return Followed(f"indicator:{code}", f"Indikator {found.number}: {found.name}", f"/indikator/{code}")


def _codes() -> set[str]:
    return {indicator.code for instrument in instruments.all_instruments() for indicator in instrument.indicators}
