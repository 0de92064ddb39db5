"""Every regular expression and every loop of ours over people's text grows like a line, whatever they write (`make test-hostile`)."""

import ast
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.core import addresses, cleaning, comparison, content, excess, markdown, names
from kb.core.errors import Invalid
from kb.notes import paper
from kb.notifications import mail
from kb.questions import regulations
from kb.search import analysis, language, likeness, snippets
from kb.visits import agenda, members
from tests import hostile

pytestmark = pytest.mark.hostile

MODULES = [hostile.module_of(path) for path in hostile.sources()]
# Patterns that are put together while a page is made: what they may become.
PUT_TOGETHER = {
    "core/markdown.py: f'<(?={begin[1:]})'": ["<(?=script)", "<(?=!--)"],
    "questions/moderation.py: '\\\\s+'.join((re.escape(word) for word in words))": [r"a\s+a\s+a\s+a\s+a\s+b", r"aaa\s+aab"],
    "questions/regulations.py: NUMBER.format(number=self.number, year=self.year)": [
        rule.pattern.pattern for rule in regulations.repealed()
    ],
    "questions/regulations.py: f'(?:{MINISTRY.pattern})(?:\\\\s+ri)?\\\\s*$'": [rf"(?:{regulations.MINISTRY.pattern})(?:\s+ri)?\s*$"],
}
# Patterns that see only so much of a text, whatever is written: the square of it is little.
SHORT = {
    "kb.search.language": language.LONGEST_QUERY,
    "kb.questions.regulations": regulations.LEAD,
}
UNBOUNDED = {"BLOCK_END"}


def _found() -> list[hostile.Found]:
    uses = hostile.uses()
    found = {
        hostile.Found(f"{module}.{name}", pattern, uses.get(name, frozenset()))
        for module, name, pattern in hostile.named(MODULES)
        if module.startswith("kb.")
    }
    for path, call, way in hostile.written_in_place():
        where = f"kb.{path.removesuffix('.py').replace('/', '.')}.line"
        given = call.args[0]
        sources = [given.value] if isinstance(given, ast.Constant) else PUT_TOGETHER[f"{path}: {ast.unparse(given)}"]
        ways = frozenset() if way == "compile" else frozenset({way})
        found |= {hostile.Found(where, re.compile(source, hostile.flags_of(call)), ways) for source in sources}
    return sorted(found, key=lambda one: (one.where, one.pattern.pattern))


FOUND = _found()


def test_the_reader_of_the_code_misses_no_pattern():
    """As many as a plain search of the sources finds; one that is written in a new way must be taught to `tests/hostile.py`."""
    assert len(FOUND) > 90
    assert {"kb.core.markdown.PICTURE", "kb.core.excess.IN_TEXT", "kb.core.blocks.RAW", "kb.visits.day_views.line"} <= {
        one.where for one in FOUND
    }


