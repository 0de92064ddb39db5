"""Reading articles; every list goes through `policy.visible_to`."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import joinedload, load_only, raiseload

from kb.accounts.models import User
from kb.articles import policy
from kb.articles.models import Article, ArticleAbout, ArticleIndicator, ArticleRevision, ArticleSlug
from kb.core.db import db
from kb.core.pages import PER_PAGE, Page, paginate
from kb.core.viewer import Viewer
from kb.offices.models import Office, Region

# What an office may be to an article.
WROTE, ABOUT = "penulis", "tentang"


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed by; empty means all. An office wrote an article or is what it is about; `role` asks for one of the two."""

    codes: tuple[str, ...] = ()
    office: str = ""
    role: str = ""
    province: str = ""
    year: int | None = None


NEWEST_FIRST = (Article.published_on.desc(), Article.published_at.desc(), Article.id.desc())
# All that a card shows: who wrote it and whom it is about, but no bodies.
CARD = (
    load_only(Article.slug, Article.title, Article.summary, Article.published_on, Article.visibility, Article.status, Article.office_id),
    joinedload(Article.office),
    joinedload(Article.about_rows).joinedload(ArticleAbout.office),
    raiseload(Article.indicator_rows),
)


def _listed(viewer: Viewer) -> Select:
    """Published articles that the viewer may see, newest first, as cards."""
    return select(Article).where(Article.status == "published", policy.visible_to(viewer)).options(*CARD).order_by(*NEWEST_FIRST)


def listing(viewer: Viewer, wanted: Filter, number: int | None = None) -> Page:
    """A page of the list: the one asked for in the address, unless its number is given."""
    query = _listed(viewer)
    if wanted.codes:
        query = query.where(Article.id.in_(select(ArticleIndicator.article_id).where(ArticleIndicator.code.in_(wanted.codes))))
    if wanted.office:
        query = query.where(concerns(select(Office.id).where(Office.slug == wanted.office), wanted.role))
    if wanted.province:
        query = query.where(concerns(select(Office.id).join(Region).where(Region.province_code == wanted.province)))
    if wanted.year:
        query = query.where(func.extract("year", Article.published_on) == wanted.year)
    return paginate(query, number)


def of_office(viewer: Viewer, office_id: int, limit: int = PER_PAGE) -> dict[str, Page]:
    """The newest articles that an office wrote, and those others wrote about it, each with their whole number; in one statement."""
    rows = db.session.execute(_of_office(viewer, limit), {"office": office_id}).unique().all()
    totals = {found: count for _, found, count in rows}
    return {one: Page([article for article, found, _ in rows if found == one], 1, totals.get(one, 0), limit) for one in (WROTE, ABOUT)}


@lru_cache(maxsize=256)
def _of_office(viewer: Viewer, limit: int) -> Select:
    """The statement of `of_office`. To put it together takes four times as long as to run it, and office pages are opened most."""
    office = bindparam("office")
    wrote, about = Article.office_id == office, concerns(select(office), ABOUT)
    role = case((wrote, WROTE), else_=ABOUT)
    place = func.row_number().over(partition_by=role, order_by=NEWEST_FIRST)
    total = func.count().over(partition_by=role)
    seen = (Article.status == "published", policy.visible_to(viewer), or_(wrote, about))
    ranked = select(Article.id, role.label("role"), place.label("place"), total.label("total")).where(*seen).subquery()
    query = select(Article, ranked.c.role, ranked.c.total).join(ranked, ranked.c.id == Article.id).where(ranked.c.place <= limit)
    return query.options(*CARD).order_by(*NEWEST_FIRST)


def concerns(office_ids: Select | list[int], role: str = "") -> ColumnElement[bool]:
    """Written by one of these offices, about one of them though others wrote it, or either."""
    wrote = Article.office_id.in_(office_ids)
    about = Article.id.in_(select(ArticleAbout.article_id).where(ArticleAbout.office_id.in_(office_ids)))
    return {WROTE: wrote, ABOUT: about & ~wrote}.get(role, or_(wrote, about))


def latest(viewer: Viewer, limit: int = 6) -> list[Article]:
    """The newest published articles."""
    return list(db.session.scalars(_listed(viewer).limit(limit)).unique())


