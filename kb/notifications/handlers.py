"""Who is told of what. Each handler asks the database, and the room's policy, before it tells anybody."""

from collections.abc import Iterable

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from kb.accounts import queries as people
from kb.accounts.models import Invitation, JoinRequest, ResetRequest, User
from kb.accounts.signin import RESET_DAYS
from kb.articles.models import Article
from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Event
from kb.core.pages import hari, waktu
from kb.core.viewer import viewer_of
from kb.notes.models import Note
from kb.notifications import choices, follows, forgetting, mail, subjects
from kb.notifications.models import Notice
from kb.notifications.telling import FOOT, SIGNATURE, Enclosure, sentence, tell
from kb.offices import queries as offices
from kb.offices.models import Office
from kb.questions import moderation
from kb.questions import queries as questions
from kb.questions.models import Answer, Comment, Question
from kb.visits import completing, ics, invitations, letter_service, openness, reminders
from kb.visits import queries as visits
from kb.visits.models import Visit
from kb.visits.workflow import AGREED, WAITS_FOR_HOST

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
    "visit.joint_asked": "Rombongan lain ingin bergabung dengan kunjungan {guest} ke {host}",
    "visit.place_set": "Tempat kunjungan ke {host} ditentukan",
    "visit.completed": "{guest} melengkapi permohonan kunjungan",
    "visit.zone_changed": "Zona waktu {host} diubah",
    "visit.members_changed": "Rombongan kunjungan {guest} ke {host} diubah",
    "visit.agenda_changed": "Susunan acara kunjungan {guest} ke {host} diubah",
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
    "visit.joint_asked": "Digabung hanya bila tamu yang sudah diterima menyatakan bersedia, di halaman kunjungannya.",
    "visit.slot_freed": "Tuan rumah sekarang dapat menerima permohonan yang menunggu.",
    "visit.zone_changed": "Jam kunjungan tetap, tetapi kini menurut zona waktu yang baru. Sesuaikan perjalanan dan rapat Anda.",
    "visit.members_changed": "Buka halaman Rombongan untuk melihat siapa yang datang dan siapa yang menerima.",
    "visit.agenda_changed": "Buka halaman Susunan acara untuk melihat jam, pembicara, dan ruangnya.",
    "visit.held": "Isi catatan kunjungan selagi ingat; laporan untuk pimpinan tersusun dari catatan itu.",
}

# Told to both sides, because the one who acted is a third party.
TOLD_TO_BOTH = {"visit.displaced", "visit.slot_freed", "visit.joined"}


def is_followed_up(event: Event) -> bool:
    """Did the same side change the same list again? Then the later event tells of both."""
    return event.name in visits.SETTLING and events.came_again(event)


@events.on("inbox", *VISIT_TITLES)
def tell_of_visit(event: Event) -> None:
    """The other side's managers, and who asked; the calendars of both sides."""
    if is_followed_up(event):
        return
    visit = visits.find(event.subject_id)
    title = VISIT_TITLES[event.name].format(guest=visit.guest.name, host=visit.host.name)
    enclosures = [_enclosure(visit, change) for change in invitations.settle(visit)]
    lines = [
        f"{title}.",
        f"Nomor rujukan: {visit.reference}\nWaktu: {'; '.join(visit.times)}",
        f"Yang berubah: {completing.names_of(event.data['parts'])}." if event.name == "visit.completed" else "",
        f"Alasan: {visit.reason}" if visit.reason else "",
        VISIT_ADVICE.get(event.name, ""),
    ]
    for side, office_id in (("tuan rumah", visit.host_id), ("tamu", visit.guest_id)):
        knows = office_id == event.office_id and event.name not in TOLD_TO_BOTH
        why = f"instansi Anda {side} kunjungan ini"
        url, besides = f"/kunjungan/{visit.id}", readers_of_its_note(event, visit)
        tell(event, _concerned(visit, office_id), title, url, lines, why, enclosures=enclosures, quietly=knows, besides=besides)


