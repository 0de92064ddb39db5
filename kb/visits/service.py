"""What is done with visits: a request is written, sent, answered, changed and ended."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from werkzeug.datastructures import FileStorage

from kb.core import clock, edits, events, files, workdays
from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Conflict, Forbidden, Invalid
from kb.core.pages import tanggal
from kb.core.viewer import Viewer
from kb.offices.models import Office
from kb.visits import answers, day, letter_service, openness, policy, queries, schedule
from kb.visits.members import Member
from kb.visits.models import Visit, VisitCounter, VisitIndicator, VisitLetter, VisitOption
from kb.visits.schedule import Chosen, Wish
from kb.visits.workflow import AGREED, HOLDS_SLOT, MAY_SHARE, WAITS_FOR_HOST, Step, step_for

REQUEST_LETTER = "permohonan"
LETTER_MEGABYTES = 5
MOST_OPTIONS = 3
CHANGED_MEANWHILE = (
    "Draf ini diubah rekan Anda sejak halaman ini dibuka, jadi isian Anda belum disimpan. Buka drafnya di tab lain untuk membandingkan; "
    "bila isian di bawah yang benar, simpan sekali lagi dan isian itu menggantikan yang tersimpan."
)
TAKEN_FOR_GUEST = (
    'Sesi ini baru saja terisi. Permohonan Anda tetap menunggu: pilih usul lain, atau tekan "Tidak ada yang cocok" untuk meminta usul baru.'
)
# A guest may think about a proposal for a working week, but not past the first day proposed.
OPTION_WORKING_DAYS = 5


@dataclass(frozen=True)
class Request:
    """What a guest asks for. Any of it may be missing from a draft: an empty text, no wishes, a size of 0.

    `members` None leaves the delegation as it is; `letter_file` replaces the PDF of the letter, if there is one.
    """

    mode: str
    wishes: tuple[Wish, ...]
    purpose: str
    indicators: tuple[str, ...]
    questions: str
    head_name: str
    head_position: str
    delegation_size: int
    contact_name: str
    contact_phone: str
    contact_email: str
    already_read: str = ""
    wants_joint: bool = False
    letter_number: str = ""
    letter_on: date | None = None
    letter_file: FileStorage | None = None
    article_ids: tuple[int, ...] = ()
    members: tuple[Member, ...] | None = None


@dataclass(frozen=True)
class Given:
    """What a step is given; which of it a step needs is said in workflow.py.

    `anyway`: the host receives although the day is closed or the room is small. `version`: of the visit that the person had before them;
    None means as it is now.
    """

    reason: str = ""
    wishes: tuple[Wish, ...] = ()
    options: tuple[tuple[Wish, ...], ...] = ()
    option: int | None = None
    joint_with_id: int | None = None
    room: str = ""
    meeting_link: str = ""
    anyway: bool = False
    version: int | None = None


NOTHING = Given()


def draft(host: Office, request: Request, viewer: Viewer) -> Visit:
    """Keep a request, complete or not, as a draft of the guest's office. Raises Invalid at the field at fault."""
    require(seen=True, allowed=policy.can_ask(viewer))
    check_host(host, viewer)
    visit = Visit(host=host, guest_id=viewer.office_id, status="draft", created_at=clock.now(), requested_by_id=viewer.user_id)
    with db.session.no_autoflush:
        _write(visit, host, request)
    db.session.add(visit)
    db.session.flush()
    _write_members(visit, request, viewer)
    return visit


def change(visit: Visit, request: Request, viewer: Viewer, version: int | None = None) -> None:
    """Change a draft. Raises Invalid, or Conflict once it was sent.

    `version` is that of the draft the person began with; when a colleague changed it meanwhile, Invalid says so, without a field.
    """
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == "guest")
    # The lock holds off a colleague who changes or sends the draft at the same moment.
    db.session.refresh(visit, ["status", "version"], with_for_update=True)
    check_draft(visit)
    if version not in (None, visit.version):
        raise Invalid(CHANGED_MEANWHILE)
    _write(visit, visit.host, request)
    _write_members(visit, request, viewer)
    visit.version = Visit.version + 1
    db.session.flush()