def like(viewer: Viewer, article: Article, limit: int = 5) -> list[Article]:
    """Published articles about the same indicators; without any, the newest of its office."""
    about = select(ArticleIndicator.article_id).where(ArticleIndicator.code.in_(article.indicators))
    found = list(db.session.scalars(_listed(viewer).where(Article.id.in_(about)).limit(limit)).unique())
    return found or list(db.session.scalars(_listed(viewer).where(Article.office_id == article.office_id).limit(limit)).unique())


def counts_by_indicator(viewer: Viewer) -> dict[str, int]:
    """How many published articles the viewer may see, by indicator code."""
    query = (
        select(ArticleIndicator.code, func.count())
        .join(Article, Article.id == ArticleIndicator.article_id)
        .where(Article.status == "published", policy.visible_to(viewer))
        .group_by(ArticleIndicator.code)
    )
    return dict(db.session.execute(query).all())


def years(viewer: Viewer) -> list[int]:
    """The years in which articles were published, latest first."""
    year = func.extract("year", Article.published_on)
    query = select(year).where(Article.status == "published", policy.visible_to(viewer)).distinct()
    return sorted((int(found) for found in db.session.scalars(query)), reverse=True)


def offices_with_articles(viewer: Viewer) -> list[Office]:
    """The offices that wrote something the viewer may see, or are what it is about."""
    seen = (Article.status == "published", policy.visible_to(viewer))
    about = select(ArticleAbout.office_id).join(Article, Article.id == ArticleAbout.article_id).where(*seen)
    concerned = or_(Office.id.in_(select(Article.office_id).where(*seen)), Office.id.in_(about))
    return list(db.session.scalars(select(Office).where(concerned).order_by(Office.name)))


def drafts_of(viewer: Viewer) -> list[Article]:
    """The drafts of the viewer's office, last changed first."""
    bare = (raiseload(Article.indicator_rows), raiseload(Article.about_rows))
    query = select(Article).where(Article.status == "draft", Article.office_id == viewer.office_id)
    return list(db.session.scalars(query.options(*bare).order_by(Article.edited_at.desc()).limit(20)))


def by_slug(slug: str) -> Article | None:
    """An article by its address, with office, author and indicators."""
    query = select(Article).where(Article.slug == slug).options(joinedload(Article.office), joinedload(Article.author))
    return db.session.scalars(query).one_or_none()


def by_import_key(key: str) -> Article | None:
    """The article that came from the content file of this name."""
    return db.session.scalars(select(Article).where(Article.import_key == key)).one_or_none()


class State(NamedTuple):
    """All that the page of an article follows from: each change of its text gives a new version."""

    id: int
    version: int
    status: str
    visibility: str
    edited_at: datetime
    office: str
    author: str | None


# Built once, of plain columns: it is asked for every page that a visitor reads.
_STATE = (
    select(*(Article.__table__.c[name] for name in State._fields[:5]), Office.__table__.c.name, User.__table__.c.name)
    .select_from(
        Article.__table__.join(Office.__table__, Article.office_id == Office.id).outerjoin(User.__table__, Article.author_id == User.id)
    )
    .where(Article.__table__.c.slug == bindparam("slug"))
)


def state_at(slug: str) -> State | None:
    """The state of the article at this address."""
    row = db.session.execute(_STATE, {"slug": slug}).one_or_none()
    return State(*row) if row is not None else None


def state_of(article: Article) -> State:
    """The state of an article that was read."""
    author = article.author.name if article.author else None
    return State(article.id, article.version, article.status, article.visibility, article.edited_at, article.office.name, author)


def moved_to(slug: str) -> Article | None:
    """The article that had this address once."""
    query = select(Article).join(ArticleSlug, ArticleSlug.article_id == Article.id).where(ArticleSlug.slug == slug)
    return db.session.scalars(query).one_or_none()


def revisions(viewer: Viewer, article: Article) -> list[ArticleRevision]:
    """The revisions of an article that the viewer may see, newest first."""
    query = (
        select(ArticleRevision)
        .where(ArticleRevision.article_id == article.id)
        .options(joinedload(ArticleRevision.author))
        .order_by(ArticleRevision.number.desc())
    )
    return [found for found in db.session.scalars(query) if policy.can_view_revision(viewer, article, found)]


def revision(viewer: Viewer, article: Article, number: int) -> ArticleRevision | None:
    """One revision, if the viewer may see it."""
    query = select(ArticleRevision).where(ArticleRevision.article_id == article.id, ArticleRevision.number == number)
    found = db.session.scalars(query).one_or_none()
    return found if found is not None and policy.can_view_revision(viewer, article, found) else None
