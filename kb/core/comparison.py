"""What changed between two texts, by lines and, within a changed line, by words. Pure.

The longest common sequence, found by the bits of whole numbers (Hyyrö 2004): a step per line or word of the longer side, whatever the
texts repeat. What is beyond `MOST` is not compared but changed as a whole, so that nobody keeps a process busy by what they write.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.core.db import let_go, reading, takes_time
from kb.core.remembered import Remembered

WORD = re.compile(r"\s+|[^\s]+")
# Lines or words of one side times those of the other, between what both begin and end with: some 3,000 against 3,000.
MOST = 10_000_000
# A line weighs some characters for itself where comparisons are kept.
OF_A_LINE = 200
_kept = Remembered(4_000_000)


@dataclass(frozen=True)
class Line:
    """A line of a comparison. `sign` is "+", "−" or " "; each part is a text and whether it changed.

    `whole`: not one line, but all lines of a side that were too many to be compared.
    """

    sign: str
    parts: tuple[tuple[str, bool], ...]
    whole: bool = False


@dataclass(frozen=True)
class Gap:
    """So many unchanged lines are left out."""

    count: int


@dataclass(frozen=True)
class Stretch:
    """Where both sides are the same, or differ: from `a1` to `a2` of the one, from `b1` to `b2` of the other."""

    same: bool
    a1: int
    a2: int
    b1: int
    b2: int


def compare(old: str, new: str, context: int = 2) -> tuple[Line | Gap, ...]:
    """The lines that differ, with a little around them. Kept, since a history compares the same two texts at every look."""
    takes_time("a comparison")
    return _kept.get((old, new), lambda: tuple(_compare(old, new, context)), _weight, context)


def compare_apart(old: str, new: str, context: int = 2) -> tuple[Line | Gap, ...]:
    """The same for who is told of a conflict. Ends the transaction, and goes on in one that only reads: nothing is saved any more."""
    let_go()
    reading()
    return compare(old, new, context)


def _weight(found: tuple[Line | Gap, ...]) -> int:
    return sum(OF_A_LINE + (sum(len(text) for text, _ in one.parts) if isinstance(one, Line) else 0) for one in found)


def _compare(old: str, new: str, context: int) -> list[Line | Gap]:
    before, after = old.splitlines(), new.splitlines()
    found: list[Line | Gap] = []
    stretches = _stretches(before, after)
    for position, at in enumerate(stretches):
        if at.same:
            found += _shortened(before[at.a1 : at.a2], context, first=position == 0, last=position == len(stretches) - 1)
        else:
            found += _changed(before[at.a1 : at.a2], after[at.b1 : at.b2])
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
    if _too_much(removed, added):
        return [Line(sign, (("\n".join(lines), True),), whole=True) for sign, lines in (("−", removed), ("+", added))]
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
    old_parts, new_parts = [], []
    for at in _stretches(before, after):
        if at.a2 > at.a1:
            old_parts.append(("".join(before[at.a1 : at.a2]), not at.same))
        if at.b2 > at.b1:
            new_parts.append(("".join(after[at.b1 : at.b2]), not at.same))
    return tuple(old_parts), tuple(new_parts)


def _stretches(before: Sequence[str], after: Sequence[str]) -> list[Stretch]:
    """Both sides from the first to the last, same and different in turn."""
    found: list[Stretch] = []
    a = b = 0
    for a1, b1, size in [*_runs(before, after), (len(before), len(after), 0)]:
        if a1 > a or b1 > b:
            found.append(Stretch(False, a, a1, b, b1))
        if size:
            found.append(Stretch(True, a1, a1 + size, b1, b1 + size))
        a, b = a1 + size, b1 + size
    return found


def _runs(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int, int]]:
    """Where both are the same: beginnings and length. What both begin and end with is set aside before anything is weighed."""
    shorter = min(len(before), len(after))
    head = next((at for at in range(shorter) if before[at] != after[at]), shorter)
    tail = next((at for at in range(shorter - head) if before[-1 - at] != after[-1 - at]), shorter - head)
    a_end, b_end = len(before) - tail, len(after) - tail
    middle = [(head + a, head + b) for a, b in _common(before[head:a_end], after[head:b_end])]
    runs: list[tuple[int, int, int]] = [(0, 0, head)] if head else []
    for a, b, size in [*((a, b, 1) for a, b in middle), *([(a_end, b_end, tail)] if tail else [])]:
        if runs and runs[-1][0] + runs[-1][2] == a and runs[-1][1] + runs[-1][2] == b:
            runs[-1] = (*runs[-1][:2], runs[-1][2] + size)
        else:
            runs.append((a, b, size))
    return runs


def _common(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, int]]:
    """The pairs of a longest common sequence; none of what is too large to be compared."""
    if _too_much(before, after):
        return []
    if len(before) > len(after):
        return [(a, b) for b, a in _common(after, before)]
    return _pairs(_rows(before, after), len(before))


def _too_much(before: Sequence[str], after: Sequence[str]) -> bool:
    return len(before) * len(after) > MOST


def _rows(before: Sequence[str], after: Sequence[str]) -> list[int]:
    """For each beginning of `after`: the bits that are 0 where `before` gains a common one."""
    places: dict[str, int] = {}
    for at, one in enumerate(before):
        places[one] = places.get(one, 0) | 1 << at
    all_ones = (1 << len(before)) - 1
    rows = [all_ones]
    for one in after:
        row, hit = rows[-1], rows[-1] & places.get(one, 0)
        rows.append((row + hit | row - hit) & all_ones)
    return rows


def _pairs(rows: list[int], length: int) -> list[tuple[int, int]]:
    """From the last to the first, along the rows."""
    pairs: list[tuple[int, int]] = []
    a, b = length, len(rows) - 1
    while a and b:
        if rows[b] >> (a - 1) & 1:
            a -= 1
        elif not rows[b - 1] >> (a - 1) & 1:
            b -= 1
        else:
            a, b = a - 1, b - 1
            pairs.append((a, b))
    return pairs[::-1]
