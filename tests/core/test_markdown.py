"""Whatever is typed as markdown comes out harmless, and looks as it should."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.articles.forms import BODY_MAX
from kb.core import markdown

ATTACKS = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//x.example/a.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    '![x](x" onerror="alert(1))',
    "![x](javascript:alert(1))",
    "![x](//jahat.example/pixel.png)",
    "[klik](javascript:alert(1))",
    "[klik](&#106;avascript:alert(1))",
    "[klik](&#x6A;avascript&#58;alert(1))",
    "[klik](JaVa\tScRiPt:alert(1))",
    "[klik](data:text/html;base64,PHNjcmlwdD4=)",
    "[klik](vbscript:msgbox)",
    "<javascript:alert(1)>",
    "|a|b|\n|-|-|\n|<script>alert(1)</script>|<img src=x onerror=alert(1)>|",
    "teks[^1]\n\n[^1]: <svg onload=alert(1)>",
    'teks[^"onclick=alert(1)]\n\n[^"onclick=alert(1)]: isi',
    "# <iframe src=javascript:alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<form action=https://jahat.example><input name=sandi></form>",
    "<style>body{display:none}</style>",
    "<a href='x' style='position:fixed;inset:0'>x</a>",
    "```html\n<script>alert(1)</script>\n```",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    '*[HTML]: "><script>alert(1)</script>\n\nHTML',
    "<div id=isi>ganti</div>",
    "<details id=isi class=panel ontoggle=alert(1) style=top:0><summary id=isi onclick=alert(1)>x</summary>\n\n<script>alert(1)</script>",
    "![x](/\\\\jahat.example/pixel.png)",
    "<img src='/\t/jahat.example/pixel.png'>",
    "<img src='\\\\jahat.example/pixel.png'>",
    '![x"onerror=alert(1)](http://jahat.example/"onclick=alert(1))',
    "<img alt='&lt;script&gt;alert(1)&lt;/script&gt;' src=//jahat.example/x>",
]


class Danger(HTMLParser):
    """Collects what a browser would run or load."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag not in markdown.TAGS:
            self.found.append(tag)
        for name, value in attrs:
            value = (value or "").strip().lower()
            if name.startswith("on") or name == "style" or re.match(r"\s*(javascript|data|vbscript):", value):
                self.found.append((tag, name, value))
            if name == "src" and not re.match(r"/(?![/\\])", re.sub(r"\s", "", value)):
                self.found.append((tag, name, value))
            if name == "id" and not markdown.ID.match(value):
                self.found.append((tag, name, value))


def dangers(html: str) -> list:
    parser = Danger()
    parser.feed(html)
    return parser.found


@pytest.mark.parametrize("source", ATTACKS)
def test_no_attack_survives(source):
    assert dangers(markdown.render(source).html) == []


@given(st.lists(st.sampled_from([*ATTACKS, "\n", "\n\n", "> ", "- ", "**", "`", "[", "](", "&#", "<", ">", '"']), max_size=6).map("".join))
def test_no_mixture_of_attacks_survives(source):
    assert dangers(markdown.render(source).html) == []


def test_the_text_keeps_one_h1_for_the_page():
    html = markdown.render("# Satu\n\n## Dua").html
    assert "<h1" not in html
    assert html.index("<h2") < html.index("<h3")


def test_the_table_of_contents_leads_to_the_headings():
    rendered = markdown.render("## Peta rencana\n\n### Langkah *awal*")
    assert rendered.toc == ((2, "bagian-peta-rencana", "Peta rencana"), (3, "bagian-langkah-awal", "Langkah awal"))
    assert 'id="bagian-peta-rencana"' in rendered.html


def test_tables_footnotes_and_task_lists_work():
    html = markdown.render("|a|b|\n|-|-|\n|1|2|\n\n- [x] selesai\n\nkata[^s]\n\n[^s]: sumber").html
    assert "<table" in html and 'type="checkbox"' in html and 'href="#fn:s"' in html and 'id="fn:s"' in html


