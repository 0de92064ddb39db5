"""Markdown is read as people and their other tools write it: as CommonMark and GitHub do, and a little kinder."""

import re

import pytest

from kb.core import markdown


def shape(source: str) -> str:
    """The HTML without what no reader sees: blanks between tags, ids, the box around tables."""
    html = re.sub(r' (?:id|rel|class|tabindex|role|aria-label|disabled)="[^"]*"', "", markdown.render(source).html)
    html = re.sub(r"</?div>", "", html)
    return re.sub(r"\s*(</?(?:p|ul|ol|li|h\d|table|t\w+|blockquote|pre|details|summary|dl|dt|dd|hr)\b[^>]*>)\s*", r"\1", html)


def ul(*items: str) -> str:
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def ol(*items: str) -> str:
    return "<ol>" + "".join(f"<li>{item}</li>" for item in items) + "</ol>"


@pytest.mark.parametrize("indent", ["  ", "   ", "    ", "\t"], ids=["2", "3", "4", "tab"])
@pytest.mark.parametrize("inner", ["-", "*", "+"])
@pytest.mark.parametrize(("outer", "outside"), [("-", ul), ("*", ul), ("+", ul), ("1.", ol), ("1)", ol)])
def test_a_list_in_a_list_may_be_indented_by_two_to_four_blanks_or_a_tab(outer, outside, inner, indent):
    second = {"1.": "2.", "1)": "2)"}.get(outer, outer)
    source = f"{outer} satu\n{indent}{inner} dalam\n{indent}{inner} lagi\n{second} dua"
    assert shape(source) == outside(f"satu{ul('dalam', 'lagi')}", "dua")
    assert shape(source.replace("\n", "\r\n")) == shape(source)


@pytest.mark.parametrize("indent", [2, 3, 4])
def test_bullets_below_a_number_of_two_digits_belong_to_it(indent):
    blank = " " * indent
    assert shape(f"10. a\n{blank}- b\n{blank}- c\n11. d") == f'<ol start="10"><li>a{ul("b", "c")}</li><li>d</li></ol>'


@pytest.mark.parametrize(("indent", "step"), [(2, 2), (2, 4), (3, 2), (3, 3), (4, 4)])
def test_three_levels_below_a_number(indent, step):
    source = f"1. a\n{' ' * indent}- b\n{' ' * (indent + step)}- c\n{' ' * indent}- d\n2. e"
    assert shape(source) == ol(f"a{ul('b' + ul('c'), 'd')}", "e")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("- a\n - b", ul("a", "b")),
        ("1. a\n  2. b", ol("a", "b")),
        ("1. a\n   1. b", ol(f"a{ol('b')}")),
        ("- a\n* b", ul("a") + ul("b")),
        ("- a\n1. b", ul("a") + ol("b")),
        ("1. a\n1) b", ol("a") + ol("b")),
        ("7) a\n8) b", '<ol start="7"><li>a</li><li>b</li></ol>'),
        ("- a\n  lanjut\n- b", ul("a\n  lanjut".replace("  ", ""), "b")),
        ("- a\nlanjut", ul("a\nlanjut")),
        ("- a\n\n  paragraf\n- b", ul("<p>a</p><p>paragraf</p>", "<p>b</p>")),
        ("- a\n\n- b", ul("<p>a</p>", "<p>b</p>")),
        ("- a\n  - b\n\n    c\n- d", ul(f"a{ul('<p>b</p><p>c</p>')}", "d")),
        ("- a\n\nParagraf", ul("a") + "<p>Paragraf</p>"),
        ("- a\n## Judul", ul("a") + "<h2>Judul</h2>"),
        ("- a\n---\n- b", ul("a") + "<hr>" + ul("b")),
        ("1. a\n\n   ```\n   <b>\n   ```\n2. b", ol("<p>a</p><pre><code>&lt;b&gt;\n</code></pre>", "<p>b</p>")),
        ("- a\n      kode?", ul("a\nkode?")),
        ("- > kutip", ul("<blockquote><p>kutip</p></blockquote>")),
        ("> - a\n>   - b\n> - c", f"<blockquote>{ul('a' + ul('b'), 'c')}</blockquote>"),
        ("> 1. a\n>    - b\n\nc", f"<blockquote>{ol('a' + ul('b'))}</blockquote><p>c</p>"),
        ("> kutip\n- a", f"<blockquote><p>kutip</p></blockquote>{ul('a')}"),
        ("-", "<ul><li></li></ul>"),
        ("-\n\n  a", "<ul><li></li></ul><p>a</p>"),
        ("-5 derajat", "<p>-5 derajat</p>"),
        ("\\- a", "<p>- a</p>"),
    ],
)
def test_a_list(source, expected):
    assert shape(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Teks:\n- a\n- b", f"<p>Teks:</p>{ul('a', 'b')}"),
        ("**Yang dibawa:**\n- a\n- b", f"<p><strong>Yang dibawa:</strong></p>{ul('a', 'b')}"),
        ("Teks\n1. a\n2. b", f"<p>Teks</p>{ol('a', 'b')}"),
        ("Teks\n* a", f"<p>Teks</p>{ul('a')}"),
        ("Suhu\n- 5 derajat", f"<p>Suhu</p>{ul('5 derajat')}"),
        ("Sejak\n2026. Lalu", "<p>Sejak\n2026. Lalu</p>"),
        ("Sejak\n2) Lalu", "<p>Sejak\n2) Lalu</p>"),
        ("Teks\n-", "<h2>Teks</h2>"),
        ("Teks\n1.", "<p>Teks\n1.</p>"),
        ("Teks\n    - bukan", "<p>Teks\n- bukan</p>"),
        ("Teks\n-5 derajat", "<p>Teks\n-5 derajat</p>"),
        ("1234567890. a", "<p>1234567890. a</p>"),
    ],
)
def test_what_may_begin_a_list_within_a_paragraph(source, expected):
    assert shape(source) == expected


