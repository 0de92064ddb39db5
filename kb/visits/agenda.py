"""The agenda as lines of text: read, written, and a usual one to begin with. Pure.

A line is `09.00-09.30; title; speaker; room`; on another day than the first it begins with its date. Nothing that was typed is cut.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from kb.core.errors import Invalid
from kb.visits.calendar import Session

EXAMPLE = "09.00-09.30; Pembukaan; Kepala dinas; Ruang rapat"
# What a line may hold behind its hours, and how much of it.
PARTS = (("acara", 200), ("pembicara", 200), ("ruang", 120))
WHEN = re.compile(r"(?:([0-9]{4}-[0-9]{2}-[0-9]{2})\s+)?(.+)")
# A usual agenda: what, and at how many percent of the session it ends.
USUAL = (("Pembukaan dan sambutan kedua pihak", 15), ("Paparan tuan rumah", 50), ("Tanya jawab menurut daftar pertanyaan", 90),
         ("Kesepakatan, foto bersama, dan penutup", 100))  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line of the agenda."""

    day: date
    starts: time
    ends: time
    title: str
    speaker: str = ""
    room: str = ""


def read(text: str, first_day: date) -> list[Line]:
    """The lines of a text. Raises Invalid at `text`, naming the line at fault."""
    lines = enumerate(text.splitlines(), start=1)
    return [_read_line(number, line, first_day) for number, line in lines if line.strip()]


def _read_line(number: int, line: str, first_day: date) -> Line:
    when, *parts = (part.strip() for part in line.split(";"))
    on_day, hours = _read_when(number, when, first_day)
    while len(parts) > len(PARTS) and not parts[-1]:
        parts.pop()
    if len(parts) > len(PARTS):
        raise Invalid(
            f'Baris {number}: "{parts[len(PARTS)][:40]}" tidak mempunyai tempat. Satu baris berisi waktu; acara; pembicara; ruang, '
            "jadi titik koma hanya di antaranya.",
            "text",
        )
    if not parts or not parts[0]:
        raise Invalid(f"Baris {number}: acaranya belum ditulis.", "text")
    for part, (name, most) in zip(parts, PARTS, strict=False):
        if len(part) > most:
            raise Invalid(f"Baris {number}: {name} terlalu panjang, paling banyak {most} karakter; sekarang {len(part)}.", "text")
    return Line(on_day, hours.starts, hours.ends, *parts)


def _read_when(number: int, when: str, first_day: date) -> tuple[date, Session]:
    try:
        on, hours = WHEN.fullmatch(when).groups()
        return (date.fromisoformat(on) if on else first_day), Session.from_text(hours)
    except (ValueError, AttributeError):
        raise Invalid(f'Baris {number}: "{when[:40]}" bukan waktu. Contoh: {EXAMPLE}', "text") from None


def as_text(lines: Iterable, first_day: date) -> str:
    """Lines, or rows of the table, as they can be edited in a text box."""
    return "\n".join(_line(line, first_day) for line in lines)


def _line(line, first_day: date) -> str:
    starts, ends = (str(moment)[:5].replace(":", ".") for moment in (line.starts, line.ends))
    prefix = f"{line.day.isoformat()} " if line.day != first_day else ""
    return "; ".join([f"{prefix}{starts}-{ends}", line.title, line.speaker, line.room]).rstrip("; ")


def usual(day: date, session: Session, room: str = "") -> list[Line]:
    """A usual agenda to begin with: opening, presentation, questions, closing, at times that a clock shows well."""
    first, last = (moment.hour * 60 + moment.minute for moment in (session.starts, session.ends))
    room = room.replace(";", ",")[: dict(PARTS)["ruang"]]
    lines, at = [], first
    for title, percent in USUAL:
        until = last if percent == 100 else min(last, round((first + (last - first) * percent / 100) / 5) * 5)
        if until > at:
            lines.append(Line(day, _clock(at), _clock(until), title, room=room))
            at = until
    return lines


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
