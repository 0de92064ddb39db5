"""Positions, medians and strong domains: ties, misprints, groups of one; whatever the values are."""

from decimal import Decimal
from statistics import median

from hypothesis import given
from hypothesis import strategies as st

from kb.offices import ranking
from kb.offices.ranking import INDEX, League, Places, Position, Ranked


def row(number: int, *measures, kind: str = "kabupaten", province: str = "18") -> Ranked:
    values = tuple(None if said is None else Decimal(said) for said in measures)
    return Ranked(number, number, f"18.{number:02}", f"s{number}", f"Nama {number:03}", kind, province, None, False, values)


def league(*rows: Ranked) -> League:
    return League("spbe-2020", 2024, rows)


def test_equal_values_share_a_position_and_the_next_one_stands_behind_both():
    first, second, third, fourth = rows = [row(1, "3.00"), row(2, "3.50"), row(3, "3.00"), row(4, "2.00")]
    found = [league(*rows).places(one).nation.place for one in (second, first, third, fourth)]
    assert found == [1, 2, 2, 4]


def test_a_province_is_compared_with_provinces_and_stands_in_no_province():
    rows = [row(1, "4.00", kind="provinsi"), row(2, "3.00"), row(3, "3.50", kind="kota"), row(4, "4.50", province="19")]
    whole = league(*rows)
    assert whole.places(rows[0]) == Places(Position(2, 4), None, Position(1, 1))
    assert whole.places(rows[1]) == Places(Position(4, 4), Position(2, 2), Position(2, 2))
    assert whole.median(INDEX, "18") == Decimal("3.25"), "without that of the province"


def test_a_province_of_one_has_a_place_and_a_median():
    alone = row(1, "2.00", province="31")
    assert league(alone, row(2, "4.00")).places(alone).province == Position(1, 1)
    assert league(alone).median(INDEX, "31") == Decimal("2.00") and league(alone).median(INDEX, "99") is None


def test_a_misprint_stands_in_no_position_no_median_and_no_strength():
    odd, rows = row(1, "4.43", "0.60"), [row(number, "3.00", "2.00") for number in range(2, 6)]
    whole = league(odd, *rows)
    assert whole.places(odd, 1) == Places() and whole.known(1) == 4 and whole.known() == 5
    assert whole.median(1) == Decimal("2.00") and ranking.strong(whole, odd, lambda _: True) == []
    assert whole.ordered(1)[-1] is odd and whole.ordered(1, rising=True)[-1] is odd, "last, either way"
    assert not any(ranking.is_possible(Decimal(value)) for value in ("0", "0.99", "5.01", "-1"))
    assert ranking.is_possible(Decimal(1)) and ranking.is_possible(Decimal(5)) and not ranking.is_possible(None)


def test_strong_is_who_is_good_and_in_the_top_quarter_the_strongest_first():
    rows = [row(number, "3.00", f"3.{number}0", f"2.{number}0") for number in range(1, 9)]
    strong = {one.value_id: ranking.strong(league(*rows), one, lambda value: value >= Decimal("2.80")) for one in rows}
    assert strong[8] == [1, 2] and strong[7] == [1], "2.70 is in the top quarter and not good"
    assert not any(strong[number] for number in range(1, 7))
    best = [
        row(1, "3.00", "3.00", "4.00"),
        row(2, "3.00", "3.10", "1.00"),
        *(row(number, "1.00", "1.00", "1.00") for number in range(3, 9)),
    ]
    assert ranking.strong(league(*best), best[0], lambda _: True) == [2, 1], "first of all before second of all"


def test_nobody_is_strong_by_the_index():
    rows = [row(number, f"{number}.00") for number in range(1, 6)]
    assert [ranking.strong(league(*rows), one, lambda _: True) for one in rows] == [[]] * 5


def test_nothing_known_is_no_error():
    nothing = league()
    assert nothing.known() == 0 and nothing.median() is None and nothing.ordered() == []


VALUES = st.one_of(st.none(), st.integers(0, 600).map(lambda cents: Decimal(cents) / 100))
KINDS = st.sampled_from(["provinsi", "kabupaten", "kota"])


@given(st.lists(st.tuples(VALUES, KINDS, st.sampled_from(["18", "19"])), max_size=40))
def test_positions_and_medians_are_what_counting_gives(found):
    rows = [row(number, value, kind=kind, province=province) for number, (value, kind, province) in enumerate(found)]
    whole, possible = league(*rows), [one for one in rows if ranking.is_possible(one.index)]
    assert whole.median() == (median(one.index for one in possible) if possible else None)
    for one in rows:
        places = whole.places(one)
        if one not in possible:
            assert places == Places()
            continue
        groups = {
            "nation": possible,
            "kind": [other for other in possible if other.kind == one.kind],
            "province": [other for other in possible if other.kind != "provinsi" and other.province == one.province],
        }
        for name, group in groups.items():
            if name == "province" and one.kind == "provinsi":
                assert places.province is None
            else:
                assert getattr(places, name) == Position(1 + sum(other.index > one.index for other in group), len(group))
    ordered = whole.ordered()
    assert sorted(one.value_id for one in ordered) == list(range(len(rows))), "nobody is lost"
    assert [one.index for one in ordered[: len(possible)]] == sorted((one.index for one in possible), reverse=True)
