"""Pages made of several rooms."""

from collections import Counter

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from kb.articles import queries as articles
from kb.articles.models import Article
from kb.core import clock, logs
from kb.core.access import public
from kb.core.addresses import row_number
from kb.core.db import db
from kb.core.errors import NotFound
from kb.core.viewer import current_viewer
from kb.home import asked, demand, manual, overview, strength
from kb.home import visit_figures as figures
from kb.instruments import confidence
from kb.instruments import loader as instruments
from kb.instruments.loader import Indicator
from kb.notes import queries as notes
from kb.notes.models import Note
from kb.notifications import queries as notifications
from kb.offices import chart, league
from kb.offices import queries as offices
from kb.offices.models import KINDS
from kb.offices.queries import Series
from kb.offices.ranking import is_possible
from kb.questions import policy as question_policy
from kb.questions import queries as questions
from kb.questions import service as question_service
from kb.search import service as search
from kb.visits import openness
from kb.visits import policy as visit_policy
from kb.visits import queries as visits
from kb.visits.models import Visit

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def index():
    """The front page: what this is, one search box, what is new, who leads, what it is about."""
    viewer = current_viewer()
    known = league.states()
    leaders = league.leaders(known)
    return render_template(
        "home/index.html",
        articles=articles.latest(viewer, 6),
        leaders=leaders,
        has_values=any(name == offices.RANKED for name, _ in known),
        instrument=offices.instrument_name(offices.RANKED),
        confidence=confidence.in_words((value.office.region.name, value.confidence) for value in leaders),
        instruments=instruments.all_instruments(),
        visits=visits.upcoming_public(4),
        counts=articles.counts_by_indicator(viewer),
    )


@bp.get("/beranda")
def dashboard():
    """What waits for me, and what my office has."""
    viewer = current_viewer()
    return render_template(
        "home/dashboard.html",
        work=overview.of(viewer),
        today=clock.today(),
        notices=notifications.latest(viewer, 5),
        office=offices.get(viewer.office_id),
        may_ask=visit_policy.can_ask(viewer),
        owes_hours=openness.owes_its_hours(viewer),
        may_moderate=question_policy.can_moderate(viewer),
    )


@bp.get("/instansi/<slug>")
@public
def office(slug: str):
    """The office page, one of the two hubs."""
    viewer = current_viewer()
    found = offices.by_slug(slug)
    if found is None:
        raise NotFound
    written, hours = notes.by_office(viewer, found.id, 20), openness.of(found)
    series, library = offices.index_values(found), articles.of_office(viewer, found.id)
    return render_template(
        "home/office.html",
        office=found,
        articles=library[articles.WROTE],
        about=library[articles.ABOUT],
        series=series,
        **_standing(found.id, series),
        charts=chart.draw(value.row for one in series for value in one.values),
        mark_of=chart.mark_of,
        confidence=confidence.in_words(_told_of(series)),
        received=_without_notes(visits.received_by(found.id, viewer), written),
        notes=written,
        answered=questions.answered_by(viewer, found.id, 10),
        openness=openness.summary(found, hours),
        refusal=openness.refusal(found, hours),
        may_ask=not viewer.is_signed_in or visit_policy.can_ask(viewer),
        figures=figures.of_office(found.id, found.name) if visit_policy.can_see_figures(viewer, found.id) else None,
    )


def _told_of(series: list[Series]) -> list[tuple[str, str]]:
    """Each value by its year, and by its kind where a year has several, with its confidence, year by year."""
    rows = sorted((value.row for one in series for value in one.values), key=lambda row: row.year)
    years = Counter(row.year for row in rows)
    return [(str(row.year) if years[row.year] == 1 else f"{row.year} ({row.kind})", row.confidence) for row in rows]


def _standing(office_id: int, series: list[Series]) -> dict:
    """Where the office stands, and what that is measured by."""
    found = league.standing(office_id, (row for one in series for value in one.values for row in value.rows))
    name = found.league.instrument_id if found else offices.RANKED
    return {
        "standing": found,
        "measures": league.measures(name),
        "instrument": offices.instrument_name(name),
        "kinds": KINDS,
        "usual_instrument": offices.RANKED,
        "misprints": _misprints(series, found),
    }


def _misprints(series: list[Series], standing: league.Standing | None) -> list[str]:
    """What is to be said of a domain that stands there struck out."""
    if standing is None or all(value is None or is_possible(value) for value in standing.row.measures):
        return []
    return [row.note for one in series for value in one.values for row in value.rows if row.id == standing.row.value_id and row.note]


def _without_notes(received: list[Visit], written: list[Note]) -> list[Visit]:
    """A visit whose note stands on the page stands there once."""
    noted = {note.visit_id for note in written}
    return [visit for visit in received if visit.id not in noted]


