"""What mails do to the calendars of both sides: whoever follows them to the letter holds each agreed day once, and no other."""

import email
from datetime import UTC, date, datetime, time, timedelta
from email import policy
from zoneinfo import ZoneInfo

import pytest
import vobject
from icalendar import Calendar
from sqlalchemy import select

from kb.core import edits, events
from kb.core.db import db
from kb.notifications import choices
from kb.notifications import mail as outbox
from kb.notifications.models import Mail, Notice
from kb.visits import hosting, invitations, schedule
from kb.visits import service as visits
from kb.visits.calendar import Session
from kb.visits.models import Visit
from kb.visits.schedule import Chosen, Wish
from kb.visits.service import Given
from tests.moments import stop
from tests.visits.makers import MORNING, SECRETS, make_openness, make_visit

WED, THU, FRI = date(2027, 1, 27), date(2027, 1, 28), date(2027, 1, 29)
BUSY = "Ruang rapat dipakai."
BOTH_SIDES = ("host_manager", "guest_manager", "guest_member")


class Reader:
    """A person's calendar program. It is strict: one calendar part with one UID per mail, and no news without a higher SEQUENCE."""

    def __init__(self):
        self.entries: dict[str, tuple[int, str, datetime, datetime, str]] = {}
        self.methods: list[str] = []

    def take(self, message) -> None:
        parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
        assert len(parts) <= 1
        for part in parts:
            self._read(part, part.get_content())

    def _read(self, part, content: str) -> None:
        calendar = Calendar.from_ical(content)
        (event,) = calendar.walk("VEVENT")
        assert not calendar.errors and not event.errors
        other = vobject.readOne(content)  # by other people than the library that wrote it
        seen = (int(event["sequence"]), str(event["status"]), event["dtstart"].dt, event["dtend"].dt, str(event.get("location", "")))
        theirs = other.vevent
        where = theirs.location.value if "location" in theirs.contents else ""
        assert seen == (int(theirs.sequence.value), theirs.status.value, theirs.dtstart.value, theirs.dtend.value, where)
        method = str(calendar["method"])
        assert method == other.method.value == part.get_param("method")
        assert (method == "CANCEL") == (seen[1] == "CANCELLED") and str(event["organizer"]).startswith("mailto:")
        uid = str(event["uid"])
        assert uid not in self.entries or seen[0] > self.entries[uid][0], "SEQUENCE must rise"
        self.entries[uid] = seen
        self.methods.append(method)

    @property
    def meetings(self) -> list[tuple[datetime, datetime]]:
        """What is not crossed out."""
        return sorted((starts, ends) for _, status, starts, ends, _ in self.entries.values() if status == "CONFIRMED")

    @property
    def days(self) -> list[date]:
        return [starts.date() for starts, _ in self.meetings]

    @property
    def places(self) -> set[str]:
        return {place for _, status, _, _, place in self.entries.values() if status == "CONFIRMED"}


@pytest.fixture(autouse=True)
def monday(monkeypatch):
    stop(monkeypatch, MORNING)


@pytest.fixture
def world(cast, db_ctx):
    """A request of Pringsewu to Mesuji for two days, and the calendars of everybody concerned."""
    readers = {getattr(cast, part).email: Reader() for part in (*BOTH_SIDES, "host_member", "outsider", "admin")}

    class World:
        read = 0

        def __init__(self, visit: Visit):
            self.ident = visit.id

        @property
        def visit(self) -> Visit:
            return db.session.get(Visit, self.ident, populate_existing=True)

        def act(self, action: str, by: str, **given) -> None:
            visits.act(self.visit, action, getattr(cast, by).viewer, Given(**given))
            self.deliver()

        def deliver(self) -> None:
            db.session.commit()
            events.drain(remote=False)
            for mail in db.session.scalars(select(Mail).where(Mail.id > self.read).order_by(Mail.id)):
                readers[mail.to_address].take(email.message_from_bytes(outbox.compose(mail).as_bytes(), policy=policy.default))
                self.read = mail.id

        def calendar_of(self, part: str) -> Reader:
            return readers[getattr(cast, part).email]

        def each_holds(self, *days: date) -> None:
            """Everybody concerned holds these days and no others; nobody else holds anything."""
            for part in BOTH_SIDES:
                assert self.calendar_of(part).days == list(days), part
            assert not any(self.calendar_of(part).entries for part in ("host_member", "outsider", "admin"))

    with db_ctx():
        visit = make_visit("requested", day=THU, requested_by_id=cast.guest_member.id)
        write_days(visit, THU, FRI)
        db.session.commit()
        yield World(visit)


