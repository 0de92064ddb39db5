"""Two at the same moment, on either database: the second one waits for the first, and is told what it did."""

import threading

import pytest

from kb.core.db import db
from kb.core.errors import Invalid
from kb.home import asked
from kb.questions import queries, service
from tests.questions.makers import make_answer, make_question

pytestmark = pytest.mark.slow


@pytest.fixture
def meanwhile(app):
    """`meanwhile(act)` begins an act in a session of its own, which must wait; the function it returns commits the first and ends it."""

    def begin(act):
        found = []

        def run():
            with app.test_request_context(method="POST"):
                try:
                    found.append(act())
                    db.session.commit()
                except (Invalid, service.Widened) as error:
                    db.session.rollback()
                    found.append(error)
                db.session.remove()

        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "it must wait for the first"

        def end():
            db.session.commit()
            thread.join(20)
            return found[0]

        return end

    return begin


@pytest.fixture
def question_id(cast, db_ctx):
    """A question that the network may read."""
    with db_ctx():
        question = make_question(cast.guest_member.viewer, visibility="jejaring")
        db.session.commit()
        return question.id


def open_to_all(cast, ident: int) -> None:
    question = queries.find(ident)
    service.edit(question, service.Content(question.title, question.body, visibility="publik"), cast.guest_manager.viewer, 1)


@pytest.mark.parametrize("write", [service.answer, service.comment])
def test_who_answers_while_the_question_is_opened_is_asked_again(app, cast, question_id, meanwhile, write):
    with app.test_request_context(method="POST"):
        open_to_all(cast, question_id)
        if write is service.answer:
            end = meanwhile(lambda: write(queries.find(question_id), "Hanya untuk jejaring.", cast.host_member.viewer, "jejaring"))
        else:
            end = meanwhile(lambda: write(queries.find(question_id), "Hanya untuk jejaring.", cast.host_member.viewer, seen="jejaring"))
        assert isinstance(end(), service.Widened)


@pytest.mark.parametrize("write", [service.answer, service.comment])
def test_a_question_is_not_opened_over_the_head_of_who_is_answering(app, cast, question_id, meanwhile, write):
    with app.test_request_context(method="POST"):
        write(queries.find(question_id), "Hanya untuk jejaring.", cast.host_member.viewer)
        end = meanwhile(lambda: open_to_all(cast, question_id))
        refused = end()
        assert isinstance(refused, Invalid) and refused.field == "visibility"
        assert queries.find(question_id).visibility == "jejaring"


def test_two_who_make_an_article_of_a_question_share_one_draft(app, cast, question_id, meanwhile):
    with app.test_request_context(method="POST"):
        make_answer(queries.find(question_id), cast.host_member.viewer)
        db.session.commit()
        draft = asked.make_article(queries.find(question_id), None, cast.guest_member.viewer).slug
        end = meanwhile(lambda: asked.make_article(queries.find(question_id), None, cast.guest_manager.viewer).slug)
        assert end() == draft
