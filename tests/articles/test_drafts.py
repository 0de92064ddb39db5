"""Drafts: publishing says to whom first, a draft may be deleted, and going back and saving again makes no second one."""

import re

import pytest
from sqlalchemy import func, select, update

from kb.articles import service
from kb.articles.models import Article, ArticleRevision
from kb.core import events
from kb.core.db import db
from kb.core.errors import Conflict
from tests.articles.makers import FORM, make_article, write
from tests.pages import without_keys

EVERYBODY = "siapa pun, juga tanpa akun"


def fields(page: str, address: str) -> dict[str, str]:
    """The hidden fields of the form that posts to an address."""
    form = page.split(f'action="{address}"')[1].split("</form>")[0]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def buttons(page: str) -> list[str]:
    """The buttons of the editor that a browser may press, in their order."""
    return re.findall(r'<button class="button[^>]*value="(\w+)"', page)


@pytest.fixture
def draft(cast, db_ctx):
    """The address of a draft by Mesuji's member."""
    with db_ctx():
        return f"/artikel/{make_article(cast.host_member.viewer, 'draft').slug}"


def status_of(db_ctx) -> str:
    with db_ctx():
        return db.session.scalars(select(Article.status)).one()


# ---- publishing


def test_enter_in_the_title_keeps_a_draft(cast, draft):
    assert buttons(cast.host_member.client.get("/artikel/baru").text) == ["save", "preview", "publish"]
    assert buttons(cast.host_member.client.get(f"{draft}/ubah").text) == ["save", "preview", "publish"]


def test_enter_in_the_title_of_a_published_article_only_shows_it(cast, db_ctx):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer).slug}"
    page = cast.host_member.client.get(f"{address}/ubah").text
    assert buttons(page) == ["preview", "save"] and f"langsung terbaca oleh {EVERYBODY}" in page


@pytest.mark.parametrize(
    ("visibility", "words"), [("publik", EVERYBODY), ("jejaring", "semua instansi yang bergabung"), ("instansi", "instansi sendiri")]
)
def test_publishing_says_to_whom_first(cast, db_ctx, visibility, words):
    """The words of the form are kept as a draft; the choice made on that very form is what the next page says."""
    client = cast.host_member.client
    sent = client.post("/artikel/baru", data={**FORM, "visibility": visibility, "action": "publish"})
    assert sent.location.endswith("/terbitkan") and status_of(db_ctx) == "draft"
    page = client.get(sent.location).text
    assert f"Terbitkan untuk {words}?" in page and status_of(db_ctx) == "draft", "opening the page publishes nothing"
    assert client.post(sent.location, data=fields(page, sent.location)).status_code == 303 and status_of(db_ctx) == "published"
    assert client.post(sent.location, data=fields(page, sent.location)).status_code == 303, "a second press changes nothing"


@pytest.mark.parametrize("changed", [{"visibility": "publik"}, {"body": "Yang belum dibaca."}, {"nothing": "said"}])
def test_what_changed_since_the_page_was_opened_is_shown_before_it_is_published(cast, db_ctx, changed):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer, 'draft', visibility='instansi').slug}"
    seen = fields(cast.host_member.client.get(f"{address}/terbitkan").text, f"{address}/terbitkan")
    if "nothing" in changed:
        seen = {}
    else:
        write(cast.host_manager.client, f"{address}/ubah", version="1", **{"visibility": "instansi", **changed})
    answer = cast.host_member.client.post(f"{address}/terbitkan", data=seen)
    assert answer.status_code == 409 and "Belum diterbitkan" in answer.text and status_of(db_ctx) == "draft"


def test_a_published_article_is_opened_further_only_by_who_was_told(cast, db_ctx):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_member.viewer, visibility='instansi').slug}"
    form = {"version": "1", "visibility": "publik", "body": "Isi yang diketik."}
    asked = write(cast.host_member.client, f"{address}/ubah", **form)
    assert asked.status_code == 200 and "Isi yang diketik." in asked.text and f"Simpan dan buka untuk {EVERYBODY}" in asked.text
    assert "Belum disimpan: artikel ini akan terbuka" in asked.text.split("<form method")[0], "at the top, where it comes back"
    assert asked.text.count('href="#simpan"') == asked.text.count('id="simpan"') == 1
    assert cast.visitor.client.get(address).status_code == 404 and buttons(asked.text) == ["preview", "save"]
    assert write(cast.host_member.client, f"{address}/ubah", **form, readers="jejaring").status_code == 200, "told of others"
    assert write(cast.host_member.client, f"{address}/ubah", **form, readers="publik").status_code == 303
    assert "Isi yang diketik." in cast.visitor.client.get(address).text
    narrower = write(cast.host_member.client, f"{address}/ubah", version="2", visibility="instansi")
    assert narrower.status_code == 303, "fewer readers need no question"


