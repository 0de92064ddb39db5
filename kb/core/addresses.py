"""Addresses that no page of ours can have are refused at the door, before a room asks the database for what no table can hold.

What is asked behind the question mark is never an error: it is cleaned.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

LARGEST_ID = 2**31 - 1
# Python reads longer ones ever more slowly, then not at all.
LONGEST_NUMBER = 20
# An address on this site and no other: browsers take `//` and `/\\` for the beginning of another site's, and skip blanks.
OURS = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")
# What may stand in a query as it is (RFC 3986).
OF_A_QUERY = "!$&'()*+,/:;=?@%"
LONGEST_WAY_BACK = 2000


class RowNumber(IntegerConverter):
    """Numbers in our addresses are ids or years; PostgreSQL and SQLite fail, each in its own way, on larger ones."""

    def __init__(self, map, *args, **kwargs):
        super().__init__(map, *args, **{"max": LARGEST_ID, **kwargs})


def row_number(typed: str) -> int:
    """A number that was asked for or sent with a form: `request.args.get("hal", 1, type=row_number)`. Raises ValueError for what is none.

    One that no table can hold becomes one of the largest that it can, which is nothing's.
    """
    return within(int(typed[:LONGEST_NUMBER]))


def within(value: int) -> int:
    """The nearest number that a table can hold, and the one after it too: a version that was sent is followed by its next."""
    return max(-LARGEST_ID, min(value, LARGEST_ID - 1))


def here() -> str | None:
    """The address of this page with all that is behind the question mark, to lead somebody back to it after signing in.

    None for what cannot be opened again: a form that was sent, an address that is none of ours.
    """
    query = quote(request.query_string, safe=OF_A_QUERY)
    address = f"{request.path}?{query}" if query else request.path
    is_page = request.method in ("GET", "HEAD") and not set("?#") & set(request.path)
    return address if is_page and is_ours(address) else None


def is_ours(address: str) -> bool:
    """Does this lead to a page of ours, whatever a browser makes of it?"""
    return len(address) <= LONGEST_WAY_BACK and OURS.fullmatch(address) is not None


def with_query(address: str, args: Mapping) -> str:
    """An address of ours with what was asked behind it. Not by `url_for`, which takes some names, typed by anybody, for its own."""
    return f"{address}?{urlencode(args, doseq=True)}" if args else address


def init_app(app: Flask) -> None:
    """Call before the rooms are registered: their routes are built with this converter."""
    app.url_map.converters["int"] = RowNumber

    @app.before_request
    def without_nul():
        # PostgreSQL refuses a text with a NUL byte even when it is only looked for.
        if "\0" in request.path:
            abort(404)
        if b"%00" in request.query_string:
            request.query_string = _without_nul(request.query_string)


def _without_nul(query: bytes) -> bytes:
    """Without NUL bytes, nor such as appear when those between are taken out; in one pass, however they lie within each other."""
    kept = bytearray()
    for byte in query:
        kept.append(byte)
        if kept.endswith(b"%00"):
            del kept[-3:]
    return bytes(kept)
