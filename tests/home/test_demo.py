"""In the demo nothing that a sample account did may look like the word of a real office."""

import pytest

from kb.core.db import db
from kb.search import service as search
from tests.notes.makers import make_visit
from tests.questions.makers import make_question

PAGES = {
    "front": "/",
    "office": "/instansi/kabupaten-mesuji",
    "offices": "/instansi?q=mesuji",
    "visits": "/kunjungan",
    "calendar": "/kunjungan/kalender/kabupaten-mesuji",
    "questions": "/tanya",
    "search": "/cari?q=jenis:kunjungan",
    "question search": "/cari?q=jenis:tanya",
    "figures": "/kunjungan/angka",
}


def parts_of(page: str) -> str:
    """The page without header and footer, which speak of all pages."""
    return page.split("<main")[1].split("</main>")[0].lower()


@pytest.fixture
def used(app, cast, db_ctx, staged):
    """A visit and a question that people entered, not the seed."""

    def build() -> dict[str, str]:
        with db_ctx():
            visit = make_visit("accepted", days=20)
            question = make_question(cast.guest_member.viewer, visibility="publik")
            db.session.commit()
            assert not visit.is_sample and not question.is_sample
            pages = {"visit": f"/kunjungan/{visit.id}/ringkas", "question": f"/tanya/{question.id}"}
            search.reindex()
            return pages

    return staged("demo", build)


@pytest.mark.parametrize("name", [*PAGES, "visit", "question"])
def test_every_public_page_says_that_it_is_sample_data_in_the_demo_and_only_there(app, cast, used, monkeypatch, name):
    address = (PAGES | used)[name]
    real = cast.visitor.client.get(address)
    assert real.status_code == 200 and "data contoh" not in parts_of(real.text).replace("data contoh tidak dihitung", "")
    monkeypatch.setitem(app.config, "KB_ENV", "demo")
    assert "data contoh" in parts_of(cast.visitor.client.get(address).text)


@pytest.mark.parametrize("kind", ["kunjungan", "tanya"])
def test_the_json_address_marks_each_hit(app, client, used, monkeypatch, kind):
    def snippets():
        return [hit["snippet"] for hit in client.get(f"/api/v1/search?kind={kind}").json["hits"]]

    assert len(snippets()) == 1 and "data contoh" not in snippets()[0]
    monkeypatch.setitem(app.config, "KB_ENV", "demo")
    assert "(data contoh)" in snippets()[0]


def test_membership_and_open_days_of_a_real_office_are_marked_each(app, cast, monkeypatch):
    monkeypatch.setitem(app.config, "KB_ENV", "demo")
    page = parts_of(cast.visitor.client.get("/instansi/kabupaten-mesuji").text)
    lead, aside = page.split('class="lead"')[1].split("</p>")[0], page.split("<aside")[1]
    days, membership = aside.split("berkunjung ke sini")[1].split("</section>")[0], aside.split("keanggotaan")[1].split("</dl>")[0]
    assert all("data contoh" in part for part in (lead, days, membership))


def test_an_office_that_has_not_joined_is_no_sample(app, client, monkeypatch):
    monkeypatch.setitem(app.config, "KB_ENV", "demo")
    assert "data contoh" not in parts_of(client.get("/instansi/kota-metro").text)
