"""Hiding and showing again changes nothing that a reader sees, and loses nothing that anybody said."""

import pytest
from sqlalchemy import select

from kb.core import clock, events
from kb.core.db import db
from kb.core.errors import Conflict
from kb.home import demand
from kb.home.models import DemandClaim
from kb.questions import moderation, queries, service, thread
from kb.questions.models import Answer, Comment, Question
from tests.moments import next_morning, pass_time
from tests.pages import without_keys
from tests.questions.makers import make_answer, make_question

PEOPLE = ("guest_member", "guest_manager", "host_member", "host_manager", "outsider", "visitor")


@pytest.fixture
def solved(cast, db_ctx, monkeypatch):
    """A question with two answers, one accepted and applied, comments, votes and an invitation, asked a while ago; and one that waits."""
    with db_ctx():
        question = make_question(cast.guest_member.viewer, invited=("18.11",))
        waiting = make_question(cast.guest_member.viewer, title="Siapa yang menunggu?", invited=("18.11",))
        make_question(cast.guest_member.viewer, title="Pertanyaan lain sesudahnya?")
        next_morning(monkeypatch)
        answer, other = (
            make_answer(question, cast.host_member.viewer, "Dengan perda kilat."),
            make_answer(question, cast.outsider.viewer, "Sekretaris daerah."),
        )
        service.accept(answer, cast.guest_member.viewer)
        service.confirm_applied(answer, "Selesai dalam sebulan.", cast.guest_member.viewer)
        service.confirm_current(answer, cast.host_member.viewer)
        service.find_helpful(answer, cast.outsider.viewer)
        service.comment(question, "Terima kasih.", cast.guest_member.viewer, on=answer)
        service.comment(question, "Kami menunggu juga.", cast.outsider.viewer)
        demand.take("question", str(waiting.id), cast.host_member.viewer)
        db.session.commit()
        return question.id, answer.id, other.id, waiting.id


def seen(cast, *question_ids: int) -> dict[tuple[str, str], str]:
    """Everything that anybody but a moderator reads of these questions, without the keys of forms."""
    pages = [f"/tanya/{ident}" for ident in question_ids]
    pages += ["/tanya", "/tanya/menunggu", "/papan-kebutuhan", "/indikator/spbe-2020/12", "/instansi/kabupaten-mesuji", "/beranda"]
    found = {(who, page): getattr(cast, who).client.get(page) for who in PEOPLE for page in pages}
    return {key: f"{answer.status_code} {without_keys(answer.text)}" for key, answer in found.items()}


def part_of(kind: str, ids: tuple[int, int, int, int]):
    question_id, answer_id, other_id, waiting_id = ids
    model, ident = {
        "question": (Question, question_id), "waiting": (Question, waiting_id),
        "accepted": (Answer, answer_id), "other": (Answer, other_id),
    }.get(kind, (Comment, None))  # fmt: skip
    return db.session.get(model, ident) if ident else db.session.scalars(select(Comment).order_by(Comment.id)).first()


def decide(act, part, cast, *because: str) -> None:
    question = part if isinstance(part, Question) else db.session.get(Question, part.question_id)
    act(queries.find(question.id), part, *because, cast.admin.viewer)
    db.session.commit()


@pytest.mark.parametrize("kind", ["question", "accepted", "other", "comment", "waiting"])
def test_hidden_and_shown_again_it_reads_as_before(cast, db_ctx, monkeypatch, solved, kind):
    before = seen(cast, solved[0], solved[3])
    with db_ctx():
        decide(moderation.hide, part_of(kind, solved), cast, "Diperiksa.")
        while_hidden = seen(cast, solved[0], solved[3])
        pass_time(monkeypatch, hours=2)
        demand.tend()
        service.escalate()
        db.session.commit()
        decide(moderation.show, part_of(kind, solved), cast)
    assert while_hidden != before
    assert seen(cast, solved[0], solved[3]) == before


def test_the_only_answer_hidden_and_shown_again_leaves_the_question_where_it_stood(cast, db_ctx, monkeypatch):
    with db_ctx():
        older = make_question(cast.guest_member.viewer)
        pass_time(monkeypatch, days=5)
        service.escalate()
        answer = make_answer(older, cast.host_member.viewer)
        stood = (older.asked_at, older.stage, older.status, older.answer_count, older.first_answer_at)
        pass_time(monkeypatch, days=30)
        moderation.hide(older, answer, "Diperiksa.", cast.admin.viewer)
        assert older.asked_at > stood[0] and older.stage == 0, "while it lacks an answer it waits from today"
        pass_time(monkeypatch, days=1)
        moderation.show(older, answer, cast.admin.viewer)
        assert (older.asked_at, older.stage, older.status, older.answer_count, older.first_answer_at) == stood