@pytest.mark.parametrize("one", FOUND, ids=lambda one: f"{one.where} {one.pattern.pattern[:40]}")
def test_no_pattern_explodes(one):
    module, _, name = one.where.rpartition(".")
    sizes = hostile.SIZES
    if module in SHORT and name not in UNBOUNDED:
        sizes = (SHORT[module] // 4, SHORT[module] // 2, SHORT[module])
    for run in hostile.runners(one):
        for begin, pump, end in hostile.attacks(one.pattern):
            wrong = hostile.explosion(run, begin, pump, end, sizes, hostile.AT_ONCE)
            assert not wrong, wrong


@pytest.mark.parametrize("pattern, way", [(r"[ \t]*\n\s*", "sub"), (r"(?:a+)+$", "match"), (r"<[^>]*>", "sub")])
def test_the_attack_finds_what_explodes(pattern, way):
    """The first held the worker for a minute."""
    one = hostile.Found("test", re.compile(pattern), frozenset({way}))
    attacks = [(run, *attack) for run in hostile.runners(one) for attack in hostile.attacks(one.pattern)]
    assert any(hostile.explosion(*attack, sizes=(2_500, 5_000, 10_000)) for attack in attacks)


# Loops

STEMS = frozenset(analysis.terms("aplikasi a b aa"))


def _rendered(text: str) -> str:
    return f"<p>{text}</p>"


LOOPS = {
    "to_text": lambda text: markdown.words_of(_rendered(text)),
    "cited_in": lambda text: regulations._cited_in(_rendered(text)),
    "excess in_text": excess.in_text,
    "excess in_paragraph": excess.in_paragraph,
    "clean": cleaning.clean,
    "familiar": names.familiar,
    "slug": markdown.slug,
    "terms": analysis.terms,
    "spans": lambda text: analysis.spans(text, STEMS),
    "snippet": lambda text: snippets.snippet(text, STEMS),
    "query": language.read,
    "likeness": lambda text: likeness.Asked(text[:2000], text).likeness(text[:160], text),
    "without NUL": lambda text: addresses._without_nul(text.encode("utf-8", "ignore")),
    "compare lines": lambda text: comparison._compare(text.replace(" ", "\n"), text[1:].replace(" ", "\n"), 2),
    "compare words": lambda text: comparison._compare(text, text[1:] + "x", 2),
    "people typed": members.from_text,
    "people in a CSV": lambda text: members.from_file("rombongan.csv", text.encode("utf-8", "ignore")),
    "agenda": lambda text: agenda.read(text, date(2026, 11, 23)),
    "subject of a mail": lambda text: mail.coded(mail.subject_line(text)),
    "content file": content.parse,
    "paper": lambda text: paper.blocks_of(_rendered(text)),
}
PUMPS = [
    "a", " ", "\n", "\t", " \n", "\n ", "a ", "a b ", "a\n", "<", "<a ", "</", "<p>", "</p>", "&", "&amp;", "&lt;",
    '<a class="footnote-backref"',
    '<a class="footnote-backref">', "[", "](", "[a](", "`", "``a`", "*", "**a", "_", "~", "(", ")", "]", "|", "|-", "- ", "1. ", "# ", "> ",
    "%", "%00", "%%0000", "no ", "nomor . ", "59 tahun 2020 ", "permen 59/2020 ", "a/", "a-", "1.", "1.1/", "’", "e\u0301", "\u0301", "İ",
    "aplikasi ", "aplikasi-", '"', '"a ', "-a ", "jenis:", "\u200b", "\u3164", "\x0b", "Dr. ", "S.Kom., ",
]  # fmt: skip


def _quietly(work: Callable[[str], object]) -> Callable[[str], object]:
    """What is refused costs time too."""

    def run(text: str) -> None:
        with suppress(Invalid, content.BadContent, RecursionError):
            work(text)

    return run


@pytest.mark.parametrize("name", LOOPS)
def test_no_loop_over_a_text_explodes(name):
    for pump in PUMPS:
        for end in ("", "x"):
            wrong = hostile.explosion(_quietly(LOOPS[name]), "", pump, end)
            assert not wrong, wrong


@pytest.mark.parametrize("pump", ["[", "{", "[[a],", "- ", "a: b\n", "&a ", "'"])
def test_no_front_matter_keeps_an_import_busy(pump):
    """YAML is read slowly: as much as may stand there, and what is longer is refused before."""
    run = _quietly(content.parse)
    assert hostile.seconds(run, f"---\ntitle: {(pump * content.MAX_FRONT)[: content.MAX_FRONT - 10]}\n---\nisi") < 4
    assert hostile.seconds(run, f"---\ntitle: {pump * 500_000}\n---\nisi") < 0.5


def test_a_code_block_of_blanks_costs_nothing():
    """It held the worker's write lock for a minute."""
    html = f"<pre><code>{' ' * 100_000}\n{' ' * 100_000}x\n{(' ' * 500 + chr(10)) * 200}</code></pre>"
    assert hostile.seconds(markdown.words_of, html) < 1
    assert markdown.words_of(html) == "x"


def test_plain_text_is_what_it_was():
    """Line by line, as the regular expression that exploded made it."""
    note = '<a class="footnote-backref" href="#x">↩</a>'
    html = f'<h2 id="a">Judul</h2><p>Satu \t <br>\n  dua&nbsp;&lt;b&gt;</p>\n\n<ul><li>tiga</li><li>empat</li></ul><p>lima{note}</p>'
    assert markdown.to_text(html) == "Judul\nSatu\ndua\xa0<b>\ntiga\nempat\nlima"


render = markdown.render.__wrapped__  # the renderer itself, without what it remembers
EDGES = {"p", "li", "td", "th", "tr", "dt", "dd", "pre", "blockquote", "summary", *(f"h{level}" for level in range(1, 7))}
BEGIN_A_LINE = {"ul", "ol", "dl", "pre", "blockquote", "table", "details", "br"}


class Reader(HTMLParser):
    """Reads HTML as a browser would, one sign after the other: what `words_of` must come to by its replacements."""

    def __init__(self):
        super().__init__()
        self.said, self.left_out = [], False

    def handle_starttag(self, tag, attrs):
        self.left_out = self.left_out or ("class", "footnote-backref") in attrs
        self.said += ["\n"] if tag in BEGIN_A_LINE else []

    def handle_endtag(self, tag):
        self.left_out = self.left_out and tag != "a"
        self.said += ["\n"] if tag in EDGES else []

    def handle_data(self, data):
        self.said += [] if self.left_out else [data]

    def lines(self) -> list[str]:
        return [line for line in map(str.strip, "".join(self.said).split("\n")) if line]


PIECES = st.sampled_from([
    "<", ">", "&", "&lt;", "&amp;lt;", "&#10;", "<a ", "</", "<b>", "</b>", '"', "'", "<br>", "<p>", "<script>", "<!--", "-->", "]]>",
    "[", "](", "[a](b)", "`", "``", "~~~\n", "    ", "\t", "\n", "\n\n", "- ", "1. ", "> ", "|", "|-|-|\n", "x[^1]\n\n[^1]: ", "*", "**",
    "_", "# ", "\\", "a", "kata ", "\u2028", "\u3164", "\x0b", "<details>", "<summary>", "http://a.b ", "![",
])  # fmt: skip


@settings(max_examples=150)
@given(st.lists(PIECES | st.text(max_size=5), max_size=25).map("".join))
def test_the_words_of_any_text_are_those_that_a_browser_shows(text):
    html = render(text).html
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert markdown.words_of(html).split("\n") == (reader.lines() or [""])


def test_nul_bytes_within_each_other_leave_none_behind(client):
    assert addresses._without_nul(b"%" * 3 + b"00" * 3 + b"a") == b"a"
    answer = client.get("/cari?q=" + "%" * 3_000 + "00" * 3_000)
    assert answer.status_code == 200


@pytest.mark.parametrize("length", [79, 81, 221, 290])
def test_a_word_longer_than_a_snippet_can_be_found(length):
    """As the last word of a text it was an error of ours."""
    word = "ab" * (length // 2)
    stems = frozenset(analysis.terms(word))
    assert stems
    assert "awal" in snippets.snippet(f"awal kalimat {word}", stems)
    assert "<mark>" in str(snippets.highlight(word, stems))


@pytest.mark.parametrize("pump", ["a ", " ", "    a\n", "```\n", "[a](b) ", "- a\n", "|a|b|\n", "&lt;", "**a** ", "<b>a</b>"])
def test_rendering_and_its_words_grow_like_a_line(pump):
    wrong = hostile.explosion(lambda text: markdown.words_of(render(text).html), "", pump, "\n")
    assert not wrong, wrong
