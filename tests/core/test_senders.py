"""Whose page sent a form: as browsers of today and of yesterday say it, and behind a proxy."""

import pytest
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client

from kb.core import senders

pytestmark = pytest.mark.any_database
HERE = "http://localhost"
ELSEWHERE = "https://situs-lain.example"


@pytest.mark.parametrize(
    ("headers", "own"),
    [
        ({}, None),
        ({"Origin": HERE}, True),
        ({"Origin": "https://localhost"}, True),  # a proxy that does not tell us of its TLS
        ({"Origin": "http://localhost:80"}, True),
        ({"Origin": "HTTP://LOCALHOST"}, True),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),  # typed, or a page that was opened again
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "none"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": ""}, False),
        ({"Origin": ELSEWHERE}, False),
        ({"Origin": ELSEWHERE, "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": HERE, "Sec-Fetch-Site": "cross-site"}, False),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "sama"}, False),
        ({"Origin": "http://localhost:8000"}, False),
        ({"Origin": "http://localhost:80000"}, False),
        ({"Origin": "http://localhost:dua"}, False),
        ({"Origin": "http://[::1"}, False),
        ({"Origin": "ftp://localhost"}, False),
        ({"Origin": "file://"}, False),
        ({"Origin": "http://localhost.situs-lain.example"}, False),
        ({"Origin": "http://localhost@situs-lain.example"}, False),
        ({"Origin": "localhost"}, False),
    ],
)
def test_own_pages_and_others_by_what_browsers_say(app, headers, own):
    with app.test_request_context("/keluar", method="POST", headers=headers):
        assert senders.is_own_page() is own


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("berguru.example", "https://berguru.example", True),
        ("berguru.example:8443", "https://berguru.example:8443", True),
        ("berguru.example:443", "https://berguru.example", True),
        ("berguru.example", "https://berguru.example:8443", False),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", True),
        ("127.0.0.1:8000", "http://localhost:8000", False),
        ("[::1]:8000", "http://[::1]:8000", True),
    ],
)
def test_here_is_where_the_browser_thinks_it_is(app, host, origin, own):
    with app.test_request_context("/keluar", method="POST", base_url=f"http://{host}", headers={"Origin": origin}):
        assert senders.is_own_page() is own


def test_the_address_of_our_mails_is_here_too(app, monkeypatch):
    """However little a proxy in front of us passes on."""
    monkeypatch.setitem(app.config, "BASE_URL", "https://berguru.example:8443")
    for origin, own in (("https://berguru.example:8443", True), ("https://berguru.example", False), (ELSEWHERE, False)):
        with app.test_request_context("/keluar", method="POST", base_url="http://127.0.0.1:8000", headers={"Origin": origin}):
            assert senders.is_own_page() is own


@pytest.mark.parametrize(("hops", "refused"), [(1, False), (0, True)])
def test_behind_a_proxy_here_is_what_a_trusted_one_says(app, hops, refused):
    wsgi = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    headers = {"Origin": "https://berguru.example", "X-Forwarded-Host": "berguru.example", "X-Forwarded-Proto": "https"}
    answer = Client(wsgi).post("/lupa-sandi", data={"email": "siapa@contoh.example"}, headers=headers)
    assert (answer.status_code == 403) is refused
