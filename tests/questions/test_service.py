"""What may happen to a question, by the real service: limits, acceptance, withdrawal, votes, merging, moderation, an office that leaves."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from kb.core import clock, days_off, events, workdays
from kb.core.db import db
from kb.core.errors import Conflict, Forbidden, Invalid, NotFound
from kb.core.events import Event
from kb.questions import moderation, queries, service
from kb.questions.models import Answer, AnswerRevision, Comment, Helpful, Invitation, Question, QuestionRevision
from kb.visits import hosting
from tests.moments import pass_time, stop
from tests.questions.makers import BODY, join, leave, make_answer, make_question


def names() -> list[str]:
    return [name for name in db.session.scalars(select(Event.name).order_by(Event.id)) if name.startswith(("question.", "answer."))]


def test_a_person_asks_five_times_a_day_and_goes_on_the_next_day(cast, db_ctx, monkeypatch):
    with db_ctx():
        for number in range(service.QUESTIONS_OF_PERSON):
            make_question(cast.guest_member.viewer, title=f"Pertanyaan {number}?")
        with pytest.raises(Invalid, match="24 jam"):
            make_question(cast.guest_member.viewer, title="Satu lagi?")
        make_question(cast.guest_manager.viewer, title="Rekan masih boleh?")
        pass_time(monkeypatch, days=1.1)
        make_question(cast.guest_member.viewer, title="Keesokan harinya?")


@pytest.mark.parametrize("kind", ["answers", "comments", "flags"])
def test_what_an_office_writes_in_a_day_is_limited_too(cast, db_ctx, monkeypatch, kind):
    monkeypatch.setattr(service, "ANSWERS_OF_OFFICE", 2)
    monkeypatch.setattr(service, "COMMENTS_OF_OFFICE", 2)
    monkeypatch.setattr(moderation, "FLAGS_OF_OFFICE", 2)
    with db_ctx():
        questions = [make_question(cast.guest_member.viewer, title=f"Pertanyaan {number}?") for number in range(4)]
        write = {
            "answers": lambda question, viewer: make_answer(question, viewer),
            "comments": lambda question, viewer: service.comment(question, "Sejak kapan?", viewer),
            "flags": lambda question, viewer: moderation.flag(question, question, "iklan", "", viewer),
        }[kind]
        write(questions[0], cast.host_member.viewer)
        write(questions[1], cast.host_manager.viewer)
        with pytest.raises(Invalid, match="Instansi Anda sudah .* 24 jam"):
            write(questions[2], cast.host_member.viewer)
        write(questions[2], cast.outsider.viewer)
        pass_time(monkeypatch, days=1.1)
        write(questions[3], cast.host_member.viewer)


def test_an_office_asks_twenty_times_a_day(cast, db_ctx, monkeypatch):
    monkeypatch.setattr(service, "QUESTIONS_OF_PERSON", 99)
    with db_ctx():
        for number in range(service.QUESTIONS_OF_OFFICE):
            make_question(cast.guest_member.viewer, title=f"Pertanyaan {number}?")
        with pytest.raises(Invalid, match="Instansi Anda"):
            make_question(cast.guest_manager.viewer, title="Satu lagi?")


def test_the_same_question_is_not_asked_twice(cast, db_ctx):
    with db_ctx():
        first = make_question(cast.guest_member.viewer)
        with pytest.raises(Invalid, match=f"nomor {first.id}"):
            make_question(cast.guest_manager.viewer)
        make_question(cast.host_member.viewer)


@pytest.mark.parametrize("part", ["guest_member", "outsider"])
def test_who_has_left_the_network_reads_but_does_not_write(cast, db_ctx, part):
    with db_ctx():
        question = make_question(cast.host_member.viewer)
        viewer = getattr(cast, part).viewer
        leave("18.10" if part == "guest_member" else "18.12")
        assert service.find(question.id, viewer) is not None
        for act in (
            lambda: make_question(viewer, title="Boleh?"),
            lambda: make_answer(question, viewer),
            lambda: service.comment(question, "Halo", viewer),
        ):
            with pytest.raises(Forbidden, match="tidak tergabung"):
                act()


def test_who_has_left_the_network_decides_nothing(cast, db_ctx):
    with db_ctx():
        question, other = make_question(cast.guest_member.viewer), make_question(cast.guest_member.viewer, title="Lain?")
        answer = make_answer(question, cast.host_member.viewer)
        accepted = make_answer(other, cast.host_member.viewer)
        closed = make_question(cast.guest_member.viewer, title="Tutup?")
        service.accept(accepted, cast.guest_member.viewer)
        service.close(closed, "Sudah jelas.", cast.guest_member.viewer)
        viewer = cast.guest_manager.viewer
        leave("18.10")
        for act in (
            lambda: service.accept(answer, viewer),
            lambda: service.unaccept(accepted, viewer),
            lambda: service.close(question, "Selesai.", viewer),
            lambda: service.reopen(closed, viewer),
            lambda: service.merge(question, other, viewer),
            lambda: service.invite(question, service.Guest(cast.outsider.office_id, "ahli"), viewer),
            lambda: service.edit(question, service.content_of(question), viewer, 1),
            lambda: moderation.flag(question, answer, "iklan", "", viewer),
        ):
            with pytest.raises(service.NotMember):
                act()


def test_of_an_office_that_leaves_everything_stays_and_a_moderator_decides(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, invited=("18.11",))
        answer = make_answer(question, cast.host_member.viewer)
        with pytest.raises(Forbidden):
            service.accept(answer, cast.admin.viewer)
        leave("18.10")
        leave("18.11")
        assert queries.invited_offices(question) == []
        service.accept(answer, cast.admin.viewer)
        assert (question.status, answer.stands) == ("answered", True)


def test_one_answer_is_accepted_and_another_takes_its_place(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        first, second = make_answer(question, cast.host_member.viewer), make_answer(question, cast.outsider.viewer)
        service.accept(first, cast.guest_manager.viewer)
        service.accept(first, cast.guest_manager.viewer)
        service.confirm_applied(first, "Ditetapkan Maret.", cast.guest_member.viewer)
        service.accept(second, cast.guest_manager.viewer)
        db.session.refresh(first)
        assert (first.accepted_at, first.applied_at, question.status) == (None, None, "answered")
        assert second.accepted_at is not None
        assert names().count("answer.accepted") == 2
        event = db.session.scalars(select(Event).where(Event.name == "answer.unaccepted")).one()
        assert (event.subject_id, event.data["replaced_by"]) == (first.id, second.id)
        for part in ("host_member", "outsider"):
            with pytest.raises(Forbidden):
                service.accept(first, getattr(cast, part).viewer)


def test_an_accepted_answer_that_is_withdrawn_opens_the_question_again(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        answer = make_answer(question, cast.host_member.viewer)
        service.accept(answer, cast.guest_manager.viewer)
        service.withdraw(answer, cast.host_manager.viewer)
        service.withdraw(answer, cast.host_manager.viewer)
        assert (question.status, question.answer_count, question.first_answer_at) == ("open", 0, None)
        assert (answer.accepted_at, answer.stands) == (None, False)
        assert names().count("answer.withdrawn") == 1
        with pytest.raises(Conflict):
            service.accept(answer, cast.guest_manager.viewer)
        with pytest.raises(Conflict):
            service.confirm_applied(answer, "", cast.guest_manager.viewer)


def test_a_question_that_loses_its_only_answer_waits_anew(cast, db_ctx, monkeypatch):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, invited=("18.11",))
        hidden = make_question(cast.guest_member.viewer, title="Disembunyikan?")
        answer, other = make_answer(question, cast.host_member.viewer), make_answer(hidden, cast.host_member.viewer)
        service.accept(answer, cast.guest_manager.viewer)
        closed = make_question(cast.guest_member.viewer, title="Ditutup?")
        last = make_answer(closed, cast.host_member.viewer)
        service.close(closed, "Cukup.", cast.guest_member.viewer)
        db.session.commit()
        pass_time(monkeypatch, days=60)
        service.withdraw(answer, cast.host_manager.viewer)
        moderation.hide(hidden, other, "Iklan.", cast.admin.viewer)
        service.withdraw(last, cast.host_manager.viewer)
        assert service.escalate() == 0
        assert closed.asked_at == closed.created_at, "a closed one waits for nothing"
        assert (question.asked_at - question.created_at).days == 60, "when it was asked first is kept"
        pass_time(monkeypatch, days=6)
        assert service.escalate() == 2


def test_a_question_that_is_shown_again_waits_anew(cast, db_ctx, monkeypatch):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        moderation.hide(question, question, "Nomor telepon.", cast.admin.viewer)
        db.session.commit()
        pass_time(monkeypatch, days=60)
        moderation.show(question, question, cast.admin.viewer)
        assert service.escalate() == 0


def test_the_third_working_day_begins_at_midnight_however_late_the_question_was_asked(cast, db_ctx, monkeypatch):
    with db_ctx():
        stop(monkeypatch, datetime(2026, 12, 7, 16, tzinfo=UTC))  # Monday, 23.00 WIB
        make_question(cast.guest_member.viewer)
        stop(monkeypatch, datetime(2026, 12, 9, 16, tzinfo=UTC))
        assert service.escalate() == 0
        stop(monkeypatch, datetime(2026, 12, 10, 1, tzinfo=UTC))
        assert service.escalate() == 1


def test_the_admins_holidays_postpone_the_reminder(cast, db_ctx, monkeypatch):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        db.session.commit()
        asked_on = clock.day_of(question.asked_at)
        third = workdays.after(asked_on, 3, days_off.holidays_from(asked_on.year))
        hosting.change_holiday(third, "Cuti bersama tambahan", False, cast.admin.viewer)
        pass_time(monkeypatch, days=(third - asked_on).days)
        assert service.escalate() == 0
        hosting.forget_holiday(third, cast.admin.viewer)
        assert service.escalate() == 1


def test_helpful_is_said_once_per_person_and_never_for_the_own_office(cast, db_ctx):
    with db_ctx():
        answer = make_answer(make_question(cast.guest_member.viewer), cast.host_member.viewer)
        for viewer in (cast.outsider.viewer, cast.outsider.viewer, cast.guest_member.viewer):
            service.find_helpful(answer, viewer)
        for part in ("host_member", "host_manager"):
            with pytest.raises(Forbidden, match="instansi sendiri"):
                service.find_helpful(answer, getattr(cast, part).viewer)
        assert db.session.scalar(select(func.count(Helpful.id))) == 2
        assert names().count("answer.helped") == 2


def test_edits_keep_every_state_and_a_stale_one_loses_nothing(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        answer = make_answer(question, cast.host_member.viewer)
        service.edit_answer(answer, "Lebih jelas.", cast.host_manager.viewer, 1)
        with pytest.raises(service.EditConflict) as conflict:
            service.edit_answer(answer, "Dari layar lama.", cast.host_member.viewer, 1)
        assert conflict.value.theirs.body == "Lebih jelas."
        assert answer.confirmed_at is None, "a new text says nothing of itself"
        content = service.content_of(question)
        service.edit(question, service.Content("Judul baru?", content.body, visibility="publik"), cast.guest_manager.viewer, 1)
        assert list(db.session.scalars(select(QuestionRevision.title).order_by(QuestionRevision.number)))[1] == "Judul baru?"
        assert db.session.scalar(select(func.count(AnswerRevision.id))) == 2


def test_an_accepted_answer_that_is_edited_says_so(cast, db_ctx, monkeypatch):
    with db_ctx():
        answer = make_answer(make_question(cast.guest_member.viewer), cast.host_member.viewer)
        said = [answer.changed_since]
        for act in (
            lambda: service.edit_answer(answer, "Sebelum diterima.", cast.host_member.viewer, 1),
            lambda: service.accept(answer, cast.guest_member.viewer),
            lambda: service.edit_answer(answer, "Setelah diterima.", cast.host_member.viewer, 2),
            lambda: service.confirm_applied(answer, "", cast.guest_member.viewer),
            lambda: service.edit_answer(answer, "Setelah diterapkan.", cast.host_member.viewer, 3),
        ):
            pass_time(monkeypatch, days=0.1)
            act()
            said.append(answer.changed_since)
        assert said == ["", "", "", "diterima", "diterima", "diterapkan"]


def test_what_was_confirmed_of_an_earlier_text_is_not_said_of_a_new_one(cast, db_ctx):
    with db_ctx():
        answer = make_answer(make_question(cast.guest_member.viewer), cast.host_member.viewer)
        with pytest.raises(Forbidden):
            service.confirm_current(answer, cast.admin.viewer)
        service.confirm_current(answer, cast.host_manager.viewer)
        assert answer.confirmed_at is not None
        service.edit_answer(answer, "Kebalikannya.", cast.host_member.viewer, 1)
        assert answer.confirmed_at is None


@pytest.mark.parametrize(("seen", "now", "refused"), [
    ("jejaring", "publik", True), ("para_pihak", "jejaring", True), ("para_pihak", "publik", True), ("jejaring", "jejaring", False),
    ("publik", "jejaring", False), ("", "publik", False), ("entah", "publik", False),
])  # fmt: skip
def test_nobody_is_shown_to_readers_they_did_not_know_of(cast, db_ctx, seen, now, refused):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, visibility=now, addressed="18.11")
        for write in (
            lambda: service.answer(question, "Rahasia kami.", cast.host_member.viewer, seen),
            lambda: service.comment(question, "Rahasia kami.", cast.host_member.viewer, None, seen),
        ):
            if refused:
                with pytest.raises(service.Widened, match="lebih banyak orang"):
                    write()
            else:
                write()


def test_an_answer_of_the_asking_office_that_merging_brought_is_not_accepted(cast, db_ctx):
    with db_ctx():
        old = make_question(cast.guest_member.viewer, title="Lama?")
        into = make_question(cast.host_member.viewer, title="Baru?")
        answer = make_answer(old, cast.host_member.viewer)
        service.merge(old, into, cast.guest_manager.viewer)
        db.session.expire_all()
        assert answer.question_id == into.id
        with pytest.raises(Forbidden, match="instansi sendiri"):
            service.accept(answer, cast.host_manager.viewer)


@pytest.mark.parametrize(
    ("before", "after", "written", "allowed"),
    [
        ("jejaring", "publik", False, True),
        ("jejaring", "publik", True, False),
        ("publik", "jejaring", True, True),
        ("publik", "para_pihak", True, False),
        ("publik", "para_pihak", False, True),
        ("para_pihak", "jejaring", True, False),
    ],
)
def test_nobody_is_shown_to_more_readers_than_they_wrote_for(cast, db_ctx, before, after, written, allowed):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, visibility=before, addressed="18.11")
        if written:
            make_answer(question, cast.host_member.viewer)
        changed = service.Content(question.title, BODY, visibility=after)
        if allowed:
            service.edit(question, changed, cast.guest_member.viewer, 1)
            assert question.visibility == after
        else:
            with pytest.raises(Invalid):
                service.edit(question, changed, cast.guest_member.viewer, 1)


@pytest.mark.parametrize(
    ("source", "target", "allowed", "moves"),
    [
        ("publik", "publik", True, True),
        ("jejaring", "jejaring", True, True),
        ("jejaring", "publik", True, False),
        ("publik", "jejaring", False, False),
        ("para_pihak", "para_pihak", True, True),
        ("para_pihak", "publik", True, False),
        ("publik", "para_pihak", False, False),
    ],
)
def test_a_duplicate_leads_on_and_takes_along_only_what_the_same_people_read(cast, db_ctx, source, target, allowed, moves):
    with db_ctx():
        old = make_question(cast.guest_member.viewer, title="Lama?", visibility=source, addressed="18.11")
        new = make_question(cast.guest_member.viewer, title="Baru?", visibility=target, addressed="18.11")
        answer = make_answer(old, cast.host_member.viewer)
        service.comment(old, "Perjelas.", cast.host_member.viewer, answer)
        service.accept(answer, cast.guest_member.viewer)
        if not allowed:
            with pytest.raises(Invalid, match="tidak boleh membaca"):
                service.merge(old, new, cast.guest_manager.viewer)
            return
        service.merge(old, new, cast.guest_manager.viewer)
        db.session.expire_all()
        assert (old.status, old.merged_into_id) == ("merged", new.id)
        assert (answer.question_id == new.id, new.answer_count) == (moves, int(moves))
        assert db.session.scalars(select(Comment.question_id)).one() == (new.id if moves else old.id)
        assert queries.askers(new) == {cast.guest_member.id}
        with pytest.raises(Conflict):
            service.merge(new, old, cast.guest_manager.viewer)


def test_a_chain_of_duplicates_leads_to_its_end(cast, db_ctx):
    with db_ctx():
        first, second, third = (make_question(cast.guest_member.viewer, title=f"Pertanyaan {n}?") for n in range(3))
        service.merge(first, second, cast.guest_member.viewer)
        service.merge(second, third, cast.guest_member.viewer)
        db.session.refresh(first)
        assert first.merged_into_id == third.id
        with pytest.raises(Invalid, match="dirinya sendiri"):
            service.merge(third, third, cast.guest_member.viewer)


def test_what_waits_is_brought_to_more_people_once_each(cast, db_ctx, monkeypatch):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, invited=("18.11",))
        answered = make_question(cast.guest_member.viewer, title="Sudah dijawab?")
        make_answer(answered, cast.host_member.viewer)
        db.session.commit()
        assert service.escalate() == 0
        pass_time(monkeypatch, days=60)
        assert (service.escalate(), service.escalate()) == (3, 0)
        assert [name for name in names() if name in ("question.reminded", "question.widened", "question.escalated")] == [
            "question.reminded", "question.widened", "question.escalated",
        ]  # fmt: skip
        assert db.session.scalars(select(Invitation)).one().reminded_at is not None
        assert question.stage == 3


def test_a_question_that_is_reopened_waits_anew(cast, db_ctx, monkeypatch):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        db.session.commit()
        pass_time(monkeypatch, days=60)
        service.escalate()
        service.close(question, "Sudah jelas.", cast.guest_member.viewer)
        with pytest.raises(Conflict):
            service.close(question, "Lagi.", cast.guest_member.viewer)
        with pytest.raises(Conflict):
            make_answer(question, cast.host_member.viewer)
        service.reopen(question, cast.guest_member.viewer)
        assert (question.status, question.stage, service.escalate()) == ("open", 0, 0)


def test_invitations_go_to_other_offices_of_the_network_once(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, invited=("18.11",))
        invite = lambda code: service.invite(question, service.Guest(join(code), "ahli"), cast.guest_member.viewer)  # noqa: E731
        invite("18.12")
        for code in ("18.11", "18.10"):
            with pytest.raises(Invalid):
                invite(code)
        service.decline_invitation(question, cast.host_member.viewer)
        service.decline_invitation(question, cast.host_member.viewer)
        assert queries.invited_offices(question) == [cast.outsider.office_id]
        assert names().count("question.invitation_declined") == 1


def test_the_strong_are_proposed_with_the_reason(cast, db_ctx):
    with db_ctx():
        earlier = make_question(cast.guest_member.viewer, title="Dulu?")
        service.accept(make_answer(earlier, cast.host_member.viewer), cast.guest_member.viewer)
        office, reason = queries.proposed(("spbe-2020/12",), "publik")[0]
        assert office.id == cast.host_member.office_id and "1 jawabannya diterima penanya" in reason
        assert office.id not in {found.id for found, _ in queries.proposed(("spbe-2020/12",), "publik", {office.id})}


# What stands behind a reason -> whether it may be named to the readers of a question so visible.
NAMED = [("publik", "publik", True), ("jejaring", "publik", False), ("jejaring", "jejaring", True), ("para_pihak", "publik", False),
         ("para_pihak", "jejaring", False)]  # fmt: skip


@pytest.mark.parametrize(("source", "reader", "named"), NAMED)
def test_a_reason_tells_only_what_all_readers_of_the_question_may_know(cast, db_ctx, source, reader, named):
    with db_ctx():
        earlier = make_question(cast.guest_member.viewer, title="Dulu?", visibility=source, addressed="18.11")
        service.accept(make_answer(earlier, cast.host_member.viewer), cast.guest_member.viewer)
        make_question(cast.guest_member.viewer, title="Menunggu?", visibility=source, addressed="18.11")
        reason = {office.id: reason for office, reason in queries.proposed(("spbe-2020/12",), reader)}[cast.host_member.office_id]
        assert ("jawabannya diterima" in reason, "sedang diminta menjawab 1" in reason) == (named, named)


def test_reasons_are_told_anew_when_a_question_is_opened_to_more_readers(cast, db_ctx):
    with db_ctx():
        earlier = make_question(cast.guest_member.viewer, title="Dulu?", visibility="jejaring")
        service.accept(make_answer(earlier, cast.host_member.viewer), cast.guest_member.viewer)
        (office, reason), *_ = queries.proposed(("spbe-2020/12",), "jejaring")
        assert office.id == cast.host_member.office_id and "diterima penanya" in reason
        content = service.Content("Sekarang?", BODY, ("spbe-2020/12",), "jejaring", addressed_id=cast.outsider.office_id)
        question = service.ask(content, cast.guest_member.viewer, (service.Guest(office.id, reason),))
        service.edit(question, replace(content, visibility="publik"), cast.guest_member.viewer, 1)
        reasons = dict(
            db.session.execute(select(Invitation.office_id, Invitation.reason).where(Invitation.question_id == question.id)).all()
        )
        assert "diterima penanya" not in reasons[office.id] and "indeks SPBE" in reasons[office.id]
        assert reasons[cast.outsider.office_id] == "dituju oleh penanya"


@pytest.mark.parametrize(("visibility", "told"), [("jejaring", True), ("publik", False)])
def test_likely_to_know_is_who_has_shown_it_to_the_readers_of_the_question(cast, db_ctx, visibility, told):
    with db_ctx():
        join("18.12")
        earlier = make_question(cast.guest_member.viewer, title="Dulu?", visibility="jejaring")
        make_answer(earlier, cast.outsider.viewer)
        question = make_question(cast.guest_member.viewer, visibility=visibility)
        assert (cast.outsider.office_id in queries.likely_offices(question)) == told
        assert cast.host_member.office_id in queries.likely_offices(question), "its published index is very good"


def test_a_flag_opens_a_confidential_question_to_moderators_until_it_is_decided(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, visibility="para_pihak", addressed="18.11")
        with pytest.raises(NotFound):
            service.find(question.id, cast.admin.viewer)
        moderation.flag(question, question, "rahasia", "", cast.host_member.viewer)
        moderation.flag(question, question, "rahasia", "", cast.host_member.viewer)
        assert [len(case.flags) for case in queries.cases()] == [1]
        moderation.dismiss(question, question, cast.admin.viewer)
        assert queries.cases() == []
        with pytest.raises(NotFound):
            service.find(question.id, cast.admin.viewer)


def test_a_hidden_accepted_answer_solves_nothing_and_comes_back_accepted(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        answer = make_answer(question, cast.host_member.viewer)
        service.accept(answer, cast.guest_member.viewer)
        moderation.hide(question, answer, "Memuat nomor pribadi.", cast.admin.viewer)
        assert (question.status, question.answer_count, answer.accepted_at) == ("open", 0, None)
        moderation.show(question, answer, cast.admin.viewer)
        assert (question.status, question.answer_count) == ("answered", 1)
        with pytest.raises(Forbidden):
            moderation.hide(question, answer, "Tidak suka.", cast.guest_manager.viewer)
        kept = [event.data for event in db.session.scalars(select(Event).where(Event.name == "question.moderated").order_by(Event.id))]
        assert kept == [
            {"act": "hidden", "part": "answer", "part_id": answer.id, "because": "Memuat nomor pribadi."},
            {"act": "shown", "part": "answer", "part_id": answer.id},
        ]


def test_a_reason_that_named_personal_data_is_redacted_in_the_audit_log_too(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, body="Telepon 0812 7777 1234.")
        answer = make_answer(question, cast.host_member.viewer)
        moderation.hide(question, answer, "Memuat 0812 7777 1234.", cast.admin.viewer)
        moderation.redact(question, "0812 7777 1234", cast.admin.viewer)
        db.session.commit()
        assert not [event.data for event in db.session.scalars(select(Event)) if "7777" in str(event.data)]
        assert answer.hidden_because == "Memuat [disamarkan]."


def test_personal_data_is_redacted_from_every_text_and_every_revision(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, title="Hubungi 0812 7777 1234?", body="Nomor **0812  7777 1234**.")
        answer = make_answer(question, cast.host_member.viewer, "Saya di 0812 7777 1234.")
        service.edit_answer(answer, "Nomor sudah dihapus.", cast.host_member.viewer, 1)
        service.comment(question, "WA 0812\n7777 1234", cast.host_member.viewer)
        assert moderation.redact(question, "0812 7777 1234", cast.admin.viewer) == 4
        texts = [
            text
            for model in (Question, QuestionRevision, Answer, AnswerRevision, Comment)
            for row in db.session.scalars(select(model))
            for text in (getattr(row, "title", ""), row.body, getattr(row, "html", ""))
        ]
        assert not any("7777" in text for text in texts) and any(moderation.REDACTED in text for text in texts)
        event = db.session.scalars(select(Event).where(Event.name == "question.redacted")).one()
        assert event.data == {"texts": 4} and event.actor_id == cast.admin.id
        with pytest.raises(Invalid):
            moderation.redact(question, "0812 7777 1234", cast.admin.viewer)


def test_a_confidential_question_reaches_no_strangers_however_long_it_waits(cast, db_ctx, monkeypatch):
    with db_ctx():
        make_question(cast.guest_member.viewer, visibility="para_pihak", addressed="18.11", invited=("18.12",))
        db.session.commit()
        pass_time(monkeypatch, days=60)
        service.escalate()
        assert list(db.session.scalars(select(Invitation.office_id))) == [cast.host_member.office_id]
        assert queries.abandoned() == []
        db.session.commit()
        events.drain()
