"""Who is told of what happens to a question: those it concerns, as long as they may see it, in a mail without the text of others."""

import pytest
from sqlalchemy import delete, select

from kb.accounts.models import User
from kb.core import clock, events
from kb.core.db import db
from kb.notifications import choices, follows
from kb.notifications.models import Mail, Notice
from kb.questions import moderation, queries, service
from kb.questions.models import Answer, Question
from tests import makers
from tests.moments import pass_time
from tests.questions.makers import join, leave, make_answer, make_question

CAST = ("host_manager", "host_member", "guest_manager", "guest_member", "outsider", "admin", "editor")
BODY = "Hubungi Budi Tertutup di 0812 7777 1234."


@pytest.fixture
def whole(cast, editor):
    """The cast, with a manager of the editorial office."""
    cast.editor = editor
    return cast


def told(cast, word: str) -> set[str]:
    """The parts of the cast with a notice and a mail whose title begins with a word. Nothing that was written stands in the mail."""
    events.drain(remote=False)
    noticed = set(db.session.scalars(select(Notice.user_id).where(Notice.title.startswith(word))))
    mails = db.session.scalars(select(Mail).where(Mail.subject.startswith(word))).all()
    assert not [mail for mail in mails if "Tertutup" in mail.text or "7777" in mail.text]
    assert {part for part in CAST if getattr(cast, part).email in {mail.to_address for mail in mails}} == {
        part for part in CAST if getattr(cast, part).id in noticed
    }
    assert not db.session.scalars(select(events.Delivery).where(events.Delivery.attempts > 0)).all()
    return {part for part in CAST if getattr(cast, part).id in noticed}


def asked(cast, **values) -> Question:
    question = make_question(cast.guest_member.viewer, body=BODY, **{"invited": ("18.11",), **values})
    db.session.commit()
    return question


def answered(cast) -> tuple[Question, Answer]:
    question = asked(cast)
    answer = make_answer(question, cast.host_member.viewer, BODY)
    db.session.commit()
    return question, answer


def test_the_invited_office_is_told(whole, db_ctx):
    with db_ctx():
        asked(whole)
        assert told(whole, "Diundang menjawab") == {"host_manager"}


def test_an_office_that_left_before_the_mail_went_out_is_not(whole, db_ctx):
    with db_ctx():
        asked(whole)
        leave("18.11")
        db.session.commit()
        assert told(whole, "Diundang menjawab") == set()


def test_waiting_reaches_more_people_at_each_stage(whole, db_ctx, monkeypatch):
    with db_ctx():
        join("18.12")
        other = make_question(whole.guest_member.viewer, "Pertanyaan lain?")
        make_answer(other, whole.outsider.viewer)  # strong on indicator 12
        asked(whole)
        told(whole, "Belum ada jawaban")
        reached = []
        for days in (6, 6, 12):
            pass_time(monkeypatch, days=days)
            service.escalate()
            db.session.commit()
            reached.append(told(whole, "Belum ada jawaban"))
        assert reached[0] == {"host_manager"}
        assert reached[1] == {"host_manager", "outsider"}
        assert reached[2] == {"host_manager", "outsider", "admin", "editor"}


def test_a_question_that_was_answered_in_the_meantime_alarms_nobody(whole, db_ctx, monkeypatch):
    with db_ctx():
        question = asked(whole)
        told(whole, "Diundang")
        pass_time(monkeypatch, days=6)
        service.escalate()
        make_answer(queries.find(question.id), whole.host_member.viewer)
        db.session.commit()
        assert told(whole, "Belum ada jawaban") == set()


@pytest.mark.parametrize(
    ("act", "by", "word", "expected"),
    [
        (lambda answer, viewer: None, "host_member", "Jawaban baru", {"guest_member", "guest_manager"}),
        (service.accept, "guest_manager", "Jawaban Anda diterima", {"host_member", "host_manager"}),
    ],
)
def test_an_answer_concerns_the_askers_and_its_acceptance_the_answerers(whole, db_ctx, act, by, word, expected):
    with db_ctx():
        _, answer = answered(whole)
        act(answer, getattr(whole, by).viewer)
        db.session.commit()
        assert told(whole, word) == expected


