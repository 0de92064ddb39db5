"""/api/v1/simulation computes what the page computes, and names each weight."""

import pytest

from kb.assessments import published
from kb.instruments import loader

pytestmark = pytest.mark.any_database


def test_it_computes_what_the_page_computes(client):
    for one, index, grade in zip(published.sheets(), ("3.75", "3.19", "1.24"), ("Sangat Baik", "Baik", "Kurang"), strict=True):
        found = client.get(f"/api/v1/simulation?{one.sheet.query}").json
        assert (found["index"]["lower"], found["index"]["upper"], found["grade"]["lower"]) == (index, index, grade)
        assert found["filled"] == found["total"] == len(one.sheet.instrument.indicators) and found["official"] is False
        weights = {indicator["number"]: indicator["weight"] for indicator in found["indicators"]}
        assert weights == {i.number: str(i.weight) for i in one.sheet.instrument.indicators}
        assert found["url"].endswith(f"/simulasi/hasil?{one.sheet.query}")
    denpasar = client.get(f"/api/v1/simulation?{published.sheets()[1].sheet.query}").json
    assert [domain["lower"] for domain in denpasar["domains"]] == ["3.00", "3.30", "2.18", "3.55"]
    assert denpasar["index"]["exact_lower"] == "3.1925"


def test_a_half_filled_sheet_has_bounds(client):
    found = client.get("/api/v1/simulation?i1=3&n2=1,5&luar5=25").json
    assert found["instrument"] == "pemdi-2026" and found["filled"] == 3
    assert (found["index"]["lower"], found["index"]["upper"]) == ("1.18", "4.58")
    assert [indicator["value"] for indicator in found["indicators"][:5]] == ["3", "1.5", None, None, "2"]
    assert found["indicators"][4]["outside_index"] == "25" and found["next_grade"] == {"name": "Cukup", "distance": "0.325", "beyond": True}
    assert found["steps"][0] == {"number": 1, "level": 4, "gain": "0.05", "reaches": False}


@pytest.mark.parametrize(
    ("query", "place", "said"),
    [
        ("i1=6", "1", "Tidak ada tingkat"),
        ("n1=2,555", "1", "dua desimal"),
        ("i99=1", "0", "Tidak dikenal"),
        ("tingkat=1", "0", "memuat 1"),
    ],
)
def test_what_cannot_be_read_is_said_by_indicator(client, query, place, said):
    answer = client.get(f"/api/v1/simulation?{query}")
    assert answer.status_code == 400 and said in answer.json["faults"][place]


def test_an_instrument_nobody_knows(client):
    answer = client.get("/api/v1/simulation?instrumen=spbe-2031")
    assert answer.status_code == 400 and "pemdi-2026, spbe-2020" in answer.json["error"]


def test_a_remark_is_no_fault(client):
    found = client.get("/api/v1/simulation?i1=1&luar7=1.8").json
    assert "pita tingkat 2" in found["remarks"]["7"] and found["filled"] == 1


def test_it_is_described(client):
    described = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/simulation"]["get"]
    answer = client.get("/api/v1/simulation?i1=3").json
    schema = described["responses"]["200"]["content"]["application/json"]["schema"]
    assert set(schema["required"]) == set(answer) == set(schema["properties"])
    assert {i.id for i in loader.all_instruments()} == set(described["parameters"][0]["schema"]["enum"])
