"""What people can do about accounts: ask to join, admit, invite, accept, change, remove. Each checks the policy and records its event."""

import secrets
from datetime import timedelta
from uuid import uuid4

from flask_security import hash_password
from sqlalchemy import and_, not_, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from kb.accounts import identity, passwords, policy, queries
from kb.accounts.models import REMOVED_DOMAIN, Invitation, JoinRequest, ResetRequest, User
from kb.core import clock, events, files
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Forbidden, Invalid, NotFound
from kb.core.viewer import Viewer, viewer_of
from kb.offices import service as offices
from kb.offices.models import Office

INVITATION_DAYS = 14
# No I, O, 0 or 1: a reference is read out on the telephone.
REFERENCE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

EMAIL_TAKEN = "Alamat surel ini sudah dipakai akun lain di Berguru. Pakai alamat surel lain."
LAST_MANAGER = "Ini pengelola terakhir instansi. Jadikan orang lain pengelola dahulu."


def new_user(
    *,
    name: str,
    email: str,
    office_id: int,
    role: str = "member",
    position: str = "",
    nip: str | None = None,
    phone: str | None = None,
    password: str | None = None,
) -> User:
    """Create a person. Without password they cannot sign in until they set one. Raises Invalid for a bad or taken address."""
    address = identity.email(email)
    if queries.by_email(address) is not None:
        raise Invalid(EMAIL_TAKEN, "email")
    user = User(
        name=name,
        email=address,
        position=position,
        nip=nip or None,
        phone=phone or None,
        office_id=office_id,
        role=role,
        password=hash_password(password) if password else None,
        active=True,
        fs_uniquifier=uuid4().hex,
    )
    db.session.add(user)
    db.session.flush()
    return user


def check_password(password: str, email: str, field: str = "password") -> None:
    """Raises Invalid when a new password breaks the rule."""
    if found := passwords.fault(password, email):
        raise Invalid(found, field)


def ask_reset(email: str, viewer: Viewer) -> None:
    """Ask for a link to set a new password. Whether there is such an account only the worker asks: nobody shall learn it, not even from
    the time that the answer takes.
    """
    asked = ResetRequest(email=email)
    db.session.add(asked)
    events.record("account.reset_asked", asked, viewer)


# The first manager of an office


def request_join(
    *,
    office: Office | None,
    name: str,
    position: str,
    email: str,
    nip: str | None,
    message: str,
    letter: FileStorage | None,
    replaces: bool,
    viewer: Viewer,
) -> JoinRequest:
    """Ask to become the first manager of an office. The same person asking twice gets the request that already waits.

    Says nothing about whether the address is known here. Raises Invalid.
    """
    if office is None or office.region_code is None:
        raise Invalid("Pilih instansi dari daftar.", "office")
    if not replaces and queries.managers_of(office.id):
        raise Invalid("Instansi ini sudah memiliki pengelola. Mintalah undangan kepada pengelola itu.", "office")
    address = identity.email(email)
    waiting = _waiting(office.id, address)
    if waiting is not None:
        return waiting
    request = JoinRequest(
        reference="G-" + "".join(secrets.choice(REFERENCE_LETTERS) for _ in range(8)),
        office_id=office.id,
        name=name,
        position=position,
        nip=identity.nip(nip) if nip else None,
        email=address,
        message=message or "",
        letter=files.save(letter, ("pdf",), 5, "letter") if letter else None,
    )
    db.session.add(request)
    try:
        db.session.flush()
    except IntegrityError:  # the same request, a moment earlier, from another process
        db.session.rollback()
        return _waiting(office.id, address)
    events.record("account.requested", request, viewer)
    return request


def _waiting(office_id: int, email: str) -> JoinRequest | None:
    same = (JoinRequest.office_id == office_id, JoinRequest.email == email, JoinRequest.status == "waiting")
    return db.session.scalars(select(JoinRequest).where(*same)).one_or_none()


def find_request(request_id: int, viewer: Viewer) -> JoinRequest:
    """The request, for whom may see it. Raises NotFound."""
    request = db.session.get(JoinRequest, request_id)
    require(seen=request is not None and policy.can_view(viewer, request))
    return request


def admit(request: JoinRequest, viewer: Viewer) -> User:
    """Make the person manager of the office, which joins. They set their password by the link that is mailed to them."""
    require(seen=policy.can_view(viewer, request), allowed=policy.can_decide(viewer))
    _decide(request, "admitted", viewer)
    try:
        user = new_user(
            name=request.name,
            email=request.email,
            office_id=request.office_id,
            role="manager",
            position=request.position,
            nip=request.nip,
        )
    except Invalid as error:
        raise Conflict(f"Akun tidak dapat dibuat: {error.message}") from error
    request.user_id = user.id
    offices.join(request.office, viewer)
    events.record("account.admitted", request, viewer)
    return user


