"""From the first tables to those of today, with visits in them: nothing is lost on the way up, and what has a place on the way down."""

import json

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from kb.core.db import db
from tests.migrations import fill, insert, rows, run

pytestmark = pytest.mark.slow

OLD = {
    "office": [
        {"id": 1, "slug": "a", "name": "Kominfo A", "kind": "kota", "timezone": "Asia/Jakarta"},
        {"id": 2, "slug": "b", "name": "Kominfo B", "kind": "kota", "timezone": "Asia/Jayapura"},
    ],
    "visit": [
        {
            "id": number, "reference": f"KK-{number}", "host_id": 1, "guest_id": 2, "status": status, "mode": "daring", "day": "2026-12-01",
            "session": "09:00", "session_ends": "11:30", "purpose": "Maksud", "questions": "Satu?", "head_name": "Kepala",
            "head_position": "Jabatan", "delegation_size": 3, "contact_name": "Narahubung", "contact_phone": "0812",
            "contact_email": "a@b.example", "letter_number": letter, "letter_on": None,
            "host_opens": True, "guest_opens": True, "reason": "", "is_sample": False,
            "created_at": "2026-11-01 00:00:00",
        }
        for number, status, letter in ((1, "accepted", "005/1"), (2, "requested", None))
    ],
    "visit_indicator": [{"visit_id": 1, "code": "spbe-2020/12"}],
    "visit_slot": [{"visit_id": 1, "host_id": 1, "day": "2026-12-01", "session": "09:00"}],
}  # fmt: skip


def the_first_version() -> None:
    upgrade(revision="0001")
    fill(OLD)


def the_version_of_visit_versions() -> None:
    the_first_version()
    upgrade(revision="visit_versions")


def the_version_of_demand() -> None:
    the_first_version()
    upgrade(revision="demand")


@pytest.fixture
def old(installation):
    """An installation of the first version with two visits in it."""
    return installation(the_first_version)


@pytest.fixture
def versioned(installation):
    """The same two visits in the version that gave visits versions."""
    return installation(the_version_of_visit_versions)


@pytest.fixture
def demanding(installation):
    """The same two visits in the version before hosts said their hours."""
    return installation(the_version_of_demand)


REPLIES = [
    {"visit_id": 1, "kind": "balasan", "number": "005/2"},
    {"visit_id": 2, "kind": "balasan", "number": "005/3"},
    {"visit_id": 2, "kind": "permohonan", "number": ""},
]


@pytest.fixture
def replied(versioned):
    """The two visits in the version before letters were settled: one accepted, one with a proposal; both replies have their number."""
    empty = dict.fromkeys(("place", "copies", "signer_name", "signer_position", "signer_rank", "signer_nip"), "")
    for row in REPLIES:
        insert("visit_letter", nature="Biasa", attachment="-", **empty, **row)
    run("UPDATE visit SET status = 'proposed', reason = 'Sidang' WHERE id = 2")
    for number, day in ((1, "2026-12-08"), (2, "2026-12-09")):
        insert("visit_option", visit_id=2, number=number, day=day, session="09:00", ends="11:30")
    return versioned


def test_a_sent_letter_keeps_what_it_says_and_a_proposal_becomes_a_letter_of_its_own(replied):
    upgrade()
    found = {
        (visit, kind): (turn, json.loads(facts))
        for visit, kind, turn, facts in rows("SELECT visit_id, kind, turn, facts FROM visit_letter")
    }
    session = ["2026-12-01", "09:00", "11:30"]
    assert found == {
        (1, "permohonan"): (1, {"sessions": [session], "mode": "daring"}),
        (1, "balasan"): (1, {"sessions": [session], "mode": "daring", "moved": False}),
        (2, "permohonan"): (1, {}),
        (2, "balasan-usul"): (1, {
            "sessions": [session], "mode": "daring", "reason": "Sidang",
            "options": [[["2026-12-08", "09:00", "11:30"]], [["2026-12-09", "09:00", "11:30"]]],
        }),
    }  # fmt: skip
    downgrade(revision="visit_versions")
    assert sorted(rows("SELECT visit_id, kind, number FROM visit_letter")) == [
        (1, "balasan", "005/2"), (1, "permohonan", "005/1"), (2, "balasan", "005/3"), (2, "permohonan", ""),
    ]  # fmt: skip
    upgrade()
    assert rows("PRAGMA foreign_key_check") == []


def test_every_visit_keeps_its_topics_slot_session_and_letter(old):
    upgrade()
    assert rows("SELECT visit_id, code FROM visit_indicator") == [(1, "spbe-2020/12")]
    assert rows("SELECT visit_id, day, session, seat FROM visit_slot") == [(1, "2026-12-01", "09:00", 1)]
    assert rows("SELECT visit_id, day, session, ends FROM visit_session ORDER BY visit_id") == [
        (1, "2026-12-01", "09:00", "11:30"),
        (2, "2026-12-01", "09:00", "11:30"),
    ]
    assert rows("SELECT visit_id, kind, number FROM visit_letter") == [(1, "permohonan", "005/1")]
    assert rows("PRAGMA foreign_key_check") == []


def test_the_way_back_keeps_what_has_a_place_there(old):
    upgrade()
    run("UPDATE visit SET status = 'waitlisted' WHERE id = 2")
    downgrade(revision="0001")
    assert rows("SELECT id, status, letter_number FROM visit ORDER BY id") == [(1, "accepted", "005/1"), (2, "requested", None)]
    assert rows("SELECT visit_id FROM visit_slot") == [(1,)]
    assert rows("SELECT code FROM visit_indicator") == [("spbe-2020/12",)]


