"""Who is told of what: the other side, those who may see it, never the one who did it."""

import pytest
from sqlalchemy import select

from kb.accounts import service as account_service
from kb.accounts.models import Invitation, JoinRequest, User
from kb.core import clock, edits, events
from kb.core.days_off import HolidayChange
from kb.core.db import db
from kb.notes import service as notes
from kb.notifications import choices, follows
from kb.notifications.handlers import VISIT_TITLES
from kb.notifications.models import Mail, Notice
from kb.questions import moderation
from kb.questions import service as questions
from kb.visits import agenda, day, invitations, policy, schedule
from kb.visits import service as visits
from kb.visits.members import Member
from kb.visits.models import Visit
from tests import makers
from tests.accounts.makers import make_invitation, make_request
from tests.moments import pass_time
from tests.notes.makers import make_note, make_visit
from tests.questions.makers import make_answer, make_question
from tests.visits.makers import SECRETS

CAST = ("host_manager", "host_member", "guest_manager", "guest_member", "outsider", "admin")


def told(cast) -> set[str]:
    """The parts of the cast that have a notice."""
    found = set(db.session.scalars(select(Notice.user_id)))
    return {part for part in CAST if getattr(cast, part).id in found}


def mailed(cast) -> set[str]:
    found = set(db.session.scalars(select(Mail.to_address)))
    return {part for part in CAST if getattr(cast, part).email in found}


def days_until_open() -> int:
    """So many days from today Mesuji has a free session."""
    return (schedule.next_free(makers.office("18.11"))[0].day - clock.today()).days


@pytest.mark.parametrize(
    ("status", "action", "by", "expected"),
    [
        ("draft", "submit", "guest_manager", {"host_manager"}),
        ("requested", "accept", "host_manager", {"guest_manager", "guest_member"}),
        ("requested", "decline", "host_manager", {"guest_manager", "guest_member"}),
        ("requested", "withdraw", "guest_manager", {"host_manager"}),
        ("accepted", "cancel", "host_manager", {"guest_manager", "guest_member"}),
        ("accepted", "cancel", "guest_manager", {"host_manager"}),
        ("accepted", "hold", "host_member", {"guest_manager", "guest_member"}),
        ("accepted", "hold", "guest_member", {"host_manager"}),
    ],
)
def test_a_step_of_a_visit_is_told_to_the_other_side(cast, db_ctx, status, action, by, expected):
    """The guest's member asked, so they are told like their manager. Whoever accepts is mailed the day for their own calendar."""
    with db_ctx():
        days = -1 if action == "hold" else days_until_open()
        visit = make_visit(status, days=days, requested_by_id=cast.guest_member.id)
        visits.act(visit, action, getattr(cast, by).viewer, visits.Given("Ruang rapat dipakai." if action in ("decline", "cancel") else ""))
        db.session.commit()
        events.drain()
        assert told(cast) == expected
        assert mailed(cast) == expected | ({by} if action == "accept" else set())
        notice, mail = db.session.scalars(select(Notice)).first(), db.session.scalars(select(Mail)).first()
        assert notice.url == f"/kunjungan/{visit.id}" and f"/kunjungan/{visit.id}" in mail.text
        assert visit.reference in mail.text and ("Ruang rapat dipakai." in mail.text) == (action in ("decline", "cancel"))
        for secret in SECRETS:
            assert secret not in mail.text, "no personal data of others in a mail"


BOTH_GUESTS = {"guest_manager", "guest_member"}


@pytest.mark.parametrize(
    ("event", "by", "expected"),
    [
        ("visit.rescheduled", "guest_manager", {"host_manager"}),
        ("visit.waitlisted", "guest_manager", {"host_manager"}),
        ("visit.joint_wished", "guest_manager", {"host_manager"}),
        ("visit.options_refused", "guest_manager", {"host_manager"}),
        ("visit.reported", "guest_member", {"host_manager"}),
        ("visit.completed", "guest_member", {"host_manager"}),
        ("visit.zone_changed", "host_manager", BOTH_GUESTS),
        ("visit.closed", "host_manager", BOTH_GUESTS),
        ("visit.proposed", "host_manager", BOTH_GUESTS),
        ("visit.moved_online", "host_manager", BOTH_GUESTS),
        ("visit.place_set", "host_manager", BOTH_GUESTS),
        ("visit.displaced", "host_manager", BOTH_GUESTS),
        ("visit.joined", "host_manager", BOTH_GUESTS),
        ("visit.slot_freed", "outsider", {"host_manager", *BOTH_GUESTS}),
        ("visit.joint_asked", "outsider", {"host_manager", *BOTH_GUESTS}),
    ],
)
def test_what_happens_to_a_visit_is_told_to_whom_it_concerns(cast, db_ctx, event, by, expected):
    with db_ctx():
        visit = make_visit("requested", days=10, requested_by_id=cast.guest_member.id)
        events.record(event, visit, getattr(cast, by).viewer, parts=["questions"])
        db.session.commit()
        events.drain()
        assert told(cast) == mailed(cast) == expected
        for mail in db.session.scalars(select(Mail)):
            assert not [secret for secret in SECRETS if secret in mail.text], "no personal data of others in a mail"


