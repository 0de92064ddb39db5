"""The instruments are complete, refuse to contradict themselves, and score as the published results do."""

import copy
import json
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.instruments import loader, scoring
from kb.instruments.loader import InstrumentError, UnknownIndicator

SPBE = loader.get("spbe-2020")
PEMDI = loader.get("pemdi-2026")


def raw(name="spbe-2020"):
    return copy.deepcopy(json.loads((loader.DATA / f"{name}.json").read_text(), parse_float=Decimal))


def test_both_instruments_are_whole():
    assert (len(SPBE.domains), len(SPBE.aspects), len(SPBE.indicators)) == (4, 8, 47)
    assert (len(PEMDI.domains), len(PEMDI.aspects), len(PEMDI.indicators)) == (0, 7, 20)
    assert loader.default_instrument() is SPBE


INDICATORS = [*SPBE.indicators, *PEMDI.indicators]


def test_every_part_says_how_sure_we_are_and_from_where():
    for indicator in INDICATORS:
        assert indicator.sources and indicator.evidence_sources
        assert indicator.confidence.name.startswith(("tinggi", "sedang", "rendah"))
        assert indicator.confidence.weight.startswith(("tinggi", "sedang", "rendah"))


@pytest.mark.parametrize("indicator", INDICATORS, ids=lambda indicator: indicator.code)
@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_every_level_has_a_criterion_and_evidence_and_says_how_sure_we_are(indicator, level):
    assert len(indicator.criteria[level]) > 20 and indicator.criteria[level].endswith(".")
    assert len(indicator.evidence[level]) > 10 and indicator.evidence[level].endswith(".")
    assert indicator.criteria[level] != indicator.evidence[level]
    for sure in (indicator.confidence.criteria, indicator.confidence.evidence):
        assert sure[level] in ("tinggi", "sedang", "rendah")


def test_there_are_335_levels_all_criteria_are_sure_and_evidence_is_not():
    def said(instrument, part):
        return Counter(word for i in instrument.indicators for word in getattr(i.confidence, part).values())

    assert said(SPBE, "criteria") == {"tinggi": 235} and said(SPBE, "evidence") == {"sedang": 235}
    assert said(PEMDI, "criteria") == {"tinggi": 100} and said(PEMDI, "evidence") == {"sedang": 52, "rendah": 48}


# What the regulation's annex asks where older collections had another meaning.
CHANGED = {
    (2, 3): ["seluruh layanan digital"],
    (3, 2): ["lebih dari 90 %", "ASN pengelola"],
    (3, 3): ["Lebih dari 90 %", "pengelola maupun pengguna"],
    (4, 2): ["antarinstansi pemerintah sampai tingkat nasional"],
    (4, 4): ["direviu", "Dasbor Presiden"],
    (8, 3): ["Rencana Aksi Pemdi", "seluruh layanan digital"],
    (8, 5): ["budaya kerja"],
    (17, 3): ["Dasbor Presiden", "keduanya"],
    (17, 5): ["tindak lanjut reviu", "Dasbor Presiden"],
    # One level earlier in older collections, of the heaviest indicator.
    (20, 2): ["widget", "tiap triwulan"],
    (20, 3): ["Tim teknis dibentuk", "pelanggan rahasia"],
    (20, 4): ["Desain ulang berkala", "AI"],
    (20, 5): ["mekanisme tepercaya pada semua layanan"],
}


@pytest.mark.parametrize(("place", "words"), CHANGED.items(), ids=lambda value: str(value))
def test_the_criteria_of_pemdi_follow_the_annex_where_they_differed(place, words):
    number, level = place
    criterion = PEMDI.indicator(number).criteria[level]
    for word in words:
        assert word in criterion


def test_the_bands_of_outside_indices_hold_the_limit_that_the_regulation_says():
    assert "di atas 12,5 sampai 37,5" in PEMDI.indicator(5).criteria[2], "SDI: the upper one"
    assert "di atas 1,50 sampai 2,50" in PEMDI.indicator(6).criteria[2], "SJIG: the upper one"
    assert "IPS 1,8 sampai di bawah 2,60" in PEMDI.indicator(7).criteria[2], "IPS: the lower one"
    assert "IPS 4,20 ke atas" in PEMDI.indicator(7).criteria[5], "exactly 4.20 is of the last band"


