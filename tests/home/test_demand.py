"""The demand board: what the network lacks, who takes it up, and that nobody's search can be traced."""

import pytest
from sqlalchemy import select

from kb.core.db import db
from kb.home.models import DemandClaim
from kb.questions import queries
from kb.search.models import MissedSearch
from tests.home.makers import make_article
from tests.questions.makers import make_answer, make_question

PAGE = "/papan-kebutuhan"


@pytest.fixture
def lacking(cast, db_ctx, monkeypatch):
    """A waiting question; and words that were searched often and in vain."""
    with db_ctx():
        question = make_question(cast.guest_member.viewer, "Siapa yang menetapkan?")
        today = question.asked_at.date()
        db.session.add(MissedSearch(words="peta proses bisnis", times=7, first_on=today, last_on=today))
        db.session.commit()
        return str(question.id)


def test_the_board_names_questions_searches_and_indicators(cast, lacking):
    page = cast.outsider.client.get(PAGE).text
    assert (
        "Siapa yang menetapkan?" in page and "peta proses bisnis" in page and "dicari 7 kali" in page and "Indikator tanpa artikel" in page
    )


def test_searches_are_shown_to_the_network_only(client, lacking):
    assert "peta proses bisnis" not in client.get(PAGE).text


def test_what_is_answered_or_written_leaves_the_board(cast, db_ctx, lacking):
    with db_ctx():
        make_answer(queries.find(int(lacking)), cast.host_member.viewer)
        db.session.commit()
        make_article(cast.host_member.viewer, "Tentang peta rencana")
    page = cast.outsider.client.get(PAGE).text
    assert "Siapa yang menetapkan?" not in page


@pytest.mark.parametrize(("kind", "subject"), [("search", "peta proses bisnis"), ("question", None), ("indicator", "spbe-2020/47")])
def test_an_office_takes_one_up_once_and_may_let_go(cast, db_ctx, lacking, kind, subject):
    form = {"jenis": kind, "perihal": subject or lacking}
    client = cast.host_member.client
    if kind == "indicator" and 'value="spbe-2020/47"' not in client.get(PAGE).text:
        form["perihal"] = client.get(PAGE).text.split('name="perihal" value="spbe-2020/')[1].split('"')[0].join(["spbe-2020/", ""])
    for _ in range(2):
        assert client.post(f"{PAGE}/ambil", data=form).status_code == 303
    with db_ctx():
        assert [claim.office_id for claim in db.session.scalars(select(DemandClaim))] == [cast.host_member.office_id]
    assert "Diskominfo Kabupaten Mesuji" in client.get(PAGE).text
    assert client.post(f"{PAGE}/lepas", data=form).status_code == 303
    with db_ctx():
        assert not db.session.scalars(select(DemandClaim)).all()


@pytest.mark.parametrize(
    "form",
    [{}, {"jenis": "search", "perihal": "tidak ada"}, {"jenis": "planet", "perihal": "x"}, {"jenis": "question", "perihal": "x" * 500}],
)
def test_what_is_not_on_the_board_cannot_be_taken(cast, lacking, form):
    assert cast.host_member.client.post(f"{PAGE}/ambil", data=form).status_code == 404


def test_a_visitor_takes_nothing(client, lacking):
    assert client.post(f"{PAGE}/ambil", data={"jenis": "question", "perihal": lacking}).status_code in (302, 401)


def test_a_confidential_question_is_on_nobody_elses_board(cast, db_ctx):
    with db_ctx():
        make_question(cast.guest_member.viewer, "Hanya berdua?", addressed="18.11", visibility="para_pihak")
        db.session.commit()
    assert "Hanya berdua?" not in cast.outsider.client.get(PAGE).text