def discard(visit: Visit, viewer: Viewer, version: int) -> None:
    """Delete a draft with all that belongs to it, for good. Raises Conflict when it was changed or sent since that version."""
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == "guest")
    db.session.refresh(visit, ["status", "version"], with_for_update=True)
    if visit.status != "draft" or visit.version != version:
        raise Conflict("Draf ini berubah sejak halamannya Anda buka. Periksa dahulu isinya sekarang.")
    require(seen=True, allowed=policy.can_discard(viewer, visit))
    events.record("visit.discarded", visit, viewer)
    kept = [letter.file for letter in visit.letters if letter.file is not None]
    db.session.delete(visit)
    db.session.flush()
    for file in kept:  # `files.sweep` takes their contents away
        db.session.delete(file)
    db.session.flush()


def check_draft(visit: Visit) -> None:
    """Only what was not sent yet can be changed. Raises Conflict."""
    if visit.status != "draft":
        raise Conflict(
            "Permohonan yang sudah dikirim tidak dapat diubah. Pertanyaan, pimpinan rombongan, dan narahubung dilengkapi dari halamannya."
        )


def check_host(host: Office, viewer: Viewer) -> None:
    """Can this office be asked at all? Raises Invalid."""
    if host.joined_at is None:
        raise Invalid(openness.refusal(host))
    if host.is_editorial:
        raise Invalid("Redaksi Berguru bukan instansi yang dapat dikunjungi.")
    if viewer.is_of(host.id):
        raise Invalid("Tuan rumah tidak boleh instansi Anda sendiri.")


def _write(visit: Visit, host: Office, request: Request) -> None:
    chosen = schedule.check(host, request.wishes, joint=request.wants_joint) if request.wishes else []
    largest = openness.of(host).largest_delegation
    if request.delegation_size > largest:
        raise Invalid(f"Tuan rumah menerima paling banyak {largest} orang.", "delegation_size")
    if len(request.members or ()) > largest:
        raise Invalid(f"Ada {len(request.members)} orang; tuan rumah menerima paling banyak {largest} orang.", "people")
    if request.members and 0 < request.delegation_size < len(request.members):
        raise Invalid(f"Daftar rombongan berisi {len(request.members)} orang, lebih dari jumlah ini.", "delegation_size")
    if request.letter_on and request.letter_on > clock.today(host.timezone):
        raise Invalid("Tanggal surat tidak boleh setelah hari ini.", "letter_on")
    _write_sessions(visit, chosen)
    visit.mode, visit.purpose, visit.questions, visit.already_read = request.mode, request.purpose, request.questions, request.already_read
    visit.head_name, visit.head_position, visit.delegation_size = request.head_name, request.head_position, request.delegation_size
    visit.contact_name, visit.contact_phone, visit.contact_email = request.contact_name, request.contact_phone, request.contact_email
    visit.wants_joint, visit.article_ids = request.wants_joint, list(dict.fromkeys(request.article_ids))
    visit.erased_at = None  # an old draft taken up again holds names anew
    kept = {row.code: row for row in visit.indicator_rows}
    visit.indicator_rows = [kept.get(code) or VisitIndicator(code=code) for code in dict.fromkeys(request.indicators)]
    _write_letter(visit, request)


def _write_sessions(visit: Visit, chosen: list[Chosen]) -> None:
    if chosen:
        schedule.write(visit, chosen)
    else:
        visit.sessions, visit.day, visit.session, visit.session_ends = [], None, "", ""


def _write_letter(visit: Visit, request: Request) -> None:
    upload = request.letter_file
    letter = visit.letter(REQUEST_LETTER)
    if letter is None and (request.letter_number or request.letter_on or upload):
        letter = VisitLetter(kind=REQUEST_LETTER)
        visit.letters.append(letter)
    if letter is None:
        return
    letter.number, letter.dated_on = request.letter_number, request.letter_on
    if upload:
        former, letter.file = letter.file, files.save(upload, ("pdf",), LETTER_MEGABYTES, "letter_file")
        if former is not None:
            db.session.flush()
            db.session.delete(former)


