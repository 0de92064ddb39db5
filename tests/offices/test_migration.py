"""Installations of the version before: their articles, revisions and index values are whole after the change, and after the way back."""

import pytest
import sqlalchemy as sa
from flask_migrate import downgrade, upgrade

from kb.offices.seed import EARLIER
from tests.articles.test_migration import OFFICES, REGIONS, WRITTEN
from tests.migrations import before, fill, insert, rows, run

pytestmark = pytest.mark.slow

VALUE = {"value": 1.6, "published_as": "1.6", "kind": "dinyatakan dinas", "confidence": "rendah", "note": "", "source": "berita"}


def the_version_before() -> None:
    upgrade(revision=before("subjects"))
    fill({"region": REGIONS, "office": OFFICES})
    dates = {"edited_at": "2026-11-01 00:00:00", "published_on": "2026-11-02"}
    insert("article", id=1, slug="satu", office_id=2, **WRITTEN, html="", toc="[]", version=2, **dates)
    for number in (1, 2):
        insert("article_revision", article_id=1, number=number, indicators='["spbe-2020/12"]', note="", **WRITTEN)
    three_values()


def three_values() -> None:
    for number, (year, instrument) in enumerate(((2018, "spbe-2018"), (2020, "spbe-2018"), (2022, "spbe-2020")), 1):
        insert("index_value", id=number, office_id=2, year=year, instrument_id=instrument, **VALUE)


@pytest.fixture
def old(installation):
    """An installation of the version before, with an article, its revisions, a former address and values of two instruments."""
    return installation(the_version_before)


def test_nothing_is_lost_and_old_revisions_were_about_nobody(old):
    upgrade(revision="subjects")
    assert rows("SELECT id, slug, office_id FROM article") == [(1, "satu", 2)]
    assert rows("SELECT number, indicators, about_ids FROM article_revision ORDER BY number") == [
        (1, '["spbe-2020/12"]', "[]"),
        (2, '["spbe-2020/12"]', "[]"),
    ]
    assert rows("SELECT id, year, instrument_id, published_as FROM index_value ORDER BY id") == [
        (1, 2018, "spbe-2018", "1.6"),
        (2, 2020, "spbe-2018", "1.6"),
        (3, 2022, "spbe-2020", "1.6"),
    ]
    assert rows("PRAGMA foreign_key_check") == []


def test_a_value_may_lose_its_instrument_but_not_stand_twice(old):
    upgrade(revision="subjects")
    run("UPDATE index_value SET instrument_id = NULL WHERE year = 2020")
    with pytest.raises(sa.exc.IntegrityError):
        insert("index_value", office_id=2, year=2020, instrument_id=None, **VALUE)
    with pytest.raises(sa.exc.IntegrityError):
        insert("index_value", office_id=2, year=2018, instrument_id="spbe-2018", **VALUE)


def test_the_way_back_keeps_every_row_and_gives_each_value_an_instrument(old):
    upgrade(revision="subjects")
    run("UPDATE index_value SET instrument_id = NULL WHERE year = 2020")
    insert("article_about", article_id=1, office_id=3, place=0)
    downgrade(revision=before("subjects"))
    assert rows("SELECT year, instrument_id FROM index_value ORDER BY year") == [
        (2018, "spbe-2018"),
        (2020, "spbe-2018"),
        (2022, "spbe-2020"),
    ]
    assert rows("SELECT count(*) FROM article_revision") == [(2,)] and rows("PRAGMA foreign_key_check") == []
    upgrade(revision="subjects")
    assert rows("SELECT about_ids FROM article_revision") == [("[]",), ("[]",)]


# ---- domains, and what setup wrote


def before_domains() -> None:
    upgrade(revision=before("domains"))
    fill({"region": REGIONS, "office": OFFICES})
    three_values()


def test_values_are_whole_when_they_get_domains_and_setup_still_knows_them_for_its_own(installation):
    installation(before_domains)
    upgrade(revision="domains")
    found = rows("SELECT id, year, published_as, kind, domain_1, domain_4, seeded FROM index_value ORDER BY id")
    assert found == [(number, year, "1.6", VALUE["kind"], None, None, EARLIER) for number, year in ((1, 2018), (2, 2020), (3, 2022))]
    assert rows("PRAGMA foreign_key_check") == []
    run("UPDATE index_value SET instrument_id = NULL WHERE year = 2020")
    with pytest.raises(sa.exc.IntegrityError):
        insert("index_value", office_id=2, year=2020, instrument_id=None, **VALUE)


def test_the_way_back_from_domains_keeps_every_value(installation):
    installation(before_domains)
    upgrade(revision="domains")
    run("UPDATE index_value SET domain_1 = 0.6")
    downgrade(revision=before("domains"))
    assert rows("SELECT id, published_as FROM index_value ORDER BY id") == [(1, "1.6"), (2, "1.6"), (3, "1.6")]
