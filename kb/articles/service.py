"""What is done with articles."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, select, update

from kb.articles import policy
from kb.articles.models import VISIBILITIES, Article, ArticleAbout, ArticleIndicator, ArticleRevision, ArticleSlug
from kb.core import clock, events, markdown
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid
from kb.core.viewer import Viewer

# Addresses below /artikel/ that are pages of their own.
RESERVED = {"baru", "pratinjau"}
# So many offices an article may be about.
MOST_ABOUT = 10


@dataclass(frozen=True)
class Content:
    """What an author writes. `about` are the ids of the offices it is about, whoever writes."""

    title: str
    summary: str
    body: str
    indicators: tuple[str, ...] = ()
    visibility: str = "publik"
    source: str = ""
    about: tuple[int, ...] = ()


class EditConflict(Conflict):
    """Somebody saved a newer version meanwhile; `article` is theirs."""

    def __init__(self, article: Article):
        super().__init__("Artikel ini sudah diubah orang lain sejak Anda membukanya.")
        self.article = article


def create(
    content: Content,
    viewer: Viewer,
    slug: str = "",
    office_id: int | None = None,
    published_on: date | None = None,
    widest: str | None = None,
) -> Article:
    """A new draft of the viewer's office, never opened to more than the `widest` readers. The importer names slug and office itself."""
    require(seen=True, allowed=policy.can_write(viewer) or office_id is not None)
    now = clock.now()
    article = Article(
        slug=_free_slug(slug or markdown.slug(content.title)),
        office_id=office_id or viewer.office_id,
        author_id=viewer.user_id,
        status="draft",
        widest=widest,
        version=1,
        created_at=now,
        edited_at=now,
        published_on=published_on,
    )
    _write(article, content)
    db.session.add(article)
    db.session.flush()
    _keep_revision(article, viewer, "")
    events.record("article.created", article, viewer)
    return article


def edit(article: Article, content: Content, viewer: Viewer, started_from: int, note: str = "", by_import: bool = False) -> None:
    """Save a change that started from a version. Raises EditConflict when that is no longer the newest, Invalid for too many readers."""
    require(policy.can_view(viewer, article) or by_import, policy.can_edit(viewer, article) or by_import)
    _claim_version(article, started_from)
    if content.title != article.title and not by_import:
        _rename(article, content.title)
    known = {row.office_id for row in article.about_rows}
    _write(article, content)
    article.edited_at = clock.now()
    db.session.flush()
    _keep_revision(article, viewer, note)
    events.record("article.edited", article, viewer, about=[ident for ident in content.about if ident not in known])


def publish(article: Article, viewer: Viewer, by_import: bool = False) -> None:
    """Open a draft to those it is meant for. A second press changes nothing."""
    require(policy.can_view(viewer, article) or by_import, policy.can_edit(viewer, article) or by_import)
    if article.status == "published":
        return
    _change_status(article, article.status, "published")
    now = clock.now()
    article.published_at = article.published_at or now
    article.published_on = article.published_on or clock.today()
    article.edited_at = now
    # The revision that goes out is published from now on.
    newest = select(ArticleRevision).where(ArticleRevision.article_id == article.id, ArticleRevision.number == article.version)
    db.session.scalars(newest).one().status = "published"
    events.record("article.published", article, viewer, about=[row.office_id for row in article.about_rows])


def discard(article: Article, viewer: Viewer, started_from: int) -> None:
    """Delete a draft with all its revisions, for good. Raises EditConflict when it was changed or published since that version."""
    require(policy.can_view(viewer, article), policy.can_edit(viewer, article))
    if article.status != "draft":
        raise EditConflict(article)
    require(seen=True, allowed=policy.can_discard(viewer, article))
    events.record("article.discarded", article, viewer)
    claim = delete(Article).where(Article.id == article.id, Article.version == started_from, Article.status == "draft")
    if db.session.execute(claim.execution_options(synchronize_session=False)).rowcount != 1:
        raise EditConflict(article)
    db.session.expunge(article)


def opens_further(article: Article, visibility: str) -> bool:
    """Would this choice show a published article to more readers than it has?"""
    return article.status == "published" and VISIBILITIES.index(visibility) < VISIBILITIES.index(article.visibility)


def archive(article: Article, viewer: Viewer) -> None:
    """Take an article out of sight; it stays with its office."""
    require(policy.can_view(viewer, article), policy.can_archive(viewer, article))
    _change_status(article, "published", "archived")
    events.record("article.archived", article, viewer)


def unarchive(article: Article, viewer: Viewer) -> None:
    """Bring an archived article back."""
    require(policy.can_view(viewer, article), policy.can_archive(viewer, article))
    _change_status(article, "archived", "published")
    events.record("article.unarchived", article, viewer)


