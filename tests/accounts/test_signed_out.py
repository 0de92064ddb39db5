"""A link opened while signed out: the page says nothing of what is there, and leads back after signing in."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from kb.core.db import db
from tests.accounts.makers import sign_in
from tests.accounts.test_two_step import enrol, later_code  # noqa: F401 (a fixture)
from tests.home.makers import make_article
from tests.home.test_every_page import directives
from tests.notes.makers import make_note, make_visit
from tests.questions.makers import make_answer, make_question

OFFER = "Masuk lalu buka lagi"


@pytest.fixture
def hidden(cast, db_ctx):
    """Things that a visitor may not see: the values of each rule's arguments, by name."""
    with db_ctx():
        article = make_article(cast.host_member.viewer, visibility="jejaring").slug
        note = make_note(cast.host_member.viewer, visibility="para_pihak").id
        visit = make_visit("requested", days=20).id
        question = make_question(cast.guest_member.viewer, visibility="jejaring")
        answer = make_answer(question, cast.host_member.viewer)
        db.session.commit()
        return {
            "slug": article, "note_id": note, "visit_id": visit, "question_id": question.id, "answer_id": answer.id, "number": 1,
            "user_id": cast.host_member.id, "member_id": 1, "photo_id": 1, "follow_up_id": 1, "period_id": 1, "day": "2026-12-24",
        }  # fmt: skip


# Rooms whose things are not all open; offices, indicators and help are.
ROOMS = ("articles", "notes", "questions", "answers", "moderation", "visits", "completing", "day", "letters", "search", "accounts")


def both(app, hidden) -> list[tuple[str, str]]:
    """Each address of something that is hidden, and the same of something that is not there."""
    there = {"": hidden, "visits": {"slug": "kabupaten-mesuji"}, "letters": {"slug": "permohonan"}}
    absent = {name: value + 7000 if isinstance(value, int) else f"{value}-tiada" for name, value in hidden.items()} | {"day": "2026-12-24"}
    app_rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in ROOMS and rule.arguments <= hidden.keys()]
    adapter = app.url_map.bind("localhost")
    found = []
    for rule in app_rules:
        if "GET" not in rule.methods or not rule.arguments or rule.endpoint in ("visits.calendar",):
            continue
        room = rule.endpoint.partition(".")[0]
        first = {name: {**there[""], **there.get(room, {})}[name] for name in rule.arguments}
        second = {name: there.get(room, {}).get(name, absent[name]) for name in rule.arguments}
        found.append((adapter.build(rule.endpoint, first), adapter.build(rule.endpoint, second)))
    return found


def seen(client, address: str) -> tuple:
    """All that a visitor can see of an answer, but for the address itself."""
    answer = client.get(address)
    headers = [(name, value.replace(address, "")) for name, value in answer.headers if name != "Content-Length"]
    return answer.status_code, answer.data.replace(address.encode(), b""), headers


def test_a_visitor_cannot_tell_what_is_hidden_from_what_is_not_there(app, client, hidden):
    pairs = both(app, hidden)
    assert len(pairs) > 25
    statuses = set()
    for there, absent in pairs:
        first, second = seen(client, there), seen(client, absent)
        assert first == second, (there, absent)
        statuses.add(first[0])
    assert statuses == {302, 404}


@pytest.mark.parametrize(
    "address", ["/tidak-ada", "/tanya/99999999999999999999", "/artikel/tiada/riwayat/3", "/kalender/tiada.ics", "/catatan/7000?x=1&y=2#z"]
)
def test_every_page_that_is_not_there_offers_the_same_way(client, address):
    path = address.partition("#")[0]
    answer = client.get(path)
    assert answer.status_code == 404 and OFFER in answer.text and directives(answer) == {"no-store": None}
    elsewhere = client.get("/tiada")
    assert main_of(answer) == main_of(elsewhere)
    assert parse_qs(urlsplit(way_on(answer)).query)["next"] == [path]


def test_a_revision_that_is_not_there_is_told_in_the_same_words(client, cast, db_ctx):
    with db_ctx():
        slug = make_article(cast.host_member.viewer, visibility="publik").slug
        db.session.commit()
    assert client.get(f"/artikel/{slug}").status_code == 200
    assert main_of(client.get(f"/artikel/{slug}/riwayat/9")) == main_of(client.get("/tiada"))


