"""Tables of articles, their indicators, the offices they are about, revisions and former addresses."""

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.accounts.models import User
from kb.core.db import UtcDateTime, db
from kb.core.numbers import never_again
from kb.core.rendering import Rendered
from kb.offices.models import Office

# From the most readers to the fewest.
VISIBILITIES = ("publik", "jejaring", "instansi")
STATUSES = ("draft", "published", "archived")


@never_again
class Article(Rendered, db.Model):
    """An article. `office` wrote it; whom it is `about` is another matter, and gives no right to it. `version` is the number of its newest
    revision; `html` and `toc` are made from `body` at save.

    `import_key` is the name of the content file it came from, `imported_version` the revision that the file made last.
    `widest`: the most readers it may be opened to, because it holds what others wrote for no more than them; None is no limit.
    """

    __tablename__ = "article"
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id), index=True)
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(400))
    body: Mapped[str] = mapped_column(Text)
    toc: Mapped[list] = mapped_column(JSON, default=list)
    source: Mapped[str] = mapped_column(String(1000), default="")
    visibility: Mapped[str] = mapped_column(String(10))
    widest: Mapped[str | None] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    import_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    imported_version: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_on: Mapped[date | None]
    office: Mapped[Office] = relationship()
    author: Mapped[User | None] = relationship()
    indicator_rows: Mapped[list["ArticleIndicator"]] = relationship(
        cascade="all, delete-orphan", order_by="ArticleIndicator.id", lazy="selectin"
    )
    about_rows: Mapped[list["ArticleAbout"]] = relationship(cascade="all, delete-orphan", order_by="ArticleAbout.place")
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'published', 'archived')", name="status"),
        CheckConstraint("visibility IN ('publik', 'jejaring', 'instansi')", name="visibility"),
        Index("ix_article_list", "status", "published_on"),
    )

    @property
    def indicators(self) -> list[str]:
        """The codes of its indicators."""
        return [row.code for row in self.indicator_rows]

    @property
    def about(self) -> list[Office]:
        """The offices it is about, in the order they were named."""
        return [row.office for row in self.about_rows]


class ArticleIndicator(db.Model):
    """An indicator that an article is about."""

    __tablename__ = "article_indicator"
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(String(30), index=True)
    __table_args__ = (UniqueConstraint("article_id", "code"),)


class ArticleAbout(db.Model):
    """An office that an article is about; `place` counts from 0, in the order they were named."""

    __tablename__ = "article_about"
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"))
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    place: Mapped[int]
    office: Mapped[Office] = relationship(lazy="joined", innerjoin=True)
    __table_args__ = (UniqueConstraint("article_id", "office_id"),)


class ArticleRevision(db.Model):
    """One state of an article, kept for good. `about_ids` are the ids of the offices it was about."""

    __tablename__ = "article_revision"
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(String(400))
    body: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(String(1000), default="")
    indicators: Mapped[list] = mapped_column(JSON, default=list)
    about_ids: Mapped[list] = mapped_column(JSON, default=list)
    visibility: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(200), default="")
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    author: Mapped[User | None] = relationship()
    __table_args__ = (UniqueConstraint("article_id", "number"),)


class ArticleSlug(db.Model):
    """A former address of an article; it redirects."""

    __tablename__ = "article_slug"
    slug: Mapped[str] = mapped_column(String(100), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), index=True)
