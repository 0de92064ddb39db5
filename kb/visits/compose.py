"""The letters of a visit, from its data. Nothing is invented: a name or number nobody gave becomes a dotted line."""

from datetime import date

from kb.core import files
from kb.core.pages import tanggal
from kb.offices.models import Office
from kb.visits import correspondence, signers
from kb.visits.correspondence import STILL_OPEN, cited, official_name, people_of, people_table, place_of, times_of, topics_of, zone_of
from kb.visits.letters import DOTS, KINDS, Block, Facts, Heading, Letter, Letterhead, Numbered, Paragraph, Signer, Table
from kb.visits.models import Visit, VisitLetter, VisitMember
from kb.visits.signers import Details
from kb.visits.workflow import HOLDS_SLOT

BLANK_ROWS = 3
NOTHING_KNOWN = 8


def letter_of(visit: Visit, kind: str, base_url: str, turn: int = 1, extra: tuple[Block, ...] = ()) -> Letter:
    """A letter of that kind; `extra` is what a higher room adds to the report."""
    row = visit.letter(kind, turn)
    known = signers.details(visit, kind, row)
    subject, to, blocks, appendix = _words(visit, kind, row or VisitLetter(kind=kind, turn=turn, facts={}), known)
    return Letter(
        kind=kind,
        head=head_of(visit.guest if KINDS[kind].side == "guest" else visit.host),
        subject=subject,
        blocks=(*blocks, *extra),
        signer=None if kind == "visum" else _signer(known),
        place=known.place,
        dated_on=known.dated_on or _day_of_the_sheet(visit, kind),
        number=known.number,
        nature=known.nature,
        attachment=known.attachment,
        to=to,
        appendix=appendix,
        copies=tuple(line.strip() for line in known.copies.splitlines() if line.strip()),
        address=f"{base_url}/kunjungan/{visit.id}",
    )


def _words(visit: Visit, kind: str, row: VisitLetter, known: Details):
    """Subject, addressee, text and appendix."""
    if kind in STILL_OPEN:
        facts = correspondence.settled(visit, row)
        return *correspondence.words_of(kind, facts, known), correspondence.appendix_of(kind, facts)
    subject, blocks = _SHEETS[kind](visit, known)
    return subject, (), blocks, ()


def _signer(known: Details) -> Signer:
    return Signer(known.signer_position, known.signer_name, known.signer_rank, known.signer_nip)


def _day_of_the_sheet(visit: Visit, kind: str) -> date | None:
    """What is signed at the visit bears its day."""
    return visit.last_day if kind == "hadir" else None


def head_of(office: Office) -> Letterhead:
    """The letterhead of an office, from its region and profile."""
    government = f"Pemerintah {correspondence.government_of(office)}"
    contact = ", ".join(part for part in (office.phone and f"Telepon {office.phone}", office.email and f"surel {office.email}") if part)
    name = office.letterhead or "Dinas Komunikasi dan Informatika"
    if office.logo is None:
        return Letterhead(government, name, office.address or "", contact)
    return Letterhead(government, name, office.address or "", contact, files.read(office.logo), f"/instansi/{office.slug}/lambang")


def _agenda(visit: Visit, _known: Details) -> tuple[str, list[Block]]:
    return "Susunan acara kunjungan konsultasi", [_header(visit), agenda_table(visit)]


def agenda_table(visit: Visit) -> Table:
    """The agenda, with the day where there are two."""
    rows = tuple(
        (
            f"{tanggal(item.day)} " * (len(visit.days) > 1) + correspondence.hours(item.starts, item.ends),
            item.title, item.speaker or DOTS, item.room or place_of(visit),
        )
        for item in visit.agenda
    )  # fmt: skip
    return Table(("Waktu", "Acara", "Pembicara", "Ruang"), rows or ((DOTS, DOTS, DOTS, DOTS),))


def _times(visit: Visit) -> str:
    return correspondence.when(times_of(visit.sessions), zone_of(visit))


def _header(visit: Visit) -> Facts:
    sides = (("Tamu", official_name(visit.guest)), ("Tuan rumah", official_name(visit.host)))
    return Facts((*sides, ("Hari, waktu", _times(visit)), ("Tempat", place_of(visit))))


def _attendance(visit: Visit, _known: Details) -> tuple[str, list[Block]]:
    blocks: list[Block] = [_header(visit)]
    for label, side, office in (("Tamu", "guest", visit.guest), ("Tuan rumah", "host", visit.host)):
        people = [member for member in visit.members if member.side == side]
        blanks = [None] * (BLANK_ROWS if people else NOTHING_KNOWN)
        rows = tuple(_to_sign(number, one) for number, one in enumerate([*people, *blanks], start=1))
        blocks += [Heading(f"{label}: {official_name(office)}"), Table(("No.", "Nama", "Jabatan", "Tanda tangan"), rows, tall=True)]
    return "Daftar hadir", blocks


def _to_sign(number: int, one: VisitMember | None) -> tuple[str, ...]:
    return (str(number), one.name, one.title, "tercatat hadir" if one.present_at else "") if one else (str(number), "", "", "")


