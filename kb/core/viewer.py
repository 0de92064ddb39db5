"""Who is looking: all that a policy may know of a person."""

from dataclasses import dataclass, field

from flask import g, has_request_context
from flask_login import current_user


@dataclass(frozen=True)
class Viewer:
    """A person (or nobody) as the policies see them. Roles: member, manager, admin."""

    user_id: int | None = None
    office_id: int | None = None
    role: str | None = None
    name: str = ""
    tokens: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        object.__setattr__(self, "tokens", frozenset(self._tokens()))

    def _tokens(self):
        yield "public"
        if self.user_id is None:
            return
        yield f"user:{self.user_id}"
        if self.office_id is not None:
            yield "network"
            yield f"office:{self.office_id}"
            if self.role == "manager":
                yield f"manager:{self.office_id}"
        if self.role == "admin":
            yield "admin"

    @property
    def is_signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"

    def is_of(self, office_id: int | None) -> bool:
        """True for everybody who works in that office."""
        return office_id is not None and self.office_id == office_id

    def manages(self, office_id: int | None) -> bool:
        """True for the managers of that office."""
        return self.role == "manager" and self.is_of(office_id)


ANONYMOUS = Viewer()
# Somebody of the network, of no office in particular: what may be said to every member. No row has the id 0.
ANY_MEMBER = Viewer(user_id=0, office_id=0)


def viewer_of(user) -> Viewer:
    """The viewer that a user record (id, office_id, role, name) stands for."""
    return Viewer(user_id=user.id, office_id=user.office_id, role=user.role, name=user.name)


def current_viewer() -> Viewer:
    """The viewer of this request; nobody outside a request."""
    if not has_request_context():
        return ANONYMOUS
    if "viewer" not in g:
        g.viewer = viewer_of(current_user) if current_user.is_authenticated else ANONYMOUS
    return g.viewer
