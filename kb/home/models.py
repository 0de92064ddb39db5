"""Tables that join rooms which may not know each other: what an article came from, and who takes up what the network lacks."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kb.accounts.models import User
from kb.articles.models import Article
from kb.core.db import UtcDateTime, db
from kb.offices.models import Office
from kb.questions.models import Answer, Question


class ArticleOrigin(db.Model):
    """An article that was made of a question, or of one of its answers."""

    __tablename__ = "article_origin"
    article_id: Mapped[int] = mapped_column(ForeignKey(Article.id, ondelete="CASCADE"), primary_key=True, autoincrement=False)
    question_id: Mapped[int] = mapped_column(ForeignKey(Question.id), index=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(Answer.id))
    article: Mapped[Article] = relationship()


class DemandClaim(db.Model):
    """An office writes what the network lacks: a search without result, a question or an indicator, named by `subject`.

    It ends when it was written (`fulfilled_at`, by an article unless it is a question) or let go of (`released_at`); taken again, it begins
    anew.
    """

    __tablename__ = "demand_claim"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(120))
    office_id: Mapped[int] = mapped_column(ForeignKey(Office.id), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey(User.id))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fulfilled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    article_id: Mapped[int | None] = mapped_column(ForeignKey(Article.id, ondelete="SET NULL"), index=True)
    office: Mapped[Office] = relationship()
    author: Mapped[User | None] = relationship()
    article: Mapped[Article | None] = relationship()
    __table_args__ = (
        CheckConstraint("kind IN ('search', 'question', 'indicator')", name="kind"),
        UniqueConstraint("kind", "subject", "office_id"),
    )

    @property
    def is_open(self) -> bool:
        """Neither written nor let go of."""
        return self.released_at is None and self.fulfilled_at is None


class DemandRemoval(db.Model):
    """A search that moderators took off the demand board for good, kept as a digest: the words may name a person."""

    __tablename__ = "demand_removal"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
