"""When a host is open: the pure rules, tried by hypothesis over years, and Indonesia's holidays and a host's settings on top."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.core import days_off
from kb.visits import calendar, openness, queries
from kb.visits.calendar import Closed, Rules, Session
from kb.visits.schedule import Wish
from tests.makers import office, open_hours
from tests.visits.makers import FIRST_DAY, HOLIDAY, OPEN_DAY, TODAY, close, make_openness, make_visit

MORNING_SESSION, AFTERNOON_SESSION = Session(time(9), time(11, 30)), Session(time(13, 30), time(15, 30))
DAY = timedelta(days=1)

steady = settings(deadline=None)

days = st.dates(date(2024, 1, 1), date(2033, 12, 31))
weekdays = st.dictionaries(st.integers(0, 6), st.sampled_from([(), (MORNING_SESSION,), (MORNING_SESSION, AFTERNOON_SESSION)]))


@st.composite
def worlds(draw):
    """A today, a day within reach of it, and a host's rules with closed periods and holidays around both."""
    today = draw(days)
    near = st.integers(-40, 500).map(lambda n: today + n * DAY)
    periods = draw(st.lists(st.tuples(near, st.integers(0, 20)), max_size=4))
    rules = Rules(
        notice_days=draw(st.integers(0, 60)),
        ahead_days=draw(st.integers(7, 365)),
        sessions=draw(weekdays),
        closed=tuple(Closed(first, first + length * DAY, "sidang DPRD") for first, length in periods),
        holidays=draw(st.dictionaries(near, st.just("Hari Libur"), max_size=25)),
    )
    return rules, today, draw(near)


def working_days_between(first: date, last: date, holidays) -> int:
    """The working days strictly between two days, counted one by one."""
    between = (first + n * DAY for n in range(1, (last - first).days))
    return sum(on.weekday() not in (5, 6) and on not in holidays for on in between)


@steady
@given(worlds())
def test_a_day_is_open_if_and_only_if_every_rule_allows_it(world):
    rules, today, on = world
    found = calendar.day(on, rules, today)
    allowed = [
        on > today,
        bool(rules.sessions.get(on.weekday())),
        on not in rules.holidays,
        not any(period.from_on <= on <= period.until_on for period in rules.closed),
        working_days_between(today, on, rules.holidays) >= rules.notice_days,
        (on - today).days <= rules.ahead_days,
    ]
    assert found.sessions == (rules.sessions[on.weekday()] if all(allowed) else ())
    assert bool(found.closed_because) is not all(allowed)


@steady
@given(worlds())
def test_no_session_is_ever_free_in_the_past_or_today(world):
    rules, today, _ = world
    for n in range(-30, 1):
        on = today + n * DAY
        assert not calendar.day(on, rules, today).sessions
        assert calendar.find_session(on, "09:00", rules, today) is None


@steady
@given(worlds())
def test_the_first_day_leaves_exactly_the_notice_that_was_asked(world):
    rules, today, _ = world
    first = calendar.earliest(rules, today)
    assert first > today
    assert working_days_between(today, first, rules.holidays) >= rules.notice_days
    if rules.notice_days:
        assert working_days_between(today, first - DAY, rules.holidays) < rules.notice_days


@steady
@given(worlds())
def test_more_notice_never_opens_a_day_earlier(world):
    rules, today, _ = world
    more = Rules(rules.notice_days + 1, rules.ahead_days, rules.sessions, rules.closed, rules.holidays)
    assert calendar.earliest(more, today) > calendar.earliest(rules, today) or rules.notice_days == 0


@steady
@given(worlds(), st.sampled_from(["09:00", "13:30", "9:00", "11:30", "", "siang"]))
def test_a_session_is_found_by_its_name_only_on_an_open_day(world, key):
    rules, today, on = world
    found = calendar.find_session(on, key, rules, today)
    assert (found is not None) == (key in [session.key for session in calendar.day(on, rules, today).sessions])
    assert found is None or found.key == key


@steady
@given(worlds())
def test_a_month_shows_each_of_its_days_once_under_its_weekday(world):
    rules, today, on = world
    weeks = calendar.weeks(on.year, on.month, rules, today)
    shown = [day for week in weeks for day in week if day]
    assert [day.on for day in shown] == [on.replace(day=1) + n * DAY for n in range(len(shown))]
    assert (shown[-1].on + DAY).day == 1
    assert all(day is None or day.on.weekday() == column for week in weeks for column, day in enumerate(week))
    assert {len(week) for week in weeks} == {7}


