"""The database is set up to lose nothing, and its migrations make exactly the tables of the models."""

import threading
from datetime import UTC, datetime

import pytest
from flask_migrate import check, downgrade, upgrade
from sqlalchemy import inspect

from kb import create_app
from kb.accounts.models import User
from kb.config import from_environment
from kb.core import access, once
from kb.core.db import UtcDateTime, db
from kb.core.viewer import Viewer
from kb.search.postgresql_engine import DERIVED
from tests import databases, makers

sqlite_only = pytest.mark.skipif(bool(databases.POSTGRESQL), reason="only SQLite has pragmas")


@sqlite_only
def test_sqlite_writes_ahead_checks_keys_and_syncs_fully(db_ctx):
    with db_ctx():
        read = {name: db.session.execute(db.text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "foreign_keys", "synchronous")}
    assert read == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2}


@sqlite_only
def test_a_second_writer_waits_instead_of_failing(app):
    """Both read, then write: with plain transactions one of them would be refused half way."""
    failures = []

    def add_one():
        try:
            with app.app_context():
                for _ in range(20):
                    office = makers.office("18.11")
                    office.about = str(int(office.about or 0) + 1)
                    db.session.commit()
                db.session.remove()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=add_one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with app.app_context():
        assert makers.office("18.11").about == "80"


def test_naive_times_are_refused():
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), None)
    assert UtcDateTime().process_result_value(datetime(2026, 1, 1), None).tzinfo is UTC


def test_the_migrations_make_exactly_the_tables_of_the_models(db_ctx):
    with db_ctx():
        check()


@pytest.mark.parametrize(("table", "is_ours"), [(f"{DERIVED}1_new", False), ("search_saved", True), ("office_old", True)])
def test_a_new_migration_leaves_out_only_what_the_search_engine_made(db_ctx, caplog, table, is_ours):
    with db_ctx():
        with db.engine.begin() as connection:
            connection.execute(db.text(f"CREATE TABLE {table} (key text PRIMARY KEY)"))
        if is_ours:
            with pytest.raises(SystemExit):
                check()
            assert f"'{table}'" in caplog.text
        else:
            check()


@pytest.mark.slow
@sqlite_only
def test_the_migrations_go_up_and_down_again(tmp_path):
    app = create_app(from_environment({"KB_ENV": "test", "KB_DATA": str(tmp_path)}))
    with app.app_context():
        upgrade()
        assert "article" in inspect(db.engine).get_table_names()
        downgrade(revision="base")
        assert inspect(db.engine).get_table_names() == ["alembic_version"]
        upgrade()
        db.engine.dispose()


def test_a_form_sent_twice_is_carried_out_once(db_ctx):
    viewer = Viewer(user_id=1, office_id=1, role="member")
    key = once.new_key()
    with db_ctx():
        assert once.replay(key, viewer) is None
        once.remember(key, viewer, "/artikel/satu")
        db.session.commit()
        assert once.replay(key, viewer) == "/artikel/satu"
        assert once.replay(once.new_key(), viewer) is None


def test_a_key_of_somebody_else_leads_nowhere(db_ctx):
    key = once.new_key()
    with db_ctx():
        once.replay(key, Viewer(user_id=1, office_id=1, role="member"))
        db.session.commit()
        assert once.replay(key, Viewer(user_id=2, office_id=1, role="member")) is None


def test_the_tests_see_a_request_that_forgets_what_it_wrote(app, cast, monkeypatch):
    """Each test watches each request for this (`databases.nothing_is_lost`)."""

    def rename(keep: bool, flush: bool):
        user = db.session.get(User, cast.host_member.id)
        user.name = "Nama Lain"
        if flush:
            db.session.flush()
        if keep:
            db.session.commit()
        return "ok"

    for keep, flush in ((False, True), (False, False), (True, True)):
        monkeypatch.setitem(app.view_functions, "home.healthz", access.public(lambda keep=keep, flush=flush: rename(keep, flush)))
        if keep:
            assert cast.visitor.client.get("/healthz").status_code == 200
        else:
            with pytest.raises(AssertionError, match="forgets what it wrote"):
                cast.visitor.client.get("/healthz")
