"""What is worked out of a markdown text once, at save, and stored beside it: its HTML, its words and whatever its room reads of it.

It remembers by what it was made, and is made anew when that has changed.
"""

import hashlib
import re
from importlib.metadata import version
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import String, Text, select, update
from sqlalchemy.orm import Mapped, mapped_column, validates

from kb.core import blocks, excess, markdown
from kb.core.db import db, let_go, reading

BATCH = 50


def _renderer() -> str:
    """A short name of all that decides what HTML becomes of a text, so that nobody has to remember to raise a number."""
    made_of = [Path(module.__file__).read_bytes() for module in (markdown, blocks, excess)]
    return digest(*made_of, *(version(name).encode() for name in ("markdown", "pymdown-extensions", "nh3")))


def digest(*made_of: bytes) -> str:
    """A short name of all that decides what is stored with a text; it fits into `rendered_by`."""
    return hashlib.sha256(b"\0".join(made_of)).hexdigest()[:12]


RENDERER = _renderer()


class Rendered:
    """A table with markdown (`body`), its HTML and the words of that, some with a table of contents (`toc`).

    `rendered_by`: what made them, as `made_by` was named then.
    """

    made_by: ClassVar[str] = RENDERER
    html: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, default="", server_default="")
    rendered_by: Mapped[str] = mapped_column(String(12), default="", server_default="")

    @classmethod
    def derived(cls, html: str) -> dict[str, Any]:
        """The columns that are worked out of the HTML; a room adds what it reads again and again."""
        return {"words": markdown.to_text(html), "rendered_by": cls.made_by}

    @classmethod
    def prepare(cls, body: str | None) -> None:
        """Work out what a service will save in a moment, so that nobody waits for it to write; tell the writer what will not be shown.

        Ends the transaction.
        """
        markdown.prepare(body)
        cls.work_out(body)

    @classmethod
    def work_out(cls, body: str | None) -> None:
        """The same, and nobody is told. Ends the transaction."""
        cls.derived(markdown.apart(body).html)

    @validates("html")
    def _derive(self, _name: str, html: str) -> str:
        for name, value in self.derived(html).items():
            setattr(self, name, value)
        return html


def render_anew() -> tuple[int, bool]:
    """Make anew what something else made than today's code, in batches: how many there were, and whether any of their words changed.

    Nothing is worked out while the database is kept from others. Ended in the middle, it goes on where it was; a text that
    somebody changes meanwhile is theirs.
    """
    count, reworded = 0, False
    for model in Rendered.__subclasses__():
        last = 0
        while rows := _outdated(model, last):
            made = [(row, _values(model, markdown.render(row.body))) for row in rows]
            for row, values in made:
                same = (model.id == row.id, model.body == row.body, model.rendered_by != model.made_by)
                db.session.execute(update(model).where(*same).values(values).execution_options(synchronize_session=False))
            db.session.commit()
            count, last = count + len(rows), rows[-1].id
            reworded = reworded or any(_words(row.html) != _words(values["html"]) for row, values in made)
    return count, reworded


def _outdated(model: type[Rendered], after: int) -> list[Any]:
    """Read in a transaction of its own, which is over when they are rendered."""
    let_go()
    reading()
    query = select(model.id, model.body, model.html).where(model.rendered_by != model.made_by, model.id > after).order_by(model.id)
    rows = list(db.session.execute(query.limit(BATCH)))
    let_go()
    return rows


def _values(model: type[Rendered], made: markdown.Rendered) -> dict[str, Any]:
    values = {"html": made.html, **model.derived(made.html)}
    return values | {"toc": [list(entry) for entry in made.toc]} if hasattr(model, "toc") else values


def _words(html: str) -> list[str]:
    return re.findall(r"\w+", markdown.to_text(html))
