"""Who is told of what. Each handler asks the database, and the room's policy, before it tells anybody."""

from collections.abc import Iterable

from flask import current_app
from sqlalchemy import select

from kb.accounts import queries as people
from kb.accounts.models import Invitation, JoinRequest, User
from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Event
from kb.core.pages import hari
from kb.core.viewer import viewer_of
from kb.notes import policy as note_policy
from kb.notes.models import Note
from kb.notifications import mail
from kb.notifications.models import Notice
from kb.visits import policy as visit_policy
from kb.visits import queries as visits
from kb.visits.models import Visit

FOOT = "Anda menerima surel ini karena {why}. Surel ini dikirim otomatis; balas lewat halaman di atas.\n\nBerguru"


def tell(event: Event, users: Iterable[User], title: str, url: str, lines: list[str], why: str) -> None:
    """A notice and a mail for each person, once per event; never for the one who did it."""
    told = set(db.session.scalars(select(Notice.user_id).where(Notice.event_id == event.id)))
    for user in {user.id: user for user in users}.values():
        if not user.active or user.id == event.actor_id or user.id in told:
            continue
        db.session.add(Notice(user_id=user.id, event_id=event.id, title=title[:300], url=url, created_at=clock.now()))
        mail.queue(f"event:{event.id}:{user.id}", user.email, title, _text(user.name, lines, url, why))


def _text(name: str, lines: list[str], url: str, why: str) -> str:
    parts = [f"Yth. {name},", *(line for line in lines if line), current_app.config["BASE_URL"] + url, FOOT.format(why=why)]
    return "\n\n".join(parts) + "\n"


VISIT_TITLES = {
    "visit.requested": "Permohonan kunjungan baru dari {guest}",
    "visit.rescheduled": "{guest} meminta sesi lain untuk kunjungan ke {host}",
    "visit.waitlisted": "{guest} masuk daftar tunggu",
    "visit.displaced": "Sesi yang Anda minta di {host} sudah terisi",
    "visit.slot_freed": "Sesi yang ditunggu di {host} bebas lagi",
    "visit.proposed": "{host} mengusulkan jadwal lain",
    "visit.options_refused": "Usul jadwal tidak cocok bagi {guest}",
    "visit.accepted": "Kunjungan {guest} ke {host} diterima",
    "visit.moved_online": "Kunjungan ke {host} dialihkan daring",
    "visit.joined": "Rombongan lain bergabung dengan kunjungan ke {host}",
    "visit.joint_wished": "{guest} bersedia digabung dengan rombongan lain",
    "visit.place_set": "Tempat kunjungan ke {host} ditentukan",
    "visit.declined": "Permohonan kunjungan ke {host} ditolak",
    "visit.withdrawn": "Permohonan kunjungan dari {guest} ditarik",
    "visit.cancelled": "Kunjungan {guest} ke {host} dibatalkan",
    "visit.held": "Kunjungan {guest} ke {host} terlaksana",
    "visit.reported": "Kunjungan {guest} ke {host} sudah dilaporkan",
    "visit.closed": "Kunjungan {guest} ke {host} ditutup",
}

# What the one who is told can do now.
VISIT_ADVICE = {
    "visit.displaced": "Permohonan Anda tidak ditolak. Pilih sesi lain, masuk daftar tunggu, atau nyatakan bersedia digabung.",
    "visit.proposed": "Buka halamannya dan terima salah satu usul dengan sekali tekan.",
    "visit.slot_freed": "Tuan rumah sekarang dapat menerima permohonan yang menunggu.",
    "visit.held": "Isi catatan kunjungan selagi ingat; laporan untuk pimpinan tersusun dari catatan itu.",
}

# Told to both sides, because the one who acted is a third party.
TOLD_TO_BOTH = {"visit.displaced", "visit.slot_freed", "visit.joined"}