@bp.get("/kunjungan/angka")
@public
def visit_figures():
    """What visits amount to, for each province; and how many follow-ups were kept."""
    viewer = current_viewer()
    total, provinces = figures.of_all()
    mine = offices.get(viewer.office_id) if viewer.office_id else None
    return render_template("home/visit_figures.html", total=total, provinces=provinces, mine=mine)


@bp.get("/indikator")
@public
def indicators():
    """All indicators of both instruments, by domain and aspect."""
    counts = articles.counts_by_indicator(current_viewer())
    return render_template("home/indicators.html", instruments=instruments.all_instruments(), counts=counts)


@bp.get("/indikator/<instrument>")
@public
def instrument(instrument: str):
    """There is one list of indicators; an instrument is a part of it."""
    return redirect(url_for(".indicators", _anchor=instrument), 302)


@bp.get("/indikator/<instrument>/<int:number>")
@public
def indicator(instrument: str, number: int):
    """The indicator page, the other hub: what each level asks, articles, notes, strong offices."""
    viewer = current_viewer()
    try:
        found = instruments.indicator(f"{instrument}/{number}")
    except instruments.UnknownIndicator:
        raise NotFound from None
    sure = found.confidence
    return render_template(
        "home/indicator.html",
        indicator=found,
        instrument=instruments.get(instrument),
        related=overview.counterparts(found),
        articles=articles.listing(viewer, articles.Filter(codes=(found.code,)), 1),
        notes=notes.by_indicator(viewer, found.code, 10),
        questions=questions.by_indicator(viewer, found.code, 10),
        standing=strength.standing(found.code, viewer),
        confidence=confidence.in_words([("bobot", sure.weight), *(("kriteria", word) for word in sure.criteria.values())]),
        indicator_sources=_sources(found),
    )


def _sources(indicator: Indicator) -> list[tuple[str, str]]:
    """What everything said of an indicator comes from, and where that is."""
    sources = instruments.get(indicator.instrument_id).sources
    return [(sources[code]["what"], sources[code]["where"]) for code in indicator.all_sources]


@bp.post("/tanya/<int:question_id>/jadi-artikel")
def make_article(question_id: int):
    """Begin an article with a question and its answers, or with one of them (`jawaban`)."""
    viewer = current_viewer()
    question = question_service.find(question_id, viewer)
    answer_id = request.form.get("jawaban", type=row_number)
    answer = question_service.find_answer(question_id, answer_id, viewer) if answer_id else None
    Article.work_out(asked.text_of(question, answer))
    article = asked.make_article(question, answer, viewer)
    db.session.commit()
    flash("Draf artikel dibuat dari tanya-jawab ini. Sunting, lalu terbitkan.")
    return redirect(url_for("articles.edit", slug=article.slug), 303)


@bp.get("/papan-kebutuhan")
@public
def demand_board():
    """What the network lacks, and who writes it."""
    viewer = current_viewer()
    return render_template(
        "home/demand.html",
        needs=demand.board(viewer),
        met=demand.lately_met(viewer),
        place=demand.place,
        may_discard=question_policy.can_moderate(viewer),
        days=(demand.REMINDED_AFTER.days, demand.FREED_AFTER.days),
    )


@bp.get("/kebutuhan")
@public
def demand_short():
    """The short address of the demand board."""
    return redirect(url_for(".demand_board"))


@bp.post("/papan-kebutuhan/<any(ambil, lepas):act>")
def claim_demand(act: str):
    """Our office writes it, or does not after all."""
    kind, subject = request.form.get("jenis", ""), request.form.get("perihal", "")
    (demand.take if act == "ambil" else demand.release)(kind, subject, current_viewer())
    db.session.commit()
    flash("Dicatat: instansi Anda menulisnya. Terima kasih." if act == "ambil" else "Dilepas kembali ke papan.")
    return redirect(url_for(".demand_board"), 303)


@bp.post("/papan-kebutuhan/buang")
def discard_search():
    """Take a search off the board for good."""
    demand.discard(request.form.get("perihal", ""), current_viewer())
    db.session.commit()
    flash("Pencarian dibuang dari papan dan tidak akan muncul lagi.")
    return redirect(url_for(".demand_board", _anchor="pencarian"), 303)


@bp.get("/bantuan")
@public
def help_index():
    """All help pages."""
    return render_template("home/help_index.html", pages=manual.pages(current_app.config["CONTENT"]).values())


@bp.get("/bantuan/<name>")
@public
def help_page(name: str):
    """One help page."""
    pages = manual.pages(current_app.config["CONTENT"])
    if name not in pages:
        raise NotFound
    return render_template("home/help_page.html", page=pages[name], pages=pages.values())


@bp.get("/healthz")
@public
def healthz():
    """The process lives."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz():
    """Database and search answer."""
    state = {"database": _database_answers(), "search": search.ready()}
    return state, 200 if all(state.values()) else 503


def _database_answers() -> bool:
    try:
        db.session.execute(db.text("SELECT 1 FROM office LIMIT 1"))
    except Exception:
        logs.web.exception("database_not_ready")
        return False
    return True