@pytest.mark.parametrize(
    ("code", "level", "words"),
    [
        ("spbe-2020/32", 5, "portal nasional administrasi pemerintahan"),
        ("spbe-2020/41", 5, "Dibaca pada indikator 32."),
        ("spbe-2020/44", 5, "Portal Nasional Pelayanan Publik"),
        ("spbe-2020/45", 5, "RB tematik"),
        ("spbe-2020/47", 4, "mal pelayanan publik digital"),
        ("spbe-2020/3", 4, "evaluasi aturan tidak disyaratkan"),
        ("spbe-2020/1", 4, "kurang dari dua tahun"),
        ("spbe-2020/30", None, "dua tahun sekali"),
        ("pemdi-2026/7", None, "Batas bawah ikut"),
        ("pemdi-2026/18", None, "tidak menulis pita SDI"),
    ],
)
def test_official_rules_stand_beside_the_level_they_are_about(code, level, words):
    found = loader.indicator(code)
    assert any(words in rule.text for rule in found.rules_of(level))
    assert all(rule.source in found.all_sources for rule in found.rules)


def test_what_modules_are_said_to_ask_is_practice_and_no_rule():
    found = PEMDI.indicator(19)
    assert [rule.level for rule in found.rules if rule.usual] == [1, 2, 3, 4, 5] and not found.rules_of(3)
    assert "menurut kutipan" in PEMDI.sources[found.rules[0].source]["what"]


def test_nothing_says_any_more_that_the_official_text_could_not_be_read():
    for path in loader.DATA.glob("*.json"):
        text = path.read_text().lower()
        assert not any(words in text for words in ("tidak terbaca", "tidak dapat dibaca", "naskah resmi peraturan", "belum ada sumber"))


def test_an_indicator_is_found_by_its_code():
    assert loader.indicator("spbe-2020/12").number == 12
    assert loader.indicator("spbe-2020/12").code == "spbe-2020/12"


@pytest.mark.parametrize("code", ["spbe-2020/48", "spbe-2020/0", "spbe-2020/012", "spbe-2020/", "spbe-2019/1", "", "x", "spbe-2020/²"])
def test_an_unknown_code_is_refused(code):
    with pytest.raises(UnknownIndicator):
        loader.indicator(code)


def spoil_weight(data):
    data["indicators"][0]["weight"] = Decimal("1.4")


def spoil_aspect(data):
    data["aspects"][0]["weight"] -= 1
    data["aspects"][1]["weight"] += 1


def spoil_domain(data):
    data["domains"][0]["weight"] -= 1


def spoil_level(data):
    del data["indicators"][4]["criteria"]["3"]


def spoil_scale(data):
    data["scales"]["process"]["levels"].pop()


def spoil_number(data):
    data["indicators"][1]["number"] = 1


def spoil_source(data):
    data["indicators"][1]["sources"] = ["S99"]


def spoil_confidence(data):
    del data["indicators"][1]["confidence"]


def spoil_name_of_source(data):
    data["indicators"][1]["confidence"]["weight"] = "rendah: diringkas dari P2"


def spoil_note(data):
    data["notes"].append("Menurut S14 bobotnya lain.")


def spoil_legal_basis(data):
    data["legal_basis"][0] += " (menurut P1)"


def spoil_criterion_by_a_code(data):
    data["indicators"][1]["criteria"]["2"] += " (S1)"


def spoil_evidence(data):
    del data["indicators"][4]["evidence"]["5"]


def spoil_empty_evidence(data):
    data["indicators"][4]["evidence"]["5"] = " "


def spoil_evidence_by_a_code(data):
    data["indicators"][4]["evidence"]["5"] += " Lihat P1."


def spoil_confidence_of_a_level(data):
    del data["indicators"][4]["confidence"]["evidence"]["3"]


def spoil_word_of_confidence(data):
    data["indicators"][4]["confidence"]["criteria"]["3"] = "yakin"


def spoil_evidence_source(data):
    data["indicators"][4]["evidence_sources"] = []


def spoil_rule_source(data):
    data["indicators"][2]["rules"][0]["source"] = "S99"


def spoil_rule_of_a_source_without_short_name(data):
    data["indicators"][2]["rules"][0]["source"] = "S2"


def spoil_rule_level(data):
    data["indicators"][2]["rules"][0]["level"] = 6


def spoil_rule_confidence(data):
    data["rules"][0]["confidence"] = ""


def spoil_scale_of_the_index(data):
    data["maximum"] = 6


