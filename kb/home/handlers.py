"""What the rooms together make of events: an article hears that moderators withheld its source."""

from sqlalchemy import select

from kb.accounts import queries as people
from kb.articles.models import Article
from kb.core import events
from kb.core.db import db
from kb.core.events import Event
from kb.core.viewer import ANONYMOUS
from kb.home.models import ArticleOrigin
from kb.notifications.telling import tell


@events.on("origins", "question.redacted", "question.moderated")
def mark_articles(event: Event) -> None:
    """Say of each article that was made of what is replaced or hidden, that its source is withheld. The event names no text."""
    part, part_id = event.data.get("part"), event.data.get("part_id")
    if event.name == "question.moderated" and (event.data["act"] != "hidden" or part == "comment"):
        return
    query = select(Article, ArticleOrigin.answer_id).join(ArticleOrigin, ArticleOrigin.article_id == Article.id)
    for article, answer_id in db.session.execute(query.where(ArticleOrigin.question_id == event.subject_id)).all():
        if part != "answer" or answer_id in (None, part_id):
            events.record("article.source_withheld", article, ANONYMOUS)


@events.on("inbox", "article.source_withheld")
def tell_of_source(event: Event) -> None:
    """The article's author and the managers of its office."""
    article = db.session.get(Article, event.subject_id)
    title = f"Periksa artikel Anda: {article.title}"
    lines = [
        f"{title}.",
        "Moderator menyamarkan atau menyembunyikan tulisan di tanya-jawab yang menjadi sumber artikel ini. "
        "Artikelnya tidak diubah: periksa apakah tulisan itu masih ada di sana, juga di riwayatnya.",
    ]
    users = [*([article.author] if article.author else []), *people.managers_of(article.office_id)]
    tell(event, users, title, f"/artikel/{article.slug}", lines, "instansi Anda pemilik artikel ini", kind="tanya")
