"""Berguru: Diskominfo offices learn from each other. This factory puts the rooms together; README.md beside it is the map."""

from collections.abc import Mapping

from flask import Flask, current_app, request
from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_compress import Compress
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import kb.home.handlers
import kb.notifications.followers
import kb.notifications.handlers
import kb.notifications.sending
import kb.search.handlers  # noqa: F401  handlers subscribe at import
from kb import cli
from kb.accounts import signin
from kb.accounts import views as accounts
from kb.activity import labels
from kb.activity import views as activity
from kb.api import views as api
from kb.articles import views as articles
from kb.assessments import views as assessments
from kb.config import ROOT, from_environment
from kb.core import access, addresses, db, errors, logs, pages, resending, senders, uploads
from kb.core.viewer import current_viewer
from kb.home import views as home
from kb.notes import views as notes
from kb.notifications import views as notifications
from kb.notifications.mail import OutboxMailUtil
from kb.notifications.queries import unread_count
from kb.offices import ranking_views as ranking
from kb.offices import views as offices
from kb.questions import answer_views as answers
from kb.questions import moderation_views as moderation
from kb.questions import views as questions
from kb.search import service as search_service
from kb.search import views as search
from kb.visits import completing_views as completing
from kb.visits import day_views as day
from kb.visits import feed_views as feeds
from kb.visits import hosting_views as hosting
from kb.visits import letter_views as letters
from kb.visits import views as visits

# The order only matters for reading: from the lower rooms to the upper ones.
ROOMS = (
    offices, ranking, accounts, articles, assessments, questions, answers, moderation, visits, completing, hosting, day, letters,
    feeds, notes, search, notifications, activity, api, home,
)  # fmt: skip


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
    senders.init_app(app)
    resending.init_app(app)
    uploads.init_app(app)
    addresses.init_app(app)
    _receive_forms(app)
    access.init_app(app)
    notifications.allow_one_click(CSRFProtect(app))
    pages.init_app(app)
    labels.init_app(app)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
    signin.init_app(app, mail_util_cls=OutboxMailUtil)
    search_service.init_app(app)
    for room in ROOMS:
        app.register_blueprint(room.bp)
    cli.init_app(app)
    app.context_processor(_everywhere)
    app.context_processor(notifications.follow_state)
    return app


def _receive_forms(app: Flask) -> None:
    """A signed-in person may send a form of many megabytes, so that a text that is too long comes back instead of being lost.

    It is received before anything else is done: whoever sends slowly keeps nobody from writing.
    """

    @app.before_request
    def receive():
        if request.method != "POST":
            return
        with db.nobody_waits():
            if current_viewer().is_signed_in:
                request.max_form_memory_size = app.config["MAX_CONTENT_LENGTH"]
            db.takes_time("receiving a form")
            _ = request.form


def _everywhere() -> dict:
    """What every template may use."""
    viewer = current_viewer()
    unread = unread_count(viewer) if viewer.is_signed_in else 0
    return {"viewer": viewer, "demo": current_app.config["KB_ENV"] == "demo", "unread": unread}
