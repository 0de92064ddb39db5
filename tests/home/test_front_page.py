"""The front page: what this is, one search box, what is new, who leads, what it is about, who may be joined on a visit."""

from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import delete

from kb.articles.models import Article
from kb.core import clock
from kb.core.db import db
from kb.instruments import loader
from kb.offices.models import IndexValue
from tests.home.makers import cost, make_article
from tests.notes.makers import make_visit
from tests.visits.makers import SECRETS


def test_a_visitor_reads_what_this_is_and_finds_one_search_box(client):
    page = client.get("/").text
    assert "Berguru mempertemukan dinas kominfo se-Indonesia" in page
    assert page.count('role="search"') == 1 and page.count('type="search"') == 1
    assert '<form action="/cari"' in page


def test_an_empty_library_says_what_to_do(client, db_ctx):
    with db_ctx():
        db.session.execute(delete(IndexValue))
        db.session.commit()
    page = client.get("/").text
    for words in (
        "Belum ada artikel. Instansi Anda bisa menjadi yang pertama menulis.",
        "Belum ada nilai indeks.",
        "Belum ada kunjungan mendatang yang dibuka untuk umum.",
    ):
        assert words in page


def test_the_latest_strategies_stand_first(cast, client, db_ctx):
    with db_ctx():
        for number in range(8):
            article = make_article(cast.host_member.viewer, f"Strategi {number}.")
            db.session.get(Article, article.id).published_on = clock.today() - timedelta(days=10 - number)
            db.session.commit()
    page = client.get("/").text
    assert [n for n in range(8) if f"Strategi {n}." in page] == [2, 3, 4, 5, 6, 7]
    assert page.index("Strategi 7.") < page.index("Strategi 6.")


@pytest.mark.parametrize(
    ("visibility", "status", "seen_by"),
    [
        ("publik", "published", {"visitor", "outsider", "host_member"}),
        ("jejaring", "published", {"outsider", "host_member"}),
        ("instansi", "published", {"host_member"}),
        ("publik", "draft", set()),
    ],
)
def test_it_shows_only_what_the_viewer_may_see(cast, db_ctx, visibility, status, seen_by):
    with db_ctx():
        make_article(cast.host_member.viewer, "Strategi uji", visibility=visibility, status=status)
    for part in ("visitor", "outsider", "host_member"):
        page = getattr(cast, part).client.get("/").text
        assert ("Strategi uji" in page) == (part in seen_by), part
        assert ('indikator/spbe-2020/12">12. ' in page) and (">(1)</span>" in page) == (part in seen_by), part


def test_the_leading_offices_are_shown_with_value_grade_year_and_source(client, db_ctx):
    section = unescape(client.get("/").text.split("Unggul pada indeks terbit")[1].split("</section>")[0])
    with db_ctx():
        counts = {y: db.session.query(IndexValue).filter_by(instrument_id="spbe-2020", year=y).count() for y in range(2018, 2027)}
        year = max(y for y, count in counts.items() if count >= 500)
        best = (
            db.session.query(IndexValue)
            .filter_by(instrument_id="spbe-2020", year=year)
            .order_by(IndexValue.value.desc(), IndexValue.id)
            .first()
        )
        assert f"SPBE {year}" in section and best.source in section and best.kind in section
        assert str(best.value).replace(".", ",") in section and best.office.region.name in section
    assert section.count("<li>") == 5


@pytest.mark.parametrize(("best", "leads"), [("2.07", False), ("2.59", False), ("2.60", True), ("4.26", True)])
def test_nobody_leads_with_less_than_baik(client, db_ctx, best, leads):
    with db_ctx():
        rows = db.session.query(IndexValue).filter_by(instrument_id="spbe-2020").order_by(IndexValue.id).all()
        for place, row in enumerate(rows):
            row.value, row.published_as, row.grade, row.year, row.kind = Decimal("1.50"), "1.50", None, 2023, f"uji {place}"
        db.session.flush()
        rows[0].value, rows[0].published_as, rows[0].kind = Decimal(best), best, "penetapan"
        db.session.commit()
    section = client.get("/").text.split("Unggul pada indeks terbit")[1].split("</section>")[0]
    assert section.count("<li>") == (1 if leads else 0) and (best.replace(".", ",") in section) == leads
    assert ("Belum ada nilai indeks berpredikat Baik atau lebih." in section) != leads


def test_how_sure_we_are_of_the_leading_values_stands_once_below_them(client):
    section = unescape(client.get("/").text.split("Unggul pada indeks terbit")[1].split("</section>")[0])
    assert section.lower().count("keyakinan") == 1 and section.index("Keyakinan kami") > section.index("</ol>")


def test_every_indicator_of_both_instruments_is_reachable_by_domain_and_aspect(client):
    page = unescape(client.get("/").text)
    for instrument in loader.all_instruments():
        assert instrument.name in page
        for aspect in instrument.aspects:
            assert (f"{aspect.domain.name} › {aspect.name}" if aspect.domain else aspect.name) in page
            for indicator in aspect.indicators:
                assert f'href="/indikator/{indicator.code}"' in page


@pytest.mark.parametrize(
    ("status", "days", "opened", "is_shown"),
    [
        ("accepted", 10, {}, True),
        ("accepted", 0, {}, True),
        ("accepted", -1, {}, False),
        ("requested", 10, {}, False),
        ("cancelled", 10, {}, False),
        ("held", -1, {}, False),
        ("accepted", 10, {"host_opens": False}, False),
        ("accepted", 10, {"guest_opens": False}, False),
    ],
)
def test_a_visit_to_come_is_shown_when_both_sides_leave_it_open(client, cast, db_ctx, status, days, opened, is_shown):
    with db_ctx():
        make_visit(status, days=days, **opened)
    for reader in (client, cast.outsider.client):
        section = reader.get("/").text.split("Kunjungan terbuka mendatang")[1].split("</section>")[0]
        assert ("Pringsewu" in section) == is_shown
        assert not any(secret in section for secret in SECRETS)


def test_it_costs_the_same_empty_and_full(cast, client, db_ctx, count_queries):
    found = []
    for many in (1, 29):
        with db_ctx():
            for number in range(many):
                make_article((cast.host_member, cast.guest_member)[number % 2].viewer, f"Strategi {many} {number}")
                make_visit("accepted", days=10 + number + many)
        found.append(cost(client, "/", count_queries))
    assert found[0] == found[1] <= 6


def test_markup_in_what_people_wrote_is_harmless(cast, client, db_ctx):
    with db_ctx():
        make_article(cast.host_member.viewer, "<script>alert(1)</script>", summary="<img src=x onerror=alert(1)>")
    page = client.get("/").text
    assert "<script>alert" not in page and "<img src=x" not in page
