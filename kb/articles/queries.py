"""Reading articles; every list goes through `policy.visible_to`."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import joinedload, load_only, raiseload

from kb.accounts.models import User
from kb.articles import policy
from kb.articles.models import Article, ArticleIndicator, ArticleRevision, ArticleSlug
from kb.core.db import db
from kb.core.pages import Page, paginate
from kb.core.viewer import Viewer
from kb.offices.models import Office, Region


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed by; empty means all."""

    codes: tuple[str, ...] = ()
    office: str = ""
    province: str = ""
    year: int | None = None


def _listed(viewer: Viewer) -> Select:
    """Published articles that the viewer may see, newest first, without their bodies."""
    shown = load_only(
        Article.slug, Article.title, Article.summary, Article.published_on, Article.visibility, Article.status, Article.office_id
    )
    return (
        select(Article)
        .where(Article.status == "published", policy.visible_to(viewer))
        .options(shown, joinedload(Article.office), raiseload(Article.indicator_rows))
        .order_by(Article.published_on.desc(), Article.published_at.desc(), Article.id.desc())
    )


def listing(viewer: Viewer, wanted: Filter, number: int | None = None) -> Page:
    """A page of the list: the one asked for in the address, unless its number is given."""
    query = _listed(viewer)
    if wanted.codes:
        query = query.where(Article.id.in_(select(ArticleIndicator.article_id).where(ArticleIndicator.code.in_(wanted.codes))))
    if wanted.office:
        query = query.where(Article.office_id.in_(select(Office.id).where(Office.slug == wanted.office)))
    if wanted.province:
        of_province = select(Office.id).join(Region).where(Region.province_code == wanted.province)
        query = query.where(Article.office_id.in_(of_province))
    if wanted.year:
        query = query.where(func.extract("year", Article.published_on) == wanted.year)
    return paginate(query, number)


def latest(viewer: Viewer, limit: int = 6) -> list[Article]:
    """The newest published articles."""
    return list(db.session.scalars(_listed(viewer).limit(limit)))


def like(viewer: Viewer, article: Article, limit: int = 5) -> list[Article]:
    """Published articles about the same indicators; without any, the newest of its office."""
    about = select(ArticleIndicator.article_id).where(ArticleIndicator.code.in_(article.indicators))
    found = list(db.session.scalars(_listed(viewer).where(Article.id.in_(about)).limit(limit)))
    return found or list(db.session.scalars(_listed(viewer).where(Article.office_id == article.office_id).limit(limit)))


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
    """The offices that have published something the viewer may see."""
    writing = select(Article.office_id).where(Article.status == "published", policy.visible_to(viewer))
    return list(db.session.scalars(select(Office).where(Office.id.in_(writing)).order_by(Office.name)))


def drafts_of(viewer: Viewer) -> list[Article]:
    """The drafts of the viewer's office, last changed first."""
    query = select(Article).where(Article.status == "draft", Article.office_id == viewer.office_id)
    return list(db.session.scalars(query.options(raiseload(Article.indicator_rows)).order_by(Article.edited_at.desc()).limit(20)))


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
