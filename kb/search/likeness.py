"""How alike two questions are, or a question and the title of an article. Pure.

A long text holds the words of any question, so titles are compared with titles, and a question's own words only help. Words that stand in
nearly every question of this field say little of what one is about.
"""

from collections.abc import Iterable

from kb.search import language
from kb.search.analysis import terms

# So much of a question's text is compared: what it asks, and how its answers begin.
COMPARED = 1_500
# From here something is worth proposing; a mere title has to be nearer, since nothing else of it was compared.
QUESTION_FROM, TITLE_FROM = 0.2, 0.36
LITTLE = 0.25
USUAL = frozenset(
    terms(
        """
        spbe pemdi indikator instansi daerah kabupaten kota dinas opd kominfo diskominfo pemerintah pegawai kami kita anda saja sendiri
        siapa kapan mana berapa adakah bolehkah boleh harus perlu bisa dapat mungkin contoh seperti cara buat membuat ada punya belum sudah
        masih lain baik supaya setelah sebelum terlalu banyak atas tentang antara dari mulai pakai memakai mohon tahun
        """
    )
)


class Asked:
    """What is asked: its title as terms with their synonyms, and all stems of title and text."""

    def __init__(self, title: str, body: str = ""):
        self.units = language.units_of(terms(title))
        self.all_units = [*self.units, *language.units_of(terms(body[:COMPARED]))]
        self.known = {stem for unit in self.all_units for stem in _stems(unit)}

    def likeness(self, title: str, text: str = "") -> float:
        """From 0 (nothing in common) to 1 (the same), of a thing with this title; `text` is what it asks, if it is a question."""
        its = terms(title)
        there = set(its)
        told = there | set(terms(text[:COMPARED]))
        asked = _share((unit for unit in self.units if _held(unit, there)), self.units)
        answered = _share_of_stems((stem for stem in there if stem in self.known), there)
        if not text:
            return (asked + answered) / 2
        return 0.4 * asked + 0.35 * answered + 0.25 * _share((unit for unit in self.units if _held(unit, told)), self.units)


def _stems(unit: language.Unit) -> set[str]:
    return {stem for alternative in unit.alternatives for stem in alternative.stems}


def _held(unit: language.Unit, stems: set[str]) -> bool:
    return any(stems.issuperset(alternative.stems) for alternative in unit.alternatives)


def _weight(stem: str) -> float:
    return LITTLE if stem in USUAL else 1.0


def _share(some: Iterable[language.Unit], units: list[language.Unit]) -> float:
    def weight(unit: language.Unit) -> float:
        return sum(_weight(stem) for stem in unit.alternatives[0].stems)

    return sum(map(weight, some)) / (sum(map(weight, units)) or 1)


def _share_of_stems(some: Iterable[str], stems: set[str]) -> float:
    return sum(map(_weight, some)) / (sum(map(_weight, stems)) or 1)
