"""Who may see a question and act on it: one table, asked of the rule, of the SQL, of the search and of the pages."""

import pytest
from sqlalchemy import select

from kb.core import clock, events
from kb.core.db import db
from kb.core.errors import Forbidden
from kb.questions import moderation, policy, queries, service
from kb.questions.models import Question
from kb.search import service as search
from tests.questions.makers import leave, make_answer, make_question

HOST = {"host_manager", "host_member"}
GUEST = {"guest_manager", "guest_member"}
PARTIES = HOST | GUEST
EVERYBODY = PARTIES | {"outsider", "admin", "editor", "visitor"}
NETWORK = EVERYBODY - {"visitor"}
MODERATORS = {"admin", "editor"}

# (visibility, what happened to it) -> who sees it. Pringsewu (guest) asks, Mesuji (host) is addressed.
TABLE = {
    ("publik", ""): EVERYBODY,
    ("jejaring", ""): NETWORK,
    ("para_pihak", ""): PARTIES,
    ("publik", "flagged"): EVERYBODY,
    ("jejaring", "flagged"): NETWORK,
    ("para_pihak", "flagged"): PARTIES | MODERATORS,
    ("publik", "hidden"): GUEST | MODERATORS,
    ("jejaring", "hidden"): GUEST | MODERATORS,
    ("para_pihak", "hidden"): GUEST | MODERATORS,
}


@pytest.fixture
def whole(cast, editor):
    """The cast, with a manager of the editorial office."""
    cast.editor = editor
    return cast


def prepare(cast, visibility: str, state: str) -> Question:
    question = make_question(cast.guest_member.viewer, visibility=visibility, addressed="18.11")
    question.is_flagged = state == "flagged"
    question.hidden_at = clock.now() if state == "hidden" else None
    db.session.commit()
    return question


@pytest.mark.parametrize(("case", "allowed"), TABLE.items(), ids=lambda value: "-".join(value) if isinstance(value, tuple) else "")
def test_rule_sql_search_and_page_agree_on_who_sees_a_question(whole, db_ctx, case, allowed):
    with db_ctx():
        question = prepare(whole, *case)
        ident, title = question.id, question.title
        search.refresh({"question": {ident}})
        question = db.session.get(Question, ident)
        for part in sorted(EVERYBODY):
            viewer = getattr(whole, part).viewer
            by_sql = db.session.scalar(select(Question.id).where(policy.visible_to(viewer))) is not None
            assert (policy.can_view(viewer, question), by_sql) == (part in allowed,) * 2, part
    for part in sorted(EVERYBODY):
        client = getattr(whole, part).client
        assert (f'href="/tanya/{ident}"' in client.get("/cari?q=peta+rencana&jenis=tanya").text) == (part in allowed), part
        assert client.get(f"/tanya/{ident}").status_code == (200 if part in allowed else 404), part
        listed = part in allowed and case[1] != "hidden"
        assert (title in client.get("/tanya").text) == listed, part


# act -> who may do it with an open question that all may read, answered by Mesuji (host) and accepted; Pringsewu (guest) belongs here.
ACTS = {
    "edit": GUEST,
    "answer": HOST | {"outsider", "admin", "editor"},
    "comment": NETWORK,
    "decide": GUEST,
    "accept": GUEST,
    "invite": GUEST | MODERATORS,
    "merge": GUEST | MODERATORS,
    "flag": NETWORK,
    "moderate": MODERATORS,
    "edit_answer": HOST,
    "confirm": HOST,
    "find_helpful": NETWORK - HOST,
    "apply": GUEST,
    "make_article": PARTIES,
}


def may(act: str, viewer, question, answer) -> bool:
    on_answer = {"accept", "edit_answer", "confirm", "find_helpful", "apply"}
    rule = getattr(policy, f"can_{act}")
    if act == "moderate":
        return rule(viewer)
    if act == "make_article":
        return rule(viewer, question, answer)
    return rule(viewer, answer if act in on_answer else question)


@pytest.mark.parametrize(("act", "allowed"), ACTS.items(), ids=lambda value: value if isinstance(value, str) else "")
def test_who_may_do_what(whole, db_ctx, act, allowed):
    with db_ctx():
        question = make_question(whole.guest_member.viewer)
        answer = make_answer(question, whole.host_member.viewer)
        answer.accepted_at = clock.now()
        for part in sorted(EVERYBODY):
            assert may(act, getattr(whole, part).viewer, question, answer) == (part in allowed), part