@pytest.mark.parametrize(
    "spoil",
    [spoil_weight, spoil_aspect, spoil_domain, spoil_level, spoil_scale, spoil_number, spoil_source, spoil_confidence, spoil_name_of_source,
     spoil_note, spoil_legal_basis, spoil_criterion_by_a_code, spoil_evidence, spoil_empty_evidence, spoil_evidence_by_a_code,
     spoil_confidence_of_a_level, spoil_word_of_confidence, spoil_evidence_source, spoil_rule_source,
     spoil_rule_of_a_source_without_short_name, spoil_rule_level, spoil_rule_confidence, spoil_scale_of_the_index],
)  # fmt: skip
def test_data_that_cannot_be_right_is_refused(spoil):
    data = raw()
    loader.build(data)
    spoil(data)
    with pytest.raises(InstrumentError):
        loader.build(data)


# ---- grades cover the scale, each limit is held once


def grade_named(data, name):
    return next(grade for grade in data["grades"] if grade["name"] == name)


@pytest.mark.parametrize("instrument", ["spbe-2020", "pemdi-2026"])
@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        ("Baik", {"minimum": Decimal("2.65")}, "begins at"),  # a gap
        ("Baik", {"minimum": Decimal("2.45")}, "begins at"),  # an overlap
        ("Baik", {"holds_minimum": True, "holds_maximum": True}, "both"),
        ("Baik", {"holds_minimum": False, "holds_maximum": False}, "neither"),
        ("Baik", {"name": "Cukup"}, "two of one name"),
        ("Baik", {"minimum": Decimal("4.5")}, "."),  # ends before it begins
        ("Kurang", {"minimum": Decimal("1.1")}, "do not cover"),
        ("Kurang", {"minimum": Decimal("0")}, "do not cover"),
        ("Kurang", {"holds_minimum": False}, "do not cover"),
        ("Memuaskan", {"maximum": Decimal("4.9")}, "do not cover"),
        ("Memuaskan", {"maximum": Decimal("5.1")}, "do not cover"),
        ("Memuaskan", {"holds_maximum": False}, "do not cover"),
    ],
)
def test_grades_with_gaps_overlaps_or_open_ends_are_refused(instrument, name, change, says):
    data = raw(instrument)
    grade_named(data, name).update(change)
    with pytest.raises(InstrumentError, match=says):
        loader.build(data)


def test_a_grade_of_a_single_value_is_refused():
    data = raw()
    point = {"name": "Titik", "minimum": Decimal("1.8"), "maximum": Decimal("1.8"), "holds_minimum": True, "holds_maximum": True}
    grade_named(data, "Cukup")["holds_minimum"] = False
    data["grades"].insert(3, point)
    with pytest.raises(InstrumentError):
        loader.build(data)


@pytest.mark.parametrize("left", [[], ["Baik"], ["Kurang", "Baik", "Memuaskan"]])
def test_a_missing_grade_is_refused(left):
    data = raw()
    data["grades"] = [grade for grade in data["grades"] if grade["name"] in left]
    with pytest.raises(InstrumentError):
        loader.build(data)


@pytest.mark.parametrize("instrument", [SPBE, PEMDI], ids=["spbe", "pemdi"])
@given(value=st.decimals(1, 5, places=4) | st.sampled_from([Decimal(n) / 100 for n in range(100, 501)]))
def test_every_value_has_exactly_one_grade(instrument, value):
    assert [grade for grade in instrument.grades if grade.holds(value)] == [scoring.grade_of(instrument, value)]


@pytest.mark.parametrize("result", SPBE.published_results[:2], ids=lambda result: result["place"])
def test_the_index_of_published_domain_values_is_the_published_one(result):
    weights = {domain.number: domain.weight for domain in SPBE.domains}
    values = {int(number): value for number, value in result["domains"].items()}
    assert scoring.rounded(scoring.combine(weights, values)) == Decimal(str(result["published_index"]))


def test_the_domains_of_mamuju_follow_from_its_aspects():
    result = SPBE.published_results[2]
    for domain, published in result["published_domains"].items():
        parts = {a.number: a.weight for a in SPBE.aspects if a.domain.number == int(domain)}
        values = {number: result["aspects"][str(number)] for number in parts}
        assert scoring.rounded(scoring.combine(parts, values)) == Decimal(str(published))