def decline(request: JoinRequest, reason: str, viewer: Viewer) -> None:
    """Say no, with a reason that is mailed to the person."""
    require(seen=policy.can_view(viewer, request), allowed=policy.can_decide(viewer))
    _decide(request, "declined", viewer, reason)
    events.record("account.declined", request, viewer)


def _decide(request: JoinRequest, status: str, viewer: Viewer, reason: str | None = None) -> None:
    claim = (
        update(JoinRequest)
        .where(JoinRequest.id == request.id, JoinRequest.status == "waiting")
        .values(status=status, reason=reason, decided_by_id=viewer.user_id, decided_at=clock.now())
    )
    if db.session.execute(claim).rowcount != 1:
        raise Conflict("Permohonan ini baru saja diputuskan. Muat ulang halaman untuk melihat hasilnya.")
    db.session.refresh(request)


# Invitations


def invite(office: Office, email: str, role: str, viewer: Viewer) -> Invitation:
    """Invite the owner of an address into an office. An open invitation to the same address is replaced. Raises Invalid.

    Whether the address has an account at another office is told to nobody but its owner, by the mail and the page that it leads to.
    """
    require(seen=viewer.is_of(office.id) or viewer.is_admin, allowed=policy.can_manage(viewer, office.id))
    if role not in ("member", "manager"):
        raise Invalid("Pilih peran dari daftar.", "role")
    address = identity.email(email)
    _refuse_colleague(address, office)
    now = clock.now()
    for earlier in db.session.scalars(_open(office.id).where(Invitation.email == address)):
        earlier.withdrawn_at = now
    db.session.flush()
    invitation = Invitation(
        office_id=office.id,
        email=address,
        role=role,
        nonce=secrets.token_hex(16),
        invited_by_id=viewer.user_id,
        created_at=now,
        expires_at=now + timedelta(days=INVITATION_DAYS),
    )
    db.session.add(invitation)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict("Undangan untuk alamat ini baru saja dibuat orang lain.") from error
    events.record("account.invited", invitation, viewer)
    return invitation


def _refuse_colleague(email: str, office: Office) -> None:
    known = queries.by_email(email)
    if known is not None and known.office_id == office.id:
        raise Invalid(f"{known.name} sudah menjadi bagian instansi ini.", "email")


_IS_OPEN = (Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None))


def _open(office_id: int):
    return select(Invitation).where(Invitation.office_id == office_id, *_IS_OPEN)


def find_invitation(invitation_id: int, viewer: Viewer) -> Invitation:
    """The invitation, for whom may see it. Raises NotFound."""
    invitation = db.session.get(Invitation, invitation_id)
    require(seen=invitation is not None and policy.can_view(viewer, invitation))
    return invitation


def withdraw(invitation: Invitation, viewer: Viewer) -> None:
    """Take an invitation back. Raises Conflict when it was used meanwhile."""
    require(seen=policy.can_view(viewer, invitation), allowed=policy.can_manage(viewer, invitation.office_id))
    claim = update(Invitation).where(Invitation.id == invitation.id, *_IS_OPEN).values(withdrawn_at=clock.now())
    if db.session.execute(claim).rowcount != 1:
        raise Conflict("Undangan ini sudah dipakai atau sudah dibatalkan.")
    events.record("account.invitation_withdrawn", invitation, viewer)


def accept_invitation(invitation: Invitation, *, name: str, position: str, nip: str | None, password: str) -> User:
    """Become part of the office. Raises Invalid, and Conflict when the invitation is no longer open or the address has an account."""
    if queries.by_email(invitation.email) is not None:
        raise Conflict(EMAIL_TAKEN)
    check_password(password, invitation.email)
    now = clock.now()
    claim = update(Invitation).where(Invitation.id == invitation.id, *_IS_OPEN).where(Invitation.expires_at > now).values(used_at=now)
    if db.session.execute(claim).rowcount != 1:
        raise Conflict("Undangan ini sudah tidak berlaku: sudah dipakai, dibatalkan, atau lewat waktu.")
    user = new_user(
        name=name,
        email=invitation.email,
        office_id=invitation.office_id,
        role=invitation.role,
        position=position,
        nip=identity.nip(nip) if nip else None,
        password=password,
    )
    events.record("account.joined", user, viewer_of(user), invitation_id=invitation.id)
    return user


# People of an office


def find_person(user_id: int, viewer: Viewer) -> User:
    """A present person, for whom may manage them. Raises NotFound; Forbidden for colleagues."""
    user = db.session.get(User, user_id)
    if user is None or user.is_removed or not (viewer.is_of(user.office_id) or viewer.is_admin):
        raise NotFound
    if not policy.can_change(viewer, user):
        raise Forbidden
    return user


