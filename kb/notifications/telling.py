"""A notice for each person, and a mail for who wants it at once."""

from collections.abc import Callable, Iterable

from flask import current_app
from sqlalchemy import insert, select

from kb.accounts import queries as people
from kb.accounts.models import User
from kb.core import clock
from kb.core.db import db
from kb.core.events import Event
from kb.core.viewer import viewer_of
from kb.notifications import choices, mail, subjects, unsubscribe
from kb.notifications.models import Notice

FOOT = "Anda menerima surel ini karena {why}. Surel ini dikirim otomatis; balas lewat halaman di atas."
SIGNATURE = "Berguru"

Invitation = Callable[[User], str]


def tell(
    event: Event,
    users: Iterable[User],
    title: str,
    url: str,
    lines: list[str],
    why: str,
    *,
    kind: str = "",
    invitation: Invitation | None = None,
) -> None:
    """Tell each of these people once per event, or whom they handed their work to; never the one who did it, nor who may not see it.

    `lines` are the paragraphs of the mail, the first one repeating the title. `invitation` makes the calendar file of a person's mail.
    """
    kind = kind or choices.kind_of(event.name)
    readers = _readers(event, users)
    rhythms = choices.rhythms(kind, [user.id for user in readers])
    detail = "\n".join(line for line in lines[1:] if line)
    now, notices, mails = clock.now(), [], []
    for user in readers:
        rhythm = rhythms[user.id]
        settled_at = now if rhythm in ("now", "none") else None
        notices.append({"user_id": user.id, "settled_at": settled_at})
        if rhythm == "now":
            body = text(user.name, lines, url, why, stop_link(user, kind))
            values = {"user_id": user.id, "kind": kind} if kind in choices.KINDS else {}
            calendar = invitation(user) if invitation else None
            mails.append(mail.draft(f"event:{event.id}:{user.id}", user.email, title, body, calendar=calendar, **values))
    same = {"event_id": event.id, "kind": kind, "title": title[:300], "detail": detail, "url": url, "created_at": now}
    if notices:  # one statement, however many follow
        db.session.execute(insert(Notice), [same | one for one in notices])
    mail.queue_all(mails)


def _readers(event: Event, users: Iterable[User]) -> list[User]:
    told = set(db.session.scalars(select(Notice.user_id).where(Notice.event_id == event.id)))
    may_see = subjects.sight(event)
    found = {user.id: user for user in people.keepers(users)}
    return [user for user in found.values() if user.id != event.actor_id and user.id not in told and may_see(viewer_of(user))]


def stop_link(user: User, kind: str) -> str:
    """The link that ends mails of this kind; none for what concerns the account."""
    return unsubscribe.link(user.id, kind) if kind in choices.KINDS or kind == choices.DIGEST else ""


def text(name: str, lines: list[str], url: str, why: str, stop: str = "") -> str:
    """The plain text of a mail: for whom, what, where, why; and how to stop it."""
    parts = [f"Yth. {name},", *(line for line in lines if line), current_app.config["BASE_URL"] + url, FOOT.format(why=why)]
    if stop:
        parts.append(f"Tidak ingin surel semacam ini lagi? Satu tekan, tanpa masuk: {stop}")
    return "\n\n".join([*parts, SIGNATURE]) + "\n"
