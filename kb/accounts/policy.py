"""Who may see and manage people, invitations and requests.

People and invitations of an office are the business of its managers; requests to join, of the admins. Names of authors on what they wrote
are public with the writing and need no permission here.
"""

from sqlalchemy import ColumnElement, false, or_, true

from kb.accounts.models import Invitation, JoinRequest, User
from kb.core.access import Audience, holds
from kb.core.viewer import Viewer


def audience(thing: User | Invitation | JoinRequest) -> Audience:
    """The tokens that open a record: its manager's page, or the admin's queue. A person sees their own."""
    if isinstance(thing, JoinRequest):
        return frozenset({"admin"})
    office = {f"manager:{thing.office_id}", "admin"}
    return frozenset(office | {f"user:{thing.id}"}) if isinstance(thing, User) else frozenset(office)


def can_view(viewer: Viewer, thing: User | Invitation | JoinRequest) -> bool:
    """May this viewer see the record?"""
    return holds(audience(thing), viewer)


def visible_to(viewer: Viewer, model: type[User | Invitation | JoinRequest]) -> ColumnElement[bool]:
    """The same rule for lists."""
    if viewer.is_admin:
        return true()
    if model is JoinRequest:
        return false()
    managed = model.office_id == viewer.office_id if viewer.role == "manager" else false()
    return or_(managed, User.id == viewer.user_id) if model is User and viewer.is_signed_in else managed


def can_manage(viewer: Viewer, office_id: int) -> bool:
    """May this viewer invite, remove and change roles in an office?"""
    return viewer.is_admin or viewer.manages(office_id)


def can_change(viewer: Viewer, user: User) -> bool:
    """May this viewer change the role of a person, or remove them? Admins are changed by admins only."""
    if user.role == "admin":
        return viewer.is_admin
    return can_manage(viewer, user.office_id)


def can_decide(viewer: Viewer) -> bool:
    """May this viewer admit or decline requests of first managers?"""
    return viewer.is_admin
