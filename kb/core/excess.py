"""How much a text may ask of the markdown renderer. Pure.

Python-Markdown looks for the end of whatever was begun, in the rest of the paragraph or of the text: 20,000 opening brackets keep it busy
for a minute. What no reader would write is therefore measured before, in one pass each, and shown as it was typed. The limits lie far
above what real texts hold.
"""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

# Of a whole text, each with so many of them as are too many.
IN_TEXT = (
    (re.compile(r"^[ >]*(?:#|=+ *$|(?:[-*_] *){3,}$)", re.M), 1500),  # lines that look like headings or rules
    (re.compile(r"^ {0,3}:[ \t]", re.M), 1000),  # definitions
    (re.compile(r"^[ >]*(?:[-*+]|\d+[.)])[ ]*$", re.M), 500),  # list items without text
    (re.compile(r"^(?:[ >:]*(?:[-*+]|\d+[.)]) ){20}", re.M), 1),  # lists within lists on one line
    (re.compile(r"^(?:[^|\n]*\|){200}", re.M), 1),  # columns
    (re.compile(r"\|"), 20_000),  # cells
    (re.compile(r"(?:[-*+]|\d[.)])[ \n]"), 20_000),  # list items
    (re.compile(r"~{100}|`{100}"), 1),  # fences
    (re.compile(r"\[\^"), 600),  # footnotes and references to them
    (re.compile(r"^[ >]*\[[^\]\n]*\]:", re.M), 1000),  # addresses of links
    (re.compile(r"^\*\[", re.M), 300),  # abbreviations
    (re.compile(r"<(?=[a-zA-Z/!?])(?![^<>]*>)"), 400),  # tags without an end
    (re.compile(r"<[!?]"), 400),  # declarations
    (re.compile(r"<[a-zA-Z/]"), 10_000),  # tags
    (re.compile(r"\n[ \t]*\n"), 15_000),  # paragraphs
)
# Of a paragraph, heading, cell or list item: characters; and characters looked through for ends, per character.
LONGEST = 20_000
EFFORT = 20
# A short paragraph may be as odd as it likes.
FREE = 4_000
# Emphasis begun or ended in one paragraph.
MARKS = 400

BRACKETS = re.compile(r"[\[\]]")
LINK = re.compile(r"(?<=\])\(|[()]")
TICKS = re.compile(r"`+")
EMPHASIS = re.compile(r"[*_~]+")
# Each of its letters might begin an address; each of its marks, emphasis.
LONG_WORD = re.compile(r"[\w.@+-]{1500}|[*_~]{100}")


def in_text(source: str) -> bool:
    """Does a whole text hold too much of something?"""
    return any(_more_than(limit, pattern.finditer(source)) for pattern, limit in IN_TEXT)


def in_paragraph(text: str) -> bool:
    """Would the renderer look through a paragraph too often?"""
    if len(text) > LONGEST or LONG_WORD.search(text) or _more_than(MARKS, EMPHASIS.finditer(text)):
        return True
    allowed = max(FREE, EFFORT * len(text))
    return _bracket_effort(text) > allowed or _link_effort(text) > allowed or _tick_effort(text) > 3 * allowed


def _more_than(limit: int, found: Iterator) -> bool:
    return any(number == limit for number, _ in enumerate(found, 1))


def _bracket_effort(text: str) -> int:
    """How far it is from each opening bracket to the one that closes it; to the end where none does."""
    opened, effort = [], 0
    for match in BRACKETS.finditer(text):
        if match[0] == "[":
            opened.append(match.start())
        elif opened:
            effort += match.start() - opened.pop()
    return effort + sum(len(text) - start for start in opened)


def _link_effort(text: str) -> int:
    """The same of the addresses of links. A quotation mark within one hides brackets, unless it stands before the last."""
    opened, effort = [], 0
    for match in LINK.finditer(text):
        start = match.start()
        if match[0] == "(":
            opened.append((start, text[start - 1 : start] == "]"))
        elif opened:
            begun, is_link = opened.pop()
            if is_link:
                effort += (len(text) if _hides_its_end(text[begun:start]) else start) - begun
    return effort + sum(len(text) - begun for begun, is_link in opened if is_link)


def _hides_its_end(address: str) -> bool:
    return ('"' in address or "'" in address) and address.rstrip()[-1] not in "\"'"


def _tick_effort(text: str) -> int:
    """How far it is from each run of backticks to the next of its length or of a lesser one: the renderer may begin within a run."""
    following, effort = {}, 0
    for match in reversed(list(TICKS.finditer(text))):
        size = match.end() - match.start()
        effort += max(following.get(shorter, len(text)) for shorter in range(1, size + 1)) - match.start()
        following[size] = match.start()
    return effort


class AsTyped(Treeprocessor):
    """Keeps signs out of the reach of the inline patterns where there are too many of them. Runs before those."""

    def run(self, root: Element) -> None:
        """Mark the texts that the inline patterns leave alone."""
        for element in root.iter():
            element.text, element.tail = _kept(element.text), _kept(element.tail)


def _kept(text: str | None) -> str | None:
    return AtomicString(text) if text and not isinstance(text, AtomicString) and in_paragraph(text) else text


def extend(parser: Markdown) -> None:
    """Let a parser show excess as it was typed."""
    parser.treeprocessors.register(AsTyped(parser), "as_typed", 25)
