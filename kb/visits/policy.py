"""Who may see and change a visit."""

from datetime import date

from sqlalchemy import ColumnElement, and_, or_

from kb.core.access import Audience, holds
from kb.core.viewer import Viewer
from kb.visits.models import Visit
from kb.visits.workflow import AGREED, HOLDS_SLOT, WAITS_FOR_HOST, Step, steps_from


def audience(visit: Visit) -> Audience:
    """The whole request: a draft is the guest's; once sent it belongs to both offices."""
    if visit.status == "draft":
        return frozenset({f"office:{visit.guest_id}"})
    return frozenset({f"office:{visit.guest_id}", f"office:{visit.host_id}"})


def can_view(viewer: Viewer, visit: Visit) -> bool:
    return holds(audience(visit), viewer)


def visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The same rule as SQL."""
    office_id = viewer.office_id or -1
    return or_(Visit.guest_id == office_id, and_(Visit.host_id == office_id, Visit.status != "draft"))


def public_audience(visit: Visit) -> Audience:
    """The public part (offices, topics, day): everybody's once it is agreed and both sides leave it open."""
    if visit.status in HOLDS_SLOT and visit.is_public:
        return audience(visit) | {"public"}
    return audience(visit)


def public_part_visible_to(viewer: Viewer) -> ColumnElement[bool]:
    """The rule of the public part as SQL."""
    opened = and_(Visit.status.in_(HOLDS_SLOT), Visit.host_opens, Visit.guest_opens)
    return or_(opened, visible_to(viewer))


def side(viewer: Viewer, visit: Visit) -> str:
    """ "host", "guest" or nothing."""
    if viewer.is_of(visit.host_id):
        return "host"
    return "guest" if viewer.is_of(visit.guest_id) else ""


def can_ask(viewer: Viewer) -> bool:
    """Everybody of an office may prepare a request; its manager sends it."""
    return viewer.office_id is not None and viewer.role in ("member", "manager")


def can_discard(viewer: Viewer, visit: Visit) -> bool:
    """A request that was never sent may go: by who began it, or by a manager of the guest."""
    if visit.status != "draft" or not viewer.is_of(visit.guest_id):
        return False
    return viewer.user_id == visit.requested_by_id or viewer.role == "manager"


def can_set_openness(viewer: Viewer, host_id: int) -> bool:
    return viewer.manages(host_id)


def can_see_figures(viewer: Viewer, office_id: int) -> bool:
    """Those of an office are its own people's: they tell of requests that outsiders must not know of. Those of provinces are public."""
    return viewer.is_of(office_id)


def steps(viewer: Viewer, visit: Visit, today) -> list[Step]:
    """What this person may do with the visit now."""
    return steps_from(visit.status, side(viewer, visit), viewer.role == "manager", visit.last_day, today)


def can_complete(viewer: Viewer, visit: Visit, today: date) -> bool:
    """Everybody of the guest may complete what was sent, until the agreed day."""
    is_open = visit.status in WAITS_FOR_HOST | {"proposed"} or (visit.status in AGREED and today <= visit.day)
    return is_open and side(viewer, visit) == "guest"
