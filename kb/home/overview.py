"""The dashboard's "Tugas saya": all that waits for a person, the first due first; and the counterparts of an indicator."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import url_for

from kb.accounts import queries as accounts
from kb.articles import queries as articles
from kb.core import clock, workdays
from kb.core.days_off import holidays_from
from kb.core.viewer import Viewer
from kb.home import demand
from kb.home.models import DemandClaim
from kb.instruments import loader as instruments
from kb.instruments.loader import Indicator
from kb.notes import queries as notes
from kb.notifications import queries as notifications
from kb.questions import escalation
from kb.questions import policy as question_policy
from kb.questions import queries as questions
from kb.visits import queries as visits

# Days within which an asker should look at answers, the first of which counts, and say whether an accepted one worked.
ACCEPT_DAYS = 14
APPLY_DAYS = 2 * questions.APPLY_DAYS


@dataclass(frozen=True)
class Task:
    """One thing that waits: what, why, where to do it, and until when."""

    title: str
    detail: str
    url: str
    due: date


@dataclass
class Overview:
    """All that the dashboard shows besides notices."""

    tasks: list[Task] = field(default_factory=list)
    visits: list = field(default_factory=list)
    drafts: list = field(default_factory=list)


def of(viewer: Viewer) -> Overview:
    """What waits for this person, and what their office has under way."""
    found = Overview(sorted(_tasks(viewer), key=lambda task: task.due))
    if viewer.office_id:
        found.visits = visits.ours(viewer.office_id)[:10]
        found.drafts = articles.drafts_of(viewer)
    return found


def _tasks(viewer: Viewer) -> Iterator[Task]:
    if viewer.is_admin:
        yield from _admin_tasks(viewer)
    if question_policy.can_moderate(viewer):
        yield from _moderator_tasks()
    if viewer.office_id:
        yield from (_visit_task(duty) for duty in visits.duties(viewer.office_id) if duty.falls_to(viewer.office_id))
        yield from (_follow_up_task(row) for row in notes.open_follow_ups(viewer.office_id))
        yield from _question_tasks(viewer)
        yield from (_claim_task(claim) for claim in demand.open_of(viewer.office_id))


def _admin_tasks(viewer: Viewer) -> Iterator[Task]:
    if count := accounts.waiting_requests(viewer):
        yield Task(
            f"{count} permohonan bergabung", "Periksa suratnya, lalu terima atau tolak.", url_for("accounts.requests"), clock.today()
        )
    if count := notifications.count_failures():
        yield Task(f"{count} kiriman gagal", "Baca sebabnya, perbaiki, lalu coba lagi.", url_for("notifications.failures"), clock.today())


def _moderator_tasks() -> Iterator[Task]:
    for case in questions.cases():
        reported = clock.day_of(case.flags[0].created_at)
        detail = f"{len(case.flags)} laporan pembaca. Sembunyikan dengan alasan, samarkan data pribadi, atau abaikan."
        yield Task(f"Dilaporkan: {case.question.title}", detail, url_for("moderation.queue"), reported + timedelta(days=1))


def _visit_task(duty: visits.Duty) -> Task:
    visit, page = duty.visit, url_for("visits.show", visit_id=duty.visit.id)
    if duty.side == "host":
        title, detail = f"{visit.reference}: {visit.guest.name} ingin berkunjung", "Terima, usulkan jadwal lain, atau tolak dengan alasan."
    elif duty.side == "both":
        title, page = f"Tulis catatan kunjungan {visit.guest.name} ke {visit.host.name}", url_for("notes.new", kunjungan=visit.id)
        detail = "Harinya sudah lewat. Tandai terlaksana dan tulis hasilnya selagi ingat."
    elif visit.status == "proposed":
        title, detail = f"{visit.host.name} mengusulkan jadwal lain", "Terima salah satunya dengan sekali tekan."
    else:
        title, detail = f"Selesaikan laporan kunjungan ke {visit.host.name}", "Laporan untuk pimpinan tersusun dari catatan."
    return Task(title, detail, page, duty.due)


def _follow_up_task(row) -> Task:
    return Task(f"Tindak lanjut: {row.text}", f"Disepakati dalam {row.note.title}.", url_for("notes.show", note_id=row.note_id), row.due_on)


def _question_tasks(viewer: Viewer) -> Iterator[Task]:
    waiting = questions.waiting_for(viewer)  # the oldest first
    invited_at = questions.invited_at(viewer, [question.id for question in waiting]) if waiting else {}
    off = holidays_from(clock.day_of(waiting[0].asked_at).year, clock.today().year + 1) if waiting else {}
    for question in waiting:
        # A question that was reopened waits anew.
        since = max(question.asked_at, invited_at[question.id])
        due = workdays.after(clock.day_of(since), escalation.STAGES[0].days, off)
        yield Task(f"Diundang menjawab: {question.title}", f"Ditanyakan {question.office.name}.", _page(question), due)
    for question in questions.to_accept(viewer):
        due = clock.day_of(max(question.asked_at, question.first_answer_at)) + timedelta(days=ACCEPT_DAYS)
        yield Task(f"Periksa jawaban: {question.title}", "Terima jawaban yang membantu, atau beri komentar.", _page(question), due)
    for answer in questions.to_apply(viewer):
        due = clock.day_of(answer.accepted_at) + timedelta(days=APPLY_DAYS)
        detail = f"Jawaban {answer.office.name} sudah diterima. Bila berhasil, nyatakan berhasil diterapkan."
        yield Task(f"Sudah diterapkan? {answer.question.title}", detail, f"{_page(answer.question)}#jawaban-{answer.id}", due)


def _claim_task(claim: DemandClaim) -> Task:
    due = clock.day_of(claim.created_at + demand.REMINDED_AFTER)
    detail = "Instansi Anda mengambilnya dari papan kebutuhan."
    return Task(f"Tulis: {demand.label(claim.kind, claim.subject)}", detail, demand.place(claim.kind, claim.subject), due)


def _page(question) -> str:
    return url_for("questions.show", question_id=question.id)


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
