"""A note on paper: its rendered markdown as the blocks of a letter, so that headings stay headings and lists stay lists."""

from html.parser import HTMLParser

from kb.visits.letters import Block, Bulleted, Heading, Numbered, Paragraph, Table

TEXTS = {"p", "pre", "dt", "dd", "summary", "h1", "h2", "h3", "h4", "h5", "h6"}
CELLS = {"td", "th"}


def blocks_of(html: str) -> list[Block]:
    """The blocks of HTML that `core.markdown` rendered."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.blocks


def split(blocks: list[Block], titles: tuple[str, ...]) -> tuple[list[Block], list[Block]]:
    """What stands under headings that begin with one of these words, without the headings; and the rest."""
    found: list[Block] = []
    rest: list[Block] = []
    level = 0
    for block in blocks:
        if isinstance(block, Heading) and (not level or block.level <= level):
            level = block.level if block.text.casefold().startswith(titles) else 0
            if level:
                continue
        (found if level else rest).append(block)
    return found, rest


class _Reader(HTMLParser):
    """Collects text until its block ends. What stands inside a list or table belongs to that; an inner list goes on with the outer one."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.words: list[str] = []
        self.lists: list[str] = []
        self.items: list[str] = []
        self.rows: list[list[str]] = []
        self.in_table = False

    def handle_starttag(self, tag, attrs):
        if tag in ("ul", "ol"):
            self._end_item()
            self.lists.append(tag)
        elif tag == "table":
            if self.lists:  # what the item said before it is no cell
                self._end_item()
            self.in_table = True
        elif tag == "tr":
            self.rows.append([])
        elif tag == "br":
            self.words.append(" ")
        elif tag == "li":
            self._end_item()

    def handle_endtag(self, tag):
        if tag == "li":
            self._end_item()
        elif tag in ("ul", "ol") and self.lists:
            self._end_list()
        elif tag in CELLS and self.rows:
            self.rows[-1].append(self._take())
        elif tag == "table":
            self._end_table()
        elif tag in TEXTS and not self.lists and not self.in_table:
            text = self._take()
            if text:
                self.blocks.append(Heading(text, int(tag[1])) if tag.startswith("h") else Paragraph(text))

    def handle_data(self, data):
        self.words.append(data)

    def _take(self) -> str:
        text = " ".join("".join(self.words).split())
        self.words = []
        return text

    def _end_item(self) -> None:
        text = self._take()
        if text and self.lists:
            self.items.append(text)
        elif text:
            self.blocks.append(Paragraph(text))

    def _end_list(self) -> None:
        self._end_item()
        kind = self.lists.pop()
        if not self.lists and self.items:
            self.blocks.append(Numbered(tuple(self.items)) if kind == "ol" else Bulleted(tuple(self.items)))
            self.items = []

    def _end_table(self) -> None:
        rows, self.rows, self.in_table = [row for row in self.rows if row], [], False
        if rows:
            width = max(map(len, rows))
            filled = [(*row, *[""] * (width - len(row))) for row in rows]
            self.blocks.append(Table(filled[0], tuple(filled[1:])))
