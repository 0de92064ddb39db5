"""The demand board: what the network lacks, who takes it up, how that ends, and that nobody's search can be traced."""

import pytest
from sqlalchemy import select

from kb.articles import service as articles
from kb.articles.models import Article
from kb.core import clock, events
from kb.core.db import db
from kb.core.events import Event
from kb.home import demand
from kb.home.models import DemandClaim, DemandRemoval
from kb.instruments import loader
from kb.notifications.models import Notice
from kb.questions import moderation, queries
from kb.search.models import MissedSearch
from tests.home.makers import cost, make_article
from tests.moments import pass_time
from tests.questions.makers import leave, make_answer, make_question

PAGE = "/papan-kebutuhan"
WORDS = "peta proses bisnis"
SEARCH = {"jenis": "search", "perihal": WORDS}
INDICATOR = {"jenis": "indicator", "perihal": "spbe-2020/47"}


@pytest.fixture
def lacking(cast, db_ctx):
    """A waiting question; and words that were searched on many days in vain."""
    with db_ctx():
        question = make_question(cast.guest_member.viewer, "Siapa yang menetapkan?")
        today = question.asked_at.date()
        db.session.add(MissedSearch(words=WORDS, times=7, first_on=today, last_on=today))
        db.session.commit()
        return str(question.id)


def claims() -> list[DemandClaim]:
    return list(db.session.scalars(select(DemandClaim).order_by(DemandClaim.id)))


def told(person, word: str) -> list[Notice]:
    events.drain(remote=False)
    return [row for row in db.session.scalars(select(Notice).where(Notice.user_id == person.id)) if word in row.title]


def take(person, **form) -> None:
    assert person.client.post(f"{PAGE}/ambil", data=form).status_code == 303


# What is on it


def test_the_board_names_questions_searches_and_indicators(cast, lacking):
    page = cast.outsider.client.get(PAGE).text
    assert "Siapa yang menetapkan?" in page and WORDS in page and "dicari pada 7 hari" in page and "Indikator tanpa artikel" in page


def test_searches_are_shown_to_the_network_only(client, lacking):
    assert WORDS not in client.get(PAGE).text


def test_what_is_answered_leaves_the_board(cast, db_ctx, lacking):
    with db_ctx():
        make_answer(queries.find(int(lacking)), cast.host_member.viewer)
        db.session.commit()
    assert "Siapa yang menetapkan?" not in cast.outsider.client.get(PAGE).text


def test_what_is_written_leaves_the_board(cast, db_ctx, lacking):
    row = 'name="perihal" value="spbe-2020/46"'
    with db_ctx():
        codes = {i.code for instrument in loader.all_instruments() for i in instrument.indicators}
        make_article(cast.host_member.viewer, "Satu", indicators=tuple(codes - {"spbe-2020/46", "spbe-2020/47"}))
    assert row in cast.outsider.client.get(PAGE).text and WORDS in cast.outsider.client.get(PAGE).text
    with db_ctx():
        make_article(cast.host_member.viewer, "Bisnis", summary="Peta proses.", indicators=("spbe-2020/46",))
        events.drain(remote=False)
    page = cast.outsider.client.get(PAGE).text
    assert row not in page and WORDS not in page


def test_what_the_network_cannot_read_meets_no_need(cast, db_ctx, lacking):
    with db_ctx():
        make_article(cast.host_member.viewer, "Peta proses bisnis", visibility="instansi", indicators=("spbe-2020/47",))
        make_article(cast.host_member.viewer, "Peta proses bisnis", status="draft", indicators=("spbe-2020/47",))
        events.drain(remote=False)
        demand.tend()
        db.session.commit()
        assert demand.is_needed("indicator", "spbe-2020/47", cast.host_member.viewer)
    assert WORDS in cast.outsider.client.get(PAGE).text


def test_a_search_that_finds_something_in_other_words_leaves_within_the_hour(cast, db_ctx, lacking):
    with db_ctx():
        db.session.add(MissedSearch(words="sop", times=3, first_on=clock.today(), last_on=clock.today()))
        make_article(cast.host_member.viewer, "Standar operasional prosedur layanan")
        events.drain()
        demand.tend()
        db.session.commit()
    page = cast.outsider.client.get(PAGE).text
    assert 'value="sop"' not in page and WORDS in page