def _write_members(visit: Visit, request: Request, viewer: Viewer) -> None:
    """Who comes. The list may name fewer than will come: not everybody is known when a request is written."""
    if request.members is None:
        return
    db.session.flush()
    # The form of the request stands for the whole draft: its version was compared already.
    day.set_members(visit, viewer, list(request.members), edits.fingerprint(day.members_text(visit, "guest")))
    visit.delegation_size = max(request.delegation_size, len(request.members))


def act(visit: Visit, action: str, viewer: Viewer, given: Given = NOTHING) -> None:
    """Take a step of the workflow. Raises Conflict when somebody was faster, Invalid when something is missing."""
    require(policy.can_view(viewer, visit))
    step = step_for(visit.status, action)
    if step is None:
        raise Conflict("Langkah ini tidak lagi mungkin: kunjungan sudah berubah sejak Anda membuka halamannya.")
    if given.version not in (None, visit.version):
        raise Conflict("Kunjungan ini berubah sejak Anda membuka halamannya. Baca keadaannya sekarang, lalu putuskan lagi.")
    _check_step(step, visit, viewer, given)
    change = _PREPARE.get(action, _nothing)(visit, given)
    _claim(visit, step, given)
    was, now, shared = step.source in HOLDS_SLOT, step.target in HOLDS_SLOT, visit.joint_with_id is not None
    heir = schedule.free(visit) if was and not now else None
    change()
    if now and not was and visit.joint_with_id is None:
        _take(visit, viewer)
    letter_service.begin(visit, action)
    if step.target in AGREED or step.source in AGREED:
        visit.sequence += 1
    events.record(f"visit.{step.event}", visit, viewer)
    _tell_others(visit, step, viewer, heir, shared)


def _check_step(step: Step, visit: Visit, viewer: Viewer, given: Given) -> None:
    today = clock.today(visit.host.timezone)
    if step not in policy.steps(viewer, visit, today):
        if step.after_day and today < visit.last_day and policy.side(viewer, visit) in step.by:
            raise Invalid("Kunjungan baru dapat ditandai terlaksana pada atau sesudah harinya.")
        raise Forbidden("Langkah ini hanya dapat dilakukan pengelola dari pihak yang berhak.")
    if "reason" in step.needs and not given.reason.strip():
        raise Invalid("Tulis alasannya, agar pihak lain tahu apa yang dapat dilakukan.", "reason")
    if "notes" in step.needs and visit.noted_at is None and not given.reason.strip():
        raise Invalid("Belum ada catatan kunjungan yang terbit. Terbitkan catatannya, atau tulis mengapa tidak ada.", "reason")
    if step.action in ("accept", "accept_online") and visit.day <= today:
        raise Invalid("Hari yang diminta sudah lewat, jadi tidak dapat diterima lagi. Usulkan jadwal lain, atau tolak dengan alasan.")


def _nothing(_visit: Visit, _given: Given):
    return lambda: None


def _submit(visit: Visit, _given: Given):
    if reason := openness.refusal(visit.host):
        raise Invalid(f"{reason} Permohonan ini tetap tersimpan sebagai draf.", "slot")
    if lacking := answers.missing(visit):
        raise Invalid(f"Permohonan belum lengkap. Yang masih kurang: {', '.join(lacking.values())}.", next(iter(lacking)))
    schedule.check(visit.host, _wishes(visit), joint=visit.wants_joint)

    def change():
        visit.reference = visit.reference or _next_reference()
        visit.requested_at = clock.now()

    return change


def _accept(visit: Visit, given: Given):
    _check_open(visit, given)

    def change():
        visit.room = given.room.strip() or visit.room
        visit.meeting_link = given.meeting_link.strip() or visit.meeting_link
        visit.decided_at = clock.now()

    return change


def _check_open(visit: Visit, given: Given) -> None:
    """A period may have been closed, or a holiday decreed, since the guest asked."""
    closed = schedule.closed_because(visit)
    if closed and not given.anyway:
        raise Invalid(f"Hari itu sekarang tertutup: {closed}. Centang tetap terima bila kunjungan tetap berlangsung.", "anyway")


def _accept_online(visit: Visit, given: Given):
    accepted = _accept(visit, given)

    def change():
        accepted()
        visit.mode = "daring"

    return change


