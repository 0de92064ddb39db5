"""What is done with an office."""

from dataclasses import asdict, dataclass

from kb.core import clock, events, pictures
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Invalid
from kb.core.pictures import Picture
from kb.core.viewer import Viewer
from kb.offices import policy
from kb.offices.models import Office

# Pixels of the longer side: 2.2 cm at print quality.
LOGO_SIDE = 600
LOGO_MEGABYTES = 1


def join(office: Office, viewer: Viewer) -> None:
    """An office's first manager was admitted: it has joined. Does nothing when it had."""
    if office.joined_at is None:
        office.joined_at = clock.now()
        events.record("office.joined", office, viewer)


@dataclass(frozen=True)
class Profile:
    """What a manager says about the office; empty texts mean nothing is said. `letterhead` is the name in the kop surat."""

    about: str = ""
    address: str = ""
    phone: str = ""
    email: str = ""
    letterhead: str = ""


def edit_profile(office: Office, viewer: Viewer, profile: Profile) -> None:
    """Managers describe their office."""
    require(seen=True, allowed=policy.can_edit(viewer, office))
    for name, value in asdict(profile).items():
        setattr(office, name, value or None)
    events.record("office.edited", office, viewer)


def set_timezone(office: Office, viewer: Viewer, timezone: str) -> None:
    """Which time the office keeps, an IANA name. Visits depend on it: their room asks first. Raises Invalid at `timezone`."""
    require(seen=True, allowed=policy.can_edit(viewer, office))
    if timezone not in clock.ZONE_NAMES:
        raise Invalid("Pilih WIB, WITA, atau WIT.", "timezone")
    office.timezone = timezone
    events.record("office.edited", office, viewer, timezone=timezone)


def set_logo(office: Office, viewer: Viewer, picture: Picture | None) -> None:
    """A new logo for the letters, or none."""
    require(seen=True, allowed=policy.can_edit(viewer, office))
    former, office.logo = office.logo, pictures.save(picture) if picture else None
    db.session.flush()
    if former is not None:
        db.session.delete(former)