def test_an_indicator_that_is_asked_about_stands_above_heavier_ones(cast, db_ctx):
    with db_ctx():
        make_question(cast.guest_member.viewer, "Ringan?", indicators=("spbe-2020/21",), visibility="publik")
        db.session.commit()
        first, *rest = demand.board(cast.outsider.viewer)["indicator"]
    assert first.subject == "spbe-2020/21" and first.detail.startswith("1 pertanyaan menunggu, bobot")
    for instrument in loader.all_instruments():
        weights = [loader.indicator(need.subject).weight for need in rest if need.subject.startswith(instrument.id)]
        assert weights == sorted(weights, reverse=True) and weights


def test_a_confidential_question_is_on_nobody_elses_board(cast, db_ctx):
    with db_ctx():
        make_question(cast.guest_member.viewer, "Hanya berdua?", addressed="18.11", visibility="para_pihak", indicators=("spbe-2020/47",))
        db.session.commit()
    page = cast.outsider.client.get(PAGE).text
    assert "Hanya berdua?" not in page and "1 pertanyaan menunggu" not in page


def test_the_board_costs_the_same_however_full_it_is(cast, db_ctx, lacking, count_queries):
    cast.outsider.client.get(PAGE)
    take(cast.host_member, **SEARCH)
    few = cost(cast.outsider.client, PAGE, count_queries)
    with db_ctx():
        askers = [cast.outsider, cast.guest_manager, cast.guest_member, cast.host_member, cast.host_manager]
        for number in range(15):
            make_question(askers[number % 5].viewer, f"Tanya {number}?")
            db.session.add(MissedSearch(words=f"kata{number}", times=3, first_on=clock.today(), last_on=clock.today()))
            db.session.commit()
    assert cost(cast.outsider.client, PAGE, count_queries) == few


# Who wrote on it


def missed() -> dict[str, int]:
    return dict(db.session.execute(select(MissedSearch.words, MissedSearch.times)).all())


def test_a_stranger_writes_nothing_on_the_board(client, db_ctx):
    client.get("/cari?q=zorblax budi santoso korup")
    with db_ctx():
        assert missed() == {}


def test_people_of_an_office_that_left_write_nothing_on_it(cast, db_ctx):
    with db_ctx():
        leave("18.12")
        db.session.commit()
    cast.outsider.client.get("/cari?q=zorblax")
    with db_ctx():
        assert missed() == {}


def test_a_search_counts_once_a_day_and_is_shown_from_the_second_day_on(cast, db_ctx, monkeypatch):
    for _ in range(3):
        cast.outsider.client.get("/cari?q=zorblax")
    with db_ctx():
        assert missed() == {"zorblax": 1}
    assert "zorblax" not in cast.guest_member.client.get(PAGE).text
    assert cast.guest_member.client.post(f"{PAGE}/ambil", data=SEARCH | {"perihal": "zorblax"}).status_code == 404
    pass_time(monkeypatch, days=1)
    cast.guest_member.client.get("/cari?q=zorblax")
    assert "dicari pada 2 hari" in cast.guest_member.client.get(PAGE).text


def test_moderators_take_a_search_off_for_good_and_the_audit_log_knows_who(cast, db_ctx, lacking):
    assert "Buang" not in cast.host_manager.client.get(PAGE).text
    assert cast.host_manager.client.post(f"{PAGE}/buang", data={"perihal": WORDS}).status_code == 403
    assert ">Buang<" in cast.admin.client.get(PAGE).text
    assert cast.admin.client.post(f"{PAGE}/buang", data={"perihal": WORDS}).status_code == 303
    assert WORDS not in cast.outsider.client.get(PAGE).text
    with db_ctx():
        event = db.session.scalars(select(Event).where(Event.name == "demand.discarded")).one()
        assert event.actor_id == cast.admin.id and "proses" not in str(event.data)
        assert missed() == {} and "proses" not in db.session.scalars(select(DemandRemoval)).one().digest
        db.session.add(MissedSearch(words=WORDS, times=9, first_on=clock.today(), last_on=clock.today()))
        db.session.commit()
    assert WORDS not in cast.outsider.client.get(PAGE).text
    assert cast.admin.client.post(f"{PAGE}/buang", data={"perihal": WORDS}).status_code == 404


