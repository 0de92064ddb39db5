"""Writing: drafts, publishing, addresses that survive, revisions, two editors at once, and the second click."""

import pytest
from sqlalchemy import func, select

from kb.articles import queries, service
from kb.articles.models import Article, ArticleRevision
from kb.core import events
from kb.core.db import db
from tests.articles.makers import FORM, make_article, write

KEY = "0123456789abcdef0123456789abcdef"


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model))


def recorded() -> list[str]:
    return list(db.session.scalars(select(events.Event.name).order_by(events.Event.id)))


def test_a_draft_is_saved_then_published_and_each_is_told_once(cast, db_ctx):
    client = cast.host_member.client
    address = write(client).location
    assert address == "/artikel/peta-rencana-dalam-enam-minggu"
    assert "Ini draf" in client.get(address).text and cast.visitor.client.get(address).status_code == 404
    for _ in range(2):
        assert client.post(f"{address}/terbitkan", data={"readers": "publik", "version": "1"}).location == address
    page = cast.visitor.client.get(address).text
    assert FORM["summary"] in page and "Diskominfo Kabupaten Mesuji</a> (Host Member)" in page
    with db_ctx():
        assert recorded() == ["article.created", "article.published"]


def test_a_double_click_writes_one_article_and_leads_to_it(cast, db_ctx):
    first, second = (write(cast.host_member.client, once=KEY) for _ in range(2))
    assert first.location == second.location and {first.status_code, second.status_code} == {303}
    with db_ctx():
        assert count(Article) == count(ArticleRevision) == 1


def test_a_renamed_article_is_found_at_its_old_address_and_may_come_back_to_it(cast, db_ctx):
    with db_ctx():
        old = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    new = write(cast.host_member.client, f"{old}/ubah", version="1", title="Peta rencana tanpa konsultan").location
    assert new == "/artikel/peta-rencana-tanpa-konsultan"
    moved = cast.visitor.client.get(old)
    assert (moved.status_code, moved.location) == (301, new)
    back = write(cast.host_member.client, f"{new}/ubah", version="2", title=FORM["title"]).location
    assert back == old and cast.visitor.client.get(new).location == old


def test_two_articles_of_one_title_and_reserved_titles_get_addresses_of_their_own(cast, db_ctx):
    with db_ctx():
        slugs = [make_article(cast.host_member.viewer, title=title).slug for title in ("Sama", "Sama", "Baru", "Pratinjau", "???")]
        assert len(set(slugs)) == 5 and slugs[:2] == ["sama", "sama-2"] and not {"baru", "pratinjau", ""} & set(slugs)


def test_of_two_editors_the_second_sees_both_texts_and_loses_nothing(cast, db_ctx):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    write(cast.host_manager.client, f"{address}/ubah", version="1", body="Kalimat dari pengelola.")
    answer = write(cast.host_member.client, f"{address}/ubah", version="1", body="Kalimat dari anggota.")
    assert answer.status_code == 409
    assert "Kalimat dari pengelola." in answer.text and "Kalimat dari anggota." in answer.text
    assert '<input id="version" name="version" type="hidden" value="2">' in answer.text, "sent again it is mine on top of theirs"
    assert write(cast.host_member.client, f"{address}/ubah", version="2", body="Kalimat dari keduanya.").status_code == 303
    with db_ctx():
        bodies = db.session.scalars(select(ArticleRevision.body).order_by(ArticleRevision.number)).all()
        assert bodies[1:] == ["Kalimat dari pengelola.", "Kalimat dari keduanya."]


# ---- under an address that the article has left


@pytest.fixture
def renamed(cast, db_ctx):
    """An article whose address changed while others had its pages open: the old address and the new one."""
    with db_ctx():
        old = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    answer = write(cast.host_manager.client, f"{old}/ubah", version="1", title="Judul kedua", once=KEY)
    assert answer.location == "/artikel/judul-kedua"
    return old, answer.location


def test_a_form_that_was_open_during_a_rename_leads_to_both_texts_and_then_saves(cast, renamed):
    old, new = renamed
    answer = write(cast.host_member.client, f"{old}/ubah", version="1", body="Kalimat dari anggota.")
    assert answer.status_code == 409 and "Kalimat dari anggota." in answer.text and "Judul kedua" in answer.text
    assert f'action="{new}/ubah"' in answer.text
    again = write(cast.host_member.client, f"{new}/ubah", version="2", title="Judul kedua", body="Kalimat dari keduanya.")
    assert again.location == new


def test_the_same_rename_sent_twice_is_carried_out_once_and_leads_to_the_new_address(cast, db_ctx, renamed):
    old, new = renamed
    again = write(cast.host_manager.client, f"{old}/ubah", version="1", title="Judul kedua", once=KEY)
    assert (again.status_code, again.location) == (303, new)
    with db_ctx():
        assert count(ArticleRevision) == 2