def table(head: list[str], *rows: list[str]) -> str:
    def row(tag, cells):
        return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>"

    body = "<tbody>" + "".join(row("td", cells) for cells in rows) + "</tbody>" if rows else ""
    return f"<table><thead>{row('th', head)}</thead>{body}</table>"


GRID = "|a|b|\n|-|-|\n|1|2|"
SMALL = table(["a", "b"], ["1", "2"])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (GRID, SMALL),
        (GRID.replace("\n", "\r\n"), SMALL),
        (f"Paragraf\n{GRID}", f"<p>Paragraf</p>{SMALL}"),
        (f"Satu\nDua\n{GRID}\n\nTiga", f"<p>Satu\nDua</p>{SMALL}<p>Tiga</p>"),
        (f"## Judul\n{GRID}", f"<h2>Judul</h2>{SMALL}"),
        (f"- butir\n\n{GRID}", f"{ul('butir')}{SMALL}"),
        ("- butir\n\n  |a|b|\n  |-|-|\n  |1|2|", ul(f"<p>butir</p>{SMALL}")),
        ("> |a|b|\n> |-|-|\n> |1|2|", f"<blockquote>{SMALL}</blockquote>"),
        (f"{GRID}\n- butir", f"{SMALL}{ul('butir')}"),
        (f"{GRID}\n\nParagraf", f"{SMALL}<p>Paragraf</p>"),
        ("a | b\n- | -\n1 | 2", SMALL),
        ("a | b\n-- | --\n- 1 | 2", table(["a", "b"], ["- 1", "2"])),
        ("|a|b|\n|-|-|\n|[satu|dua](/x)|2|", table(["a", "b"], ['<a href="/x">satu|dua</a>', "2"])),
        ("|a|b|\n|-|-|\n|[satu](/x?q=1|2)|2|", table(["a", "b"], ['<a href="/x?q=1|2">satu</a>', "2"])),
        ('|a|b|\n|-|-|\n|[satu](/x "S|D")|2|', table(["a", "b"], ['<a href="/x" title="S|D">satu</a>', "2"])),
        ("|a|b|\n|-|-|\n|[satu](/x_(y|z))|2|", table(["a", "b"], ['<a href="/x_(y|z)">satu</a>', "2"])),
        ("|a|b|\n|-|-|\n|[bukan|tautan]|", table(["a", "b"], ["[bukan", "tautan]"])),
        ("|a|b|\n|-|-|\n|`x|y`|2|", table(["a", "b"], ["<code>x|y</code>", "2"])),
        ("|a|b|\n|-|-|\n|`x\\|y`|2|", table(["a", "b"], ["<code>x|y</code>", "2"])),
        ("|a|b|\n|-|-|\n|x\\|y|2|", table(["a", "b"], ["x|y", "2"])),
        ("|a|b|\n|-|-|\n|`x|2|", table(["a", "b"], ["`x", "2"])),
        ("|a|b|\n|-|-|\n|1|\n|1|2|3|", table(["a", "b"], ["1", ""], ["1", "2"])),
        ("|a|b|\n|-|\n|1|2|", "<p>|a|b|\n|-|\n|1|2|</p>"),
        ("satu | dua\ntiga", "<p>satu | dua\ntiga</p>"),
    ],
)
def test_a_table(source, expected):
    assert shape(source) == expected


def test_the_columns_of_a_table_keep_their_alignment():
    html = markdown.render("|a|b|c|\n|:-|:-:|-:|\n|1|2|3|").html
    assert [html.count(f'align="{side}"') for side in ("left", "center", "right")] == [2, 2, 2]


