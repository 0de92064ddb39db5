"""Reading people, invitations and requests; and the links that open doors, made afresh each time they are needed."""

from collections.abc import Iterable

from flask import current_app
from flask_security.recoverable import generate_reset_password_token
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload

from kb.accounts import policy
from kb.accounts.models import Invitation, JoinRequest, User
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.offices.models import Office, Region

INVITATION_SALT = "accounts.invitation"


def people_of(office_id: int) -> list[User]:
    """The people who work in an office now, managers first, then by name."""
    return list(db.session.scalars(_present().where(User.office_id == office_id).order_by(User.role != "manager", User.name)))


def managers_of(office_id: int) -> list[User]:
    """The active managers of an office."""
    query = _present().where(User.office_id == office_id, User.role == "manager")
    return list(db.session.scalars(query.order_by(User.name)))


def admins() -> list[User]:
    """The active admins of this installation."""
    return list(db.session.scalars(_present().where(User.role == "admin").order_by(User.name)))


def _present() -> Select:
    return select(User).where(User.active, User.removed_at.is_(None))


def keepers(users: Iterable[User]) -> list[User]:
    """Who does the work of these people now: they themselves, or who took it over; only people who are present."""
    return [keeper for user in users if (keeper := _keeper(user)) is not None]


def _keeper(user: User) -> User | None:
    """The last one present in the line of successors; a line may come back to where it began."""
    line = []
    while user is not None and user not in line:
        line.append(user)
        user = user.successor
    present = [person for person in line if person.active and not person.is_removed]
    return present[-1] if present else None


def colleagues_of(user: User) -> list[User]:
    """The people of the same office who could take over."""
    return [other for other in people_of(user.office_id) if other.id != user.id]


def by_email(email: str) -> User | None:
    """The person with this (lower case) address."""
    return db.session.scalars(select(User).where(User.email == email)).one_or_none()


def open_invitations(office_id: int, viewer: Viewer) -> list[Invitation]:
    """Invitations of an office that were neither used nor withdrawn, newest first; expired ones too."""
    query = (
        select(Invitation)
        .where(Invitation.office_id == office_id, Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None))
        .where(policy.visible_to(viewer, Invitation))
        .options(joinedload(Invitation.invited_by))
        .order_by(Invitation.id.desc())
    )
    return list(db.session.scalars(query))


def requests(viewer: Viewer, status: str = "waiting") -> Select:
    """Requests of first managers that the viewer may see; the oldest waiting one first, decided ones newest first."""
    order = JoinRequest.id.asc() if status == "waiting" else JoinRequest.decided_at.desc()
    return (
        select(JoinRequest)
        .where(JoinRequest.status == status, policy.visible_to(viewer, JoinRequest))
        .options(joinedload(JoinRequest.office), joinedload(JoinRequest.letter), joinedload(JoinRequest.decided_by))
        .order_by(order)
    )


def waiting_requests(viewer: Viewer) -> int:
    """How many requests wait for the viewer's decision."""
    query = select(func.count(JoinRequest.id)).where(JoinRequest.status == "waiting", policy.visible_to(viewer, JoinRequest))
    return db.session.scalar(query)


def governments() -> list[tuple[str, str, str]]:
    """All offices that can join as (slug, name of the region, name of its province), in the order of their codes."""
    province = aliased(Region)
    query = (
        select(Office.slug, Region.name, province.name)
        .join(Region, Region.code == Office.region_code)
        .join(province, province.code == Region.province_code)
        .order_by(Region.code)
    )
    return [tuple(row) for row in db.session.execute(query)]


def invitation_link(invitation: Invitation) -> str:
    """The address that accepts an invitation. It is signed, so it can be made again for each mail and is stored nowhere."""
    token = _signer().dumps([invitation.id, invitation.nonce])
    return f"{current_app.config['BASE_URL']}/undangan/{token}"


def invitation_of(token: str) -> Invitation | None:
    """The invitation a link was made for; None for a link we did not make."""
    try:
        ident, nonce = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return db.session.scalars(
        select(Invitation)
        .where(Invitation.id == ident, Invitation.nonce == nonce)
        .options(joinedload(Invitation.office), joinedload(Invitation.invited_by))
    ).one_or_none()


def set_password_link(user: User) -> str:
    """The address where a person sets a (first) password: good once, for as long as a reset link."""
    return f"{current_app.config['BASE_URL']}/lupa-sandi/{generate_reset_password_token(user)}"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt=INVITATION_SALT)