def readers_of_its_note(event: Event, visit: Visit) -> set[int]:
    """Publishing a note of a visit says that it was held; whoever was told of the note knows."""
    if event.name != "visit.held":
        return set()
    told = select(Notice.user_id).join(Event, Event.id == Notice.event_id).join(Note, Note.id == Event.subject_id)
    return set(db.session.scalars(told.where(Event.name == "note.published", Note.visit_id == visit.id)))


@events.on("inbox", "visit.letter_added")
def tell_of_letter(event: Event) -> None:
    """The other side's managers, of a signed letter."""
    visit = visits.find(event.subject_id)
    if not event.data.get("signed"):
        return
    writer, other = (visit.guest, visit.host) if event.office_id == visit.guest_id else (visit.host, visit.guest)
    title = f"{writer.name} mengunggah surat bertanda tangan"
    lines = [f"{title}.", letter_service.label_of(event.data["kind"], event.data["turn"]), f"Nomor rujukan: {visit.reference}"]
    why = "instansi Anda salah satu pihak kunjungan ini"
    tell(event, people.managers_of(other.id), title, f"/kunjungan/{visit.id}/surat", lines, why)


def _enclosure(visit: Visit, change: invitations.Change) -> Enclosure:
    sender = mail.sender()[1]
    when = waktu(change.entry.starts_at, visit.host.timezone)
    says = {
        "REQUEST": f"Undangan kalender terlampir: {when}. Kalender Anda menambahkannya, atau memperbarui yang sudah ada.",
        "CANCEL": f"Pembatalan kalender terlampir: {when} dicabut dari kalender Anda.",
    }[change.method]
    return Enclosure(says, lambda user: ics.message(visit, change.entry, change.method, sender, user.email).decode())


@events.on("inbox", "visit.day_closed")
def tell_of_closed_day(event: Event) -> None:
    """Both sides of a visit or request whose day became a holiday; the guest alone where the host closed it."""
    visit = visits.find(event.subject_id)
    closed = openness.closed_days(visit)
    if not closed or visit.status not in {*AGREED, *WAITS_FOR_HOST, "proposed"}:
        return
    title = f"Hari kunjungan {visit.guest.name} ke {visit.host.name} menjadi hari tutup"
    days = "\n".join(f"{hari(day)}: {reason}" for day, reason in closed.items())
    agreed = "Kunjungan ini tidak batal dengan sendirinya. Sepakati bersama: tetap berlangsung, pindah hari, atau daring."
    asked = "Permohonan ini tidak ditolak. Tamu dapat memilih sesi lain, dan tuan rumah dapat mengusulkan jadwal lain."
    lines = [f"{title}.", f"Nomor rujukan: {visit.reference}", days, agreed if visit.status in AGREED else asked]
    for office_id in {visit.host_id, visit.guest_id} - {event.office_id}:
        why = "instansi Anda salah satu pihak kunjungan ini"
        tell(event, _concerned(visit, office_id), title, f"/kunjungan/{visit.id}", lines, why)


@events.on("inbox", "visit.reminded")
def remind_of_visit(event: Event) -> None:
    """Both sides; only the guest when something of theirs is missing. Nobody when it was cancelled, or completed, meanwhile."""
    visit = visits.find(event.subject_id)
    reminder = reminders.wording(visit, event.data["kind"])
    if reminder is None:
        return
    lines = [f"{reminder.title}.", f"Waktu: {'; '.join(visit.times)}", reminder.advice]
    for office_id in (visit.guest_id, visit.host_id) if reminder.to_both else (visit.guest_id,):
        why = "instansi Anda salah satu pihak kunjungan ini"
        tell(event, _concerned(visit, office_id), reminder.title, reminder.url, lines, why)


def _concerned(visit: Visit, office_id: int) -> list[User]:
    found = people.managers_of(office_id)
    if visit.requested_by and visit.requested_by.office_id == office_id:
        found = [*found, visit.requested_by]
    return found


