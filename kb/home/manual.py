"""The help pages: markdown files in content/bantuan, read once."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.core import content, markdown


@dataclass(frozen=True)
class HelpPage:
    """A help page, ready to show."""

    name: str
    title: str
    summary: str
    order: int
    html: str
    toc: tuple


@cache
def pages(folder: str) -> dict[str, HelpPage]:
    """All help pages below a folder by name, in their order. Raises BadContent: a broken help page is a defect of ours."""
    found = [_read(path) for path in Path(folder, "bantuan").glob("*.md")]
    return {page.name: page for page in sorted(found, key=lambda page: (page.order, page.title))}


def _read(path: Path) -> HelpPage:
    file = content.read(path)
    rendered = markdown.render(file.body)
    meta = file.meta
    return HelpPage(path.stem, meta["title"], meta.get("summary", ""), meta.get("order", 99), rendered.html, rendered.toc)
