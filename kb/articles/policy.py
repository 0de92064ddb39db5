"""Who may see and change an article."""

from sqlalchemy import ColumnElement, and_, or_

from kb.articles.models import Article, ArticleRevision
from kb.core.access import Audience, holds
from kb.core.viewer import Viewer

TOKENS = {"publik": "public", "jejaring": "network"}


def audience(article: Article) -> Audience:
    """Drafts and archived articles belong to their office; published ones to whom they were opened."""
    own = f"office:{article.office_id}"
    if article.status != "published":
        return frozenset({own})
    return frozenset({own, TOKENS.get(article.visibility, own)})


def knew(viewer: Viewer, article: Article) -> bool:
    """Could this viewer read the article before it was archived? Then they may be told that it is, and nothing of what it says."""
    return article.status == "archived" and TOKENS.get(article.visibility, "") in viewer.tokens


def can_view(viewer: Viewer, article: Article) -> bool:
    return holds(audience(article), viewer)


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The same rule as SQL."""
    opened = [visibility for visibility, token in TOKENS.items() if token in viewer.tokens]
    rule = and_(Article.status == "published", Article.visibility.in_(opened))
    return or_(rule, Article.office_id == viewer.office_id) if viewer.office_id else rule


def can_write(viewer: Viewer) -> bool:
    """Everybody of an office writes in its name."""
    return viewer.is_signed_in and viewer.office_id is not None


def can_edit(viewer: Viewer, article: Article) -> bool:
    return viewer.is_of(article.office_id)


def can_archive(viewer: Viewer, article: Article) -> bool:
    return viewer.is_of(article.office_id) and viewer.role in ("manager", "admin")


def can_discard(viewer: Viewer, article: Article) -> bool:
    """What was never published may go: by its author, or by a manager of the office."""
    if article.status != "draft" or not viewer.is_of(article.office_id):
        return False
    return viewer.user_id == article.author_id or viewer.role in ("manager", "admin")


def can_view_revision(viewer: Viewer, article: Article, revision: ArticleRevision) -> bool:
    """What was never published stays with the office; published states follow the article and their own visibility then."""
    if viewer.is_of(article.office_id):
        return True
    opened = TOKENS.get(revision.visibility, "")
    return can_view(viewer, article) and revision.status == "published" and opened in viewer.tokens