@pytest.mark.parametrize(("accepted", "word"), [(True, "Jawaban yang Anda terima diubah"), (False, "Jawaban diubah")])
def test_an_edited_answer_is_told_to_the_askers(whole, db_ctx, accepted, word):
    with db_ctx():
        _, answer = answered(whole)
        if accepted:
            service.accept(answer, whole.guest_manager.viewer)
        service.edit_answer(answer, f"{BODY} Kebalikannya.", whole.host_member.viewer, 1)
        db.session.commit()
        assert told(whole, word) == {"guest_member", "guest_manager"}


def test_an_answer_that_is_accepted_no_more_is_told_to_both_sides_but_not_to_who_did_it(whole, db_ctx):
    with db_ctx():
        question, first = answered(whole)
        second = make_answer(question, whole.outsider.viewer, BODY)
        service.accept(first, whole.guest_manager.viewer)
        service.accept(second, whole.guest_manager.viewer)
        db.session.commit()
        assert told(whole, "Jawaban Anda tidak lagi diterima") == {"host_member", "host_manager"}
        assert told(whole, "Penerimaan jawaban dibatalkan") == {"guest_member"}


def test_that_it_worked_is_told_to_the_answerers(whole, db_ctx):
    with db_ctx():
        _, answer = answered(whole)
        service.accept(answer, whole.guest_manager.viewer)
        service.confirm_applied(answer, "Berjalan sejak Maret.", whole.guest_manager.viewer)
        db.session.commit()
        assert told(whole, "Jawaban Anda berhasil diterapkan") == {"host_member", "host_manager"}


@pytest.mark.parametrize("accepted", [True, False])
def test_only_an_accepted_answer_that_is_withdrawn_is_told(whole, db_ctx, accepted):
    with db_ctx():
        _, answer = answered(whole)
        if accepted:
            service.accept(answer, whole.guest_manager.viewer)
        service.withdraw(answer, whole.host_member.viewer)
        db.session.commit()
        assert told(whole, "Jawaban yang Anda terima ditarik") == ({"guest_member", "guest_manager"} if accepted else set())


@pytest.mark.parametrize(("on_answer", "expected"), [(False, {"guest_member"}), (True, {"guest_member", "host_member"})])
def test_a_comment_concerns_who_wrote_what_it_stands_under(whole, db_ctx, on_answer, expected):
    with db_ctx():
        question, answer = answered(whole)
        service.comment(question, BODY, whole.outsider.viewer, answer if on_answer else None)
        db.session.commit()
        assert told(whole, "Komentar baru") == expected


def test_a_reply_reaches_those_who_commented_there_before(whole, db_ctx):
    with db_ctx():
        question, answer = answered(whole)
        question_id = question.id
        service.comment(question, "Berapa jumlah aplikasi Anda?", whole.host_manager.viewer)
        service.comment(question, "Di bawah jawaban.", whole.outsider.viewer, answer)
        db.session.commit()
        told(whole, "Komentar baru")
        db.session.execute(delete(Notice))
        db.session.execute(delete(Mail))
        service.comment(queries.find(question_id), "Dua puluh.", whole.guest_member.viewer)
        db.session.commit()
        assert told(whole, "Komentar baru") == {"host_manager"}, "but not those who commented on the answer"


@pytest.mark.parametrize("handed_over", [True, False])
def test_for_an_author_who_has_gone_their_successor_is_told_or_the_managers(whole, db_ctx, handed_over):
    with db_ctx():
        question, answer = answered(whole)
        gone = db.session.get(User, whole.host_member.id)
        gone.removed_at, gone.active = clock.now(), False
        successor = makers.make_user("18.11", name="Penerus").id if handed_over else None
        gone.successor_id = successor
        db.session.commit()
        service.comment(question, "Masih berlaku?", whole.outsider.viewer, answer)
        db.session.commit()
        assert told(whole, "Komentar baru") == {"guest_member", *(() if handed_over else ("host_manager",))}
        assert bool(db.session.scalar(select(Notice.id).where(Notice.user_id == successor))) == handed_over