def _accept_joint(visit: Visit, given: Given):
    if not visit.wants_joint:
        raise Invalid("Tamu ini belum menyatakan bersedia digabung dengan rombongan lain.")
    leader = next((other for other in queries.joint_candidates(visit) if other.id == given.joint_with_id), None)
    if leader is None:
        raise Invalid("Pilih kunjungan yang sudah diterima pada sesi yang sama.", "joint_with_id")
    if not leader.wants_joint:
        raise Invalid(f"{leader.guest.name} belum menyatakan bersedia digabung. Mintalah kesediaannya dahulu.", "joint_with_id")
    _check_open(visit, given)
    _check_size(visit, leader, given)

    def change():
        visit.joint_with_id = leader.id
        visit.room, visit.meeting_link, visit.decided_at = leader.room, leader.meeting_link, clock.now()

    return change


def _check_size(visit: Visit, leader: Visit, given: Given) -> None:
    people = sum(one.delegation_size for one in (visit, leader, *queries.sharing(leader)))
    largest = openness.of(visit.host).largest_delegation
    if people > largest and not given.anyway:
        raise Invalid(f"Bersama-sama {people} orang, lebih dari batas {largest}. Centang tetap terima bila tempatnya cukup.", "anyway")


def _propose(visit: Visit, given: Given):
    if not 1 <= len(given.options) <= MOST_OPTIONS:
        raise Invalid(f"Usulkan satu sampai {MOST_OPTIONS} jadwal.", "option_1")
    checked = [
        schedule.check(visit.host, wishes, f"option_{number}", by_host=True, moving=visit)
        for number, wishes in enumerate(given.options, start=1)
    ]
    today = clock.today(visit.host.timezone)
    latest = workdays.after(today, OPTION_WORKING_DAYS, openness.holidays_from(today.year))

    def change():
        visit.options = []
        db.session.flush()
        visit.options = [
            VisitOption(number=number, day=one.day, session=one.session.key, ends=f"{one.session.ends:%H:%M}")
            for number, chosen in enumerate(checked, start=1)
            for one in chosen
        ]
        visit.options_until = min(latest, max(chosen[0].day for chosen in checked))
        visit.decided_at = clock.now()

    return change


def _choose(visit: Visit, given: Given):
    wishes = [Wish(row.day, row.session) for row in visit.options if row.number == given.option]
    if not wishes:
        raise Invalid("Pilih salah satu usul tuan rumah.", "option")
    if visit.options_until and clock.today(visit.host.timezone) > visit.options_until:
        raise Invalid(
            f'Usul ini hanya berlaku sampai {tanggal(visit.options_until)}. Tekan "Tidak ada yang cocok" untuk meminta usul baru.', "option"
        )
    chosen = schedule.check(visit.host, wishes, "option", by_host=True)

    def change():
        schedule.write(visit, chosen)
        visit.options = []
        visit.options_until = None

    return change


def _reschedule(visit: Visit, given: Given):
    chosen = schedule.check(visit.host, given.wishes, joint=visit.wants_joint, moving=visit)

    def change():
        schedule.write(visit, chosen)
        visit.requested_at = clock.now()

    return change


def _wait(visit: Visit, _given: Given):
    if not schedule.is_full(visit):
        raise Invalid("Sesi ini masih bebas, jadi tidak perlu menunggu: tuan rumah dapat langsung menerima permohonan Anda.")
    return lambda: None


def _hold(visit: Visit, _given: Given):
    def change():
        present = sum(member.present_at is not None for member in visit.members if member.side == "guest")
        visit.attended = present or None

    return change


# What an action checks before the state is claimed, and then changes.
_PREPARE = {
    "submit": _submit,
    "accept": _accept,
    "accept_online": _accept_online,
    "accept_joint": _accept_joint,
    "propose": _propose,
    "choose": _choose,
    "reschedule": _reschedule,
    "wait": _wait,
    "hold": _hold,
}


def _wishes(visit: Visit) -> list[Wish]:
    return [Wish(row.day, row.session) for row in visit.sessions]