# Taking one up


@pytest.mark.parametrize(("kind", "subject"), [("search", WORDS), ("question", None), ("indicator", "spbe-2020/47")])
def test_an_office_takes_one_up_once_and_may_let_go_and_take_it_again(cast, db_ctx, lacking, kind, subject):
    form = {"jenis": kind, "perihal": subject or lacking}
    client = cast.host_member.client
    for _ in range(2):
        assert client.post(f"{PAGE}/ambil", data=form).status_code == 303
    with db_ctx():
        assert [(claim.office_id, claim.is_open) for claim in claims()] == [(cast.host_member.office_id, True)]
    assert "ditulis Diskominfo Kabupaten Mesuji" in client.get(PAGE).text
    assert client.post(f"{PAGE}/lepas", data=form).status_code == 303
    assert "ditulis Diskominfo Kabupaten Mesuji" not in client.get(PAGE).text
    assert client.post(f"{PAGE}/ambil", data=form).status_code == 303
    with db_ctx():
        assert [claim.is_open for claim in claims()] == [True]


@pytest.mark.parametrize(
    "form",
    [
        {}, {"jenis": "search", "perihal": "tidak ada"}, {"jenis": "planet", "perihal": "x"}, {"jenis": "question", "perihal": "x" * 500},
        {"jenis": "question", "perihal": "99999999999"}, {"jenis": "indicator", "perihal": "spbe-2020/99"},
        {"jenis": "indicator", "perihal": "²"},
    ],
)  # fmt: skip
def test_what_is_not_on_the_board_cannot_be_taken(cast, lacking, form):
    assert cast.host_member.client.post(f"{PAGE}/ambil", data=form).status_code == 404


def test_a_question_that_is_not_open_to_us_cannot_be_taken(cast, db_ctx):
    with db_ctx():
        question = make_question(cast.guest_member.viewer, "Hanya berdua?", addressed="18.11", visibility="para_pihak")
        db.session.commit()
        form = {"jenis": "question", "perihal": str(question.id)}
    assert cast.outsider.client.post(f"{PAGE}/ambil", data=form).status_code == 404
    assert cast.host_member.client.post(f"{PAGE}/ambil", data=form).status_code == 303


def test_a_visitor_takes_nothing(client, lacking):
    assert client.post(f"{PAGE}/ambil", data={"jenis": "question", "perihal": lacking}).status_code in (302, 401)


def test_taking_one_looks_at_that_one_only(cast, lacking, count_queries):
    take(cast.outsider, **INDICATOR)
    with count_queries() as counter:
        take(cast.host_member, **INDICATOR)
    assert not [statement for statement in counter.statements if "missed_search" in statement or "question.title" in statement]


def test_who_asked_is_told_that_somebody_writes(cast, db_ctx, lacking):
    take(cast.host_member, jenis="question", perihal=lacking)
    with db_ctx():
        for person in (cast.guest_member, cast.guest_manager):
            assert [row.url for row in told(person, "akan menulis jawaban")] == [f"/tanya/{lacking}"]
        assert not told(cast.outsider, "akan menulis")


def test_writing_begins_with_what_is_known(cast, lacking):
    take(cast.host_member, **SEARCH)
    take(cast.host_member, **INDICATOR)
    page = cast.host_member.client.get(PAGE).text
    assert "/artikel/baru?judul=Peta+proses+bisnis" in page and "/artikel/baru?indikator=spbe-2020%2F47" in page
    assert 'value="Peta proses bisnis"' in cast.host_member.client.get("/artikel/baru?judul=Peta+proses+bisnis").text
    assert "Tulis: SPBE 47" in cast.host_member.client.get("/beranda").text