def main_of(answer) -> str:
    """The page below its head, which says in what part of the site one is; without the address that it leads back to."""
    return re.sub(r"/masuk\?next=[^\"]*", "", answer.text.partition("<main")[2])


def way_on(answer) -> str:
    return unescape(re.search(rf'href="([^"]+)">{OFFER}', answer.text)[1])


@pytest.fixture
def question(hidden) -> str:
    """A page that opens to every member, with all kinds of things behind the question mark."""
    return f"/tanya/{hidden['question_id']}?hal=1&cari=a%26b+c%3Fd&urut=é"


def follow(client, address: str):
    """From the page that is not found to the form, as a browser does; returns what the form sends besides address and password."""
    form = client.get(way_on(client.get(address))).text
    return {"next": unescape(re.search(r'name="next"[^>]*value="([^"]*)"', form)[1])}


def test_who_signs_in_is_back_with_all_that_was_asked(client, with_password, question):
    hidden_field = follow(client, question)
    wrong = sign_in(client, with_password.email, "bukan-kata-sandinya", **hidden_field)
    assert wrong.status_code == 422
    done = sign_in(client, with_password.email, **hidden_field)
    back = client.get(done.location)
    assert back.status_code == 200 and "jawaban" in back.text
    assert back.request.path == question.partition("?")[0]
    assert back.request.args.to_dict() == {"hal": "1", "cari": "a&b c?d", "urut": "é"}


@pytest.mark.parametrize("with_spare_code", [False, True])
def test_the_second_step_leads_back_too(client, with_password, question, later_code, with_spare_code):  # noqa: F811
    sign_in(client, with_password.email)
    secret = enrol(client, later_code)
    spare = re.findall(r"<code>([0-9a-f-]{14})</code>", client.post("/akun/kode-cadangan").text)[0]
    client.post("/keluar")
    half = sign_in(client, with_password.email, **follow(client, question)).location
    page = client.get(half).text
    if with_spare_code:
        page = client.get(unescape(re.search(r'href="(/masuk/kode-cadangan[^"]*)"', page)[1])).text
    action = unescape(re.search(r'<form method="post" action="(/masuk/[^"]+)"', page)[1])
    assert client.post(action, data={"code": "salah"}).status_code == 422
    done = client.post(action, data={"code": spare if with_spare_code else later_code(secret)})
    back = client.get(done.location)
    assert (back.status_code, back.request.path) == (200, question.partition("?")[0])
    assert back.request.args.to_dict() == {"hal": "1", "cari": "a&b c?d", "urut": "é"}


def test_who_signed_in_meanwhile_in_another_tab_is_led_on(client, with_password, question):
    address = way_on(client.get(question))
    sign_in(client, with_password.email)
    back = client.get(address, follow_redirects=True)
    assert back.status_code == 200 and back.request.args["cari"] == "a&b c?d"
    assert client.get("/masuk").location == "/beranda"


ELSEWHERE = ["https://jahat.example/", "//jahat.example", "/\\jahat.example", "\\\\jahat.example", "/\t/jahat.example", "/x\\y", "x" * 3000]


@pytest.mark.parametrize("target", ["", *ELSEWHERE])
def test_nobody_signed_in_is_led_to_another_site(client, with_password, target):
    sign_in(client, with_password.email)
    assert client.get("/masuk", query_string={"next": target}).location == "/beranda"


@pytest.mark.parametrize("path", ["/\\jahat.example", "/\t/jahat.example", "/x?y", "/x#y", "/x\ny", "/" + "x" * 3000])
def test_an_address_that_is_none_of_ours_offers_to_sign_in_and_no_way_back(client, path):
    answer = client.get("/", environ_overrides={"PATH_INFO": path})
    assert answer.status_code == 404 and way_on(answer) == "/masuk", path


def test_a_form_that_was_sent_is_not_opened_again(client, hidden):
    answer = client.post("/tidak-ada", data={"x": "y"})
    assert answer.status_code == 404 and way_on(answer) == "/masuk"
    closed = client.post(f"/tanya/{hidden['question_id']}/tutup")
    assert closed.status_code == 302 and closed.location == "/masuk"


def test_who_is_signed_in_is_not_asked_to_sign_in(cast, hidden):
    answer = cast.outsider.client.get("/tanya/7000")
    assert answer.status_code == 404 and OFFER not in answer.text


def test_programs_get_no_page(client):
    answer = client.get("/api/v1/tiada")
    assert answer.status_code == 404 and answer.is_json and list(answer.json) == ["error"]
