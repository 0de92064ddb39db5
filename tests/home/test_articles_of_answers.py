"""An article made of answers is never opened to more people than the question was, and its office hears when its source is withheld."""

import pytest
from sqlalchemy import select

from kb.articles import importing
from kb.articles import queries as articles
from kb.core import events
from kb.core.content import BadContent, read
from kb.core.db import db
from kb.notifications.models import Notice
from kb.questions import moderation, queries
from tests.questions.makers import make_answer, make_question

SECRET = "SANDI-INTERNAL milik Mesuji"


@pytest.fixture
def made(cast, db_ctx):
    """Pringsewu makes a draft of Mesuji's answer; returns the address of the draft and the ids of question and answer."""

    def make(visibility: str, of: str = "guest_manager", whole: bool = True) -> tuple[str, int, int]:
        with db_ctx():
            question = make_question(cast.guest_manager.viewer, "Bagaimana?", addressed="18.11", visibility=visibility)
            answer = make_answer(question, cast.host_manager.viewer, SECRET)
            db.session.commit()
            ids = question.id, answer.id
        data = {} if whole else {"jawaban": ids[1]}
        response = getattr(cast, of).client.post(f"/tanya/{ids[0]}/jadi-artikel", data=data)
        assert response.status_code == 303
        return response.headers["Location"].removesuffix("/ubah"), *ids

    return make


def test_the_editor_says_how_wide_the_article_may_be(cast, made):
    address, *_ = made("jejaring")
    assert "paling luas untuk pembaca jejaring" in cast.guest_manager.client.get(f"{address}/ubah").text


def test_an_import_does_not_widen_it(cast, db_ctx, made, tmp_path):
    address, *_ = made("para_pihak")
    cast.guest_manager.client.post(f"{address}/terbitkan", data={"readers": "instansi"})
    file = tmp_path / f"{address.rsplit('/', 1)[1]}.md"
    file.write_text(f'---\ntitle: J\nsummary: R\noffice: "18.10"\nvisibility: publik\npublished_on: 2026-01-01\n---\n{SECRET}\n')
    with db_ctx():
        article = articles.by_slug(file.stem)
        article.imported_version = article.version  # as if the file had made it, so that nothing else keeps it from changing it
        db.session.commit()
        with pytest.raises(BadContent, match="visibility: .*kalimat Anda sendiri"):
            importing.import_content(read(file))


@pytest.mark.parametrize("act", ["redacted", "question hidden", "answer hidden"])
def test_the_office_of_the_article_hears_that_its_source_is_withheld(cast, db_ctx, made, act):
    address, question_id, answer_id = made("publik", "host_manager", whole=False)
    with db_ctx():
        question = queries.find(question_id)
        if act == "redacted":
            moderation.redact(question, "SANDI-INTERNAL", cast.admin.viewer)
        else:
            part = question if act == "question hidden" else queries.find_answer(question, answer_id)
            moderation.hide(question, part, "data pribadi", cast.admin.viewer)
        db.session.commit()
        events.drain(remote=False)
        told = db.session.scalars(select(Notice).where(Notice.url == address, Notice.user_id == cast.host_manager.id)).all()
        assert len(told) == 1 and "Periksa artikel" in told[0].title
        others = select(Notice).where(Notice.url == address, Notice.user_id.not_in([cast.host_manager.id]))
        assert not db.session.scalars(others).all()


def test_a_hidden_comment_or_another_answer_is_no_news_for_it(cast, db_ctx, made):
    address, question_id, _ = made("publik", "host_manager", whole=False)
    with db_ctx():
        question = queries.find(question_id)
        other = make_answer(question, cast.outsider.viewer, "Lain sama sekali.")
        moderation.hide(question, other, "iklan", cast.admin.viewer)
        db.session.commit()
        events.drain(remote=False)
        assert not db.session.scalars(select(Notice).where(Notice.url == address)).all()
