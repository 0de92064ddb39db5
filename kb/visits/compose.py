"""The letters of a visit, from its data. Nothing is invented: a name or number nobody gave becomes a dotted line."""

from collections.abc import Iterable
from itertools import groupby

from kb.core import clock, files
from kb.core.pages import hari, tanggal
from kb.instruments import loader
from kb.offices.models import Office
from kb.visits import openness
from kb.visits.letters import DOTS, KINDS, Block, Facts, Heading, Letter, Letterhead, Numbered, Paragraph, Signer, Table
from kb.visits.models import Visit, VisitLetter, VisitOption, VisitSession
from kb.visits.workflow import AGREED

MODES = {"daring": "secara daring", "berkunjung": "secara langsung", "hibrida": "secara hibrida (langsung dan daring)"}
BLANK_ROWS = 5


def letter_of(visit: Visit, kind: str, base_url: str, extra: tuple[Block, ...] = ()) -> Letter:
    """The letter of that kind; `extra` is what a higher room adds to the report."""
    known = visit.letter(kind) or VisitLetter(
        kind=kind, number="", nature="Biasa", attachment="-", place="", copies="",
        signer_name="", signer_position="", signer_rank="", signer_nip="",
    )  # fmt: skip
    office = visit.guest if KINDS[kind].side == "guest" else visit.host
    subject, to, blocks = _WRITERS[kind](visit)
    return Letter(
        kind=kind,
        head=head_of(office),
        subject=subject,
        blocks=(*blocks, *extra),
        signer=Signer(known.signer_position, known.signer_name, known.signer_rank, known.signer_nip),
        place=known.place,
        dated_on=known.dated_on,
        number=known.number,
        nature=known.nature,
        attachment=known.attachment,
        to=to,
        appendix=_appendix(visit) if kind == "permohonan" else (),
        copies=tuple(line.strip() for line in known.copies.splitlines() if line.strip()),
        address=f"{base_url}/kunjungan/{visit.id}",
    )


def head_of(office: Office) -> Letterhead:
    """The letterhead of an office, from its region and profile."""
    region = office.region.name if office.region else office.name
    government = f"Pemerintah {'Provinsi ' if office.region and office.region.kind == 'provinsi' else ''}{region}"
    contact = ", ".join(part for part in (office.phone and f"Telepon {office.phone}", office.email and f"surel {office.email}") if part)
    name = office.letterhead or "Dinas Komunikasi dan Informatika"
    if office.logo is None:
        return Letterhead(government, name, office.address or "", contact)
    return Letterhead(government, name, office.address or "", contact, files.read(office.logo), f"/instansi/{office.slug}/lambang")


def _times(visit: Visit) -> str:
    return _when(visit.sessions, _zone(visit))


def _zone(visit: Visit) -> str:
    return clock.ZONE_NAMES.get(visit.host.timezone, "")


def _when(rows: Iterable[VisitSession | VisitOption], zone: str) -> str:
    """The sessions of one schedule in a line."""
    return "; ".join(f"{hari(row.day)}, pukul {row.session.replace(':', '.')}–{row.ends.replace(':', '.')} {zone}" for row in rows)


def _place(visit: Visit) -> str:
    return visit.place or ("daring, tautan menyusul" if visit.mode == "daring" else DOTS)


def _topics(visit: Visit) -> str:
    return "; ".join(f"indikator {found.number} ({found.short_name})" for found in map(loader.indicator, visit.indicators))


def _request(visit: Visit):
    blocks: list[Block] = [
        Paragraph("Dengan hormat,"),
        Paragraph(f"Maksud kami: {visit.purpose}"),
        Paragraph(f"Untuk itu kami ingin berkonsultasi {MODES[visit.mode]} dengan {visit.host.name} pada:"),
        Facts(
            (
                ("Hari, waktu", _times(visit)),
                ("Pokok bahasan", _topics(visit) or "lihat pertanyaan"),
                ("Rombongan", f"{visit.delegation_size} orang, dipimpin {visit.head_name or DOTS}, {visit.head_position or DOTS}"),
                ("Narahubung", f"{visit.contact_name or DOTS}, {visit.contact_phone or DOTS}"),
            )
        ),
        Paragraph("Pertanyaan yang ingin kami ajukan:"),
        Numbered(tuple(visit.question_list)),
        Paragraph("Demikian permohonan ini kami sampaikan. Atas perhatian dan kesediaannya kami ucapkan terima kasih."),
    ]
    return "Permohonan kunjungan konsultasi", (f"Kepala {visit.host.name}", "di tempat"), blocks


def _appendix(visit: Visit) -> tuple[Block, ...]:
    """The delegation, on a sheet of its own."""
    people = [member for member in visit.members if member.side == "guest"]
    return (Heading("Lampiran: daftar rombongan"), _people_table(people)) if people else ()


def _people_table(people) -> Table:
    rows = tuple((str(number), one.name, one.title, one.nip or "-") for number, one in enumerate(people, start=1))
    return Table(("No.", "Nama", "Jabatan", "NIP"), rows)