def test_a_form_that_began_as_a_draft_does_not_change_what_was_published_meanwhile(cast, db_ctx, draft):
    """Publishing makes no new version, so the version alone does not tell."""
    assert 'name="state" value="draft"' in cast.host_member.client.get(f"{draft}/ubah").text
    cast.host_manager.client.post(f"{draft}/terbitkan", data={"readers": "publik"})
    answer = write(cast.host_member.client, f"{draft}/ubah", version="1", state="draft", body="Belum untuk umum.")
    assert answer.status_code == 409 and "Belum untuk umum." in answer.text and 'name="state" value="published"' in answer.text
    assert "Belum untuk umum." not in cast.visitor.client.get(draft).text


# ---- deleting


def ask_and_delete(client, address: str):
    page = client.get(f"{address}/hapus").text
    return client.post(f"{address}/hapus", data=fields(page, f"{address}/hapus"))


@pytest.mark.parametrize("part", ["host_member", "host_manager"])
def test_its_author_or_a_manager_deletes_a_draft_for_good(cast, db_ctx, draft, part):
    client = getattr(cast, part).client
    write(cast.host_member.client, f"{draft}/ubah", version="1", title="Judul kedua")
    address = "/artikel/judul-kedua"
    assert 'href="/artikel/judul-kedua/hapus"' in client.get(address).text
    page = client.get(f"{address}/hapus").text
    assert "Judul kedua" in page and "tidak dapat dibatalkan" in page
    with db_ctx():
        assert db.session.scalar(select(func.count()).select_from(ArticleRevision)) == 2, "asking deletes nothing"
    form = fields(page, f"{address}/hapus")
    first, second = (client.post(f"{address}/hapus", data=form) for _ in range(2))
    assert first.status_code == second.status_code == 303 and first.location == second.location
    for gone in (address, draft, f"{address}/riwayat/1", f"{address}/ubah", f"{address}/hapus"):
        assert client.get(gone).status_code == 404
    with db_ctx():
        for model in (Article, ArticleRevision):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0
    page = cast.admin.client.get("/admin/jejak").text
    assert "Draf artikel dihapus" in page and "article.discarded" not in page.split("<table")[1]


def test_whoever_followed_a_deleted_draft_still_opens_every_page(cast, db_ctx, draft):
    client = cast.host_member.client
    with db_ctx():
        client.post("/ikuti", data={"perihal": f"article:{db.session.scalars(select(Article.id)).one()}"})
    ask_and_delete(client, draft)
    with db_ctx():
        events.drain()
        assert db.session.scalars(select(events.Delivery).where(events.Delivery.done_at.is_(None))).all() == []
    for page in ("/cari?q=peta+rencana", "/artikel", "/beranda", "/pemberitahuan", "/akun/pemberitahuan", "/instansi/kabupaten-mesuji"):
        answer = client.get(page)
        assert answer.status_code == 200 and f'href="{draft}"' not in answer.text, page


def test_others_do_not_delete_it(cast, db_ctx):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_manager.viewer, 'draft').slug}"
    assert "/hapus" not in cast.host_member.client.get(address).text
    for part, refused in (("host_member", 403), ("guest_manager", 404), ("outsider", 404), ("admin", 404)):
        client = getattr(cast, part).client
        assert client.get(f"{address}/hapus").status_code == refused, part
        assert client.post(f"{address}/hapus", data={"version": "1"}).status_code == refused, part
    assert cast.host_manager.client.get(address).status_code == 200


