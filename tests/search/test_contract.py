"""What both engines promise, asked of each with documents made by hand."""

from collections import Counter

import pytest

from kb.search.contract import NotReady
from tests.search.makers import ask, document


@pytest.fixture
def index(new_engine):
    """`index(*documents)` builds the index anew and returns its engine."""
    engine = new_engine()

    def build(*documents):
        engine.rebuild(documents)
        return engine

    return build


def keys(results):
    return results.hits


# ---- what is kept


def test_an_index_that_was_never_built_says_so(new_engine):
    engine = new_engine()
    assert not engine.is_built()
    for use in (
        lambda: ask(engine, "rencana"),
        lambda: engine.suggest(["rencana"], frozenset({"public"})),
        lambda: engine.put([document("article:1")]),
        lambda: engine.drop(["article:1"]),
        engine.count,
    ):
        with pytest.raises(NotReady):
            use()


def test_an_index_of_nothing_is_built_and_finds_nothing(index):
    engine = index()
    assert engine.is_built()
    assert engine.count() == 0
    results = ask(engine, "rencana")
    assert (results.total, results.strict, results.hits) == (0, 0, [])
    assert engine.suggest(["rencana"], frozenset({"public"})) == {}


def test_a_document_that_is_put_is_found_at_once(index):
    engine = index()
    engine.put([document("article:1", "Peta rencana")])
    assert keys(ask(engine, "rencana")) == ["article:1"]


def test_putting_a_document_again_replaces_it(index):
    engine = index(document("article:1", "Peta rencana"))
    engine.put([document("article:1", "Audit TIK")])
    assert keys(ask(engine, "rencana")) == []
    assert keys(ask(engine, "audit")) == ["article:1"]
    assert engine.count() == 1


def test_the_same_document_twice_in_one_batch_is_kept_once_as_the_last(index):
    engine = index()
    engine.put([document("article:1", "Peta rencana"), document("article:1", "Audit TIK")])
    assert engine.count() == 1
    assert keys(ask(engine, "audit")) == ["article:1"]
    assert keys(ask(engine, "rencana")) == []


def test_a_dropped_document_is_found_no_more_and_counted_nowhere(index):
    engine = index(document("article:1", "Peta rencana"), document("note:1", "Catatan rencana"))
    engine.drop(["article:1", "article:404"])
    results = ask(engine, "rencana")
    assert (keys(results), results.total, results.facets["kind"]) == (["note:1"], 1, Counter(note=1))
    assert engine.count() == 1


def test_a_rebuild_forgets_what_was_there(index):
    index(document("article:1", "Peta rencana"))
    engine = index(document("article:2", "Peta rencana"))
    assert keys(ask(engine, "rencana")) == ["article:2"]


def test_a_process_that_has_the_index_open_sees_what_another_wrote(index, new_engine):
    reading = index(document("article:1", "Peta rencana"))
    assert ask(reading, "rencana").total == 1
    writing = new_engine()
    writing.put([document("article:2", "Rencana induk")])
    assert ask(reading, "rencana").total == 2
    writing.rebuild([document("article:3", "Rencana aksi")])
    assert keys(ask(reading, "rencana")) == ["article:3"]


def test_a_failed_rebuild_leaves_the_old_index(index):
    engine = index(document("article:1", "Peta rencana"))

    def broken():
        yield document("article:2", "Peta rencana")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())
    assert keys(ask(engine, "rencana")) == ["article:1"]
    engine.put([document("article:3", "Peta rencana")])
    assert ask(engine, "rencana").total == 2


def test_a_failed_change_changes_nothing(index):
    engine = index(document("article:1", "Peta rencana"))

    def broken():
        yield document("article:2", "Peta rencana")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.change(broken(), ["article:1"])
    assert keys(ask(engine, "rencana")) == ["article:1"]


# ---- what is found, and in which order


