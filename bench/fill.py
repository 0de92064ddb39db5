"""Fill KB_DATA with a generated library: `python -m bench.fill N` prints the cookie of a signed-in person and the public slugs.

Rows go in by bulk insert and without events, since the index is built once at the end.
"""

import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime, time, timedelta

import click
from flask import Flask
from sqlalchemy import func, insert, select

from bench import library
from bench.library import Sample
from kb import cli, create_app
from kb.accounts.models import User
from kb.articles.models import Article, ArticleIndicator, ArticleRevision
from kb.core import markdown
from kb.core.db import db
from kb.notes.models import Note, NoteIndicator
from kb.offices import queries as offices
from kb.search import service as search
from kb.visits.models import Visit, VisitIndicator

READER = "anggota@mesuji.example"
BATCH = 500
# One note and one visit on so many articles.
NOTE_EVERY, VISIT_EVERY = 10, 20


def main(count: int) -> None:
    """Set up, fill, print."""
    app = create_app()
    with app.app_context():
        with redirect_stdout(sys.stderr):  # what setting up tells is no part of the answer
            cli.prepare()
        slugs = fill(count)
    print(session_cookie(app), *slugs)


def fill(count: int) -> list[str]:
    """Put the first so many sample articles, with some notes and visits, beside the starter library; returns the public slugs."""
    ids = {office.name: office.id for office in db.session.scalars(offices.governments().order_by("name"))}
    slugs = []
    with click.progressbar(range(0, count, BATCH), label="Filling", file=sys.stderr) as bar:
        for start in bar:
            samples = [library.article(number, list(ids)) for number in range(start, min(start + BATCH, count))]
            _articles(samples, ids)
            _notes(samples[::NOTE_EVERY], list(ids.values()))
            _visits(samples[::VISIT_EVERY], list(ids.values()))
            db.session.commit()
            slugs += [sample.slug for sample in samples if sample.visibility == "publik"]
    with click.progressbar(length=search.count_documents(), label="Indexing", file=sys.stderr) as bar:
        search.reindex(bar.update)
    return slugs


def session_cookie(app: Flask) -> str:
    """The cookie of a demo person who signed in just now."""
    with app.app_context():
        person = db.session.scalars(select(User).where(User.email == READER)).one()
        session = {"_user_id": person.fs_uniquifier, "_fresh": True}
    return f"{app.config['SESSION_COOKIE_NAME']}={app.session_interface.get_signing_serializer(app).dumps(session)}"


def _articles(samples: list[Sample], ids: dict[str, int]) -> None:
    first = _next_id(Article)
    numbered = list(enumerate(samples, first))
    db.session.execute(insert(Article), [_written(sample) | _article(sample, ids) | {"id": number} for number, sample in numbered])
    db.session.execute(insert(ArticleIndicator), _topics(numbered, "article_id"))
    db.session.execute(insert(ArticleRevision), [_revision(sample) | {"article_id": number} for number, sample in numbered])


def _article(sample: Sample, ids: dict[str, int]) -> dict:
    return {"slug": sample.slug, "office_id": ids[sample.office], "visibility": sample.visibility, **_times(sample)}


def _revision(sample: Sample) -> dict:
    text = {name: getattr(sample, name) for name in ("title", "summary", "body", "source", "visibility")}
    times = _times(sample)
    return text | {"number": 1, "indicators": list(sample.indicators), "status": times["status"], "created_at": times["created_at"]}


def _notes(samples: list[Sample], office_ids: list[int]) -> None:
    """Notes between two neighbours, with the text of the article."""
    numbered = list(enumerate(samples, _next_id(Note)))
    rows = []
    for number, sample in numbered:
        host, guest = _two(number, office_ids)
        sides = {
            "office_id": host,
            "host_id": host,
            "guest_id": guest,
            "held_on": sample.published_on,
            "visibility": NOTES[sample.visibility],
            "import_key": f"contoh-{number}",
        }
        rows.append(_written(sample) | _times(sample) | sides | {"id": number})
    db.session.execute(insert(Note), rows)
    db.session.execute(insert(NoteIndicator), _topics(numbered, "note_id"))


NOTES = {"publik": "publik", "jejaring": "jejaring", "instansi": "para_pihak"}


def _visits(samples: list[Sample], office_ids: list[int]) -> None:
    """Visits that were held, open to all."""
    numbered = list(enumerate(samples, _next_id(Visit)))
    rows = []
    for number, sample in numbered:
        host, guest = _two(number, office_ids)
        rows.append({
            "id": number, "host_id": host, "guest_id": guest, "status": "held", "mode": "daring", "day": sample.published_on,
            "session": "09:00", "session_ends": "12:00", "purpose": sample.summary, "questions": sample.title, "head_name": "Data Contoh",
            "head_position": library.MARK, "delegation_size": 4, "contact_name": "Data Contoh", "contact_phone": "0800 0000 0000",
            "contact_email": "contoh@berguru.example", "is_sample": True, "created_at": _times(sample)["created_at"],
        })  # fmt: skip
    db.session.execute(insert(Visit), rows)
    db.session.execute(insert(VisitIndicator), _topics(numbered, "visit_id"))


def _written(sample: Sample) -> dict:
    rendered = markdown.render(sample.body)
    text = {name: getattr(sample, name) for name in ("title", "summary", "body", "source")}
    return text | {"html": rendered.html, "toc": [list(entry) for entry in rendered.toc], **Article.derived(rendered.html)}


def _times(sample: Sample) -> dict:
    noon = datetime.combine(sample.published_on, time(5), UTC)
    published = {"status": "published", "published_on": sample.published_on, "published_at": noon}
    return published | {"created_at": noon - timedelta(days=1), "edited_at": noon}


def _topics(numbered: list[tuple[int, Sample]], column: str) -> list[dict]:
    return [{column: number, "code": code} for number, sample in numbered for code in sample.indicators]


def _two(number: int, office_ids: list[int]) -> tuple[int, int]:
    return office_ids[number % len(office_ids)], office_ids[(number + 1) % len(office_ids)]


def _next_id(model) -> int:
    return (db.session.scalar(select(func.max(model.id))) or 0) + 1


if __name__ == "__main__":
    main(int(sys.argv[1]))
