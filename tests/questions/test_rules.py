"""The pure rules: proposals, escalation, working days, repealed rules."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.core import days_off, markdown, workdays
from kb.questions import escalation, proposals, regulations
from kb.questions.proposals import Evidence

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Evidence(2, articles=1), Evidence(1, notes=1)),
        (Evidence(2, accepted=1, answers=1), Evidence(1, answers=1)),
        (Evidence(2, notes=1), Evidence(1, answers=1)),
        (Evidence(2, index=Decimal("3.70"), index_year=2023), Evidence(1, index=Decimal("2.60"), index_year=2022)),
        (Evidence(2, articles=2), Evidence(1, articles=2, waiting=1)),
        (Evidence(2, articles=3, notes=1), Evidence(1, articles=30)),
    ],
    ids=["article-note", "accepted", "note-answer", "index", "load", "no-more-than-three-of-a-kind"],
)
def test_who_is_proposed_before_whom(better, worse):
    assert [found.office_id for found in proposals.best([worse, better])] == [2, 1]


def test_three_are_proposed_but_never_the_excluded_or_the_unknown():
    evidence = [Evidence(number, articles=1) for number in range(1, 7)] + [Evidence(9)]
    assert [found.office_id for found in proposals.best(evidence, {1, 2})] == [3, 4, 5]
    assert proposals.best([Evidence(9), Evidence(8, waiting=2)]) == []


@pytest.mark.parametrize(
    ("index", "is_reason"),
    [("1.00", False), ("2.07", False), ("2.59", False), ("2.595", False), ("2.599", False), ("2.60", True), ("5.00", True)],
)
def test_an_index_below_baik_is_no_reason_to_ask_anybody(index, is_reason):
    alone, working = Evidence(1, index=Decimal(index), index_year=2022), Evidence(2, articles=1, index=Decimal(index), index_year=2022)
    assert [found.office_id for found in proposals.best([alone])] == ([1] if is_reason else [])
    assert ("indeks" in proposals.best([working])[0].reason.lower()) == is_reason
    assert working.points == proposals.ARTICLE + (Decimal(index) if is_reason else 0)


def test_the_index_in_a_reason_is_rounded_half_up():
    assert "indeks SPBE 2020: 2,61 (Baik, 2023)" in proposals.reasons(Evidence(1, index=Decimal("2.605"), index_year=2023))


@pytest.mark.parametrize(("published", "is_reason"), [("Cukup", False), ("Baik", True), (None, True)])
def test_an_index_is_called_what_its_source_calls_it(published, is_reason):
    """Luwu's 2.596 of 2024 was printed as 2.60 and called Cukup."""
    found = Evidence(1, articles=1, index=Decimal("2.60"), index_year=2024, published_grade=published)
    assert ("2,60 (Baik, 2024)" in proposals.best([found])[0].reason) == is_reason


def test_likely_to_know_is_who_has_shown_something_or_has_a_very_good_index():
    evidence = [
        Evidence(1, index=Decimal("3.49"), index_year=2023), Evidence(2, answers=1), Evidence(3, articles=1),
        Evidence(4, index=Decimal("3.50"), index_year=2023), Evidence(5, waiting=1),
    ]  # fmt: skip
    assert proposals.likely(evidence) == [4, 3, 2]
    assert proposals.likely(evidence, {4, 3}) == [2]


def test_all_who_are_likely_to_know_are_told_however_many():
    assert len(proposals.likely(Evidence(number, articles=1) for number in range(1, 101))) == 100


def test_the_reasons_are_said():
    found = Evidence(1, articles=2, notes=1, answers=3, accepted=1, index=Decimal("3.7"), index_year=2023, waiting=2)
    assert proposals.best([found])[0].reason == (
        "2 artikel tentang indikator ini; menerima 1 kunjungan tentang indikator ini; 1 jawabannya diterima penanya; "
        "2 jawaban lain tentang indikator ini; indeks SPBE 2020: 3,70 (Sangat Baik, 2023); sedang diminta menjawab 2 pertanyaan lain"
    )


