"""The one permission rule, and pages that are closed unless said otherwise.

A thing has an audience, a viewer holds tokens; who shares one may see it. Rooms write `audience` and the same rule as SQL
(`visible_to`) in their policy.py; the search filters by the very tokens.
"""

from collections.abc import Callable

from flask import Flask, redirect, request, url_for

from kb.core.addresses import here
from kb.core.errors import Forbidden, NotFound
from kb.core.resending import too_late
from kb.core.viewer import Viewer, current_viewer

Audience = frozenset[str]

# Whole sets of views that belong to libraries and carry no page of ours.
STATIC_FILES = ("static", "bootstrap.static")

# Who reads what is published, in the words a writer is told before it is.
READERS = {
    "publik": "siapa pun, juga tanpa akun",
    "jejaring": "semua instansi yang bergabung",
    "para_pihak": "kedua instansi",
    "instansi": "instansi sendiri",
}


def holds(audience: Audience, viewer: Viewer) -> bool:
    """The rule: may this viewer see a thing with this audience?"""
    return not audience.isdisjoint(viewer.tokens)


def require(seen: bool, allowed: bool = True) -> None:
    """Outsiders (`seen` is false) get 404, insiders without the right (`allowed` is false) 403."""
    if not seen:
        raise NotFound
    if not allowed:
        raise Forbidden


def public(view: Callable) -> Callable:
    """Mark a page as open to visitors without an account."""
    view.is_public = True
    return view


def is_public(app: Flask, endpoint: str | None) -> bool:
    """May the endpoint be opened without an account?"""
    if endpoint is None or endpoint in STATIC_FILES:
        return True
    return getattr(app.view_functions.get(endpoint), "is_public", False)


def told_readers(visibility: str) -> bool:
    """Did the form that was sent name its sender the readers whom this visibility means? Publishing says to whom before it is done."""
    return request.form.get("readers") == visibility


def init_app(app: Flask) -> None:
    """Close every page that is not marked `@public`, and give templates the words for readers."""
    app.add_template_filter(READERS.__getitem__, "pembaca")

    @app.before_request
    def closed_by_default():
        if is_public(app, request.endpoint) or current_viewer().is_signed_in:
            return None
        if request.path.startswith("/api/"):
            return {"error": "Masuk dahulu."}, 401
        if request.method == "POST" and request.form:
            return too_late(
                "Anda sudah keluar",
                "Sesi Anda berakhir sebelum isian dikirim. Isian itu masih ada di bawah ini.",
                "Sesi Anda berakhir, sehingga yang Anda tekan belum dijalankan. Masuk, buka lagi halamannya, lalu tekan sekali lagi.",
                401,
                sign_in=True,
            )
        return redirect(url_for("security.login", next=here()))
