"""The reading page, the list and the preview: what is on them, that they are harmless, and what they cost."""

import pytest

from kb.articles import service
from kb.core.db import db
from tests.articles.makers import FORM, make_article

NETWORK = {"guest_manager", "guest_member", "outsider", "admin"}

HOSTILE = """<script>alert(1)</script> [klik](javascript:alert(1)) ![x](x" onerror="alert(1))

| a | <img src=x onerror=alert(1)> |
|-|-|
| &lt;script&gt;alert(1)&lt;/script&gt; | [b](&#106;avascript:alert(1)) |

Catatan.[^1]

[^1]: <iframe src="https://contoh.example"></iframe>
"""


def test_the_page_leads_on(cast, db_ctx):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    page = cast.visitor.client.get(address).text
    for href in (
        "/indikator/spbe-2020/12",
        "/instansi/kabupaten-mesuji",
        "#bagian-mulai",
        "#bagian-lanjut",
        f"{address}/riwayat",
        "https://wa.me/?text=Peta",
    ):
        assert href in page, href
    assert "Sumber:</strong> Data contoh" in page and f'<link rel="canonical" href="http://127.0.0.1:8000{address}">' in page


@pytest.mark.parametrize("field", ["title", "summary", "body", "source"])
def test_markup_in_any_field_is_harmless_on_every_page(cast, db_ctx, field):
    """PageClient refuses inline script, attributes that hold script and unbalanced tags on each page it opens; as words they do nothing."""
    with db_ctx():
        text = HOSTILE if field == "body" else HOSTILE[:100].replace("\n", " ")
        slug = make_article(cast.host_member.viewer, **{field: text}).slug
    for page in ("", "/riwayat", "/riwayat/1", "/ubah"):
        html = cast.host_member.client.get(f"/artikel/{slug}{page}").text
        for bad in ("<script>alert", "<img src=x", "<iframe", 'href="javascript'):
            assert bad not in html, (page, bad)
    assert "<script>alert" not in cast.visitor.client.get("/artikel").text


def test_the_preview_is_made_by_the_very_renderer(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.host_member.viewer, body=HOSTILE + FORM["body"])
        html = article.html
    assert cast.host_member.client.post("/artikel/pratinjau", data={"body": HOSTILE + FORM["body"]}).text.endswith(html)
    page = cast.host_member.client.post("/artikel/baru", data={**FORM, "action": "preview"})
    assert page.status_code == 200 and "<p>Dari proses bisnis.</p>" in page.text.split("<textarea")[0], "without JavaScript too"


def test_the_preview_is_for_people_with_an_account(cast):
    assert cast.visitor.client.post("/artikel/pratinjau", data={"body": "x"}).status_code == 401


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Satu", "Dua"}),
        ("?indikator=spbe-2020/12", {"Satu"}),
        ("?aspek=spbe-2020:2", {"Satu"}),
        ("?instansi=kabupaten-pringsewu", {"Dua"}),
        ("?provinsi=18", {"Satu", "Dua"}),
        ("?provinsi=11", set()),
        ("?tahun=1999", set()),
        ("?indikator=x&aspek=y&tahun=z&hal=-3", set()),
        ("?hal=99999999999999999999", {"Satu", "Dua"}),
        ("?aspek=:::&tahun=20260", {"Satu", "Dua"}),
    ],
)
def test_the_list_is_narrowed_and_nonsense_is_no_error(cast, db_ctx, query, found):
    with db_ctx():
        make_article(cast.host_member.viewer, title="Artikel Satu")
        make_article(cast.guest_member.viewer, title="Artikel Dua", indicators=("pemdi-2026/3",))
    answer = cast.visitor.client.get(f"/artikel{query}")
    assert answer.status_code == 200
    assert {name for name in ("Satu", "Dua") if f"Artikel {name}" in answer.text} == found


