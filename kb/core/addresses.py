"""Addresses that no page of ours can have are refused at the door, before a room asks the database for what no table can hold.

What is asked behind the question mark is never an error: it is cleaned.
"""

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter

LARGEST_ID = 2**31 - 1


class RowNumber(IntegerConverter):
    """Numbers in our addresses are ids or years; PostgreSQL and SQLite fail, each in its own way, on larger ones."""

    def __init__(self, map, *args, **kwargs):
        super().__init__(map, *args, **{"max": LARGEST_ID, **kwargs})


def init_app(app: Flask) -> None:
    """Call before the rooms are registered: their routes are built with this converter."""
    app.url_map.converters["int"] = RowNumber

    @app.before_request
    def without_nul():
        # PostgreSQL refuses a text with a NUL byte even when it is only looked for.
        if "\0" in request.path:
            abort(404)
        while b"%00" in request.query_string:
            request.query_string = request.query_string.replace(b"%00", b"")
