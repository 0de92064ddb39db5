"""The JSON addresses. What a viewer may not see on a page is not here either."""

from flask import Blueprint, current_app, request
from werkzeug.datastructures import MultiDict

from kb.assessments import result
from kb.assessments.sheet import Sheet, read
from kb.core.access import public
from kb.core.cleaning import clean_line
from kb.core.viewer import current_viewer
from kb.instruments import loader
from kb.search import language, service, snippets
from kb.search.contract import NotReady
from kb.search.documents import is_sample

bp = Blueprint("api", __name__, url_prefix="/api/v1")

# The one in force first: it is meant where none is named.
INSTRUMENTS = ("pemdi-2026", "spbe-2020")


@bp.get("/search")
@public
def search():
    """Search; the very search of /cari."""
    text = (clean_line(request.args.get("q", "")) or "")[: language.LONGEST_QUERY]
    kind, page = request.args.get("kind", ""), request.args.get("page", "1")
    if kind and kind not in language.KIND_WORDS:
        return {"error": f"kind harus salah satu dari {', '.join(language.KIND_WORDS)}."}, 400
    if not page.isdecimal() or len(page) > 4 or not 1 <= int(page) <= 1000:
        return {"error": "page harus angka dari 1 sampai 1000."}, 400
    filters = {"kind": frozenset({language.KIND_WORDS[kind]})} if kind else {}
    try:
        answer = service.search(text, current_viewer(), filters, int(page))
    except NotReady:
        return {"error": "Pencarian sedang disiapkan."}, 503
    stems = answer.typed.stems
    return {"total": answer.total, "hits": [_hit(found, stems) for found in answer.hits]}


def _hit(found, stems: frozenset[str]) -> dict:
    return {
        "kind": found.kind,
        "id": found.id,
        "title": found.title,
        "url": current_app.config["BASE_URL"] + found.url,
        "office": found.office.name,
        "about": [office.name for office in found.about],
        "snippet": str(snippets.snippet(found.text, stems)) + (" (data contoh)" if is_sample(found) else ""),
    }


@bp.get("/simulation")
@public
def simulation():
    """Compute a sheet of levels; the very arithmetic of /simulasi/hasil."""
    named = clean_line(request.args.get("instrumen", ""))[:40] or INSTRUMENTS[0]
    if named not in INSTRUMENTS:
        return {"error": f"instrumen harus salah satu dari {', '.join(INSTRUMENTS)}."}, 400
    args = MultiDict((name, text) for name, text in request.args.items(multi=True) if name != "instrumen")
    reading = read(args, loader.get(named))
    if reading.faults:
        return {"error": "Ada nilai yang tidak dapat dibaca.", "faults": _by_indicator(reading.faults)}, 400
    return _simulation(result.compute(reading.sheet), _by_indicator(reading.remarks))


def _by_indicator(said: list[tuple[int, str]]) -> dict[str, str]:
    """What is to be said, by indicator; "0" of the address as a whole."""
    return {str(number): " ".join(text for at, text in said if at == number) for number in dict.fromkeys(number for number, _ in said)}


def _simulation(found: result.Result, remarks: dict[str, str]) -> dict:
    sheet, instrument, above = found.sheet, found.sheet.instrument, found.next_grade
    return {
        "instrument": instrument.id,
        "official": False,
        "filled": sheet.filled,
        "total": sheet.total,
        "index": _range(found.index) | {"exact_lower": str(found.low.exact), "exact_upper": str(found.high.exact)},
        "grade": {"lower": found.low.grade, "upper": found.high.grade, "by_practice": {str(y): g for y, g in found.by_practice.items()}},
        "next_grade": above and {"name": above.grade.name, "distance": f"{above.distance.normalize():f}", "beyond": above.beyond},
        "steps": [
            {"number": s.indicator.number, "level": s.level, "gain": f"{s.gain.normalize():f}", "reaches": s.reaches} for s in found.steps
        ],
        "domains": [
            {"number": d.number, "name": d.name, "weight": str(d.weight)} | _range(found.domains[d.number]) for d in instrument.domains
        ],
        "aspects": [
            {"number": a.number, "name": a.name, "weight": str(a.weight)} | _range(found.aspects[a.number]) for a in instrument.aspects
        ],
        "indicators": [_weighed(indicator, sheet) for indicator in instrument.indicators],
        "remarks": remarks,
        "url": current_app.config["BASE_URL"] + f"/simulasi/hasil?{sheet.query}",
    }


def _range(found: result.Range) -> dict[str, str]:
    return {"lower": str(found.lower), "upper": str(found.upper)}


def _weighed(indicator: loader.Indicator, sheet: Sheet) -> dict[str, str | int | None]:
    """Numbers are texts, so that no reader makes binary fractions of them."""
    value = sheet.values.get(indicator.number)
    said = {"number": indicator.number, "name": indicator.short_name, "weight": str(indicator.weight)}
    index = sheet.outside.get(indicator.number)
    shown = {"value": None if value is None else f"{round(value, 10).normalize():f}"}
    return said | shown | ({} if index is None else {"outside_index": f"{index.normalize():f}"})


@bp.get("/openapi.json")
@public
def openapi():
    """The description of these addresses."""
    return DESCRIPTION