def test_a_word_is_found_whatever_its_form(index):
    engine = index(document("article:1", "Rencana kerja"), document("article:2", "Peta rencana"), document("article:3", "Audit TIK"))
    for typed in ("perencanaan", "rencana", "merencanakan", "RENCANANYA", "direncanakan"):
        assert set(keys(ask(engine, typed))) == {"article:1", "article:2"}, typed


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("roadmap", "Peta rencana SPBE"),
        ("peta jalan", "Peta rencana SPBE"),
        ("spbe", "Sistem Pemerintahan Berbasis Elektronik"),
        ("sistem pemerintahan berbasis elektronik", "Nilai SPBE"),
        ("eviden", "Bukti dukung"),
        ("monev", "Pemantauan dan evaluasi"),
        ("egov", "Nilai SPBE"),
    ],
)
def test_a_synonym_is_found_too(index, typed, written):
    engine = index(document("article:1", written), document("article:2", "Surat tugas"))
    assert keys(ask(engine, typed)) == ["article:1"]


def test_what_was_typed_stands_before_its_synonym(index):
    engine = index(
        document("article:1", "Peta rencana layanan"), document("article:2", "Roadmap layanan"), document("note:9", "Surat tugas")
    )
    assert keys(ask(engine, "roadmap")) == ["article:2", "article:1"]


def test_title_before_summary_before_body(index):
    rest = "Surat tugas bagi rombongan yang berangkat ke kabupaten lain untuk belajar. " * 5
    engine = index(
        document("article:1", "Surat tugas", "Ringkasan tentang rombongan", rest + "Tentang pengetahuan."),
        document("article:2", "Surat tugas", "Ringkasan tentang pengetahuan", rest),
        document("article:3", "Tentang pengetahuan", "Ringkasan tentang rombongan", rest),
        *(document(f"note:{n}", "Surat jalan", "Ringkasan tentang rombongan", rest) for n in range(40)),
    )
    assert keys(ask(engine, "pengetahuan")) == ["article:3", "article:2", "article:1"]


def test_what_holds_every_word_stands_before_what_repeats_one(index):
    engine = index(
        document("article:1", "Audit", "audit audit audit", "audit " * 30),
        document("article:2", "Surat tugas", "", "Kalimat panjang tentang rombongan. " * 20 + "Audit aplikasi kriptografi."),
        *(document(f"note:{n}", "Surat jalan") for n in range(30)),
    )
    for text in ("audit kriptografi", "audit aplikasi"):  # the second is one term of the field
        results = ask(engine, text)
        assert (keys(results), results.strict, results.total) == (["article:2", "article:1"], 1, 2), text


def test_a_common_word_ranks_but_does_not_select(index):
    engine = index(
        document("article:1", "Mesuji menyusun arsitektur"),
        *(document(f"note:{n}", "Mesuji menerima tamu") for n in range(30)),
    )
    assert keys(ask(engine, "arsitektur mesuji")) == ["article:1"]
    assert ask(engine, "mesuji").total == 31


def test_a_rare_word_counts_more_than_a_common_one(index):
    engine = index(
        document("article:1", "Layanan layanan kriptografi"),
        document("article:2", "Layanan layanan aplikasi"),
        *(document(f"article:{n}", "Aplikasi umum") for n in range(3, 8)),
        *(document(f"note:{n}", "Surat tugas") for n in range(60)),
    )
    found = keys(ask(engine, "kriptografi aplikasi"))
    assert found[0] == "article:1"
    assert len(found) == 7


def test_a_boost_lifts_a_little(index):
    engine = index(document("article:1", "Peta rencana"), document("article:2", "Peta rencana", boost=1.06), document("note:1", "Surat"))
    assert keys(ask(engine, "rencana")) == ["article:2", "article:1"]


def test_a_phrase_wants_the_words_side_by_side(index):
    engine = index(
        document("article:1", "Peta rencana"),
        document("article:2", "Peta kekuatan dan rencana"),
        document("article:3", "Peta", "rencana"),
        document("article:4", "Surat", "", "Kami menyusun peta rencana daerah."),
    )
    assert set(keys(ask(engine, '"peta rencana"'))) == {"article:1", "article:4"}
    assert ask(engine, "peta rencana").strict == 4


