"""Berguru: Diskominfo offices learn from each other. This factory puts the rooms together; README.md beside it is the map."""

import importlib
import importlib.util
from collections.abc import Mapping

from flask import Flask, request
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from kb.config import ROOT, from_environment
from kb.core import access, db, errors, logs, pages
from kb.core.viewer import current_viewer


def _maybe(name):
    """TEMPORARY while rooms are being built."""
    try:
        if importlib.util.find_spec(name) is None:
            return None
    except ModuleNotFoundError:
        return None
    try:
        return importlib.import_module(name)
    except ImportError as missing:
        print(f"{name} not ready: {missing}")
        return None


ROOMS = ("offices", "accounts", "articles", "visits", "notes", "search", "notifications", "activity", "api", "home")


def create_app(overrides: Mapping | None = None) -> Flask:
    """Build the application. `overrides` replaces settings from the environment (tests). Raises ConfigError."""
    app = Flask("kb", root_path=str(ROOT / "kb"), template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.config.from_mapping(overrides if overrides is not None else from_environment())
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    logs.init_app(app)
    db.init_app(app)
    Babel(app)
    Bootstrap5(app)
    Compress(app)
    errors.init_app(app)
    _allow_large_forms(app)
    access.init_app(app)
    CSRFProtect(app)
    pages.init_app(app)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    for room in ROOMS:
        _maybe(f"kb.{room}.models")
        _maybe(f"kb.{room}.handlers")
    accounts = _maybe("kb.accounts")
    if accounts is not None and hasattr(accounts, "init_app"):
        mail = _maybe("kb.notifications.mail")
        accounts.init_app(app, mail_util_cls=getattr(mail, "OutboxMailUtil", None))
    search = _maybe("kb.search")
    if search is not None and hasattr(search, "init_app"):
        search.init_app(app)
    for room in ROOMS:
        views = _maybe(f"kb.{room}.views")
        if views is not None:
            app.register_blueprint(views.bp)
    try:  # TEMPORARY
        importlib.import_module("kb.cli").init_app(app)
    except ImportError as missing:
        print("cli not ready:", missing)
    app.context_processor(_everywhere)
    return app


def _allow_large_forms(app: Flask) -> None:
    """A signed-in person may send a form of many megabytes, so that a text that is too long comes back instead of being lost."""

    @app.before_request
    def allow():
        if request.method == "POST" and current_viewer().is_signed_in:
            request.max_form_memory_size = app.config["MAX_CONTENT_LENGTH"]


def _everywhere() -> dict:
    """What every template may use."""
    from flask import current_app

    found = {"viewer": current_viewer(), "demo": current_app.config["KB_ENV"] == "demo", "unread": 0}
    queries = _maybe("kb.notifications.queries")
    if queries is not None and found["viewer"].is_signed_in:
        found["unread"] = queries.unread_count(found["viewer"])
    return found
