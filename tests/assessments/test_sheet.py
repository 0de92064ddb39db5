"""A sheet and its address: the one gives the other back, and whatever else an address says is answered at its place."""

from decimal import Decimal
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from kb.assessments import outside, sheet
from kb.assessments.sheet import Sheet
from kb.instruments import loader

SPBE, PEMDI = loader.get("spbe-2020"), loader.get("pemdi-2026")


def read(query: str, instrument=PEMDI) -> sheet.Reading:
    args = MultiDict(parse_qsl(query, keep_blank_values=True))
    args.poplist("instrumen")
    return sheet.read(args, instrument)


LEVELS = st.integers(1, 5).map(Decimal)
FRACTIONS = st.integers(100, 500).map(lambda cents: Decimal(cents) / 100)


@st.composite
def sheets(draw) -> Sheet:
    """Sheets of both instruments, half-filled and whole, with fractions and outside indices where there may be such."""
    instrument = draw(st.sampled_from([SPBE, PEMDI]))
    numbers = draw(st.sets(st.sampled_from(sorted(instrument.by_number))))
    values = {number: draw(st.one_of(LEVELS, FRACTIONS) if instrument.fractions else LEVELS) for number in sorted(numbers)}
    indices = {}
    for number in [n for n in (5, 6, 7) if n in values and instrument is PEMDI and draw(st.booleans())]:
        known = outside.known()[number]
        index = Decimal(draw(st.integers(int(known.lowest * 100), int(known.highest * 100)))) / 100
        try:
            values[number], indices[number] = known.value(index), index
        except outside.OnLimit:
            del values[number]
    return Sheet(instrument, values, indices)


@given(sheets())
def test_an_address_gives_its_sheet_back(made):
    found = read(made.query, made.instrument)
    assert found.sheet == made and not found.faults and not found.remarks
    assert found.sheet.query == made.query and len(made.query) < 400
    assert found.sheet.filled == len(made.values) and found.sheet.is_whole == (found.sheet.next_empty is None)


@given(sheets())
def test_a_form_gives_the_same_sheet_as_its_address(made):
    typed = {f"luar{number}": str(index).replace(".", ",") for number, index in made.outside.items()}
    for number, value in made.values.items():
        if number not in made.outside:
            typed[f"i{number}" if value == int(value) else f"n{number}"] = (
                str(int(value)) if value == int(value) else str(value).replace(".", ",")
            )
    empty = {f"i{number}": "" for number in made.instrument.by_number if number not in made.values}
    assert sheet.read(MultiDict(typed | empty), made.instrument).sheet == made


def test_the_address_is_short_and_can_be_read():
    values = {number: Decimal(level) for number, level in zip(range(1, 21), "32113211321132113211", strict=True)}
    assert Sheet(PEMDI, values).query == "instrumen=pemdi-2026&tingkat=32-11-3211-3211-32-1132-11"
    assert Sheet(PEMDI, {13: Decimal("1.17")}).query == "instrumen=pemdi-2026&n13=1.17"
    assert Sheet(PEMDI, {1: Decimal(3), 5: Decimal("2")}, {5: Decimal("25")}).query == (
        "instrumen=pemdi-2026&tingkat=3x-xx-xxxx-xxxx-xx-xxxx-xx&luar5=25"
    )
    assert Sheet(SPBE).query == "instrumen=spbe-2020"


