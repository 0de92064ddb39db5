"""Every regular expression and every loop of ours over people's text grows like a line, whatever they write (`make test-hostile`)."""

import ast
import re

import pytest

from kb.core import addresses, cleaning, comparison, excess, markdown, names
from kb.questions import regulations
from kb.search import analysis, language, likeness, snippets
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
    assert any(hostile.explosion(run, *attack) for run in hostile.runners(one) for attack in hostile.attacks(one.pattern))


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
}
PUMPS = [
    "a", " ", "\n", "\t", " \n", "\n ", "a ", "a b ", "a\n", "<", "<a ", "</", "<p>", "</p>", "&", "&amp;", "&lt;",
    '<a class="footnote-backref"',
    '<a class="footnote-backref">', "[", "](", "[a](", "`", "``a`", "*", "**a", "_", "~", "(", ")", "]", "|", "|-", "- ", "1. ", "# ", "> ",
    "%", "%00", "%%0000", "no ", "nomor . ", "59 tahun 2020 ", "permen 59/2020 ", "a/", "a-", "1.", "1.1/", "’", "e\u0301", "\u0301", "İ",
    "aplikasi ", "aplikasi-", '"', '"a ', "-a ", "jenis:", "\u200b", "\u3164", "\x0b", "Dr. ", "S.Kom., ",
]  # fmt: skip


@pytest.mark.parametrize("name", LOOPS)
def test_no_loop_over_a_text_explodes(name):
    for pump in PUMPS:
        for end in ("", "x"):
            wrong = hostile.explosion(LOOPS[name], "", pump, end)
            assert not wrong, wrong


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


render = markdown.render.__wrapped__  # the renderer itself, without what it remembers


@pytest.mark.parametrize("pump", ["a ", " ", "    a\n", "```\n", "[a](b) ", "- a\n", "|a|b|\n", "&lt;", "**a** ", "<b>a</b>"])
def test_rendering_and_its_words_grow_like_a_line(pump):
    wrong = hostile.explosion(lambda text: markdown.words_of(render(text).html), "", pump, "\n")
    assert not wrong, wrong
