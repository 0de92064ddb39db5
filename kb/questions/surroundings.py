"""What questions need to know of rooms they may not import: neighbours (articles, visits) and rooms above (search).

Like the handlers of events, the answers are given by the room on top, once, at import (`kb/home/asked.py`); without them a question
stands alone: nothing similar, no evidence but its own room's, nothing it is about.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kb.core.viewer import Viewer


@dataclass(frozen=True)
class Thing:
    """Something in another room that this viewer may see."""

    kind: str
    label: str
    title: str
    url: str


@dataclass
class Surroundings:
    """`practice`: office id -> (articles, notes) about some indicators. `about`: the thing a question is about, by kind and id.
    `find_about`: kind and id of what an address parameter names. `similar`: things like a title and, if told, its text. `became`: articles
    made of a question."""

    practice: Callable[[tuple[str, ...], Viewer], dict[int, tuple[int, int]]] = lambda codes, viewer: {}
    about: Callable[[str, int, Viewer], Thing | None] = lambda kind, ident, viewer: None
    find_about: Callable[[dict[str, str], Viewer], tuple[str, int] | None] = lambda args, viewer: None
    similar: Callable[[str, Viewer, str], list[Thing]] = lambda title, viewer, body: []
    became: Callable[[int, Viewer], list[Thing]] = lambda question_id, viewer: []


known = Surroundings()
