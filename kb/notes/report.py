"""The report on the head's desk: the visit, and what its notes and follow-ups say, as one letter."""

from dataclasses import replace
from itertools import count

from kb.core import clock, files
from kb.core.pages import tanggal
from kb.core.viewer import Viewer
from kb.notes import paper, queries
from kb.notes.models import Note
from kb.visits import compose
from kb.visits.letters import DOTS, Blank, Block, Heading, Letter, Numbered, Paragraph, Picture, Table
from kb.visits.models import Visit

# The headings of notes whose text has a part of its own in the report.
AGREEMENTS = ("kesepakatan",)
CONCLUSIONS = ("kesimpulan", "simpulan", "saran", "rekomendasi")


def of(visit: Visit, viewer: Viewer, base_url: str) -> Letter:
    """The laporan hasil kunjungan, with only those notes the viewer may see."""
    notes = queries.of_visit(viewer, visit.id)
    results: list[Block] = []
    agreements: list[Block] = []
    conclusions: list[Block] = []
    for note in notes:
        agreed, rest = paper.split(paper.blocks_of(note.html), AGREEMENTS)
        concluded, rest = paper.split(rest, CONCLUSIONS)
        agreements, conclusions = agreements + agreed, conclusions + concluded
        results += [Heading(note.title, 2), Paragraph(note.summary), *map(_deeper, rest)]
    blocks = [
        Heading("Hasil"),
        *(results or _unwritten(visit)),
        *([Heading("Kesepakatan"), *agreements] if agreements else []),
        Heading("Tindak lanjut"),
        _follow_ups(notes),
        Heading("Kesimpulan dan saran"),
        *(conclusions or [Blank()]),
    ]
    letter = compose.letter_of(visit, "laporan", base_url, extra=tuple(blocks))
    return replace(letter, blocks=_numbered(letter.blocks), appendix=_pictures(visit))


def _pictures(visit: Visit) -> tuple[Block, ...]:
    """After the signature, as an appendix."""
    found = [Picture(files.read(photo.file), photo.caption, f"/kunjungan/{visit.id}/foto/{photo.id}") for photo in visit.photos]
    return (Heading("Lampiran: dokumentasi"), *found) if found else ()


def _deeper(block: Block) -> Block:
    """Inside its note, whose title is a heading."""
    return replace(block, level=block.level + 1) if isinstance(block, Heading) else block


def _unwritten(visit: Visit) -> list[Block]:
    """Without notes the report at least says what was asked, and leaves room for the answers."""
    asked = [Paragraph("Catatan kunjungan belum ditulis. Pertanyaan yang dibawa:"), Numbered(tuple(visit.question_list))]
    return [*asked, Blank()]


def _numbered(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The parts of a report are counted, whichever of them there are."""
    number = count(1)
    return tuple(
        replace(block, text=f"{next(number)}. {block.text}") if isinstance(block, Heading) and block.level == 1 else block
        for block in blocks
    )


def _follow_ups(notes: list[Note]) -> Table:
    all_of_them = [follow_up for note in notes for follow_up in note.follow_ups]
    rows = tuple((found.text, found.office.name, tanggal(found.due_on), _state(found)) for found in all_of_them)
    return Table(("Tindak lanjut", "Oleh", "Paling lambat", "Keadaan"), rows or ((DOTS, DOTS, DOTS, ""),))


def _state(follow_up) -> str:
    if follow_up.done_at:
        return "selesai"
    return "terlambat" if follow_up.due_on < clock.today() else "berjalan"
