"""The pure rules: proposals, escalation, working days, repealed rules."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.core import workdays
from kb.questions import escalation, proposals, regulations
from kb.questions.proposals import Evidence

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Evidence(2, articles=1), Evidence(1, notes=1)),
        (Evidence(2, accepted=1, answers=1), Evidence(1, answers=1)),
        (Evidence(2, notes=1), Evidence(1, answers=1)),
        (Evidence(2, index=Decimal("3.70"), index_year=2023), Evidence(1, index=Decimal("2.59"), index_year=2022)),
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


def test_only_who_has_shown_something_counts_as_strong():
    evidence = [Evidence(1, index=Decimal("4.1"), index_year=2023), Evidence(2, answers=1), Evidence(3, articles=1)]
    assert proposals.strong(evidence) == [3, 2]


def test_the_reasons_are_said():
    found = Evidence(1, articles=2, notes=1, answers=3, accepted=1, index=Decimal("3.7"), index_year=2023, waiting=2)
    assert proposals.best([found])[0].reason == (
        "2 artikel tentang indikator ini; menerima 1 kunjungan tentang indikator ini; 1 jawabannya diterima penanya; "
        "2 jawaban lain tentang indikator ini; indeks SPBE 3,70 (2023); sedang diminta menjawab 2 pertanyaan lain"
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


def test_holidays_postpone_the_reminder():
    off = {date(2026, 11, 24), date(2026, 11, 25)}
    assert escalation.upcoming(MONDAY, 0, off)[1] == date(2026, 11, 30)
    assert escalation.upcoming(MONDAY, 3, off) is None


def test_christmas_and_independence_day_are_no_working_days():
    assert date(2026, 12, 25) in workdays.days_off(2026) and date(2026, 8, 17) in workdays.days_off(2026)
    assert workdays.after(date(2026, 8, 14), 1) == date(2026, 8, 18), "Friday, weekend, holiday, Tuesday"


@given(start=st.dates(date(2024, 1, 1), date(2027, 12, 1)), count=st.integers(1, 30))
def test_the_day_after_so_many_working_days_is_so_many_working_days_away(start, count):
    end = workdays.after(start, count, off=())
    assert workdays.between(start, end, off=()) == count and end.weekday() < 5


CITES = [
    ("Menurut PermenPANRB 59/2020 pasal 3", ["Peraturan Menteri PANRB 59/2020"]),
    ("Peraturan Menteri PANRB Nomor 59 Tahun 2020", ["Peraturan Menteri PANRB 59/2020"]),
    ("permen PAN-RB no. 59 th 2020", ["Peraturan Menteri PANRB 59/2020"]),
    ("Pedoman Menteri PANRB 6/2023 dan Permen 59/2020", ["Peraturan Menteri PANRB 59/2020", "Pedoman Menteri PANRB 6/2023"]),
    ("Pedoman Menteri PANRB 16/2023", []),
    ("Perpres 95/2018", []),
    ("Pedoman 3/2024", []),
    ("nomor 59/2020 saja", []),
    ("Peraturan Menteri PANRB 8/2026", []),
    ("PermenPANRB 59/20201", []),
]


@pytest.mark.parametrize(("text", "expected"), CITES)
def test_which_repealed_rules_a_text_cites(text, expected):
    assert [rule.name for rule in regulations.cited_in(text)] == expected


def test_each_repealed_rule_says_by_what_and_from_where_it_is_known():
    for rule in regulations.repealed():
        assert rule.repealed_by and rule.source and rule.confidence in ("tinggi", "sedang", "rendah")
        assert regulations.cited_in(rule.name) == [rule], "it finds itself"
