"""What visits amount to, made of two rooms: the visits, and the follow-ups agreed in their notes."""

from dataclasses import dataclass

from kb.notes import queries as notes
from kb.notes.queries import FollowUpCounts
from kb.visits import figures
from kb.visits.figures import Figures

NONE_AGREED = FollowUpCounts(0, 0, 0)


@dataclass(frozen=True)
class Row:
    """The figures of one office, of a province, or of all."""

    visits: Figures
    follow_ups: FollowUpCounts

    @property
    def is_empty(self) -> bool:
        return not (self.visits.received or self.visits.sent or self.follow_ups.agreed)


def of_all() -> tuple[Row, list[Row]]:
    """The total, and each province that took part, by name."""
    tally, kept = figures.of_all(), notes.follow_up_counts_by_province()
    names = sorted(tally.provinces.keys() | kept.keys())
    provinces = [Row(tally.provinces.get(name, Figures(name)), kept.get(name, NONE_AGREED)) for name in names]
    return Row(tally.total, notes.follow_up_counts()), provinces


def of_office(office_id: int, name: str) -> Row:
    """The figures of one office."""
    return Row(figures.of_office(office_id) or Figures(name), notes.follow_up_counts(office_id))
