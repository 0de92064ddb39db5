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
    "waitlisted": Status("daftar tunggu", "wait"),
    "proposed": Status("usul jadwal lain", "wait"),
    "accepted": Status("diterima", "ok"),
    "online": Status("dialihkan daring", "ok"),
    "declined": Status("ditolak", "bad"),
    "withdrawn": Status("ditarik", "plain"),
    "cancelled": Status("dibatalkan", "bad"),
    "held": Status("terlaksana", "ok"),
    "reported": Status("dilaporkan", "ok"),
    "closed": Status("ditutup", "plain"),
}

# States in which both sides have agreed on a day that is still to come.
AGREED = {"accepted", "online"}

# States in which a visit occupies its sessions.
HOLDS_SLOT = AGREED | {"held", "reported", "closed"}

# States in which a guest may still say whether it would share its sessions with another delegation.
MAY_SHARE = {"draft", "requested", "waitlisted"} | AGREED

# States in which the host owes an answer.
WAITS_FOR_HOST = {"requested", "waitlisted"}


@dataclass(frozen=True)
class Step:
    """From `source` by `action` of a side to `target`.

    `needs`: what must be given: "reason" (a sentence for the other side), "options" (1 to 3 schedules), "option" (the number of one),
    "sessions" (other sessions), "joint" (the visit to share a slot with), "notes" (published notes, or else a reason). `after_day`: not
    before the last day of the visit.
    """

    source: str
    action: str
    target: str
    by: tuple[str, ...]
    label: str
    needs: tuple[str, ...] = ()
    after_day: bool = False
    managers_only: bool = True
    told_as: str = ""

    @property
    def needs_reason(self) -> bool:
        return "reason" in self.needs

    @property
    def ends(self) -> bool:
        """Does it end the visit before its day?"""
        return self.target in ("declined", "withdrawn", "cancelled")

    @property
    def event(self) -> str:
        """The event it writes, without the room: by its target, unless it is told in another way."""
        return self.told_as or self.target


def _answers(source: str) -> tuple[Step, ...]:
    """What a host may answer; the same to a fresh request and to one on the waiting list."""
    return (
        Step(source, "accept", "accepted", ("host",), "Terima"),
        Step(source, "accept_online", "online", ("host",), "Alihkan daring", ("reason",), told_as="moved_online"),
        Step(source, "accept_joint", "accepted", ("host",), "Terima sebagai kunjungan bersama", ("joint",)),
        Step(source, "propose", "proposed", ("host",), "Usulkan jadwal lain", ("options", "reason")),
        Step(source, "decline", "declined", ("host",), "Tolak", ("reason",)),
        Step(source, "withdraw", "withdrawn", ("guest",), "Tarik permohonan"),
    )


def _changes(source: str) -> tuple[Step, ...]:
    """What may still happen to an agreed visit. A changed date needs acceptance again."""
    return (
        Step(source, "propose", "proposed", ("host",), "Usulkan jadwal lain", ("options", "reason")),
        Step(source, "reschedule", "requested", ("guest",), "Minta jadwal lain", ("sessions", "reason"), told_as="rescheduled"),
        Step(source, "cancel", "cancelled", ("host", "guest"), "Batalkan", ("reason",)),
        Step(source, "hold", "held", ("host", "guest"), "Tandai terlaksana", after_day=True, managers_only=False),
    )


STEPS = (
    Step("draft", "submit", "requested", ("guest",), "Kirim permohonan"),
    *_answers("requested"),
    Step("requested", "reschedule", "requested", ("guest",), "Pilih sesi lain", ("sessions",), told_as="rescheduled"),
    Step("requested", "wait", "waitlisted", ("guest",), "Masuk daftar tunggu"),
    *_answers("waitlisted"),
    Step("waitlisted", "reschedule", "requested", ("guest",), "Pilih sesi lain", ("sessions",), told_as="rescheduled"),
    Step("proposed", "choose", "accepted", ("guest",), "Terima usul ini", ("option",)),
    Step("proposed", "refuse_options", "requested", ("guest",), "Tidak ada yang cocok", ("reason",), told_as="options_refused"),
    Step("proposed", "propose", "proposed", ("host",), "Ganti usul", ("options", "reason")),
    Step("proposed", "decline", "declined", ("host",), "Tolak", ("reason",)),
    Step("proposed", "withdraw", "withdrawn", ("guest",), "Tarik permohonan"),
    *_changes("accepted"),
    *_changes("online"),
    Step("held", "report", "reported", ("guest",), "Nyatakan sudah dilaporkan", ("notes",), managers_only=False),
    Step("reported", "close", "closed", ("host", "guest"), "Tutup kunjungan"),
)

ACTIONS = tuple(dict.fromkeys(step.action for step in STEPS))


def label_of(action: str) -> str:
    """What an action is called on its button."""
    return next(step.label for step in STEPS if step.action == action)


def step_for(status: str, action: str) -> Step | None:
    """The step an action takes from a state, if there is one."""
    return next((step for step in STEPS if step.source == status and step.action == action), None)


def steps_from(status: str, side: str, is_manager: bool, last_day: date, today: date) -> list[Step]:
    """What a person of a side ("host", "guest") may do now."""
    possible = (step for step in STEPS if step.source == status and side in step.by)
    return [step for step in possible if (is_manager or not step.managers_only) and (not step.after_day or today >= last_day)]
