"""What visits amount to: received, sent, waiting, how fast answered, travel avoided. Counts only, never names."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import aliased

from kb.core.db import db
from kb.offices.models import Office, Region
from kb.visits.models import Visit, VisitIndicator
from kb.visits.workflow import HOLDS_SLOT, WAITS_FOR_HOST

# States of a request that reached its host.
SENT = HOLDS_SLOT | WAITS_FOR_HOST | {"proposed", "declined", "cancelled"}


@dataclass
class Figures:
    """Counts of an office or a province. `answer_days` are the days each answered request had waited."""

    name: str
    slug: str = ""
    received: int = 0
    sent: int = 0
    waiting: int = 0
    agreed: int = 0
    online: int = 0
    travellers_spared: int = 0
    answer_days: list[float] = field(default_factory=list)
    topics: Counter = field(default_factory=Counter)

    @property
    def answer_time(self) -> float | None:
        """Half of the requests were answered within so many days."""
        return median(self.answer_days) if self.answer_days else None


@dataclass(frozen=True)
class All:
    """The figures of all offices that took part, by province and by office, and the total."""

    total: Figures
    provinces: list[Figures]
    offices: list[Figures]


def of_all() -> All:
    """The figures of everybody, from agreed facts only: drafts, withdrawn requests and sample data do not count."""
    total = Figures("Semua")
    provinces: dict[str, Figures] = {}
    offices: dict[int, Figures] = {}
    topics = _topics()
    for row in db.session.execute(_rows()):
        host = offices.setdefault(row.host_id, Figures(row.host_name, row.host_slug))
        guest = offices.setdefault(row.guest_id, Figures(row.guest_name, row.guest_slug))
        host_province = provinces.setdefault(row.host_province, Figures(row.host_province))
        guest_province = provinces.setdefault(row.guest_province, Figures(row.guest_province))
        for figures in (total, host, host_province):
            _count_received(figures, row, topics[row.id])
        for figures in (total, guest, guest_province):
            figures.sent += 1
    busy = sorted(offices.values(), key=lambda one: (-one.agreed, -one.sent, one.name))
    return All(total, sorted(provinces.values(), key=lambda one: one.name), busy)


def of_office(office_id: int) -> Figures | None:
    """The figures of one office, if it took part in anything."""
    slug = db.session.scalar(select(Office.slug).where(Office.id == office_id))
    return next((figures for figures in of_all().offices if figures.slug == slug), None)


def _rows():
    host, guest, host_region, guest_region, host_province, guest_province = (
        aliased(Office), aliased(Office), aliased(Region), aliased(Region), aliased(Region), aliased(Region),
    )  # fmt: skip
    return (
        select(
            Visit.id, Visit.status, Visit.mode, Visit.delegation_size, Visit.requested_at, Visit.decided_at, Visit.host_id, Visit.guest_id,
            host.name.label("host_name"), host.slug.label("host_slug"), guest.name.label("guest_name"), guest.slug.label("guest_slug"),
            host_province.name.label("host_province"), guest_province.name.label("guest_province"),
        )
        .join(host, host.id == Visit.host_id).join(host_region, host_region.code == host.region_code)
        .join(host_province, host_province.code == host_region.province_code)
        .join(guest, guest.id == Visit.guest_id).join(guest_region, guest_region.code == guest.region_code)
        .join(guest_province, guest_province.code == guest_region.province_code)
        .where(Visit.status.in_(SENT), Visit.is_sample.is_(False))
    )  # fmt: skip


def _topics() -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = select(VisitIndicator.visit_id, VisitIndicator.code).join(Visit).where(Visit.status.in_(HOLDS_SLOT), Visit.is_sample.is_(False))
    for visit_id, code in db.session.execute(rows):
        found[visit_id].append(code)
    return found


def _count_received(figures: Figures, row, topics: list[str]) -> None:
    figures.received += 1
    figures.waiting += row.status in WAITS_FOR_HOST
    if row.status in HOLDS_SLOT:
        figures.agreed += 1
        figures.topics.update(topics)
        if row.mode == "daring":
            figures.online += 1
            figures.travellers_spared += row.delegation_size
    if row.decided_at and row.requested_at:
        figures.answer_days.append(_days(row.requested_at, row.decided_at))


def _days(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds() / 86400)
