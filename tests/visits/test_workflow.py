"""The workflow: every state × action × person, read from the table itself. A step added to the table is tested without a line here."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from kb.core import errors
from kb.core.db import db
from kb.core.events import Event
from kb.visits import schedule, service
from kb.visits.models import Visit, VisitOption, VisitSlot
from kb.visits.workflow import ACTIONS, HOLDS_SLOT, STATUSES, STEPS, WAITS_FOR_HOST, step_for, steps_from
from tests.visits.makers import OPEN_DAY, TODAY, make_visit

SIDES = {"host_manager": "host", "host_member": "host", "guest_manager": "guest", "guest_member": "guest"}
PEOPLE = (*SIDES, "outsider", "admin", "visitor")
REASON = "Ada sidang DPRD; kami tawarkan Kamis."
OTHER = schedule.Wish(OPEN_DAY, "13:30")
# Enough for every step, whatever it needs; the visit to join is added by `ready`.
GIVEN = service.Given(reason=REASON, wishes=(OTHER,), options=((OTHER,),), option=1)


def ready(status: str) -> tuple[int, service.Given]:
    """A visit in this state from which every step of the table can go through: one proposal, and an agreed visit it could join."""
    visit = make_visit(status, wants_joint=True)
    if status == "proposed":
        visit.options = [VisitOption(number=1, day=OPEN_DAY, session="13:30", ends="15:30")]
        visit.options_until = TODAY
    return visit.id, GIVEN


def promised(status: str, action: str, person: str):
    """What the table promises: a target state, or the kind of refusal."""
    side, step = SIDES.get(person), step_for(status, action)
    if side is None or (status == "draft" and side == "host"):
        return errors.NotFound
    if step is None:
        return errors.Conflict
    if side not in step.by or (step.managers_only and not person.endswith("manager")):
        return errors.Forbidden
    return step.target


def happens(visit_id: int, action: str, viewer, given: service.Given):
    """What really happens: the state reached, or the kind of refusal (with a message, and nothing changed)."""
    before = snapshot(visit_id)
    visit = db.session.get(Visit, visit_id)
    step = step_for(visit.status, action)
    try:
        service.act(visit, action, viewer, given)
    except errors.Refused as refusal:
        assert len(refusal.message) > 20 and refusal.message.endswith(".")
        assert snapshot(visit_id) == before
        return type(refusal)
    visit = db.session.get(Visit, visit_id, populate_existing=True)
    told = db.session.scalars(select(Event).where(Event.subject_kind == "visit", Event.subject_id == visit_id)).all()
    assert [(event.name, event.actor_id) for event in told] == [(f"visit.{step.event}", viewer.user_id)]
    assert holds_slot(visit_id) == (visit.status in HOLDS_SLOT and visit.joint_with_id is None)
    return visit.status


def snapshot(visit_id: int) -> tuple:
    """The stored visit, whether it holds its slot, and how much was told."""
    db.session.flush()
    row = db.session.execute(Visit.__table__.select().where(Visit.id == visit_id)).one()
    return row, holds_slot(visit_id), db.session.scalar(select(func.count()).select_from(Event))


def holds_slot(visit_id: int) -> bool:
    return db.session.scalar(select(VisitSlot.id).where(VisitSlot.visit_id == visit_id)) is not None


@pytest.mark.parametrize("status", STATUSES)
def test_every_action_of_everybody_does_what_the_table_says(app, cast, it_is, status):
    expected, found = {}, {}
    with app.app_context():
        visit_id, given = ready(status)
        db.session.commit()
        for action in ACTIONS:
            step = step_for(status, action)
            it_is(OPEN_DAY if step and step.after_day else TODAY)
            for person in PEOPLE:
                if step and ("joint" in step.needs or action == "wait"):
                    leader = make_visit("accepted", guest="18.12", wants_joint=True)
                    given = replace(given, joint_with_id=leader.id)
                expected[action, person] = promised(status, action, person)
                found[action, person] = happens(visit_id, action, getattr(cast, person).viewer, given)
                db.session.rollback()
    assert found == expected


@pytest.mark.parametrize("status", STATUSES)
def test_the_buttons_shown_are_exactly_the_steps_that_go_through(app, cast, it_is, status):
    it_is(OPEN_DAY)
    with app.app_context():
        visit = make_visit(status, reference="KK-UJI", wants_joint=True)
        if status == "proposed":
            visit.options = [VisitOption(number=1, day=OPEN_DAY, session="13:30", ends="15:30")]
            visit.options_until = OPEN_DAY
        if status in WAITS_FOR_HOST:
            make_visit("accepted", guest="18.12", wants_joint=True)
        visit_id = visit.id
        db.session.commit()
    for person, side in SIDES.items():
        page = getattr(cast, person).client.get(f"/kunjungan/{visit_id}")
        if status == "draft" and side == "host":
            assert page.status_code == 404
            continue
        shown = {action for action in ACTIONS if f'action="/kunjungan/{visit_id}/{action}"' in page.text}
        promised_steps = steps_from(status, side, person.endswith("manager"), OPEN_DAY, OPEN_DAY)
        # A draft is sent from its check page, where all answers stand once more.
        assert shown == ({step.action for step in promised_steps} if status != "draft" else set())


def test_the_table_is_sound():
    assert {step.source for step in STEPS} | {step.target for step in STEPS} == set(STATUSES)
    assert len({(step.source, step.action) for step in STEPS}) == len(STEPS)
    assert all(set(step.by) <= {"host", "guest"} and step.by and step.label for step in STEPS)
    assert HOLDS_SLOT.issubset(STATUSES)


@pytest.mark.parametrize(
    ("action", "people"),
    [
        ("submit", {"guest_manager"}),
        ("accept", {"host_manager"}),
        ("decline", {"host_manager"}),
        ("withdraw", {"guest_manager"}),
        ("cancel", {"host_manager", "guest_manager"}),
        ("hold", {"host_manager", "host_member", "guest_manager", "guest_member"}),
    ],
)
def test_who_may_take_a_step_is_as_promised_to_the_offices(action, people):
    step = next(step for step in STEPS if step.action == action)
    assert {person for person in PEOPLE if promised(step.source, action, person) == step.target} == people


@pytest.mark.parametrize("step", [step for step in STEPS if step.needs_reason], ids=lambda step: step.action)
@pytest.mark.parametrize("reason", ["", "   ", "\n\t"])
def test_a_step_that_hurts_the_other_side_needs_a_reason(app, cast, step, reason):
    with app.app_context():
        visit_id, given = ready(step.source)
        visit = db.session.get(Visit, visit_id)
        before = snapshot(visit.id)
        viewer = getattr(cast, f"{step.by[0]}_manager").viewer
        with pytest.raises(errors.Invalid, match="Tulis alasannya") as refusal:
            service.act(visit, step.action, viewer, replace(given, reason=reason))
        assert refusal.value.field == "reason" and snapshot(visit.id) == before


@pytest.mark.parametrize("step", [step for step in STEPS if step.after_day], ids=lambda step: step.action)
def test_what_is_reported_after_the_day_is_not_possible_before_it(app, cast, it_is, step):
    with app.app_context():
        visit = make_visit(step.source)
        with pytest.raises(errors.Invalid, match="pada atau sesudah harinya"):
            service.act(visit, step.action, cast.host_member.viewer)
        it_is(OPEN_DAY)
        service.act(visit, step.action, cast.host_member.viewer)
        assert visit.status == step.target


def test_a_day_that_came_meanwhile_can_only_be_declined(app, cast, it_is):
    with app.app_context():
        visit = make_visit("requested")
        it_is(OPEN_DAY)
        with pytest.raises(errors.Invalid, match="sudah lewat"):
            service.act(visit, "accept", cast.host_manager.viewer)
        service.act(visit, "decline", cast.host_manager.viewer, GIVEN)
        assert (visit.status, visit.reason) == ("declined", REASON)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.source}-{step.action}")
def test_a_step_taken_on_a_stale_copy_is_refused(app, cast, it_is, step):
    """Somebody else was faster: this process still believes in the old state, the database does not."""
    it_is(OPEN_DAY if step.after_day else TODAY)
    with app.app_context():
        visit_id, given = ready(step.source)
        visit = db.session.get(Visit, visit_id)
        if "joint" in step.needs or step.action == "wait":
            given = replace(given, joint_with_id=make_visit("accepted", guest="18.12", wants_joint=True).id)
        other = next(status for status in ("withdrawn", "declined") if status != step.source)
        db.session.execute(Visit.__table__.update().where(Visit.id == visit_id).values(status=other))
        assert visit.status == step.source
        with pytest.raises(errors.Conflict, match="baru saja diubah orang lain"):
            service.act(visit, step.action, getattr(cast, f"{step.by[0]}_manager").viewer, given)


def test_a_cancelled_visit_frees_its_session_for_the_next(app, cast):
    with app.app_context():
        first, second = make_visit("accepted"), make_visit("requested", guest="18.12")
        service.act(first, "cancel", cast.guest_manager.viewer, GIVEN)
        service.act(second, "accept", cast.host_manager.viewer)
        assert (first.status, second.status) == ("cancelled", "accepted")
        assert not holds_slot(first.id) and holds_slot(second.id)


def test_a_draft_changed_on_a_stale_copy_is_refused_once_it_was_sent(app, cast):
    """A colleague sent it while this person still had the draft open."""
    with app.app_context():
        visit = make_visit("draft")
        db.session.execute(Visit.__table__.update().values(status="requested"))
        assert visit.status == "draft"
        names = set(service.Request.__dataclass_fields__) - {"indicators", "wishes", "letter_number", "letter_on", "letter_file", "members"}
        request = service.Request(**{name: getattr(visit, name) for name in names}, indicators=(), wishes=(OTHER,))
        with pytest.raises(errors.Conflict, match="sudah dikirim"):
            service.change(visit, request, cast.guest_member.viewer)


def test_references_count_up_within_a_year_and_begin_anew_with_the_next(app, cast, it_is):
    found = []
    with app.app_context():
        for today, day in ((TODAY, OPEN_DAY), (TODAY, OPEN_DAY), (date(2027, 1, 4), date(2027, 2, 3))):
            it_is(today)
            visit = make_visit("draft", day=day)
            service.act(visit, "submit", cast.guest_manager.viewer)
            found.append(visit.reference)
    assert found == ["KK-2026-0001", "KK-2026-0002", "KK-2027-0001"]
