"""The letters that offices send each other about a visit: what each says of it, and in which words.

A letter that was sent must not change with the visit. So its words are made of facts, and these are settled one after the other: most
when the step it tells of is taken (`SETTLED_BY`), the rest (`STILL_OPEN`) when it gets its number or its signed PDF. What is settled is
kept with the letter; what is not, is read from the visit.
"""

from datetime import date
from itertools import groupby
from typing import Any

from kb.core import clock
from kb.core.pages import hari, tanggal
from kb.instruments import loader
from kb.offices.models import Office
from kb.visits import openness
from kb.visits.letters import DOTS, Block, Facts, Heading, Numbered, Paragraph, Table
from kb.visits.models import Visit, VisitLetter
from kb.visits.signers import Details

# Which letter a step of the workflow begins.
SETTLED_BY = {
    "submit": "permohonan",
    "reschedule": "permohonan",
    "propose": "balasan-usul",
    "accept": "balasan",
    "accept_online": "balasan",
    "accept_joint": "balasan",
    "choose": "balasan",
    "decline": "balasan-tolak",
}

# What of a letter is still to come when its step is taken.
STILL_OPEN = {
    "permohonan": {"people", "size"},
    "balasan-usul": {"request"},
    "balasan": {"place", "bring", "size", "request"},
    "balasan-tolak": {"request"},
}

WAYS = {"daring": "secara daring", "berkunjung": "secara langsung", "hibrida": "secara hibrida (langsung dan daring)"}

Said = dict[str, Any]


def official_name(office: Office) -> str:
    """The office as letters address it: Dinas Komunikasi dan Informatika Kabupaten Mesuji."""
    name = office.letterhead or "Dinas Komunikasi dan Informatika"
    if name.isupper():
        name = name.title().replace(" Dan ", " dan ")
    region = government_of(office)
    return name if not region or region.casefold() in name.casefold() else f"{name} {region}"


def government_of(office: Office) -> str:
    """Kabupaten Mesuji, Kota Metro, Provinsi Lampung."""
    if office.region is None:
        return office.name
    return f"Provinsi {office.region.name}" if office.region.kind == "provinsi" else office.region.name


def zone_of(visit: Visit) -> str:
    return clock.ZONE_NAMES.get(visit.host.timezone, "")


def times_of(rows) -> list[list[str]]:
    """Sessions as they are kept with a letter."""
    return [[row.day.isoformat(), row.session, row.ends] for row in rows]


def when(times: list[list[str]], zone: str) -> str:
    """Sessions in a line."""
    return "; ".join(f"{hari(date.fromisoformat(day))}, pukul {hours(starts, ends)} {zone}" for day, starts, ends in times)


def hours(starts: str, ends: str) -> str:
    return f"{starts}–{ends}".replace(":", ".")


def place_of(visit: Visit) -> str:
    """Where it takes place, or under which link."""
    if visit.mode == "daring":
        return visit.place or "daring, tautan menyusul"
    where = visit.place or DOTS
    return f"{where}; daring: {visit.meeting_link}" if visit.mode == "hibrida" and visit.meeting_link else where


def topics_of(visit: Visit) -> str:
    return "; ".join(f"indikator {found.number} ({found.short_name})" for found in map(loader.indicator, visit.indicators))


def people_of(visit: Visit, side: str = "guest") -> list[list[str]]:
    """Name, position, NIP of one side."""
    return [[member.name, member.title, member.nip] for member in visit.members if member.side == side]


def people_table(people: list[list[str]]) -> Table:
    rows = tuple((str(number), name, title, nip or "-") for number, (name, title, nip) in enumerate(people, start=1))
    return Table(("No.", "Nama", "Jabatan", "NIP"), rows)


def cited(visit: Visit, kind: str = "permohonan") -> tuple[str, str]:
    """Number and day by which other letters cite the newest one of a kind; what is not known is a dotted line."""
    found = visit.letters_of(kind)
    letter = next((letter for letter in reversed(found) if letter.number), found[-1] if found else None)
    number = letter.number if letter and letter.number else DOTS
    return number, tanggal(letter.dated_on) if letter and letter.dated_on else DOTS


def facts_of(visit: Visit, kind: str, turn: int = 1) -> Said:
    """All that a letter of this kind says of the visit, as it stands now."""
    return _common(visit) | _FACTS[kind](visit, turn)


def settled(visit: Visit, letter: VisitLetter) -> Said:
    """All that a letter says: what is settled, and the rest as it stands now."""
    return facts_of(visit, letter.kind, letter.turn) | letter.facts


