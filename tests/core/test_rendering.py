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
from kb.questions import regulations
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
            db.session.execute(update(model).values(body=BODY, html="<p>lama</p>", words="", rendered_by=""))
        db.session.commit()
    return ids


def test_every_table_that_keeps_html_of_markdown_is_known(app):
    kept = {mapper.class_ for mapper in db.Model.registry.mappers if {"body", "html"} <= set(mapper.columns.keys())}
    assert kept == set(rendering.Rendered.__subclasses__()) == {Article, Note, Question, Answer}


def test_what_is_written_remembers_its_renderer_and_its_words(cast, db_ctx):
    with db_ctx():
        article = make_article(cast.guest_manager.viewer)
        db.session.flush()
        db.session.refresh(article)
        assert article.rendered_by == rendering.RENDERER
        assert article.words == markdown.to_text(article.html) != ""


def test_setup_makes_stored_html_anew_once(stored, db_ctx):
    with db_ctx():
        assert rendering.render_anew() == (4, True)
        for model, ident in stored.items():
            row = db.session.get(model, ident)
            assert (row.html, row.words, row.rendered_by) == (markdown.render(BODY).html, "Judul\nTeks:\nsatu\ndua", model.made_by), model
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
    upgrade()
    assert rendering.render_anew() == (1, True)
    assert db.session.scalar(text("SELECT html FROM question")) == markdown.render(BODY).html
    db.session.remove()
    downgrade(revision=BEFORE)
    assert db.session.scalar(text("SELECT count(*) FROM question JOIN question_revision ON question_id = question.id")) == 1


CITING = "Dasarnya Permen PANRB Nomor 59\nTahun 2020."


def an_installation_that_stored_no_words() -> None:
    """An article, a note, a question and two answers, rendered by the version before this one."""
    upgrade(revision=migrations.before("words"))
    for number, slug in ((1, "redaksi"), (2, "a"), (3, "b")):
        migrations.insert("office", id=number, slug=slug, name=slug, kind="kota", timezone="Asia/Jakarta")
    now = "2026-11-01 00:00:00"
    written = {
        "body": BODY,
        "html": markdown.render(BODY).html,
        "rendered_by": rendering.RENDERER,
        "version": 1,
        "edited_at": now,
        "created_at": now,
    }
    shown = {"title": "T", "summary": "R", "source": "", "status": "published", "visibility": "publik", "toc": "[]", "office_id": 2}
    migrations.insert("article", id=1, slug="satu", **written, **shown)
    sides = {"host_id": 2, "guest_id": 3, "held_on": "2026-11-01", "held_precision": "day", "mode": "daring"}
    migrations.insert("note", id=1, import_key="", **written, **shown, **sides)
    migrations.run(QUESTION.replace("<p>lama</p>", "<p>Judul</p>"), body=BODY, now=now)
    answer = written | {"question_id": 1, "office_id": 3, "applied_note": "", "hidden_because": ""}
    migrations.insert("answer", id=1, **answer)
    migrations.insert("answer", id=2, **answer | {"body": CITING, "html": markdown.render(CITING).html})
    migrations.insert("answer_revision", id=1, answer_id=2, number=1, body=CITING, created_at=now)


def test_words_and_cited_rules_of_texts_of_the_version_before_are_worked_out_by_setup(installation):
    installation(an_installation_that_stored_no_words)
    upgrade()
    assert rendering.render_anew()[0] == 5
    for table in ("article", "note", "question"):
        assert migrations.rows(f"SELECT words FROM {table}") == [("Judul\nTeks:\nsatu\ndua",)], table
    assert [answer.cited for answer in db.session.scalars(select(Answer).order_by(Answer.id))] == [[], ["Peraturan Menteri PANRB 59/2020"]]
    assert db.session.get(Answer, 2).words.startswith("Dasarnya")
    db.session.remove()
    downgrade(revision=migrations.before("words"))
    assert migrations.rows("SELECT answer_revision.body FROM answer_revision JOIN answer ON answer_id = answer.id") == [(CITING,)]
    assert migrations.rows("PRAGMA foreign_key_check") == []


def test_a_rule_that_is_repealed_later_marks_older_answers_at_setup(stored, db_ctx, monkeypatch):
    with db_ctx():
        db.session.execute(update(Answer).values(body=CITING))
        db.session.commit()
        rendering.render_anew()
        assert db.session.get(Answer, stored[Answer]).repealed == [regulations.repealed()[0]]
        db.session.rollback()
        monkeypatch.setattr(Answer, "made_by", rendering.digest(b"other rules"))
        monkeypatch.setattr(regulations, "repealed", lambda: ())
        regulations._cited.clear()
        assert rendering.render_anew() == (1, False)
        assert db.session.get(Answer, stored[Answer]).cited == []


def test_reading_derives_nothing(stored, cast, db_ctx, client, monkeypatch):
    """Search, its hits, a question with its answers and what an article serves read what was stored when the texts were saved."""
    with db_ctx():
        db.session.execute(update(Answer).values(body=CITING))
        db.session.commit()
        rendering.render_anew()
        search.reindex()
    monkeypatch.setattr(markdown, "words_of", lambda html: pytest.fail("worked out at a look"))
    monkeypatch.setattr(regulations, "_cited_in", lambda html: pytest.fail("worked out at a look"))
    markdown._texts.clear()
    regulations._cited.clear()
    assert "satu" in cast.guest_manager.client.get("/cari?q=judul+teks").text
    assert "Menyebut aturan yang sudah dicabut." in cast.guest_manager.client.get(f"/tanya/{stored[Question]}").text
    with db_ctx():
        search.reindex()
