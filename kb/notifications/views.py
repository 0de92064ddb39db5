"""The inbox, and the admin's page of what could not be delivered."""

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy import update

from kb.core import clock, events
from kb.core.access import require
from kb.core.db import db
from kb.core.events import Delivery
from kb.core.viewer import current_viewer
from kb.notifications import queries
from kb.notifications.models import Notice

bp = Blueprint("notifications", __name__)


@bp.get("/pemberitahuan")
def index():
    """What I was told."""
    return render_template("notifications/index.html", page=queries.inbox(current_viewer()))


@bp.post("/pemberitahuan/<int:notice_id>")
def open_notice(notice_id: int):
    """Mark a notice as read and go where it leads."""
    notice = db.session.get(Notice, notice_id)
    require(seen=notice is not None and notice.user_id == current_viewer().user_id)
    notice.read_at = notice.read_at or clock.now()
    db.session.commit()
    return redirect(notice.url, 303)


@bp.post("/pemberitahuan/semua-dibaca")
def read_all():
    """Mark all notices as read."""
    mine = update(Notice).where(Notice.user_id == current_viewer().user_id, Notice.read_at.is_(None))
    db.session.execute(mine.values(read_at=clock.now()))
    db.session.commit()
    return redirect(url_for(".index"), 303)


@bp.get("/admin/kiriman")
def failures():
    """Deliveries that failed, for the admin."""
    require(seen=True, allowed=current_viewer().is_admin)
    page = queries.failures()
    return render_template("notifications/failures.html", page=page, mails=queries.mails_of(page.items))


@bp.post("/admin/kiriman/<int:delivery_id>/ulang")
def retry(delivery_id: int):
    """Try a failed delivery again."""
    require(seen=True, allowed=current_viewer().is_admin)
    delivery = db.session.get(Delivery, delivery_id)
    require(seen=delivery is not None)
    events.retry(delivery)
    db.session.commit()
    flash("Kiriman dicoba lagi dalam beberapa detik.")
    return redirect(url_for(".failures"), 303)
