"""The inbox, how each person wants to be told, following and unsubscribing, and the admin's page of what could not be delivered."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import update

from kb.core import clock, events
from kb.core.access import public, require
from kb.core.db import db
from kb.core.events import Delivery
from kb.core.senders import from_anywhere
from kb.core.viewer import current_viewer
from kb.notifications import choices, follows, queries, unsubscribe
from kb.notifications.forms import ChoicesForm
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


@bp.route("/akun/pemberitahuan", methods=["GET", "POST"])
def settings():
    """How I want to be told, and what I follow."""
    viewer = current_viewer()
    form = ChoicesForm(data=choices.of(viewer.user_id))
    if form.validate_on_submit():
        for kind, rhythm in form.chosen.items():
            choices.choose(viewer.user_id, kind, rhythm)
        db.session.commit()
        flash("Pilihan surel disimpan.")
        return redirect(url_for(".settings"), 303)
    return render_template("notifications/settings.html", form=form, kinds=choices.KINDS, follows=follows.of(viewer))


@bp.post("/ikuti")
def follow():
    """Follow something, or no longer (`lepas`); back to it, or to the list of what I follow."""
    viewer, subject = current_viewer(), request.form.get("perihal", "")
    if "lepas" in request.form:
        follows.unfollow(subject, viewer)
        db.session.commit()
        flash("Anda tidak lagi mengikutinya.")
        known = None if request.form["lepas"] == "daftar" else follows.find(subject, viewer)
        return redirect(known.url if known else url_for(".settings"), 303)
    found = follows.follow(subject, viewer)
    db.session.commit()
    flash("Anda mengikutinya. Hal baru muncul di Pemberitahuan dan, bila Anda mau, di surel.")
    return redirect(found.url, 303)


@bp.route("/berhenti/<token>", methods=["GET", "POST"])
@public
@from_anywhere
def stop(token: str):
    """End mails of a kind without signing in. Mail programs post here by themselves; a person who opens the link presses a button,
    because programs that look into mails open links too."""
    user_id, kind = unsubscribe.meant_by(token)
    state = "asked"
    if request.method == "POST":
        state = _take_back(user_id, kind) if "kirim-lagi" in request.form else _stop(user_id, kind)
        db.session.commit()
    label = choices.KINDS[kind].label if kind in choices.KINDS else ""
    return render_template("notifications/stop.html", state=state, label=label)


def _stop(user_id: int, kind: str) -> str:
    choices.stop(user_id, kind)
    return "stopped"


def _take_back(user_id: int, kind: str) -> str:
    return "resumed" if choices.resume(user_id, kind) else "unchanged"


def allow_one_click(protection: CSRFProtect) -> None:
    """A mail program has no form of ours to send; the signed address is what proves that it may."""
    protection.exempt(stop)


def follow_state() -> dict:
    """For every template: does the person who looks follow this?"""
    viewer = current_viewer()
    return {"is_followed": lambda subject: follows.is_followed(subject, viewer)}


@bp.get("/admin/kiriman")
def failures():
    """Deliveries that failed, for the admin."""
    require(seen=True, allowed=current_viewer().is_admin)
    page = queries.failures()
    return render_template("notifications/failures.html", page=page, mails=queries.mails_of(page.items), waiting=queries.count_waiting())


@bp.post("/admin/kiriman/<int:delivery_id>/ulang")
def retry(delivery_id: int):
    """Try a failed delivery again."""
    require(seen=True, allowed=current_viewer().is_admin)
    require(seen=db.session.get(Delivery, delivery_id) is not None)
    events.retry(delivery_id)
    db.session.commit()
    flash("Kiriman dicoba lagi sebentar lagi.")
    return redirect(url_for(".failures"), 303)


@bp.post("/admin/kiriman/ulang")
def retry_all():
    """Try every failed delivery again, after an outage or a corrected setting."""
    require(seen=True, allowed=current_viewer().is_admin)
    count = events.retry_all()
    db.session.commit()
    flash(f"{count} kiriman dicoba lagi sebentar lagi.")
    return redirect(url_for(".failures"), 303)
