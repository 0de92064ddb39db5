"""Which offices are called strong ("kuat") on an indicator, and what that rests on: the one rule, wherever the word stands.

No result per indicator is published for any office. So an office is strong when something of its own about the indicator stands here (an
article it wrote, an answer of its that was accepted, a visit it hosted) and its latest published index, where one is known, is at least
"Baik" by the grades of its instrument. What others wrote about it is a reference, never a claim of its own.
"""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Select, func, literal, select, union_all

from kb.articles import policy as article_policy
from kb.articles.models import Article, ArticleAbout, ArticleIndicator
from kb.core.db import db
from kb.core.viewer import Viewer
from kb.notes import policy as note_policy
from kb.notes.models import Note, NoteIndicator
from kb.offices import queries as office_queries
from kb.offices.models import IndexValue, Office
from kb.questions import queries as questions

SHOWN = 6


@dataclass(frozen=True)
class Strength:
    """An office with what it has shown of one indicator itself. `index` is its latest published value, if any."""

    office: Office
    articles: int
    notes: int
    accepted: int
    index: IndexValue | None

    @property
    def is_strong(self) -> bool:
        return self.index is None or office_queries.is_good(self.index)

    @property
    def own(self) -> str:
        """What of its own it rests on."""
        said = ((self.articles, "artikel"), (self.notes, "catatan kunjungan"), (self.accepted, "jawaban diterima"))
        return ", ".join(f"{count} {what}" for count, what in said if count)

    @property
    def measured(self) -> str:
        """The value it rests on: of which instrument, year and kind."""
        if self.index is None:
            return "indeks belum diketahui"
        value = self.index.published_as.replace(".", ",")
        name = office_queries.instrument_name(self.index.instrument_id)
        return f"{name} {value} ({', '.join(filter(None, (self.index.grade, str(self.index.year), self.index.kind)))})"


@dataclass(frozen=True)
class Standing:
    """Who is strong on an indicator; who has shown something but has an index below "Baik"; of whom others wrote, and how much."""

    strong: list[Strength]
    others: list[Strength]
    references: list[tuple[Office, int]]


def standing(code: str, viewer: Viewer) -> Standing:
    """What can be said of offices on the indicator, the best first; counts only what the viewer may see."""
    codes = (code,)
    own = {"articles": _wrote(codes, viewer), "notes": _hosted(codes, viewer), "accepted": questions.accepted_answers(codes, viewer)}
    counts = _counted({**own, "references": _written_by_others(codes, viewer)})
    offices = _governments({ident for counter in counts.values() for ident in counter})
    values = office_queries.latest_values([office.id for office in offices])
    shown = [
        Strength(office, *(counts[kind][office.id] for kind in own), values.get(office.id))
        for office in offices
        if any(office.id in counts[kind] for kind in own)
    ]
    references = [(office, counts["references"][office.id]) for office in offices if office.id in counts["references"]]
    return Standing(
        sorted((found for found in shown if found.is_strong), key=_rank)[:SHOWN],
        sorted((found for found in shown if not found.is_strong), key=_rank)[:SHOWN],
        sorted(references, key=lambda row: (-row[1], row[0].name))[:SHOWN],
    )


def _rank(strength: Strength):
    value = strength.index.value if strength.index else 0
    return (-strength.articles, -strength.accepted, -value, -strength.notes, strength.office.name)


def practice(codes: tuple[str, ...], viewer: Viewer) -> dict[int, tuple[int, int]]:
    """Articles an office wrote and visits it hosted about any of these indicators, as far as the viewer may see them, by office."""
    counts = _counted({"articles": _wrote(codes, viewer), "notes": _hosted(codes, viewer)})
    written, hosted = counts["articles"], counts["notes"]
    return {office_id: (written[office_id], hosted[office_id]) for office_id in {*written, *hosted}}


def _counted(queries: dict[str, Select]) -> dict[str, Counter]:
    """For each kind, how many by office, in one statement; a query gives offices and numbers."""
    found: dict[str, Counter] = {kind: Counter() for kind in queries}
    parts = [query.add_columns(literal(kind)) for kind, query in queries.items()]
    for office_id, count, kind in db.session.execute(union_all(*parts)):
        found[kind][office_id] = count
    return found


def _wrote(codes: tuple[str, ...], viewer: Viewer) -> Select:
    return (
        select(Article.office_id, func.count(Article.id.distinct()))
        .join(ArticleIndicator, ArticleIndicator.article_id == Article.id)
        .where(ArticleIndicator.code.in_(codes), Article.status == "published", article_policy.visible_to(viewer))
        .group_by(Article.office_id)
    )


def _written_by_others(codes: tuple[str, ...], viewer: Viewer) -> Select:
    return (
        select(ArticleAbout.office_id, func.count(Article.id.distinct()))
        .join(Article, Article.id == ArticleAbout.article_id)
        .join(ArticleIndicator, ArticleIndicator.article_id == Article.id)
        .where(ArticleIndicator.code.in_(codes), Article.office_id != ArticleAbout.office_id)
        .where(Article.status == "published", article_policy.visible_to(viewer))
        .group_by(ArticleAbout.office_id)
    )


def _hosted(codes: tuple[str, ...], viewer: Viewer) -> Select:
    return (
        select(Note.host_id, func.count(Note.id.distinct()))
        .join(NoteIndicator, NoteIndicator.note_id == Note.id)
        .where(NoteIndicator.code.in_(codes), Note.status == "published", note_policy.visible_to(viewer))
        .group_by(Note.host_id)
    )


def _governments(ids: set[int]) -> list[Office]:
    if not ids:
        return []
    return list(db.session.scalars(select(Office).where(Office.id.in_(ids), Office.kind != "redaksi")))