@events.on("inbox", "note.published")
def tell_of_note(event: Event) -> None:
    """The managers of the other party, who may keep it to the two offices."""
    note = db.session.get(Note, event.subject_id)
    title, why = f"Catatan konsultasi terbit: {note.title}", "instansi Anda salah satu pihak catatan ini"
    lines = [sentence(title), note.summary, f"Ditulis {note.office.name}, dan dapat dibaca oleh {READERS[note.visibility]}."]
    if note.visibility != "para_pihak":
        lines.append("Bila itu terlalu luas bagi instansi Anda, buka halamannya dan persempit pembacanya.")
    for office_id in {note.host_id, note.guest_id} - {event.office_id}:
        tell(event, people.managers_of(office_id), title, f"/catatan/{note.id}", lines, why)


READERS = {
    "para_pihak": "kedua instansi saja",
    "jejaring": "semua instansi yang sudah bergabung",
    "publik": "siapa pun, juga tanpa akun",
}


@events.on("inbox", "note.narrowed")
def tell_of_narrowing(event: Event) -> None:
    """Who wrote the note, the managers of its office, and those of the party that did not do it."""
    note = db.session.get(Note, event.subject_id)
    by = offices.get(event.office_id)
    title = f"Pembaca catatan dipersempit: {note.title}"
    lines = [sentence(title), f"{by.name} membatasinya untuk kedua instansi. Isinya tidak berubah."]
    users = [note.author] if note.author else []
    for office_id in {note.office_id, note.host_id, note.guest_id} - {event.office_id}:
        users += people.managers_of(office_id)
    tell(event, users, title, f"/catatan/{note.id}", lines, "instansi Anda menulis catatan ini, atau salah satu pihaknya")


@events.on("inbox", "article.published", "article.edited")
def tell_offices_it_is_about(event: Event) -> None:
    """The managers of an office of which another one wrote: they did not say it, and may have something to say."""
    article = db.session.get(Article, event.subject_id)
    for office in newly_about(event, article):
        title, why = f"{article.office.name} menulis tentang instansi Anda: {article.title}", "artikel ini tentang instansi Anda"
        advice = "Bukan tulisan instansi Anda. Bila ada yang keliru, tanyakan di bawah artikelnya, atau tulis artikel sendiri."
        lines = [sentence(title), article.summary, advice]
        tell(event, people.managers_of(office.id), title, f"/artikel/{article.slug}", lines, why, kind="ikuti")


def newly_about(event: Event, article: Article) -> list[Office]:
    """The offices, besides the one that wrote it, that a new article is about, or that a change of a published one has named newly."""
    named = event.data.get("about")
    if not named or article.status != "published":
        return []
    return [office for office in article.about if office.id in named and office.id != article.office_id]


def _tell_of_question(
    event: Event, question: Question, users: Iterable[User], title: str, lines: list[str], why: str, anchor: str = ""
) -> None:
    """The question's title says what it is about."""
    what = f"{title}: {question.title}"
    tell(event, users, what, f"/tanya/{question.id}{anchor}", [sentence(what), *lines], why)


def _askers(question: Question) -> list[User]:
    """Who asked this, or a question that was merged into it, as far as they are still here; and the managers of the asking office."""
    authors = db.session.scalars(select(User).where(User.id.in_(questions.askers(question))))
    return [*authors, *people.managers_of(question.office_id)]


def _writers(parts: Iterable[Question | Answer | Comment | None]) -> list[User]:
    """Who wrote these; for those who have gone without a successor the managers of their offices."""
    found = []
    for part in parts:
        if part is not None:
            found += people.keepers([part.author] if part.author else []) or people.managers_of(part.office_id)
    return found


def invited_people(question: Question) -> set[int]:
    """Whom `tell_invited` tells of a question."""
    return {user.id for user in people.keepers(_managers(questions.invited_offices(question)))}


def _moderators() -> list[User]:
    return [*people.admins(), *people.managers_of(offices.editorial_id())]


