"""The page of the own calendar addresses, and the calendars behind them."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for

from kb.core.access import public, require
from kb.core.db import db
from kb.core.errors import NotFound
from kb.core.viewer import current_viewer
from kb.visits import feeds

bp = Blueprint("feeds", __name__)


@bp.get("/akun/kalender")
def settings():
    """The addresses to give to a phone's calendar."""
    viewer = current_viewer()
    require(seen=viewer.office_id is not None)
    rows = [("pribadi", "Kalender saya", feeds.mine(viewer, of_office=False), True)]
    rows.append(("instansi", "Kalender instansi", feeds.mine(viewer, of_office=True), viewer.role == "manager"))
    return render_template("visits/feeds.html", rows=rows, base=current_app.config["BASE_URL"])


@bp.post("/akun/kalender/<any(pribadi, instansi):owner>")
def renew(owner: str):
    """Make a fresh address."""
    feeds.renew(current_viewer(), of_office=owner == "instansi")
    db.session.commit()
    flash("Alamat kalender baru dibuat; alamat lama tidak berlaku lagi.")
    return redirect(url_for(".settings"), 303)


@bp.get("/kalender/<token>.ics")
@public
def feed(token: str):
    """The calendar of whoever holds this address."""
    found = feeds.read(token)
    if found is None:
        raise NotFound
    answer = Response(found, mimetype="text/calendar")
    answer.add_etag()
    return answer.make_conditional(request)