def restore(article: Article, revision: ArticleRevision, viewer: Viewer, started_from: int) -> None:
    """Make an old state the newest one, as a new revision."""
    require(policy.can_view(viewer, article), policy.can_edit(viewer, article))
    edit(article, content_of(revision), viewer, started_from, f"Dipulihkan dari revisi {revision.number}")
    events.record("article.restored", article, viewer, revision=revision.number)


def hand_to(article: Article, office_id: int) -> None:
    """The office that wrote an imported article is another one than was thought; its text stays. Only for the importer."""
    article.office_id = office_id
    db.session.flush()
    db.session.refresh(article, ["office"])


def content_of(written: Article | ArticleRevision) -> Content:
    """What was written, of an article or of one of its revisions."""
    about = [row.office_id for row in written.about_rows] if isinstance(written, Article) else written.about_ids
    return Content(
        written.title, written.summary, written.body, tuple(written.indicators), written.visibility, written.source, tuple(about)
    )


def _write(article: Article, content: Content) -> None:
    _check_readers(article, content.visibility)
    rendered = markdown.render(content.body)
    article.title, article.summary, article.body = content.title, content.summary, content.body
    article.visibility, article.source = content.visibility, content.source
    article.html, article.toc = rendered.html, [list(entry) for entry in rendered.toc]
    kept = {row.code: row for row in article.indicator_rows}
    article.indicator_rows = [kept.get(code) or ArticleIndicator(code=code) for code in dict.fromkeys(content.indicators)]
    _name_offices(article, content.about)


def _name_offices(article: Article, office_ids: tuple[int, ...]) -> None:
    """Whom the article is about, in this order. Raises Invalid for too many."""
    wanted = list(dict.fromkeys(office_ids))
    if len(wanted) > MOST_ABOUT:
        raise Invalid(f"Paling banyak {MOST_ABOUT} instansi. Sebut yang benar-benar dibahas.", "about")
    known = {row.office_id: row for row in article.about_rows}
    article.about_rows = [known.get(ident) or ArticleAbout(office_id=ident) for ident in wanted]
    for place, row in enumerate(article.about_rows):
        row.place = place


def _check_readers(article: Article, wanted: str) -> None:
    if article.widest is not None and VISIBILITIES.index(wanted) < VISIBILITIES.index(article.widest):
        raise Invalid(
            f"Artikel ini memuat tulisan instansi lain yang ditujukan hanya untuk pembaca {article.widest}. Pilih itu atau yang lebih "
            "sempit; untuk pembaca yang lebih luas, tulis artikel baru dengan kalimat Anda sendiri.",
            "visibility",
        )


def _claim_version(article: Article, started_from: int) -> None:
    claim = update(Article).where(Article.id == article.id, Article.version == started_from).values(version=started_from + 1)
    taken = db.session.execute(claim).rowcount == 1
    db.session.refresh(article)
    if not taken:
        raise EditConflict(article)


def _change_status(article: Article, source: str, target: str) -> None:
    as_read = (Article.id == article.id, Article.status == source, Article.version == article.version)
    claim = update(Article).where(*as_read).values(status=target)
    if db.session.execute(claim).rowcount != 1:
        raise Conflict("Keadaan artikel ini baru saja diubah orang lain. Muat ulang halamannya.")
    db.session.refresh(article)


def _keep_revision(article: Article, viewer: Viewer, note: str) -> None:
    content = content_of(article)
    db.session.add(
        ArticleRevision(
            article_id=article.id,
            number=article.version,
            title=content.title,
            summary=content.summary,
            body=content.body,
            source=content.source,
            indicators=list(content.indicators),
            about_ids=list(content.about),
            visibility=content.visibility,
            status=article.status,
            note=note[:200],
            author_id=viewer.user_id,
            created_at=clock.now(),
        )
    )
    db.session.flush()


def _rename(article: Article, title: str) -> None:
    """A new title gives a new address; the old one redirects."""
    wanted = markdown.slug(title)
    if wanted == article.slug or article.slug.startswith(f"{wanted}-") and article.slug[len(wanted) + 1 :].isdecimal():
        return
    former = db.session.get(ArticleSlug, wanted)
    old = article.slug
    if former is not None and former.article_id == article.id:
        db.session.delete(former)  # back to an address it had
        db.session.flush()
        article.slug = wanted
    else:
        article.slug = _free_slug(wanted)
    db.session.add(ArticleSlug(slug=old, article_id=article.id))
    db.session.flush()


def _free_slug(wanted: str) -> str:
    for number in range(1, 10_000):
        slug = wanted if number == 1 else f"{wanted}-{number}"
        taken = db.session.scalar(select(Article.id).where(Article.slug == slug)) or db.session.get(ArticleSlug, slug)
        if not taken and slug not in RESERVED:
            return slug
    raise Conflict("Terlalu banyak artikel dengan judul ini. Pilih judul lain.")