@pytest.mark.parametrize(
    ("visibility", "state", "allowed"),
    [
        ("publik", "", GUEST | MODERATORS),
        ("para_pihak", "", GUEST),
        ("para_pihak", "flagged", GUEST | MODERATORS),
        ("publik", "hidden", set()),
    ],
)
def test_moderators_decide_only_in_the_place_of_an_office_that_has_left(whole, db_ctx, visibility, state, allowed):
    with db_ctx():
        question = prepare(whole, visibility, state)
        before = {part for part in EVERYBODY if policy.can_decide(getattr(whole, part).viewer, question)}
        leave("18.10")
        after = {part for part in EVERYBODY if policy.can_decide(getattr(whole, part).viewer, question)}
        assert (before, after) == (allowed - MODERATORS, allowed)


def test_nobody_accepts_an_own_answer(whole, db_ctx):
    with db_ctx():
        question = make_question(whole.guest_member.viewer)
        own = make_answer(question, whole.host_member.viewer)
        own.office_id = whole.guest_member.office_id  # as after merging
        moderators = make_answer(question, whole.editor.viewer, "Dari Redaksi.")
        leave("18.10")
        for part in sorted(EVERYBODY):
            assert not policy.can_accept(getattr(whole, part).viewer, own), part
            assert policy.can_accept(getattr(whole, part).viewer, moderators) == (part in GUEST), part


@pytest.mark.parametrize("state", ["closed", "merged", "hidden"])
def test_nobody_writes_in_a_question_that_is_over(whole, db_ctx, state):
    with db_ctx():
        question = make_question(whole.guest_member.viewer)
        if state == "hidden":
            question.hidden_at = clock.now()
        else:
            question.status = state
        for part in sorted(EVERYBODY):
            viewer = getattr(whole, part).viewer
            assert not policy.can_answer(viewer, question) and not policy.can_comment(viewer, question), part
        db.session.rollback()


@pytest.mark.parametrize(
    ("part", "expected"),
    [("guest_member", True), ("host_member", True), ("outsider", False), ("admin", False), ("editor", False), ("visitor", False)],
)
def test_a_confidential_question_stands_in_no_list_count_suggestion_or_event_of_others(whole, db_ctx, part, expected):
    with db_ctx():
        make_question(whole.guest_member.viewer, title="Bagaimana zirkonium dianggarkan?", visibility="para_pihak", addressed="18.11")
        db.session.commit()
        events.drain()
    client = getattr(whole, part).client
    pages = ("/tanya", "/tanya/menunggu", "/papan-kebutuhan", "/indikator/spbe-2020/12", "/cari?q=zirkonium+dianggarkan")
    for address in pages:
        found = "zirkonium dianggarkan?" in client.get(address).text
        assert not found if not expected else found or "/cari" in address, address
    if part != "visitor":
        similar = client.get("/cari/serupa?q=Bagaimana+zirkonium+dianggarkan", check=False)
        assert ("zirkonium" in similar.text) == expected


@pytest.mark.parametrize("part", ["guest_member", "guest_manager", "host_manager", "admin"])
def test_nobody_is_invited_into_a_confidential_question(cast, db_ctx, part):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, visibility="para_pihak", addressed="18.11")
        moderation.flag(question, question, "rahasia", "", cast.host_member.viewer)  # so that a moderator sees it
        viewer = getattr(cast, part).viewer
        assert policy.can_view(viewer, question) and not policy.can_invite(viewer, question)
        with pytest.raises(Forbidden):
            service.invite(question, service.Guest(cast.outsider.office_id, "ahli"), viewer)
        db.session.commit()
        ident = question.id
    forged = getattr(cast, part).client.post(f"/tanya/{ident}/undang", data={"office": "kabupaten-tulang-bawang-barat"})
    assert forged.status_code == 403
    with db_ctx():
        assert queries.invited_offices(queries.find(ident)) == [cast.host_member.office_id]


@pytest.mark.parametrize("ended", ["withdrawn", "hidden"])
def test_an_answer_that_does_not_stand_is_not_said_to_hold(cast, db_ctx, ended):
    with db_ctx():
        question = make_question(cast.guest_member.viewer)
        answer = make_answer(question, cast.host_member.viewer)
        if ended == "withdrawn":
            service.withdraw(answer, cast.host_member.viewer)
        else:
            moderation.hide(question, answer, "Diperiksa.", cast.admin.viewer)
        assert not policy.can_confirm(cast.host_member.viewer, answer)
        with pytest.raises(Forbidden):
            service.confirm_current(answer, cast.host_member.viewer)
        db.session.commit()
        address = f"/tanya/{question.id}"
        ident = answer.id
    assert "Masih berlaku" not in cast.host_member.client.get(address).text
    assert cast.host_member.client.post(f"{address}/jawaban/{ident}/masih-berlaku").status_code == 403
