"""A page of notes costs the same number of queries for one row and for many."""

import pytest

from kb.core import clock
from kb.core.db import db
from kb.notes import queries, service
from tests.notes.makers import make_note


def cost(client, address: str, count_queries) -> int:
    with count_queries() as counter:
        assert client.get(address).status_code == 200
    return counter.value


@pytest.mark.parametrize(("part", "most"), [("visitor", 3), ("host_member", 6), ("outsider", 6)])
def test_the_list(cast, db_ctx, count_queries, part, most):
    client, found = getattr(cast, part).client, []
    for many in (1, 29):
        with db_ctx():
            for _ in range(many):
                make_note(cast.host_member.viewer, visibility="publik", indicators=("spbe-2020/12",))
                make_note(cast.host_member.viewer, status="draft")
        found.append(cost(client, "/catatan", count_queries))
    assert found[0] == found[1] <= most


@pytest.mark.parametrize(("part", "most"), [("visitor", 4), ("host_member", 6)])
def test_a_note_with_follow_ups(cast, db_ctx, count_queries, part, most):
    client, found = getattr(cast, part).client, []
    with db_ctx():
        note = make_note(cast.host_member.viewer, visibility="publik", indicators=("spbe-2020/12", "spbe-2020/11"))
        ident = note.id
    for many in (1, 29):
        with db_ctx():
            for number in range(many):
                office_id = (cast.host_member, cast.guest_member)[number % 2].office_id
                service.add_follow_up(queries.find(ident), "Kirim templat", office_id, clock.today(), cast.host_member.viewer)
            db.session.commit()
        found.append(cost(client, f"/catatan/{ident}", count_queries))
    assert found[0] == found[1] <= most


def test_the_history(cast, db_ctx, count_queries):
    found = []
    with db_ctx():
        ident = make_note(cast.host_member.viewer).id
    for many in (1, 9):
        with db_ctx():
            for _ in range(many):
                note = queries.find(ident)
                service.edit(note, service.content_of(note), cast.host_manager.viewer, note.version)
            db.session.commit()
        found.append(cost(cast.host_member.client, f"/catatan/{ident}/riwayat", count_queries))
    assert found[0] == found[1] <= 6