def test_the_index_of_aceh_tengah_follows_from_its_aspects():
    result = PEMDI.published_results[0]
    weights = {aspect.number: aspect.weight for aspect in PEMDI.aspects}
    values = {int(number): value for number, value in result["aspects"].items()}
    assert scoring.rounded(scoring.combine(weights, values)) == Decimal("1.24")


@pytest.mark.parametrize(
    ("instrument", "value", "grade"),
    [
        (SPBE, "1.00", "Kurang"), (SPBE, "1.79", "Kurang"), (SPBE, "1.7999", "Kurang"), (SPBE, "1.80", "Cukup"), (SPBE, "2.59", "Cukup"),
        (SPBE, "2.594", "Cukup"), (SPBE, "2.595", "Cukup"), (SPBE, "2.5999999999", "Cukup"), (SPBE, "2.60", "Baik"),
        (SPBE, "2.600", "Baik"),
        (SPBE, "3.49", "Baik"), (SPBE, "3.4985", "Baik"), (SPBE, "3.50", "Sangat Baik"), (SPBE, "4.19", "Sangat Baik"),
        (SPBE, "4.195", "Sangat Baik"), (SPBE, "4.20", "Memuaskan"), (SPBE, "5.00", "Memuaskan"),
        (PEMDI, "1.00", "Kurang"), (PEMDI, "1.49", "Kurang"), (PEMDI, "1.50", "Kurang"), (PEMDI, "1.5001", "Cukup"),
        (PEMDI, "1.51", "Cukup"),
        (PEMDI, "2.50", "Cukup"), (PEMDI, "2.504", "Baik"), (PEMDI, "2.51", "Baik"), (PEMDI, "3.50", "Baik"),
        (PEMDI, "3.501", "Sangat Baik"), (PEMDI, "3.99", "Sangat Baik"), (PEMDI, "4.00", "Sangat Baik"), (PEMDI, "4.004", "Memuaskan"),
        (PEMDI, "4.01", "Memuaskan"), (PEMDI, "5", "Memuaskan"),
    ],
)  # fmt: skip
def test_grades_at_every_boundary(instrument, value, grade):
    assert scoring.grade_of(instrument, Decimal(value)).name == grade
    assert scoring.grade_of(instrument, float(value)).name == grade


@pytest.mark.parametrize("value", ["0.99", "0.999", "5.01", "5.0001", "0", "-1", "NaN", "sNaN", "Infinity", "-Infinity", "1E+400"])
def test_a_value_outside_the_scale_has_no_grade(value):
    for asked in (scoring.grade_of, scoring.grades_by_practice, scoring.grades_near):
        for instrument in (SPBE, PEMDI):
            with pytest.raises(scoring.ScoreError):
                asked(instrument, Decimal(value))


def named(grades):
    return [grade.name for grade in grades]


@pytest.mark.parametrize(
    ("instrument", "exact", "newest", "before"),
    [
        (SPBE, "2.596", "Cukup", "Baik"), (SPBE, "2.595", "Cukup", "Baik"), (SPBE, "2.5949", "Cukup", "Cukup"),
        (SPBE, "2.60", "Baik", "Baik"),
        (SPBE, "2.6049", "Baik", "Baik"), (SPBE, "3.4985", "Baik", "Sangat Baik"), (SPBE, "4.1975", "Sangat Baik", "Memuaskan"),
        (SPBE, "1", "Kurang", "Kurang"), (SPBE, "4.9999", "Memuaskan", "Memuaskan"),
        (PEMDI, "2.504", "Baik", "Cukup"), (PEMDI, "2.505", "Baik", "Baik"), (PEMDI, "2.496", "Cukup", "Cukup"),
        (PEMDI, "4.0001", "Memuaskan", "Sangat Baik"),
    ],
)  # fmt: skip
def test_the_grade_by_each_of_the_two_reports(instrument, exact, newest, before):
    found = scoring.grades_by_practice(instrument, Decimal(exact))
    assert list(found) == [2024, 2023], "the newest first"
    assert named(found.values()) == [newest, before]
    assert scoring.grades_by_practice(instrument, float(exact)) == found