# How it ends


@pytest.mark.parametrize("form", [SEARCH, INDICATOR])
def test_an_article_of_the_office_meets_what_it_took_up_and_is_shown(cast, client, db_ctx, lacking, form):
    take(cast.host_member, **form)
    take(cast.outsider, **form)
    with db_ctx():
        make_article(cast.host_member.viewer, "Peta proses bisnis", status="draft", indicators=("spbe-2020/47",))
        events.drain(remote=False)
        assert all(claim.is_open for claim in claims())
        draft = db.session.scalars(select(Article).where(Article.status == "draft")).one()
        articles.publish(draft, cast.host_member.viewer)
        db.session.commit()
        events.drain(remote=False)
        mine, others = claims()
        assert mine.fulfilled_at is not None and mine.article.title == "Peta proses bisnis"
        assert others.released_at is not None and others.fulfilled_at is None
        assert len(told(cast.outsider, "Tidak dicari lagi")) == 1 and not told(cast.host_manager, "Tidak dicari lagi")
    page = client.get(PAGE).text
    assert "Baru saja terpenuhi" in page and "/artikel/peta-proses-bisnis" in page


def test_what_was_met_for_the_network_is_not_shown_to_strangers(cast, client, db_ctx, lacking):
    take(cast.host_member, **INDICATOR)
    with db_ctx():
        make_article(cast.host_member.viewer, "Untuk jejaring", visibility="jejaring", indicators=("spbe-2020/47",))
        events.drain(remote=False)
    assert "Untuk jejaring" in cast.outsider.client.get(PAGE).text
    assert "Untuk jejaring" not in client.get(PAGE).text


def test_an_answer_meets_the_question_that_was_taken_up_until_it_is_hidden(cast, client, db_ctx, lacking):
    take(cast.host_member, jenis="question", perihal=lacking)
    with db_ctx():
        make_answer(queries.find(int(lacking)), cast.host_member.viewer)
        db.session.commit()
        events.drain(remote=False)
        assert claims()[0].fulfilled_at is not None
    assert "Siapa yang menetapkan?" in client.get(PAGE).text
    with db_ctx():
        question = queries.find(int(lacking))
        moderation.hide(question, question, "data pribadi", cast.admin.viewer)
        db.session.commit()
    assert "Siapa yang menetapkan?" not in client.get(PAGE).text


def test_an_office_is_reminded_once_and_freed_when_nothing_comes(cast, db_ctx, lacking, monkeypatch):
    take(cast.host_member, **INDICATOR)
    with db_ctx():
        for days, reminded, freed in ((29, 0, 0), (2, 1, 0), (1, 1, 0), (14, 1, 1), (1, 1, 1)):
            pass_time(monkeypatch, days=days)
            demand.tend()
            db.session.commit()
            for person in (cast.host_member, cast.host_manager):
                assert (len(told(person, "Sudah ditulis?")), len(told(person, "Kembali ke papan"))) == (reminded, freed)
        assert claims()[0].released_at is not None
    assert "ditulis Diskominfo Kabupaten Mesuji" not in cast.outsider.client.get(PAGE).text
    take(cast.host_member, **INDICATOR)


def test_who_lets_go_is_not_told_of_it(cast, db_ctx, lacking):
    take(cast.host_member, **INDICATOR)
    assert cast.host_member.client.post(f"{PAGE}/lepas", data=INDICATOR).status_code == 303
    with db_ctx():
        assert not told(cast.host_manager, "47")


def test_what_is_lacking_no_more_is_nobodys_task(cast, db_ctx, lacking):
    take(cast.host_member, jenis="question", perihal=lacking)
    with db_ctx():
        make_answer(queries.find(int(lacking)), cast.outsider.viewer)
        db.session.commit()
        demand.tend()
        db.session.commit()
        assert len(told(cast.host_manager, f"Tidak dicari lagi: pertanyaan nomor {lacking}")) == 1
    assert f"Tulis: pertanyaan nomor {lacking}" not in cast.host_member.client.get("/beranda").text
