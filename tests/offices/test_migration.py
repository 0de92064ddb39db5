"""Installations of the version before: their articles, revisions and index values are whole after the change, and after the way back."""

import os

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from flask_migrate import downgrade, upgrade

from kb import create_app
from kb.config import from_environment
from kb.core.db import db
from tests.articles.test_migration import OFFICES, REGIONS, WRITTEN, insert, rows

VALUE = {"value": 1.6, "published_as": "1.6", "kind": "dinyatakan dinas", "confidence": "rendah", "note": "", "source": "berita"}


def before(app) -> str:
    """The version before this one, wherever it stands in the chain."""
    return ScriptDirectory(app.config["MIGRATIONS"]).get_revision("subjects").down_revision


@pytest.fixture
def old(tmp_path):
    """An installation of the version before, with an article, its revisions, a former address and values of two instruments."""
    if os.environ.get("KB_TEST_DATABASE"):
        pytest.skip("SQLite copies its tables to change them, which is where rows could be lost")
    app = create_app(from_environment({"KB_ENV": "test", "KB_DATA": str(tmp_path / "data")}))
    with app.app_context():
        upgrade(revision=before(app))
        with db.engine.begin() as connection:
            for row in REGIONS:
                insert(connection, "region", **row)
            for row in OFFICES:
                insert(connection, "office", **row)
            dates = {"edited_at": "2026-11-01 00:00:00", "published_on": "2026-11-02"}
            insert(connection, "article", id=1, slug="satu", office_id=2, **WRITTEN, html="", toc="[]", version=2, **dates)
            for number in (1, 2):
                insert(connection, "article_revision", article_id=1, number=number, indicators='["spbe-2020/12"]', note="", **WRITTEN)
            for number, (year, instrument) in enumerate(((2018, "spbe-2018"), (2020, "spbe-2018"), (2022, "spbe-2020")), 1):
                insert(connection, "index_value", id=number, office_id=2, year=year, instrument_id=instrument, **VALUE)
        yield app
        db.session.remove()
        db.engine.dispose()


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
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE index_value SET instrument_id = NULL WHERE year = 2020"))
    with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
        insert(connection, "index_value", office_id=2, year=2020, instrument_id=None, **VALUE)
    with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
        insert(connection, "index_value", office_id=2, year=2018, instrument_id="spbe-2018", **VALUE)


def test_the_way_back_keeps_every_row_and_gives_each_value_an_instrument(old):
    upgrade(revision="subjects")
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE index_value SET instrument_id = NULL WHERE year = 2020"))
        insert(connection, "article_about", article_id=1, office_id=3, place=0)
    downgrade(revision=before(old))
    assert rows("SELECT year, instrument_id FROM index_value ORDER BY year") == [
        (2018, "spbe-2018"),
        (2020, "spbe-2018"),
        (2022, "spbe-2020"),
    ]
    assert rows("SELECT count(*) FROM article_revision") == [(2,)] and rows("PRAGMA foreign_key_check") == []
    upgrade(revision="subjects")
    assert rows("SELECT about_ids FROM article_revision") == [("[]",), ("[]",)]