def test_a_phrase_does_not_run_from_the_title_into_the_summary(index):
    engine = index(document("article:1", "Daftar peta", "Rencana kerja", "Induk bersama"))
    assert keys(ask(engine, '"peta rencana"')) == []
    assert keys(ask(engine, '"kerja induk"')) == []
    assert keys(ask(engine, '"rencana kerja"')) == ["article:1"]


def test_a_word_with_minus_is_left_out(index):
    engine = index(document("article:1", "Rencana audit"), document("article:2", "Rencana kerja"))
    assert keys(ask(engine, "rencana -audit")) == ["article:2"]
    assert keys(ask(engine, 'rencana -"rencana kerja"')) == ["article:1"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("18.11", True), ("59/2020", True), ("59", True), ("2020", True), ("60/2020", True), ("18.12", True), ("6701", False)],
)
def test_a_code_is_found_whole_and_by_its_parts(index, typed, found):
    engine = index(document("article:1", "PermenPANRB 59/2020", "", "kode wilayah 18.11"))
    assert bool(ask(engine, typed).total) is found


def test_a_whole_code_stands_before_its_parts(index):
    engine = index(
        document("article:1", "Peraturan 60 tahun 2020"),
        document("article:2", "Peraturan 59/2020"),
        document("article:3", "Nomor 2020 dan 59"),
    )
    assert keys(ask(engine, "59/2020"))[0] == "article:2"


# ---- counts, pages, facets


def test_pages_hold_every_hit_once_and_the_total_is_of_all(index):
    engine = index(*(document(f"article:{n}", f"Rencana {n}") for n in range(1, 24)), document("note:1", "Audit"))
    pages = [ask(engine, "rencana", offset=offset) for offset in (0, 10, 20, 30)]
    assert [len(page.hits) for page in pages] == [10, 10, 3, 0]
    assert {page.total for page in pages} == {23}
    seen = [key for page in pages for key in page.hits]
    assert len(seen) == len(set(seen)) == 23
    assert all(page.facets == pages[0].facets for page in pages)


def test_the_same_question_gives_the_same_order(index):
    engine = index(*(document(f"article:{n}", "Rencana kerja") for n in range(30)))
    first = [keys(ask(engine, "rencana", offset=offset)) for offset in (0, 10, 20)]
    assert first == [keys(ask(engine, "rencana", offset=offset)) for offset in (0, 10, 20)]


LIBRARY = (
    document("article:1", "Rencana", indicators=("spbe-2020/11", "spbe-2020/12"), year=2025),
    document("article:2", "Rencana", office="kabupaten-pringsewu", indicators=("spbe-2020/12",)),
    document("note:1", "Rencana", office="kota-bandung", province="32"),
    document("office:1", "Rencana", office="kabupaten-mesuji", year=None),
    document("visit:1", "Rencana", tokens=frozenset({"office:7"})),
)


def test_facets_count_all_hits_that_may_be_seen(index):
    found = ask(index(*LIBRARY), "rencana", limit=1).facets
    assert found == {
        "kind": Counter(article=2, note=1, office=1),
        "office": Counter({"kabupaten-mesuji": 2, "kabupaten-pringsewu": 1, "kota-bandung": 1}),
        "province": Counter({"18": 3, "32": 1}),
        "indicator": Counter({"spbe-2020/12": 2, "spbe-2020/11": 1}),
        "year": Counter({"2026": 2, "2025": 1}),
    }


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"kind": ["article"]}, {"article:1", "article:2"}),
        ({"kind": ["article", "note"]}, {"article:1", "article:2", "note:1"}),
        ({"kind": ["article"], "year": ["2025"]}, {"article:1"}),
        ({"office": ["kabupaten-mesuji"]}, {"article:1", "office:1"}),
        ({"province": ["32"]}, {"note:1"}),
        ({"indicator": ["spbe-2020/12"]}, {"article:1", "article:2"}),
        ({"indicator": ["spbe-2020/11", "spbe-2020/47"]}, {"article:1"}),
        ({"year": ["1999"]}, set()),
        ({"kind": ["visit"]}, set()),
        ({"office": []}, set()),
    ],
)
@pytest.mark.parametrize("text", ["rencana", ""])
def test_filters_narrow_by_any_value_of_each_and_every_facet(index, text, filters, expected):
    results = ask(index(*LIBRARY), text, **filters)
    assert set(results.hits) == expected
    assert results.total == len(expected)
    assert sum(results.facets["kind"].values()) == len(expected)