@events.on("inbox", "question.invited")
def tell_invited(event: Event) -> None:
    """The managers of the office that is asked to answer, unless it has left."""
    question = db.session.get(Question, event.subject_id)
    office = offices.get(event.data["invited_office_id"])
    if question.status != "open" or (office.joined_at is None and not office.is_editorial):
        return
    lines = [f"{question.office.name} bertanya dan berharap instansi Anda menjawab."]
    _tell_of_question(event, question, people.managers_of(office.id), "Diundang menjawab", lines, "instansi Anda diundang menjawab")


@events.on("inbox", "question.reminded", "question.widened", "question.escalated")
def tell_of_waiting(event: Event) -> None:
    """A question that waits reaches more people at each stage; a confidential one only the addressed office."""
    question = db.session.get(Question, event.subject_id)
    if question.status != "open" or question.answer_count:
        return
    if question.visibility == "para_pihak" or event.name == "question.reminded":
        invited = questions.invited_offices(question)
        users, why = _managers(invited), "instansi Anda diundang menjawab"
    elif event.name == "question.widened":
        users, why = (
            _managers(questions.likely_offices(question)),
            "instansi Anda pernah menulis, dikunjungi, atau menjawab tentang indikatornya, atau berindeks Sangat Baik ke atas",
        )
    else:
        users, why = _moderators(), "Anda moderator Berguru"
    lines = [f"{question.office.name} menunggu jawaban sejak {hari(clock.day_of(question.asked_at))}."]
    _tell_of_question(event, question, users, "Belum ada jawaban", lines, why)


def _managers(office_ids: Iterable[int]) -> list[User]:
    return [user for office_id in office_ids for user in people.managers_of(office_id)]


ANSWER_TITLES = {
    "answer.given": "Jawaban baru",
    "answer.accepted": "Jawaban Anda diterima",
    "answer.applied": "Jawaban Anda berhasil diterapkan",
    "answer.withdrawn": "Jawaban yang Anda terima ditarik",
}


@events.on("inbox", *ANSWER_TITLES)
def tell_of_answer(event: Event) -> None:
    """An answer, and an accepted one that is taken back, concern those who asked; what becomes of it, those who answered."""
    answer = db.session.get(Answer, event.subject_id)
    question, title, anchor = answer.question, ANSWER_TITLES[event.name], f"#jawaban-{answer.id}"
    if event.name == "answer.given" and answer.stands:
        lines = [f"{answer.office.name} menjawab."]
        _tell_of_question(event, question, _askers(question), title, lines, "Anda atau instansi Anda yang bertanya", anchor)
    elif event.name == "answer.withdrawn" and event.data.get("was_accepted"):
        lines = [f"{answer.office.name} menarik jawabannya. Pertanyaan Anda terbuka kembali."]
        _tell_of_question(event, question, _askers(question), title, lines, "Anda atau instansi Anda yang bertanya")
    elif event.name in ("answer.accepted", "answer.applied") and answer.stands:
        lines = [f"Hasilnya: {answer.applied_note}" if event.name == "answer.applied" and answer.applied_note else ""]
        users = [*([answer.author] if answer.author else []), *people.managers_of(answer.office_id)]
        _tell_of_question(event, question, users, title, lines, "instansi Anda yang menjawab", anchor)


@events.on("inbox", "answer.edited", "answer.unaccepted")
def tell_of_changed_answer(event: Event) -> None:
    """An edited answer concerns those who asked, above all when they took it; one that is taken no more, those who answered too."""
    answer = db.session.get(Answer, event.subject_id)
    question, anchor = answer.question, f"#jawaban-{answer.id}"
    if not answer.stands:
        return
    asked = "Anda atau instansi Anda yang bertanya"
    if event.name == "answer.edited":
        title = "Jawaban yang Anda terima diubah" if answer.accepted_at else "Jawaban diubah"
        lines = [f"{answer.office.name} mengubah jawabannya.", "Periksa apakah masih menjawab." if answer.accepted_at else ""]
        _tell_of_question(event, question, _askers(question), title, lines, asked, anchor)
        return
    lines = ["Jawaban lain diterima sebagai gantinya." if event.data.get("replaced_by") else "Pertanyaan ini terbuka lagi."]
    users = [*([answer.author] if answer.author else []), *people.managers_of(answer.office_id)]
    _tell_of_question(event, question, users, "Jawaban Anda tidak lagi diterima", lines, "instansi Anda yang menjawab", anchor)
    _tell_of_question(event, question, _askers(question), "Penerimaan jawaban dibatalkan", lines, asked, anchor)