def test_what_calendars_were_sent_before_is_known_afterwards(versioned):
    """So that a day that is given up after the update is taken out of them."""
    run("UPDATE office SET timezone = 'Asia/Makassar' WHERE id = 1")
    run("UPDATE visit SET sequence = 1, meeting_link = 'https://rapat.example' WHERE id = 1")
    run("INSERT INTO visit_session (visit_id, day, session, ends) VALUES (1, '2026-12-02', '13:30', '15:30')")
    run("INSERT INTO visit_session (visit_id, day, session, ends) VALUES (1, '2026-12-02', '08:00', '10:00')")
    upgrade()
    assert rows("SELECT visit_id, number, starts_at, ends_at, place, sequence, is_cancelled FROM sent_entry ORDER BY number") == [
        (1, 1, "2026-12-01 01:00:00.000000", "2026-12-01 03:30:00.000000", "https://rapat.example", 1, 0),
        (1, 2, "2026-12-02 00:00:00.000000", "2026-12-02 07:30:00.000000", "https://rapat.example", 1, 0),
    ]
    downgrade(revision="visit_versions")
    assert "sent_entry" not in sa.inspect(db.engine).get_table_names() and len(rows("SELECT id FROM visit")) == 2


@pytest.mark.parametrize(
    ("status", "sequence", "known"), [("proposed", 2, 1), ("requested", 2, 1), ("requested", 0, 0), ("cancelled", 2, 0)]
)
def test_a_day_that_was_agreed_once_is_known_too(versioned, status, sequence, known):
    run("UPDATE visit SET status = :status, sequence = :sequence WHERE id = 2", status=status, sequence=sequence)
    upgrade()
    assert rows("SELECT count(*) FROM sent_entry WHERE visit_id = 2") == [(known,)]


def test_drafts_may_lack_a_day_and_get_one_on_the_way_back(tmp_path, old):
    """The rules of the table survive the copy that SQLite makes of it, and so does what refers to a visit."""
    upgrade()
    run("UPDATE visit SET status = 'draft', day = NULL, session = '', session_ends = '' WHERE id = 2")
    run("DELETE FROM visit_session WHERE visit_id = 2")
    for broken in (
        "UPDATE visit SET status = 'requested' WHERE id = 2",
        "UPDATE visit SET status = 'x'",
        "UPDATE visit SET host_id = guest_id",
    ):
        with pytest.raises(sa.exc.IntegrityError):
            run(broken)
    assert rows("SELECT id, article_ids FROM visit ORDER BY id") == [(1, "[]"), (2, "[]")]
    downgrade(revision="widest")
    assert rows("SELECT id, status, day, session FROM visit ORDER BY id") == [
        (1, "accepted", "2026-12-01", "09:00"),
        (2, "draft", "2026-11-01", "09:00"),
    ]
    assert rows("SELECT visit_id FROM visit_slot") == [(1,)] and rows("PRAGMA foreign_key_check") == []
    upgrade()
    assert rows("SELECT count(*) FROM visit") == [(2,)]


@pytest.mark.parametrize(
    ("change", "opened"),
    [
        ("UPDATE visit SET status = status", True),
        ("UPDATE visit SET status = 'proposed'", True),
        ("UPDATE visit SET status = 'cancelled'", True),
        ("UPDATE visit SET status = 'withdrawn', decided_at = '2026-11-02 00:00:00'", True),
        ("UPDATE visit SET status = 'requested'", False),
        ("UPDATE visit SET status = 'declined', decided_at = '2026-11-02 00:00:00'", False),
        ("UPDATE visit SET status = 'draft'", False),
        ("UPDATE visit SET host_id = 2, guest_id = 1", False),
    ],
)
def test_who_already_dealt_with_guests_keeps_the_hours_that_held_and_nobody_else_gets_any(demanding, change, opened):
    run(change)
    upgrade()
    hours = [(weekday, *hours) for weekday in range(5) for hours in (("09:00:00", "11:30:00"), ("13:30:00", "15:30:00"))]
    found = rows("SELECT weekday, substr(starts, 1, 8), substr(ends, 1, 8) FROM open_session JOIN openness ON openness.id = openness_id "
                 "WHERE host_id = 1 ORDER BY weekday, starts")  # fmt: skip
    assert found == (hours if opened else [])
    if opened:
        limits = "SELECT notice_days, ahead_days, largest_delegation, visits_per_session, visits_per_month FROM openness WHERE host_id = 1"
        assert rows(limits) == [(5, 120, 40, 1, None)]
    downgrade(revision="demand")
    upgrade()
    assert rows("SELECT count(*) FROM openness WHERE host_id = 1") == [(int(opened),)]


def test_hours_that_were_said_and_days_that_were_closed_are_kept(demanding):
    insert("openness", host_id=1, notice_days=9, ahead_days=30, largest_delegation=7, place="", bring="", note="")
    insert("closed_period", host_id=2, from_on="2026-12-07", until_on="2026-12-08", reason="Apel")
    upgrade()
    assert rows("SELECT host_id, notice_days FROM openness ORDER BY host_id") == [(1, 9), (2, 5)]
    assert rows("SELECT count(*) FROM open_session JOIN openness ON openness.id = openness_id WHERE host_id = 1") == [(0,)]