@pytest.mark.parametrize(
    ("query", "place", "said"),
    [
        ("i3=6", 3, "Tidak ada tingkat “6”"), ("i3=0", 3, "Tidak ada tingkat “0”"), ("i3=tiga", 3, "Tidak ada tingkat “tiga”"),
        ("i3=2,5", 3, "Tidak ada tingkat “2,5”"), ("i3=%D9%A3", 3, "Tidak ada tingkat"), ("i3=-1", 3, "Tidak ada tingkat"),
        ("n3=2,555", 3, "paling banyak dua desimal"), ("n3=5,01", 3, "angka 1 sampai 5"), ("n3=0,99", 3, "angka 1 sampai 5"),
        ("n3=1e1", 3, "bukan nilai"), ("n3=nan", 3, "bukan nilai"), ("n3=" + "9" * 300, 3, "bukan nilai"), ("n3=1,2,3", 3, "bukan nilai"),
        ("i3=2&i3=3", 3, "Tertulis dua kali"), ("i3=2&n3=3", 3, "dua nilai berbeda"), ("i3=2&n3=9", 3, "bukan nilai"),
        ("n3=2&n3=2,5", 3, "Tertulis dua kali"),
        ("i3=2&i3=3&i3=2", 3, "Tertulis dua kali"), ("luar5=25&luar5=30", 5, "Tertulis dua kali"),
        ("tingkat=26xxxxxxxxxxxxxxxxxx", 2, "Tidak ada tingkat “6”"), ("tingkat=2ax-" + "x" * 17, 2, "Tidak ada tingkat “a”"),
        ("tingkat=1111", 0, "memuat 4 nilai, padahal Indeks Pemdi punya 20"), ("tingkat=" + "1" * 47, 0, "memuat 47 nilai"),
        ("i21=3&n99=3", 0, "Tidak dikenal pada alamat Indeks Pemdi ini: i21, n99"),
        ("i0=3", 0, "Tidak dikenal"), ("i03=3", 0, "Tidak dikenal"),
        ("tingkt=3", 0, "Tidak dikenal"), ("I3=3", 0, "Tidak dikenal"), ("i" + "9" * 40 + "=1", 0, "Tidak dikenal"),
        ("tingkat=" + "z" * 20, 0, "20 tanda pada alamat ini bukan tingkat"),
        ("tingkat=3&tingkat=4", 0, "Tertulis dua kali"),
        ("luar5=101", 5, "bernilai 0 sampai 100"), ("luar5=-1", 5, "bernilai 0 sampai 100"), ("luar7=0,5", 7, "bernilai 1 sampai 5"),
        ("luar5=12,345", 5, "paling banyak dua desimal"), ("luar5=tinggi", 5, "bernilai 0 sampai 100"),
        ("luar2=50", 2, "tidak mengambil nilai dari indeks luar"), ("luar10=2", 10, "tidak mengambil nilai dari indeks luar"),
        ("luar5=25&i5=3", 5, "dua nilai berbeda"), ("x=" + "1" * 10_000, 0, "terlalu panjang"),
        ("tingkat=" + "1" * 10_000, 0, "terlalu panjang"),
        ("&".join(f"i1={number}" for number in range(3000)), 0, "terlalu panjang"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place_and_the_rest_is_kept(query, place, said):
    found = read(f"i1=4&{query}" if "tingkat" not in query else query)
    assert said in " ".join(found.said(place)) and place not in found.sheet.values and place not in found.sheet.outside
    if "tingkat" not in query and place != 0:
        assert found.sheet.values == {1: Decimal(4)}
    if query.startswith("tingkat=2"):
        assert found.sheet.values == {1: Decimal(2)}
    if query == "tingkat=1111":
        assert found.sheet.values == dict.fromkeys(range(1, 5), Decimal(1)), "what an address that was cut off still holds"


def test_spbe_knows_whole_levels_only():
    assert "hanya mengenal tingkat bulat" in read("n3=2,5", SPBE).said(3)[0]
    assert "Pilih tingkat 1 sampai 5" in read("n3=2,555", SPBE).said(3)[0]
    assert read("n3=2", SPBE).sheet.values == {3: Decimal(2)}
    assert "tidak mengambil nilai" in read("luar5=25", SPBE).said(5)[0]


def test_what_was_typed_wrong_stays_in_its_field():
    assert read("n3=2,555").typed == {"n3": "2,555"} and read("luar5=101").typed == {"luar5": "101"}


def test_what_means_nothing_is_no_fault():
    found = read("i1=3&utm_source=wa&fbclid=x&i2=&n3=+&__proto__=1&tingkat=&amp;i4=2&i1=3")
    assert found.sheet.values == {1: Decimal(3), 4: Decimal(2)} and not found.faults


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["i1", "i5", "n5", "luar5", "luar7", "i7", "tingkat", "n3"]),
            st.sampled_from(["1", "2", "2,5", "25", "2.6", "x" * 20, "z"]),
        ),
        max_size=8,
    )
)
def test_whatever_is_said_twice_in_any_order_is_read_without_breaking(said):
    found = sheet.read(MultiDict(said), PEMDI)
    assert set(found.sheet.outside) <= set(found.sheet.values)
    assert not {number for number, _ in found.faults} & set(found.sheet.values)


# ---- outside indices


@pytest.mark.parametrize(
    ("number", "index", "value"),
    [
        (5, "25", "2"), (5, "68.75", "3.75"), (5, "0", "1"), (5, "12.5", "1.5"), (5, "12.51", "1.5004"), (5, "37.5", "2.5"),
        (5, "100", "5"),
        (6, "1", "1"), (6, "3.5", "3.5"), (6, "3.51", "3.51"), (6, "5", "5"), (7, "1", "1"), (7, "1.81", "1.5125"), (7, "5", "5"),
    ],
)  # fmt: skip
def test_an_outside_index_becomes_the_value_of_its_band(number, index, value):
    assert outside.known()[number].value(Decimal(index)) == Decimal(value)


@pytest.mark.parametrize(("index", "level"), [("1.8", 2), ("2.6", 3), ("3.5", 4), ("4.2", 5)])
def test_on_a_limit_of_statistics_the_level_is_known_and_no_value_is_filled_in(index, level):
    with pytest.raises(outside.OnLimit):
        outside.known()[7].value(Decimal(index))
    found = read(f"i1=3&luar7={index}")
    assert 7 not in found.sheet.values and not found.faults
    assert f"pita tingkat {level} menurut peraturan" in found.said(7, "remarks")[0] and found.typed["luar7"] == index
    for answer in (f"luar7={index}&i7={level}", f"n7=2,5&luar7={index}"):
        assert read(answer).remarks == [] and 7 in read(answer).sheet.values, "who has followed it is not told again"


@given(st.sampled_from([5, 6, 7]), st.integers(0, 10_000))
def test_a_value_lies_in_the_band_of_its_index_and_rises_with_it(number, cents):
    known = outside.known()[number]
    index = Decimal(cents) / 100
    if not known.lowest <= index < known.highest or (not known.holds_upper and {index, index + Decimal("0.01")} & set(known.limits[1:-1])):
        return
    value, band = known.value(index), next(place for place, limit in enumerate(known.limits) if index <= limit)
    assert outside.VALUES[max(band - 1, 0)] <= value <= outside.VALUES[band] and value < known.value(index + Decimal("0.01"))


def test_a_clue_is_never_counted():
    assert {number for number, known in outside.known().items() if not known.counted} == {10, 12}
    assert outside.of("spbe-2020") == {}