def _claim(visit: Visit, step: Step, given: Given) -> None:
    """Change the state, unless somebody else did meanwhile."""
    db.session.flush()
    values = {"status": step.target, "reason": given.reason.strip()[:500], "version": visit.version + 1}
    if step.action == "decline":
        values["decided_at"] = clock.now()
    claim = update(Visit).where(Visit.id == visit.id, Visit.status == step.source, Visit.version == visit.version).values(**values)
    if db.session.execute(claim).rowcount != 1:
        raise Conflict("Kunjungan ini baru saja diubah orang lain. Muat ulang halamannya.")
    db.session.refresh(visit)


def _take(visit: Visit, viewer: Viewer) -> None:
    db.session.flush()
    try:
        schedule.take(visit)
    except Conflict:
        told_to_host = policy.side(viewer, visit) == "host"
        db.session.rollback()
        if told_to_host:
            raise
        raise Conflict(TAKEN_FOR_GUEST) from None  # who was faster is not the guest's to know


def _tell_others(visit: Visit, step: Step, viewer: Viewer, heir: Visit | None, shared: bool) -> None:
    """Nobody is refused in silence: who wanted the same session is told that it is gone, or free again."""
    if heir is not None:
        heir.sequence += 1
    if step.target in AGREED and step.source not in AGREED and visit.joint_with_id is None and schedule.is_full(visit):
        displaced = queries.competing(visit)
        for other in displaced:
            events.record("visit.displaced", other, viewer)
        if any(other.wants_joint for other in displaced) and not visit.wants_joint:
            events.record("visit.joint_asked", visit, viewer)
    if visit.joint_with_id is not None and step.action == "accept_joint":
        events.record("visit.joined", visit.joint_with, viewer)
    if step.target == "requested" and step.action != "refuse_options":
        _ask_to_share(visit, viewer)
    if step.source in HOLDS_SLOT and step.target not in HOLDS_SLOT and heir is None and not shared:
        for other in queries.waitlisted_for(visit):
            events.record("visit.slot_freed", other, viewer)


def _ask_to_share(visit: Visit, viewer: Viewer) -> None:
    """Who comes at the same time is asked whether they would share it, without being told with whom."""
    if not visit.wants_joint:
        return
    for holder in schedule.holders(visit):
        if holder.status in AGREED and not holder.wants_joint:
            events.record("visit.joint_asked", holder, viewer)


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


def set_public(visit: Visit, viewer: Viewer, opened: bool) -> None:
    """Each side says whether office, topic and day may be seen by everybody."""
    side = policy.side(viewer, visit)
    require(policy.can_view(viewer, visit), bool(side) and viewer.role == "manager")
    setattr(visit, f"{side}_opens", opened)
    events.record("visit.opened", visit, viewer, opened=opened)


def wish_joint(visit: Visit, viewer: Viewer, wanted: bool) -> None:
    """The guest says whether it would share its sessions with another delegation. Raises Conflict once that is settled."""
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == "guest" and viewer.role == "manager")
    if visit.status not in MAY_SHARE:
        raise Conflict("Kesediaan kunjungan bersama tidak dapat diubah lagi pada keadaan ini.")
    if visit.wants_joint == wanted:
        return
    visit.wants_joint = wanted
    visit.version = Visit.version + 1
    if wanted and visit.status != "draft":
        events.record("visit.joint_wished", visit, viewer)
        if visit.status in WAITS_FOR_HOST:
            _ask_to_share(visit, viewer)


def set_place(visit: Visit, viewer: Viewer, room: str, meeting_link: str) -> None:
    """The host says where, or under which link, an agreed visit takes place; those who share its sessions come there too."""
    require(policy.can_view(viewer, visit), policy.side(viewer, visit) == "host")
    if visit.status not in AGREED:
        raise Conflict("Tempat hanya dapat diisi untuk kunjungan yang sudah diterima.")
    for one in (visit, *queries.sharing(visit)):
        if (one.room, one.meeting_link) == (room.strip(), meeting_link.strip()):
            continue
        one.room, one.meeting_link = room.strip(), meeting_link.strip()
        one.sequence += 1
        events.record("visit.place_set", one, viewer)


def noted(visit: Visit) -> None:
    """Notes of the visit were published: it may be reported."""
    visit.noted_at = visit.noted_at or clock.now()