@pytest.mark.parametrize(
    ("on", "because"),
    [
        (date(2026, 11, 22), "sudah lewat"),
        (TODAY, "hari ini"),
        (date(2026, 11, 24), "kurang dari 5 hari kerja lagi"),
        (FIRST_DAY - DAY, "kurang dari 5 hari kerja lagi"),
        (FIRST_DAY, ""),
        (date(2026, 12, 5), "akhir pekan"),
        (OPEN_DAY, ""),
        (date(2026, 12, 15), "sidang DPRD"),
        (date(2026, 12, 17), "sidang DPRD"),
        (date(2026, 12, 18), ""),
        (HOLIDAY, "Cuti Bersama Hari Raya Natal"),
        (date(2026, 12, 25), "Hari Raya Natal"),
        (date(2027, 1, 1), "Tahun Baru Masehi"),
        (TODAY + 120 * DAY, ""),
        (TODAY + 122 * DAY, "Cuti Bersama Wafat Yesus Kristus"),
        (TODAY + 121 * DAY, "lebih dari 120 hari lagi"),
    ],
)
def test_a_host_at_the_usual_hours_says_why_it_is_closed(db_ctx, on, because):
    with db_ctx():
        open_hours(office("18.11"))
        close(date(2026, 12, 15), date(2026, 12, 17))
        close(date(2026, 12, 18), date(2026, 12, 18), host="18.10")
        found = calendar.day(on, openness.rules(office("18.11")), TODAY)
        assert found.closed_because == because
        assert [session.label for session in found.sessions] == ([] if because else ["09.00–11.30", "13.30–15.30"])


def test_joint_leave_and_weekends_do_not_count_as_notice(db_ctx, it_is):
    """From Wednesday 23 December: joint leave, Christmas and a weekend pass before the first working day."""
    it_is(date(2026, 12, 23))
    with db_ctx():
        rules = openness.rules(office("18.11"))
        assert calendar.earliest(rules, date(2026, 12, 23)) == date(2027, 1, 5)


def test_a_hosts_own_settings_replace_the_defaults_altogether(db_ctx):
    with db_ctx():
        open_hours(office("18.10"))
        make_openness(sessions=((2, 13, 15), (2, 8, 10), (5, 9, 11)), notice_days=0, ahead_days=30)
        rules = openness.rules(office("18.11"))
        offered = [(TODAY + n * DAY, calendar.day(TODAY + n * DAY, rules, TODAY)) for n in range(60)]
        opened = {(on.weekday(), session.label) for on, day in offered for session in day.sessions}
        assert opened == {(2, "08.00–10.00"), (2, "13.00–15.00"), (5, "09.00–11.00")}
        assert max(on for on, day in offered if day.sessions) <= TODAY + 30 * DAY
        assert openness.rules(office("18.10")).sessions.keys() == set(range(5))


def test_a_host_that_closed_every_weekday_offers_nothing_and_says_so(db_ctx):
    with db_ctx():
        make_openness(sessions=())
        host = office("18.11")
        assert openness.summary(host) == "Tuan rumah belum membuka sesi."
        assert not queries.month_of(host, 2026, 12).open_days


def test_the_summary_says_when_a_host_is_open_in_its_own_time(db_ctx):
    with db_ctx():
        make_openness("91.71", sessions=((0, 9, 11), (3, 13, 15)), notice_days=7)
        said = "Terbuka Senin, Kamis; sesi 09.00–11.00 dan 13.00–15.00 WIT; pemberitahuan paling lambat 7 hari kerja."
        assert openness.summary(office("91.71")) == said


@pytest.mark.parametrize(("code", "day"), [("18.11", 23), ("91.71", 24)])
def test_today_is_the_hosts_own_today(db_ctx, it_is, code, day):
    """At 22.30 in Lampung it is half past midnight in Jayapura."""
    it_is(datetime(2026, 11, 23, 15, 30, tzinfo=UTC))
    with db_ctx():
        make_openness(code, sessions=tuple((weekday, 9, 11) for weekday in range(7)), notice_days=0)
        first = queries.month_of(office(code), 2026, 11).open_days[0].on
        assert first == date(2026, 11, day) + DAY


@pytest.mark.parametrize("year", range(2025, 2036))
def test_every_year_knows_the_holidays_that_never_move(year):
    found = days_off.known_holidays(year, year + 2)
    for later in (0, 1, 2):
        assert {date(year + later, month, on) for month, on in ((1, 1), (5, 1), (6, 1), (8, 17), (12, 25))} <= found.keys()
    assert all(isinstance(name, str) and name for name in found.values())


def test_a_month_tells_what_is_taken_and_how_many_wait(db_ctx):
    with db_ctx():
        open_hours(office("18.11"))
        make_visit("accepted", session="09:00")
        make_visit("requested", session="13:30", guest="18.10")
        make_visit("requested", session="13:30", guest="18.12")
        for status in ("draft", "declined", "withdrawn", "cancelled"):
            make_visit(status, session="13:30")
        make_visit("accepted", guest="18.11", host="18.10", session="13:30")
        month = queries.month_of(office("18.11"), 2026, 12)
        assert month.taken == {Wish(OPEN_DAY, "09:00")}
        assert month.waiting == {Wish(OPEN_DAY, "13:30"): 2}