@events.on("inbox", *VISIT_TITLES)
def tell_of_visit(event: Event) -> None:
    """The other side's managers, and who asked."""
    visit = visits.find(event.subject_id)
    title = VISIT_TITLES[event.name].format(guest=visit.guest.name, host=visit.host.name)
    when = "\n".join(f"{hari(row.day)}, pukul {row.session.replace(':', '.')}" for row in visit.sessions)
    lines = [
        f"{title}.",
        f"Nomor rujukan: {visit.reference}\nWaktu: {when}",
        f"Alasan: {visit.reason}" if visit.reason else "",
        VISIT_ADVICE.get(event.name, ""),
    ]
    for side, office_id in (("tuan rumah", visit.host_id), ("tamu", visit.guest_id)):
        if office_id == event.office_id and event.name not in TOLD_TO_BOTH:
            continue
        readers = [user for user in _concerned(visit, office_id) if visit_policy.can_view(viewer_of(user), visit)]
        tell(event, readers, title, f"/kunjungan/{visit.id}", lines, f"instansi Anda {side} kunjungan ini")


def _concerned(visit: Visit, office_id: int) -> list[User]:
    found = people.managers_of(office_id)
    if visit.requested_by and visit.requested_by.office_id == office_id:
        found = [*found, visit.requested_by]
    return found


@events.on("inbox", "note.published")
def tell_of_note(event: Event) -> None:
    """The managers of the other party."""
    note = db.session.get(Note, event.subject_id)
    for office_id in {note.host_id, note.guest_id} - {event.office_id}:
        readers = [user for user in people.managers_of(office_id) if note_policy.can_view(viewer_of(user), note)]
        title = f"Catatan konsultasi terbit: {note.title}"
        tell(event, readers, title, f"/catatan/{note.id}", [f"{title}.", note.summary], "instansi Anda salah satu pihak catatan ini")


@events.on("inbox", "account.requested")
def tell_of_request(event: Event) -> None:
    """The admins."""
    request = db.session.get(JoinRequest, event.subject_id)
    title = f"Permohonan bergabung: {request.office.name}"
    tell(event, people.admins(), title, "/admin/permohonan", [f"{title}."], "Anda admin Berguru")


@events.on("inbox", "account.admitted")
def welcome(event: Event) -> None:
    """The new manager gets the link to set a password."""
    request = db.session.get(JoinRequest, event.subject_id)
    if request.user is None or not request.user.active:
        return
    lines = [
        f"Yth. {request.name},",
        f"Permohonan Anda diterima: {request.office.name} sudah bergabung di Berguru dan Anda pengelolanya.",
        "Buat kata sandi lewat tautan ini. Bila tautannya sudah kedaluwarsa, minta yang baru lewat halaman Lupa kata sandi.",
        people.set_password_link(request.user),
        FOOT.format(why="Anda mengajukan permohonan bergabung"),
    ]
    mail.queue(f"event:{event.id}", request.email, "Permohonan bergabung diterima", "\n\n".join(lines) + "\n", is_secret=True)


@events.on("inbox", "account.declined")
def regret(event: Event) -> None:
    """The one who asked is told why not."""
    request = db.session.get(JoinRequest, event.subject_id)
    lines = [
        f"Yth. {request.name},",
        f"Permohonan bergabung untuk {request.office.name} belum dapat diterima.",
        f"Alasan: {request.reason}",
        FOOT.format(why="Anda mengajukan permohonan bergabung"),
    ]
    mail.queue(f"event:{event.id}", request.email, "Permohonan bergabung belum diterima", "\n\n".join(lines) + "\n")


@events.on("inbox", "account.invited")
def invite(event: Event) -> None:
    """The invited person gets the link."""
    invitation = db.session.get(Invitation, event.subject_id)
    if invitation.used_at or invitation.withdrawn_at:
        return
    lines = [
        "Dengan hormat,",
        f"Anda diundang bergabung dengan {invitation.office.name} di Berguru, tempat dinas kominfo saling belajar.",
        people.invitation_link(invitation),
        FOOT.format(why="pengelola instansi itu mengundang alamat ini"),
    ]
    mail.queue(f"event:{event.id}", invitation.email, f"Undangan ke {invitation.office.name}", "\n\n".join(lines) + "\n", is_secret=True)


@events.on("inbox", "account.role_changed")
def tell_of_role(event: Event) -> None:
    """The person whose role changed."""
    user = db.session.get(User, event.subject_id)
    title = f"Peran Anda sekarang: {user.role_name}"
    tell(event, [user], title, "/akun", [f"{title} di {user.office.name}."], "peran akun Anda diubah")
