"""When a question that nobody answers is brought to more people. Pure.

After 3 working days the invited offices are reminded; after 7 all offices that are likely to know are told (who: `proposals`);
after 14 the moderators. A confidential question stays between its two offices: at each stage only the addressed one is reminded.
"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date

from kb.core import workdays


@dataclass(frozen=True)
class Stage:
    """So many working days after asking, the event `name` is recorded; `told` says in a sentence who is told."""

    number: int
    days: int
    name: str
    told: str


INVITED, STRONG, MODERATORS = STAGES = (
    Stage(1, 3, "question.reminded", "instansi yang diundang diingatkan"),
    Stage(2, 7, "question.widened", "instansi lain yang mungkin tahu, bila ada, diberi tahu"),
    Stage(3, 14, "question.escalated", "moderator diberi tahu"),
)


def promised(invited: bool, has_indicators: bool, confidential: bool = False) -> tuple[Stage, ...]:
    """The stages at which somebody is told: without invitations nobody can be reminded, without indicators nobody is likely to know."""
    if confidential:
        return STAGES if invited else ()
    told = {INVITED: invited, STRONG: has_indicators, MODERATORS: True}
    return tuple(stage for stage in STAGES if told[stage])


def due(asked_on: date, today: date, reached: int, off: Container[date]) -> tuple[Stage, ...]:
    """The stages beyond `reached` whose day has come, in order."""
    return tuple(stage for stage in STAGES if stage.number > reached and workdays.after(asked_on, stage.days, off) <= today)


def upcoming(asked_on: date, reached: int, off: Container[date], stages: tuple[Stage, ...] = STAGES) -> tuple[Stage, date] | None:
    """The next of these stages and its day; None when all are behind."""
    for stage in stages:
        if stage.number > reached:
            return stage, workdays.after(asked_on, stage.days, off)
    return None
