"""People: who they are, which office and role they have, and how they sign in.

Writes account.requested, account.admitted, account.declined (subject JoinRequest), account.invited, account.invitation_withdrawn
(Invitation), account.joined, account.removed, account.role_changed,
account.two_step_switched_off (User), account.reset_asked (ResetRequest). May import: core, instruments, offices.
"""

from kb.accounts.signin import init_app

__all__ = ["init_app"]
