"""What is done with visits and with a host's openness."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from kb.core import clock, events, files
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Forbidden, Invalid
from kb.core.pages import tanggal
from kb.core.viewer import Viewer
from kb.offices.models import Office
from kb.visits import calendar, openness, policy
from kb.visits.calendar import Session
from kb.visits.models import ClosedPeriod, OpenSession, Visit, VisitCounter, VisitIndicator, VisitSlot
from kb.visits.workflow import HOLDS_SLOT, Step, step_for


@dataclass(frozen=True)
class Request:
    """What a guest asks for."""

    mode: str
    day: date | None
    session: str
    purpose: str
    indicators: tuple[str, ...]
    questions: str
    head_name: str
    head_position: str
    delegation_size: int
    contact_name: str
    contact_phone: str
    contact_email: str
    letter_number: str | None = None
    letter_on: date | None = None


def draft(host: Office, request: Request, viewer: Viewer) -> Visit:
    """Keep a request as a draft of the guest's office. Raises Invalid at the field at fault."""
    require(seen=True, allowed=policy.can_ask(viewer))
    check_host(host, viewer)
    visit = Visit(host_id=host.id, guest_id=viewer.office_id, status="draft", created_at=clock.now(), requested_by_id=viewer.user_id)
    _write(visit, host, request)
    db.session.add(visit)
    db.session.flush()
    return visit


def change(visit: Visit, request: Request, viewer: Viewer) -> None:
    """Change a draft. Raises Invalid, or Conflict once it was sent."""
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == "guest")
    # The lock holds off a colleague who sends the draft at the same moment.
    db.session.refresh(visit, ["status"], with_for_update=True)
    check_draft(visit)
    _write(visit, visit.host, request)
    db.session.flush()


def check_draft(visit: Visit) -> None:
    """Only what was not sent yet can be changed. Raises Conflict."""
    if visit.status != "draft":
        raise Conflict("Permohonan yang sudah dikirim tidak dapat diubah. Tarik dahulu, lalu buat yang baru.")


def check_host(host: Office, viewer: Viewer) -> None:
    """Can this office be asked at all? Raises Invalid."""
    if host.joined_at is None:
        raise Invalid(f"{host.name} belum bergabung di Berguru, jadi belum dapat menerima permohonan.")
    if host.is_editorial:
        raise Invalid("Redaksi Berguru bukan instansi yang dapat dikunjungi.")
    if viewer.is_of(host.id):
        raise Invalid("Tuan rumah tidak boleh instansi Anda sendiri.")


def _write(visit: Visit, host: Office, request: Request) -> None:
    session = check_slot(host, request.day, request.session)
    largest = openness.of(host).largest_delegation
    if request.delegation_size > largest:
        raise Invalid(f"Tuan rumah menerima paling banyak {largest} orang.", "delegation_size")
    if not any(line.strip() for line in request.questions.splitlines()):
        raise Invalid("Tulis paling sedikit satu pertanyaan.", "questions")
    if request.letter_on and request.letter_on > clock.today(host.timezone):
        raise Invalid("Tanggal surat tidak boleh setelah hari ini.", "letter_on")
    visit.mode, visit.day, visit.session, visit.session_ends = request.mode, request.day, session.key, f"{session.ends:%H:%M}"
    visit.purpose, visit.questions = request.purpose, request.questions
    visit.head_name, visit.head_position, visit.delegation_size = request.head_name, request.head_position, request.delegation_size
    visit.contact_name, visit.contact_phone, visit.contact_email = request.contact_name, request.contact_phone, request.contact_email
    visit.letter_number, visit.letter_on = request.letter_number or None, request.letter_on
    kept = {row.code: row for row in visit.indicator_rows}
    visit.indicator_rows = [kept.get(code) or VisitIndicator(code=code) for code in dict.fromkeys(request.indicators)]