def _visum(visit: Visit, known: Details) -> tuple[str, list[Block]]:
    people = people_of(visit) or [[visit.head_name or DOTS, visit.head_position, ""]]
    host, home = (signers.place_of(office) or office.name for office in (visit.host, visit.guest))
    signature = "\n".join((
        f"{known.signer_position or f'Kepala {official_name(visit.host)}'},", "", "", "(tanda tangan dan cap)", "", "",
        known.signer_name or DOTS, f"NIP {known.signer_nip or DOTS}",
    ))  # fmt: skip
    arrival = f"Tiba di: {host}\n\nPada tanggal: {tanggal(visit.day)}\n\n{signature}"
    departure = f"Berangkat dari: {host}\nKe: {home}\nPada tanggal: {tanggal(visit.last_day)}\n\n{signature}"
    blocks = [
        Paragraph(f"Yang namanya tercantum di bawah ini telah melaksanakan kunjungan konsultasi ke {official_name(visit.host)}:"),
        _header(visit),
        people_table(people),
        Table((), ((arrival, departure),)),
    ]
    return "Lembar visum perjalanan dinas", blocks


def _report(visit: Visit, known: Details) -> tuple[str, list[Block]]:
    blocks: list[Block] = [
        Facts((
            ("Kepada", f"Yth. {known.addressee or _superior(visit)}"),
            ("Dari", f"{visit.head_name or DOTS}, {visit.head_position or DOTS}"),
            ("Tanggal", tanggal(known.dated_on) or DOTS),
            ("Nomor", known.number or DOTS),
            ("Hal", f"Laporan hasil kunjungan konsultasi ke {official_name(visit.host)}"),
        )),
        Heading("Dasar"),
        Numbered(_basis(visit, known)),
        Heading("Maksud dan tujuan"),
        Paragraph(visit.purpose),
        Heading("Waktu, tempat, dan pokok bahasan"),
        Facts((
            ("Tuan rumah", official_name(visit.host)),
            ("Hari, waktu", _times(visit)),
            ("Cara", correspondence.WAYS[visit.mode]),
            ("Tempat", place_of(visit)),
            ("Pokok bahasan", topics_of(visit) or DOTS),
            ("Nomor rujukan", visit.reference or DOTS),
        )),
        Heading("Peserta"),
        *_participants(visit),
    ]  # fmt: skip
    if visit.agenda:
        blocks += [Heading("Acara"), agenda_table(visit)]
    return "Laporan hasil kunjungan", blocks


def _superior(visit: Visit) -> str:
    """The head of the guest's office; who heads it reports to the head of the region."""
    region = visit.guest.region
    if region is None or not visit.head_position.casefold().removeprefix("plt. ").startswith("kepala dinas"):
        return f"Kepala {official_name(visit.guest)}"
    title = {"provinsi": "Gubernur", "kota": "Wali Kota"}.get(region.kind, "Bupati")
    return f"{title} {signers.place_of(visit.guest)}"


def _basis(visit: Visit, known: Details) -> tuple[str, ...]:
    letters = (("Surat permohonan", visit.guest, "permohonan"), ("Surat balasan", visit.host, "balasan"))
    lines = []
    for label, office, kind in letters:
        number, dated = cited(visit, kind)
        lines.append(f"{label} {official_name(office)} nomor {number} tanggal {dated}")
    return (*lines, f"Surat tugas nomor {known.assignment or f'{DOTS} tanggal {DOTS}'}")


def _participants(visit: Visit) -> list[Block]:
    """Who came, by side; who was expected, where nobody held the list."""
    attended = "" if visit.attended is None else f", {visit.attended} orang tercatat hadir"
    blocks: list[Block] = [Paragraph(f"Rombongan {visit.delegation_size} orang{attended}.")]
    for label, side, office in (("Tamu", "guest", visit.guest), ("Tuan rumah", "host", visit.host)):
        people = [member for member in visit.members if member.side == side]
        counted = any(member.present_at for member in people)
        rows = tuple(
            (str(number), one.name, one.title, ("hadir" if one.present_at else "tidak tercatat") if counted else "tidak dicatat")
            for number, one in enumerate(people, start=1)
        )
        if rows:
            blocks += [Heading(f"{label}: {official_name(office)}", 2), Table(("No.", "Nama", "Jabatan", "Kehadiran"), rows)]
    return blocks


_SHEETS = {
    "acara": _agenda,
    "hadir": _attendance,
    "visum": _visum,
    "laporan": _report,
}


# The states in which a reply can be written that no step has begun.
_READY_IN = {"balasan-usul": {"proposed"}, "balasan-tolak": {"declined"}}


def is_ready(visit: Visit, kind: str, turn: int = 1) -> bool:
    """Is there such a letter, or has the visit come far enough for it?"""
    if kind in STILL_OPEN and visit.letter(kind, turn) is not None:
        return True
    if turn > 1:
        return False
    if kind == "permohonan":
        return True
    return visit.status in _READY_IN.get(kind, HOLDS_SLOT) and not (kind == "visum" and visit.mode == "daring")