def write_days(visit: Visit, *days: date) -> None:
    schedule.write(visit, [Chosen(day, Session(time(9), time(11, 30))) for day in days])
    db.session.flush()


def option(day: date) -> tuple[Wish, ...]:
    return (Wish(day, "09:00"),)


def test_each_day_of_an_accepted_visit_comes_as_an_invitation_of_its_own_to_both_sides(cast, world):
    world.act("accept", "host_manager")
    world.each_holds(THU, FRI)
    mails = db.session.scalars(select(Mail).where(Mail.to_address == cast.guest_manager.email).order_by(Mail.id)).all()
    assert [mail.subject[-10:] for mail in mails] == ["(1 dari 2)", "(2 dari 2)"]
    assert all("kalender terlampir" in mail.text and not [secret for secret in SECRETS if secret in mail.calendar] for mail in mails)
    assert len(set(world.calendar_of("host_manager").entries)) == 2


def test_who_accepted_is_sent_the_calendar_but_told_nothing(cast, world):
    world.act("accept", "host_manager")
    assert set(db.session.scalars(select(Notice.user_id))) == {cast.guest_manager.id, cast.guest_member.id}


def test_a_day_that_is_proposed_anew_leaves_the_calendars_and_the_chosen_one_enters_both(world):
    """The case an auditor found: accepted for two days, another proposed, and chosen by the guest."""
    world.act("accept", "host_manager")
    world.act("propose", "host_manager", options=(option(WED),), reason=BUSY)
    world.each_holds()
    world.act("choose", "guest_manager", option=1)
    world.each_holds(WED)
    assert world.calendar_of("guest_manager").methods == ["REQUEST", "REQUEST", "CANCEL", "CANCEL", "REQUEST"]


def test_a_visit_that_shrinks_without_leaving_the_calendars_drops_its_second_day(cast, world):
    """Both steps happen before the worker looks."""
    world.act("accept", "host_manager")
    visits.act(world.visit, "propose", cast.host_manager.viewer, Given(options=(option(WED),), reason=BUSY))
    visits.act(world.visit, "choose", cast.guest_manager.viewer, Given(option=1))
    world.deliver()
    world.each_holds(WED)
    assert world.calendar_of("host_manager").methods == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]


@pytest.mark.parametrize(
    "steps",
    [
        [("propose", "host_manager", {"options": (option(WED),), "reason": BUSY}), ("withdraw", "guest_manager", {})],
        [("propose", "host_manager", {"options": (option(WED),), "reason": BUSY}), ("decline", "host_manager", {"reason": BUSY})],
        [("reschedule", "guest_manager", {"wishes": option(WED), "reason": BUSY}), ("decline", "host_manager", {"reason": BUSY})],
        [("reschedule", "guest_manager", {"wishes": option(WED), "reason": BUSY}), ("withdraw", "guest_manager", {})],
        [("cancel", "host_manager", {"reason": BUSY})],
        [("cancel", "guest_manager", {"reason": BUSY})],
    ],
    ids=["proposed-withdrawn", "proposed-declined", "rescheduled-declined", "rescheduled-withdrawn", "host cancels", "guest cancels"],
)
def test_no_calendar_keeps_a_meeting_that_will_not_be(world, steps):
    world.act("accept", "host_manager")
    first, *later = steps
    world.act(first[0], first[1], **first[2])
    world.each_holds()  # from the moment that nothing is agreed any more
    for action, by, given in later:
        world.act(action, by, **given)
    world.each_holds()
    for part in BOTH_SIDES:
        assert world.calendar_of(part).methods == ["REQUEST", "REQUEST", "CANCEL", "CANCEL"]


