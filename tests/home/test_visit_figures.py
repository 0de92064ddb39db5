"""Visits in figures: provinces for everybody, an office's own for its own people, follow-ups from the notes."""

from datetime import date, timedelta

import pytest

from kb.core import clock
from kb.core.db import db
from kb.home import visit_figures
from kb.notes.models import NoteFollowUp
from kb.visits.models import Visit
from tests.home.makers import cost
from tests.makers import office
from tests.notes.makers import make_note, make_visit

FIGURES, MESUJI = "/kunjungan/angka", "/instansi/kabupaten-mesuji"


def agree(note, code: str, due_on: date, done: bool = False) -> None:
    """A follow-up of an office. Not committed."""
    done_at = clock.now() if done else None
    db.session.add(NoteFollowUp(note_id=note.id, text="Kirim contoh", office_id=office(code).id, due_on=due_on, done_at=done_at))


@pytest.fixture
def filled(cast, db_ctx):
    """An online visit with notes: of two things agreed Mesuji did one, and Pringsewu let one lapse."""
    with db_ctx():
        visit = make_visit("held", days=-3)
        db.session.get(Visit, visit.id).mode = "daring"
        note = make_note(cast.host_member.viewer, visibility="para_pihak")
        late, later = clock.today() - timedelta(days=1), clock.today() + timedelta(days=9)
        for code, due_on, done in (("18.11", late, True), ("18.11", later, False), ("18.10", late, False)):
            agree(note, code, due_on, done)
        draft = make_note(cast.host_member.viewer, status="draft")
        agree(draft, "18.11", late)
        db.session.commit()


def test_provinces_are_for_everybody_and_no_office_is_named(client, filled):
    page = client.get(FIGURES).text
    assert "Lampung" in page and "1 dari 3 selesai, 1 lewat tenggat" in page and "6 orang" in page and "SPBE 12 (1)" in page
    assert "Mesuji" not in page and "Pringsewu" not in page


def test_the_figures_of_an_office_are_for_its_own_people(cast, filled):
    seen = {part for part in vars(cast) if 'id="angka"' in getattr(cast, part).client.get(MESUJI).text}
    assert seen == {"host_manager", "host_member"}
    mine = cast.host_member.client.get(MESUJI).text.split('id="angka"')[1].split("</section>")[0]
    assert "1 dari 2 selesai" in mine and "lewat tenggat" not in mine and "SPBE 12 (1)" in mine
    guest = cast.guest_member.client.get("/instansi/kabupaten-pringsewu").text.split('id="angka"')[1].split("</section>")[0]
    assert "0 dari 1 selesai, 1 lewat tenggat" in guest and "6 orang tidak perlu bepergian" in guest
    assert f"{MESUJI}#angka" in cast.host_member.client.get(FIGURES).text


def test_an_office_without_visits_is_told_so(cast):
    assert "Belum ada kunjungan yang dapat dihitung." in cast.host_member.client.get(MESUJI).text
    assert "Belum ada permohonan kunjungan yang dikirim." in cast.visitor.client.get(FIGURES).text


def test_an_agreement_counts_for_its_province_even_without_a_visit_here(cast, db_ctx):
    with db_ctx():
        agree(make_note(cast.host_member.viewer), "18.11", clock.today())
        db.session.commit()
        total, (lampung,) = visit_figures.of_all()
        assert (total.visits.received, total.follow_ups.agreed, lampung.visits.name, lampung.follow_ups.agreed) == (0, 1, "Lampung", 1)


def test_the_pages_cost_the_same_for_one_office_and_for_many(cast, db_ctx, filled, count_queries):
    def costs():
        return cost(cast.visitor.client, FIGURES, count_queries), cost(cast.host_member.client, MESUJI, count_queries)

    costs()
    one = costs()
    with db_ctx():
        for number, code in enumerate(("18.01", "18.02", "16.01", "32.01", "33.01"), start=1):
            make_visit("held", guest=code, days=-number - 3)
            agree(make_note(cast.host_member.viewer), code, clock.today())
        db.session.commit()
    assert costs() == one