@pytest.mark.parametrize(
    ("instrument", "published", "grades"),
    [
        (SPBE, "2.60", ["Baik", "Cukup"]), (SPBE, "2.59", ["Cukup"]), (SPBE, "2.61", ["Baik"]), (SPBE, "1.80", ["Cukup", "Kurang"]),
        (SPBE, "3.5", ["Sangat Baik", "Baik"]), (SPBE, "4.20", ["Memuaskan", "Sangat Baik"]), (SPBE, "1.00", ["Kurang"]),
        (SPBE, "5.00", ["Memuaskan"]),
        (PEMDI, "2.50", ["Cukup", "Baik"]), (PEMDI, "2.51", ["Baik"]), (PEMDI, "2.49", ["Cukup"]),
        (PEMDI, "4.00", ["Sangat Baik", "Memuaskan"]),
        (PEMDI, "1.00", ["Kurang"]), (PEMDI, "5.00", ["Memuaskan"]),
    ],
)  # fmt: skip
def test_a_number_on_a_limit_may_have_been_of_the_grade_beyond_it(instrument, published, grades):
    """The grade of the number as written first."""
    assert named(scoring.grades_near(instrument, Decimal(published))) == grades


@given(st.sampled_from([SPBE, PEMDI]), st.decimals(1, 5, places=4))
def test_whatever_an_exact_index_is_called_is_among_the_grades_of_its_rounded_number(instrument, exact):
    near = scoring.grades_near(instrument, scoring.rounded(exact))
    assert scoring.grade_of(instrument, exact) in near
    assert scoring.grades_by_practice(instrument, exact)[2023] == near[0]


@pytest.mark.parametrize(
    ("weights", "values"),
    [
        ({}, {}),
        ({1: 10, 2: 20}, {1: 3}),  # a part without value would have made the rest heavier
        ({1: 10}, {1: 3, 2: 3}),
        ({1: 10}, {2: 3}),
        ({1: 0, 2: 20}, {1: 3, 2: 3}),
        ({1: -10, 2: 20}, {1: 3, 2: 3}),
        ({1: 10}, {1: "0.99"}),
        ({1: 10}, {1: "5.01"}),
        ({1: 10}, {1: "0"}),
        ({1: 10}, {1: "NaN"}),
        ({1: 10}, {1: "Infinity"}),
    ],
)
def test_parts_that_cannot_be_combined_are_refused(weights, values):
    with pytest.raises(scoring.ScoreError):
        scoring.combine({n: Decimal(w) for n, w in weights.items()}, {n: Decimal(v) for n, v in values.items()})


def test_parts_at_the_ends_of_the_scale_are_combined():
    assert scoring.combine({1: Decimal(10), 2: Decimal(30)}, {1: 1, 2: 5}) == 4


def levels_of(instrument):
    return st.fixed_dictionaries({indicator.number: st.integers(1, 5) for indicator in instrument.indicators})


@given(levels_of(SPBE))
def test_the_index_stays_in_bounds_and_equals_the_weighted_domains(levels):
    result = scoring.score(SPBE, levels)
    assert 1 <= result.index <= 5
    exact = sum(i.weight * levels[i.number] for i in SPBE.indicators) / 100
    assert result.exact == exact and result.index == scoring.rounded(exact)
    assert result.grade == scoring.grade_of(SPBE, exact).name
    by_domain = scoring.combine({d.number: d.weight for d in SPBE.domains}, result.domains)
    assert abs(by_domain - exact) <= Decimal("0.005")


@given(levels_of(SPBE), st.integers(1, 47))
def test_one_more_level_never_lowers_anything(levels, number):
    if levels[number] == 5:
        return
    higher = {**levels, number: levels[number] + 1}
    before, after = scoring.score(SPBE, levels), scoring.score(SPBE, higher)
    assert after.index >= before.index
    assert all(after.aspects[n] >= before.aspects[n] for n in before.aspects)
    assert abs((after.index - before.index) - scoring.gain(SPBE.indicator(number))) <= Decimal("0.01")


@given(st.fixed_dictionaries({i.number: st.decimals(1, 5, places=2) for i in PEMDI.indicators}))
def test_pemdi_takes_fractions_and_stays_in_bounds(levels):
    assert 1 <= scoring.score(PEMDI, levels).index <= 5


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_the_same_level_everywhere_is_the_index(level):
    for instrument in (SPBE, PEMDI):
        assert scoring.score(instrument, {i.number: level for i in instrument.indicators}).index == level


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({1: None}, "without level"),
        ({48: 3}, "unknown"),
        ({1: 0}, "between"),
        ({1: 6}, "between"),
        ({1: 2.5}, "whole"),
        ({1: float("nan")}, "between"),
    ],
)
def test_levels_that_cannot_be_are_refused(change, message):
    levels = {**dict.fromkeys(range(1, 48), 3), **change}
    levels = {number: level for number, level in levels.items() if level is not None}
    with pytest.raises(scoring.ScoreError, match=message):
        scoring.score(SPBE, levels)


