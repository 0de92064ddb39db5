"""No text keeps the renderer busy for long. A guard against explosion, not a benchmark: the bound is generous for a slow, busy machine."""

import time

import pytest

from kb.articles.forms import BODY_MAX
from kb.core import markdown
from kb.core.blocks import DEEPEST
from tests.core.test_markdown import dangers

pytestmark = pytest.mark.slow

SECONDS = 5
SIGNS = [
    "[", "](", "[a](b ", "[a](<b ", '[a](b "', "[a]((", '[a]("x) ', "[a][", "![", "![a](", "]", "[]", "[[a]]", "[a]: b\n",
    "_a", "**a", "*a **b ", "***a", "~", "~a", "~~a ", "~^[a]:  ]", "1. a~", "_.", "**", "~=*]**",
    ("~=*]**" * 130 + "\n\n"), ("[" * 60 + "\n\n"), ("``a`" * 50 + "\n\n"), ("[a](b " * 40 + "\n\n"),
    ">", "> ", "> a\n> ", "`", "``a`", "` a",
    "<", "<a ", "<b>", "<div>", "<!--", "<![CDATA[", "<?", "<a@", "</", "<a href=", "&", "&#", "&amp;", "|", "|a|b|\n|-|-|\n",
    "`|", ("`|" * 199 + "\n"),
    "- ", "- a\n", "- \n", "1. ", "1. a\n", "> - ", "# a\n", "# a\n\n", "---\n", "---\n> ", "a\n===\n", "=", "\n:   ", "a\n:   b\n\n",
    "[a]: \n", "[^a]", "[^a] ", "x[^a]\n\n[^a]: t\n\n", "*[A]: b\n", "http://", "http://a.b/ ", "a@b.", "x.y", ("x.y" * 450 + " "),
    "\\", "\\[", "```\n", "~~~\n", "    a\n", "a  \n",
    "- a\n  - b\n", "1. a\n   - b\n", "1. a\n  - b\n", "- a\n\n  b\n", "- ```\n", "- a\n* b\n", "1) a\n", "a\n- b\n", "> - a\nb\n",
    "<details>\n", "<details><summary>", "<details><summary>a</summary>\n\nb\n\n</details>\n", "</details>", "a</details",
    "<summary>", "- <details>\n",
 "|a|b|\n|-|-|\n|[x|y](/z)|2|\n",

    "a\n|a|b|\n|-|-|\n|1|2|\n", "a|b\n-|-\n", "![a](http://b/c.png) ",
    "<img src=data:a>", "[![a](//b)](/c) ", "<script>", "<!-- a\n", "<div>\n\n", "<iframe>",
    "a\n\n", "a", " ", "\n", "\t", "- [ ] ",
]  # fmt: skip


def timed(source: str) -> tuple[markdown.Rendered, float]:
    start = time.process_time()
    return markdown.render(source), time.process_time() - start


@pytest.mark.parametrize("sign", SIGNS)
def test_no_sign_repeated_to_the_limit_keeps_the_renderer_busy(sign):
    rendered, took = timed((sign * BODY_MAX)[:BODY_MAX])
    assert took < SECONDS
    assert dangers(rendered.html) == []


@pytest.mark.parametrize(
    "source",
    [
        "".join(f"{'    ' * depth}- a\n" for depth in range(300)),
        "".join(f"{'  ' * depth}- a\n" for depth in range(19)) + "b\n" * 80_000,
        "".join(f"{'  ' * depth}- a\n" for depth in range(300)) + "b\n" * 60_000,
        "a|" * 190 + "\n" + "-|" * 190 + "\n" + "a\n" * 90_000,
        "|a|\n|-|\n" + "a\n" * 90_000,
        "- a\n" * 19_900,
        "<details>\n" * 19 + "a\n" * 90_000,
        "<!-- a\n" * 28_000,
        "|a|b|\n|-|-|\n|" + "[a|b](" * 19_000,
        "|a|b|\n|-|-|\n|" + "`|``|" * 9_000,
        "|a|b|c|d|e|\n|-|-|-|-|-|\n" + "|a|b|c|d|e|\n" * 3_300,
        "".join(f"{'> ' * depth}a\n\n" for depth in range(300)),
        "".join(f"x[^{n}]\n\n[^{n}]: t [^{n + 1}]\n\n" for n in range(8000)),
        "[^1]: t\n\n" + "x[^1] " * 30_000,
        "".join(f"*[A{n}]: t\n" for n in range(15_000)),
        "a|" * 50_000 + "\n" + "-|" * 50_000,
        "".join(f"[{n}]: /x\n" for n in range(8000)) + "\n" + "".join(f"[a][{n}] " for n in range(8000)),
    ],
    ids=[
        "lists",
        "list and text",
        "deep list and text",
        "wide table",
        "long table",
        "items",
        "folds",
        "comments",
        "links in cells",
        "code in cells",
        "cells",
        "quotes",
        "footnotes",
        "references",
        "abbreviations",
        "columns",
        "links",
    ],  # fmt: skip
)
def test_no_nesting_or_naming_keeps_the_renderer_busy(source):
    assert timed(source[:BODY_MAX])[1] < SECONDS


def test_a_paragraph_that_asks_too_much_is_shown_as_it_was_typed_and_the_others_keep_their_form():
    html = markdown.render("**satu**\n\n" + "[" * 3000 + " dua\n\n> tiga").html
    assert "<strong>satu</strong>" in html and "[" * 3000 + " dua" in html and "<blockquote>" in html


def test_a_text_that_asks_too_much_keeps_its_words_and_paragraphs():
    html = markdown.render("*[A]: b\n" * 1000 + "\n<script>**dua**").html
    assert html.count("*[A]: b") == 1000 and "<p>&lt;script&gt;**dua**</p>" in html


def test_a_long_honest_text_keeps_its_form():
    paragraph = "Rencana [kerja](/artikel/kerja) (lihat **lampiran**) memakai `berkas` dan _tim_[^1]. " * 20
    row = "| [satu](/artikel/satu) | dua (2) | **tiga** | `a|b` |\n"
    part = (
        f"## Bagian\n\n{paragraph}\n\n"
        + "- butir [tautan](/x)\n" * 50
        + f"\n|a|b|c|d|\n|-|-|-|-|\n{row * 50}\n\n```\nif (a[0] < b) {{\n```\n\n"
    )
    html = markdown.render(part * 25 + "[^1]: catatan").html
    assert html.count("<strong>lampiran</strong>") == 500 and html.count('href="/x"') == 1250 and html.count("<table") == 25
    assert html.count("<h2") == 25 and html.count('class="footnote-ref"') == 500


def test_lists_too_deep_for_any_reader_stay_text():
    html = markdown.render("".join(f"{'  ' * depth}- butir{depth}\n" for depth in range(40))).html
    assert html.count("<ul>") == DEEPEST - 1 and "butir39" in html