def test_a_rescheduled_visit_that_is_accepted_again_stands_on_its_new_day_under_the_same_uid(world):
    world.act("accept", "host_manager")
    reader = world.calendar_of("guest_manager")
    before = set(reader.entries)
    world.act("reschedule", "guest_manager", wishes=option(WED), reason=BUSY)
    world.act("accept", "host_manager")
    world.each_holds(WED)
    assert set(reader.entries) == before, "no third name for two days"


def test_a_place_that_is_set_reaches_both_calendars_and_the_same_place_again_reaches_none(cast, world):
    world.act("accept", "host_manager")
    visits.set_place(world.visit, cast.host_manager.viewer, "Ruang Contoh", "")
    world.deliver()
    for part in BOTH_SIDES:
        assert world.calendar_of(part).places == {"Ruang Contoh"} and len(world.calendar_of(part).methods) == 4
    visits.set_place(world.visit, cast.host_manager.viewer, "Ruang Contoh", "")
    events.record("visit.joined", world.visit, cast.host_manager.viewer)
    world.deliver()
    assert len(world.calendar_of("guest_manager").methods) == 4


def test_without_a_room_the_place_of_the_host_is_named_as_the_letter_does_and_its_change_is_sent(cast, world):
    make_openness(place="Aula Dinas Kominfo Mesuji", sessions=tuple((day, 9, 11) for day in range(5)))
    db.session.commit()
    world.act("accept", "host_manager")
    assert world.calendar_of("guest_member").places == {"Aula Dinas Kominfo Mesuji"}
    settings = hosting.Settings(5, 120, 40, 1, None, "Gedung Baru", "", "", {day: (Session(time(9), time(11)),) for day in range(5)})
    begun = edits.fingerprint(hosting.stored_text(world.visit.host))
    hosting.set_openness(world.visit.host, settings, cast.host_manager.viewer, begun)
    world.deliver()
    assert world.calendar_of("guest_member").places == {"Gedung Baru"}
    hosting.set_openness(world.visit.host, settings, cast.host_manager.viewer)
    world.deliver()
    assert len(world.calendar_of("guest_member").methods) == 4


def test_a_delegation_that_shares_the_sessions_follows_to_the_room_and_stays_when_the_other_cancels(cast, world):
    world.act("accept", "host_manager")
    world.visit.wants_joint = True
    other = make_visit("requested", guest="18.12", day=THU, wants_joint=True)
    write_days(other, THU, FRI)
    ident = other.id
    visits.act(other, "accept_joint", cast.host_manager.viewer, Given(joint_with_id=world.ident))
    db.session.commit()
    visits.set_place(world.visit, cast.host_manager.viewer, "Ruang Contoh", "")
    db.session.commit()
    visits.act(world.visit, "cancel", cast.guest_manager.viewer, Given(reason=BUSY))
    db.session.commit()
    events.drain(remote=False)
    reader = Reader()
    for mail in db.session.scalars(select(Mail).where(Mail.to_address == cast.outsider.email).order_by(Mail.id)):
        reader.take(email.message_from_bytes(outbox.compose(mail).as_bytes(), policy=policy.default))
    assert (reader.days, reader.places) == ([THU, FRI], {"Ruang Contoh"})
    assert {name.rpartition("@")[0] for name in reader.entries} == {f"kunjungan-{ident}", f"kunjungan-{ident}-2"}


def test_a_new_time_zone_keeps_nine_oclock_and_moves_every_calendar(cast, world):
    world.act("accept", "host_manager")
    before = world.calendar_of("guest_manager").meetings
    hosting.set_timezone(world.visit.host, "Asia/Jayapura", cast.host_manager.viewer, anyway=True)
    world.deliver()
    for part in BOTH_SIDES:
        after = world.calendar_of(part).meetings
        assert after == [(starts - timedelta(hours=2), ends - timedelta(hours=2)) for starts, ends in before]
        assert [starts.astimezone(ZoneInfo("Asia/Jayapura")).hour for starts, _ in after] == [9, 9]
    notice = db.session.scalars(select(Notice).where(Notice.title.startswith("Zona waktu"))).first()
    assert "09.00–11.30 WIT" in notice.detail


