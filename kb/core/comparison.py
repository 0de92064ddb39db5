"""What changed between two texts, by lines and, within a changed line, by words. Pure."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

WORD = re.compile(r"\s+|[^\s]+")


@dataclass(frozen=True)
class Line:
    """A line of a comparison. `sign` is "+", "−" or " "; each part is a text and whether it changed."""

    sign: str
    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Gap:
    """So many unchanged lines are left out."""

    count: int


def compare(old: str, new: str, context: int = 2) -> list[Line | Gap]:
    """The lines that differ, with a little around them."""
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    found: list[Line | Gap] = []
    blocks = matcher.get_opcodes()
    for position, (kind, a1, a2, b1, b2) in enumerate(blocks):
        if kind == "equal":
            found += _shortened(before[a1:a2], context, first=position == 0, last=position == len(blocks) - 1)
        else:
            found += _changed(before[a1:a2], after[b1:b2])
    return found


def _shortened(lines: list[str], context: int, first: bool, last: bool) -> list[Line | Gap]:
    head = 0 if first else context
    tail = 0 if last else context
    if len(lines) <= head + tail + 1:
        return [Line(" ", ((line, False),)) for line in lines]
    kept_tail = lines[len(lines) - tail :] if tail else []
    return [
        *(Line(" ", ((line, False),)) for line in lines[:head]),
        Gap(len(lines) - head - tail),
        *(Line(" ", ((line, False),)) for line in kept_tail),
    ]


def _changed(removed: list[str], added: list[str]) -> list[Line]:
    pairs = min(len(removed), len(added))
    minus, plus = [], []
    for old, new in zip(removed[:pairs], added[:pairs], strict=True):
        old_parts, new_parts = _words(old, new)
        minus.append(Line("−", old_parts))
        plus.append(Line("+", new_parts))
    minus += [Line("−", ((line, True),)) for line in removed[pairs:]]
    plus += [Line("+", ((line, True),)) for line in added[pairs:]]
    return minus + plus


def _words(old: str, new: str):
    before, after = WORD.findall(old), WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    old_parts, new_parts = [], []
    for kind, a1, a2, b1, b2 in matcher.get_opcodes():
        if a2 > a1:
            old_parts.append(("".join(before[a1:a2]), kind != "equal"))
        if b2 > b1:
            new_parts.append(("".join(after[b1:b2]), kind != "equal"))
    return tuple(old_parts), tuple(new_parts)