def test_one_level_on_one_indicator_adds_its_weight():
    assert scoring.gain(loader.indicator("spbe-2020/1")) == Decimal("0.013")
    assert scoring.gain(loader.indicator("spbe-2020/12")) == Decimal("0.025")
    assert scoring.gain(loader.indicator("spbe-2020/42")) == Decimal("0.03")


# ---- rounding: half up, of the number as it was written. Neither binary fractions nor the even neighbour decide an index.

HALVES = [
    ("2.605", "2.61"), ("2.595", "2.60"), ("2.585", "2.59"), ("2.675", "2.68"), ("1.005", "1.01"), ("3.495", "3.50"), ("4.195", "4.20"),
    ("2.604999", "2.60"), ("2.6049999999", "2.60"), ("2.6050000001", "2.61"), ("2.565", "2.57"), ("2.545", "2.55"), ("4.995", "5.00"),
]  # fmt: skip


@pytest.mark.parametrize(("exact", "rounded"), HALVES)
def test_an_index_is_rounded_half_up(exact, rounded):
    assert scoring.rounded(Decimal(exact)) == Decimal(rounded)
    assert scoring.rounded(scoring.exactly(float(exact))) == Decimal(rounded), "a number from JSON is taken as it was written"


@given(st.integers(100, 499))
def test_every_half_is_rounded_up(cents):
    assert scoring.rounded(Decimal(cents) / 100 + Decimal("0.005")) == Decimal(cents + 1) / 100


def test_levels_that_make_2605_score_261():
    """Level 2 everywhere, and 22 steps of 0.0275 on the administrative services."""
    levels = dict.fromkeys(range(1, 48), 2) | dict.fromkeys(range(32, 40), 4) | {40: 5, 41: 5}
    found = scoring.score(SPBE, levels)
    assert (found.index, found.grade) == (Decimal("2.61"), "Baik")


def test_levels_that_make_2596_are_printed_as_260_and_called_cukup():
    """Sums that fit Luwu 2024: 12, 21, 14, 38, 22."""
    levels = dict.fromkeys(range(1, 48), 1) | dict.fromkeys(range(1, 3), 2) | dict.fromkeys(range(11, 21), 2) | {11: 3, 21: 4}
    levels |= dict.fromkeys(range(32, 42), 4) | {32: 3, 33: 3} | dict.fromkeys(range(42, 48), 4) | {42: 3, 43: 3}
    found = scoring.score(SPBE, levels)
    assert (found.exact, found.index, found.grade) == (Decimal("2.596"), Decimal("2.60"), "Cukup")


@pytest.mark.parametrize(
    ("instrument", "value", "grade", "reached"),
    [
        (SPBE, "2.60", "Baik", True), (SPBE, "2.595", "Baik", False), (SPBE, "2.594", "Baik", False), (SPBE, "2.07", "Baik", False),
        (SPBE, "5", "Baik", True), (SPBE, "3.49", "Sangat Baik", False), (SPBE, "3.495", "Sangat Baik", False),
        (SPBE, "3.50", "Sangat Baik", True),
        (PEMDI, "2.49", "Baik", False), (PEMDI, "2.50", "Baik", False), (PEMDI, "2.51", "Baik", True), (PEMDI, "3.2", "Baik", True),
        (PEMDI, "3.50", "Sangat Baik", False), (PEMDI, "1.24", "Kurang", True),
    ],
)  # fmt: skip
def test_which_grade_an_index_reaches(instrument, value, grade, reached):
    assert scoring.reaches(instrument, Decimal(value), grade) == reached


def test_a_grade_nobody_knows_is_at_least_none():
    assert not any(scoring.is_at_least(SPBE, named, "Kurang") for named in (None, "", "Hebat"))
    with pytest.raises(ValueError):
        scoring.is_at_least(SPBE, "Baik", "Hebat")


def test_grades_are_kept_the_best_first_however_the_data_orders_them():
    data = raw()
    data["grades"] = data["grades"][::-1]
    assert loader.build(data).grades == SPBE.grades and SPBE.grades[0].name == "Memuaskan"
