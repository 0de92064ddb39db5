"""From what is typed or written to words: never an error, and the same each time."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.core.markdown import mark
from kb.search import analysis, language, snippets, synonyms
from kb.search.contract import COMMON_FROM, selecting

ANY = st.text(max_size=400) | st.text(alphabet=string.ascii_lowercase + " -\"':/.()*~^|&!0123456789", max_size=400)
WORDS = st.sampled_from(
    ["rencana", "perencanaan", "spbe", "peta rencana", "audit", "kunker", "18.11", "e-office", "yang", "-audit", '"peta rencana"']
)
TYPED = ANY | st.lists(WORDS, max_size=20).map(" ".join)


@given(TYPED)
def test_whatever_is_typed_is_read(text):
    typed = language.read(text)
    assert len(typed.units) <= language.MOST_UNITS
    assert len(typed.excluded) <= language.MOST_UNITS
    for unit in (*typed.units, *language.loosened(typed.units)):
        assert unit.alternatives
        assert all(alternative.stems and all(alternative.stems) for alternative in unit.alternatives)
    assert set(typed.filters) <= {"kind", "office", "indicator", "year"}
    assert all(typed.filters.values())
    assert language.read(text) == typed


@given(ANY)
def test_folding_twice_is_folding_once_and_keeps_every_letter_in_its_place(text):
    folded = analysis.fold(text)
    assert analysis.fold(folded) == folded
    assert len(folded) == len(text)


@given(ANY)
def test_terms_are_words_without_space_and_no_longer_than_the_bound(text):
    for term in analysis.terms(text):
        assert 0 < len(term) <= analysis.LONGEST_WORD
        assert not set(term) & set(string.whitespace)
        assert term not in analysis.STOP or analysis.stem(term) == term or len(term) > 3


@given(ANY)
def test_case_does_not_matter(text):
    assert analysis.terms(text.upper().lower()) == analysis.terms(text.upper())


@given(st.text(max_size=600), TYPED)
def test_a_snippet_is_a_stretch_of_the_text_and_escapes_it(text, query):
    shown = snippets.snippet(text, language.read(query).stems)
    bare = shown.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare.replace("&lt;", "")
    assert len(shown.striptags()) <= snippets.LENGTH + 10
    plain = mark(" ".join(text.split()), [])
    assert bare.removeprefix("… ").removesuffix(" …") in plain


@given(ANY, ANY)
def test_marking_changes_no_letter(text, query):
    shown = snippets.highlight(text, language.read(query).stems)
    assert shown.replace("<mark>", "").replace("</mark>", "") == mark(text, [])


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=12), st.integers(0, 1000))
def test_some_unit_always_chooses_and_none_that_is_common_beside_a_rare_one(frequencies, total):
    chosen = selecting(frequencies, total)
    assert chosen
    rare = [n for n in frequencies if 0 < n <= COMMON_FROM]
    assert not rare or all(0 < frequencies[number] <= max(COMMON_FROM, total / 10) for number in chosen)


FORMS = """
    rencana perencanaan merencanakan direncanakan terencana rencananya
    kunjungan berkunjung mengunjungi kunjungi dikunjungi
    nilai penilaian menilai dinilai
    penerapan menerapkan diterapkan
    tulisan menulis penulisan ditulis penulis
    tinjauan meninjau peninjauan ditinjau
    tetap menetapkan penetapan ditetapkan ketetapan
    tingkat meningkatkan peningkatan
    pertanyaan menanyakan bertanya ditanya penanya
    temuan pertemuan menemukan penemuan
    terima menerima diterima penerimaan
    petugas menugaskan penugasan
    kelola mengelola pengelola pengelolaan dikelola
    kirim mengirim pengiriman
    kembang mengembangkan pengembangan perkembangan
    kerja mengerjakan pekerjaan pekerja bekerja
    konsultasi berkonsultasi mengonsultasikan
    rumusan merumuskan perumusan
    rancangan merancang perancangan
    periksa memeriksa pemeriksaan
    pakai memakai pemakaian
    simulasi mensimulasikan simulasinya
    layanan pelayanan melayani
    catatan mencatat dicatat
    anggaran penganggaran menganggarkan
    arsip kearsipan pengarsipan
    bukti pembuktian membuktikan
    susunan menyusun penyusunan