PEOPLE = [Member("Ani Contoh"), Member("Budi Contoh")]


def change_people(visit_id: int, by, people: list[Member]) -> None:
    """A side opens its list, writes it anew and saves it. Commits."""
    visit = db.session.get(Visit, visit_id)
    stored = day.members_text(visit, policy.side(by.viewer, visit))
    day.set_members(visit, by.viewer, people, edits.fingerprint(stored))
    db.session.commit()


def changes() -> int:
    return db.session.query(events.Event).filter(events.Event.name == "visit.members_changed").count()


@pytest.mark.parametrize(
    ("by", "expected"), [("guest_member", {"host_manager"}), ("host_member", BOTH_GUESTS)], ids=["by-the-guest", "by-the-host"]
)
def test_a_changed_delegation_is_told_to_the_other_side_once_however_often_it_is_saved(cast, db_ctx, monkeypatch, by, expected):
    person = getattr(cast, by)
    with db_ctx():
        visit = make_visit("accepted", days=10, requested_by_id=cast.guest_member.id)
        invitations.settle(visit)  # calendars know the day already
        ident = visit.id
        for people in (PEOPLE[:1], PEOPLE[:1], PEOPLE):
            change_people(ident, person, people)
            pass_time(monkeypatch, minutes=4)
            events.drain()
            assert told(cast) == set(), "a list that is still being written is not told of"
        assert changes() == 2, "saving the same again changes nothing"
        pass_time(monkeypatch, minutes=10)
        events.drain()
        assert told(cast) == mailed(cast) == expected
        titles = [notice.title for notice in db.session.scalars(select(Notice))]
        assert len(titles) == len(expected) and all("Rombongan kunjungan" in title and "diubah" in title for title in titles)
        change_people(ident, person, PEOPLE[1:])
        pass_time(monkeypatch, minutes=11)
        events.drain()
        assert db.session.query(Notice).count() == 2 * len(expected)
        for mail in db.session.scalars(select(Mail)):
            assert not [secret for secret in (*SECRETS, "Ani Contoh") if secret in mail.text]


def test_a_changed_agenda_is_told_to_the_guest_once(cast, db_ctx, monkeypatch):
    with db_ctx():
        visit = make_visit("accepted", days=10, requested_by_id=cast.guest_member.id)
        for title in ("Pembukaan", "Pembukaan", "Pembukaan dan doa"):
            lines = agenda.read(f"09.00-10.00; {title}", visit.day)
            day.set_agenda(visit, cast.host_manager.viewer, lines, edits.fingerprint(day.agenda_text(visit)))
            db.session.commit()
        pass_time(monkeypatch, minutes=11)
        events.drain()
        assert told(cast) == BOTH_GUESTS and db.session.query(Notice).count() == 2


def test_a_draft_is_nobody_elses_matter(cast, db_ctx, monkeypatch):
    with db_ctx():
        ident = make_visit("draft", days=10, requested_by_id=cast.guest_member.id).id
        change_people(ident, cast.guest_manager, PEOPLE)
        pass_time(monkeypatch, minutes=11)
        events.drain()
        assert changes() == 0 and told(cast) == set()


def test_a_follower_too_is_told_only_of_the_last_change(cast, db_ctx, monkeypatch):
    with db_ctx():
        ident = make_visit("accepted", days=10).id
        follows.follow(f"visit:{ident}", cast.host_member.viewer)
        for people in (PEOPLE[:1], PEOPLE):
            change_people(ident, cast.guest_manager, people)
        pass_time(monkeypatch, minutes=11)
        events.drain()
        assert db.session.query(Notice).filter(Notice.user_id == cast.host_member.id).count() == 1


@pytest.mark.parametrize(("by", "expected"), [("admin", {"host_manager", *BOTH_GUESTS}), ("host_manager", BOTH_GUESTS)])
def test_a_day_that_closed_is_told_with_its_reason_as_long_as_it_is_closed(cast, db_ctx, by, expected):
    with db_ctx():
        visit = make_visit("requested", days=days_until_open(), requested_by_id=cast.guest_member.id)
        events.record("visit.day_closed", visit, getattr(cast, by).viewer)
        events.drain()
        assert told(cast) == set(), "it was opened again"
        db.session.add(HolidayChange(day=visit.day, name="Cuti bersama mendadak"))
        events.record("visit.day_closed", visit, getattr(cast, by).viewer)
        db.session.commit()
        events.drain()
        assert told(cast) == mailed(cast) == expected
        for mail in db.session.scalars(select(Mail)):
            assert "Cuti bersama mendadak" in mail.text and not [secret for secret in SECRETS if secret in mail.text]


