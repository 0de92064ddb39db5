"""Every address of the product, walked: nothing breaks, and every answer carries the safe headers."""

import re

import pytest
from werkzeug.datastructures import FileStorage

from kb.accounts import queries as people
from kb.accounts.models import User
from kb.articles import service as articles
from kb.core import access, files
from kb.core.db import db
from kb.notifications import unsubscribe
from kb.visits import feeds
from tests.accounts.makers import letter, make_invitation, make_request
from tests.home.makers import make_article
from tests.makers import signed_in
from tests.notes.makers import make_note, make_visit
from tests.notifications.makers import queued
from tests.pages import faults, token_in
from tests.questions.makers import make_answer, make_question

CAST = ("visitor", "host_member", "host_manager", "guest_manager", "outsider", "admin")
FAR = 2**70


@pytest.fixture
def world(app, cast, db_ctx):
    """Something behind every kind of address: the values of each rule's arguments, by endpoint and by name."""
    with db_ctx():
        article = make_article(cast.host_member.viewer, visibility="publik")
        articles.edit(article, articles.content_of(article), cast.host_member.viewer, started_from=1)
        slug = article.slug
        note = make_note(cast.host_member.viewer, visibility="publik").id
        visit = make_visit("requested", days=20).id
        stream, name = letter()
        question = make_question(cast.guest_member.viewer, visibility="publik")
        answer = make_answer(question, cast.host_member.viewer)
        db.session.commit()
        question, answer = question.id, answer.id
        make_request(letter=files.save(files.check(FileStorage(stream, name))))
        make_invitation(cast.host_manager.id)
        queued()
    return {
        "articles": {"slug": slug, "number": 1},
        "home": {"slug": "kabupaten-mesuji", "name": "mulai", "instrument": "spbe-2020", "number": 12},
        "offices": {"slug": "kabupaten-mesuji"},
        "visits": {"slug": "kabupaten-mesuji"},
        "letters": {"slug": "permohonan"},
        "": {
            "note_id": note, "visit_id": visit, "question_id": question, "answer_id": answer,
            "act": "ambil", "user_id": cast.host_member.id, "request_id": 1, "invitation_id": 1, "delivery_id": 1,
            "notice_id": 1, "follow_up_id": 1, "period_id": 1, "action": "accept", "token": "tidak-dikenal", "reference": "G-TEST2345",
            "filename": "css/theme.css", "day": "2026-12-24", "member_id": 1, "photo_id": 1, "owner": "pribadi",
        },
    }  # fmt: skip