@pytest.mark.parametrize(
    ("asked", "today", "reached", "expected"),
    [
        (MONDAY, date(2026, 11, 25), 0, []),
        (MONDAY, date(2026, 11, 26), 0, [1]),
        (MONDAY, date(2026, 11, 26), 1, []),
        (MONDAY, date(2026, 12, 2), 1, [2]),
        (MONDAY, date(2026, 12, 11), 2, [3]),
        (MONDAY, date(2027, 3, 1), 0, [1, 2, 3]),
        (MONDAY, date(2027, 3, 1), 3, []),
        (date(2026, 11, 27), date(2026, 12, 1), 0, []),  # a weekend lies between
        (date(2026, 11, 27), date(2026, 12, 2), 0, [1]),
    ],
)
def test_when_a_question_is_brought_to_more_people(asked, today, reached, expected):
    assert [stage.number for stage in escalation.due(asked, today, reached, off=())] == expected


@pytest.mark.parametrize(
    ("invited", "has_indicators", "confidential", "expected"),
    [
        (True, True, False, [1, 2, 3]),
        (False, True, False, [2, 3]),
        (True, False, False, [1, 3]),
        (False, False, False, [3]),
        (True, False, True, [1, 2, 3]),
        (False, True, True, []),
    ],
)
def test_only_what_will_happen_is_promised(invited, has_indicators, confidential, expected):
    stages = escalation.promised(invited, has_indicators, confidential)
    assert [stage.number for stage in stages] == expected
    following = escalation.upcoming(MONDAY, 0, (), stages)
    assert (following[0].number if following else None) == (expected[0] if expected else None)


def test_holidays_postpone_the_reminder():
    off = {date(2026, 11, 24), date(2026, 11, 25)}
    assert escalation.upcoming(MONDAY, 0, off)[1] == date(2026, 11, 30)
    assert escalation.upcoming(MONDAY, 3, off) is None


def test_christmas_and_independence_day_are_no_working_days():
    off = days_off.known_holidays(2026, 2026)
    assert {date(2026, 12, 25), date(2026, 8, 17)} <= off.keys()
    assert workdays.after(date(2026, 8, 14), 1, off) == date(2026, 8, 18), "Friday, weekend, holiday, Tuesday"


@given(start=st.dates(date(2024, 1, 1), date(2027, 12, 1)), count=st.integers(1, 30))
def test_the_day_after_so_many_working_days_is_so_many_working_days_away(start, count):
    end = workdays.after(start, count, off=())
    days = workdays.Count(start, end, off=())
    assert days.between(start, end) == count and end.weekday() < 5
    assert days.between(end, start) == days.between(start, start) == 0


