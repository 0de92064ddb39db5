"""What visits amount to: received, sent, waiting, how fast answered, about what, travel avoided. Counts only, never names.

Only agreed facts count: no drafts, no withdrawn requests, no sample data.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import aliased

from kb.core.db import db
from kb.core.events import Event
from kb.offices.models import Office, Region
from kb.visits.models import Visit, VisitIndicator
from kb.visits.workflow import HOLDS_SLOT, WAITS_FOR_HOST

# States of a request that reached its host.
SENT = HOLDS_SLOT | WAITS_FOR_HOST | {"proposed", "declined", "cancelled"}
# What asks a host for an answer, and what answers. A guest who takes a proposal writes visit.accepted too, but was not asked for anything.
ASKS = ("visit.requested", "visit.rescheduled", "visit.options_refused")
ANSWERS = ("visit.accepted", "visit.moved_online", "visit.proposed", "visit.declined")


@dataclass
class Figures:
    """Counts of an office or a province.

    `received`, `waiting`, `agreed` and `online` count it as host, `sent` as guest; `topics` and `travellers_spared` are of the visits it
    took part in on either side: the host spares its guests a journey. `answer_days` are the days that each request it answered had waited.
    """

    name: str
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


@dataclass
class Tally:
    """The figures of all together, of each province by name, and of each office by id."""

    total: Figures
    provinces: dict[str, Figures] = field(default_factory=dict)
    offices: dict[int, Figures] = field(default_factory=dict)


def of_all() -> Tally:
    """The figures of everybody."""
    return _tally(true())


def of_office(office_id: int) -> Figures | None:
    """The figures of one office, if it took part in anything."""
    return _tally(or_(Visit.host_id == office_id, Visit.guest_id == office_id)).offices.get(office_id)


def _tally(which: ColumnElement[bool]) -> Tally:
    counted = (Visit.status.in_(SENT), Visit.is_sample.is_(False), which)
    found, topics, answers = Tally(Figures("Semua")), _topics(counted), _answer_days(counted)
    for row in db.session.execute(_rows(counted)):
        host, guest = (
            [
                found.total,
                found.offices.setdefault(office_id, Figures(name)),
                found.provinces.setdefault(province, Figures(province)),
            ]
            for office_id, name, province in (
                (row.host_id, row.host_name, row.host_province),
                (row.guest_id, row.guest_name, row.guest_province),
            )
        )
        for figures in host:
            _count_received(figures, row, answers[row.id])
        for figures in guest:
            figures.sent += 1
        for figures in {id(one): one for one in (*host, *guest)}.values():  # a province that visits itself has one topic, not two
            figures.topics.update(topics[row.id])
            figures.travellers_spared += row.delegation_size if _is_online(row) else 0
    return found


def _rows(counted):
    host, guest, host_region, guest_region, host_province, guest_province = (
        aliased(Office), aliased(Office), aliased(Region), aliased(Region), aliased(Region), aliased(Region),
    )  # fmt: skip
    return (
        select(
            Visit.id, Visit.status, Visit.mode, Visit.delegation_size, Visit.host_id, Visit.guest_id,
            host.name.label("host_name"), guest.name.label("guest_name"),
            host_province.name.label("host_province"), guest_province.name.label("guest_province"),
        )
        .join(host, host.id == Visit.host_id).join(host_region, host_region.code == host.region_code)
        .join(host_province, host_province.code == host_region.province_code)
        .join(guest, guest.id == Visit.guest_id).join(guest_region, guest_region.code == guest.region_code)
        .join(guest_province, guest_province.code == guest_region.province_code)
        .where(*counted)
    )  # fmt: skip


def _topics(counted) -> dict[int, list[str]]:
    """The topics of agreed visits."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = select(VisitIndicator.visit_id, VisitIndicator.code).join(Visit).where(*counted, Visit.status.in_(HOLDS_SLOT))
    for visit_id, code in db.session.execute(rows):
        found[visit_id].append(code)
    return found


def topic_counts() -> dict[str, int]:
    """In how many agreed visits each indicator is a topic."""
    query = select(VisitIndicator.code, func.count()).join(Visit).where(Visit.status.in_(HOLDS_SLOT), Visit.is_sample.is_(False))
    return dict(db.session.execute(query.group_by(VisitIndicator.code)).all())


def _answer_days(counted) -> dict[int, list[float]]:
    """How long each answered request of a visit had waited: a visit that was asked for again was answered more than once."""
    query = (
        select(Event.subject_id, Event.name, Event.at)
        .join(Visit, Visit.id == Event.subject_id)
        .where(Event.subject_kind == Visit.__tablename__, Event.name.in_((*ASKS, *ANSWERS)), *counted)
        .order_by(Event.id)
    )
    asked: dict[int, datetime] = {}
    found: dict[int, list[float]] = defaultdict(list)
    for visit_id, name, at in db.session.execute(query):
        if name in ASKS:
            asked[visit_id] = at
        elif visit_id in asked:
            found[visit_id].append((at - asked.pop(visit_id)).total_seconds() / 86400)
    return found


def _count_received(figures: Figures, row, answer_days: list[float]) -> None:
    figures.received += 1
    figures.waiting += row.status in WAITS_FOR_HOST
    figures.agreed += row.status in HOLDS_SLOT
    figures.online += _is_online(row)
    figures.answer_days += answer_days


def _is_online(row) -> bool:
    return row.status in HOLDS_SLOT and row.mode == "daring"
