"""Which offices are asked to answer, and why them. Pure: the evidence is handed in.

No result per indicator is published for any office, so what an office has shown of the indicators here counts most: articles, notes of
visits it received, answers that were accepted; then its published index, if that is at least "Baik". Who already has many questions
waiting steps back. A lower index is no reason to ask anybody.

Likely to know, and told when a question waits long, is an office that has shown anything of the indicators, or whose latest published
index is "Sangat Baik" or better. An office of which neither is known is not. That is no claim of strength (see `home/strength`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kb.core.pages import angka
from kb.instruments import loader, scoring

# Points for each; more than MOST of a kind show no more than MOST.
ARTICLE, NOTE, ACCEPTED, ANSWER, WAITING = 3, 2, 3, 1, -2
MOST = 3
PROPOSED = 3
# What an index must be called to be a reason to invite an office, and to tell it without any other reason.
GOOD, VERY_GOOD = "Baik", "Sangat Baik"


@dataclass(frozen=True)
class Evidence:
    """What speaks for an office: counts about the question's indicators, its latest published SPBE index, what it has to answer already.

    `published_grade` is what the source of the index calls it, where it says so.
    """

    office_id: int
    articles: int = 0
    notes: int = 0
    accepted: int = 0
    answers: int = 0
    index: Decimal | None = None
    index_year: int | None = None
    published_grade: str | None = None
    waiting: int = 0

    @property
    def has_shown(self) -> bool:
        """Has the office shown anything about these indicators?"""
        return bool(self.articles or self.notes or self.accepted or self.answers)

    @property
    def grade(self) -> str | None:
        """What its index is called: as published, else by its value."""
        computed = None if self.index is None else scoring.grade_of(loader.default_instrument(), self.index).name
        return self.published_grade or computed

    def is_graded(self, grade: str) -> bool:
        """Is its index of this grade or a better one?"""
        return scoring.is_at_least(loader.default_instrument(), self.grade, grade)

    @property
    def is_likely(self) -> bool:
        return self.has_shown or self.is_graded(VERY_GOOD)

    @property
    def points(self) -> Decimal:
        shown = (
            ARTICLE * min(self.articles, MOST)
            + NOTE * min(self.notes, MOST)
            + ACCEPTED * min(self.accepted, MOST)
            + ANSWER * min(self.answers, MOST)
            + WAITING * min(self.waiting, MOST)
        )
        return shown + (self.index if self.index is not None and self.is_graded(GOOD) else Decimal(0))


@dataclass(frozen=True)
class Proposal:
    """An office and the reasons, as sentences for the screen."""

    office_id: int
    reasons: tuple[str, ...]

    @property
    def reason(self) -> str:
        return "; ".join(self.reasons)


def best(evidence: Iterable[Evidence], excluded: Iterable[int] = (), limit: int | None = PROPOSED) -> list[Proposal]:
    """The most likely offices first, at most `limit` (None: all); those of whom nothing at all is known are not proposed."""
    known = [found for found in evidence if found.office_id not in set(excluded) and (found.has_shown or found.is_graded(GOOD))]
    ranked = sorted(known, key=lambda found: (-found.points, found.office_id))
    return [Proposal(found.office_id, reasons(found)) for found in ranked[:limit]]


def likely(evidence: Iterable[Evidence], excluded: Iterable[int] = ()) -> list[int]:
    """All offices that are likely to know, the most likely first."""
    return [proposal.office_id for proposal in best((found for found in evidence if found.is_likely), excluded, limit=None)]


def _measured(found: Evidence) -> str:
    """The published index: of which instrument and year, and what it is called."""
    if found.index is None:
        return ""
    instrument = loader.default_instrument()
    name = instrument.short_name[0].lower() + instrument.short_name[1:]
    return f"{name} {instrument.id.rpartition('-')[2]}: {angka(found.index, 2)} ({found.grade}, {found.index_year})"


def reasons(found: Evidence) -> tuple[str, ...]:
    """Why this office, in words."""
    said = (
        (found.articles, f"{found.articles} artikel tentang indikator ini"),
        (found.notes, f"menerima {found.notes} kunjungan tentang indikator ini"),
        (found.accepted, f"{found.accepted} jawabannya diterima penanya"),
        (found.answers - found.accepted, f"{found.answers - found.accepted} jawaban lain tentang indikator ini"),
        (found.is_graded(GOOD), _measured(found)),
        (found.waiting, f"sedang diminta menjawab {found.waiting} pertanyaan lain"),
    )
    return tuple(text for count, text in said if count)