def _answer(visit: Visit):
    request = visit.letter("permohonan")
    number = request.number if request and request.number else DOTS
    dated = tanggal(request.dated_on) if request and request.dated_on else DOTS
    blocks: list[Block] = [
        Paragraph("Dengan hormat,"),
        Paragraph(f"Menjawab surat Saudara nomor {number} tanggal {dated} ({visit.reference}), kami sampaikan:"),
    ]
    where = Facts((("Hari, waktu", _times(visit)), ("Tempat", _place(visit)), ("Pokok bahasan", _topics(visit) or "-")))
    if visit.status == "proposed":
        options = tuple(_when(rows, _zone(visit)) for _, rows in groupby(visit.options, key=lambda row: row.number))
        blocks += [Paragraph("Jadwal yang diminta belum dapat kami penuhi. Kami mengusulkan:"), Numbered(options)]
        blocks += [Paragraph(f"Alasan: {visit.reason}")] if visit.reason else []
        subject = "Usul jadwal kunjungan konsultasi"
    elif visit.status == "declined":
        blocks += [Paragraph("Dengan menyesal permohonan tersebut belum dapat kami terima."), Paragraph(f"Alasan: {visit.reason or DOTS}")]
        subject = "Jawaban atas permohonan kunjungan"
    elif visit.mode == "daring":
        blocks += [Paragraph("Kami bersedia menerima konsultasi secara daring pada:"), where]
        subject = "Kesediaan menerima konsultasi daring"
    else:
        blocks += [Paragraph("Kami bersedia menerima kunjungan Saudara pada:"), where]
        bring = openness.of(visit.host).bring
        blocks += [Paragraph(f"Mohon dibawa: {bring}.")] if bring else []
        subject = "Kesediaan menerima kunjungan konsultasi"
    blocks.append(Paragraph("Demikian kami sampaikan. Atas perhatiannya kami ucapkan terima kasih."))
    return subject, (f"Kepala {visit.guest.name}", "di tempat"), blocks


def _agenda(visit: Visit):
    rows = tuple(
        (
            f"{tanggal(item.day)} " * (len(visit.days) > 1) + f"{item.starts.replace(':', '.')}–{item.ends.replace(':', '.')}",
            item.title, item.speaker or DOTS, item.room or _place(visit),
        )
        for item in visit.agenda
    )  # fmt: skip
    blocks = [_header(visit), Table(("Waktu", "Acara", "Pembicara", "Ruang"), rows or ((DOTS, DOTS, DOTS, DOTS),))]
    return "Susunan acara kunjungan konsultasi", (), blocks


def _header(visit: Visit) -> Facts:
    return Facts((("Tamu", visit.guest.name), ("Tuan rumah", visit.host.name), ("Hari, waktu", _times(visit)), ("Tempat", _place(visit))))


def _attendance(visit: Visit):
    people = [*visit.members, *[None] * BLANK_ROWS]
    rows = tuple(
        (
            str(number),
            one.name if one else "",
            one.title if one else "",
            (visit.guest if one.side == "guest" else visit.host).name if one else "",
            "hadir" if one and one.present_at else "",
        )
        for number, one in enumerate(people, start=1)
    )
    return "Daftar hadir", (), [_header(visit), Table(("No.", "Nama", "Jabatan", "Instansi", "Tanda tangan"), rows, tall=True)]


def _visum(visit: Visit):
    people = [member for member in visit.members if member.side == "guest"]
    rows = tuple((str(number), one.name, one.nip or "-", "", "") for number, one in enumerate(people, start=1))
    rows = rows or (("1", visit.head_name or DOTS, "", "", ""),)
    blocks = [
        Paragraph(f"Yang tersebut di bawah ini telah datang dan berkonsultasi di {visit.host.name}:"),
        _header(visit),
        Table(("No.", "Nama", "NIP", "Tiba di, tanggal", "Berangkat dari, tanggal"), rows, tall=True),
        Paragraph("Dibubuhi tanda tangan dan cap instansi tuan rumah."),
    ]
    return "Lembar visum perjalanan dinas", (), blocks


def _report(visit: Visit):
    present = visit.attended if visit.attended is not None else None
    blocks: list[Block] = [
        Heading("Dasar dan waktu"),
        Facts(
            (
                ("Nomor rujukan", visit.reference or DOTS),
                ("Tuan rumah", visit.host.name),
                ("Hari, waktu", _times(visit)),
                ("Cara", MODES[visit.mode]),
                ("Rombongan", f"{visit.delegation_size} orang" + (f", {present} tercatat hadir" if present is not None else "")),
                ("Pokok bahasan", _topics(visit) or "-"),
            )
        ),
        Heading("Maksud"),
        Paragraph(visit.purpose),
        Heading("Pertanyaan yang dibawa"),
        Numbered(tuple(visit.question_list)),
    ]
    if visit.agenda:
        blocks += [Heading("Acara"), *_agenda(visit)[2][1:]]
    return "Laporan hasil kunjungan", (), blocks


_WRITERS = {
    "permohonan": _request,
    "balasan": _answer,
    "acara": _agenda,
    "hadir": _attendance,
    "visum": _visum,
    "laporan": _report,
}


def is_ready(visit: Visit, kind: str) -> bool:
    """Has the visit come far enough for this letter?"""
    if kind == "permohonan":
        return True
    if kind == "balasan":
        return visit.status in AGREED | {"proposed", "declined", "held", "reported", "closed"}
    return visit.status in AGREED | {"held", "reported", "closed"}