def test_without_words_the_fresh_stand_first(index):
    engine = index(document("article:1", boost=1.0), document("article:2", boost=1.06), document("article:3", boost=1.03))
    assert keys(ask(engine, "jenis:artikel")) == ["article:2", "article:3", "article:1"]


# ---- who may see it


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ({"public"}, 1),
        ({"public", "network"}, 2),
        ({"public", "network", "office:7"}, 3),
        ({"office:77"}, 0),
        (set(), 0),
    ],
)
def test_hits_counts_and_facets_hold_only_what_the_tokens_open(index, tokens, expected):
    engine = index(
        document("article:1", "Rencana"),
        document("article:2", "Rencana", tokens=frozenset({"network", "office:7"})),
        document("article:3", "Rencana", tokens=frozenset({"office:7"})),
    )
    for text in ("rencana", "jenis:artikel", '"rencana"'):
        results = ask(engine, text, tokens)
        assert (results.total, len(results.hits), results.facets["kind"]["article"]) == (expected,) * 3, text


def test_a_changed_audience_holds_from_the_next_question(index):
    engine = index(document("article:1", "Rencana"))
    assert ask(engine, "rencana").total == 1
    engine.put([document("article:1", "Rencana", tokens=frozenset({"office:7"}))])
    results = ask(engine, "rencana")
    assert (results.total, results.strict, results.facets["kind"]) == (0, 0, Counter())


# ---- suggestions


def suggested(engine, word, tokens=frozenset({"public"})):
    return engine.suggest([word], tokens).get(word, "")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("arsitektr", "arsitektur"),
        ("arsiktetur", "arsitektur"),
        ("audt", "audit"),
        ("audti", "audit"),
        ("kunjugan", "kunjungan"),
        ("arsitektur", ""),
        ("xyzxyzxyz", ""),
        ("auxx", ""),
    ],
)
def test_a_misspelling_is_led_to_the_nearest_word(index, typed, expected):
    engine = index(document("article:1", "Arsitektur"), document("article:2", "Audit", "Kunjungan konsultasi"))
    assert suggested(engine, typed) == expected


def test_of_two_words_equally_near_the_more_frequent_is_suggested(index):
    engine = index(document("article:1", "Sedia"), document("article:2", "Media"), document("article:3", "Media"))
    assert suggested(engine, "bedia") == "media"


def test_a_word_that_stands_only_where_one_may_not_look_is_never_suggested(index):
    engine = index(document("article:1", "Arsitektur"), document("article:2", "Rahasia", tokens=frozenset({"office:7"})))
    assert suggested(engine, "rahasai") == ""
    assert suggested(engine, "rahasai", frozenset({"public", "office:7"})) == "rahasia"


def test_a_word_that_was_added_or_left_is_known_at_once_also_to_another_process(index, new_engine):
    reading = index(document("article:1", "Arsitektur"))
    assert suggested(reading, "kriptogarfi") == ""
    new_engine().put([document("article:1", "Kriptografi")])
    assert suggested(reading, "kriptogarfi") == "kriptografi"
    assert suggested(reading, "arsitektr") == ""


# ---- input that nobody should type


