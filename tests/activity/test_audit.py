"""The audit pages: all events for the admin, the own office's for everybody of it, nothing for others."""

import re
from pathlib import Path

import pytest

from kb.activity import labels
from kb.core import clock, events
from kb.core.db import db
from kb.core.viewer import ANONYMOUS
from kb.questions import moderation
from tests import makers
from tests.home.makers import cost, make_article
from tests.notes.makers import make_note
from tests.questions.makers import make_answer, make_question

EVERYTHING, OWN = "/admin/jejak", "/instansi-saya/jejak"


def happened(name: str, viewer=ANONYMOUS, **data) -> None:
    """An event about an office. Commits."""
    events.record(name, makers.office("18.11"), viewer, **data)
    db.session.commit()


def table_of(page: str) -> str:
    return page.split("<tbody>")[1].split("</tbody>")[0] if "<tbody>" in page else ""


@pytest.mark.parametrize("part", ["host_manager", "host_member", "outsider"])
def test_all_events_are_the_admins(cast, db_ctx, part):
    with db_ctx():
        happened("thing.happened", cast.guest_member.viewer)
    answer = getattr(cast, part).client.get(EVERYTHING)
    assert answer.status_code == 403 and "thing.happened" not in answer.text
    assert "thing.happened" in cast.admin.client.get(EVERYTHING).text


@pytest.mark.parametrize("address", [EVERYTHING, OWN])
def test_a_visitor_is_sent_to_sign_in(client, address):
    assert "/masuk" in client.get(address).location


@pytest.mark.parametrize("part", ["host_manager", "host_member"])
def test_everybody_sees_what_their_own_office_did(cast, db_ctx, part):
    with db_ctx():
        happened("ours.happened", cast.host_member.viewer)
        happened("theirs.happened", cast.guest_member.viewer)
        happened("nobodys.happened")
    shown = table_of(getattr(cast, part).client.get(OWN).text)
    assert "ours.happened" in shown and "Host Member" in shown
    assert "theirs.happened" not in shown and "nobodys.happened" not in shown


def test_an_event_says_when_what_about_which_and_by_whom(cast, db_ctx):
    with db_ctx():
        ident = make_note(cast.guest_member.viewer).id
        happened("nobodys.happened")
    rows = table_of(cast.admin.client.get(EVERYTHING).text).split("<tr>")[1:]
    assert "nobodys.happened" in rows[0] and "Berguru, atau orang tanpa akun" in rows[0]
    assert "Catatan diterbitkan" in rows[1] and f'<a href="/catatan/{ident}">Catatan {ident}</a>' in rows[1]
    assert "Guest Member" in rows[1] and "Kabupaten Pringsewu" in rows[1] and "pukul" in rows[1]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("", {"Catatan dibuat", "Catatan diterbitkan", "Artikel dibuat", "Artikel diterbitkan"}),
        ("note.", {"Catatan dibuat", "Catatan diterbitkan"}),
        ("note.published", {"Catatan diterbitkan"}),
        ("published", set()),
        ("note%", set()),
        ("_ote", set()),
        ("x" * 500, set()),
        ("' OR 1=1 --", set()),
    ],
)
def test_events_are_narrowed_by_the_beginning_of_their_name(cast, db_ctx, asked, expected):
    with db_ctx():
        make_note(cast.host_member.viewer)
        make_article(cast.host_member.viewer)
    page = cast.host_manager.client.get(OWN, query_string={"peristiwa": asked}).text
    shown = table_of(page)
    labels = ("Catatan dibuat", "Catatan diterbitkan", "Artikel dibuat", "Artikel diterbitkan")
    assert {label for label in labels if label in shown} == expected
    assert expected or "Belum ada peristiwa yang cocok." in page


def test_an_empty_audit_says_so(cast):
    assert "Belum ada peristiwa yang cocok." in cast.outsider.client.get(OWN).text