def test_words_that_belong_to_the_framework_are_no_error_on_a_list_of_several_pages(cast, db_ctx):
    with db_ctx():
        for number in range(21):
            make_article(cast.host_member.viewer, title=f"Judul {number}")
    page = cast.visitor.client.get("/artikel?endpoint=x&_external=1&_scheme=gopher")
    assert page.status_code == 200 and 'rel="next"' in page.text and "gopher:" not in page.text


def test_an_empty_list_says_so(client):
    assert "Belum ada artikel" in client.get("/artikel").text


@pytest.mark.parametrize("slug", ["tidak-ada", "..%2f..%2fetc", "a" * 3000, "%00", "<b>"])
def test_an_unknown_address_is_not_found(client, slug):
    assert client.get(f"/artikel/{slug}").status_code == 404


def test_a_visitors_page_costs_few_queries_and_no_more_with_many_articles(cast, db_ctx, count_queries):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    with count_queries() as first:
        cast.visitor.client.get(address)
    with db_ctx():
        for number in range(12):
            make_article(cast.host_member.viewer, title=f"Lain {number}")
    cast.host_member.client.post(f"{address}/arsipkan"), cast.host_manager.client.post(f"{address}/arsipkan")
    cast.host_manager.client.post(f"{address}/arsipkan")
    with count_queries() as second:
        cast.visitor.client.get(address)
    assert first.value <= 5 and second.value <= first.value


def test_the_list_costs_the_same_for_one_row_and_for_twenty(cast, db_ctx, count_queries):
    counts = []
    for size in (1, 19):
        with db_ctx():
            for number in range(size):
                make_article(cast.host_member.viewer, title=f"Judul {size} {number}")
        with count_queries() as counted:
            cast.visitor.client.get("/artikel")
        counts.append(counted.value)
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("visibility", "told"), [("publik", NETWORK | {"visitor"}), ("jejaring", NETWORK), ("instansi", set())])
@pytest.mark.parametrize("page", ["", "/riwayat", "/riwayat/1", "/bandingkan"])
def test_an_archived_article_says_so_to_whom_could_read_it_and_leads_on(cast, db_ctx, visibility, told, page):
    with db_ctx():
        slug = make_article(cast.host_member.viewer, "archived", title="Kata yang ditarik", visibility=visibility).slug
        make_article(cast.host_member.viewer, title="Masih berlaku")
    for part in (*NETWORK, "visitor"):
        answer = getattr(cast, part).client.get(f"/artikel/{slug}{page}")
        assert answer.status_code == 404
        assert ("Artikel ini diarsipkan" in answer.text, "Masih berlaku" in answer.text) == (part in told,) * 2, part
        assert "Kata yang ditarik" not in answer.text and "Lalu ke anggaran" not in answer.text


def test_an_archived_article_is_told_at_its_old_address_too_and_never_instead_of_an_act(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.host_member.viewer, title="Judul lama")
        service.edit(article, service.Content("Judul baru", "R", "Isi", visibility="publik"), cast.host_member.viewer, 1)
        service.archive(article, cast.host_manager.viewer)
        db.session.commit()
    for slug in ("judul-lama", "judul-baru"):
        assert "Artikel ini diarsipkan" in cast.visitor.client.get(f"/artikel/{slug}").text
        forged = cast.outsider.client.post(f"/artikel/{slug}/arsipkan")
        assert forged.status_code == 404 and "diarsipkan" not in forged.text
    draft = cast.host_member.client.get("/artikel/judul-baru").text
    assert "Pengelola instansi Anda dapat membukanya kembali" in draft
    assert "Tekan “Buka kembali”" in cast.host_manager.client.get("/artikel/judul-baru").text


def test_a_draft_is_never_said_to_be_archived(cast, db_ctx):
    with db_ctx():
        slug = make_article(cast.host_member.viewer, "draft").slug
    for part in (*NETWORK, "visitor"):
        assert "diarsipkan" not in getattr(cast, part).client.get(f"/artikel/{slug}").text
