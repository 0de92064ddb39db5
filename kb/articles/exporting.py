"""Articles as content files, as `importing` reads them back."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from kb.articles.models import Article
from kb.core import content
from kb.core.db import db


def export(folder: Path) -> int:
    """Write every published article to `folder`, one file each, named by its address; returns how many."""
    query = select(Article).where(Article.status == "published").options(joinedload(Article.office)).order_by(Article.slug)
    count = 0
    for article in db.session.scalars(query):
        content.write(folder / content.file_name(article.slug), _meta(article), article.body)
        count += 1
    return count


def _meta(article: Article) -> dict:
    """The front matter; an article that came from a file is known by that file's name again, whatever its address is now."""
    known = {"key": article.import_key} if article.import_key else {}
    return known | {
        "title": article.title,
        "summary": article.summary,
        "office": article.office.region_code or article.office.slug,
        "about": [office.region_code for office in article.about],
        "indicators": article.indicators,
        "visibility": article.visibility,
        "published_on": article.published_on.isoformat(),
        "source": article.source,
    }