def _common(visit: Visit) -> Said:
    return {
        "host": official_name(visit.host), "guest": official_name(visit.guest), "mode": visit.mode, "zone": zone_of(visit),
        "sessions": times_of(visit.sessions), "reason": visit.reason, "reference": visit.reference,
    }  # fmt: skip


def _request_facts(visit: Visit, turn: int) -> Said:
    return {
        "purpose": visit.purpose, "questions": visit.question_list, "topics": topics_of(visit), "size": visit.delegation_size,
        "head": [visit.head_name, visit.head_position], "contact": [visit.contact_name, visit.contact_phone],
        "people": people_of(visit), "former": list(cited(visit)) if turn > 1 else None,
    }  # fmt: skip


def _proposal_facts(visit: Visit, _turn: int) -> Said:
    options = [times_of(rows) for _, rows in groupby(visit.options, key=lambda row: row.number)]
    until = visit.options_until.isoformat() if visit.options_until else None
    return {"request": list(cited(visit)), "options": options, "until": until}


def _acceptance_facts(visit: Visit, _turn: int) -> Said:
    return {
        "request": list(cited(visit)), "moved": visit.status == "online", "topics": topics_of(visit), "size": visit.delegation_size,
        "head": [visit.head_name, visit.head_position], "place": place_of(visit), "bring": openness.of(visit.host).bring,
        "joined": official_name(visit.joint_with.guest) if visit.joint_with else "",
    }  # fmt: skip


def _refusal_facts(visit: Visit, _turn: int) -> Said:
    return {"request": list(cited(visit))}


_FACTS = {
    "permohonan": _request_facts,
    "balasan-usul": _proposal_facts,
    "balasan": _acceptance_facts,
    "balasan-tolak": _refusal_facts,
}


def words_of(kind: str, facts: Said, known: Details) -> tuple[str, tuple[str, ...], list[Block]]:
    """Subject, addressee and text of a letter."""
    subject, blocks = _WRITERS[kind](facts, known)
    to = facts["host"] if kind == "permohonan" else facts["guest"]
    return subject, (f"Kepala {to}", "di Tempat"), [Paragraph("Dengan hormat,"), *blocks]


def appendix_of(kind: str, facts: Said) -> tuple[Block, ...]:
    """The delegation, on a sheet of its own."""
    if kind != "permohonan" or not facts["people"]:
        return ()
    return (Heading(f"Lampiran: daftar rombongan {facts['guest']}"), people_table(facts["people"]))


def _request(facts: Said, _known: Details) -> tuple[str, list[Block]]:
    online = facts["mode"] == "daring"
    what = f"konsultasi daring {facts['guest']} dengan" if online else f"kunjungan konsultasi {facts['guest']} ke"
    opening = f"Sehubungan dengan rencana {what} {facts['host']}, bersama ini kami sampaikan maksud dan tujuan kami:"
    subject = "Permohonan konsultasi daring" if online else "Permohonan kunjungan konsultasi"
    if facts["former"]:
        number, dated = facts["former"]
        subject = "Permohonan perubahan jadwal konsultasi"
        opening = f"Menyusul surat kami nomor {number} tanggal {dated}, kami mohon perubahan jadwal {what} {facts['host']}"
        opening += f", dengan pertimbangan: {_sentence(facts['reason'])} " if facts["reason"] else ". "
        opening += "Maksud dan tujuan kami:"
    asking = "kami mohon kesediaan Saudara berkonsultasi dengan" if online else "kami mohon kesediaan Saudara menerima"
    blocks: list[Block] = [
        Paragraph(opening),
        Paragraph(_sentence(facts["purpose"])),
        Paragraph(f"Berkenaan dengan hal tersebut, {asking} kami {WAYS[facts['mode']]} pada:"),
        Facts((
            *_when_pairs(facts),
            ("Pokok bahasan", facts["topics"] or "sebagaimana pertanyaan di bawah ini"),
            ("Rombongan", _delegation(facts)),
            ("Narahubung", ", ".join(part or DOTS for part in facts["contact"])),
        )),
        Paragraph("Adapun hal-hal yang ingin kami tanyakan:"),
        Numbered(tuple(facts["questions"])),
    ]  # fmt: skip
    if facts["people"]:
        blocks.append(Paragraph("Daftar nama rombongan kami sampaikan sebagaimana terlampir."))
    blocks.append(Paragraph("Demikian permohonan ini kami sampaikan. Atas perhatian dan kerja sama Saudara, kami ucapkan terima kasih."))
    return subject, blocks


