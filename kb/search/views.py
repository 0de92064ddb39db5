"""The search page."""

from flask import Blueprint, redirect, render_template, request, url_for
from sqlalchemy import select

from kb.core.access import public
from kb.core.addresses import row_number, with_query
from kb.core.cleaning import clean_line
from kb.core.db import db
from kb.core.errors import NotFound
from kb.core.pages import is_page_load
from kb.core.viewer import current_viewer
from kb.instruments import loader
from kb.offices.models import Office, Region
from kb.search import documents, language, missed, service, snippets
from kb.search.contract import NotReady
from kb.visits import policy as visit_policy
from kb.visits import queries as visits

bp = Blueprint("search", __name__)

KIND_LABELS = {"article": "Artikel", "question": "Tanya", "note": "Catatan", "visit": "Kunjungan", "office": "Instansi"}
# Address parameter of each facet.
PARAMETERS = {"kind": "jenis", "office": "instansi", "province": "provinsi", "indicator": "indikator", "year": "tahun"}
FACET_LABELS = {"kind": "Jenis", "indicator": "Indikator", "office": "Instansi", "province": "Provinsi", "year": "Tahun"}
MOST_VALUES = 8


@bp.get("/cari")
@public
def index():
    """Search everything the viewer may see."""
    text = (clean_line(request.args.get("q", "")) or "")[: language.LONGEST_QUERY]
    chosen = _chosen()
    page = max(1, min(request.args.get("hal", 1, type=row_number), 1000))
    try:
        answer = service.search(text, current_viewer(), chosen, page)
    except NotReady:
        return render_template("search/index.html", q=text, preparing=True, answer=None), 503
    if page > answer.last:
        return redirect(_address(answer.last))
    if answer.typed.words and not answer.strict and not chosen and not answer.typed.filters and page == 1 and is_page_load():
        missed.note(answer.typed, current_viewer())
    return render_template(
        "search/index.html",
        q=text,
        preparing=False,
        answer=answer,
        asked=bool(answer.typed.units or answer.typed.excluded or answer.typed.filters or chosen),
        stems=answer.typed.stems,
        snippet=snippets.snippet,
        highlight=snippets.highlight,
        is_sample=documents.is_sample,
        facets=_facets(answer, chosen),
        kinds=KIND_LABELS,
        address=_address,
        better=lambda: _address(q=answer.suggestion),
    )


def _chosen() -> dict[str, frozenset[str]]:
    """The filters in the address; kinds are written in Indonesian."""
    found = {}
    for facet, parameter in PARAMETERS.items():
        values = [kept for value in request.args.getlist(parameter)[:10] if (kept := (clean_line(value) or "")[:80])]
        if facet == "kind":
            values = [language.KIND_WORDS[value] for value in values if value in language.KIND_WORDS]
        if values:
            found[facet] = frozenset(values)
    return found


def _address(page: int = 1, facet: str = "", value: str = "", q: str = "") -> str:
    """The address of this search with another page, another text, or one filter value switched."""
    args = {key: values for key, values in request.args.to_dict(flat=False).items() if key != "hal"}
    if q:
        args["q"] = [q]
    if facet:
        written = next(word for word, kind in language.KINDS.items() if kind == value) if facet == "kind" else value
        values = args.get(PARAMETERS[facet], [])
        kept = [other for other in values if other not in (value, written)]
        args[PARAMETERS[facet]] = kept if len(kept) < len(values) else [*values, written]
    if page > 1:
        args["hal"] = page
    return with_query(url_for(".index"), args)


def _facets(answer: service.Answer, chosen: dict[str, frozenset[str]]) -> list[dict]:
    """The counts as they are shown: most frequent first, chosen ones always."""
    if not answer.facets:
        return []
    names = _names(answer)
    shown = []
    for facet, label in FACET_LABELS.items():
        counts = answer.facets[facet]
        values = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST_VALUES]
        if facet == "year":
            values.sort(reverse=True)
        picked = chosen.get(facet, frozenset())
        values += [(value, 0) for value in picked if value not in dict(values)]
        if values:
            rows = [
                {"name": names[facet].get(value, value), "count": n, "chosen": value in picked, "url": _address(facet=facet, value=value)}
                for value, n in values
            ]
            shown.append({"label": label, "rows": rows, "open": bool(picked)})
    return shown


def _names(answer: service.Answer) -> dict[str, dict[str, str]]:
    slugs = [slug for slug, _ in answer.facets["office"].most_common(MOST_VALUES)]
    offices = dict(db.session.execute(select(Office.slug, Office.name).where(Office.slug.in_(slugs))).all()) if slugs else {}
    provinces = dict(db.session.execute(select(Region.code, Region.name).where(Region.kind == "provinsi")).all())
    return {"kind": KIND_LABELS, "office": offices, "province": provinces, "indicator": _indicator_names(answer), "year": {}}


def _indicator_names(answer: service.Answer) -> dict[str, str]:
    return {code: loader.indicator(code).full_name for code in answer.facets["indicator"]}


@bp.get("/cari/serupa")
def similar():
    """What is like a question that is being typed: a fragment of HTML, for the editor."""
    text = (clean_line(request.args.get("q", "")) or "")[: language.LONGEST_QUERY]
    return render_template("search/_similar.html", hits=service.similar(text, current_viewer()), kinds=KIND_LABELS)


@bp.get("/kunjungan/<int:visit_id>/ringkas")
@public
def visit(visit_id: int):
    """What a visit shows to all; those it belongs to are led to the whole."""
    viewer = current_viewer()
    found = visits.find(visit_id)
    if found is None or viewer.tokens.isdisjoint(visit_policy.public_audience(found)):
        raise NotFound
    if visit_policy.can_view(viewer, found):
        return redirect(url_for("visits.show", visit_id=visit_id))
    return render_template("search/visit.html", visit=found, indicators=[loader.indicator(code) for code in found.indicators])
