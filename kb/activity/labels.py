"""What the audit pages call events, their subjects and details, in Bahasa Indonesia; templates of other rooms use it as filters."""

from flask import Flask

from kb.core.events import Event
from kb.questions import moderation

# The kinds by which the list is narrowed: the first part of the names.
KINDS = {
    "account": "Akun",
    "office": "Instansi",
    "article": "Artikel",
    "visit": "Kunjungan",
    "note": "Catatan konsultasi",
    "question": "Pertanyaan",
    "answer": "Jawaban",
    "demand": "Papan kebutuhan",
    "mail": "Surel",
}

EVENTS = {
    "account.requested": "Permohonan bergabung dikirim",
    "account.admitted": "Permohonan bergabung disetujui",
    "account.declined": "Permohonan bergabung ditolak",
    "account.invited": "Orang diundang",
    "account.invitation_withdrawn": "Undangan ditarik",
    "account.joined": "Undangan dipakai, akun dibuat",
    "account.role_changed": "Peran diubah",
    "account.removed": "Akun diakhiri",
    "account.two_step_switched_off": "Masuk dua langkah dimatikan",
    "account.reset_asked": "Tautan kata sandi diminta",
    "account.handed_over": "Pekerjaan diserahkan kepada rekan",
    "account.taken_back": "Pekerjaan diambil kembali",
    "office.joined": "Instansi bergabung",
    "office.edited": "Profil instansi diubah",
    "article.created": "Artikel dibuat",
    "article.edited": "Artikel diubah",
    "article.restored": "Revisi artikel dipulihkan",
    "article.published": "Artikel diterbitkan",
    "article.discarded": "Draf artikel dihapus",
    "article.archived": "Artikel diarsipkan",
    "article.source_withheld": "Sumber artikel disamarkan atau disembunyikan",
    "article.unarchived": "Artikel dikeluarkan dari arsip",
    "visit.requested": "Permohonan kunjungan dikirim",
    "visit.discarded": "Draf permohonan kunjungan dihapus",
    "visit.accepted": "Kunjungan diterima",
    "visit.moved_online": "Kunjungan dialihkan daring",
    "visit.declined": "Permohonan kunjungan ditolak",
    "visit.proposed": "Jadwal lain diusulkan",
    "visit.options_refused": "Usul jadwal tidak cocok",
    "visit.rescheduled": "Sesi lain diminta",
    "visit.waitlisted": "Masuk daftar tunggu",
    "visit.displaced": "Sesi yang diminta terisi",
    "visit.slot_freed": "Sesi bebas lagi",
    "visit.joint_wished": "Bersedia digabung dengan rombongan lain",
    "visit.joint_asked": "Rombongan yang sudah diterima ditanyai untuk digabung",
    "visit.joined": "Rombongan lain bergabung",
    "visit.place_set": "Tempat kunjungan ditentukan",
    "visit.completed": "Permohonan kunjungan dilengkapi",
    "visit.zone_changed": "Zona waktu tuan rumah diubah",
    "visit.day_closed": "Hari kunjungan tertutup",
    "visit.members_changed": "Rombongan kunjungan diubah",
    "visit.agenda_changed": "Susunan acara kunjungan diubah",
    "visit.withdrawn": "Permohonan kunjungan ditarik",
    "visit.cancelled": "Kunjungan dibatalkan",
    "visit.held": "Kunjungan terlaksana",
    "visit.reminded": "Pengingat kunjungan dikirim",
    "visit.erased": "Data pribadi kunjungan dihapus",
    "visit.surveyed": "Tiga pertanyaan setelah kunjungan dijawab",
    "visit.reported": "Kunjungan dilaporkan",
    "visit.closed": "Kunjungan ditutup",
    "visit.letter_added": "Surat dinomori atau diunggah",
    "visit.opened": "Keterbukaan kunjungan diubah",
    "note.created": "Catatan dibuat",
    "note.edited": "Catatan diubah",
    "note.published": "Catatan diterbitkan",
    "note.narrowed": "Pembaca catatan dipersempit",
    "note.discarded": "Draf catatan dihapus",
    "note.followed_up": "Tindak lanjut ditambah atau selesai",
    "question.asked": "Pertanyaan diajukan",
    "question.edited": "Pertanyaan diubah",
    "question.invited": "Instansi diundang menjawab",
    "question.invitation_declined": "Undangan menjawab dilewati",
    "question.commented": "Komentar ditulis",
    "question.closed": "Pertanyaan ditutup",
    "question.reopened": "Pertanyaan dibuka kembali",
    "question.merged": "Pertanyaan digabung",
    "question.reminded": "Instansi yang diundang diingatkan",
    "question.widened": "Instansi lain yang mungkin tahu diberi tahu",
    "question.escalated": "Moderator diberi tahu",
    "question.flagged": "Dilaporkan pembaca",
    "question.moderated": "Diputus moderator",
    "question.redacted": "Teks disamarkan",
    "question.became_article": "Pertanyaan menjadi draf artikel",
    "demand.taken": "Kebutuhan diambil untuk ditulis",
    "demand.released": "Kebutuhan dilepas lagi",
    "demand.reminded": "Penulis kebutuhan diingatkan",
    "demand.fulfilled": "Kebutuhan sudah ditulis",
    "demand.discarded": "Pencarian dibuang dari papan",
    "question.taken_up": "Jawaban diambil untuk ditulis",
    "answer.given": "Jawaban ditulis",
    "answer.edited": "Jawaban diubah",
    "answer.withdrawn": "Jawaban ditarik",
    "answer.accepted": "Jawaban diterima",
    "answer.unaccepted": "Jawaban tidak lagi diterima",
    "answer.applied": "Jawaban berhasil diterapkan",
    "answer.helped": "Jawaban dinyatakan membantu",
    "answer.confirmed": "Jawaban dinyatakan masih berlaku",
    "answer.moderated": "Jawaban diputus moderator",
    "mail.queued": "Surel menunggu dikirim",
}

