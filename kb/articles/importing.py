"""Articles from content files. Safe to run again: an unchanged file changes nothing, a changed one becomes a new revision, and
what people changed in the browser is never overwritten."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from kb.articles import queries, service
from kb.articles.forms import BODY_MAX, SOURCE_MAX, SUMMARY_MAX, TITLE_MAX
from kb.articles.models import VISIBILITIES, Article
from kb.articles.service import MOST_ABOUT, Content
from kb.core.cleaning import clean, clean_line
from kb.core.content import CHANGED, NEW, SAME, SKIPPED, BadContent, ContentFile
from kb.core.errors import Invalid
from kb.core.markdown import slug
from kb.core.viewer import ANONYMOUS
from kb.instruments import loader
from kb.offices import queries as offices

KEYS = {"key", "title", "summary", "office", "about", "indicators", "visibility", "published_on", "source"}


def import_content(file: ContentFile) -> str:
    """Bring one file into the library; returns its outcome. Raises BadContent with the line at fault."""
    content, office, published_on = _read(file)
    article = _article_of(file)
    if article is not None and _known(article) == (_unordered(content), office.id, published_on):
        return SAME
    Article.work_out(content.body)
    article = _article_of(file)  # others may have written meanwhile
    if article is None:
        article = service.create(content, ANONYMOUS, _slug_of(file), office.id, published_on)
        service.publish(article, ANONYMOUS, by_import=True)
        article.import_key, article.imported_version = file.key, article.version
        return NEW
    if article.office_id != office.id and article.import_key != file.key:
        raise file.bad("office", "artikel dengan alamat ini milik instansi lain")
    if article.imported_version != article.version:
        return SKIPPED
    article.published_on = published_on
    if article.office_id != office.id:
        service.hand_to(article, office.id)
    try:
        service.edit(article, content, ANONYMOUS, article.version, "Impor berkas", by_import=True)
    except Invalid as refusal:
        raise file.bad(refusal.field, refusal.message) from refusal
    article.imported_version = article.version
    return CHANGED


def _known(article: Article) -> tuple[Content, int, date | None]:
    return _unordered(service.content_of(article)), article.office_id, article.published_on


def _unordered(content: Content) -> Content:
    """Indicators have no order: a file that lists them in another one has no news."""
    return replace(content, indicators=tuple(sorted(content.indicators)))


def _article_of(file: ContentFile) -> Article | None:
    """The article that came from this file, or else the one that has or had the address the file would take."""
    return queries.by_import_key(file.key) or queries.by_slug(_slug_of(file)) or queries.moved_to(_slug_of(file))


def _slug_of(file: ContentFile) -> str:
    return slug(file.path.stem)


def _read(file: ContentFile):
    for key in file.meta:
        if key not in KEYS:
            raise file.bad(str(key), "kunci ini tidak dikenal")
    content = Content(
        title=text(file, "title", TITLE_MAX),
        summary=text(file, "summary", SUMMARY_MAX),
        body=body(file, BODY_MAX),
        indicators=indicators(file),
        visibility=choice(file, "visibility", VISIBILITIES, "publik"),
        source=text(file, "source", SOURCE_MAX, required=False),
        about=about(file),
    )
    return content, office(file, "office"), day(file, "published_on")


def text(file: ContentFile, key: str, longest: int, required: bool = True) -> str:
    """A text of the front matter; a list is joined. Raises BadContent."""
    value: Any = file.meta.get(key, "")
    if isinstance(value, list):
        value = "; ".join(str(part) for part in value)
    if not isinstance(value, str):
        raise file.bad(key, "harus berupa teks")
    value = clean_line(value) or ""
    if required and not value:
        raise file.bad(key, "wajib diisi")
    if len(value) > longest:
        raise file.bad(key, f"paling banyak {longest} karakter, bukan {len(value)}")
    return value


def body(file: ContentFile, longest: int) -> str:
    """The markdown below the front matter. Raises BadContent."""
    value = clean(file.body) or ""
    if not value:
        raise BadContent("isi kosong", max(file.lines.values(), default=1) + 1)
    if len(value) > longest:
        raise BadContent(f"isi lebih dari {longest} karakter", 1)
    return value


def indicators(file: ContentFile) -> tuple[str, ...]:
    """The indicator codes. Raises BadContent for an unknown one."""
    value = file.meta.get("indicators") or []
    if not isinstance(value, list):
        raise file.bad("indicators", "harus berupa daftar, misalnya [spbe-2020/12]")
    for code in value:
        try:
            loader.indicator(str(code))
        except loader.UnknownIndicator:
            raise file.bad("indicators", f"indikator {code!r} tidak dikenal") from None
    return tuple(dict.fromkeys(str(code) for code in value))


def about(file: ContentFile) -> tuple[int, ...]:
    """The ids of the offices an article is about, by their region codes. Raises BadContent."""
    value = file.meta.get("about") or []
    if not isinstance(value, list):
        raise file.bad("about", 'harus berupa daftar kode wilayah, misalnya ["18.11", "18.10"]')
    if len(value) > MOST_ABOUT:
        raise file.bad("about", f"paling banyak {MOST_ABOUT} instansi, bukan {len(value)}")
    codes = [_region_code(code) for code in value]
    found = offices.ids_by_code(codes)
    for code in codes:
        if code not in found:
            raise file.bad("about", f"wilayah {code!r} tidak dikenal")
    return tuple(dict.fromkeys(found[code] for code in codes))


def _region_code(value: Any) -> str:
    """Without quotes YAML reads 18.10 as a number; a code below a province always has two digits behind the point."""
    return f"{value:05.2f}" if isinstance(value, float) else str(value)


def choice(file: ContentFile, key: str, allowed: tuple[str, ...], default: str) -> str:
    """One of a few words. Raises BadContent."""
    value = file.meta.get(key, default)
    if value not in allowed:
        raise file.bad(key, f"harus salah satu dari {', '.join(allowed)}, bukan {value!r}")
    return value


def office(file: ContentFile, key: str):
    """The office of a region code, or the editorial office. Raises BadContent."""
    code = file.meta.get(key)
    if not isinstance(code, str):
        raise file.bad(key, 'harus kode wilayah dalam tanda kutip, misalnya "18.11", atau redaksi')
    found = offices.by_code(code)
    if found is None:
        raise file.bad(key, f"wilayah {code!r} tidak dikenal")
    return found


def day(file: ContentFile, key: str) -> date:
    """A calendar day. Raises BadContent."""
    value = file.meta.get(key)
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        raise file.bad(key, f"harus tanggal seperti 2026-11-23, bukan {value!r}")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise file.bad(key, f"tanggal {value!r} tidak ada di kalender") from None
