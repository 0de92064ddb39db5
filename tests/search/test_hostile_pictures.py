"""What a browser loads by itself when a text is read: pictures from our files, and nothing that opens a page of ours or of others."""

import re
from html import escape, unescape
from html.parser import HTMLParser

import nh3
import pytest
from flask import url_for
from sqlalchemy import func, select

from kb.core import markdown
from kb.core.db import db
from kb.search import service
from kb.search.models import MissedSearch

pytestmark = [pytest.mark.hostile, pytest.mark.any_database]

ELSEWHERE = [
    "/\\host/a.png", "/\n/host/a.png", "/\t/host/a.png", "/\r\n/host/a.png", "\t//host/a.png", "\\\\host/a.png", "\\/host/a.png",
    "///host/a.png", "/\x00/host/a.png", "/&#10;/host/a.png", "/&NewLine;/host/a.png", "/&#92;host/a.png", "/&bsol;host/a.png",
    "/.//host/a.png", "/..//host/a.png", "/static/..//host/a.png", "//host/static/a.png", "https:host/a.png", "https:/host/a.png",
    "HTTPS://host/a.png", "/\u2028/host/a.png", "/\x85/host/a.png", "/%5Chost/a.png", "/%2Fhost/a.png",
]  # fmt: skip
PAGES = [
    "/cari?q=zzzz", "/", "/keluar", "/tanya/1", "/artikel", "/b.png", "/api/v1/cari?q=zzzz", "/berhenti/abc", "?q=zzzz", "cari?q=zzzz",
    "./cari", "../cari", "#a", "", "/static", "/static/", "/staticcari", "/STATIC/a.png", "/static/a.png\t/cari", "/static/a.png#/../cari",
    "/static/../cari?q=zzzz", "/static/%2e%2e/cari?q=zzzz", "/static/%2E./cari?q=zzzz", "/static/.%2e/cari", "/static/./../cari",
    "/static/..\\cari?q=zzzz", "/static\\..\\cari?q=zzzz", "/static/..;/cari", "/static/\t../cari?q=zzzz", "/static/.\n./cari?q=zzzz",
    "/static/..", "/kunjungan/1/foto/../../../cari?q=zzzz", "/kunjungan/1/foto", "/kunjungan/1/foto/1/hapus", "/kunjungan/1/foto/x",
    "/kunjungan/٣/foto/1", "/kunjungan/1/ringkas",
]  # fmt: skip
OURS = ["/static/img/papan.png", "/static/img/readme/tanya-360.png", "/static/img/a.png?v=1a2b", "/kunjungan/12/foto/3"]
WRITTEN = ("![x]({})", "![x](<{}>)", '<img src="{}">', "<img src='{}' alt='x'>", "![x][p]\n\n[p]: {}", "[![x]({})](/artikel)")


class Loads(HTMLParser):
    """The addresses that a browser fetches without being asked."""

    def __init__(self, html: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found += [value or "" for name, value in attrs if name in ("src", "srcset", "poster", "background", "data", "formaction")]


@pytest.mark.parametrize("address", ELSEWHERE + PAGES)
def test_a_picture_comes_from_our_files_or_not_at_all(address):
    for way in WRITTEN:
        html = markdown.render(way.format(address)).html
        assert not Loads(html).found and "<img" not in html, way


@pytest.mark.parametrize("address", OURS)
def test_our_own_pictures_are_shown(address):
    for way in WRITTEN:
        assert Loads(markdown.render(way.format(address)).html).found == [address], way


def test_our_files_have_such_addresses(app):
    with app.test_request_context():
        static, photo = url_for("static", filename="img/readme/tanya-360.png"), url_for("day.photo", visit_id=1, photo_id=2)
    assert markdown.OWN.fullmatch(static) and markdown.OWN.fullmatch(photo)


@pytest.mark.parametrize("hidden", ["<table>", "</table>", "<pre>", "<th>  </th>", '<img src="/cari">', "<a>", "<input>", "<p></p>"])
def test_what_is_replaced_after_cleaning_is_never_found_in_an_attribute(hidden):
    """The replacements after nh3 take HTML for plain text. They may, as long as nh3 writes `<` and `>` in attributes in code."""
    for quoted in (hidden, hidden.replace("<", "&lt;").replace(">", "&gt;"), hidden.replace("<", "&#60;"), f"a{hidden}{hidden}b"):
        for tag, attribute in (("a", "title"), ("img", "alt"), ("img", "title"), ("abbr", "title"), ("a", "href"), ("td", "align")):
            for quote in "'\"":
                text = quoted.replace(quote, "")
                cleaned = nh3.clean(f"<{tag} {attribute}={quote}{text}{quote}>x", tags=markdown.TAGS, attributes=markdown.ATTRIBUTES)
                for value in re.findall(r'="([^"]*)"', cleaned):
                    assert "<" not in value and ">" not in value
                html = markdown.render(f"<{tag} {attribute}={quote}{text}{quote} src=/static/a.png>x").html
                assert html.count('class="table-scroll"') == html.count("tabindex") == 0
                assert not re.search(r'="[^"]*[<>][^"]*"', html)
                assert attribute != "title" or f'title="{escape(unescape(text), quote=True)}"' in html.replace("&#39;", "&#x27;")


@pytest.fixture
def library(indexed):
    indexed("nothing to find", service.reindex)


# What browsers send: the page itself; a picture, a frame, a script's own fetch, a page that is fetched ahead, a preview of a chat program.
LOOKED_AT = [
    {"Sec-Fetch-Dest": "document", "Accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
    {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
    {},
]
FETCHED = [
    {"Sec-Fetch-Dest": "image", "Accept": "image/avif,image/webp,*/*;q=0.8"},
    {"Sec-Fetch-Dest": "image", "Accept": "text/html"},
    {"Sec-Fetch-Dest": "iframe", "Accept": "text/html"},
    {"Sec-Fetch-Dest": "empty", "Accept": "*/*"},
    {"Sec-Fetch-Dest": "style", "Accept": "text/css,*/*;q=0.1"},
    {"Accept": "image/webp,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5"},
    {"Accept": "*/*"},
    {"Sec-Fetch-Dest": "document", "Accept": "text/html", "Sec-Purpose": "prefetch;prerender"},
    {"Accept": "text/html", "Purpose": "prefetch"},
]


def counted(db_ctx) -> int:
    with db_ctx():
        return db.session.scalar(select(func.count()).select_from(MissedSearch))


@pytest.mark.parametrize("headers", LOOKED_AT)
def test_a_search_in_vain_is_counted_when_somebody_looks_at_it(library, cast, db_ctx, headers):
    assert cast.host_member.client.get("/cari?q=zzzzqqqq", headers=headers).status_code == 200
    assert counted(db_ctx) == 1


def test_and_not_when_a_browser_fetches_it(library, cast, db_ctx):
    for headers in FETCHED:
        assert cast.host_member.client.get("/cari?q=zzzzqqqq", headers=headers).status_code == 200
    cast.host_member.client.head("/cari?q=zzzzqqqq")
    assert counted(db_ctx) == 0