def test_an_invited_office_that_follows_is_told_once_and_others_as_followers(whole, db_ctx):
    with db_ctx():
        for person in (whole.host_manager, whole.host_member, whole.outsider):
            follows.follow("indicator:spbe-2020/12", person.viewer)
            choices.choose(person.id, "ikuti", "now")
        db.session.commit()
        asked(whole)
        assert told(whole, "Diundang menjawab") == {"host_manager"}
        assert told(whole, "Pertanyaan baru") == {"host_member", "outsider"}


def test_the_addressed_office_of_a_question_is_told_once_too(whole, db_ctx):
    with db_ctx():
        follows.follow(f"office:{whole.guest_member.office_id}", whole.host_manager.viewer)
        choices.choose(whole.host_manager.id, "ikuti", "now")
        db.session.commit()
        asked(whole, addressed="18.11", invited=())
        assert told(whole, "Diundang menjawab") == {"host_manager"}
        assert told(whole, "Pertanyaan baru") == set()


@pytest.mark.parametrize(("title", "first"), [("Siapa ketuanya?", "Siapa ketuanya?"), ("Tentang ketuanya", "Tentang ketuanya.")])
def test_the_first_line_of_a_mail_ends_like_a_sentence(whole, db_ctx, title, first):
    with db_ctx():
        make_question(whole.guest_member.viewer, title, invited=("18.11",))
        db.session.commit()
        events.drain(remote=False)
        assert f"\n\nDiundang menjawab: {first}\n\n" in db.session.scalars(select(Mail)).one().text


def test_who_asked_a_duplicate_is_told_where_it_goes_on(whole, db_ctx):
    with db_ctx():
        target = make_question(whole.host_member.viewer, "Siapa ketuanya?")
        duplicate = asked(whole)
        service.merge(duplicate, target, whole.admin.viewer)
        db.session.commit()
        assert told(whole, "Pertanyaan Anda digabung: Siapa ketuanya?") == {"guest_member"}


def test_a_report_waits_for_the_moderators_and_its_end_is_told_to_the_writer(whole, db_ctx):
    with db_ctx():
        question, answer = answered(whole)
        moderation.flag(question, answer, next(iter(moderation.REASONS)), "", whole.outsider.viewer)
        db.session.commit()
        assert told(whole, "Laporan pembaca") == {"admin", "editor"}
        question, answer = db.session.get(Question, question.id), db.session.get(Answer, answer.id)
        moderation.hide(question, answer, "Memuat nomor telepon.", whole.admin.viewer)
        db.session.commit()
        assert told(whole, "Tulisan Anda disembunyikan") == {"host_member", "host_manager"}


def test_a_confidential_question_is_told_to_its_two_offices_only(whole, db_ctx, monkeypatch):
    with db_ctx():
        question = asked(whole, addressed="18.11", visibility="para_pihak", invited=())
        for days in (6, 6, 12):
            pass_time(monkeypatch, days=days)
            service.escalate()
            db.session.commit()
        make_answer(queries.find(question.id), whole.host_member.viewer)
        db.session.commit()
        events.drain(remote=False)
        readers = set(db.session.scalars(select(Notice.user_id)))
        assert not readers & {getattr(whole, part).id for part in ("outsider", "admin", "editor")}


def test_what_was_redacted_lives_on_in_no_notice_and_no_mail(whole, db_ctx):
    with db_ctx():
        question = make_question(whole.guest_member.viewer, "Bolehkah menghubungi Budi Tertutup?", invited=("18.11",))
        db.session.commit()
        events.drain(remote=False)
        moderation.redact(db.session.get(Question, question.id), "Budi Tertutup", whole.admin.viewer)
        db.session.commit()
        events.drain()
        assert not [row for row in db.session.scalars(select(Notice)) if "Tertutup" in row.title + row.detail]
        assert not [row for row in db.session.scalars(select(Mail)) if "Tertutup" in row.subject + row.text]
