"""Whose page sent a form: one of ours, or one of another site, which is refused before anything else looks at it.

An attacker can make anybody's browser open any page and post any form to us, with whatever cookies the browser adds by itself; he can
read nothing of what comes back and cannot forge what browsers say of where a request comes from. The token of a form (flask-wtf) holds too,
beside this; where a browser says nothing, it decides alone.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadData, URLSafeTimedSerializer

from kb.core.db import SAFE_METHODS
from kb.core.errors import Refused

USUAL_PORTS = {80, 443, None}
SALT_OF_TOKENS = "wtf-csrf-token"


class Foreign(Refused):
    """A page of another site asks us to change something."""

    status = 403
    title = "Dikirim dari situs lain"

    def __init__(self):
        super().__init__(
            "Permintaan ini dikirim oleh halaman situs lain, bukan oleh halaman Berguru, sehingga tidak dijalankan. "
            "Bila Anda memang menghendakinya, buka halamannya di Berguru dan tekan tombolnya di sana."
        )


def from_anywhere(view: Callable) -> Callable:
    """Mark a view that any page and program may post to, since the secret in its address is what proves that they may."""
    view.is_from_anywhere = True
    return view


def is_own_page() -> bool | None:
    """Was this sent by a page of ours, as the browser says? None when it says nothing, as old browsers and programs do.

    `Origin: null` is said by pages that hide where they are from; then only `Sec-Fetch-Site` can tell that they are ours.
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is None and site is None:
        return None
    if origin == "null":
        return site == "same-origin"
    return site in (None, "same-origin", "none") and (origin is None or _is_here(origin))


def is_own_form() -> bool:
    """Was this form ours, however old it is? As the browser says; where it says nothing, by the token that we signed."""
    own = is_own_page()
    return _is_signed_here(request.form.get("csrf_token", "")) if own is None else own


def _is_here(origin: str) -> bool:
    """By host and port: those asked for, as they are seen through trusted proxies, or those of our own links in mails.

    Not by the scheme: many a proxy in front of us does not tell it.
    """
    try:
        there, asked, ours = (urlsplit(address) for address in (origin, f"//{request.host}", current_app.config["BASE_URL"]))
        return there.scheme in ("http", "https") and _place(there) in (_place(asked), _place(ours))
    except ValueError:  # a port that is no number
        return False


def _place(address) -> tuple[str | None, int | None]:
    return address.hostname, None if address.port in USUAL_PORTS else address.port


def _is_signed_here(token: str) -> bool:
    try:
        URLSafeTimedSerializer(current_app.secret_key, salt=SALT_OF_TOKENS).loads(token)
    except BadData:
        return False
    return True


def keep_cookies() -> None:
    """Whatever is answered to this request, the browser's session stays the one it has."""
    g.keeps_cookies = True


class SessionCookie(SecureCookieSessionInterface):
    """Flask's own; but the refusal of what was not ours leaves the browser's cookie as it is, whatever the answer put into the session."""

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """See SecureCookieSessionInterface."""
        if not g.get("keeps_cookies"):
            super().save_session(app, session, response)


def init_app(app: Flask) -> None:
    """Refuse what other sites' pages send. Call before whatever reads forms."""
    app.session_interface = SessionCookie()

    @app.before_request
    def refuse_foreign():
        view = app.view_functions.get(request.endpoint)
        if request.method in SAFE_METHODS or getattr(view, "is_from_anywhere", False) or is_own_page() is not False:
            return
        keep_cookies()
        raise Foreign