TEXT = {"type": "string"}
ERROR = {"description": "Galat", "content": {"application/json": {"schema": {"type": "object", "properties": {"error": TEXT}}}}}
HIT = {
    "type": "object",
    "required": ["kind", "id", "title", "url", "office", "about", "snippet"],
    "properties": {
        "kind": {"type": "string", "enum": list(language.KINDS.values())},
        "id": {"type": "integer"},
        "title": TEXT,
        "url": {"type": "string", "format": "uri"},
        "office": TEXT | {"description": "Instansi yang menulis artikel atau bertanya, tuan rumah kunjungan, atau instansi itu sendiri."},
        "about": {"type": "array", "items": TEXT, "description": "Instansi yang dibahas sebuah artikel; belum tentu yang menulisnya."},
        "snippet": {"type": "string", "description": "HTML yang aman: teks dengan kata yang dicari di dalam <mark>."},
    },
}
NUMBER = TEXT | {"description": "Desimal dengan titik, sebagai teks supaya tidak dibulatkan pembacanya."}
RANGE = {"lower": NUMBER, "upper": NUMBER}
PART = {"type": "object", "properties": {"number": {"type": "integer"}, "name": TEXT, "weight": NUMBER, **RANGE}}
SIMULATION = {
    "type": "object",
    "required": [
        "instrument",
        "official",
        "filled",
        "total",
        "index",
        "grade",
        "next_grade",
        "steps",
        "domains",
        "aspects",
        "indicators",
        "remarks",
        "url",
    ],
    "properties": {
        "instrument": {"type": "string", "enum": list(INSTRUMENTS)},
        "official": {"const": False, "description": "Simulasi, bukan nilai resmi."},
        "filled": {"type": "integer"},
        "total": {"type": "integer"},
        "index": {
            "type": "object",
            "properties": RANGE | {"exact_lower": NUMBER, "exact_upper": NUMBER},
            "description": "Batas bawah dan atas: yang kosong dihitung 1 dan 5. `exact_*` belum dibulatkan.",
        },
        "grade": {
            "type": "object",
            "properties": {"lower": TEXT, "upper": TEXT, "by_practice": {"type": "object", "additionalProperties": TEXT}},
            "description": "by_practice: menurut cara laporan evaluasi tiap tahun, hanya bila berbeda.",
        },
        "next_grade": {
            "type": ["object", "null"],
            "properties": {"name": TEXT, "distance": NUMBER, "beyond": {"type": "boolean"}},
            "description": "Dari batas bawah. beyond: indeks harus lebih dari batasnya.",
        },
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"number": {"type": "integer"}, "level": {"type": "integer"}, "gain": NUMBER, "reaches": {"type": "boolean"}},
            },
        },
        "domains": {"type": "array", "items": PART},
        "aspects": {"type": "array", "items": PART},
        "indicators": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "number": {"type": "integer"},
                    "name": TEXT,
                    "weight": NUMBER,
                    "value": {"type": ["string", "null"]},
                    "outside_index": NUMBER,
                },
            },
        },
        "remarks": {"type": "object", "additionalProperties": TEXT},
        "url": {"type": "string", "format": "uri", "description": "Halaman hasil yang sama."},
    },
}
FAULTS = {"type": "object", "properties": {"error": TEXT, "faults": {"type": "object", "additionalProperties": TEXT}}}
DESCRIPTION = {
    "openapi": "3.1.0",
    "info": {
        "title": "Berguru",
        "version": "1",
        "description": "Baca saja. Hasil mengikuti hak orang yang masuk; tanpa sesi: yang publik.",
    },
    "paths": {
        "/api/v1/search": {
            "get": {
                "summary": "Cari artikel, catatan, kunjungan, dan instansi",
                "parameters": [
                    {"name": "q", "in": "query", "schema": {"type": "string", "maxLength": language.LONGEST_QUERY}},
                    {"name": "kind", "in": "query", "schema": {"type": "string", "enum": list(language.KIND_WORDS)}},
                    {"name": "page", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1}},
                ],
                "responses": {
                    "200": {
                        "description": "Satu halaman hasil, sepuluh paling banyak",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "object",
                                    "required": ["total", "hits"],
                                    "properties": {"total": {"type": "integer"}, "hits": {"type": "array", "items": HIT}},
                                }
                            }
                        },
                    },
                    "400": ERROR,
                    "503": ERROR,
                },
            }
        },
        "/api/v1/simulation": {
            "get": {
                "summary": "Hitung simulasi indeks dari tingkat tiap indikator",
                "parameters": [
                    {
                        "name": "instrumen",
                        "in": "query",
                        "schema": {"type": "string", "enum": list(INSTRUMENTS), "default": INSTRUMENTS[0]},
                    },
                    {
                        "name": "tingkat",
                        "in": "query",
                        "description": "Satu tanda tiap indikator: 1 sampai 5, atau x bila kosong; tanda - di antaranya diabaikan.",
                        "schema": {"type": "string", "pattern": "^[1-5x-]*$"},
                    },
                    {
                        "name": "nilai",
                        "in": "query",
                        "style": "form",
                        "explode": True,
                        "description": "i12=3 memberi tingkat; n13=1.17 nilai pecahan; luar5=62.4 indeks luar (Pemdi 5, 6, 7).",
                        "schema": {"type": "object", "additionalProperties": TEXT},
                    },
                ],
                "responses": {
                    "200": {"description": "Hasil", "content": {"application/json": {"schema": SIMULATION}}},
                    "400": {"description": "Galat, menurut nomor indikator", "content": {"application/json": {"schema": FAULTS}}},
                },
            }
        },
    },
}