@events.on("inbox", "question.commented")
def tell_of_comment(event: Event) -> None:
    """Who asked, or, on an answer, also who answered; and those who commented there before."""
    comment = db.session.get(Comment, event.data["comment_id"])
    question = db.session.get(Question, comment.question_id)
    answer = db.session.get(Answer, comment.answer_id) if comment.answer_id else None
    if comment.hidden_at is not None:
        return
    users = _writers([question, answer, *questions.earlier_comments(comment)])
    lines = [f"{comment.office.name} memberi komentar."]
    _tell_of_question(
        event, question, users, "Komentar baru", lines, "Anda menulis di pertanyaan ini", f"#jawaban-{answer.id}" if answer else ""
    )


@events.on("inbox", "question.merged")
def tell_of_merge(event: Event) -> None:
    """Who asked the duplicate is told where it goes on; who followed it follows that."""
    follows.move(f"question:{event.subject_id}", f"question:{event.data['into']}")
    target = db.session.get(Question, event.data["into"])
    merged = db.session.get(Question, event.subject_id)
    lines = [f"Pertanyaan nomor {merged.id} digabung dengan pertanyaan serupa. Jawabannya ada di sana."]
    _tell_of_question(event, target, _writers([merged]), "Pertanyaan Anda digabung", lines, "Anda yang bertanya")


@events.on("inbox", "question.flagged")
def tell_moderators(event: Event) -> None:
    """The moderators, while the report waits for them."""
    question = db.session.get(Question, event.subject_id)
    if question.is_flagged:
        lines = [f"Alasan: {moderation.REASONS[event.data['reason']]}."]
        _tell_of_question(event, question, _moderators(), "Laporan pembaca", lines, "Anda moderator Berguru")


@events.on("inbox", "question.moderated")
def tell_moderated(event: Event) -> None:
    """Whose text is hidden or shown again, with the reason."""
    question = db.session.get(Question, event.subject_id)
    part = moderation.subject(question, event.data["part"], event.data["part_id"])
    titles = {"hidden": "Tulisan Anda disembunyikan moderator", "shown": "Tulisan Anda ditampilkan kembali"}
    if part is None or event.data["act"] not in titles:
        return
    users = [*([part.author] if part.author else []), *people.managers_of(part.office_id)]
    lines = [f"Alasan: {part.hidden_because}" if part.hidden_at else ""]
    _tell_of_question(event, question, users, titles[event.data["act"]], lines, "Anda atau instansi Anda yang menulis")


@events.on("inbox", "question.redacted")
def forget_text(event: Event) -> None:
    """What was replaced must not live on in notices, nor in mails that were sent or wait."""
    forgetting.forget(db.session.get(Question, event.subject_id))


@events.on("inbox", "account.handed_over")
def pass_on(event: Event) -> None:
    """What the leaver follows, and has not read yet, goes to the successor, who is told; but for what is the leaver's own, or not theirs
    to see."""
    successor = db.session.get(User, event.data["to"])
    follows.hand_over(event.subject_id, successor.id)
    known = select(Notice.event_id).where(Notice.user_id == successor.id)
    unread = select(Notice).where(
        Notice.user_id == event.subject_id, Notice.read_at.is_(None), Notice.kind != choices.ACCOUNT, Notice.event_id.not_in(known)
    )
    notices = list(db.session.scalars(unread.options(joinedload(Notice.event))))
    may_see = subjects.sights([notice.event for notice in notices])
    passed = [notice.id for notice in notices if may_see[notice.event_id](viewer_of(successor))]
    db.session.execute(update(Notice).where(Notice.id.in_(passed)).values(user_id=successor.id))
    title = "Seorang rekan menyerahkan pekerjaannya kepada Anda"  # a mail names nobody
    tell(event, [successor], title, "/beranda", [f"{title}."], "rekan Anda menyerahkan pekerjaannya")