def test_who_waits_for_an_answer_since_another_was_withdrawn_goes_on_waiting(cast, db_ctx, monkeypatch):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        first = make_answer(question, cast.host_member.viewer)
        moderation.hide(question, first, "Diperiksa.", cast.admin.viewer)
        pass_time(monkeypatch, days=2)
        second = make_answer(question, cast.outsider.viewer)
        pass_time(monkeypatch, days=2)
        service.withdraw(second, cast.outsider.viewer)
        since = question.asked_at
        moderation.show(question, first, cast.admin.viewer)
        assert question.asked_at == since == clock.now()


def test_a_hidden_question_does_not_wait_the_days_it_was_hidden_and_tells_no_stage_twice(cast, db_ctx, monkeypatch):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, invited=("18.11",))
        pass_time(monkeypatch, days=6)
        service.escalate()
        stage = question.stage
        assert stage >= 1
        moderation.hide(question, question, "Diperiksa.", cast.admin.viewer)
        pass_time(monkeypatch, days=60)
        moderation.show(question, question, cast.admin.viewer)
        assert question.stage == stage and (question.asked_at - question.created_at).days == 60
        assert service.escalate() == 0


def test_an_accepted_answer_solves_nothing_while_hidden_and_comes_back_as_it_was(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        answer = make_answer(question, cast.host_member.viewer)
        service.accept(answer, cast.guest_member.viewer)
        service.confirm_applied(answer, "Berhasil.", cast.guest_member.viewer)
        said = (answer.accepted_at, answer.applied_at, answer.applied_note)
        moderation.hide(question, answer, "Diperiksa.", cast.admin.viewer)
        db.session.commit()
        assert (question.status, question.answer_count, answer.accepted_at) == ("open", 0, None)
        with pytest.raises(Conflict):
            service.confirm_applied(replace_applied(answer), "", cast.guest_member.viewer)
        db.session.rollback()
        moderation.show(question, answer, cast.admin.viewer)
        assert (question.status, question.answer_count) == ("answered", 1)
        assert (answer.accepted_at, answer.applied_at, answer.applied_note) == said
        moderation.show(question, answer, cast.admin.viewer)
        assert question.status == "answered", "a second press changes nothing"


def replace_applied(answer: Answer) -> Answer:
    """As if it had not been applied yet: then that it was accepted once must not be enough."""
    answer.applied_at = None
    return answer


@pytest.mark.parametrize("meanwhile", ["another accepted", "closed", "withdrawn"])
def test_what_people_did_meanwhile_stands(cast, db_ctx, meanwhile):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        answer, other = make_answer(question, cast.host_member.viewer), make_answer(question, cast.outsider.viewer, "Lain.")
        service.accept(answer, cast.guest_member.viewer)
        service.confirm_applied(answer, "Berhasil.", cast.guest_member.viewer)
        moderation.hide(question, answer, "Diperiksa.", cast.admin.viewer)
        if meanwhile == "another accepted":
            service.accept(other, cast.guest_member.viewer)
        elif meanwhile == "closed":
            service.close(question, "Cukup.", cast.guest_member.viewer)
        else:
            service.withdraw(answer, cast.host_manager.viewer)
        status = question.status
        moderation.show(question, answer, cast.admin.viewer)
        db.session.commit()
        assert question.status == status
        assert (answer.accepted_at, answer.applied_at, answer.applied_note, answer.set_aside) == (None, None, "", None)
        assert (other.accepted_at is not None) == (meanwhile == "another accepted")


def test_a_hidden_answer_that_moves_with_a_duplicate_brings_no_acceptance_along(cast, db_ctx):
    with db_ctx():
        question, into = make_question(cast.guest_member.viewer), make_question(cast.guest_member.viewer, title="Yang asli?")
        answer = make_answer(question, cast.host_member.viewer)
        service.accept(answer, cast.guest_member.viewer)
        moderation.hide(question, answer, "Diperiksa.", cast.admin.viewer)
        service.merge(question, into, cast.guest_member.viewer)
        assert thread.same_readers(question, into)
        moderation.show(into, answer, cast.admin.viewer)
        db.session.commit()
        assert (into.status, answer.accepted_at) == ("open", None)


def test_what_an_office_took_up_rests_while_the_question_is_hidden(cast, db_ctx, solved):
    def claim() -> DemandClaim:
        return db.session.scalars(select(DemandClaim)).one()

    with db_ctx():
        waiting = part_of("waiting", solved)
        decide(moderation.hide, waiting, cast, "Diperiksa.")
        demand.tend()
        db.session.commit()
        assert claim().is_open
        assert demand.open_of(cast.host_member.office_id) == [], "its link would lead nowhere"
        decide(moderation.show, waiting, cast)
        assert [one.id for one in demand.open_of(cast.host_member.office_id)] == [claim().id]


def test_the_search_finds_it_again(cast, db_ctx, solved):
    def found() -> bool:
        return "Siapa yang menetapkan peta" in cast.outsider.client.get("/cari?q=kilat").text

    with db_ctx():
        events.drain(remote=False)
    assert found()
    for act, because in ((moderation.hide, ("Diperiksa.",)), (moderation.show, ())):
        with db_ctx():
            decide(act, part_of("accepted", solved), cast, *because)
            events.drain(remote=False)
        assert found() == (act is moderation.show)