SUBJECTS = {
    "join_request": "Permohonan bergabung",
    "invitation": "Undangan",
    "reset_request": "Permintaan tautan",
    "person": "Orang",
    "office": "Instansi",
    "article": "Artikel",
    "visit": "Kunjungan",
    "note": "Catatan",
    "question": "Pertanyaan",
    "answer": "Jawaban",
    "demand_claim": "Kebutuhan",
    "demand_removal": "Kebutuhan yang dibuang",
    "mail": "Surel",
}
PAGES = {"visit": "/kunjungan/{}", "note": "/catatan/{}", "question": "/tanya/{}"}

CONSUMERS = {"search": "Indeks pencarian", "inbox": "Pemberitahuan", "mail": "Surel"}

# What moderation writes into its events, and nothing else of an event's data is shown.
ACTS = {"hidden": "disembunyikan", "shown": "ditampilkan kembali", "dismissed": "laporan tidak beralasan"}
PARTS = {"question": "pertanyaan", "answer": "jawaban", "comment": "komentar"}


def init_app(app: Flask) -> None:
    """Give the labels to every template."""
    app.add_template_filter(event_label, "peristiwa")
    app.add_template_filter(details, "rincian")
    app.add_template_filter(subject_label, "perihal")
    app.add_template_filter(subject_url, "halaman")
    app.add_template_filter(lambda consumer: CONSUMERS.get(consumer, consumer), "penerima")


def event_label(name: str) -> str:
    """What an event is called; its name for one that is not ours."""
    return EVENTS.get(name, name)


def subject_label(event: Event) -> str:
    """What an event is about."""
    return f"{SUBJECTS.get(event.subject_kind, event.subject_kind)} {event.subject_id}"


def subject_url(event: Event) -> str:
    """The page of what an event is about, where its number leads there."""
    gone = event.name.endswith(".discarded")
    return PAGES[event.subject_kind].format(event.subject_id) if event.subject_kind in PAGES and not gone else ""


def details(event: Event) -> str:
    """Of a report or a moderator's act: which part, what was done, and why."""
    if event.name not in MODERATION:
        return ""
    data, found = event.data, []
    if part := PARTS.get(data.get("part")):
        found.append(f"Bagian: {part} {data.get('part_id')}")
    if act := ACTS.get(data.get("act")):
        found.append(f"Tindakan: {act}")
    if because := data.get("because") or moderation.REASONS.get(data.get("reason")):
        found.append(f"Alasan: {because}")
    if texts := data.get("texts"):
        found.append(f"Disamarkan di {texts} teks")
    return "; ".join(found)


MODERATION = ("question.flagged", "question.moderated", "question.redacted", "answer.moderated")


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What the list can be narrowed to: for each kind all of it, and each of its events, as beginnings of names."""
    return [
        (label, [(f"{kind}.", f"{label}: semua"), *((name, text) for name, text in EVENTS.items() if name.startswith(f"{kind}."))])
        for kind, label in KINDS.items()
    ]