@events.on("inbox", "account.reset_asked")
def send_reset_link(event: Event) -> None:
    """Who has an account under the address that was typed gets the link. Of any other address nothing is kept."""
    asked = db.session.get(ResetRequest, event.subject_id)
    user = people.by_email(asked.email) if asked else None
    if user is not None and user.active:
        lines = [
            f"Yth. {user.name},",
            "Kata sandi akun Berguru Anda dapat dibuat ulang lewat tautan ini. "
            f"Tautan berlaku {RESET_DAYS} hari dan hanya dapat dipakai sekali:",
            people.set_password_link(user),
            "Bila bukan Anda yang memintanya, abaikan surel ini; kata sandi Anda tidak berubah.",
            SIGNATURE,
        ]
        mail.queue(f"event:{event.id}", user.email, "Atur ulang kata sandi Berguru", "\n\n".join(lines) + "\n", is_secret=True)
    db.session.execute(delete(ResetRequest).where(ResetRequest.id == event.subject_id))


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
        f"Permohonan Anda disetujui: {request.office.name} sudah bergabung di Berguru dan Anda pengelolanya.",
        "Buat kata sandi lewat tautan ini. Bila tautannya sudah kedaluwarsa, minta yang baru lewat halaman Lupa kata sandi.",
        people.set_password_link(request.user),
        FOOT.format(why="Anda mengajukan permohonan bergabung"),
        SIGNATURE,
    ]
    mail.queue(f"event:{event.id}", request.email, "Permohonan bergabung disetujui", "\n\n".join(lines) + "\n", is_secret=True)


@events.on("inbox", "account.declined")
def regret(event: Event) -> None:
    """The one who asked is told why not."""
    request = db.session.get(JoinRequest, event.subject_id)
    lines = [
        f"Yth. {request.name},",
        f"Permohonan bergabung untuk {request.office.name} belum dapat disetujui.",
        f"Alasan: {request.reason}",
        FOOT.format(why="Anda mengajukan permohonan bergabung"),
        SIGNATURE,
    ]
    mail.queue(f"event:{event.id}", request.email, "Permohonan bergabung belum disetujui", "\n\n".join(lines) + "\n")


# Until an account can move from office to office.
LEAVE_FIRST = (
    "Alamat surel ini sudah dipakai akun Anda di {office}. Bila Anda pindah tugas, mintalah pengelola instansi itu mengeluarkan akun Anda "
    "lebih dahulu lewat halaman Orang di instansi, lalu buka tautan di bawah ini. Bila tidak, abaikan surel ini; akun Anda tidak berubah."
)


@events.on("inbox", "account.invited")
def invite(event: Event) -> None:
    """The invited person gets the link; who has an account at another office reads here, and only here, what comes first."""
    invitation = db.session.get(Invitation, event.subject_id)
    if invitation.used_at or invitation.withdrawn_at:
        return
    known = people.by_email(invitation.email)
    lines = [
        "Dengan hormat,",
        f"Anda diundang bergabung dengan {invitation.office.name} di Berguru, tempat dinas kominfo saling belajar.",
        *([LEAVE_FIRST.format(office=known.office.name)] if known else []),
        people.invitation_link(invitation),
        FOOT.format(why="pengelola instansi itu mengundang alamat ini"),
        SIGNATURE,
    ]
    mail.queue(f"event:{event.id}", invitation.email, f"Undangan ke {invitation.office.name}", "\n\n".join(lines) + "\n", is_secret=True)


@events.on("inbox", "account.role_changed")
def tell_of_role(event: Event) -> None:
    """The person whose role changed."""
    user = db.session.get(User, event.subject_id)
    title = f"Peran Anda sekarang: {user.role_name}"
    tell(event, [user], title, "/akun", [f"{title} di {user.office.name}."], "peran akun Anda diubah")
