"""Makers of articles: Mesuji writes, unless told otherwise."""

from kb.articles import service
from kb.articles.models import Article
from kb.articles.service import Content
from kb.core.db import db
from kb.core.viewer import Viewer

FORM = {
    "title": "Peta rencana dalam enam minggu",
    "summary": "Bagaimana kami menyusunnya dengan empat orang.",
    "body": "## Mulai\n\nDari proses bisnis.\n\n## Lanjut\n\nLalu ke anggaran.",
    "indicators": ["spbe-2020/12"],
    "visibility": "publik",
    "source": "Data contoh",
}


def make_article(writer: Viewer, status: str = "published", **content) -> Article:
    """An article by the real service, brought into a state. Commits."""
    values = {**FORM, "indicators": ("spbe-2020/12",), **content}
    article = service.create(Content(**values), writer)
    manager = Viewer(user_id=writer.user_id, office_id=writer.office_id, role="manager")
    if status != "draft":
        service.publish(article, writer)
    if status == "archived":
        service.archive(article, manager)
    db.session.commit()
    return article


def write(client, address: str = "/artikel/baru", action: str = "save", headers: dict | None = None, **changed):
    """Send the editor's form with one of its buttons; who publishes was told for whom."""
    form = {**FORM, "action": action, **changed}
    return client.post(address, data={"readers": form["visibility"], **form} if action == "publish" else form, headers=headers)