FOLD = "<details><summary>Rincian</summary><p>isi <strong>tebal</strong></p></details>"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<details>\n<summary>Rincian</summary>\n\nisi **tebal**\n\n</details>\n\nlanjut", f"{FOLD}<p>lanjut</p>"),
        ("<details><summary>Rincian</summary>\nisi **tebal**\n</details>\nlanjut", f"{FOLD}<p>lanjut</p>"),
        ("<details><summary>Rincian</summary>isi **tebal**</details>", FOLD),
        ("<DETAILS class=x onclick=y>\n<summary id=isi>\nRincian\n</summary>\nisi **tebal**</DETAILS>", FOLD),
        ("Teks\n<details><summary>Rincian</summary>\nisi **tebal**\n</details>", f"<p>Teks</p>{FOLD}"),
        ("<details><summary>**R**</summary>\n- a\n- b\n</details>\nc",
         f"<details><summary><strong>R</strong></summary>{ul('a', 'b')}</details><p>c</p>"),
        ("- a\n  <details><summary>Rincian</summary>\n\n  isi **tebal**\n\n  </details>\n- b", ul(f"a{FOLD}", "b")),
        ("<details><summary>A</summary>\n<details><summary>B</summary>\nb\n</details>\na\n</details>\nc",
         "<details><summary>A</summary><details><summary>B</summary><p>b</p></details><p>a</p></details><p>c</p>"),
        ("a\n\n</details>\n\nb", "<p>a</p><p>b</p>"),
        ("> <details><summary>A</summary>\n> b\n\nc", "<blockquote><details><summary>A</summary><p>b</p></details></blockquote><p>c</p>"),
        ("<details><summary>A</summary>\nb", "<details><summary>A</summary><p>b</p></details>"),
        ("`</details>` dan `<details>`", "<p><code>&lt;/details&gt;</code> dan <code>&lt;details&gt;</code></p>"),
        ("```\n<details>\n```", "<pre><code>&lt;details&gt;\n</code></pre>"),
    ],
)  # fmt: skip
def test_a_fold_keeps_its_markdown_and_ends_where_it_should(source, expected):
    assert shape(source) == expected


def test_a_fold_may_be_open():
    assert '<details open="">' in markdown.render("<details open>\n<summary>A</summary>\nb\n</details>").html


@pytest.mark.parametrize("source", ["<details>" * 40, "</details>" * 40, "<details></summary>" * 20, "<summary>" * 40, "- <details>\n" * 40,
                                    "<details><summary>", "</summary></details></div></main>", "> <details>\n</details>\n"])  # fmt: skip
def test_unbalanced_folds_never_break_out_of_the_page(source):
    html = markdown.render(f"{source}\n\nakhir").html
    opened = re.findall(r"<(/?)(details|summary|li|ul|blockquote|p)\b", html)
    depth = 0
    for end, _tag in opened:
        depth += -1 if end else 1
        assert depth >= 0
    assert depth == 0 and "akhir" in html


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("#Tagar", "<p>#Tagar</p>"),
        ("## Judul ##", "<h2>Judul</h2>"),
        ("Teks\n## Judul\nlagi", "<p>Teks</p><h2>Judul</h2><p>lagi</p>"),
        ("~~~\n- a\n~~~", "<pre><code>- a\n</code></pre>"),
        ("Teks\n```\nkode\n```\nlagi", "<p>Teks</p><pre><code>kode\n</code></pre><p>lagi</p>"),
        ("```\ntidak ditutup", "<pre><code>tidak ditutup\n</code></pre>"),
        ("    kode\n\n    lagi", "<pre><code>kode\n\nlagi\n</code></pre>"),
        ("Istilah\n:   arti\n\n    lanjut", "<dl><dt>Istilah</dt><dd><p>arti</p><p>lanjut</p></dd></dl>"),
        ("Istilah\n: satu\n: dua\n\nLain\n: tiga", "<dl><dt>Istilah</dt><dd>satu</dd><dd>dua</dd><dt>Lain</dt><dd>tiga</dd></dl>"),
        ("Istilah\n\n: arti", "<dl><dt>Istilah</dt><dd><p>arti</p></dd></dl>"),
        ("[a]\n\n[a]: /x", '<p><a href="/x">a</a></p>'),
    ],
)
def test_other_blocks(source, expected):
    assert shape(source) == expected


def test_footnotes_of_several_paragraphs_and_in_a_row():
    html = shape("a[^1] b[^2]\n\n[^1]: satu\n    dua\n\n    - tiga\n[^2]: empat\n\nakhir")
    assert "<p>akhir</p>" in html and "<p>satu\ndua</p><ul><li>tiga</li></ul>" in html and "<p>empat" in html


@pytest.mark.parametrize("hidden", ["<!-- rahasia", "<textarea>", "teks <title>", "teks <script>", "teks <style>", "<div><!--", "<script>"])
def test_raw_html_without_an_end_hides_nothing_that_follows(hidden):
    assert "<h2" in markdown.render(f"{hidden}\n\n## Sesudah\n\nkata").html