def test_a_mistake_in_a_form_from_before_the_rename_keeps_what_was_typed(cast, renamed):
    answer = write(cast.host_member.client, f"{renamed[0]}/ubah", version="1", summary="", body="Kalimat dari anggota.")
    assert answer.status_code == 422 and "Kalimat dari anggota." in answer.text


@pytest.mark.parametrize("page", ["", "/ubah", "/riwayat", "/riwayat/1", "/bandingkan?dari=1&ke=2", "/bandingkan?_external=1&slug=x"])
def test_every_page_of_the_old_address_leads_to_the_same_page_of_the_new_one(cast, renamed, page):
    old, new = renamed
    answer = cast.host_member.client.get(f"{old}{page}")
    assert (answer.status_code, answer.location) == (301, f"{new}{page}")


@pytest.mark.parametrize(
    ("act", "values"), [("/riwayat/1/pulihkan", {"version": "2"}), ("/arsipkan", {}), ("/terbitkan", {"readers": "publik"})]
)
def test_every_act_of_the_old_address_is_done_to_the_article(cast, renamed, act, values):
    answer = cast.host_manager.client.post(f"{renamed[0]}{act}", data=values)
    assert answer.status_code == 303 and answer.location in renamed


@pytest.mark.parametrize("page", ["", "/ubah", "/riwayat", "/riwayat/1", "/bandingkan"])
def test_no_page_of_an_old_address_tells_an_outsider_of_a_closed_article(cast, db_ctx, page):
    with db_ctx():
        old = f"/artikel/{make_article(cast.host_member.viewer, visibility='instansi').slug}"
    write(cast.host_member.client, f"{old}/ubah", version="1", title="Judul rahasia", visibility="instansi")
    answer = cast.outsider.client.get(f"{old}{page}")
    assert answer.status_code == 404 and "rahasia" not in answer.text


def test_history_compares_and_restores(cast, db_ctx):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    write(cast.host_manager.client, f"{address}/ubah", version="1", body="Isi kedua.", title="Judul kedua", note="Diperiksa kepala bidang")
    address = "/artikel/judul-kedua"
    client = cast.host_member.client
    page = client.get(f"{address}/riwayat").text
    assert "Diperiksa kepala bidang" in page and "Host Manager" in page and "Host Member" in page
    compared = client.get(f"{address}/bandingkan").text
    assert "<ins>" in compared and "<del>" in compared and "Judul" in compared
    told = compared.split('<p class="meta">Revisi 1: ')[1].split("</p>")[0].split("<br>Revisi 2: ")
    assert told[0].endswith(" · Host Member") and told[1].endswith(" · Host Manager · Diperiksa kepala bidang"), "who wrote each, and why"
    assert client.post(f"{address}/riwayat/1/pulihkan", data={"version": "1"}).location == f"{address}/riwayat", "somebody was faster"
    restored = client.post(f"{address}/riwayat/1/pulihkan", data={"version": "2"}).location
    assert restored == f"/artikel/{'peta-rencana-dalam-enam-minggu'}"
    with db_ctx():
        article = queries.by_slug(restored.rpartition("/")[2])
        assert (article.version, article.body, article.title) == (3, FORM["body"], FORM["title"])
        assert recorded()[-2:] == ["article.edited", "article.restored"]


@pytest.mark.parametrize("query", ["?dari=0&ke=1", "?dari=7&ke=9", "?dari=-1", "?dari=99999999999999999999"])
def test_revisions_that_do_not_exist_cannot_be_compared(cast, db_ctx, query):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    assert cast.host_member.client.get(f"{address}/bandingkan{query}").status_code == 404


def test_an_archived_article_leaves_the_public_and_comes_back(cast, db_ctx):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    cast.host_manager.client.post(f"{address}/arsipkan")
    assert cast.visitor.client.get(address).status_code == 404
    cast.host_manager.client.post(f"{address}/arsipkan")
    assert cast.visitor.client.get(address).status_code == 200
    with db_ctx():
        assert recorded()[-2:] == ["article.archived", "article.unarchived"]


def test_an_edit_keeps_the_day_it_was_first_published(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.host_member.viewer)
        first = article.published_at
        service.edit(article, service.content_of(article), cast.host_member.viewer, 1)
        db.session.commit()
        assert (article.published_at, article.status) == (first, "published")


def test_what_a_visitor_reads_changes_with_the_article_at_once(cast, db_ctx):
    """A visitor's page is kept in memory."""
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    assert "Lalu ke anggaran." in cast.visitor.client.get(address).text
    write(cast.host_member.client, f"{address}/ubah", version="1", body="Isi yang baru.")
    page = cast.visitor.client.get(address).text
    assert "Isi yang baru." in page and "Lalu ke anggaran." not in page
    write(cast.host_member.client, f"{address}/ubah", version="2", visibility="jejaring")
    assert cast.visitor.client.get(address).status_code == 404
