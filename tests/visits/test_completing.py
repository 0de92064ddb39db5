"""A request that was sent is completed by the guest until the day; the host is told, and nothing is overwritten in silence."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from kb.core import events
from kb.core.db import db
from kb.core.events import Event
from kb.notifications.models import Notice
from kb.visits import completing
from kb.visits.completing import Answers
from kb.visits.models import Visit
from kb.visits.workflow import STATUSES
from tests.visits.makers import FORM, OPEN_DAY, faults_at, make_visit, typed

OPEN = {"requested", "waitlisted", "proposed", "accepted", "online"}
MORE = "Bagaimana peta rencana disusun?\nSiapa yang menyetujuinya?\nBerapa lama?"


@pytest.fixture
def ident(app):
    with app.app_context():
        found = make_visit("accepted").id
        db.session.commit()
    return found


def page(ident: int) -> str:
    return f"/kunjungan/{ident}/lengkapi"


def opened(person, ident: int) -> dict:
    """The form as somebody has it on the screen."""
    answer = person.client.get(page(ident))
    assert answer.status_code == 200
    return {name: values[0] for name, values in typed(answer.text).items()}


def now(ident: int, db_ctx) -> Answers:
    with db_ctx():
        return completing.answers_of(db.session.get(Visit, ident))


@pytest.mark.parametrize("status", STATUSES)
def test_in_every_open_state_and_in_no_other_the_guest_may_complete(app, cast, status):
    with app.app_context():
        ident = make_visit(status).id
        db.session.commit()
    expected = 200 if status in OPEN else 302 if status == "draft" else 409
    assert cast.guest_member.client.get(page(ident)).status_code == expected
    link = f'href="{page(ident)}"'
    assert (link in cast.guest_member.client.get(f"/kunjungan/{ident}").text) == (status in OPEN)
    if status != "draft":
        assert cast.guest_member.client.post(page(ident), data={**FORM, "questions": MORE}).status_code == 409


@pytest.mark.parametrize(
    ("part", "status"),
    [
        ("guest_manager", 200),
        ("guest_member", 200),
        ("host_manager", 403),
        ("host_member", 403),
        ("outsider", 404),
        ("admin", 404),
    ],
)
def test_only_the_guests_people_may(cast, ident, part, status):
    client = getattr(cast, part).client
    assert client.get(page(ident)).status_code == status
    assert (f'href="{page(ident)}"' in client.get(f"/kunjungan/{ident}").text) == (status == 200)
    if status != 200:
        assert client.post(page(ident), data={"questions": MORE}).status_code == status


def test_what_is_completed_stands_on_the_page_and_the_host_is_told_what_changed(app, cast, ident, db_ctx):
    form = opened(cast.guest_member, ident) | {"questions": MORE, "contact_name": "Citra Contoh", "already_read": "Peta rencana Mesuji"}
    answer = cast.guest_member.client.post(page(ident), data=form)
    assert answer.location == f"/kunjungan/{ident}"
    shown = cast.host_manager.client.get(f"/kunjungan/{ident}").text
    assert "Berapa lama?" in shown and "Citra Contoh" in shown and "Peta rencana Mesuji" in shown and "Permohonan dilengkapi" in shown
    with db_ctx():
        events.drain()
        (notice,) = db.session.scalars(select(Notice))
        assert notice.user_id == cast.host_manager.id
        assert "Yang berubah: pertanyaan, artikel yang sudah dibaca, narahubung." in notice.detail
        assert "Citra" not in notice.detail and "Berapa lama" not in notice.detail, "no personal data in a notice"


def test_saving_without_a_change_tells_nobody(cast, ident, db_ctx):
    cast.guest_member.client.post(page(ident), data=opened(cast.guest_member, ident))
    with db_ctx():
        assert not db.session.scalars(select(Event)).all()


def test_two_colleagues_lose_nothing(cast, ident, db_ctx):
    first, second = opened(cast.guest_member, ident), opened(cast.guest_manager, ident)
    assert cast.guest_member.client.post(page(ident), data=first | {"questions": "Punya anggota?"}).status_code == 303
    answer = cast.guest_manager.client.post(page(ident), data=second | {"contact_name": "Dewi Contoh", "questions": "Punya pengelola?"})
    assert answer.status_code == 409 and "Punya anggota?" in answer.text
    on_screen = {name: values[0] for name, values in typed(answer.text).items()}
    assert on_screen["questions"] == "Punya pengelola?" and on_screen["contact_name"] == "Dewi Contoh"
    assert now(ident, db_ctx).questions == "Punya anggota?"
    merged = on_screen | {"questions": "Punya anggota?\nPunya pengelola?"}
    assert cast.guest_manager.client.post(page(ident), data=merged).status_code == 303
    assert now(ident, db_ctx).questions == "Punya anggota?\nPunya pengelola?" and now(ident, db_ctx).contact_name == "Dewi Contoh"


def test_an_acceptance_meanwhile_is_no_conflict(app, cast, db_ctx):
    with app.app_context():
        ident = make_visit("requested").id
        db.session.commit()
    form = opened(cast.guest_member, ident)
    cast.host_manager.client.post(f"/kunjungan/{ident}/accept")
    assert cast.guest_member.client.post(page(ident), data=form | {"questions": MORE}).status_code == 303
    assert now(ident, db_ctx).questions == MORE


@pytest.mark.parametrize(("days", "status"), [(1, 200), (0, 200), (-1, 409)])
def test_it_ends_with_the_day(cast, ident, it_is, days, status):
    it_is(OPEN_DAY - timedelta(days=days))
    assert cast.guest_member.client.get(page(ident)).status_code == status


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("questions", " \n ", "Tulis paling sedikit satu pertanyaan"),
        ("questions", "x" * 5001, "paling banyak 5000"),
        ("head_name", "", "wajib diisi"),
        ("contact_phone", "telepon saja", "Nomor WhatsApp tidak benar"),
        ("contact_email", "bukan", "Alamat surel tidak benar"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(cast, ident, db_ctx, field, value, message):
    form = opened(cast.guest_member, ident) | {"already_read": "Tetap di sini", field: value}
    answer = cast.guest_member.client.post(page(ident), data=form)
    assert answer.status_code == 422 and message in faults_at(answer.text, field)
    assert typed(answer.text)["already_read"] == ["Tetap di sini"]
    assert now(ident, db_ctx).questions == FORM["questions"]
