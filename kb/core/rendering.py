"""HTML that is stored beside its markdown: by which renderer it was made, and how it is made anew when the renderer has changed."""

import hashlib
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlalchemy import String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column, validates

from kb.core import blocks, excess, markdown
from kb.core.db import db, let_go, reading

BATCH = 50


def _renderer() -> str:
    """A short name of all that decides what HTML becomes of a text, so that nobody has to remember to raise a number."""
    made_of = [Path(module.__file__).read_bytes() for module in (markdown, blocks, excess)]
    made_of += [version(name).encode() for name in ("markdown", "pymdown-extensions", "nh3")]
    return hashlib.sha256(b"\0".join(made_of)).hexdigest()[:12]


RENDERER = _renderer()


class Rendered:
    """A table with markdown (`body`) and its HTML, some with a table of contents (`toc`). `rendered_by`: the renderer of the HTML."""

    html: Mapped[str] = mapped_column(Text)
    rendered_by: Mapped[str] = mapped_column(String(12), default="", server_default="")

    @validates("html")
    def _remember_renderer(self, _name: str, html: str) -> str:
        self.rendered_by = RENDERER
        return html


def render_anew() -> tuple[int, bool]:
    """Make the HTML anew that another renderer made, in batches: how many there were, and whether any of their words changed.

    Nothing is rendered while the database is kept from others. Ended in the middle, it goes on where it was; a text that
    somebody changes meanwhile is theirs.
    """
    count, reworded = 0, False
    for model in Rendered.__subclasses__():
        last = 0
        while rows := _outdated(model, last):
            made = [(row, _values(model, row.body)) for row in rows]
            for row, values in made:
                same = (model.id == row.id, model.body == row.body, model.rendered_by != RENDERER)
                db.session.execute(update(model).where(*same).values(values).execution_options(synchronize_session=False))
            db.session.commit()
            count, last = count + len(rows), rows[-1].id
            reworded = reworded or any(_words(row.html) != _words(values["html"]) for row, values in made)
    return count, reworded


def _outdated(model: type[Rendered], after: int) -> list[Any]:
    """Read in a transaction of its own, which is over when they are rendered."""
    let_go()
    reading()
    query = select(model.id, model.body, model.html).where(model.rendered_by != RENDERER, model.id > after).order_by(model.id)
    rows = list(db.session.execute(query.limit(BATCH)))
    let_go()
    return rows


def _values(model: type[Rendered], body: str) -> dict[str, Any]:
    made = markdown.render(body)
    values = {"html": made.html, "rendered_by": RENDERER}
    return values | {"toc": [list(entry) for entry in made.toc]} if hasattr(model, "toc") else values


def _words(html: str) -> list[str]:
    return re.findall(r"\w+", markdown.to_text(html))
