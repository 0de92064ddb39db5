"""What every page needs: safe headers, paging, and dates and numbers as Indonesians write them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, Response, before_render_template, current_app, has_request_context, request, session, url_for
from jinja2 import Template
from sqlalchemy import Select, func, select

from kb.core import clock, markdown, names
from kb.core.access import STATIC_FILES, is_public
from kb.core.addresses import row_number, with_query
from kb.core.db import SAFE_METHODS, db, hand_back, takes_time
from kb.core.viewer import current_viewer

LOCALE = "id_ID"
PER_PAGE = 20

FOR_A_YEAR = "public, max-age=31536000, immutable"
SUCCEEDED = (200, 206, 304)
MAIL = ".txt"
# A calendar behind a secret address, JSON and downloads are nobody's to keep.
KEPT_TYPES = ("text/html", "image/")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@dataclass(frozen=True)
class Page:
    """One page of a list. `number` counts from 1; `total` is the number of rows on all pages."""

    items: Sequence[Any]
    number: int
    total: int
    per_page: int = PER_PAGE

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.per_page))

    @property
    def before(self) -> int:
        """How many rows stand on the pages before this one."""
        return (self.number - 1) * self.per_page

    def url(self, number: int) -> str:
        """The address of another page of the same list."""
        return with_query(url_for(request.endpoint, **request.view_args), {**request.args.to_dict(flat=False), "hal": number})


def is_sample(thing: Any) -> bool:
    """In the demo every membership, visit and question is sample data, whoever entered it: real offices must not seem to say it."""
    return getattr(thing, "is_sample", False) or current_app.config["KB_ENV"] == "demo"


def is_page_load() -> bool:
    """Does somebody look at this page? Not when a browser fetches it for a picture, a frame or a script, or ahead of a press.

    Browsers of today say what they fetch something for, older ones ask for pages as HTML. What says nothing is no browser.
    """
    if request.method != "GET" or request.headers.get("Sec-Purpose") or request.headers.get("Purpose"):
        return False
    if what_for := request.headers.get("Sec-Fetch-Dest"):
        return what_for == "document"
    return not request.accept_mimetypes or "text/html" in request.accept_mimetypes.values()


def page_number() -> int:
    """The page asked for in the address (`hal`); 1 for anything unreadable."""
    return max(1, min(request.args.get("hal", 1, type=row_number), 100_000))


def paginate(query: Select, number: int | None = None, per_page: int = PER_PAGE) -> Page:
    """Run a select of one entity for one page: one query for the count, one for the rows."""
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    page = _page_of(total, per_page, number)
    return replace(page, items=db.session.scalars(query.limit(per_page).offset(page.before)).unique().all())


def part_of(rows: Sequence[Any], per_page: int = PER_PAGE) -> Page:
    """The page asked for of what stands in memory."""
    page = _page_of(len(rows), per_page)
    return replace(page, items=rows[page.before : page.before + per_page])


def _page_of(total: int, per_page: int, number: int | None = None) -> Page:
    """The page asked for, still without its rows; beyond the end, the last one."""
    page = Page((), number or page_number(), total, per_page)
    return replace(page, number=min(page.number, page.last))


def tanggal(value: date | datetime | None, pattern: str = "d MMMM y", zone: str = clock.WIB) -> str:
    """A day as Indonesians write it: 5 Mei 2023."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.astimezone(ZoneInfo(zone))
    return format_date(value, pattern, locale=LOCALE)


def hari(value: date | None) -> str:
    """A day with its weekday: Jumat, 5 Mei 2023."""
    return tanggal(value, "EEEE, d MMMM y")


def waktu(value: datetime | None, zone: str = clock.WIB) -> str:
    """A moment in a zone: 5 Mei 2023 pukul 09.00 WIB."""
    if value is None:
        return ""
    local = value.astimezone(ZoneInfo(zone))
    return f"{format_date(local, 'd MMMM y', locale=LOCALE)} pukul {local:%H.%M} {clock.ZONE_NAMES.get(zone, zone)}"


def angka(value: Decimal | int | float | None, decimals: int | None = None) -> str:
    """A number with decimal comma and points between thousands: 2,59 and 1.250. Half is rounded up: 2.605 is 2,61, not 2,60."""
    if value is None:
        return ""
    if isinstance(value, Decimal | int) and abs(value) < 1000 and (decimals is not None or isinstance(value, int)):
        # Most numbers of our pages, without the library: it takes thirty times as long, and a table has hundreds.
        return str(Decimal(value).quantize(Decimal(1).scaleb(-(decimals or 0)), ROUND_HALF_UP)).replace(".", ",")
    pattern = "#,##0.###" if decimals is None else "#,##0" + ("." + "0" * decimals if decimals else "")
    with localcontext(rounding=ROUND_HALF_UP):  # the library takes the rounding of the context, by default to the even neighbour
        return format_decimal(value, pattern, locale=LOCALE)


def _let_others_write(_app: Flask, template: Template, **_context) -> None:
    """A page is the last that a request does: one that came with a form, but changed nothing, keeps nobody from writing meanwhile.

    The short mails that a request makes are none: each is written in the transaction of what it tells of.
    """
    if not has_request_context():
        takes_time("making a mail")
    elif request.method not in SAFE_METHODS and not template.name.endswith(MAIL):
        hand_back()
        takes_time("making a page")


def init_app(app: Flask) -> None:
    """Headers on every answer; filters and long-lived addresses of static files for every template."""
    app.jinja_env.filters.update(tanggal=tanggal, hari=hari, waktu=waktu, angka=angka, markdown=markdown.to_html, trusted=markdown.trusted)
    app.jinja_env.filters["panggilan"] = names.familiar
    app.jinja_env.tests["sample"] = is_sample
    before_render_template.connect(_let_others_write, app)
    versions: dict[str, str] = {}

    @app.url_defaults
    def version_static(endpoint: str, values: dict) -> None:
        if endpoint not in STATIC_FILES or "v" in values:
            return
        folder = app.static_folder if endpoint == "static" else app.blueprints["bootstrap"].static_folder
        name = values["filename"]
        if name not in versions or app.debug:
            versions[name] = _version(f"{folder}/{name}")
        values["v"] = versions[name]

    @app.after_request
    def headers(response: Response) -> Response:
        present = {name for name, _ in response.headers}
        response.headers.extend((name, value) for name, value in HEADERS.items() if name not in present)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        response.headers["Cache-Control"] = _cache_control(response)
        return response


def _cache_control(response: Response) -> str:
    """Who may keep a copy. Nobody, unless we know better: what a person sees must not come back after signing out, on a shared computer."""
    if request.endpoint in STATIC_FILES:
        return FOR_A_YEAR if response.status_code in SUCCEEDED and "v" in request.args else "no-cache"
    return "private, no-cache" if _is_same_for_every_visitor(response) else "no-store"


def _is_same_for_every_visitor(response: Response) -> bool:
    """An open page, asked for without account and session: no form, no name, no message. Going back to it costs nothing on a slow line.

    What asks the database who is looking comes last: a page that failed must still get its headers.
    """
    is_shown = request.method in ("GET", "HEAD") and response.status_code in SUCCEEDED and response.mimetype.startswith(KEPT_TYPES)
    return is_shown and is_public(current_app, request.endpoint) and not session and not current_viewer().is_signed_in


def _version(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()[:10]
