"""Who may see, change and archive an article: one table, asked of the rule, of the SQL and of the page."""

import pytest
from sqlalchemy import select

from kb.articles import policy
from kb.articles.models import VISIBILITIES, Article
from kb.core.db import db
from tests.articles.makers import make_article, write
from tests.pages import OWN_PAGE

OWN = {"host_manager", "host_member"}
SIGNED_IN = OWN | {"guest_manager", "guest_member", "outsider", "admin"}
EVERYBODY = SIGNED_IN | {"visitor"}

TABLE = {
    **{(status, visibility): OWN for status in ("draft", "archived") for visibility in VISIBILITIES},
    ("published", "instansi"): OWN,
    ("published", "jejaring"): SIGNED_IN,
    ("published", "publik"): EVERYBODY,
}


@pytest.mark.parametrize(("case", "allowed"), TABLE.items(), ids=lambda value: "-".join(value) if isinstance(value, tuple) else "")
def test_rule_sql_and_pages_agree_on_who_sees_an_article(cast, db_ctx, case, allowed):
    status, visibility = case
    with db_ctx():
        article = make_article(cast.host_member.viewer, status, visibility=visibility)
        slug, title = article.slug, article.title
        for part in sorted(EVERYBODY):
            viewer = getattr(cast, part).viewer
            found_by_sql = db.session.scalar(select(Article.id).where(policy.visible_to(viewer))) is not None
            assert (policy.can_view(viewer, article), found_by_sql) == (part in allowed,) * 2, part
    for part in sorted(EVERYBODY):
        client = getattr(cast, part).client
        for page in ("", "/riwayat", "/riwayat/1"):
            assert client.get(f"/artikel/{slug}{page}").status_code == (200 if part in allowed else 404), (part, page)
        listed = title in client.get("/artikel").text
        assert listed == (part in allowed and status == "published"), part


CHANGES = {
    "/ubah": OWN,
    "/terbitkan": OWN,
    "/riwayat/1/pulihkan": OWN,
    "/arsipkan": {"host_manager"},
}


@pytest.mark.parametrize(("act", "allowed"), CHANGES.items())
@pytest.mark.parametrize("visibility", ["publik", "instansi"])
def test_only_the_office_changes_and_its_manager_archives(cast, db_ctx, act, allowed, visibility):
    """Who may see it is told that they may not; who may not see it learns nothing."""
    with db_ctx():
        slug = make_article(cast.host_member.viewer, visibility=visibility).slug
    for part in sorted(SIGNED_IN, key=lambda part: part in allowed):
        answer = write(getattr(cast, part).client, f"/artikel/{slug}{act}", version="1", visibility=visibility)
        refused = 403 if visibility == "publik" or part in OWN else 404
        assert (answer.status_code in (303, 409)) if part in allowed else answer.status_code == refused, part
    unsent = cast.visitor.client.post(f"/artikel/{slug}{act}")
    assert unsent.status_code == 302 and unsent.location.startswith("/masuk")
    sent = write(cast.visitor.client, f"/artikel/{slug}{act}", version="1", visibility=visibility, headers=OWN_PAGE)
    assert sent.status_code == 401 and "Anda sudah keluar" in sent.text
    assert ("Masuk lagi" in sent.text) == (act == "/ubah"), "what was typed is kept, what was only pressed is pressed again"


def test_a_visitor_is_led_to_the_sign_in_before_writing(cast):
    assert "/masuk" in cast.visitor.client.get("/artikel/baru").location


def test_a_revision_from_before_it_was_opened_stays_with_the_office(cast, db_ctx):
    with db_ctx():
        slug = make_article(cast.host_member.viewer, "draft", body="Nama orang yang belum setuju.").slug
    write(cast.host_member.client, f"/artikel/{slug}/ubah", "publish", version="1", body="Tanpa nama.")
    assert cast.host_manager.client.get(f"/artikel/{slug}/riwayat/1").status_code == 200
    for part in ("outsider", "visitor"):
        client = getattr(cast, part).client
        assert client.get(f"/artikel/{slug}/riwayat/2").status_code == 200
        assert client.get(f"/artikel/{slug}/riwayat/1").status_code == 404
        assert client.get(f"/artikel/{slug}/bandingkan?dari=1&ke=2").status_code == 404
        assert "belum setuju" not in client.get(f"/artikel/{slug}/riwayat").text


@pytest.mark.parametrize(
    ("before", "kept_from"), [("jejaring", {"visitor"}), ("instansi", {"outsider", "guest_member", "admin", "visitor"})]
)
def test_a_published_revision_from_before_the_article_was_opened_stays_with_its_readers_of_then(cast, db_ctx, before, kept_from):
    with db_ctx():
        slug = make_article(cast.host_member.viewer, visibility=before, body="Nama yang hanya untuk pembaca dahulu.").slug
    write(cast.host_member.client, f"/artikel/{slug}/ubah", version="1", visibility="publik", readers="publik", body="Tanpa nama.")
    for part in ("outsider", "guest_member", "admin", "visitor"):
        client = getattr(cast, part).client
        assert client.get(f"/artikel/{slug}/riwayat/2").status_code == 200
        assert client.get(f"/artikel/{slug}/riwayat/1").status_code == (404 if part in kept_from else 200), part
        assert (client.get(f"/artikel/{slug}/bandingkan?dari=1&ke=2").status_code == 404) == (part in kept_from), part
