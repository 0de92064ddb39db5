"""What moderators replaced must not live on in notices and mails.

The event does not say what was replaced. So a notice is compared with what the question and its parts read now: what stands nowhere any
more was replaced. Other notices stay as they are.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select

from kb.core.db import db
from kb.notifications import digest, mail
from kb.notifications.models import Mail, Notice
from kb.notifications.telling import sentence
from kb.questions import moderation
from kb.questions import queries as questions
from kb.questions.models import Question

# Words of people in the detail of a notice: `handlers.py` writes them behind these, and nothing else with them.
QUOTED = ("Hasilnya: ", "Alasan: ")


@dataclass(frozen=True)
class Renewed:
    """A notice that says something else now, and what it said before."""

    notice: Notice
    title: str
    detail: str


def forget(question: Question) -> None:
    """Bring the notices of a question up to date with it, and the mails that told them."""
    titles = questions.titles(question)
    quotes = questions.remarks(question) | {f"{reason}." for reason in moderation.REASONS.values()}
    url = f"/tanya/{question.id}"
    about = db.session.scalars(select(Notice).where(or_(Notice.url == url, Notice.url.startswith(f"{url}#"))))
    changed = [found for notice in about if (found := _renew(notice, question.title, titles, quotes))]
    db.session.flush()
    _forget_in_mails(changed)
    _forget_in_digests({found.notice.mail_id for found in changed if found.notice.mail_id})


def _renew(notice: Notice, title: str, titles: set[str], quotes: set[str]) -> Renewed | None:
    """Was something in it replaced? Then it says it in the words of now."""
    before = Renewed(notice, notice.title, notice.detail)
    what, _, told = notice.title.partition(": ")
    if told not in titles:
        notice.title = f"{what}: {title}"
    quoted = next((notice.detail.removeprefix(start) for start in QUOTED if notice.detail.startswith(start)), None)
    if quoted is not None and quoted not in quotes:
        notice.detail = ""
    return before if (notice.title, notice.detail) != (before.title, before.detail) else None


def _forget_in_mails(changed: list[Renewed]) -> None:
    """A mail of its own: one that was sent loses its text, one that waits says what the notice says now."""
    by_key = {f"event:{found.notice.event_id}:{found.notice.user_id}": found for found in changed}
    for written in db.session.scalars(select(Mail).where(Mail.key.in_(by_key), Mail.dropped_at.is_(None))):
        found = by_key[written.key]
        text = written.text.replace(sentence(found.title), sentence(found.notice.title))
        if found.detail and not found.notice.detail:
            text = text.replace(f"{found.detail}\n\n", "")
        written.subject = mail.subject_line(found.notice.title)
        written.text = text if written.sent_at is None else ""


def _forget_in_digests(mail_ids: set[int]) -> None:
    for written in db.session.scalars(select(Mail).where(Mail.id.in_(mail_ids), Mail.dropped_at.is_(None))):
        if written.sent_at is None:
            digest.rewrite(written)
        else:
            written.text, written.html = "", None