@pytest.mark.parametrize("status", ["published", "archived"])
def test_what_was_published_is_not_deleted(cast, db_ctx, status):
    with db_ctx():
        address = f"/artikel/{make_article(cast.host_manager.viewer, status).slug}"
    page = cast.host_manager.client.post(f"{address}/hapus", data={"version": "1"}, follow_redirects=True).text
    assert "tidak dapat dihapus" in page and "/hapus" not in page and cast.host_manager.client.get(address).status_code == 200


@pytest.mark.parametrize("meanwhile", ["changed", "published"])
def test_a_draft_that_a_colleague_changed_or_published_meanwhile_stays(cast, db_ctx, draft, meanwhile):
    form = fields(cast.host_member.client.get(f"{draft}/hapus").text, f"{draft}/hapus")
    if meanwhile == "changed":
        write(cast.host_manager.client, f"{draft}/ubah", version="1", body="Tulisan rekan.")
    else:
        cast.host_manager.client.post(f"{draft}/terbitkan", data={"readers": "publik"})
    answer = cast.host_member.client.post(f"{draft}/hapus", data=form)
    assert answer.status_code == (409 if meanwhile == "changed" else 303)
    assert cast.host_member.client.get(draft).status_code == 200
    if meanwhile == "changed":
        assert "Belum dihapus" in answer.text
        assert cast.host_member.client.post(f"{draft}/hapus", data=fields(answer.text, f"{draft}/hapus")).status_code == 303


@pytest.mark.parametrize("action", ["save", "publish", "preview"])
def test_a_colleague_who_was_writing_gets_the_words_back_as_a_new_draft(cast, db_ctx, draft, action):
    ask_and_delete(cast.host_member.client, draft)
    answer = write(cast.host_manager.client, f"{draft}/ubah", action, version="1", body="Kalimat yang belum tersimpan.")
    assert answer.status_code == 404 and "Kalimat yang belum tersimpan." in answer.text and 'action="/artikel/baru"' in answer.text
    form = {**FORM, "body": "Kalimat yang belum tersimpan.", **fields(answer.text, "/artikel/baru")}
    again = cast.host_manager.client.post("/artikel/baru", data={**form, "action": "save"})
    assert "Kalimat yang belum tersimpan." in cast.host_manager.client.get(again.location).text


def test_the_words_back_tell_nobody_whether_there_was_a_draft(cast, draft):
    there, nowhere = f"{draft}/ubah", "/artikel/tidak-ada/ubah"
    hidden, nothing = (write(cast.outsider.client, address, version="1", body="Milik saya.").text for address in (there, nowhere))
    assert "Milik saya." in hidden and without_keys(hidden) == without_keys(nothing)
    assert cast.outsider.client.post(f"{draft}/ubah").status_code == 404


# ---- going back and saving again

KEY = "0123456789abcdef0123456789abcdef"


def bodies(db_ctx) -> list[str]:
    with db_ctx():
        assert db.session.scalar(select(func.count()).select_from(Article)) == 1
        return list(db.session.scalars(select(ArticleRevision.body).order_by(ArticleRevision.number)))


def test_going_back_and_saving_other_words_changes_the_same_draft(cast, db_ctx):
    client = cast.host_member.client
    for body in ("Satu.", "Dua.", "Dua.", "Tiga."):
        sent = write(client, once=KEY, body=body, state="draft", version="0")
        assert sent.status_code == 303
    assert bodies(db_ctx) == ["Satu.", "Dua.", "Tiga."] and "Tiga." in client.get(sent.location).text


def test_going_back_to_the_editor_of_a_draft_loses_nothing_either(cast, db_ctx, draft):
    for body in ("Dua.", "Tiga."):
        assert write(cast.host_member.client, f"{draft}/ubah", once=KEY, version="1", state="draft", body=body).status_code == 303
    assert bodies(db_ctx)[1:] == ["Dua.", "Tiga."]


def test_a_new_title_the_second_time_gives_the_same_draft_its_new_address(cast, db_ctx):
    write(cast.host_member.client, once=KEY, title="Judul pertama")
    assert write(cast.host_member.client, once=KEY, title="Judul kedua").location == "/artikel/judul-kedua"
    assert write(cast.host_member.client, once=KEY, title="Judul ketiga").location == "/artikel/judul-ketiga"
    assert len(bodies(db_ctx)) == 3


