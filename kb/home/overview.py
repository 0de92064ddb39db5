"""The dashboard's "Menunggu Anda": what waits for a person, oldest first; and the counterparts of an indicator."""

from dataclasses import dataclass, field

from flask import url_for

from kb.accounts import queries as accounts
from kb.articles import queries as articles
from kb.core.pages import tanggal
from kb.core.viewer import Viewer
from kb.instruments import loader as instruments
from kb.instruments.loader import Indicator
from kb.notifications import queries as notifications
from kb.visits import queries as visits


@dataclass(frozen=True)
class Task:
    """One thing that waits: what, for whom it matters, and where to do it."""

    title: str
    detail: str
    url: str


@dataclass
class Overview:
    """All that the dashboard shows besides notices."""

    tasks: list[Task] = field(default_factory=list)
    visits: list = field(default_factory=list)
    drafts: list = field(default_factory=list)


def of(viewer: Viewer) -> Overview:
    """What waits for this person, and what their office has under way."""
    found = Overview()
    if viewer.is_admin:
        found.tasks += _join_tasks(accounts.waiting_requests(viewer))
        found.tasks += _failure_tasks(notifications.count_failures())
    if viewer.office_id:
        found.tasks += [_visit_task(visit) for visit in visits.waiting_for(viewer.office_id)]
        found.tasks += [_report_task(visit) for visit in visits.to_report(viewer.office_id)]
        found.visits = visits.ours(viewer.office_id)[:10]
        found.drafts = articles.drafts_of(viewer)
    return found


def _join_tasks(count: int) -> list[Task]:
    if not count:
        return []
    return [Task(f"{count} permohonan bergabung", "Periksa suratnya, lalu terima atau tolak.", url_for("accounts.requests"))]


def _failure_tasks(count: int) -> list[Task]:
    if not count:
        return []
    return [Task(f"{count} kiriman gagal", "Baca sebabnya, perbaiki, lalu coba lagi.", url_for("notifications.failures"))]


def _report_task(visit) -> Task:
    return Task(
        f"Tulis catatan kunjungan {visit.guest.name} ke {visit.host.name}",
        f"Harinya sudah lewat: {tanggal(visit.day)}",
        url_for("notes.new", kunjungan=visit.id),
    )


def _visit_task(visit) -> Task:
    return Task(
        f"{visit.reference}: {visit.guest.name} ingin berkunjung",
        f"Diminta untuk {tanggal(visit.day)}",
        url_for("visits.show", visit_id=visit.id),
    )


def counterparts(indicator: Indicator) -> list[Indicator]:
    """The indicators of the other instrument that researchers propose as its counterparts."""
    if indicator.counterparts:
        return [instruments.indicator(code) for code in indicator.counterparts]
    return [
        other
        for instrument in instruments.all_instruments()
        if instrument.id != indicator.instrument_id
        for other in instrument.indicators
        if indicator.code in other.counterparts
    ]
