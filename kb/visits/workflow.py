"""The states of a visit and who may change them, as one table. Buttons, checks and tests read it. Pure."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Status:
    """How a state is shown: its label, and the kind of its tag."""

    label: str
    kind: str


STATUSES = {
    "draft": Status("draf", "plain"),
    "requested": Status("diajukan", "wait"),
    "accepted": Status("diterima", "ok"),
    "declined": Status("ditolak", "bad"),
    "withdrawn": Status("ditarik", "plain"),
    "cancelled": Status("dibatalkan", "bad"),
    "held": Status("terlaksana", "ok"),
}

# States in which a visit occupies its session.
HOLDS_SLOT = {"accepted", "held"}


@dataclass(frozen=True)
class Step:
    """From `source` by `action` of a side to `target`. `needs_reason`: a sentence for the other side; `after_day`: not before the day."""

    source: str
    action: str
    target: str
    by: tuple[str, ...]
    label: str
    needs_reason: bool = False
    after_day: bool = False
    managers_only: bool = True


STEPS = (
    Step("draft", "submit", "requested", ("guest",), "Kirim permohonan"),
    Step("requested", "accept", "accepted", ("host",), "Terima"),
    Step("requested", "decline", "declined", ("host",), "Tolak", needs_reason=True),
    Step("requested", "withdraw", "withdrawn", ("guest",), "Tarik permohonan"),
    Step("accepted", "cancel", "cancelled", ("host", "guest"), "Batalkan", needs_reason=True),
    Step("accepted", "hold", "held", ("host", "guest"), "Tandai terlaksana", after_day=True, managers_only=False),
)

ACTIONS = tuple(step.action for step in STEPS)


def step_for(status: str, action: str) -> Step | None:
    """The step an action takes from a state, if there is one."""
    return next((step for step in STEPS if step.source == status and step.action == action), None)


def steps_from(status: str, side: str, is_manager: bool, day: date, today: date) -> list[Step]:
    """What a person of a side ("host", "guest") may do now."""
    return [
        step
        for step in STEPS
        if step.source == status and side in step.by and (is_manager or not step.managers_only) and (not step.after_day or today >= day)
    ]