def test_what_was_agreed_and_undone_before_the_worker_looked_is_never_sent(cast, world):
    visits.act(world.visit, "accept", cast.host_manager.viewer)
    visits.act(world.visit, "cancel", cast.guest_manager.viewer, Given(reason=BUSY))
    world.deliver()
    world.each_holds()
    assert world.calendar_of("guest_manager").methods == []


def test_a_visit_that_took_place_stays_in_the_calendars(cast, world, monkeypatch):
    world.act("accept", "host_manager")
    stop(monkeypatch, datetime.combine(FRI, time(9), UTC))
    for action, by in (("hold", "host_member"), ("report", "guest_member"), ("close", "host_manager")):
        world.act(action, by, reason="Catatan menyusul." if action == "report" else "")
    world.each_holds(THU, FRI)


def test_whoever_wants_no_mails_gets_none_with_a_calendar_either(cast, world):
    for part in ("host_manager", "guest_manager"):
        choices.choose(getattr(cast, part).id, "kunjungan", "none")
    world.act("accept", "host_manager")
    world.act("cancel", "guest_manager", reason=BUSY)
    assert not world.calendar_of("host_manager").methods and not world.calendar_of("guest_manager").methods
    assert world.calendar_of("guest_member").methods == ["REQUEST", "REQUEST", "CANCEL", "CANCEL"]


def test_an_invitation_stands_beside_the_text_where_every_mail_program_looks(cast, world):
    world.act("accept", "host_manager")
    message = outbox.compose(db.session.scalars(select(Mail).where(Mail.calendar.is_not(None))).first())
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html", "text/calendar"]


def test_the_header_that_ends_mails_is_an_address_as_it_stands(cast, world):
    world.act("accept", "host_manager")
    raw = outbox.compose(db.session.scalars(select(Mail).where(Mail.user_id.is_not(None))).first()).as_bytes()
    (line,) = [line for line in raw.splitlines() if line.startswith(b"List-Unsubscribe:")]
    assert line.startswith(b"List-Unsubscribe: <http") and line.endswith(b">")


def test_a_repeated_delivery_sends_no_calendar_twice(cast, world):
    world.act("accept", "host_manager")
    assert invitations.settle(world.visit) == []


@pytest.mark.parametrize(
    ("host", "zone", "utc_hour"), [("18.11", "WIB", 2), ("73.71", "WITA", 1), ("91.71", "WIT", 0)], ids=["WIB", "WITA", "WIT"]
)
def test_the_hour_is_the_hosts_in_the_file_and_named_with_its_zone_in_the_text(cast, db_ctx, host, zone, utc_hour):
    with db_ctx():
        visit = make_visit("accepted", host=host, day=THU, requested_by_id=cast.guest_member.id)
        write_days(visit, THU, FRI)
        events.record("visit.accepted", visit, cast.admin.viewer)
        db.session.commit()
        events.drain()
        mails = db.session.scalars(select(Mail).where(Mail.to_address == cast.guest_member.email)).all()
        reader = Reader()
        for mail in mails:
            reader.take(email.message_from_bytes(outbox.compose(mail).as_bytes(), policy=policy.default))
            assert f"pukul 09.00–11.30 {zone}" in mail.text and "pukul 09.00" in mail.text
        assert [starts for starts, _ in reader.meetings] == [datetime.combine(day, time(utc_hour), UTC) for day in (THU, FRI)]
        assert f"09.00–11.30 {zone}" in db.session.scalars(select(Notice)).first().detail


@pytest.mark.parametrize(
    ("status", "name", "by"),
    [("requested", "visit.requested", "guest_manager"), ("declined", "visit.declined", "host_manager"),
     ("proposed", "visit.proposed", "host_manager"), ("held", "visit.held", "host_manager")],
)  # fmt: skip
def test_other_mails_carry_none(cast, db_ctx, status, name, by):
    with db_ctx():
        events.record(name, make_visit(status, day=THU), getattr(cast, by).viewer)
        db.session.commit()
        events.drain()
        assert set(db.session.scalars(select(Mail.calendar))) == {None}