def test_a_picture_of_our_own_is_loaded_when_it_is_needed():
    html = markdown.render("![Papan](/static/img/papan.png)\n\n<img src='/static/b.png'>").html
    assert (
        '<img loading="lazy" alt="Papan" src="/static/img/papan.png">' in html and '<img loading="lazy" alt="" src="/static/b.png">' in html
    )


def test_plain_text_keeps_the_words_apart():
    text = markdown.to_text(markdown.render("## Judul\n\nSatu **dua**\n\n|a|b|\n|-|-|\n|1|2|").html)
    assert text.split() == ["Judul", "Satu", "dua", "a", "b", "1", "2"]


@pytest.mark.parametrize("source", ["- satu\n  - dua", "- satu\n  ```\n  dua\n  ```", "- satu\n  > dua",
                                    "<details><summary>satu</summary>dua</details>",
                                    "1. satu\n   1. dua"])  # fmt: skip
def test_plain_text_keeps_blocks_within_blocks_apart(source):
    assert markdown.to_text(markdown.render(source).html) == "satu\ndua"


def test_marked_words_are_the_only_markup():
    assert str(markdown.mark("a <b> rencana", [(6, 13)])) == "a &lt;b&gt; <mark>rencana</mark>"


@pytest.mark.parametrize(
    ("title", "slug"),
    [("Strategi SPBE Mesuji: 2,59!", "strategi-spbe-mesuji-2-59"), ("   ", "isi"), ("🎉", "isi"), ("A" * 500, "a" * 80)],
)
def test_a_title_becomes_an_address(title, slug):
    assert markdown.slug(title) == slug


# What asks most of the renderer, as it is repeated until the text has the length of the longest article.
EXCESSES = (
    "[", "![", "](", '[a](b "', "[^1]", "[^1]: a\n", "*[a]: b\n", "_a", "**a", "*a ", "`", "` a ``", "~a ", ">", "> a\n", "<", "<a ",
    "<http://", "<!--", "<div>\n\n", "&", "&#", "|", "|a\n", "# a\n", "- - -\n", "- a\n", "1. a\n", "a\n: b\n", "a@b.c ", "```\n",
)  # fmt: skip


