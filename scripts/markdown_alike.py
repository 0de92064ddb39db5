"""How alike our renderer and the rest of the world read markdown. Not part of `make test`: it needs what we do not ship.

    npm pack commonmark-spec && tar xzf commonmark-spec-*.tgz      # the examples of CommonMark, in package/spec.txt
    apt-get install cmark-gfm                                      # GitHub's renderer, for tables
    PYTHONPATH=. .venv/bin/python scripts/markdown_alike.py package/spec.txt [-v]

Both sides are cleaned and compared as a reader sees them: tags, texts, link addresses, numbers and alignments. Headings are moved
down by one where a text uses h1, as ours are; ids, classes and the language of code are ours alone or not kept.
"""

import argparse
import re
import subprocess
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

from kb.core import markdown

BLOCKS = (
    "Thematic breaks", "ATX headings", "Setext headings", "Indented code blocks", "Fenced code blocks", "HTML blocks", "Paragraphs",
    "Block quotes", "List items", "Lists",
)  # fmt: skip
EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n(.*?)^`{32}$|^#{1,6} *([^\n]*)$", re.M | re.S)
KEPT = {"href", "title", "start", "align", "alt", "src", "type", "checked", "open"}
FLOWING = {"a", "abbr", "code", "del", "em", "img", "input", "strong", "sub", "sup"}

# Tables as offices and their tools write them; the right answer is what cmark-gfm makes of them.
TABLES = (
    "| a | b |\n| --- | --- |\n| 1 | 2 |", "a | b\n--|--\n1 | 2", "|a|b|\n|:-|-:|\n|1|2|", "|a|b|c|\n|:-:|---|--:|\n|1|2|3|",
    "Paragraf\n|a|b|\n|-|-|\n|1|2|", "Paragraf\ndua baris\n| a | b |\n| --- | --- |\n| 1 | 2 |", "## Judul\n|a|b|\n|-|-|\n|1|2|",
    "- butir\n\n|a|b|\n|-|-|\n|1|2|", "- butir\n\n  |a|b|\n  |-|-|\n  |1|2|", "1. butir\n   |a|b|\n   |-|-|\n   |1|2|",
    "> |a|b|\n> |-|-|\n> |1|2|", "> teks\n> |a|b|\n> |-|-|\n> |1|2|", "|a|b|\n|-|-|\n|1|\n|1|2|3|", "|a|b|\n|-|-|", "|a|\n|-|\n|1|",
    "|a|b|\n|-|\n|1|2|", "|a|b|\n|-|-|\n|1|2|\nsesudah", "|a|b|\n|-|-|\n|1|2|\n\nsesudah", "|a|b|\n|-|-|\n|1|2|\n> kutipan",
    "|a|b|\n|-|-|\n|1|2|\n- butir", "|a|b|\n|-|-|\n|1|2|\n## Judul", "|a|b|\n|-|-|\n|1|2|\n```\nkode\n```", "|a|b|\n|-|-|\n| \\| | 2 |",
    "|a|b|\n|-|-|\n| `x \\| y` | 2 |", "|a|b|\n|-|-|\n| **1** | [x](/y) |", "|a|b|\n|-|-|\n|  | 2 |", "| a | b |\n| - | - |\n| 1 | 2 |",
    "   | a | b |\n   | - | - |\n   | 1 | 2 |", "    | a | b |\n    | - | - |", "|a|b|\n|-|x|\n|1|2|", "teks | biasa\nbukan tabel",
    "|a|b|\n|-|-|\n|1|2|\n\n|c|d|\n|-|-|\n|3|4|", "a|b\n-|-\n`c`|*d*", "|a\\|b|c|\n|-|-|\n|1|2|",
)  # fmt: skip


class _Seen(HTMLParser):
    """What a reader sees of HTML, as a list."""

    def __init__(self):
        super().__init__()
        self.seen, self.text, self.code = [], "", 0

    def handle_starttag(self, tag, attrs):
        """See HTMLParser."""
        if tag == "div":
            return
        self._end_text(tag)
        self.code += tag == "pre"
        self.seen.append((tag, tuple(sorted((name, value) for name, value in attrs if name in KEPT))))

    def handle_endtag(self, tag):
        """See HTMLParser."""
        if tag == "div":
            return
        self._end_text(tag)
        self.code -= tag == "pre"
        self.seen.append("/" + tag)

    def handle_data(self, data):
        """See HTMLParser."""
        self.text += data if self.code else re.sub(r"\s+", " ", data)

    def _end_text(self, tag):
        text = self.text if self.code else re.sub(" +", " ", self.text)
        if not self.code and tag not in FLOWING:
            text = text.rstrip(" ")
        before = self.seen[-1] if self.seen else "/p"
        if not self.code and (before[0] if isinstance(before, tuple) else before.lstrip("/")) not in FLOWING:
            text = text.lstrip(" ")
        if text:
            self.seen.append("=" + text)
        self.text = ""


def seen(html: str) -> list:
    """What a reader sees of HTML."""
    parser = _Seen()
    parser.feed(html)
    parser._end_text("p")
    return parser.seen


def theirs(html: str) -> list:
    """The right answer, cleaned as ours is."""
    if "<h1" in html:
        html = re.sub(r"(</?h)([1-6])", lambda found: found[1] + str(min(6, int(found[2]) + 1)), html)
    return seen(markdown._clean(html))


def ours(source: str) -> list:
    """What our renderer makes of a text."""
    return seen(markdown.render(source).html)


def examples(spec: Path):
    """The section, text and right answer of each example."""
    section = ""
    for found in EXAMPLE.finditer(spec.read_text(encoding="utf-8")):
        if found[3] is not None:
            section = found[3].strip()
        elif section in BLOCKS:
            yield section, found[1].replace("→", "\t"), found[2].replace("→", "\t")


def tables():
    """The same of our tables, by GitHub's renderer."""
    for source in TABLES:
        command = ["cmark-gfm", "-e", "table", "-e", "strikethrough", "-e", "autolink"]
        yield "GFM tables", source, subprocess.run(command, input=source, capture_output=True, text=True, check=True).stdout


def main() -> None:
    """Say how many are alike, by section; with -v, show the others."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("spec", type=Path)
    asked.add_argument("-v", "--verbose", action="store_true")
    args = asked.parse_args()
    alike, total = Counter(), Counter()
    for section, source, right in [*examples(args.spec), *tables()]:
        total[section] += 1
        if ours(source) == theirs(right):
            alike[section] += 1
        elif args.verbose:
            print(f"--- {section}\n{source}\n  theirs {theirs(right)}\n  ours   {ours(source)}\n")
    for section in total:
        print(f"{section:<24}{alike[section]:>4} of {total[section]}")
    print(f"{'together':<24}{sum(alike.values()):>4} of {sum(total.values())}")


if __name__ == "__main__":
    main()