def _when_pairs(facts: Said) -> list[tuple[str, str]]:
    """The usual two lines for one session; several are counted in one."""
    if len(facts["sessions"]) != 1:
        return [("Hari, waktu", when(facts["sessions"], facts["zone"]) or DOTS)]
    [(day, starts, ends)] = facts["sessions"]
    return [("Hari, tanggal", hari(date.fromisoformat(day))), ("Waktu", f"pukul {hours(starts, ends)} {facts['zone']}")]


def _delegation(facts: Said) -> str:
    name, position = facts["head"]
    return f"{facts['size']} orang, dipimpin {name or DOTS}, {position or DOTS}"


def _sentence(text: str) -> str:
    """What somebody typed, ended as a sentence is."""
    text = text.strip()
    return text if not text or text[-1] in ".!?:;…" else f"{text}."


def _answering(facts: Said) -> str:
    number, dated = facts["request"]
    reference = f" (nomor rujukan Berguru {facts['reference']})" if facts["reference"] else ""
    return f"Menindaklanjuti surat Saudara nomor {number} tanggal {dated}{reference},"


CLOSING = Paragraph("Demikian kami sampaikan. Atas perhatian dan kerja sama Saudara, kami ucapkan terima kasih.")


def _proposal(facts: Said, known: Details) -> tuple[str, list[Block]]:
    what = f"bahwa konsultasi pada {when(facts['sessions'], facts['zone'])} belum dapat kami laksanakan."
    options = tuple(when(times, facts["zone"]) for times in facts["options"])
    until = f", paling lambat tanggal {tanggal(date.fromisoformat(facts['until']))}" if facts["until"] else ""
    blocks: list[Block] = [
        Paragraph(f"{_answering(facts)} kami sampaikan {what}"),
        *_because(facts),
        Paragraph("Sebagai gantinya, kami mengusulkan jadwal berikut:"),
        Numbered(options),
        Paragraph(f"Kami mohon Saudara memilih salah satu jadwal tersebut{until}. Untuk koordinasi, Saudara dapat menghubungi:"),
        Facts((("Narahubung", known.contact or DOTS),)),
        CLOSING,
    ]
    return "Usul jadwal kunjungan konsultasi", blocks


def _because(facts: Said) -> list[Block]:
    return [Paragraph(f"Adapun pertimbangan kami: {_sentence(facts['reason'])}")] if facts["reason"] else []


def _acceptance(facts: Said, known: Details) -> tuple[str, list[Block]]:
    online = facts["mode"] == "daring"
    what = "berkonsultasi dengan Saudara" if online else "menerima kunjungan konsultasi Saudara"
    if facts["moved"]:
        blocks: list[Block] = [
            Paragraph(f"{_answering(facts)} kami bersedia {what}, dan mengalihkannya menjadi konsultasi daring."),
            Paragraph(f"Adapun pertimbangan kami: {_sentence(facts['reason']) or DOTS}"),
            Paragraph("Konsultasi dilaksanakan pada:"),
        ]
    else:
        blocks = [Paragraph(f"{_answering(facts)} dengan ini kami sampaikan bahwa kami bersedia {what} {WAYS[facts['mode']]} pada:")]
    blocks.append(Facts((
        *_when_pairs(facts),
        ("Tautan" if online else "Tempat", facts["place"]),
        ("Pokok bahasan", facts["topics"] or "sebagaimana surat Saudara"),
        ("Rombongan", _delegation(facts)),
        ("Penerima", known.receiver or DOTS),
        ("Narahubung", known.contact or DOTS),
    )))  # fmt: skip
    if facts["joined"]:
        blocks.append(Paragraph(f"Kunjungan dilaksanakan bersama rombongan {facts['joined']}."))
    if facts["bring"] and not online:
        blocks.append(Paragraph(f"Rombongan kami mohon membawa: {_sentence(facts['bring'])}"))
    blocks.append(CLOSING)
    return f"Kesediaan menerima {'konsultasi daring' if online else 'kunjungan konsultasi'}", blocks


def _refusal(facts: Said, _known: Details) -> tuple[str, list[Block]]:
    asked = f"permohonan konsultasi pada {when(facts['sessions'], facts['zone'])}"
    blocks: list[Block] = [
        Paragraph(f"{_answering(facts)} dengan menyesal kami sampaikan bahwa {asked} belum dapat kami terima."),
        Paragraph(f"Adapun pertimbangan kami: {_sentence(facts['reason']) or DOTS}"),
        CLOSING,
    ]
    return "Jawaban atas permohonan kunjungan konsultasi", blocks


_WRITERS = {
    "permohonan": _request,
    "balasan-usul": _proposal,
    "balasan": _acceptance,
    "balasan-tolak": _refusal,
}
