"""The search page: empty, in vain, narrowed, turned over, and asked nonsense."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from kb.articles import queries as articles
from kb.articles import service as article_service
from kb.core.db import db
from kb.core.viewer import ANONYMOUS
from kb.search import service
from kb.search.models import MissedSearch
from tests.makers import office
from tests.search.makers import make_article, settle


@pytest.fixture
def library(indexed):
    """Twelve articles of Mesuji, one of Pringsewu."""

    def build():
        for number in range(12):
            make_article(f"Peta rencana {number}", "Isi tentang anggaran <script>alert(1)</script>.", indicators=("spbe-2020/12",))
        make_article("Audit keamanan", "Isi tentang audit.", owner="18.10", indicators=("spbe-2020/31",))
        settle()
        service.reindex()

    indexed("twelve articles", build)


def test_without_words_it_invites_to_ask(library, client):
    page = client.get("/cari")
    assert page.status_code == 200 and 'name="q"' in page.text


def test_a_word_is_marked_in_harmless_text(library, client):
    page = client.get("/cari?q=anggaran").text
    assert "<mark>anggaran</mark>" in page and "<script>alert" not in page and "12 hasil" in page


def test_nothing_found_proposes_what_may_be_meant(library, client):
    page = client.get("/cari?q=angaran").text
    assert "Mungkin maksud Anda" in page and re.search(r'href="/cari\?q=anggaran"', page)


def test_nothing_at_all_says_so_and_leads_to_asking(library, client):
    page = client.get("/cari?q=zzzzqqqq").text
    assert "Tidak ada" in page and "/tanya" in page


def test_a_facet_narrows_and_is_let_go_again_and_the_words_stay(library, client):
    page = client.get("/cari?q=isi").text
    narrow = re.search(r'href="(/cari\?[^"]*instansi=kabupaten-pringsewu[^"]*)"', page)[1].replace("&amp;", "&")
    narrowed = client.get(narrow).text
    assert "Audit keamanan" in narrowed and "Peta rencana 1" not in narrowed and 'value="isi"' in narrowed
    assert re.search(r'href="/cari\?q=isi"', narrowed), "the chosen value leads back"


def test_pages_are_turned_and_keep_the_question(library, client):
    first, second = client.get("/cari?q=rencana").text, client.get("/cari?q=rencana&hal=2").text
    titles = [set(re.findall(r"Peta <mark>rencana</mark> \d+", page)) for page in (first, second)]
    assert len(titles[0]) == 10 and len(titles[1]) == 2 and not titles[0] & titles[1]
    assert "hal=2" in first and "q=rencana" in first


@pytest.mark.parametrize(
    "query",
    [
        "hal=0",
        "hal=-5",
        "hal=dua",
        "jenis=rahasia",
        "tahun=x&provinsi=&instansi=%1b",
        f"indikator={500 * 'x'}",
        "endpoint=x&_external=1&_scheme=x&_anchor=y&_method=z",
    ],
)
def test_nonsense_in_the_address_is_no_error(library, client, query):
    assert client.get(f"/cari?q=rencana&{query}").status_code == 200


def test_beyond_the_last_page_it_leads_to_the_last(library, client):
    assert client.get("/cari?q=rencana&hal=999").location == "/cari?q=rencana&hal=2"


@pytest.mark.parametrize(
    "q", ["a" * 5000, "%1b", "%22tak+ditutup", "((", "*", "NOT", "%3Cscript%3E", "-rencana", "%00", "peta%00rencana", "%%0000"]
)
def test_any_text_may_be_asked(library, client, q):
    assert client.get(f"/cari?q={q}").status_code == 200


def test_a_nul_byte_in_the_address_is_left_out(library, client):
    assert 'value="rencana"' in client.get("/cari?q=renc%00ana&instansi=%00").text


def test_a_search_in_vain_is_counted_once_a_day_without_person(library, cast, db_ctx):
    for person in (cast.outsider, cast.host_member, cast.visitor):
        person.client.get("/cari?q=zzzzqqqq")
    with db_ctx():
        row = db.session.scalars(select(MissedSearch)).one()
        assert row.words == "zzzzqqqq" and row.times == 1
        assert {column.name for column in MissedSearch.__table__.columns} == {"words", "times", "first_on", "last_on"}


def test_a_search_in_vain_leads_to_asking(library, cast, client):
    assert "/tanya/baru?judul=zzzzqqqq" in cast.outsider.client.get("/cari?q=zzzzqqqq").text
    assert "/tanya/baru?judul" not in client.get("/cari?q=zzzzqqqq").text


# ---- who wrote, and whom it is about


@pytest.fixture
def written_about(indexed):
    """An article of the editors about Mesuji, one of Mesuji, one of the editors that only they may see."""

    def build():
        mesuji = office("18.11").id
        make_article("Cerita tentang tetangga", "Isi.", owner="redaksi", about=(mesuji,))
        make_article("Karya sendiri", "Isi.")
        make_article("Tertutup", "Isi.", owner="redaksi", about=(mesuji,), visibility="instansi")
        settle()
        service.reindex()

    indexed("written about", build)


@pytest.mark.parametrize("address", ["/cari?q=instansi:mesuji", "/cari?q=isi&instansi=kabupaten-mesuji"])
def test_an_office_is_found_as_writer_and_as_subject_and_each_hit_says_which(written_about, client, cast, address):
    page = client.get(address).text
    hits = {title: hit for hit in page.split('<li class="item">')[1:] for title in ("Cerita", "Karya", "Tertutup") if title in hit}
    assert set(hits) == {"Cerita", "Karya"}
    byline = re.sub(r"<[^>]+>", "", hits["Cerita"])
    assert "ditulis Redaksi Berguru tentang Diskominfo Kabupaten Mesuji" in byline
    assert "ditulis Diskominfo Kabupaten Mesuji ·" in re.sub(r"<[^>]+>", "", hits["Karya"])
    assert "Tertutup" not in cast.host_manager.client.get(address).text, "being written about opens nothing"


def test_the_facet_counts_both(written_about, client):
    page = client.get("/cari?q=isi").text
    facet = page.split("Instansi</summary>")[1].split("</details>")[0]
    assert re.search(r'instansi=kabupaten-mesuji">Diskominfo Kabupaten Mesuji</a> <span class="meta">2</span>', facet)
    assert re.search(r'instansi=redaksi">Redaksi Berguru</a> <span class="meta">1</span>', facet)


def test_the_index_follows_when_the_subjects_change(written_about, client, db_ctx):
    with db_ctx():
        article = articles.by_slug("cerita-tentang-tetangga")
        content = replace(article_service.content_of(article), about=(office("18.10").id,))
        article_service.edit(article, content, ANONYMOUS, article.version, by_import=True)
        settle()
    assert "Cerita" not in client.get("/cari?q=instansi:mesuji").text
    assert "Cerita" in client.get("/cari?q=instansi:pringsewu").text


@pytest.mark.parametrize("end", ["%0B", "%0C", "%C2%85", "%E2%80%A8", "%E2%80%A9"])
def test_a_line_end_of_word_parts_the_words_of_a_query(library, client, end):
    assert "12 hasil" in client.get(f"/cari?q=rencana{end}anggaran").text
    assert client.get(f"/api/v1/search?q=rencana{end}anggaran").json["total"] == 12
