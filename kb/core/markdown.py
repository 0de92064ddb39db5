"""Markdown is the record; HTML is made once, at save. The only place that returns Markup.

Python-Markdown makes the HTML, nh3 (ammonia) takes out whatever is not on the list below: scripts, styles, event handlers,
`javascript:` in any spelling. Headings start at h2, since the page's title is its h1: a text that uses `#` is moved down by one.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import markdown
import nh3
from flask import flash
from markupsafe import Markup, escape

from kb.core import blocks, excess
from kb.core.cleaning import plain_ends
from kb.core.db import let_go, reading, takes_time
from kb.core.remembered import Remembered

EXTENSIONS = [
    "footnotes", "abbr", "toc",
    "pymdownx.tilde", "pymdownx.tasklist", "pymdownx.magiclink", "pymdownx.betterem",
]  # fmt: skip
OPTIONS = {
    "toc": {"toc_depth": "2-3", "slugify": lambda text, sep: "bagian-" + _slug(text, sep)},
    # Subscript by a single ~ looks through the rest of the paragraph for each of them.
    "pymdownx.tilde": {"subscript": False},
    "footnotes": {"BACKLINK_TITLE": "Kembali ke catatan kaki %d dalam teks", "UNIQUE_IDS": False},
}

TAGS = {
    "a", "abbr", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h2", "h3", "h4", "h5", "h6", "hr", "img",
    "input", "li", "ol", "p", "pre", "strong", "sub", "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "title", "class", "id"},
    "abbr": {"title"},
    "details": {"open"},
    "div": {"class"},
    "img": {"src", "alt", "title"},
    "input": {"type", "checked", "disabled"},
    "li": {"id", "class"},
    "ol": {"start"},
    "sup": {"id"},
    "td": {"align"},
    "th": {"align"},
    **{f"h{level}": {"id"} for level in range(2, 7)},
}
CLASSES = {"a": {"footnote-ref", "footnote-backref"}, "div": {"footnote"}, "li": {"task-list-item"}}
SCHEMES = {"http", "https", "mailto", "tel"}
REL = "noopener nofollow"
# From the moment it is prepared to that in which it is saved, and while its writer tries it; then it is stored.
_texts = Remembered(1_000_000)
# Raw tags after which a browser takes what follows for something else than HTML: they are shown as typed. So are those that hide all
# that follows, where their end is missing.
SWALLOWING = re.compile(
    r"<(?=/?(?:textarea|title|iframe|noframes|noembed|noscript|xmp|plaintext|select|svg|math|template|frameset)\b)", re.I
)
HIDING = (("<script", "</script"), ("<style", "</style"), ("<!--", "-->"))
OPENING = re.compile(r"<([a-zA-Z][\w-]*)")
EMPTY = re.compile(r"<p>\s*</p>\n?")
BLOCK_EDGE = re.compile(r"</(?:p|li|h\d|td|th|tr|dt|dd|pre|blockquote|summary)>|<br>|(?=<(?:ul|ol|dl|pre|blockquote|table|details)\b)")
BACKLINK = re.compile(r'<a class="footnote-backref"[^<>]*>[^<]*</a>')
ANY_TAG = re.compile(r"<[^<>]*>")
# What nh3 returns: attributes in double quotes.
TICK = re.compile(r'<input(?: [\w-]+="[^"]*")*>')
NAMELESS = re.compile(r'<th((?: [\w-]+="[^"]*")*)>\s*</th>')
PICTURE = re.compile(r'<a(?: [\w-]+="[^"]*")*>|</a>|<img(?P<picture>(?: [\w-]+="[^"]*")*)>')
ATTRIBUTE = re.compile(r'(?<![\w-])([\w-]+)="([^"]*)"')
# Our files, written as we write them: a browser fetches every picture, and must not be made to open a page of ours, nor of others
# (it leaves control characters out of an address, takes "\\" for "/", and resolves "..").
OWN = re.compile(r"/(?:static(?:/\w[\w.-]*)+|kunjungan/[1-9]\d*/foto/[1-9]\d*)(?:\?[\w.=&-]*)?", re.ASCII)
FOREIGN = re.compile(r"(?:https?:)?//", re.I)
# Ids that our own pages never use, so that a text cannot take the place of a part of the page.
ID = re.compile(r"^(bagian-[\w-]*|fn(ref)?\d*:[\w.-]+)$")


@dataclass(frozen=True)
class Rendered:
    """HTML ready to show, its table of contents as (level, id, text), and what its writer should know of it."""

    html: str
    toc: tuple[tuple[int, str, str], ...] = ()
    remarks: tuple[str, ...] = ()


@lru_cache(maxsize=8)
def render(source: str) -> Rendered:
    """Turn markdown into harmless HTML with headings from h2 down. A text that asks too much is shown as it was typed."""
    takes_time("rendering")
    source = plain_ends(source)
    if excess.in_text(source):
        return _as_typed(source)
    try:
        return _render(source)
    except RecursionError:  # lists within lists within lists
        return _as_typed(source)


def _as_typed(source: str) -> Rendered:
    paragraphs = re.split(r"\n\s*\n", source.strip())
    return Rendered("\n".join(f"<p>{str(escape(text)).replace(chr(10), '<br>' + chr(10))}</p>" for text in paragraphs))


def _render(source: str) -> Rendered:
    parser, dirty = _convert(source, top=1)
    if "<h1" in dirty:
        parser, dirty = _convert(source, top=2)
    toc = tuple((level, anchor, text) for level, anchor, text in _headings(parser.toc_tokens))
    html, pictures = _without_foreign_pictures(_clean(_unhidden(dirty)))
    return Rendered(_name_pictures(_reachable(EMPTY.sub("", html))), toc, _remarks(pictures, dirty))


def _convert(source: str, top: int) -> tuple[markdown.Markdown, str]:
    options = {**OPTIONS, "toc": {**OPTIONS["toc"], "baselevel": top}}
    parser = markdown.Markdown(extensions=EXTENSIONS, extension_configs=options, output_format="html")
    blocks.extend(parser)
    excess.extend(parser)
    return parser, parser.convert(source)


def apart(source: str | None) -> Rendered:
    """Render while nobody waits to write. Ends the transaction."""
    let_go()
    return render(source or "")


def prepare(source: str | None) -> None:
    """Render what a service will render in a moment, so that nobody waits for it to write; tell the writer what will not be shown.

    Ends the transaction.
    """
    for remark in apart(source).remarks:
        flash(remark, "wait")


def preview(source: str | None, longest: int) -> Markup:
    """What a text would look like, below what will not be shown of it. Ends the transaction, and goes on in one that only reads."""
    rendered = apart((source or "")[:longest])
    reading()
    told = [Markup('<p class="notice wait">{}</p>').format(remark) for remark in rendered.remarks]
    return Markup("").join([*told, Markup(rendered.html)])


def to_html(source: str) -> Markup:
    """Markdown as Markup, for short texts that are not stored as HTML."""
    return Markup(render(source).html)


def trusted(html: str) -> Markup:
    """HTML that `render` made earlier and that was stored."""
    return Markup(html)


def to_text(html: str) -> str:
    """The words of rendered HTML, for the search; blocks stand on lines of their own. Stored with each text (`rendering.py`)."""
    return _texts.get((html,), lambda: words_of(html), len)


def words_of(html: str) -> str:
    """The same, not remembered: for a piece of a text."""
    takes_time("the words of a text")
    spaced = BACKLINK.sub("", BLOCK_EDGE.sub("\n", html))
    text = Markup(ANY_TAG.sub("", spaced)).unescape()
    return "\n".join(line for line in map(str.strip, text.split("\n")) if line)


def _unhidden(dirty: str) -> str:
    """HTML in which no raw tag takes the rest of a text away from its readers."""
    lowered = dirty.lower()
    for begin, end in HIDING:
        if lowered.rfind(begin) > lowered.rfind(end):
            dirty = re.sub(f"<(?={begin[1:]})", "&lt;", dirty, flags=re.I)
    return SWALLOWING.sub("&lt;", dirty)


def _clean(dirty: str) -> str:
    return nh3.clean(
        dirty,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes=SCHEMES,
        link_rel=REL,
        strip_comments=True,
    )


def _attribute(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "id":
        return value if ID.match(value) else None
    if attribute == "class":
        kept = [name for name in value.split() if name in CLASSES.get(tag, ())]
        return " ".join(kept) or None
    if tag == "input" and attribute == "type":
        return "checkbox" if value == "checkbox" else None
    return value


def _reachable(html: str) -> str:
    """Tables and code wider than a phone scroll inside boxes of their own, which the keyboard reaches. A screen reader is told whether a
    box is ticked, and of no heading that says nothing. Only boxes of lists are boxes: nobody types into a text."""
    html = html.replace("<table>", '<div class="table-scroll" tabindex="0" role="group" aria-label="Tabel"><table class="table">')
    html = html.replace("</table>", "</table></div>").replace("<pre>", '<pre tabindex="0">')
    return TICK.sub(_tick, NAMELESS.sub(r"<td\1></td>", html))


def _tick(match: re.Match) -> str:
    if 'type="checkbox"' not in match[0] or "disabled=" not in match[0]:
        return ""
    state, word = (" checked", "sudah") if "checked=" in match[0] else ("", "belum")
    return f'<input type="checkbox" disabled{state} aria-label="{word}">'


def _without_foreign_pictures(html: str) -> tuple[str, list[str]]:
    """Cleaned HTML with the pictures of other sites as links, and their addresses: loading one would tell that site who reads."""
    found: list[str] = []
    inside_link = False

    def shown(match: re.Match) -> str:
        nonlocal inside_link
        if match["picture"] is None:
            inside_link = match[0] != "</a>"
            return match[0]
        attributes = {name: Markup(value).unescape() for name, value in ATTRIBUTE.findall(match["picture"])}
        address, words = attributes.get("src", ""), " ".join(attributes.get("alt", "").split())
        if OWN.fullmatch(address):
            return match[0]
        found.append(address)
        label = escape(f"Gambar: {words}" if words else "Gambar")
        if inside_link or not FOREIGN.match(address):
            return str(label)
        return f'<a href="{escape(address)}" rel="{REL}">{label}</a>'

    return PICTURE.sub(shown, html), found


def _remarks(pictures: list[str], dirty: str) -> tuple[str, ...]:
    """What a writer should know: pictures that are not shown, and HTML that is not used."""
    foreign = [address for address in pictures if FOREIGN.match(address)]
    others = [address or "gambar tertanam" for address in pictures if not FOREIGN.match(address)]
    tags = dict.fromkeys(f"<{name.lower()}>" for name in OPENING.findall(dirty) if name.lower() not in TAGS | {"h1"})
    remarks = []
    if foreign:
        remarks.append(f"{len(foreign)} gambar dari situs lain tidak ditampilkan: {_few(foreign)}. Pembaca melihat tautannya.")
    if others:
        remarks.append(f"{len(others)} gambar tidak ditampilkan karena tidak ada di sini: {_few(others)}. Pembaca melihat keterangannya.")
    if tags:
        remarks.append(f"Kode HTML yang tidak dipakai: {_few(list(tags))}.")
    return tuple(remarks)


def _few(names: list[str]) -> str:
    """The first few names, none of them long: they travel in a cookie."""
    few = ", ".join(name if len(name) <= 80 else f"{name[:79]}…" for name in names[:5])
    return f"{few}, dan {len(names) - 5} lainnya" if len(names) > 5 else few


def _name_pictures(html: str) -> str:
    """Without alt text a screen reader would read a picture's address aloud. Each is loaded when it comes into sight."""
    return re.sub(r'<img(?![^<>]*\salt=")', '<img alt=""', html).replace("<img ", '<img loading="lazy" ')


def _headings(tokens, level: int = 2):
    for token in tokens:
        yield token["level"], token["id"], Markup(token["name"]).striptags()
        yield from _headings(token["children"], level + 1)


@lru_cache(maxsize=1024)
def _slug(text: str, separator: str = "-") -> str:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return separator.join(words)[:80] or "isi"


def slug(title: str) -> str:
    """A title as it stands in an address: lower case, words joined by hyphens, at most 80 characters."""
    return _slug(title).strip("-")


def mark(text: str, spans: list[tuple[int, int]]) -> Markup:
    """Plain text with the given character spans in <mark>; everything else is escaped."""
    parts, at = [], 0
    for start, end in spans:
        parts += [escape(text[at:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        at = end
    return Markup("").join([*parts, escape(text[at:])])
