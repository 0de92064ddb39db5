"""Stored HTML follows the renderer: setup makes it anew, keeps nobody from writing, and overwrites nothing that people write."""

import sqlite3
from contextlib import closing

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text, update

from kb import cli
from kb.articles.models import Article
from kb.core import markdown, rendering
from kb.core.db import db
from kb.notes.models import Note
from kb.questions.models import Answer, Question
from kb.search import service as search
from tests import databases, migrations
from tests.home.makers import make_article
from tests.notes.makers import make_note
from tests.questions.makers import make_answer, make_question

BEFORE = "demand"
QUESTION = """INSERT INTO question
    (id, office_id, title, body, html, visibility, status, closed_because, version, answer_count, stage, is_flagged, hidden_because,
     is_sample, created_at, asked_at, edited_at)
    VALUES (1, 1, 'Apa?', :body, '<p>lama</p>', 'publik', 'open', '', 1, 0, 0, false, '', false, :now, :now, :now)"""
REVISION = """INSERT INTO question_revision (question_id, number, title, body, indicators, visibility, created_at)
    VALUES (1, 1, 'Apa?', :body, '[]', 'publik', :now)"""

BODY = "## Judul\n\nTeks:\n- satu\n  - dua"


@pytest.fixture
def stored(cast, db_ctx):
    """One text of each kind, as an earlier renderer left it; the ids by table."""
    with db_ctx():
        made = [
            make_article(cast.guest_manager.viewer),
            make_note(cast.guest_manager.viewer),
            make_question(cast.guest_manager.viewer),
        ]
        made.append(make_answer(made[2], cast.host_manager.viewer))
        db.session.flush()
        ids = {type(row): row.id for row in made}
        for model in rendering.Rendered.__subclasses__():
            db.session.execute(update(model).values(body=BODY, html="<p>lama</p>", rendered_by=""))
        db.session.commit()
    return ids


def test_every_table_that_keeps_html_of_markdown_is_known(app):
    kept = {mapper.class_ for mapper in db.Model.registry.mappers if {"body", "html"} <= set(mapper.columns.keys())}
    assert kept == set(rendering.Rendered.__subclasses__()) == {Article, Note, Question, Answer}


def test_what_is_written_remembers_its_renderer(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.guest_manager.viewer)
        db.session.flush()
        db.session.refresh(article)
        assert article.rendered_by == rendering.RENDERER


def test_setup_makes_stored_html_anew_once(stored, db_ctx):
    with db_ctx():
        assert rendering.render_anew() == (4, True)
        for model, ident in stored.items():
            row = db.session.get(model, ident)
            assert (row.html, row.rendered_by) == (markdown.render(BODY).html, rendering.RENDERER), model
        assert db.session.get(Article, stored[Article]).toc == db.session.get(Note, stored[Note]).toc == [[2, "bagian-judul", "Judul"]]
        assert rendering.render_anew() == (0, False)


def test_no_change_of_a_text_is_recorded(stored, db_ctx):
    with db_ctx():
        before = db.session.execute(select(Article.version, Article.edited_at)).all()
        events = db.session.scalar(text("SELECT count(*) FROM event"))
        rendering.render_anew()
        assert db.session.execute(select(Article.version, Article.edited_at)).all() == before
        assert db.session.scalar(text("SELECT count(*) FROM event")) == events


def test_killed_in_the_middle_it_goes_on(stored, db_ctx, monkeypatch):
    made = []

    def render(source):
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(source)
        return markdown.Rendered("<p>baru</p>")

    with db_ctx():
        with monkeypatch.context() as patched:
            patched.setattr(rendering.markdown, "render", render)
            with pytest.raises(KeyboardInterrupt):
                rendering.render_anew()
        db.session.rollback()
        assert rendering.render_anew() == (2, True)


def test_a_text_that_somebody_changes_meanwhile_is_theirs(stored, db_ctx, monkeypatch):
    written = []

    def render(source):
        if not written:
            with db.engine.begin() as other:
                written.append(other.execute(text("UPDATE article SET body = 'Milik orang', html = '<p>Milik orang</p>'")))
        return markdown.Rendered("<p>baru</p>")

    monkeypatch.setattr(rendering.markdown, "render", render)
    with db_ctx():
        rendering.render_anew()
        assert db.session.get(Article, stored[Article]).html == "<p>Milik orang</p>"


@pytest.mark.skipif(bool(databases.POSTGRESQL), reason="PostgreSQL has many writers")
def test_nobody_waits_to_write_meanwhile(stored, db_ctx, monkeypatch):
    wrote = []

    def render(source):
        with closing(sqlite3.connect(db.engine.url.database, timeout=0.1, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            wrote.append(True)
        return markdown.Rendered("<p>baru</p>")

    monkeypatch.setattr(rendering.markdown, "render", render)
    with db_ctx():
        rendering.render_anew()
    assert len(wrote) == 4


def test_more_than_one_batch(stored, db_ctx, monkeypatch, cast):
    monkeypatch.setattr(rendering, "BATCH", 2)
    with db_ctx():
        for number in range(4):
            make_article(cast.guest_manager.viewer, f"Artikel {number}")
        db.session.execute(update(Article).values(rendered_by="lama"))
        db.session.commit()
        assert rendering.render_anew()[0] == 5 + 3


def test_changed_words_reach_the_search(stored, db_ctx, monkeypatch):
    built = []
    monkeypatch.setattr(search, "reindex", lambda: built.append(True))
    with db_ctx():
        assert cli._render_anew() is True and cli._render_anew() is False
        db.session.execute(update(Article).values(html="<p>Judul Teks: satu dua</p>", rendered_by="lama"))
        db.session.commit()
        assert cli._render_anew() is False


def a_question_of_the_version_before() -> None:
    upgrade(revision=BEFORE)
    migrations.insert("office", id=1, slug="a", name="A", kind="kota", timezone="Asia/Jakarta")
    for statement in (QUESTION, REVISION):
        migrations.run(statement, body=BODY, now="2026-11-01 00:00:00")


def test_texts_of_the_version_before_are_kept_and_made_anew(installation):
    installation(a_question_of_the_version_before)
    upgrade(revision="rendered")
    assert rendering.render_anew() == (1, True)
    assert db.session.scalar(text("SELECT html FROM question")) == markdown.render(BODY).html
    db.session.remove()
    downgrade(revision=BEFORE)
    assert db.session.scalar(text("SELECT count(*) FROM question JOIN question_revision ON question_id = question.id")) == 1