def change_role(user: User, role: str, viewer: Viewer) -> None:
    """Make a person member or manager of their office. Raises Conflict for the last manager."""
    require(seen=policy.can_view(viewer, user), allowed=policy.can_change(viewer, user))
    if role not in ("member", "manager") or user.role == "admin":
        raise Invalid("Peran ini tidak dapat diberikan di sini.", "role")
    if role == user.role:
        return
    if role != "manager":
        _keep_a_manager(user)
    earlier, user.role = user.role, role
    events.record("account.role_changed", user, viewer, earlier=earlier, role=role)


def hand_over(user: User, successor_id: int | None, viewer: Viewer) -> User:
    """From now on a colleague is told what this person would be, and follows what they followed. What was written keeps its author.

    When the last manager leaves, the successor becomes manager. A person may do this themselves. Raises Invalid.
    """
    require(seen=policy.can_view(viewer, user), allowed=viewer.user_id == user.id or policy.can_change(viewer, user))
    successor = next((other for other in queries.colleagues_of(user) if other.id == successor_id), None)
    if successor is None:
        raise Invalid("Pilih rekan dari daftar.", "successor")
    if user.successor_id == successor.id:
        return successor
    user.successor_id, successor.successor_id = successor.id, None
    if user.role == "manager" and [manager.id for manager in queries.managers_of(user.office_id)] == [user.id]:
        successor.role = "manager"
        events.record("account.role_changed", successor, viewer, earlier="member", role="manager")
    events.record("account.handed_over", user, viewer, to=successor.id)
    return successor


def take_back(user: User, viewer: Viewer) -> None:
    """Back from leave: the person is told themselves again."""
    require(seen=policy.can_view(viewer, user), allowed=viewer.user_id == user.id or policy.can_change(viewer, user))
    if user.successor_id is not None and not user.is_removed:
        user.successor_id = None
        events.record("account.taken_back", user, viewer)


def remove(user: User, viewer: Viewer, successor_id: int | None = None) -> None:
    """End a person's access; a successor takes their work over. What they made stays with the office under their name; address, telephone
    and NIP are forgotten.

    Raises Conflict for the last manager of an office and the last admin.
    """
    require(seen=policy.can_view(viewer, user), allowed=policy.can_change(viewer, user))
    if user.is_removed:
        return
    if successor_id is not None:
        hand_over(user, successor_id, viewer)
    _keep_a_manager(user)
    if user.role == "admin" and [admin.id for admin in queries.admins()] == [user.id]:
        raise Conflict("Ini admin terakhir pemasangan ini.")
    events.record("account.removed", user, viewer)
    _forget(user)


def _forget(user: User) -> None:
    nobody = f"dihapus-{user.id}@{REMOVED_DOMAIN}"
    # Another office may wait for this person: its invitation is to be accepted now.
    waiting = and_(Invitation.office_id != user.office_id, *_IS_OPEN, Invitation.expires_at > clock.now())
    db.session.execute(update(Invitation).where(Invitation.email == user.email, not_(waiting)).values(email=nobody))
    db.session.execute(update(JoinRequest).where(JoinRequest.user_id == user.id).values(email=nobody, nip=None))
    user.email = nobody
    user.phone = user.nip = user.password = None
    user.tf_primary_method = user.tf_totp_secret = user.tf_phone_number = user.tf_last_counter = None
    user.mf_recovery_codes = []
    user.active = False
    user.fs_uniquifier = uuid4().hex
    user.removed_at = clock.now()
    db.session.flush()


def _keep_a_manager(user: User) -> None:
    """Refuse to take the last manager away; two managers who remove each other wait for one another here."""
    if user.role != "manager":
        return
    db.session.execute(select(Office.id).where(Office.id == user.office_id).with_for_update())
    if [manager.id for manager in queries.managers_of(user.office_id)] == [user.id]:
        raise Conflict(LAST_MANAGER)


def switch_off_two_step(user: User, viewer: Viewer) -> None:
    """Let a person who lost telephone and spare codes sign in with the password alone again."""
    require(seen=policy.can_view(viewer, user), allowed=policy.can_change(viewer, user))
    user.tf_primary_method = user.tf_totp_secret = user.tf_last_counter = None
    user.mf_recovery_codes = []
    events.record("account.two_step_switched_off", user, viewer)


def update_profile(user: User, *, name: str, position: str, phone: str | None, nip: str | None, viewer: Viewer) -> None:
    """Change what others see of oneself. Raises Invalid."""
    require(seen=policy.can_view(viewer, user), allowed=viewer.user_id == user.id)
    user.name, user.position = name, position
    user.phone = identity.phone(phone) if phone else None
    user.nip = identity.nip(nip) if nip else None
    db.session.flush()
