"""What visits need to know of articles, a neighbour they may not import: which of them a guest may have read.

The answers are given by the room on top, once, at import (`kb/home/asked.py`); without them a request names its reading in words only.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kb.core.viewer import Viewer


@dataclass(frozen=True)
class Reading:
    """A published article that this viewer may see, with the indicators it is about."""

    id: int
    title: str
    url: str
    codes: tuple[str, ...] = ()


@dataclass
class Surroundings:
    """`articles_of`: the articles by and about an office. `articles`: those among these ids that the viewer may see."""

    articles_of: Callable[[int, Viewer], list[Reading]] = lambda office_id, viewer: []
    articles: Callable[[Iterable[int], Viewer], list[Reading]] = lambda ids, viewer: []


known = Surroundings()