def addresses(app, world, method: str, far: bool = False):
    """(endpoint, address) of every rule; `far`: numbers beyond any id."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if method not in rule.methods:
            continue
        if rule.endpoint == "bootstrap.static":
            continue
        values = {name: {**world[""], **world.get(rule.endpoint.partition(".")[0], {})}[name] for name in rule.arguments}
        if far:
            values = {name: FAR if isinstance(value, int) else value for name, value in values.items()}
            if FAR not in values.values():
                continue
        yield rule.endpoint, adapter.build(rule.endpoint, values, method=method)


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def check_headers(answer) -> None:
    """What every answer of ours must carry, page or not."""
    wrong = {name: answer.headers.get(name) for name, value in HEADERS.items() if answer.headers.get(name) != value}
    assert not wrong, (answer.request.path, wrong)
    rules = dict(rule.strip().partition(" ")[::2] for rule in answer.headers["Content-Security-Policy"].split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["form-action"] == "'self'"
    assert "unsafe" not in str(rules) and "http:" not in str(rules) and "*" not in str(rules)
    assert directives(answer)


# What browsers understand (RFC 9111, RFC 8246); `no-store=True` is none of it, and is passed over without a word.
DIRECTIVES = {"no-store", "no-cache", "private", "public", "immutable", "max-age"}


def directives(answer) -> dict[str, str | None]:
    """Cache-Control as a browser reads it. Whatever a browser would pass over is a fault."""
    (header,) = answer.headers.getlist("Cache-Control")
    found = dict(part.strip().split("=") if "=" in part else (part.strip(), None) for part in header.split(","))
    assert found.keys() <= DIRECTIVES, (answer.request.path, header)
    wrong = [name for name, value in found.items() if (value is None or not value.isdecimal()) == (name == "max-age")]
    assert not wrong, (answer.request.path, header)
    return found


NOBODY, VISITORS = {"no-store": None}, {"private": None, "no-cache": None}


# Open pages that have nothing to show here; all others are shown. Tokens are unknown, the visit is only asked for, no logo was given.
OPEN_BUT = {
    "accounts.accept": 404, "feeds.feed": 404, "notifications.stop": 404, "offices.logo": 404, "search.visit": 404,
    "security.two_factor_token_validation": 302, "security.reset_password": 302, "security.mf_recovery": 302,
    "home.instrument": 302, "home.demand_short": 302, "assessments.index": 302, "assessments.outcome": 302, "assessments.pair": 302,
}  # fmt: skip


def test_every_open_page_answers_a_visitor(app, cast, world):
    for endpoint, address in addresses(app, world, "GET"):
        answer = cast.visitor.client.get(address)
        if access.is_public(app, endpoint):
            assert answer.status_code == OPEN_BUT.get(endpoint, 200), address
        else:
            assert answer.status_code == 302 and "/masuk" in answer.location, address
        check_headers(answer)


@pytest.mark.parametrize("part", CAST[1:])
def test_no_page_breaks_for_anybody(app, cast, world, part):
    seen = 0
    for endpoint, address in addresses(app, world, "GET"):
        answer = signed_in(app, getattr(cast, part).session_id).get(address)
        assert answer.status_code in (200, 302, 303, 403, 404, 409, 410, 503), address
        check_headers(answer)
        assert endpoint == "static" or directives(answer) == NOBODY, "a copy is kept after signing out"
        seen += answer.status_code == 200
    assert seen > 25, f"{seen} pages: the walk must reach real pages"


@pytest.mark.parametrize("part", ["visitor", "host_manager", "admin"])
def test_an_empty_form_breaks_nothing(app, cast, world, part):
    person = getattr(cast, part)
    for _, address in addresses(app, world, "POST"):
        client = signed_in(app, person.session_id) if person.id else app.test_client()
        answer = client.post(address)
        assert answer.status_code < 500, address
        check_headers(answer)
        assert directives(answer) == NOBODY, address


# What a browser says of a form that a page of another site sends, or of our own domain.
ELSEWHERE = ({"Origin": "https://situs-lain.example", "Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"})
SENDERS = ("visitor", "host_member", "host_manager", "admin")
REFUSED = "dikirim oleh halaman situs lain"


def posting(strict, person) -> tuple:
    """A client of the person, and a token that holds for it."""
    client = signed_in(strict, person.session_id) if person.id else strict.test_client()
    return client, token_in(client.get("/akun" if person.id else "/masuk"))


@pytest.mark.any_database
@pytest.mark.parametrize("part", SENDERS)
def test_no_page_of_another_site_changes_anything(strict, cast, world, part):
    """Even with a token that holds; and the cookies of the browser stay as they are. A one-click address is its own proof."""
    client, token = posting(strict, getattr(cast, part))
    for endpoint, address in addresses(strict, world, "POST"):
        for headers in ELSEWHERE:
            for sent in ({"data": {"csrf_token": token, "reason": "ya"}}, {"json": {"reason": "ya"}, "headers": {"X-CSRFToken": token}}):
                answer = client.post(address, **{**sent, "headers": {**sent.get("headers", {}), **headers}}, check=False)
                if endpoint == "notifications.stop":
                    assert REFUSED not in answer.text
                    continue
                assert answer.status_code == 403 and REFUSED in answer.text, address
                assert "Kirim lagi" not in answer.text and "Set-Cookie" not in answer.headers, address


@pytest.mark.any_database
@pytest.mark.parametrize("part", SENDERS)
@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}], ids=["silent", "own"])
def test_on_own_pages_the_token_decides(strict, cast, world, part, headers):
    client, token = posting(strict, getattr(cast, part))
    session = client.get_cookie("session").value
    for endpoint, address in addresses(strict, world, "POST"):
        client.set_cookie("session", session)
        without = client.post(address, data={"reason": "ya"}, headers=headers, check=False)
        assert without.status_code in (400, 401, 404) or endpoint == "notifications.stop", address
        client.set_cookie("session", session)  # some of them end it
        answer = client.post(address, data={"csrf_token": token}, headers=headers, check=False)
        assert answer.status_code != 400 and REFUSED not in answer.text, address


@pytest.mark.parametrize(("part", "method"), [("visitor", "GET"), ("host_manager", "GET"), ("admin", "GET"), ("host_manager", "POST")])
def test_a_number_beyond_every_id_is_not_found(app, cast, world, part, method):
    client = getattr(cast, part).client
    for endpoint, address in addresses(app, world, method, far=True):
        answer = client.open(address, method=method)
        assert answer.status_code in (302, 403, 404, 405), (endpoint, answer.status_code)


@pytest.mark.parametrize(
    "address", ["/tidak-ada", "/artikel/tidak-ada", "/.env", "/wp-login.php", "/%00", "/artikel/%ff", "/static/../wsgi.py"]
)
def test_an_address_that_does_not_exist_is_a_page_of_ours(client, address):
    answer = client.get(address, follow_redirects=True)
    assert answer.status_code == 404 and "Berguru" in answer.text
    check_headers(answer)


def test_a_method_that_a_page_does_not_know_is_a_page_of_ours(client):
    answer = client.post("/")
    assert answer.status_code == 405 and "Cara membuka halaman ini keliru" in answer.text
    check_headers(answer)


def test_a_crash_is_a_page_that_tells_nothing_of_the_inside(app, cast, monkeypatch):
    def broken(*_):
        raise RuntimeError("rahasia di dalam")

    monkeypatch.setitem(app.view_functions, "home.indicators", broken)
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.view_functions, "api.search", broken)
    crash = cast.host_member.client.get("/indikator")
    assert crash.status_code == 500 and "Ada yang salah di pihak kami" in crash.text and "rahasia di dalam" not in crash.text
    check_headers(crash)
    as_json = cast.host_member.client.get("/api/v1/search?q=x")
    assert as_json.status_code == 500 and "Ada yang salah" in as_json.json["error"]


def test_a_secure_address_is_remembered_by_browsers(client):
    assert client.get("/", base_url="https://berguru.example").headers["Strict-Transport-Security"].startswith("max-age=")
    assert "Strict-Transport-Security" not in client.get("/").headers


@pytest.mark.parametrize(("address", "expected"), [("/", VISITORS), ("/healthz", NOBODY), ("/api/v1/openapi.json", NOBODY)])
def test_nobody_keeps_a_copy_of_a_page(client, address, expected):
    assert directives(client.get(address)) == expected


# Open pages with a form, and so with a session of the one who looks; and what is made for programs.
NEVER_KEPT = (
    "accounts.accept", "accounts.join", "accounts.sign_out", "notes.show", "questions.show", "home.healthz", "home.readyz",
    "security.", "notifications.", "feeds.", "api.", "ranking.as_csv", "ranking.as_xlsx",
)  # fmt: skip


def test_a_visitor_keeps_open_pages_and_nothing_else(strict, world):
    kept = 0
    for endpoint, address in addresses(strict, world, "GET"):
        if endpoint == "static":
            continue
        answer = strict.test_client().get(address)
        is_kept = answer.status_code == 200 and access.is_public(strict, endpoint) and not _is_never_kept(endpoint)
        assert directives(answer) == (VISITORS if is_kept else NOBODY), address
        kept += is_kept
    assert kept > 15


def _is_never_kept(endpoint: str) -> bool:
    return endpoint in NEVER_KEPT or endpoint.startswith(tuple(name for name in NEVER_KEPT if name.endswith(".")))


def test_a_page_behind_a_secret_address_is_kept_by_nobody(app, strict, cast, db_ctx):
    with db_ctx():
        user = db.session.get(User, cast.host_member.id)
        base = app.config["BASE_URL"]
        links = [
            people.invitation_link(make_invitation(cast.host_manager.id)),
            people.set_password_link(user),
            unsubscribe.link(user.id, "kunjungan"),
            f"{base}/kalender/{feeds.renew(cast.host_member.viewer, of_office=False).token}.ics",
        ]
        db.session.commit()
    for link in links:
        answer = strict.test_client().get(link.removeprefix(base))
        assert (answer.status_code, directives(answer)) == (200, NOBODY), link


def test_who_was_signed_in_keeps_nothing_of_open_pages_either(strict, cast):
    client = signed_in(strict, cast.host_member.session_id)
    assert directives(client.get("/artikel")) == NOBODY
    client.post("/keluar", data={"csrf_token": re.search(r'name="csrf_token" value="([^"]+)"', client.get("/akun").text)[1]})
    assert directives(client.get("/")) == NOBODY


def test_a_static_file_with_its_hash_is_kept_for_a_year(client):
    page = client.get("/").text
    address = page.split('rel="stylesheet" href="')[2].split('"')[0]
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert directives(answer) == {"public": None, "max-age": "31536000", "immutable": None}
        check_headers(answer)


@pytest.mark.parametrize("address", ["/static/css/tidak-ada.css?v=1", "/bootstrap/static/tidak-ada.css?v=1"])
def test_a_static_file_that_is_missing_for_a_moment_is_not_missing_for_a_year(client, address):
    answer = client.get(address)
    assert answer.status_code == 404 and "max-age" not in directives(answer)


GUARD = '<button type="submit" disabled hidden></button><button type="submit" formmethod="dialog" hidden></button>'
FIELD = '<input name="x" aria-label="x">'


@pytest.mark.parametrize(
    ("inside", "is_refused"),
    [
        (f"{FIELD}<button data-enter>Simpan</button>", False),
        (f"{FIELD}{GUARD}<button>Gabungkan</button>", False),
        ("<button>Sembunyikan</button>", False),
        ('<textarea name="x" aria-label="x"></textarea><button>Kirim komentar</button>', False),
        (f"{FIELD}<button>Gabungkan</button>", True),
        ('<select name="x" aria-label="x"><option>1</option></select><button type="submit">Undang</button>', True),
        ('<input type="checkbox" name="x" aria-label="x"><input type="submit" value="Kirim">', True),
        ('<textarea name="x" aria-label="x"></textarea><button>Kirim</button><button data-enter>Pratinjau</button>', True),
        (f'{FIELD}<button value="publish" data-enter>Terbitkan</button><button data-enter>Simpan</button>', True),
        (f'{FIELD}<button class="button button-danger" data-enter>Hapus</button>', True),
        (f'{FIELD}<button type="submit" disabled hidden></button><button>Gabungkan</button>', True),
        (FIELD, True),
    ],
)
def test_a_form_whose_first_button_nobody_called_harmless_is_refused(inside, is_refused):
    """The checking client sees every page that any test opens; here it is shown to refuse what it must."""
    page = f'<!doctype html><html><head><title>Contoh</title></head><body><h1>x</h1><form method="post">{inside}</form></body></html>'
    assert bool(faults(page, expects_token=False)) == is_refused
    assert not faults(page.replace('method="post"', "").replace("<form >", "<form>"), expects_token=False), "a search changes nothing"
