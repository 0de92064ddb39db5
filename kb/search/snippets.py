"""The piece of a text around the words asked for, marked as whole words whatever their ending. Pure but for Markup."""

from collections import Counter

from markupsafe import Markup

from kb.core.markdown import mark
from kb.search.analysis import spans

LENGTH = 220
LOOKED_AT = 20_000


def snippet(text: str, stems: frozenset[str]) -> Markup:
    """The stretch of about 220 characters with the most different words asked for, in one pass over the text."""
    text = " ".join(text[:LOOKED_AT].split())
    found = spans(text, stems)
    start = _best_start(found)
    begin, end = _stretch(text, start)
    marked = [(s - begin, e - begin) for s, e, _ in found if s >= begin and e <= end]
    shown = mark(text[begin:end], marked)
    return Markup("{}{}{}").format("… " if begin else "", shown, " …" if end < len(text) else "")


def highlight(text: str, stems: frozenset[str]) -> Markup:
    """A short text, whole, with the words asked for marked."""
    return mark(text, [(start, end) for start, end, _ in spans(text, stems)])


def _best_start(found) -> int:
    """Where the window with the most different stems begins; the earliest of the best."""
    best, best_score, left, different = 0, (0, 0), 0, 0
    held: Counter[str] = Counter()
    for right, (_, end, hit) in enumerate(found):
        different += sum(1 for stem in hit if not held[stem])
        held.update(hit)
        while left < right and end - found[left][0] > LENGTH:
            held.subtract(found[left][2])
            different -= sum(1 for stem in found[left][2] if not held[stem])
            left += 1
        if (different, right - left) > best_score:
            best, best_score = found[left][0], (different, right - left)
    return best


def _stretch(text: str, start: int) -> tuple[int, int]:
    """Begin a little before, at a word's edge; end at a word's edge."""
    begin = max(0, start - 40)
    if begin:
        begin = text.find(" ", begin) + 1
    end = min(len(text), begin + LENGTH)
    if end < len(text):
        end = text.rfind(" ", begin, end) if " " in text[begin:end] else end
    return begin, end