@pytest.mark.parametrize("meanwhile", ["a colleague", "the writer", "published"])
def test_words_from_the_page_of_before_do_not_replace_what_came_after(cast, db_ctx, meanwhile):
    """Both texts are shown: what was typed the second time, and what stands there now."""
    address = write(cast.host_member.client, once=KEY, body="Satu.").location
    if meanwhile == "published":
        cast.host_member.client.post(f"{address}/terbitkan", data={"readers": "publik"})
    else:
        person = cast.host_manager if meanwhile == "a colleague" else cast.host_member
        write(person.client, f"{address}/ubah", version="1", body="Yang kemudian.")
    again = write(cast.host_member.client, once=KEY, body="Diketik lagi.", state="draft", version="0")
    assert again.status_code == 409 and "Diketik lagi." in again.text
    assert write(cast.host_member.client, once=KEY, body="Satu.", state="draft", version="0").status_code == 303, "a mere repetition"
    assert bodies(db_ctx)[-1] == ("Satu." if meanwhile == "published" else "Yang kemudian.")


def test_going_back_after_the_draft_was_deleted_begins_a_new_one(cast, db_ctx):
    address = write(cast.host_member.client, once=KEY, body="Satu.").location
    ask_and_delete(cast.host_member.client, address)
    assert "Dua." in cast.host_member.client.get(write(cast.host_member.client, once=KEY, body="Dua.").location).text
    assert bodies(db_ctx) == ["Dua."]


def test_the_key_of_somebody_else_reaches_no_draft(cast, db_ctx):
    write(cast.host_member.client, once=KEY, body="Satu.")
    write(cast.guest_member.client, once=KEY, body="Dua.")
    with db_ctx():
        assert set(db.session.execute(select(Article.office_id, Article.body))) == {
            (cast.host_member.office_id, "Satu."), (cast.guest_member.office_id, "Dua."),
        }  # fmt: skip


def test_only_a_draft_is_discarded_by_the_service(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.host_manager.viewer)
        with pytest.raises(service.EditConflict):
            service.discard(article, cast.host_manager.viewer, article.version)


def test_the_page_of_a_new_article_leads_to_its_draft_once_there_is_one(cast, db_ctx):
    """Browsers that go back fetch the page anew; its address tells which form it was."""
    client = cast.host_member.client
    opened = client.get("/artikel/baru?indikator=spbe-2020/12")
    address = opened.request.full_path
    key = re.search(r'name="once"[^>]*value="(\w+)"', opened.text)[1]
    assert f"formulir={key}" in address and 'value="spbe-2020/12" checked' in opened.text
    assert client.get(address).text.count(key) >= 1, "the same address holds the same form"
    assert key not in client.get("/artikel/baru").text, "another article begins under another key"
    draft = write(client, address, once=key).location
    assert client.get(address).location == f"{draft}/ubah"
    assert key not in client.get(address, follow_redirects=True).text
    assert cast.host_manager.client.get(address).status_code == 200, "of somebody else it is a new form"
    client.post(f"{draft}/terbitkan", data={"readers": "publik"})
    assert client.get(address).location == draft


@pytest.mark.parametrize("key", ["x", "0" * 31, "0" * 33, "%00", "'", "0" * 5000])
def test_a_tampered_key_in_the_address_is_replaced(cast, key):
    page = cast.host_member.client.get(f"/artikel/baru?formulir={key}")
    assert page.status_code == 200 and re.search(r'name="once"[^>]*value="[0-9a-f]{32}"', page.text)


def test_the_address_of_a_form_whose_draft_was_deleted_begins_anew(cast, db_ctx):
    client = cast.host_member.client
    address = f"/artikel/baru?formulir={KEY}"
    ask_and_delete(client, write(client, address, once=KEY).location)
    page = client.get(address)
    assert page.status_code == 200 and KEY not in page.text


def test_a_version_that_nobody_read_is_not_published(cast, db_ctx):
    """A colleague saved between the look at the draft and the publishing."""
    with db_ctx():
        article = make_article(cast.host_member.viewer, "draft")
        db.session.refresh(article)
        db.session.execute(update(Article).values(version=2).execution_options(synchronize_session=False))
        with pytest.raises(Conflict):
            service.publish(article, cast.host_member.viewer)
