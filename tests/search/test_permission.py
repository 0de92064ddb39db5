"""Who finds what: for every viewer of the cast and every kind, state and visibility, on both engines. What one may not see is
not found, not counted, not suggested and not quoted."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from kb.articles import service as articles
from kb.articles.models import Article
from kb.core import clock
from kb.core.db import db
from kb.core.events import Delivery
from kb.core.viewer import Viewer
from kb.notes import service as notes
from kb.notes.models import Note
from kb.questions import moderation
from kb.questions import service as questions
from kb.questions.models import Answer, Question
from kb.search import documents, service, snippets
from kb.visits import service as visits
from kb.visits.models import Visit
from tests.makers import office
from tests.questions.makers import make_answer, make_question
from tests.search.makers import make_article, settle
from tests.visits.makers import SECRETS, make_visit

HOST = {"host_manager", "host_member"}
PARTIES = HOST | {"guest_manager", "guest_member"}
NETWORK = PARTIES | {"outsider", "admin"}
EVERYBODY = NETWORK | {"visitor"}

# A word that stands in this thing and nowhere else -> who may find it. All belong to Mesuji; notes are of Mesuji and Pringsewu.
ARTICLES = {
    "kalimaya": ("publik", "published", EVERYBODY),
    "belimbing": ("jejaring", "published", NETWORK),
    "semangka": ("instansi", "published", HOST),
    "mentimun": ("publik", "draft", set()),
    "ketumbar": ("instansi", "draft", set()),
    "lengkuas": ("publik", "archived", set()),
}
NOTES = {
    "kecombrang": ("publik", "published", EVERYBODY),
    "cengkeh": ("jejaring", "published", NETWORK),
    "temulawak": ("para_pihak", "published", PARTIES),
    "kapulaga": ("publik", "draft", set()),
    "andaliman": ("para_pihak", "draft", set()),
}
# Day of the visit -> its state, who of both opens its public part, who may find it. Its request is in no index.
VISITS = {
    date(2026, 12, 1): ("accepted", True, True, EVERYBODY),
    date(2026, 12, 2): ("accepted", False, True, PARTIES),
    date(2026, 12, 3): ("accepted", True, False, PARTIES),
    date(2026, 12, 4): ("held", True, True, EVERYBODY),
    date(2026, 12, 7): ("held", False, False, PARTIES),
    date(2026, 12, 8): ("requested", True, True, set()),
    date(2026, 12, 9): ("declined", True, True, set()),
    date(2026, 12, 10): ("withdrawn", True, True, set()),
    date(2026, 12, 11): ("cancelled", True, True, set()),
    date(2026, 12, 14): ("draft", True, True, set()),
}
WORDS = ARTICLES | NOTES


def make_note(word: str, visibility: str, status: str) -> None:
    writer = Viewer(office_id=office("18.11").id, role="manager")
    content = notes.Content(f"Catatan {word}", f"Ringkasan {word}", f"Isi lambang {word}.", date(2026, 3, 1), ("spbe-2020/12",), visibility)
    note = notes.begin(content, writer.office_id, office("18.11").id, office("18.10").id, writer)
    if status == "published":
        notes.open_up(note, writer)


@pytest.fixture
def library(app, cast, engine, indexed):
    """One of each, indexed; works within a request, as the pages do."""

    def build():
        for word, (visibility, status, _) in ARTICLES.items():
            make_article(
                f"Artikel {word}",
                f"Isi lambang {word}.",
                f"Ringkasan {word}",
                status=status,
                visibility=visibility,
                indicators=("spbe-2020/12",),
            )
        for word, (visibility, status, _) in NOTES.items():
            make_note(word, visibility, status)
        rows = [make_visit(state, day=day, host_opens=host, guest_opens=guest) for day, (state, host, guest, _) in VISITS.items()]
        ids = {row.id for row in rows}
        engine.rebuild(())  # without the offices of the country, for speed
        settle()
        service.refresh({"visit": ids})
        db.session.commit()

    indexed("one of each", build)
    with app.test_request_context():
        yield


def seen_by(part: str, things: dict) -> set:
    return {name for name, row in things.items() if part in row[-1]}


@pytest.mark.parametrize("part", sorted(EVERYBODY))
def test_each_finds_what_it_may_see_and_nothing_else(library, cast, part):
    viewer = getattr(cast, part).viewer

    def found(text):
        return service.search(text, viewer)

    for word, (*_, allowed) in WORDS.items():
        answer, kind = found(word), "article" if word in ARTICLES else "note"
        assert bool(answer.hits) == bool(answer.total) == (part in allowed), word
        assert [hit.kind for hit in answer.hits] == [kind] * answer.total, word
        assert sum(sum(counts.values()) for counts in answer.facets.values()) == 5 * answer.total, word
        wrong = word[:-2] + word[-1] + word[-2]
        assert found(wrong).suggestion == (word if part in allowed else ""), wrong

    answer = found("lambang")
    visible = seen_by(part, WORDS)
    assert answer.total == len(visible)
    assert {hit.title.split()[1] for hit in answer.hits} == visible
    assert answer.facets["kind"] == {
        k: n for k, n in (("article", len(visible & ARTICLES.keys())), ("note", len(visible & NOTES.keys()))) if n
    }
    for facet in ("indicator", "office", "province"):
        assert sum(answer.facets[facet].values()) == len(visible), facet
    quoted = " ".join(str(snippets.snippet(hit.text, answer.typed.stems)) for hit in answer.hits)
    assert {word for word in WORDS if word in quoted} == visible

    answer = found("jenis:kunjungan")
    assert {hit.on for hit in answer.hits} == seen_by(part, VISITS)
    assert answer.total == answer.facets["kind"]["visit"] == len(answer.hits)


@pytest.mark.parametrize("part", sorted(EVERYBODY))
def test_of_a_visit_only_offices_topic_and_day_are_found_by_anyone(library, cast, part):
    viewer = getattr(cast, part).viewer
    for secret in SECRETS:
        answer = service.search(f'"{secret}"', viewer)
        assert (answer.total, answer.hits) == (0, []), secret
    hits = service.search("jenis:kunjungan", viewer).hits
    shown = " ".join(f"{hit.title} {hit.text} {hit.url}" for hit in hits)
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize("part", sorted(EVERYBODY))
def test_pages_and_json_show_no_more(library, cast, part):
    client = getattr(cast, part).client
    hidden = WORDS.keys() - seen_by(part, WORDS)
    for address in ("/cari?q=lambang", "/cari?q=lambang&instansi=kabupaten-mesuji", "/api/v1/search?q=lambang"):
        text = client.get(address).text
        assert not [word for word in hidden if word in text], address
        assert [word for word in WORDS if word in text], address


# ---- what changes


def found_by(viewer, text: str = "kalimaya") -> int:
    answer = service.search(text, viewer)
    assert answer.total == len(answer.hits) == sum(answer.facets["kind"].values())
    return answer.total


def article(word: str) -> Article:
    return db.session.scalars(select(Article).where(Article.title == f"Artikel {word}")).one()


def test_an_article_that_is_archived_disappears_and_comes_back(library, cast):
    manager = cast.host_manager.viewer
    for act, expected in ((articles.archive, 0), (articles.unarchive, 1)):
        act(article("kalimaya"), manager)
        settle()
        assert found_by(cast.visitor.viewer) == found_by(manager) == expected


@pytest.mark.parametrize(("visibility", "allowed"), [("publik", EVERYBODY), ("jejaring", NETWORK), ("instansi", HOST)])
def test_an_article_that_is_narrowed_or_opened_is_found_by_the_others_at_once(library, cast, visibility, allowed):
    manager = cast.host_manager.viewer
    for word in ("kalimaya", "semangka"):
        row = article(word)
        content = articles.Content(row.title, row.summary, row.body, tuple(row.indicators), visibility)
        articles.edit(row, content, manager, started_from=row.version)
        settle()
        assert {part for part in EVERYBODY if found_by(getattr(cast, part).viewer, word)} == allowed


def test_what_an_edit_removed_is_found_no_more_and_quoted_no_more(library, cast):
    row = article("kalimaya")
    articles.edit(row, articles.Content("Artikel baru", "Ringkas", "Tanpa kata itu."), cast.host_manager.viewer, started_from=row.version)
    settle()
    assert found_by(cast.visitor.viewer) == 0
    assert service.search("kalimyaa", cast.visitor.viewer).suggestion == ""


@pytest.mark.parametrize("part", ["host_manager", "guest_manager"])
def test_a_visit_that_one_side_closes_is_found_by_both_sides_only(library, cast, part):
    row = db.session.scalars(select(Visit).where(Visit.day == date(2026, 12, 1))).one()
    visits.set_public(row, getattr(cast, part).viewer, opened=False)
    settle()
    for name in EVERYBODY:
        days = {hit.on for hit in service.search("jenis:kunjungan", getattr(cast, name).viewer).hits}
        assert (date(2026, 12, 1) in days) == (name in PARTIES), name


# ---- while the worker is behind


def narrow(word: str, cast) -> None:
    row = article(word)
    content = articles.Content(row.title, row.summary, row.body, tuple(row.indicators), "instansi")
    articles.edit(row, content, cast.host_manager.viewer, started_from=row.version)


def archive(word: str, cast) -> None:
    articles.archive(article(word), cast.host_manager.viewer)


def close_note(word: str, cast) -> None:
    row = db.session.scalars(select(Note).where(Note.title == f"Catatan {word}")).one()
    notes.edit(row, replace(notes.content_of(row), visibility="para_pihak"), cast.host_manager.viewer, row.version)


def kept_from(viewer, word: str) -> bool:
    """No hit, no count, no facet and no suggestion tells of the word; narrowing by a facet neither."""
    answers = [service.search(text, viewer) for text in (word, f"{word} lambang", f'"isi lambang {word}"')]
    alone, together, quoted = answers
    wrong = word[:-2] + word[-1] + word[-2]
    told = service.search(wrong, viewer).suggestion
    facets = service.search(word, viewer, {"office": frozenset({"kabupaten-mesuji"})})
    assert all(answer.total == len(answer.hits) == sum(answer.facets["kind"].values()) for answer in (*answers, facets))
    found = {bool(alone.total), bool(quoted.total), bool(facets.total), told == word, word in str([hit.title for hit in together.hits])}
    assert len(found) == 1, found
    return found == {False}


NARROWINGS = [
    pytest.param(narrow, "kalimaya", HOST, id="narrowed article"),
    pytest.param(archive, "kalimaya", HOST, id="archived article"),
    pytest.param(close_note, "kecombrang", PARTIES, id="closed note"),
]


@pytest.mark.parametrize("given_up", [False, True], ids=["waiting", "given up"])
@pytest.mark.parametrize(("act", "word", "allowed"), NARROWINGS)
def test_before_the_worker_has_been_there_nothing_tells_of_what_was_closed(library, cast, act, word, allowed, given_up):
    act(word, cast)
    if given_up:
        db.session.execute(update(Delivery).values(gave_up_at=clock.now()).where(Delivery.done_at.is_(None)))
    db.session.commit()
    assert {part for part in EVERYBODY if not kept_from(getattr(cast, part).viewer, word)} == allowed
    for address in (f"/cari?q={word}", f"/cari?q={word[:-2] + word[-1] + word[-2]}", f"/api/v1/search?q={word}"):
        page = cast.visitor.client.get(address).text
        assert f'href="/cari?q={word}"' not in page and f"lambang {word}" not in page, address
    assert cast.visitor.client.get(f"/api/v1/search?q={word}").json == {"total": 0, "hits": []}
    assert service.similar(f"isi lambang {word}", cast.visitor.viewer) == service.similar("isi lambang mentimun", cast.visitor.viewer)


def test_before_the_worker_has_been_there_a_visit_that_is_closed_is_not_counted(library, cast):
    row = db.session.scalars(select(Visit).where(Visit.day == date(2026, 12, 1))).one()
    before = service.search("jenis:kunjungan", cast.visitor.viewer)
    visits.set_public(row, cast.host_manager.viewer, opened=False)
    db.session.commit()
    after = service.search("jenis:kunjungan", cast.visitor.viewer)
    assert after.total == after.facets["kind"]["visit"] == len(after.hits) == before.total - 1


def test_what_is_still_open_is_found_while_the_worker_is_behind(library, cast):
    row = article("kalimaya")
    articles.edit(row, articles.content_of(row), cast.host_manager.viewer, started_from=row.version)
    db.session.commit()
    assert not kept_from(cast.visitor.viewer, "kalimaya")


def test_a_worker_far_behind_costs_no_more_queries(library, cast, count_queries):
    service.search("kalimaya", cast.visitor.viewer)  # what an engine reads once is read
    counts = []
    for times in (1, 30):
        for _ in range(times):
            row = article("kalimaya")
            articles.edit(row, articles.content_of(row), cast.host_manager.viewer, started_from=row.version)
        db.session.commit()
        with count_queries() as counted:
            service.search("kalimaya", cast.visitor.viewer)
        counts.append(counted.value)
    assert counts[0] == counts[1]


# ---- words of answers


@pytest.fixture
def thread(app, cast, engine):
    """A question with two answers, each with a word of its own, indexed."""
    with app.test_request_context():
        question = make_question(cast.guest_member.viewer)
        ids = question.id, make_answer(question, cast.host_member.viewer, "Lewat cendrawasih.").id
        make_answer(question, cast.outsider.viewer, "Lewat kakatua.")
        settle()
        yield ids


def take_out(act: str, ids: tuple[int, int], cast) -> None:
    question, answer = db.session.get(Question, ids[0]), db.session.get(Answer, ids[1])
    if act == "withdrawn":
        questions.withdraw(answer, cast.host_manager.viewer)
    elif act == "hidden":
        moderation.hide(question, answer, "Diperiksa.", cast.admin.viewer)
    else:
        moderation.redact(question, "cendrawasih", cast.admin.viewer)
    db.session.commit()


@pytest.mark.parametrize("act", ["withdrawn", "hidden", "redacted"])
def test_the_words_of_an_answer_that_was_taken_out_are_found_by_nobody(cast, thread, act):
    assert found_by(cast.visitor.viewer, "cendrawasih") == found_by(cast.visitor.viewer, "kakatua") == 1
    take_out(act, thread, cast)
    for part in sorted(EVERYBODY):  # before the worker has been there
        assert found_by(getattr(cast, part).viewer, "cendrawasih") == 0, part
        assert service.search("cendrawaish", getattr(cast, part).viewer).suggestion == "", part
    settle()
    for part in sorted(EVERYBODY):
        viewer = getattr(cast, part).viewer
        assert (found_by(viewer, "cendrawasih"), found_by(viewer, "kakatua")) == (0, 1), part
        assert not [hit for hit in service.search("kakatua", viewer).hits if "cendrawasih" in hit.text]


def test_what_is_not_in_the_index_any_more_is_not_in_the_document_either(cast, thread):
    for act in ("hidden", "withdrawn"):
        take_out(act, thread, cast)
        document = next(documents.current({"question": {thread[0]}}))
        assert "kakatua" in document.body and "cendrawasih" not in document.body
        assert document.body.count("Diskominfo Kabupaten Mesuji") == 0, "nor is its office named as one that answered"


@pytest.mark.parametrize("part", sorted(EVERYBODY))
def test_whatever_the_index_says_only_what_the_viewer_may_see_now_is_loaded(library, cast, part):
    """The last door: keys of everything, as a stale or broken index might give them."""
    viewer = getattr(cast, part).viewer
    make_question(cast.guest_member.viewer, "Rahasia kedua pihak?", visibility="para_pihak", addressed="18.11")
    everything = [
        documents.key_of(kind, ident)
        for kind, source in documents.SOURCES.items()
        if kind != "office"
        for ident in db.session.scalars(select(source.model.id))
    ]
    found = documents.load(everything, viewer)
    titles = {hit.title.split()[1] for hit in found.values() if hit.kind in ("article", "note")}
    drafts = {"mentimun", "ketumbar", "lengkuas", "kapulaga", "andaliman"} if part in HOST else set()  # their own, in whatever state
    assert titles == seen_by(part, WORDS) | drafts
    shown = {hit.on for hit in found.values() if hit.kind == "visit"}
    kept = {day for day, (state, *_, who) in VISITS.items() if state in ("accepted", "held") and part not in who}
    assert kept.isdisjoint(shown)
    assert any(hit.kind == "question" for hit in found.values()) == (part in PARTIES)