def check_slot(host: Office, day: date | None, key: str) -> Session:
    """The session asked for, if the host is open then and nobody holds it. Raises Invalid at `slot`."""
    if day is None:
        raise Invalid("Pilih satu hari dan sesi.", "slot")
    rules = openness.rules(host)
    today = clock.today(host.timezone)
    session = calendar.find_session(day, key, rules, today)
    if session is None:
        reason = calendar.day(day, rules, today).closed_because or "sesi itu tidak dibuka"
        raise Invalid(f"{tanggal(day)} tidak dapat dipilih: {reason}.", "slot")
    if slot_holder(host.id, day, key):
        raise Invalid(f"Sesi {session.label} pada {tanggal(day)} sudah terisi. Pilih sesi lain.", "slot")
    return session


def slot_holder(host_id: int, day: date, session: str) -> Visit | None:
    """The visit that occupies a session."""
    query = select(Visit).join(VisitSlot, VisitSlot.visit_id == Visit.id)
    return db.session.scalars(query.where(VisitSlot.host_id == host_id, VisitSlot.day == day, VisitSlot.session == session)).one_or_none()


def act(visit: Visit, action: str, viewer: Viewer, reason: str = "") -> None:
    """Take a step of the workflow. Raises Conflict when somebody was faster, Invalid when something is missing."""
    require(policy.can_view(viewer, visit))
    step = step_for(visit.status, action)
    if step is None:
        raise Conflict("Langkah ini tidak lagi mungkin: kunjungan sudah berubah. Muat ulang halamannya.")
    _check_step(step, visit, viewer, reason)
    if action == "submit":
        check_slot(visit.host, visit.day, visit.session)
        visit.reference = visit.reference or _next_reference()
        visit.requested_at = clock.now()
    _change_status(visit, step, viewer, reason)
    if step.target in HOLDS_SLOT and step.source not in HOLDS_SLOT:
        _take_slot(visit)
    elif step.source in HOLDS_SLOT and step.target not in HOLDS_SLOT:
        db.session.execute(delete(VisitSlot).where(VisitSlot.visit_id == visit.id))
    events.record(f"visit.{step.target}", visit, viewer)


def _check_step(step: Step, visit: Visit, viewer: Viewer, reason: str) -> None:
    today = clock.today(visit.host.timezone)
    if step not in policy.steps(viewer, visit, today):
        if step.after_day and today < visit.day and policy.side(viewer, visit) in step.by:
            raise Invalid("Kunjungan baru dapat ditandai terlaksana pada atau sesudah harinya.")
        raise Forbidden("Langkah ini hanya dapat dilakukan pengelola dari pihak yang berhak.")
    if step.needs_reason and not reason.strip():
        raise Invalid("Tulis alasannya, agar pihak lain tahu apa yang dapat dilakukan.", "reason")
    if step.action == "accept" and visit.day <= today:
        raise Invalid("Hari yang diminta sudah lewat, jadi tidak dapat diterima lagi. Tolak dengan alasan dan minta hari lain.")


def _change_status(visit: Visit, step: Step, viewer: Viewer, reason: str) -> None:
    db.session.flush()
    values = {"status": step.target, "reason": reason.strip()[:500]}
    if step.action in ("accept", "decline"):
        values["decided_at"] = clock.now()
    claim = update(Visit).where(Visit.id == visit.id, Visit.status == step.source).values(**values)
    if db.session.execute(claim).rowcount != 1:
        raise Conflict("Kunjungan ini baru saja diubah orang lain. Muat ulang halamannya.")
    db.session.refresh(visit)


def _take_slot(visit: Visit) -> None:
    slot = insert(VisitSlot).values(visit_id=visit.id, host_id=visit.host_id, day=visit.day, session=visit.session)
    host_id, day, session = visit.host_id, visit.day, visit.session
    try:
        db.session.execute(slot)
    except IntegrityError as taken:
        db.session.rollback()
        holder = slot_holder(host_id, day, session)
        who = f" oleh {holder.guest.name} ({holder.reference})" if holder else ""
        raise Conflict(
            f"Sesi {session.replace(':', '.')} pada {tanggal(day)} sudah terisi{who}. Permohonan ini tetap menunggu: "
            "tolak dengan menawarkan hari lain, atau hubungi narahubungnya."
        ) from taken