def test_the_newest_stands_first_and_pages_keep_the_filter(cast, db_ctx):
    with db_ctx():
        for number in range(60):
            happened(f"test.number_{number:02d}", cast.host_member.viewer)
        happened("other.thing", cast.host_member.viewer)
    first = cast.host_manager.client.get(f"{OWN}?peristiwa=test.").text
    assert first.index("number_59") < first.index("number_10") and "number_09" not in first and "other.thing" not in first
    assert "peristiwa=test." in first and "hal=2" in first
    second = cast.host_manager.client.get(f"{OWN}?peristiwa=test.&hal=2").text
    assert "number_09" in second and "number_10" not in second and "other.thing" not in second


NAMED = re.compile(r"`([a-z]+\.[a-z_]+)`")


def test_every_event_on_the_map_has_a_label_and_a_kind():
    table = (Path(labels.__file__).parent.parent / "README.md").read_text().split("## Events")[1].split("##")[0]
    named = {name for line in table.splitlines() if line.startswith("| `") for name in NAMED.findall(line.split("|")[1])}
    assert len(named) > 60 and named == set(labels.EVENTS)
    assert {name.partition(".")[0] for name in named} == set(labels.KINDS)


def test_the_list_is_narrowed_by_kind_or_event_without_knowing_its_name(cast, db_ctx):
    with db_ctx():
        make_note(cast.host_member.viewer)
    page = cast.admin.client.get(f"{EVERYTHING}?peristiwa=note.published").text
    assert '<option value="note.published" selected>Catatan diterbitkan</option>' in page
    assert '<option value="note.">Catatan konsultasi: semua</option>' in page


def test_a_moderators_act_says_which_part_what_and_why(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        answer = make_answer(question, cast.host_member.viewer)
        moderation.flag(question, answer, "iklan", "", cast.outsider.viewer)
        db.session.commit()
        answer_id = answer.id
        events.record(
            "question.moderated", question, cast.admin.viewer, act="hidden", part="answer", part_id=answer_id, because="Promosi <b>."
        )
        db.session.commit()
    rows = table_of(cast.admin.client.get(f"{EVERYTHING}?peristiwa=question.").text).split("<tr>")[1:]
    assert "Diputus moderator" in rows[0] and "Admin" in rows[0]
    assert f"Bagian: jawaban {answer_id}; Tindakan: disembunyikan; Alasan: Promosi &lt;b&gt;." in rows[0]
    assert "Dilaporkan pembaca" in rows[1] and "Alasan: Iklan atau promosi" in rows[1]


def test_a_page_holds_no_other_data_of_an_event(cast, db_ctx):
    with db_ctx():
        happened("thing.happened", cast.host_member.viewer, secret="tautan rahasia")
    assert "tautan rahasia" not in cast.admin.client.get(EVERYTHING).text


def test_a_person_who_left_is_still_named(cast, db_ctx):
    with db_ctx():
        happened("thing.happened", cast.host_member.viewer)
        user = db.session.get(makers.User, cast.host_member.id)
        user.active, user.removed_at = False, clock.now()
        db.session.commit()
    assert "Host Member" in table_of(cast.host_manager.client.get(OWN).text)


def test_markup_in_a_name_is_harmless(cast, db_ctx):
    with db_ctx():
        db.session.get(makers.User, cast.host_member.id).name = "<script>alert(1)</script>"
        db.session.commit()
        happened("thing.happened", cast.host_member.viewer)
    assert "<script>alert" not in cast.admin.client.get(EVERYTHING).text


@pytest.mark.parametrize(("part", "address"), [("admin", EVERYTHING), ("host_manager", OWN)])
def test_it_costs_the_same_for_one_event_and_for_fifty(cast, db_ctx, count_queries, part, address):
    found = []
    for many in (1, 49):
        with db_ctx():
            for _ in range(many):
                happened("thing.happened", cast.host_member.viewer)
        found.append(cost(getattr(cast, part).client, address, count_queries))
    assert found[0] == found[1] <= 7
