"""The map: every government is on it once, no two points lie on each other, and none far from its place."""

import re
from collections import Counter
from math import dist

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.offices import atlas, league, queries
from kb.offices.atlas import Place

GRADES = ["Memuaskan", "Sangat Baik", "Baik", "Cukup", "Kurang"]


@pytest.fixture
def places(db_ctx):
    with db_ctx():
        return queries.places()


def test_all_546_are_drawn_once_and_none_lies_on_another(places):
    pictures = atlas.drawn(places, {}, GRADES)
    assert [picture.name for picture in pictures] == [
        "Sumatera",
        "Jawa",
        "Bali dan Nusa Tenggara",
        "Kalimantan",
        "Sulawesi",
        "Maluku",
        "Papua",
    ]
    marks = [mark for picture in pictures for mark in picture.marks]
    assert Counter(mark.place.code for mark in marks) == Counter(place.code for place in places) and len(marks) == 546
    for picture in pictures:
        for number, mark in enumerate(picture.marks):
            assert picture.radius <= mark.x <= atlas.WIDTH - picture.radius and picture.radius <= mark.y <= picture.height - picture.radius
            for other in picture.marks[:number]:
                assert dist((mark.x, mark.y), (other.x, other.y)) >= 2 * picture.radius, (mark.place.name, other.place.name)


def test_north_stays_above_south_and_west_left_of_east(places):
    """Of two far from each other; neighbours may be moved past each other."""
    (sumatera,) = [picture for picture in atlas.drawn(places, {}, GRADES) if picture.name == "Sumatera"]
    at = {mark.place.code: mark for mark in sumatera.marks}
    assert at["11.71"].y < at["12.71"].y < at["16.71"].y < at["18.71"].y and at["11.71"].x < at["12.71"].x < at["18.71"].x


def test_the_circles_and_numbers_of_a_picture_are_those_of_its_grades(places, db_ctx):
    with db_ctx():
        rows = league.of(league.states(), "spbe-2020", 2024).rows
    grades = {row.code: row.grade for row in rows}
    pictures = atlas.drawn(places, grades, GRADES)
    drawn = Counter()
    for picture in pictures:
        for one in picture.series:
            assert one.circles.count("M") == len(one.xs.split()) == len(one.ys.split()) == one.count
            drawn[one.grade] += one.count
        assert f"{picture.name}: " in picture.said
    assert drawn == Counter(row.grade for row in rows) + Counter({atlas.UNKNOWN: 546 - len(rows)})
    counted = atlas.counted(places, grades)
    assert sum(counted.values(), Counter()) == drawn and counted["18"]["Cukup"] == 1


def test_a_province_is_one_picture_and_a_province_of_one_too(places):
    (lampung,) = atlas.drawn([place for place in places if place.province == "18"], {}, GRADES, "Lampung")
    assert lampung.name == "Lampung" and len(lampung.marks) == 16
    (jakarta,) = atlas.drawn([place for place in places if place.province == "31"], {}, GRADES, "Jakarta")
    assert len(jakarta.marks) == 1 and 0 < jakarta.marks[0].x < atlas.WIDTH
    assert atlas.drawn([], {}, GRADES) == []


def test_few_that_are_shown_keep_the_places_they_have_among_all(places):
    def at(pictures):
        return {mark.place.code: (picture.name, picture.height, mark.x, mark.y) for picture in pictures for mark in picture.marks}

    everybody = at(atlas.drawn(places, {}, GRADES))
    capitals = atlas.drawn(places, {}, GRADES, shows=lambda place: place.code in ("18.11", "18.71", "91.71"))
    assert at(capitals) == {code: everybody[code] for code in ("18.11", "18.71", "91.71")}
    around = sum(1 for place in places if place.code[0] in "129") - 3
    assert sum(picture.others.count("M") for picture in capitals) == around, "the others are dots"
    assert not any(picture.others for picture in atlas.drawn(places, {}, GRADES))
    assert [picture.said for picture in capitals] == ["Sumatera: 2 belum diketahui", "Papua: 1 belum diketahui"], "none without a point"
    assert atlas.drawn(places, {}, GRADES, shows=lambda _: False) == []


@settings(max_examples=40)
@given(st.lists(st.tuples(st.floats(-11, 6), st.floats(95, 141)), min_size=1, max_size=60))
def test_wherever_they_lie_no_two_share_a_place(points):
    found = [Place(f"1{number:03}", "", "", "kota", "18", lat, lon) for number, (lat, lon) in enumerate(points)]
    (picture,) = atlas.drawn(found, {}, GRADES)
    spots = {(round(mark.x, 3), round(mark.y, 3)) for mark in picture.marks}
    assert len(spots) == len(points) and picture.height < 3000


# ---- the page


@pytest.mark.parametrize("query", ["?tahun=2024&provinsi=18", "?tahun=2024&provinsi=35"])
def test_a_chosen_grade_or_kind_moves_no_point(client, query):
    point = re.compile(r'<title>([^<]+): [^<]+</title><circle [^>]*cx="([\d.]+)" cy="([\d.]+)"')

    def drawn(more: str = "") -> dict:
        return {name: (x, y) for name, x, y in point.findall(client.get(f"/peringkat/peta{query}{more}").text)}

    everybody = drawn()
    for more in ("&predikat=Sangat+Baik", "&predikat=Baik", "&jenis=kota", "&jenis=kota&predikat=Baik"):
        few = drawn(more)
        assert 0 <= len(few) < len(everybody) and few.items() <= everybody.items()
    assert drawn("&predikat=Sangat+Baik"), "some are drawn at all"


@pytest.mark.parametrize(
    ("query", "said", "unsaid"),
    [
        ("", ["Sumatera", "Papua", "Menurut provinsi", "Kurang"], ["<title>Kabupaten Mesuji"]),
        ("?provinsi=18", ["<h2>Daftar</h2>", "<title>Kabupaten Mesuji: Sangat Baik</title>", "4 · Sangat Baik"], ["Papua</figcaption>"]),
        ("?provinsi=31", ["Provinsi Daerah Khusus Ibukota Jakarta"], []),
        ("?provinsi=31&jenis=kota", ["Tidak ada pemerintah daerah"], ["<svg class=\"map\""]),
        ("?tahun=2025", ["Belum ada nilai penetapan Indeks SPBE 2020 tahun 2025"], []),
        ("?tahun=9999&provinsi=99&jenis=desa", ["untuk tahun “9999”", "provinsi berkode “99”", "jenis “desa”", "Sumatera"], []),
        ("?instrumen=pemdi-2026", ["Belum ada nilai penetapan Indeks Pemdi 2026"], []),
    ],
)  # fmt: skip
def test_the_map_page(client, query, said, unsaid):
    page = client.get(f"/peringkat/peta{query}").text
    assert [text for text in said if text not in page] == [] and [text for text in unsaid if text in page] == []


def test_nothing_on_the_map_comes_from_elsewhere(client):
    page = client.get("/peringkat/peta").text
    assert not re.search(r'(src|href|xlink:href)="(https?:)?//', page.split("<main")[1])


def test_all_points_of_the_country_cost_no_more_statements_than_those_of_a_province(client, count_queries):
    client.get("/peringkat/peta")
    with count_queries() as one:
        client.get("/peringkat/peta?provinsi=18")
    with count_queries() as all_of_them:
        client.get("/peringkat/peta")
    assert all_of_them.value == one.value <= 4
