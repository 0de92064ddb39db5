"""Numbers that no table can hold, in every query and every form: they are nothing's, and no error of ours."""

import re
from pathlib import Path

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import IntegerField

from kb.articles import service as articles
from kb.core import addresses
from kb.core.db import db
from kb.core.forms import Form
from kb.instruments import loader
from tests.home.makers import make_article
from tests.notes.makers import make_note, make_visit
from tests.questions.makers import make_question

pytestmark = pytest.mark.hostile

ROOMS = Path("kb")
ASKED = re.compile(r"(?:args|values)\.get(?:list)?\(\s*\"([\w-]+)\"")
FAR = ("9" * 25, "-" + "9" * 25, str(2**31), str(2**63), "9" * 5000, "٩" * 25)
# Fields that hold a number, and numbers that a view takes from a form itself.
SENT = re.compile(r"(\w+) = IntegerField\(|(\w+) = Select\w*Field\([^\n]*coerce|form\.get\(\"(\w+)\"[^\n]*type=row_number")


def asked_for() -> list[str]:
    """What any page of ours reads of its query."""
    return sorted({name for file in ROOMS.rglob("*.py") for name in ASKED.findall(file.read_text("utf-8"))})


def numbers_sent() -> set[str]:
    """What any form of ours sends as a number."""
    return {name for file in ROOMS.rglob("*.py") for names in SENT.findall(file.read_text("utf-8")) for name in names if name}


@pytest.fixture
def world(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.host_member.viewer, visibility="publik")
        articles.edit(article, articles.content_of(article), cast.host_member.viewer, started_from=1)
        found = {
            "slug": article.slug,
            "note_id": make_note(cast.host_member.viewer, visibility="publik").id,
            "visit_id": make_visit("requested", days=20).id,
            "question_id": make_question(cast.guest_member.viewer, visibility="publik").id,
        }
        db.session.commit()
    return found


def addresses_of(app, world, method: str) -> list[str]:
    """One address of every rule that can be built: those without arguments, and those of the things above."""
    adapter = app.url_map.bind("localhost")
    found = set()
    for rule in app.url_map.iter_rules():
        room = rule.endpoint.partition(".")[0]
        if method in rule.methods and rule.arguments <= world.keys() and room not in ("security", "bootstrap"):
            slugs = {"slug": "kabupaten-mesuji"} if room in ("offices", "visits") else {}
            found.add(adapter.build(rule.endpoint, {name: {**world, **slugs}[name] for name in rule.arguments}, method=method))
    return sorted(found)


def test_no_page_fails_on_numbers_that_are_too_large(app, cast, world):
    names = asked_for()
    assert {"kunjungan", "ke", "dari", "hal", "tahun", "indikator"} <= set(names)
    person, found = cast.guest_manager.client, addresses_of(app, world, "GET")
    assert len(found) > 60
    failed = []
    for turn, page in enumerate(found):
        answer = person.get(page, query_string={name: FAR[(turn + place) % 2] for place, name in enumerate(names)})
        failed += [page] if answer.status_code >= 500 else []
    assert not failed


@pytest.mark.parametrize(
    "address",
    ["/catatan/baru?kunjungan=", "/artikel/{slug}/bandingkan?ke=", "/artikel/{slug}/bandingkan?dari=", "/catatan?hal=", "/cari?q=a&hal=",
     "/artikel?tahun=", "/artikel?indikator=spbe-2020/", "/tanya/baru?indikator=spbe-2020/", "/tanya/baru?tentang=visit-"],
)  # fmt: skip
def test_every_far_number_is_nothing(cast, world, address):
    for far in FAR:
        answer = cast.guest_manager.client.get(address.format(**world) + far)
        assert answer.status_code in (200, 302, 404), far


def test_a_visit_that_no_table_can_hold_is_none_of_ours(cast):
    for far in FAR[:4]:
        assert cast.guest_manager.client.get(f"/catatan/baru?kunjungan={far}").status_code == 404


@pytest.mark.parametrize("far", (FAR[0], FAR[2]), ids=("25 digits", "a bit too large"))
def test_no_form_fails_on_numbers_that_are_too_large(app, cast, world, far):
    names = numbers_sent()
    assert {"version", "jawaban", "kunjungan", "joint_with_id", "article_ids", "invited", "into"} <= names
    sent = MultiDict(
        [*((name, far) for name in names), *((name, "a") for name in ("title", "body", "summary", "reason", "text", "action"))]
    )
    for address in sorted(addresses_of(app, world, "POST"), key=lambda address: ("hapus" in address, address)):
        for person in (cast.guest_manager, cast.host_manager):
            assert person.client.post(address, query_string={"kunjungan": far}, data=sent).status_code < 500, address


def test_nothing_reads_a_number_without_bounds():
    """`addresses.row_number` is the one reader of numbers in queries and forms; fields of forms are bounded by their base."""
    for file in ROOMS.rglob("*.py"):
        assert "type=int" not in file.read_text("utf-8"), f"{file}: use addresses.row_number"
    assert addresses.row_number("9" * 100_000) == addresses.LARGEST_ID - 1 and addresses.row_number("-" + "9" * 25) == -addresses.LARGEST_ID
    assert addresses.row_number("12") == 12
    for bad in ("", "a", "1.5", "²"):
        with pytest.raises(ValueError):
            addresses.row_number(bad)


def test_a_field_holds_what_a_table_can(app):
    class Sent(Form):
        number = IntegerField()

    with app.test_request_context():
        for typed, held in ((FAR[0], addresses.LARGEST_ID - 1), (FAR[1], -addresses.LARGEST_ID), ("7", 7), ("", None)):
            assert Sent(MultiDict({"number": typed})).number.data == held


def test_an_indicator_has_no_number_of_a_thousand_digits():
    with pytest.raises(loader.UnknownIndicator):
        loader.indicator("spbe-2020/" + "1" * 5000)
