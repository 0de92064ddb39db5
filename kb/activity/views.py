"""The audit pages."""

from flask import Blueprint, render_template, request
from sqlalchemy import select

from kb.accounts.models import User
from kb.activity import labels
from kb.core.access import require
from kb.core.db import db
from kb.core.events import Event
from kb.core.pages import paginate
from kb.core.viewer import current_viewer
from kb.offices.models import Office

bp = Blueprint("activity", __name__)


@bp.get("/admin/jejak")
def everything():
    """All events, for admins, narrowed by the beginning of their name."""
    require(seen=True, allowed=current_viewer().is_admin)
    return _page(select(Event), "Jejak audit")


@bp.get("/instansi-saya/jejak")
def own_office():
    """What people of the own office did."""
    viewer = current_viewer()
    require(seen=True, allowed=viewer.office_id is not None)
    return _page(select(Event).where(Event.office_id == viewer.office_id), "Jejak instansi kami")


def _page(query, title: str):
    name = request.args.get("peristiwa", "")[:60]
    if name:
        query = query.where(Event.name.startswith(name, autoescape=True))
    page = paginate(query.order_by(Event.id.desc()), per_page=50)
    actors = {event.actor_id for event in page.items if event.actor_id}
    offices = {event.office_id for event in page.items if event.office_id}
    return render_template(
        "activity/index.html",
        title=title,
        page=page,
        name=name,
        choices=labels.choices(),
        people=dict(db.session.execute(select(User.id, User.name).where(User.id.in_(actors))).all()),
        offices=dict(db.session.execute(select(Office.id, Office.name).where(Office.id.in_(offices))).all()),
    )
