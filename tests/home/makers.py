"""Makers of what the pages made of several rooms show."""

from kb.articles import service
from kb.articles.models import Article
from kb.articles.service import Content
from kb.core.db import db
from kb.core.viewer import Viewer


def make_article(writer: Viewer, title: str = "Peta rencana yang hidup", status: str = "published", **content) -> Article:
    """An article of the writer's office. Commits."""
    content = {"summary": "Peta rencana ditinjau tiap triwulan.", "body": "Isi.", "indicators": ("spbe-2020/12",), **content}
    article = service.create(Content(title=title, **content), writer)
    if status == "published":
        service.publish(article, writer)
    db.session.commit()
    return article


def cost(client, address: str, count_queries) -> int:
    """How many statements a page sends to the database."""
    with count_queries() as counter:
        assert client.get(address).status_code == 200
    return counter.value