PERATURAN, PEDOMAN = "Peraturan Menteri PANRB 59/2020", "Pedoman Menteri PANRB 6/2023"
IN_FULL = "Menteri Pendayagunaan Aparatur Negara dan Reformasi Birokrasi"
CITES_59 = [
    "Menurut PermenPANRB 59/2020 pasal 3",
    "PermenPANRB No. 59 Tahun 2020",
    "Permenpan-RB nomor 59 tahun 2020",
    "permen PAN-RB no. 59 th 2020",
    "Permen PAN RB No 59 tahun\n2020",
    "Permen PAN & RB 59/2020",
    "Permen PANRB RI Nomor: 59 Tahun 2020",
    "PermenPANRB Nomor 59 Thn 2020",
    "PermenPANRB 59-2020",
    "Permenpan 59 (2020)",
    "Permen 59/2020",
    "PM PANRB 59/2020",
    "PANRB Nomor 59 Tahun 2020",
    "Peraturan Menteri PANRB Nomor 59 Tahun 2020",
    "Peraturan Menteri PANRB\nNomor 59 Tahun 2020",
    "Peraturan Menteri PANRB  \nNomor 59 Tahun 2020",
    "**Permen PANRB** Nomor **59** Tahun **2020**",
    "[Peraturan Menteri *PANRB*](https://jdih.example) Nomor 59 Tahun 2020",
    "Peraturan Menteri PAN dan RB tentang Pedoman Evaluasi SPBE Nomor 59 Tahun 2020",
    f"Peraturan {IN_FULL} Republik Indonesia Nomor 59 Tahun 2020",
    "Perbup kami merujuk Permenpan RB No 59/2020",
    "- Perpres 95/2018\n- PermenPANRB 59/2020",
]
CITES_NOTHING = [
    "Peraturan Bupati Mesuji Nomor 59 Tahun 2020",
    "Peraturan Daerah Nomor 59 Tahun 2020",
    "Peraturan Presiden Nomor 59 Tahun 2020",
    "Peraturan Wali Kota Metro Nomor 59 Tahun 2020 tentang arahan PANRB",
    "Perbup 59/2020",
    "Peraturan Menteri Dalam Negeri Nomor 59 Tahun 2020",
    "Permendagri 59/2020 dan Permen Kominfo 59/2020",
    "Surat Edaran Menteri PANRB Nomor 59 Tahun 2020",
    "Keputusan Menteri PANRB Nomor 59 Tahun 2020",
    "Menurut PermenPANRB 5/2020 dan Peraturan Bupati Nomor 59 Tahun 2020",
    "Sesuai arahan Menteri PANRB, Peraturan Bupati Mesuji Nomor 59 Tahun 2020",
    "Kami ikut PANRB.\n\nNomor 59 Tahun 2020 adalah perbup kami",
    "surat PANRB 800/59/2020",
    "nomor 59/2020 saja",
    "PermenPANRB 59/20201",
    "PermenPANRB 159/2020",
    "Peraturan Menteri PANRB 8/2026",
    "Pedoman Bupati Nomor 6 Tahun 2023",
    "Peraturan Gubernur No. 6 Tahun 2023 tentang Pedoman",
    "Peraturan Menteri PANRB Nomor 6 Tahun 2023",
    "Pedoman Menteri PANRB 16/2023",
    "Pedoman Menteri PANRB 3/2024",
    "Perpres 95/2018",
]


def cited(text: str) -> list[str]:
    return [rule.name for rule in regulations.cited_in(markdown.render(text).html)]


@pytest.mark.parametrize("text", CITES_59)
def test_a_repealed_rule_is_found_however_it_is_written(text):
    assert cited(text) == [PERATURAN]


@pytest.mark.parametrize("text", ["Pedoman Menteri PANRB 6/2023", f"Pedoman {IN_FULL}\nNomor 6 Tahun 2023"])
def test_a_repealed_guideline_is_found_too(text):
    assert cited(text) == [PEDOMAN]


def test_several_are_named_in_the_order_of_the_data():
    assert cited("Pedoman Menteri PANRB 6/2023 dan Permen 59/2020") == [PERATURAN, PEDOMAN]


@pytest.mark.parametrize("text", CITES_NOTHING)
def test_a_rule_of_somebody_else_with_the_same_number_is_not_accused(text):
    assert cited(text) == []


def test_the_repeal_of_59_is_known_from_the_regulation_itself():
    rule = next(rule for rule in regulations.repealed() if rule.name == PERATURAN)
    assert rule.confidence == "tinggi" and rule.source.startswith(f"{rule.repealed_by}, Pasal 12") and "tidak terbaca" not in rule.source


def test_each_repealed_rule_says_by_what_and_from_where_it_is_known():
    for rule in regulations.repealed():
        assert rule.repealed_by and rule.source and rule.confidence in ("tinggi", "sedang", "rendah")
        assert cited(rule.name) == [rule.name], "it finds itself"