def test_one_who_may_no_longer_see_the_visit_is_not_told(cast, db_ctx):
    with db_ctx():
        visit = make_visit("requested", days=days_until_open(), requested_by_id=cast.guest_member.id)
        visits.act(visit, "accept", cast.host_manager.viewer)
        db.session.get(User, cast.guest_member.id).office_id = makers.office("18.12").id
        db.session.get(User, cast.guest_manager.id).active = False
        db.session.commit()
        events.drain()
        assert told(cast) == set() and mailed(cast) == {"host_manager"}, "the host's own calendar"


@pytest.mark.parametrize(("writer", "expected"), [("host_member", {"guest_manager"}), ("guest_manager", {"host_manager"})])
def test_published_notes_are_told_to_the_other_partys_managers(cast, db_ctx, writer, expected):
    with db_ctx():
        note = make_note(getattr(cast, writer).viewer)
        events.drain()
        assert told(cast) == mailed(cast) == expected
        assert db.session.scalars(select(Notice)).one().url == f"/catatan/{note.id}"


def test_a_draft_of_notes_is_told_to_nobody(cast, db_ctx):
    with db_ctx():
        note = make_note(cast.host_member.viewer, status="draft")
        notes.edit(note, notes.content_of(note), cast.host_member.viewer, 1)
        db.session.commit()
        events.drain()
        assert told(cast) == mailed(cast) == set()


def test_a_note_that_is_gone_or_hidden_again_is_no_failure(cast, db_ctx):
    with db_ctx():
        note = make_note(cast.host_member.viewer)
        note.status = "draft"
        db.session.commit()
        events.drain()
        assert told(cast) == set()
        assert not db.session.scalars(select(events.Delivery).where(events.Delivery.attempts > 0)).all()


def test_publishing_the_notes_of_a_visit_tells_the_other_side_once(cast, db_ctx):
    """It also says that the visit was held; whoever reads the notes knows."""
    with db_ctx():
        visit = make_visit("accepted", days=-1, requested_by_id=cast.guest_member.id)
        note = make_note(cast.host_member.viewer, status="draft", visit=visit)
        follows.follow(f"visit:{visit.id}", cast.guest_manager.viewer)
        notes.publish(note, cast.host_member.viewer)
        db.session.commit()
        events.drain()
        titles = db.session.execute(select(Notice.user_id, Notice.title)).all()
        assert {user: title[:8] for user, title in titles} == {cast.guest_manager.id: "Catatan ", cast.guest_member.id: "Kunjunga"}
        assert len(titles) == 2


def test_no_mail_names_anybody_but_its_receiver(cast, db_ctx):
    """Through all that is told of accounts, visits, notes and questions; names, addresses, telephones."""
    with db_ctx():
        for person in (cast.host_member, cast.guest_member, cast.outsider):
            follows.follow("indicator:spbe-2020/12", person.viewer)
            choices.choose(person.id, "ikuti", "now")
        for number, event in enumerate(name for name in events.subscriptions() if name in VISIT_TITLES):
            events.record(event, make_visit("requested", days=10 + number, requested_by_id=cast.guest_member.id), cast.host_manager.viewer)
        events.record("account.requested", make_request(), cast.visitor.viewer)
        account_service.hand_over(db.session.get(User, cast.guest_member.id), cast.guest_manager.id, cast.guest_member.viewer)
        make_note(cast.guest_member.viewer, visibility="publik")
        question = make_question(cast.guest_member.viewer, invited=("18.11",))
        answer = make_answer(question, cast.host_member.viewer)
        questions.comment(question, "Sejak kapan?", cast.outsider.viewer, answer)
        questions.accept(answer, cast.guest_manager.viewer)
        questions.confirm_applied(answer, "Berjalan.", cast.guest_manager.viewer)
        moderation.flag(question, answer, "iklan", "", cast.outsider.viewer)
        moderation.hide(question, answer, "Iklan.", cast.admin.viewer)
        db.session.commit()
        events.drain(remote=False)
        mails = db.session.scalars(select(Mail)).all()
        assert len({mail.subject.split(":")[0] for mail in mails}) > 20
        people = db.session.scalars(select(User)).all()
        for mail in mails:
            text = f"{mail.subject} {mail.text}"
            named = [word for user in people if user.email != mail.to_address for word in (user.name, user.email) if word in text]
            assert not named and not [secret for secret in [*SECRETS, "calon@contoh.example"] if secret in text], mail.subject


