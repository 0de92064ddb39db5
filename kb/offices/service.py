"""What is done with an office."""

from kb.core import clock, events
from kb.core.access import require
from kb.core.viewer import Viewer
from kb.offices import policy
from kb.offices.models import Office


def join(office: Office, viewer: Viewer) -> None:
    """An office's first manager was admitted: it has joined. Does nothing when it had."""
    if office.joined_at is None:
        office.joined_at = clock.now()
        events.record("office.joined", office, viewer)


def edit_profile(office: Office, viewer: Viewer, about: str, address: str, phone: str) -> None:
    """Managers describe their office."""
    require(seen=True, allowed=policy.can_edit(viewer, office))
    office.about, office.address, office.phone = about or None, address or None, phone or None
    events.record("office.edited", office, viewer)
