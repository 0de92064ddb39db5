"""The JSON address: what it answers, to whom, and that its description is true."""

import pytest

from kb.search import language, service
from kb.search.whoosh_engine import WhooshEngine
from tests.makers import office
from tests.search.makers import make_article, settle

ADDRESS = "/api/v1/search"


@pytest.fixture
def library(app, db_ctx, monkeypatch, staged):
    """Twelve public articles and one of each narrower visibility."""
    monkeypatch.setitem(app.extensions, "search", WhooshEngine(app.config["KB_DATA"]))

    def build():
        with db_ctx():
            for number in range(12):
                make_article(f"Peta rencana {number}", "Isi <b>tentang</b> peta rencana & anggaran.")
            make_article("Peta rencana jejaring", visibility="jejaring")
            make_article("Peta rencana instansi", visibility="instansi")
            make_article("Peta rencana draf", status="draft")
            settle()
            service.reindex()

    staged("api", build)


def test_a_page_of_ten_with_the_whole_count(library, client):
    answer = client.get(f"{ADDRESS}?q=peta+rencana")
    assert answer.mimetype == "application/json"
    found = answer.json
    assert found["total"] == 12 and len(found["hits"]) == 10
    rest = client.get(f"{ADDRESS}?q=peta+rencana&page=2").json["hits"]
    assert len({hit["id"] for hit in found["hits"] + rest}) == 12
    assert client.get(f"{ADDRESS}?q=peta+rencana&page=3").json["hits"] == []


@pytest.mark.parametrize(("part", "total"), [("visitor", 12), ("outsider", 13), ("host_member", 14), ("admin", 13)])
def test_each_is_shown_and_told_the_count_of_what_they_may_see(library, cast, part, total):
    found = getattr(cast, part).client.get(f"{ADDRESS}?q=peta+rencana&kind=artikel").json
    assert found["total"] == total
    titles = {hit["title"] for page in (1, 2) for hit in
              getattr(cast, part).client.get(f"{ADDRESS}?q=peta+rencana&kind=artikel&page={page}").json["hits"]}  # fmt: skip
    assert ("Peta rencana instansi" in titles) == (part == "host_member")
    assert ("Peta rencana draf" in titles) is False


def test_a_hit_has_all_that_is_described_and_a_harmless_snippet(library, client):
    described = client.get("/api/v1/openapi.json").json
    schema = described["paths"][ADDRESS]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    hit_schema = schema["properties"]["hits"]["items"]
    for hit in client.get(f"{ADDRESS}?q=anggaran").json["hits"]:
        assert set(hit) == set(hit_schema["required"]) == set(hit_schema["properties"])
        assert hit["kind"] in hit_schema["properties"]["kind"]["enum"] and isinstance(hit["id"], int)
        assert hit["url"].startswith("http://127.0.0.1:8000/artikel/") and hit["office"] == "Diskominfo Kabupaten Mesuji"
        assert "<mark>anggaran</mark>" in hit["snippet"] and "<b>" not in hit["snippet"]


def test_a_hit_says_who_wrote_it_and_whom_it_is_about(library, client, db_ctx):
    with db_ctx():
        make_article("Kisah tetangga", "Isi.", owner="redaksi", about=(office("18.10").id, office("18.11").id))
        settle()
    (found,) = client.get(f"{ADDRESS}?q=kisah+instansi:mesuji").json["hits"]
    assert found["office"] == "Redaksi Berguru"
    assert found["about"] == ["Diskominfo Kabupaten Pringsewu", "Diskominfo Kabupaten Mesuji"]
    assert client.get(f"{ADDRESS}?q=instansi:mesuji").json["total"] == 14
    assert client.get(f"{ADDRESS}?q=anggaran").json["hits"][0]["about"] == []


def test_every_described_kind_may_be_asked_for(library, client):
    parameters = {one["name"]: one for one in client.get("/api/v1/openapi.json").json["paths"][ADDRESS]["get"]["parameters"]}
    assert set(parameters["kind"]["schema"]["enum"]) == set(language.KIND_WORDS)
    for word in parameters["kind"]["schema"]["enum"]:
        answer = client.get(f"{ADDRESS}?q=peta&kind={word}")
        assert answer.status_code == 200
        assert {hit["kind"] for hit in answer.json["hits"]} <= {language.KIND_WORDS[word]}


@pytest.mark.parametrize("query", ["kind=rahasia", "page=0", "page=1001", "page=dua", "page=-1", "page=99999999999999999999"])
def test_what_cannot_be_understood_is_said_as_json(library, client, query):
    answer = client.get(f"{ADDRESS}?q=peta&{query}")
    assert answer.status_code == 400 and answer.json["error"].startswith(query.partition("=")[0])


@pytest.mark.parametrize("q", ["", "%1b", "a" * 5000, "%22tak+ditutup", "indikator:12", "-peta", "%F0%9F%99%82", "AND+OR+NOT+(*"])
def test_any_text_may_be_asked(library, client, q):
    assert client.get(f"{ADDRESS}?q={q}").status_code == 200


def test_without_an_index_it_says_that_it_is_being_prepared(app, client, monkeypatch, tmp_path):
    monkeypatch.setitem(app.extensions, "search", WhooshEngine(str(tmp_path)))
    answer = client.get(f"{ADDRESS}?q=peta")
    assert answer.status_code == 503 and answer.json == {"error": "Pencarian sedang disiapkan."}


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_it_is_read_only(client, method):
    assert getattr(client, method)(ADDRESS).status_code in (400, 405)


def test_it_costs_the_same_for_one_hit_and_for_ten(library, client, count_queries):
    counts = []
    for query in ('"rencana 7"', "peta rencana"):
        with count_queries() as counted:
            client.get(ADDRESS, query_string={"q": query})
        counts.append(counted.value)
    assert counts[0] == counts[1] <= 6
