"""How a person is told: each kind of matter at once, in a daily or weekly digest, or not by mail. The inbox holds everything anyway."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, select, update

from kb.core import clock
from kb.core.db import db
from kb.core.errors import Invalid
from kb.notifications.models import MailChoice, Notice


@dataclass(frozen=True)
class Kind:
    """A kind of matter, as the page of choices words it."""

    label: str
    hint: str
    default: str


KINDS = {
    "kunjungan": Kind("Kunjungan", "Permohonan, jadwal, pengingat, dan hasil kunjungan instansi Anda.", "now"),
    "tanya": Kind("Tanya jawab", "Jawaban atas pertanyaan Anda, undangan menjawab, dan komentar.", "now"),
    "catatan": Kind("Catatan konsultasi", "Catatan yang terbit dari kunjungan instansi Anda.", "now"),
    "ikuti": Kind("Yang Anda ikuti", "Hal baru pada indikator, instansi, artikel, pertanyaan, dan kunjungan yang Anda ikuti.", "daily"),
}
RHYTHMS = {"now": "Segera", "daily": "Ringkasan harian", "weekly": "Ringkasan mingguan", "none": "Tanpa surel"}

# Kinds of events, by the first part of their names. What concerns the account itself is always mailed at once.
ACCOUNT = "akun"
OF_EVENTS = {"visit": "kunjungan", "question": "tanya", "answer": "tanya", "note": "catatan"}

# Not a matter but a mail: whoever unsubscribes from the digest wants none of what it collects.
DIGEST = "ringkasan"


def kind_of(event_name: str) -> str:
    """The kind of matter an event belongs to."""
    return OF_EVENTS.get(event_name.partition(".")[0], ACCOUNT)


def rhythms(kind: str, user_ids: Iterable[int]) -> dict[int, str]:
    """How each of these people wants mails of a kind."""
    ids = list(user_ids)
    default = KINDS[kind].default if kind in KINDS else "now"
    found = dict.fromkeys(ids, default)
    if kind in KINDS:
        mine = select(MailChoice.user_id, MailChoice.rhythm).where(MailChoice.kind == kind, MailChoice.user_id.in_(ids))
        found |= dict(db.session.execute(mine).all())
    return found


def of(user_id: int) -> dict[str, str]:
    """All choices of a person, kind to rhythm."""
    mine = select(MailChoice.kind, MailChoice.rhythm).where(MailChoice.user_id == user_id)
    return {kind: one.default for kind, one in KINDS.items()} | dict(db.session.execute(mine).all())


def choose(user_id: int, kind: str, rhythm: str) -> None:
    """Tell a person about a kind in this rhythm from now on. Raises Invalid."""
    if kind not in KINDS or rhythm not in RHYTHMS:
        raise Invalid("Pilihan ini tidak ada dalam daftar.", kind)
    db.session.execute(delete(MailChoice).where(MailChoice.user_id == user_id, MailChoice.kind == kind))
    db.session.add(MailChoice(user_id=user_id, kind=kind, rhythm=rhythm))
    db.session.flush()
    if rhythm == "none":  # what waits for a digest is in the inbox, and stays there
        waiting = update(Notice).where(Notice.user_id == user_id, Notice.kind == kind, Notice.settled_at.is_(None))
        db.session.execute(waiting.values(settled_at=clock.now()))


def stop(user_id: int, kind: str) -> None:
    """No more mails of a kind; `DIGEST` stands for every kind that comes in a digest. What held before is kept for `resume`."""
    for one, rhythm in of(user_id).items():
        if rhythm in STOPPED_BY_DIGEST if kind == DIGEST else (one == kind and rhythm != "none"):
            choose(user_id, one, "none")
            held = update(MailChoice).where(MailChoice.user_id == user_id, MailChoice.kind == one)
            db.session.execute(held.values(former=rhythm, stopped_by=kind))


STOPPED_BY_DIGEST = ("daily", "weekly")


def resume(user_id: int, kind: str) -> list[str]:
    """Take `stop` back: what it changed is as it was. Returns the kinds that are mailed again.

    A kind that was off already when its link was pressed comes as it does for everybody at first.
    """
    mine = select(MailChoice.kind, MailChoice.former).where(MailChoice.user_id == user_id, MailChoice.stopped_by == kind)
    former = dict(db.session.execute(mine).all())
    if kind in KINDS and not former and of(user_id)[kind] == "none":
        former = {kind: KINDS[kind].default}
    for one, rhythm in former.items():
        choose(user_id, one, rhythm)
    return list(former)