def _next_reference() -> str:
    """The next number of the year. The row lock of the update keeps two requests from taking the same."""
    year = clock.today().year
    bump = update(VisitCounter).where(VisitCounter.year == year).values(last=VisitCounter.last + 1)
    if db.session.execute(bump).rowcount == 0:
        try:
            with db.session.begin_nested():
                db.session.execute(insert(VisitCounter).values(year=year, last=1))
        except IntegrityError:
            db.session.execute(bump)
    number = db.session.scalar(select(VisitCounter.last).where(VisitCounter.year == year))
    return f"KK-{year}-{number:04d}"


def add_letter(visit: Visit, viewer: Viewer, number: str, on: date | None, upload: FileStorage | None) -> None:
    """The request letter, which may follow after the request. Raises Invalid."""
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == "guest")
    if not policy.can_add_letter(viewer, visit):
        raise Conflict("Keadaan kunjungan sudah berubah, jadi suratnya tidak lagi dapat dilengkapi.")
    if on and on > clock.today(visit.host.timezone):
        raise Invalid("Tanggal surat tidak boleh setelah hari ini.", "letter_on")
    if upload is not None and upload.filename:
        visit.letter_file = files.save(upload, ("pdf",), 5, "letter_file")
    visit.letter_number, visit.letter_on = number or None, on
    events.record("visit.letter_added", visit, viewer)


def set_public(visit: Visit, viewer: Viewer, opened: bool) -> None:
    """Each side says whether office, topic and day may be seen by everybody."""
    side = policy.side(viewer, visit)
    require(policy.can_view(viewer, visit), bool(side) and viewer.role == "manager")
    setattr(visit, f"{side}_opens", opened)
    events.record("visit.opened", visit, viewer, opened=opened)


@dataclass(frozen=True)
class Settings:
    """A host's openness as its manager sets it; `sessions` by weekday."""

    notice_days: int
    ahead_days: int
    largest_delegation: int
    place: str
    bring: str
    note: str
    sessions: dict[int, tuple[Session, ...]]


def set_openness(host: Office, settings: Settings, viewer: Viewer) -> None:
    """Keep when and for whom the host is open."""
    require(seen=True, allowed=policy.can_set_openness(viewer, host.id))
    row = openness.of(host)
    row.notice_days, row.ahead_days, row.largest_delegation = settings.notice_days, settings.ahead_days, settings.largest_delegation
    row.place, row.bring, row.note = settings.place, settings.bring, settings.note
    row.sessions = []
    db.session.add(row)
    db.session.flush()
    row.sessions = [
        OpenSession(weekday=weekday, starts=session.starts, ends=session.ends)
        for weekday, sessions in settings.sessions.items()
        for session in sessions
    ]
    db.session.flush()


def close(host: Office, from_on: date, until_on: date, reason: str, viewer: Viewer) -> None:
    """Receive nobody from a day to another. Raises Invalid, also when an accepted visit lies within."""
    require(seen=True, allowed=policy.can_set_openness(viewer, host.id))
    if until_on < from_on:
        raise Invalid("Hari terakhir tidak boleh sebelum hari pertama.", "until_on")
    held = (
        select(Visit)
        .join(VisitSlot, VisitSlot.visit_id == Visit.id)
        .where(VisitSlot.host_id == host.id, VisitSlot.day.between(from_on, until_on))
    )
    touched = [f"{visit.guest.name} ({tanggal(visit.day)})" for visit in db.session.scalars(held)]
    if touched:
        raise Invalid(f"Sudah ada kunjungan yang diterima: {', '.join(touched)}. Batalkan dahulu dengan alasan.", "from_on")
    db.session.add(ClosedPeriod(host_id=host.id, from_on=from_on, until_on=until_on, reason=reason))
    db.session.flush()


def reopen(host: Office, period_id: int, viewer: Viewer) -> None:
    """Lift a closed period."""
    require(seen=True, allowed=policy.can_set_openness(viewer, host.id))
    db.session.execute(delete(ClosedPeriod).where(ClosedPeriod.id == period_id, ClosedPeriod.host_id == host.id))
