"""What the rooms together make of events: sources of articles that are withheld, needs that are met or taken up."""

from sqlalchemy import select

from kb.accounts import queries as people
from kb.articles.models import Article
from kb.core import events
from kb.core.db import db
from kb.core.events import Event
from kb.core.viewer import ANONYMOUS
from kb.home import demand
from kb.home.models import ArticleOrigin, DemandClaim
from kb.notifications.telling import tell
from kb.offices import queries as offices
from kb.questions.models import Answer, Question


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


def _searches_met(event: Event) -> list[str]:
    return demand.served_by(db.session.get(Article, event.subject_id))


@events.on("demand", "article.published", "article.edited", "article.restored", "article.unarchived", first=_searches_met)
def meet_by_article(event: Event, served: list[str]) -> None:
    """An article may be what the network lacked."""
    demand.written(db.session.get(Article, event.subject_id), served)


@events.on("demand", "answer.given")
def meet_by_answer(event: Event) -> None:
    """An answer is what its question lacked."""
    answer = db.session.get(Answer, event.subject_id)
    if answer.stands:
        demand.answered(answer.question_id, answer.office_id)


@events.on("inbox", "question.taken_up")
def tell_asker(event: Event) -> None:
    """Who asked, and the managers of their office."""
    question, office = db.session.get(Question, event.subject_id), offices.get(event.office_id)
    title = f"{office.name} akan menulis jawaban: {question.title}"
    lines = [f"{title}.", "Instansi itu mengambil pertanyaan Anda dari papan kebutuhan. Anda diberi tahu begitu jawabannya ada."]
    users = [*([question.author] if question.author else []), *people.managers_of(question.office_id)]
    tell(event, users, title, f"/tanya/{question.id}", lines, "Anda atau instansi Anda yang bertanya")


CLAIM_NEWS = {
    "demand.reminded": (
        "Sudah ditulis? {what}",
        "Instansi Anda mengambilnya 30 hari yang lalu. Dua pekan lagi ia terbuka kembali bagi yang lain.",
    ),
    "time": (
        "Kembali ke papan kebutuhan: {what}",
        "Belum ada tulisan, jadi instansi lain dapat mengambilnya. Anda tetap dapat menulisnya.",
    ),
    "met": ("Tidak dicari lagi: {what}", "Kebutuhan ini sudah terjawab atau tidak ada lagi di papan. Tulisan Anda tetap disambut."),
}


@events.on("inbox", "demand.reminded", "demand.released")
def tell_of_claim(event: Event) -> None:
    """Who took it up, and the managers of their office; not when they let go of it themselves."""
    claim, why = db.session.get(DemandClaim, event.subject_id), event.data.get("because", event.name)
    if why not in CLAIM_NEWS or (event.name == "demand.reminded" and not claim.is_open):
        return
    title, advice = CLAIM_NEWS[why]
    title = title.format(what=demand.label(claim.kind, claim.subject))
    users = [*([claim.author] if claim.author else []), *people.managers_of(claim.office_id)]
    tell(event, users, title, "/papan-kebutuhan", [f"{title}.", advice], "instansi Anda mengambil kebutuhan ini", kind="tanya")
