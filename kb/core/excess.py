"""How much a text may ask of the markdown renderer. Pure.

Python-Markdown looks for the end of whatever was begun in the rest of the paragraph or of the text: 20,000 opening brackets keep it busy
for a minute. What no reader would write is counted before, in one pass each; the limits lie far above what real texts hold.
"""

import re

# Of a whole text: tags and addresses without an end, footnotes, abbreviations, lines that look like headings or rules, links, deep lists.
LIMITS = (
    (re.compile(r"<(?=[a-zA-Z/!?])(?![^<>\n]*>)"), 200),
    (re.compile(r"\[\^"), 600),
    (re.compile(r"^\*\[", re.M), 200),
    (re.compile(r"^[ >]*(?:#|=+ *$|(?:[-*_] *){3,}$)", re.M), 1000),
    (re.compile(r"\]\("), 5000),
    (re.compile(r"^ {0,3}:[ \t]", re.M), 1000),
    (re.compile(r"<[a-zA-Z/]"), 5000),
)
# Of all paragraphs: characters that are looked through, once for each of these signs in the same paragraph.
OPENERS = re.compile(r"\[|`+|<")
EFFORT = 10_000_000
PARAGRAPHS = re.compile(r"\n[ \t]*\n")


def asks_too_much(source: str) -> bool:
    """Would a text keep the renderer busy for seconds?"""
    if any(_more_than(limit, pattern, source) for pattern, limit in LIMITS):
        return True
    return sum(len(part) * len(OPENERS.findall(part)) for part in PARAGRAPHS.split(source)) > EFFORT


def _more_than(limit: int, pattern: re.Pattern, source: str) -> bool:
    return any(number == limit for number, _ in enumerate(pattern.finditer(source)))