STRANGE = [
    # nothing to search for
    "", "   ", "yang dan di", '"', '""', '"" ""', '"peta', "-", "- -", '-"', "-yang",
    # operators, ours and those of other machines
    "()", "((((", "[a TO z]", "a:b", "indikator:", "indikator:99999", "jenis:", "tahun:abcd", "instansi:", "instansi:%", "title:rencana",
    "*", "ren*", "*cana", "re?cana", "rencana~", "rencana^4", "rencana AND audit", "rencana OR audit", "NOT rencana", "AND", "OR OR",
    "rencana && audit", "a | b", "!a", "a <-> b", "<1>", "rencana:*",
    # what breaks SQL
    "\\", "\\\\'", "'", "''", "';--", "' OR 1=1 --", "%", "_", "$1", ":a", ":tokens", "%(a)s", "{}",
    # letters of all kinds
    "\x00", "ren\x00cana", "\ud800", "😀", "é", "İstanbul", "ß", "ﬁnal", "\u202e", "日本語",
    # too much
    "-" * 300, "(" * 5000, "a" * 5000, "rencana " * 700, "a-" * 2500, "1.2" * 1700, '"a" ' * 1200, "-a " * 1700, "'a' " * 90,
]  # fmt: skip


@pytest.mark.parametrize("text", STRANGE, ids=lambda text: ascii(text[:20]))
def test_strange_input_is_no_error(index, text):
    engine = index(document("article:1", "Rencana", "é 😀", "日本語 it's \\ a-a"), document("article:2", "Audit"))
    results = ask(engine, text)
    assert results.total >= len(results.hits)
    engine.suggest([text, text[:300]], frozenset({"public"}))


@pytest.mark.parametrize("text", [text for text in STRANGE if len(text) < 5000], ids=lambda text: ascii(text[:20]))
def test_a_document_of_strange_text_is_kept(index, text):
    engine = index(document("article:1", f"Rencana {text}", text, f"{text}\n'{text}' \\"))
    engine.put([document("article:2", f"Rencana {text}", text, text)])
    assert set(keys(ask(engine, "rencana"))) == {"article:1", "article:2"}


@pytest.mark.slow
def test_a_very_long_document_is_kept_and_found_by_its_beginning(index):
    body = "rencana audit layanan " * 60_000 + " ".join(f"kata{n}" for n in range(30_000))
    engine = index(document("article:1", "Sangat panjang", "", body))
    assert ask(engine, "audit panjang").strict == 1
    assert ask(engine, "kata5").strict == 1


def test_an_endless_word_is_kept_beside_the_others(index):
    engine = index(document("article:1", "Rencana", "", "a" * 100_000))
    assert ask(engine, "rencana").total == 1


# ---- who wrote, and whom it is about


def test_a_document_is_found_by_its_office_and_by_those_it_is_about_and_counted_once_for_each(index):
    others = {"about": ("kabupaten-mesuji", "kota-bandung"), "about_provinces": ("18", "32")}
    engine = index(
        document("article:1", "Rencana", office="redaksi", province="", **others),
        document("article:2", "Rencana", office="kabupaten-mesuji", about=("kabupaten-mesuji",), about_provinces=("18",)),
        document("article:3", "Rencana", office="kota-metro", province="18"),
    )
    assert set(keys(ask(engine, "rencana", office=["kabupaten-mesuji"]))) == {"article:1", "article:2"}
    assert set(keys(ask(engine, "rencana", office=["kota-bandung"]))) == {"article:1"}
    assert set(keys(ask(engine, "rencana", province=["32"]))) == {"article:1"}
    facets = ask(engine, "rencana").facets
    assert facets["office"] == Counter({"kabupaten-mesuji": 2, "redaksi": 1, "kota-bandung": 1, "kota-metro": 1})
    assert facets["province"] == Counter({"18": 3, "32": 1})
    engine.put([document("article:1", "Rencana", office="redaksi", province="")])
    assert set(keys(ask(engine, "rencana", office=["kabupaten-mesuji"]))) == {"article:2"}
