"""A comparison is right and costs little, whatever the two texts repeat."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.core import comparison
from kb.core.comparison import Gap, Line, compare

pytestmark = pytest.mark.hostile

ALTERNATING = ["a", "b"] * 600
DOUBLED = ["a", "a", "b"] * 400


@pytest.fixture(autouse=True)
def _nothing_remembered():
    comparison._kept.clear()


def told(line: Line) -> str:
    return "".join(text for text, _ in line.parts)


def carried_out(old: str, changes) -> tuple[list[str], list[str]]:
    """The lines that the comparison takes for the old text and for the new one."""
    lines, before, after = old.splitlines(), [], []
    for one in changes:
        if isinstance(one, Gap):
            same = lines[len(before) : len(before) + one.count]
            before, after = before + same, after + same
            continue
        mine = told(one).splitlines() if one.whole else [told(one)]
        before += mine if one.sign in " −" else []
        after += mine if one.sign in " +" else []
    return before, after


def is_right(old: str, new: str) -> bool:
    return carried_out(old, compare(old, new)) == (old.splitlines(), new.splitlines())


few_signs = st.text(alphabet="ab \n\t", max_size=120)
repeated = st.builds(lambda piece, times, end: piece * times + end, st.text(alphabet="ab \n", max_size=6), st.integers(0, 60), few_signs)


@settings(max_examples=60)
@given(few_signs | repeated | st.text(max_size=80), few_signs | repeated | st.text(max_size=80))
def test_applied_it_gives_the_other_text(old, new):
    assert is_right(old, new)


@given(repeated, repeated)
def test_within_its_bound_it_finds_the_most_that_is_common(old, new):
    """Against the table that everybody can check: the longest common sequence of lines."""
    before, after = old.splitlines(), new.splitlines()
    longest = [[0] * (len(after) + 1) for _ in range(len(before) + 1)]
    for a, one in enumerate(before):
        for b, other in enumerate(after):
            longest[a + 1][b + 1] = longest[a][b] + 1 if one == other else max(longest[a][b + 1], longest[a + 1][b])
    same = sum(one.a2 - one.a1 for one in comparison._stretches(before, after) if one.same)
    assert same == longest[-1][-1]


@given(few_signs, few_signs)
def test_changed_parts_are_marked_and_only_those(old, new):
    """Without the marked words, both sides of a line say the same."""
    old_parts, new_parts = comparison._words(old, new)
    assert "".join(text for text, _ in old_parts) == old
    assert "".join(text for text, _ in new_parts) == new
    assert "".join(text for text, changed in old_parts if not changed) == "".join(text for text, changed in new_parts if not changed)


def test_a_change_in_the_middle_shows_what_stands_around_it():
    old = "\n".join(["satu", "dua", "tiga", "empat", "lima", "enam", "tujuh"])
    found = compare(old, old.replace("empat", "empat puluh"), context=1)
    assert [one.count if isinstance(one, Gap) else f"{one.sign}{told(one)}" for one in found] == [
        2, " tiga", "−empat", "+empat puluh", " lima", 2,
    ]  # fmt: skip
    assert found[3].parts == (("empat", False), (" puluh", True))


HEAVY = {
    "1,200 lines alternating": ("\n".join(ALTERNATING), "\n".join(DOUBLED)),
    "one line of 1,000 words": (" ".join(ALTERNATING[:1000]), " ".join(DOUBLED[:1000])),
    "one line of 50,000 words": (" ".join(["a", "b"] * 25_000), " ".join(["a", "a", "b"] * 16_666)),
    "50,000 lines": ("\n".join(["a", "b"] * 25_000), "\n".join(["a", "a", "b"] * 16_666)),
    "just within the bound": ("\n".join(["a", "b"] * 1580), "\n".join(["a", "a", "b"] * 1050)),
    "many lines of many words": ("\n".join([" ".join(["a", "b"] * 780)] * 30), "\n".join([" ".join(["b", "a", "a"] * 520)] * 30)),
    "one line against 50,000": ("b", "\n".join(["a"] * 50_000)),
    "nothing but line ends": ("\n" * 100_000, "\n" * 99_999 + "a"),
    "one word of 100,000 letters": ("a" * 100_000, "b" + "a" * 99_999),
    "nothing but blanks": (" " * 100_000, " " * 99_999),
}


@pytest.mark.parametrize("old, new", HEAVY.values(), ids=HEAVY)
def test_no_pair_of_texts_keeps_a_process_busy(old, new):
    """Seconds that no machine needs for it; before, the first took 15 and the second 16 to 33."""
    started = time.process_time()
    assert is_right(old, new)
    assert time.process_time() - started < 6


def test_what_is_too_much_to_compare_is_shown_whole_and_says_so(app):
    found = compare("\n".join(["a", "b"] * 5_000), "\n".join(["a", "a", "b"] * 3_000))
    assert [(one.sign, one.whole) for one in found if isinstance(one, Line) and one.sign != " "] == [("−", True), ("+", True)]
    with app.test_request_context():
        page = app.jinja_env.get_template("articles/_changes.html").render(changes=found)
    assert re.findall("semua berubah", page) == ["semua berubah"]


def test_a_small_change_of_a_long_text_is_still_compared():
    """What both begin and end with counts for nothing: the bound is about what differs."""
    lines = [f"baris {number}" for number in range(20_000)]
    found = compare("\n".join(lines), "\n".join([*lines[:9_000], "baru", *lines[9_000:]]))
    assert [told(one) for one in found if isinstance(one, Line) and one.sign == "+"] == ["baru"]


def test_the_same_two_texts_are_compared_once(monkeypatch):
    worked, work = [], comparison._compare
    monkeypatch.setattr(comparison, "_compare", lambda *given: worked.append(given) or work(*given))
    assert compare("satu\ndua", "satu\ntiga") == compare("satu\ndua", "satu\ntiga")
    compare("satu\ndua", "satu\ntiga", context=0)
    compare("satu\ntiga", "satu\ndua")
    assert len(worked) == 3


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr(comparison._kept, "most", 5_000)
    for number in range(60):
        compare(f"{number}\na", "b\nb")
    assert comparison._kept.weight == sum(weight for _, weight in comparison._kept.found.values()) <= 5_000
    assert 1 <= len(comparison._kept.found) < 60
