"""The generated library: sample articles of varied length, the same ones each time. Pure; bench/fill.py puts them into the database.

An article is about a few indicators and borrows from a few texts of content/; its sentences are chains of the words that follow each
other there, so that an article about audits says "audit" and most others do not. Names of applications and numbers of regulations
make the long tail of rare words. Article number n is the same in a library of any size.
"""

import random
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from kb.core import content
from kb.instruments import loader

CONTENT = Path(__file__).resolve().parent.parent / "content"
SEED = 2026
MARK = "data contoh"
NEWEST = date(2026, 11, 23)
DAYS = 5 * 365
VISIBILITIES = {"publik": 88, "jejaring": 8, "instansi": 4}
OPENINGS = (
    "Menyusun", "Menata", "Menaikkan", "Mengukur", "Memulai", "Memperbaiki", "Pelajaran dari", "Setahun dengan", "Langkah kecil untuk",
)  # fmt: skip
SYLLABLES = (
    "ba",
    "da",
    "ka",
    "la",
    "ma",
    "na",
    "pa",
    "ra",
    "sa",
    "ta",
    "di",
    "ki",
    "li",
    "mi",
    "ni",
    "ri",
    "gu",
    "lu",
    "mu",
    "ru",
    "su",
    "tu",
)
HEADINGS = (
    "Keadaan awal", "Yang kami lakukan", "Siapa yang terlibat", "Biaya dan waktu", "Yang berhasil", "Yang gagal", "Bukti dukung",
    "Cara menirunya", "Aturan yang dipakai", "Rencana berikutnya", "Pertanyaan yang sering diajukan", "Risiko dan kendala",
)  # fmt: skip


@dataclass(frozen=True)
class Sample:
    """A generated article, as an author would write it; `office` is one of those given."""

    slug: str
    title: str
    summary: str
    body: str
    source: str
    office: str
    indicators: tuple[str, ...]
    visibility: str
    published_on: date


def article(number: int, offices: Sequence[str]) -> Sample:
    """The sample article of this number, written by one of these offices (names, the busiest first)."""
    pick = random.Random(f"{SEED}:{number}")
    # Few offices write much, many write little; the same holds for indicators.
    office = offices[int(len(offices) * pick.random() ** 2)]
    codes = _codes()
    indicators = tuple(dict.fromkeys(codes[int(len(codes) * pick.random() ** 1.5)] for _ in range(pick.randint(1, 3))))
    topic = loader.indicator(indicators[0]).short_name
    sources = [*indicators, *pick.sample(sorted(_files()), 2)]
    return Sample(
        slug=f"contoh-{number}",
        title=f"{pick.choice(OPENINGS)} {topic[0].lower()}{topic[1:]} ({number})"[:160],
        summary=f"{_sentence(pick, sources)} {_sentence(pick, sources)}"[:380] + f" ({MARK})",
        body=_body(pick, sources, indicators, office),
        source=f"Dibuat oleh bench/library.py: {MARK}.",
        office=office,
        indicators=indicators,
        visibility=pick.choices(list(VISIBILITIES), list(VISIBILITIES.values()))[0],
        published_on=NEWEST - timedelta(days=int(DAYS * pick.random())),
    )


def _body(pick: random.Random, sources: list[str], indicators: tuple[str, ...], office: str) -> str:
    """Three to nine sections: a note of a page, sometimes a guide of ten."""
    parts = [f"> Teks ini {MARK} atas nama {office}."]
    for heading in pick.sample(HEADINGS, pick.randint(3, 9)):
        parts += [f"## {heading}", *(_paragraph(pick, sources) for _ in range(pick.randint(1, 4)))]
        parts.append(pick.choice((_list, _table, _example))(pick, sources))
    return "\n\n".join(parts)


def _paragraph(pick: random.Random, sources: list[str]) -> str:
    return " ".join(_sentence(pick, sources) for _ in range(pick.randint(2, 6)))


def _list(pick: random.Random, sources: list[str]) -> str:
    return "\n".join(f"- **{pick.choice(HEADINGS)}:** {_sentence(pick, sources)}" for _ in range(pick.randint(2, 6)))


def _table(pick: random.Random, _sources: list[str]) -> str:
    rows = [
        f"| {year} | {pick.randint(1, 3)},{pick.randint(0, 99):02} | {pick.randint(3, 4)},{pick.randint(0, 99):02} |"
        for year in range(2022, 2026)
    ]
    return "\n".join(["| Tahun | Sebelum | Sesudah |", "|-|-|-|", *rows])


def _example(pick: random.Random, sources: list[str]) -> str:
    application = "Si" + "".join(pick.choice(SYLLABLES) for _ in range(pick.randint(2, 3)))
    rule = f"Peraturan Bupati Nomor {pick.randint(1, 99)} Tahun {pick.randint(2015, 2026)}"
    return f"Aplikasi *{application}* diatur dalam {rule}. {_sentence(pick, sources)}"


def _sentence(pick: random.Random, sources: list[str]) -> str:
    """Words that follow each other in one of the sources, until one that ended a sentence there."""
    follows = _follows(pick.choice(sources))
    word, words = "", []
    while len(words) < 30 and (word := pick.choice(follows[word])):
        words.append(word)
    return " ".join(words).rstrip(",:") + "."


@cache
def _follows(source: str) -> dict[str, list[str]]:
    """For each word of a text the words that stand behind it; the empty word begins and ends a sentence."""
    found = defaultdict(list)
    for sentence in _sentences(_files().get(source) or _about(source)):
        for word, following in zip(["", *sentence], [*sentence, ""], strict=True):
            found[word].append(following)
    return dict(found)


def _sentences(text: str) -> list[list[str]]:
    """Plain words only: markup of the originals would not close in a chain."""
    pieces = re.split(r"(?<=[.!?])\s+|\n\s*\n|\n[-|#>]", text)
    return [words for piece in pieces if len(words := re.findall(r"[^\W_]+(?:[-./][^\W_]+)*[,:]?", piece)) > 2]


@cache
def _files() -> dict[str, str]:
    return {path.stem: content.read(path).body for path in sorted((CONTENT / "artikel").glob("*.md"))}


def _about(code: str) -> str:
    """What the instrument says of an indicator and of its aspect."""
    indicator = loader.indicator(code)
    beside = [other.name for other in indicator.aspect.indicators]
    return "\n\n".join([indicator.name, indicator.aspect.name, *beside, *indicator.criteria.values()])


@cache
def _codes() -> list[str]:
    return [indicator.code for instrument in loader.all_instruments() for indicator in instrument.indicators]
