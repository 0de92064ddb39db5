"""A notice for each person, and a mail for who wants it at once."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import insert, select

from kb.accounts import queries as people
from kb.accounts.models import User
from kb.core import clock
from kb.core.db import db
from kb.core.events import Event
from kb.core.viewer import viewer_of
from kb.notifications import choices, mail, subjects, unsubscribe
from kb.notifications.models import Mail, Notice

FOOT = "Anda menerima surel ini karena {why}. Surel ini dikirim otomatis; balas lewat halaman di atas."
SIGNATURE = "Berguru"


@dataclass(frozen=True)
class Enclosure:
    """A calendar file that goes with a mail: the sentence that says what it does, and the file for each receiver."""

    says: str
    file_for: Callable[[User], str]


def tell(
    event: Event,
    users: Iterable[User],
    title: str,
    url: str,
    lines: list[str],
    why: str,
    *,
    kind: str = "",
    enclosures: Sequence[Enclosure] = (),
    quietly: bool = False,
    besides: Collection[int] = (),
) -> None:
    """Tell each of these people once per event, or whom they handed their work to; never the one who did it, nor who may not see it.

    `lines` are the paragraphs of the mail, the first one repeating the title. Calendar files go by mail to all of them, also to the one who
    did it, whose calendar needs them too; `quietly`: nothing else does, for people who know already. `besides` are the ids of those whom
    another event tells of the same thing.
    """
    kind = kind or choices.kind_of(event.name)
    readers = _readers(event, users)
    told = [] if quietly else [user for user in readers if user.id != event.actor_id and user.id not in besides]
    rhythms = choices.rhythms(kind, [user.id for user in readers])
    detail = "\n".join(line for line in lines[1:] if line)
    now = clock.now()
    same = {"event_id": event.id, "kind": kind, "title": title[:300], "detail": detail, "url": url, "created_at": now}
    if told:  # one statement, however many follow
        settled = {user.id: now if rhythms[user.id] in ("now", "none") else None for user in told}
        db.session.execute(insert(Notice), [same | {"user_id": user.id, "settled_at": settled[user.id]} for user in told])
    mailed = [user for user in (readers if enclosures else told) if rhythms[user.id] == "now"]
    mail.queue_all([one for user in mailed for one in _mails(event, user, kind, title, url, lines, why, enclosures)])


def _mails(
    event: Event, user: User, kind: str, title: str, url: str, lines: list[str], why: str, enclosures: Sequence[Enclosure]
) -> list[Mail]:
    """One mail; with several calendar files one for each, since mail programs look for one and a file holds one UID (RFC 5546)."""
    values = {"user_id": user.id, "kind": kind} if kind in choices.KINDS else {}
    key, stop = f"event:{event.id}:{user.id}", stop_link(user, kind)
    if not enclosures:
        return [mail.draft(key, user.email, title, text(user.name, lines, url, why, stop), **values)]
    count, found = len(enclosures), []
    for number, enclosure in enumerate(enclosures, start=1):
        subject = f"{title} ({number} dari {count})" if count > 1 else title
        body = text(user.name, [*lines, enclosure.says], url, why, stop)
        found.append(mail.draft(f"{key}:{number}", user.email, subject, body, calendar=enclosure.file_for(user), **values))
    return found


def _readers(event: Event, users: Iterable[User]) -> list[User]:
    told = set(db.session.scalars(select(Notice.user_id).where(Notice.event_id == event.id)))
    may_see = subjects.sight(event)
    found = {user.id: user for user in people.keepers(users)}
    return [user for user in found.values() if user.id not in told and may_see(viewer_of(user))]


def stop_link(user: User, kind: str) -> str:
    """The link that ends mails of this kind; none for what concerns the account."""
    return unsubscribe.link(user.id, kind) if kind in choices.KINDS or kind == choices.DIGEST else ""


def sentence(title: str) -> str:
    """A title as a sentence of a mail: with a full stop unless it has an end."""
    return title if title.endswith((".", "?", "!", "…")) else f"{title}."


def text(name: str, lines: list[str], url: str, why: str, stop: str = "") -> str:
    """The plain text of a mail: for whom, what, where, why; and how to stop it."""
    parts = [f"Yth. {name},", *(line for line in lines if line), current_app.config["BASE_URL"] + url, FOOT.format(why=why)]
    if stop:
        parts.append(f"Tidak ingin surel semacam ini lagi? Satu tekan, tanpa masuk: {stop}")
    return "\n\n".join([*parts, SIGNATURE]) + "\n"