"""


@pytest.mark.parametrize("forms", [line.split() for line in FORMS.strip().splitlines()], ids=lambda forms: forms[0])
def test_the_forms_of_a_word_have_one_stem(forms):
    stems = {form: analysis.stem(form) for form in forms}
    assert len(set(stems.values())) == 1, stems


def test_no_form_is_claimed_by_two_roots():
    claims = [(analysis._snowball(form), root) for root in analysis.ROOTS for form in analysis._forms(root)]
    roots = dict(claims)
    assert not {(stem, root, roots[stem]) for stem, root in claims if roots[stem] != root}
    assert {analysis.stem(root) for root in analysis.ROOTS} == analysis.ROOTS


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("18.11", ["18", "11", "18.11"]),
        ("59/2020", ["59", "2020", "59/2020"]),
        ("e-office", ["e", "office", "eoffice"]),
        ("yang dan di", []),
        ("SPBE", ["spbe"]),
        ("Café", ["cafe"]),
        ("a\x00b", ["a", "b"]),
        ("snake_case", ["snake", "case"]),
    ],
)
def test_a_text_is_cut_into_terms(text, terms):
    assert analysis.terms(text) == terms


@pytest.mark.parametrize(
    ("typed", "filters", "words"),
    [
        ("indikator:12", {"indicator": {"spbe-2020/12", "pemdi-2026/12"}}, ""),
        ("indikator:spbe-2020/12 audit", {"indicator": {"spbe-2020/12"}}, "audit"),
        ("indikator:pemdi/2", {"indicator": {"pemdi-2026/2"}}, ""),
        ("indikator:lain", {}, "lain"),
        ("jenis:catatan jenis:artikel", {"kind": {"note", "article"}}, ""),
        ("JENIS:Catatan", {"kind": {"note"}}, ""),
        ("jenis:buku", {}, "buku"),
        ("tahun:2023 rapat", {"year": {"2023"}}, "rapat"),
        ("tahun:kemarin", {}, "kemarin"),
        ('instansi:"tulang bawang"', {"office": {"tulang bawang"}}, ""),
        ("warna:merah", {}, "warna:merah"),
    ],
)
def test_operators_narrow_and_what_is_none_stays_a_word(typed, filters, words):
    found = language.read(typed)
    assert {name: set(values) for name, values in found.filters.items()} == filters
    assert found.words == words


def test_phrases_and_exclusions_are_read():
    typed = language.read('"peta rencana" -audit -"surat tugas" layanan')
    assert [(unit.alternatives[0].stems, unit.alternatives[0].phrase) for unit in typed.units] == [
        (tuple(analysis.terms("peta rencana")), True),
        (tuple(analysis.terms("layanan")), False),
    ]
    assert [alternative.phrase for alternative in typed.excluded] == [True, False]


def test_a_word_asked_for_twice_is_asked_for_once():
    assert len(language.read("rencana perencanaan RENCANA").units) == 1


def test_spbe_and_pemdi_are_no_synonyms():
    assert ("pemdi",) not in synonyms.equivalents(("spbe",))
    assert ("spbe",) not in synonyms.equivalents(("pemdi",))


def test_synonyms_go_both_ways_and_never_to_themselves():
    for term, others in synonyms.table().items():
        assert term not in others
        for other in others:
            assert term in synonyms.equivalents(other)


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("rencana", ["Perencanaan", "rencana"]),
        ("peta", ["peta"]),
        ("ren", []),
        ("roadmap", ["peta", "rencana", "Perencanaan"]),
    ],
)
def test_whole_words_are_marked_whatever_their_form(query, marked):
    shown = str(snippets.snippet("Perencanaan <b>dan</b> peta rencana & lain", language.read(query).stems))
    assert sorted(part.partition("</mark>")[0] for part in shown.split("<mark>")[1:]) == sorted(marked)
    assert "&lt;b&gt;dan&lt;/b&gt;" in shown


def test_the_snippet_is_where_most_words_asked_for_stand_together():
    text = "Audit. " + "Kalimat lain tentang rombongan. " * 40 + "Temuan audit ditutup oleh inspektorat. " + "Penutup panjang. " * 40
    shown = str(snippets.snippet(text, language.read("temuan audit inspektorat").stems))
    assert shown.count("<mark>") == 3
    assert shown.startswith("… ")
    assert shown.endswith(" …")
