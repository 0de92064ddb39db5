"""The blocks of a markdown text as CommonMark and GitHub read them: lists, quotes, fences, headings, tables, folds. Pure.

Python-Markdown follows the first Markdown of 2004: a list inside a list wants four blanks, and a list or table an empty line before it.
People and their tools write otherwise. `Structure` is a block processor of Python-Markdown that reads the lines once, from first to
last, with the boxes (quote, list item, definition, fold) that are open; what stands inside a line stays Python-Markdown's matter.

Where it is kinder than CommonMark: a bullet with two blanks lies inside a numbered item, a `|` inside a link or code is no border of
a table, what stands between <details> and </details> is markdown with or without empty lines, and definitions and footnotes are known.
"""

import re
from collections import Counter
from collections.abc import Iterable
from itertools import zip_longest
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions.footnotes import FootnoteExtension
from markdown.util import AtomicString, code_escape

# Boxes within boxes; deeper ones stay text. Each line is compared with every open box.
DEEPEST = 20
# Cells that rows lack and are given; rows of one letter below a head of hundreds would grow without measure.
MOST_FILLED = 5_000

QUOTE = re.compile(r" {0,3}> ?")
ITEM = re.compile(r" {0,3}(?:([-+*])|(\d{1,9})([.)]))(?= |$)")
BULLET = re.compile(r" *[-+*] ")
RULE = re.compile(r" {0,3}(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
HEADING = re.compile(r" {0,3}(#{1,6})(?: |$)")
UNDERLINE = re.compile(r" {0,3}(=+|-+) *$")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
DEFINITION = re.compile(r" {0,3}:( {1,3})(?=[^ ])")
FOOTNOTE = re.compile(r" {0,3}\[\^([^\]]+)\]: *")
FOLD = re.compile(r" {0,3}<(?:(details)((?: [^<>]*)?)|(summary)(?: [^<>]*)?)>", re.I)
FOLD_END = re.compile(r"(?<!`)</(details|summary) *>", re.I)
COLUMN = re.compile(r":?-+:?")
CELL_SIGN = re.compile(r"\\.|`+|\]\(|[\[\]()]")
TICKS = re.compile(r"`+")
# Python-Markdown's own processors that are not needed beside `Structure`.
REPLACED = ("indent", "code", "hashheader", "setextheader", "hr", "olist", "ulist", "quote", "footnote")

# What begins raw HTML, and what ends it; the last two end with an empty line.
_BLOCK_TAGS = (
    "address|article|aside|base|basefont|blockquote|body|caption|center|col|colgroup|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption|"
    "figure|footer|form|frame|frameset|h1|h2|h3|h4|h5|h6|head|header|hr|html|iframe|legend|li|link|main|menu|menuitem|nav|noframes|ol|"
    "optgroup|option|p|param|search|section|summary|table|tbody|td|tfoot|th|thead|title|tr|track|ul"
)
_ATTRIBUTE = r"""(?: +[a-zA-Z_:][\w.:-]*(?: *= *(?:[^ "'=<>`]+|'[^']*'|"[^"]*"))?)"""
RAW = (
    (re.compile(r" {0,3}<(?:script|pre|style|textarea)(?: |>|$)", re.I), re.compile(r"</(?:script|pre|style|textarea)>", re.I)),
    (re.compile(r" {0,3}<!--"), re.compile(r"-->")),
    (re.compile(r" {0,3}<\?"), re.compile(r"\?>")),
    (re.compile(r" {0,3}<![A-Za-z]"), re.compile(r">")),
    (re.compile(r" {0,3}<!\[CDATA\["), re.compile(r"\]\]>")),
    (re.compile(rf" {{0,3}}</?(?:{_BLOCK_TAGS})(?: |/?>|$)", re.I), None),
)
RAW_ALONE = re.compile(rf" {{0,3}}(?:<[a-zA-Z][\w-]*{_ATTRIBUTE}* */?>|</[a-zA-Z][\w-]* *>) *$")


class Structure(BlockProcessor):
    """Takes a whole text, and gives paragraphs back to the parser, which knows references and abbreviations."""

    def __init__(self, parser: Markdown, footnotes: FootnoteExtension):
        super().__init__(parser.parser)
        self.footnotes: FootnoteExtension | None = footnotes

    def test(self, parent: Element, block: str) -> bool:
        """Everything but paragraphs that were given back."""
        return not self.parser.state.isstate("paragraph")

    def run(self, parent: Element, blocks: list[str]) -> None:
        """See BlockProcessor. Footnotes are read when all their definitions are known, and hold no further ones."""
        lines = "\n\n".join(blocks).split("\n")
        blocks.clear()
        footnotes, self.footnotes = self.footnotes, None
        _Reading(self.parser, parent, footnotes).read(lines)


class _Box:
    """What is open around a line.

    `offset`: blanks a line needs to lie in it. `series`: the list or definitions in it that may go on; `member_of`: the one it belongs to.
    """

    __slots__ = ("kind", "element", "offset", "ordered", "series", "member_of")

    def __init__(self, kind: str, element: Element, offset: int = 0, ordered: bool = False, member_of: "_Series | None" = None):
        self.kind, self.element, self.offset, self.ordered, self.member_of = kind, element, offset, ordered, member_of
        self.series: _Series | None = None


class _Series:
    """Items that belong together: `sign` is what each begins with. Loose ones keep their paragraphs."""

    __slots__ = ("element", "sign", "loose")

    def __init__(self, element: Iterable[Element], sign: str):
        self.element, self.sign, self.loose = element, sign, False


class _Reading:
    """One text, line by line. A leaf is what holds lines and no boxes: paragraph, code, fence, raw, table, note."""

    def __init__(self, parser, root: Element, footnotes: FootnoteExtension | None):
        self.parser, self.footnotes = parser, footnotes
        self.boxes = [_Box("root", root)]
        self.series: list[_Series] = []
        self.leaf, self.lines = "", []
        self.after_blank = False
        self.fillable = MOST_FILLED
        self.at, self.last_ends = 0, {}  # the line, and the last one that ends each kind of raw HTML
        self.closing = None  # how a fence, raw HTML or note ends, or the columns of a table

    def read(self, lines: list[str]) -> None:
        """Fill the root element."""
        self.last_ends = {ends: max((at for at, line in enumerate(lines) if ends.search(line)), default=-1) for _, ends in RAW if ends}
        for self.at, line in enumerate(lines):
            self._line(line)
        self._end_leaf()
        for series in self.series:
            if not series.loose:
                for item in series.element:
                    _unwrap(item)

    def _line(self, line: str) -> None:
        depth, rest = self._match(line)
        whole = depth == len(self.boxes)
        if whole and self.leaf in ("fence", "raw", "note") and self._goes_on(rest):
            self.after_blank = False
            return
        if not rest.strip(" "):
            self._blank(depth)
            return
        if not whole and self.leaf != "paragraph":
            self._close(depth)
            whole = True
        while rest.strip(" "):
            going = self._start(rest, depth, whole)
            if going is None:
                break
            rest, depth, whole = going, len(self.boxes), True
        self.after_blank = False

    # Boxes that go on

    def _match(self, line: str) -> tuple[int, str]:
        """How many open boxes a line lies in, and what it holds there."""
        depth, rest = 1, line
        for box in self.boxes[1:]:
            inside = self._inside(box, rest)
            if inside is None:
                break
            depth, rest = depth + 1, inside
        return depth, rest

    def _inside(self, box: _Box, rest: str) -> str | None:
        if box.kind == "quote":
            found = QUOTE.match(rest)
            return rest[found.end() :] if found else None
        if box.kind == "details":
            return rest
        if box.kind == "summary":
            return rest if rest.strip(" ") or self._is_empty(box) else None
        if not rest.strip(" "):
            return None if self._is_empty(box) else ""
        indent = _indent(rest)
        if 2 <= indent < box.offset and box.ordered and BULLET.match(rest) and not RULE.match(rest):
            box.offset = indent
        return rest[box.offset :] if indent >= box.offset else None

    def _is_empty(self, box: _Box) -> bool:
        return box is self.boxes[-1] and not len(box.element) and not self.leaf

    def _blank(self, depth: int) -> None:
        whole = depth == len(self.boxes)
        if self.leaf == "code" and whole:
            self.lines.append("")
        else:
            self._end_leaf()
        self._close(depth)
        self.after_blank = self.boxes[-1].kind != "quote"

    # What a line begins; each returns what is left of the line for the box it opened, or None

    def _start(self, rest: str, depth: int, whole: bool) -> str | None:
        if _indent(rest) >= 4:
            self._indented(rest)
            return None
        if self.leaf == "table" and "|" in rest and len(_split(rest)) == len(self.closing) > 1:
            self.lines.append(rest)
            return None
        if end := FOLD_END.match(rest.lstrip(" ")):
            self._close(depth)
            self._end_fold(end[1].lower())
            return rest.lstrip(" ")[end.end() :]
        for begin in (self._quote, self._fold, self._item, self._definition):
            if len(self.boxes) < DEEPEST and (left := begin(rest, depth, whole)) is not None:
                return left
        begun = (
            self._heading(rest, depth) or self._fence(rest, depth) or self._table(rest, whole) or self._raw(rest, depth)
            or self._underline(rest, whole) or self._rule(rest, depth) or self._note(rest, depth)
        )  # fmt: skip
        return None if begun else self._text(rest)

    def _indented(self, rest: str) -> None:
        if self.leaf in ("paragraph", "table"):
            self._text(rest)
        else:
            if self.leaf != "code":
                self._begin("code")
            self.lines.append(rest[4:])

    def _quote(self, rest: str, depth: int, whole: bool) -> str | None:
        found = QUOTE.match(rest)
        if not found:
            return None
        self._open(depth, "quote", "blockquote")
        return rest[found.end() :]

    def _fold(self, rest: str, depth: int, whole: bool) -> str | None:
        found = FOLD.match(rest)
        if not found or (found[3] and self.boxes[depth - 1].kind != "details"):
            return None
        box = self._open(depth, "details" if found[1] else "summary", "details" if found[1] else "summary")
        if found[1] and re.search(r"\bopen\b", found[2], re.I):
            box.element.set("open", "open")
        return rest[found.end() :]

    def _item(self, rest: str, depth: int, whole: bool) -> str | None:
        found = ITEM.match(rest)
        if not found or RULE.match(rest) or (whole and self.leaf == "paragraph" and self._is_columns(rest)):
            return None
        bullet, number, stop = found.groups()
        after = rest[found.end() :]
        blanks = _indent(after) if after.strip(" ") else 1
        if whole and self.leaf == "paragraph" and (not after.strip(" ") or (number and int(number) != 1)):
            return None
        blanks = 1 if blanks > 4 else blanks
        self._close(depth)
        self._end_leaf()
        series = self._series(bullet or stop, number)
        item = _Box("item", SubElement(series.element, "li"), found.end() + blanks, bool(number), series)
        self.boxes.append(item)
        return after[blanks:]

    def _series(self, sign: str, number: str | None) -> _Series:
        """The list that goes on, or a new one."""
        box = self.boxes[-1]
        series = box.series
        if series is None or series.sign != sign:
            series = _Series(self._add("ol" if number else "ul"), sign)
            if number and int(number) != 1:
                series.element.set("start", str(int(number)))
            self.series.append(series)
            box.series = series
        elif self.after_blank:
            series.loose = True
        return series

    def _definition(self, rest: str, depth: int, whole: bool) -> str | None:
        found = DEFINITION.match(rest)
        box = self.boxes[depth - 1]
        if not found:
            return None
        loose = self.after_blank
        if whole and self.leaf == "paragraph":
            terms, self.lines, self.leaf = self.lines, [], ""
        elif not self._follows_term(box):
            return None
        else:
            self._close(depth)
            self._end_leaf()
            terms = []
            if box.series is None:
                terms = box.element[-1].text.split("\n")
                del box.element[-1]
        if box.series is None or box.series.sign != ":":
            dl = box.element[-1] if len(box.element) and box.element[-1].tag == "dl" else self._add("dl")
            box.series = _Series(dl, ":")
        for term in terms:
            SubElement(box.series.element, "dt").text = term.strip()
        dd = SubElement(box.series.element, "dd")
        alone = self._unwrapped_alone(dd)
        alone.loose = loose
        self.boxes.append(_Box("definition", dd, found.end(), member_of=alone))
        return rest[found.end() :]

    @staticmethod
    def _follows_term(box: _Box) -> bool:
        if box.series is not None:
            return box.series.sign == ":"
        return len(box.element) > 0 and box.element[-1].tag == "p" and not isinstance(box.element[-1].text, AtomicString)

    def _heading(self, rest: str, depth: int) -> bool:
        found = HEADING.match(rest)
        if found:
            self._close(depth)
            self._end_leaf()
            text = rest[found.end() :].strip()
            open_end = text.rstrip("#")
            self._add(f"h{len(found[1])}").text = open_end.rstrip() if open_end[-1:] in ("", " ") else text
        return bool(found)

    def _underline(self, rest: str, whole: bool) -> bool:
        found = UNDERLINE.match(rest)
        if not found or not whole or self.leaf != "paragraph":
            return False
        text = "\n".join(line.strip() for line in self.lines)
        self.leaf, self.lines = "", []
        self._add("h1" if found[1][0] == "=" else "h2").text = text
        return True

    def _rule(self, rest: str, depth: int) -> bool:
        found = RULE.match(rest)
        if found:
            self._close(depth)
            self._end_leaf()
            self._add("hr")
        return bool(found)

    def _fence(self, rest: str, depth: int) -> bool:
        found = FENCE.match(rest)
        if not found or (found[1][0] == "`" and "`" in rest[found.end() :]):
            return False
        self._close(depth)
        self._begin("fence")
        self.closing = (found[1], _indent(rest))
        return True

    def _raw(self, rest: str, depth: int) -> bool:
        ends = next((ends for begins, ends in RAW if begins.match(rest) and self.at <= self.last_ends.get(ends, self.at)), "")
        if ends == "":
            if self.leaf == "paragraph" or not RAW_ALONE.match(rest):
                return False
            ends = None
        self._close(depth)
        self._begin("raw")
        self.closing = ends
        self._goes_on(rest)
        return True

    def _note(self, rest: str, depth: int) -> bool:
        found = FOOTNOTE.match(rest) if self.footnotes is not None else None
        if found:
            self._close(depth)
            self._begin("note")
            self.closing = found[1]
            self.lines.append(rest[found.end() :])
        return bool(found)

    def _goes_on(self, rest: str) -> bool:
        """Does a fence, raw HTML or a note go on, or end with this line?"""
        if self.leaf == "note":
            return self._note_goes_on(rest)
        if self.leaf == "raw":
            if self.closing is None and not rest.strip(" "):
                return False
            self.lines.append(rest)
            if self.closing is not None and self.closing.search(rest):
                self.closing = None
                self._end_leaf()
            return True
        fence, indent = self.closing
        end = rest.strip(" ")
        if _indent(rest) < 4 and len(end) >= len(fence) and not end.strip(fence[0]):
            self._end_leaf()
        else:
            self.lines.append(rest[min(indent, _indent(rest)) :])
        return True

    def _note_goes_on(self, rest: str) -> bool:
        """Lines with four blanks, and those that follow without an empty line."""
        goes_on = not rest or _indent(rest) >= 4 or (bool(self.lines[-1]) and not FOOTNOTE.match(rest))
        if goes_on:
            self.lines.append(rest[4:] if _indent(rest) >= 4 else rest)
        else:
            self._end_leaf()
        return goes_on

    # Tables

    def _is_columns(self, rest: str) -> bool:
        """Is this the line below a table's head, and the line before it the head?"""
        return "|" in rest and bool(self._alignments(rest))

    def _alignments(self, rest: str) -> list[str]:
        columns = _bordered(rest).split("|")
        if not all(COLUMN.fullmatch(column.strip(" ")) for column in columns) or len(_split(self.lines[-1])) != len(columns):
            return []
        return [_alignment(column.strip(" ")) for column in columns]

    def _table(self, rest: str, whole: bool) -> bool:
        if not whole or self.leaf != "paragraph" or "|" not in rest or not (alignments := self._alignments(rest)):
            return False
        head = self.lines.pop()
        self._end_leaf()
        self._begin("table")
        self.lines, self.closing = [head], alignments
        return True

    def _may_fill(self, row: str) -> bool:
        """Is a row full, or are there still cells for what it lacks? A row without any border counts as lacking one."""
        lacking = max(len(self.closing) - len(_split(row)), "|" not in row)
        self.fillable -= lacking
        return self.fillable >= 0

    # Leaves

    def _text(self, rest: str) -> str | None:
        """A line of a paragraph, or of a table; up to the end of a fold."""
        kind = next((box.kind for box in reversed(self.boxes) if box.kind in ("details", "summary")), None)
        end = FOLD_END.search(rest) if kind else None
        text = rest[: end.start()] if end else rest
        if text.strip(" "):
            if self.leaf != "paragraph" and not (self.leaf == "table" and self._may_fill(text)):
                self._begin("paragraph")
            self.lines.append(text)
        if not end:
            return None
        self._end_fold(end[1].lower())
        return rest[end.end() :]

    def _end_fold(self, kind: str) -> None:
        for depth in range(len(self.boxes) - 1, 0, -1):
            if self.boxes[depth].kind == kind:
                self._close(depth)
                return

    def _begin(self, leaf: str) -> None:
        self._end_leaf()
        self._touch()
        self.leaf = leaf

    def _touch(self) -> None:
        """Something that is no item comes into the innermost box: its list is over, and loose where an empty line parts two blocks."""
        box = self.boxes[-1]
        box.series = None
        if self.after_blank and box.member_of is not None and len(box.element):
            box.member_of.loose = True

    def _add(self, tag: str) -> Element:
        self._touch()
        return SubElement(self.boxes[-1].element, tag)

    def _open(self, depth: int, kind: str, tag: str) -> _Box:
        self._close(depth)
        self._end_leaf()
        box = _Box(kind, self._add(tag))
        self.boxes.append(box)
        if kind == "summary":
            self._unwrapped_alone(box.element)
        return box

    def _unwrapped_alone(self, element: Element) -> _Series:
        """An element whose paragraphs are unwrapped as those of a tight list's item."""
        series = _Series([element], "")
        self.series.append(series)
        return series

    def _close(self, depth: int) -> None:
        """Close the boxes from a depth on."""
        if len(self.boxes) > depth:
            self._end_leaf()
            del self.boxes[depth:]

    def _end_leaf(self) -> None:
        leaf, lines, parent = self.leaf, self.lines, self.boxes[-1].element
        self.leaf, self.lines = "", []
        if leaf == "paragraph":
            self.parser.state.set("paragraph")
            self.parser.parseBlocks(parent, ["\n".join(line.lstrip(" ") for line in lines).rstrip(" ")])
            self.parser.state.reset()
        elif leaf in ("code", "fence"):
            _add_code(parent, "\n".join(lines) if leaf == "fence" else "\n".join(lines).strip("\n"))
        elif leaf == "raw":
            self._add_raw(parent, "\n".join(lines).strip())
        elif leaf == "table":
            _add_table(parent, lines, self.closing)
        elif leaf == "note":
            self.footnotes.setFootnote(self.closing, "\n".join(lines).strip("\n"))

    def _add_raw(self, parent: Element, html: str) -> None:
        """Raw HTML that waits for its end in vain is shown: it would hide all that follows."""
        if not html:
            return
        text = AtomicString(code_escape(html)) if self.closing is not None else self.parser.md.htmlStash.store(html)
        SubElement(parent, "p").text = text


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _unwrap(item: Element) -> None:
    """The texts of paragraphs without their <p>."""
    children, last = list(item), None
    item[:] = [child for child in children if child.tag != "p"]
    for child in children:
        if child.tag != "p":
            last = child
        elif last is None:
            item.text = _joined(item.text, child.text)
        else:
            last.tail = _joined(last.tail, child.text)


def _joined(before: str | None, text: str | None) -> str | None:
    return f"{before}\n{text}" if before and before.strip() else text


def _add_code(parent: Element, text: str) -> None:
    code = SubElement(SubElement(parent, "pre"), "code")
    code.text = AtomicString(code_escape(text) + "\n" if text else "")


def _add_table(parent: Element, lines: list[str], alignments: list[str]) -> None:
    table = SubElement(parent, "table")
    _add_row(SubElement(table, "thead"), "th", lines[0], alignments)
    if lines[1:]:
        body = SubElement(table, "tbody")
        for line in lines[1:]:
            _add_row(body, "td", line, alignments)


def _add_row(parent: Element, tag: str, line: str, alignments: list[str]) -> None:
    row = SubElement(parent, "tr")
    for text, alignment in zip_longest(_split(line)[: len(alignments)], alignments, fillvalue=""):
        cell = SubElement(row, tag)
        cell.text = text
        if alignment:
            cell.set("align", alignment)


def _alignment(column: str) -> str:
    left, right = column.startswith(":"), column.endswith(":")
    return "center" if left and right else "left" if left else "right" if right else ""


def _bordered(line: str) -> str:
    """A row without the borders at its ends."""
    line = line.strip(" ").removeprefix("|")
    return line[:-1] if line.endswith("|") and not line.endswith("\\|") else line


def _split(line: str) -> list[str]:
    """The cells of a row. A `|` is no border when it is escaped, in code, or in a link."""
    line = _bordered(line)
    hiding = _hiding(line)
    cells, begun, depth = [], 0, 0
    for at, sign in enumerate(line):
        depth += hiding.get(at, 0)
        if sign == "|" and not depth:
            cells.append(line[begun:at])
            begun = at + 1
    return [cell.strip(" ").replace("\\|", "|") for cell in [*cells, line[begun:]]]


def _hiding(line: str) -> Counter[int]:
    """Where code, links and escaped signs of a row begin (+1 each) and end (-1 each)."""
    hiding: Counter[int] = Counter()
    following = _next_ticks(line)
    texts: list[int] = []
    addresses: list[list[int]] = []  # where the link begins, and how many brackets its address has opened
    at = 0
    while found := CELL_SIGN.search(line, at):
        sign, begun, at = found[0], found.start(), found.end()
        if sign[0] == "\\":
            _hide(hiding, begun, at)
        elif sign[0] == "`" and begun in following:
            at = following[begun]
            _hide(hiding, begun, at)
        elif sign == "[":
            texts.append(begun)
        elif sign == "](" and texts:
            addresses.append([texts.pop(), 0])
        elif sign == "]" and texts:
            texts.pop()
        elif sign == "(" and addresses:
            addresses[-1][1] += 1
        elif sign == ")" and addresses:
            addresses[-1][1] -= 1
            if addresses[-1][1] < 0:
                _hide(hiding, addresses.pop()[0], at)
    return hiding


def _hide(hiding: Counter[int], begun: int, end: int) -> None:
    hiding[begun] += 1
    hiding[end] -= 1


def _next_ticks(line: str) -> dict[int, int]:
    """Where the code ends that begins at a run of backticks; runs that begin none are missing."""
    ends: dict[int, int] = {}
    last: dict[int, int] = {}
    for found in reversed(list(TICKS.finditer(line))):
        size = len(found[0])
        if size in last:
            ends[found.start()] = last[size]
        last[size] = found.end()
    return ends


def extend(parser: Markdown) -> None:
    """Let a parser with footnotes read blocks this way."""
    footnotes = next(known for known in parser.registeredExtensions if isinstance(known, FootnoteExtension))
    parser.preprocessors.deregister("html_block")
    for name in REPLACED:
        parser.parser.blockprocessors.deregister(name)
    parser.parser.blockprocessors.register(Structure(parser, footnotes), "structure", 200)
