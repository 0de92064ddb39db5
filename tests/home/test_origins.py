"""Articles made of questions and answers: what others wrote for few readers is not opened to more."""

import pytest
from sqlalchemy import select

from kb.articles import queries as articles
from kb.articles.models import Article
from kb.core.db import db
from tests.questions.makers import make_answer, make_question

FORM = {"title": "Dari tanya-jawab", "summary": "Ringkasan.", "body": "Isi yang disunting.", "action": "publish"}


@pytest.fixture
def draft(cast, db_ctx):
    """Make an article of the guest's question, of some visibility, and an answer of the host."""

    def make(visibility: str, by: str = "guest_manager") -> str:
        with db_ctx():
            addressed = {"addressed": "18.11"} if visibility == "para_pihak" else {}
            question = make_question(cast.guest_member.viewer, "Bagaimana caranya?", visibility=visibility, **addressed)
            answer = make_answer(question, cast.host_member.viewer, "Kalimat rahasia tuan rumah.")
            db.session.commit()
            address, form = f"/tanya/{question.id}/jadi-artikel", {"jawaban": answer.id}
        return getattr(cast, by).client.post(address, data=form).location.split("/")[2]

    return make


@pytest.mark.parametrize(
    ("visibility", "wanted", "status"),
    [
        ("para_pihak", "publik", 422),
        ("para_pihak", "jejaring", 422),
        ("para_pihak", "instansi", 303),
        ("jejaring", "publik", 422),
        ("jejaring", "jejaring", 303),
        ("publik", "publik", 303),
    ],
)
@pytest.mark.parametrize("by", ["guest_manager", "host_manager"])
def test_the_words_of_others_are_opened_to_no_more_readers(cast, draft, db_ctx, visibility, wanted, status, by):
    slug = draft(visibility, by)
    with db_ctx():
        version = articles.by_slug(slug).version
    page = getattr(cast, by).client.post(
        f"/artikel/{slug}/ubah", data={**FORM, "visibility": wanted, "readers": wanted, "version": version}
    )
    assert page.status_code == status
    if status == 422:
        assert "tulis artikel baru dengan kalimat Anda sendiri" in page.text and "Isi yang disunting." in page.text
        assert cast.visitor.client.get(f"/artikel/{slug}").status_code == 404


def test_an_old_revision_is_no_way_around(cast, draft, db_ctx):
    slug = draft("jejaring")
    with db_ctx():
        article = articles.by_slug(slug)
        article.widest = None
        db.session.commit()
        version = article.version
    client = cast.guest_manager.client
    client.post(f"/artikel/{slug}/ubah", data={**FORM, "visibility": "publik", "version": version, "action": "save"})
    with db_ctx():
        article = db.session.scalars(select(Article)).one()
        article.visibility, article.widest, slug = "jejaring", "jejaring", article.slug
        db.session.commit()
    page = client.post(f"/artikel/{slug}/riwayat/2/pulihkan", follow_redirects=True)
    assert "hanya untuk pembaca jejaring" in page.text
    with db_ctx():
        assert db.session.scalars(select(Article.visibility)).one() == "jejaring"