def test_a_request_to_join_is_told_to_the_admin(cast, db_ctx):
    with db_ctx():
        events.record("account.requested", make_request(), cast.visitor.viewer)
        db.session.commit()
        events.drain()
        assert told(cast) == mailed(cast) == {"admin"}
        assert "calon@contoh.example" not in db.session.scalars(select(Mail)).one().text


@pytest.mark.parametrize(
    ("event", "words", "is_secret"),
    [("account.admitted", "/lupa-sandi/", True), ("account.declined", "Alasan: Suratnya belum bertanda tangan.", False)],
)
def test_the_answer_to_a_request_reaches_the_address_that_asked(cast, db_ctx, post_office, event, words, is_secret):
    with db_ctx():
        request = make_request(reason="Suratnya belum bertanda tangan.")
        request = db.session.get(JoinRequest, request.id)
        request.user = makers.make_user("18.01", "manager", email="calon@contoh.example")
        events.record(event, request, cast.admin.viewer)
        db.session.commit()
        events.drain()
        mail = db.session.scalars(select(Mail)).one()
        assert (mail.is_secret, mail.text == "") == (is_secret, is_secret), "a link that was sent is wiped"
    sent = post_office.received[0]
    assert sent["To"] == "calon@contoh.example" and words in sent.get_body(("plain",)).get_content()


@pytest.mark.parametrize(("closed", "mails"), [(None, 1), ("used_at", 0), ("withdrawn_at", 0)])
def test_an_invitation_is_mailed_while_it_is_open(cast, db_ctx, closed, mails):
    with db_ctx():
        invitation = make_invitation(cast.host_manager.id)
        if closed:
            setattr(db.session.get(Invitation, invitation.id), closed, clock.now())
        events.record("account.invited", invitation, cast.host_manager.viewer)
        db.session.commit()
        events.drain()
        found = db.session.scalars(select(Mail)).all()
        assert [mail.to_address for mail in found] == ["baru@contoh.example"] * mails
        assert all(mail.is_secret and mail.text == "" for mail in found)


def test_a_new_role_is_told_to_its_holder_but_not_when_they_gave_it_themselves(cast, db_ctx):
    with db_ctx():
        member, manager = db.session.get(User, cast.host_member.id), db.session.get(User, cast.host_manager.id)
        events.record("account.role_changed", member, cast.host_manager.viewer)
        events.record("account.role_changed", manager, cast.host_manager.viewer)
        db.session.commit()
        events.drain()
        assert told(cast) == {"host_member"}


def test_markup_and_line_breaks_in_a_title_stay_text(cast, db_ctx, post_office):
    with db_ctx():
        make_note(cast.host_member.viewer, title="Rapat\r\nBcc: x@contoh.example <script>")
        events.drain()
    sent = post_office.received[0]
    assert sent["Bcc"] is None and sent["To"] == cast.guest_manager.email
    assert "<script>" not in sent.get_body(("html",)).get_content()
    assert "&lt;script&gt;" in sent.get_body(("html",)).get_content()


def test_every_event_that_somebody_is_told_of_has_a_test_here(app):
    """A new subscription of the inbox must be added to the tables above on purpose."""
    told_of = {name for name, consumers in events.subscriptions().items() if "inbox" in consumers}
    told_of = {name for name in told_of if not name.startswith(("question.", "answer."))}  # tests/questions/test_told.py
    told_of -= {"article.published", "article.edited"}  # followers only: test_follows.py
    told_of -= {"article.source_withheld", "demand.reminded", "demand.released"}  # tests/home
    assert told_of == {
        "visit.requested", "visit.accepted", "visit.declined", "visit.withdrawn", "visit.cancelled", "visit.held", "note.published",
        "note.narrowed",  # tests/notes/test_readers.py
        "visit.rescheduled", "visit.waitlisted", "visit.joint_wished", "visit.joint_asked", "visit.options_refused", "visit.reported",
        "visit.closed", "visit.day_closed",
        "visit.proposed", "visit.moved_online", "visit.place_set", "visit.displaced", "visit.joined", "visit.slot_freed", "visit.reminded",
        "visit.letter_added",  # tests/visits/test_sent_letters.py
        "visit.completed", "visit.zone_changed",
        "visit.members_changed", "visit.agenda_changed",
        "account.requested", "account.admitted", "account.declined", "account.invited", "account.role_changed", "account.handed_over",
        "account.reset_asked",  # tests/accounts/test_mails.py
    }  # fmt: skip