@pytest.mark.parametrize("sign", EXCESSES)
def test_no_text_keeps_the_renderer_busy(sign):
    """A guard against explosion, not a benchmark: some of these once took hours."""
    begun = time.monotonic()
    markdown.render((sign * (BODY_MAX // len(sign) + 1))[:BODY_MAX])
    assert time.monotonic() - begun < 30


def test_many_paragraphs_just_below_the_limit_are_bounded_together():
    begun = time.monotonic()
    markdown.render(("[" * 900 + "\n\n") * 200)
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize("source", ["[" * 20_000, "a\n: b\n" * 1200, "".join("  " * n + "- a\n" for n in range(600))])
def test_what_asks_too_much_is_shown_as_it_was_typed_and_harmless(source):
    html = markdown.render(source + "\n\n<script>alert(1)</script>").html
    assert "<script" not in html and ("[[[" in html or "a" in html)


def test_a_long_article_with_many_links_headings_and_footnotes_is_rendered():
    part = (
        "## Bagian\n\nKata [tautan](/artikel/x) dan `kode`, **tebal**.[^{0}]\n\n| a | b |\n|-|-|\n| 1 | [dua](/b) |\n\n[^{0}]: Sumber.\n\n"
    )
    html = markdown.render("".join(part.format(number) for number in range(200))).html
    assert html.count("<h2") == 200 and html.count('href="/artikel/x"') == 200 and html.count("<table") == 200


def test_links_tell_no_search_engine_and_no_page_that_they_come_from_us():
    html = markdown.render(
        "[a](https://contoh.example) <https://b.example> https://c.example <a href='//d.example' rel='opener'>d</a>"
    ).html
    assert re.findall(r'<a href="([^"]*)" rel="noopener nofollow">', html) == [
        "https://contoh.example", "https://b.example", "https://c.example", "//d.example",
    ]  # fmt: skip
    assert html.count("<a ") == 4 and html.count("rel=") == 4


FOREIGN = "https://contoh.example/peta.png"


@pytest.mark.parametrize(
    ("source", "shown", "named"),
    [
        (f"![Peta]({FOREIGN})", f'<a href="{FOREIGN}" rel="noopener nofollow">Gambar: Peta</a>', FOREIGN),
        (f"![]({FOREIGN})", f'<a href="{FOREIGN}" rel="noopener nofollow">Gambar</a>', FOREIGN),
        (f'<img src="{FOREIGN}" alt="A &lt;b&gt; &quot;c&quot;">', ">Gambar: A &lt;b&gt; &#34;c&#34;</a>", FOREIGN),
        ("![Peta](http://contoh.example/a?b=1&c=2)", 'href="http://contoh.example/a?b=1&amp;c=2"', "http://contoh.example/a?b=1&c=2"),
        (
            "![Peta](//contoh.example/a.png)",
            '<a href="//contoh.example/a.png" rel="noopener nofollow">Gambar: Peta</a>',
            "//contoh.example/a.png",
        ),
        (f"[![Lencana]({FOREIGN})](/x)", '<a href="/x" rel="noopener nofollow">Gambar: Lencana</a>', FOREIGN),
        ("![Peta][p]\n\n[p]: https://contoh.example/peta.png", ">Gambar: Peta</a>", FOREIGN),
        (f"|a|b|\n|-|-|\n|![Peta]({FOREIGN})|2|", ">Gambar: Peta</a></td>", FOREIGN),
    ],
)
def test_a_picture_of_another_site_becomes_a_link_and_its_writer_is_told(source, shown, named):
    rendered = markdown.render(source)
    assert shown in rendered.html and "<img" not in rendered.html
    assert rendered.remarks == (f"1 gambar dari situs lain tidak ditampilkan: {named}. Pembaca melihat tautannya.",)


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("peta.png", "peta.png"),
        ("./img/peta.png", "./img/peta.png"),
        ("data:image/png;base64,AA", "gambar tertanam"),
        ("C:\\peta.png", "gambar tertanam"),
    ],
)
def test_a_picture_that_is_nowhere_leaves_its_words_and_its_writer_is_told(address, named):
    rendered = markdown.render(f"![Peta]({address})")
    assert rendered.html == "<p>Gambar: Peta</p>"
    assert rendered.remarks == (f"1 gambar tidak ditampilkan karena tidak ada di sini: {named}. Pembaca melihat keterangannya.",)


def test_html_that_is_not_used_is_named_and_many_names_stay_few():
    rendered = markdown.render("<u>a</u> <font color=red>b</font> <u>c</u> **d** `<x>` <details>")
    assert rendered.remarks == ("Kode HTML yang tidak dipakai: <u>, <font>.",)
    many = markdown.render("".join(f"![a](https://contoh.example/{'x' * 200}{number}.png)\n" for number in range(50))).remarks
    assert many[0].startswith("50 gambar") and "dan 45 lainnya" in many[0] and len(many[0]) < 600


def test_a_text_with_nothing_hidden_has_no_remarks():
    assert (
        markdown.render("# a\n\n![b](/static/img/b.png) [c](https://c.example)\n\n<details><summary>d</summary>\n\ne\n\n</details>").remarks
        == ()
    )


def test_boxes_say_whether_they_are_ticked_and_nobody_types_into_a_text():
    html = markdown.render("- [ ] tim\n- [x] anggaran\n\n<input type=text>\n<input type=checkbox checked='>'>\n").html
    assert re.findall(r"<input[^>]*>", html) == [
        '<input type="checkbox" disabled aria-label="belum">',
        '<input type="checkbox" disabled checked aria-label="sudah">',
    ]


def test_what_is_wide_is_reached_with_the_keyboard_and_an_empty_heading_is_none():
    html = markdown.render("| | Tahun |\n|-|:-:|\n| satu | 2026 |\n\n```\nkode\n```\n").html
    assert "<td></td>" in html and re.findall(r"<th\b[^>]*>", html) == ['<th align="center">']
    assert '<pre tabindex="0">' in html and html.count('tabindex="0"') == 2 and 'role="region"' not in html
