"""Offices are public; their profile is edited by their managers."""

from kb.core.viewer import Viewer
from kb.offices.models import Office


def audience(office: Office) -> frozenset[str]:
    """Everybody may see every office."""
    return frozenset({"public"})


def can_edit(viewer: Viewer, office: Office) -> bool:
    """Managers edit the profile of their own office."""
    return viewer.manages(office.id)
