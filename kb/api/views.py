"""The JSON addresses. What a viewer may not see on a page is not here either."""

from flask import Blueprint, current_app, request

from kb.core.access import public
from kb.core.cleaning import clean_line
from kb.core.viewer import current_viewer
from kb.search import language, service, snippets
from kb.search.contract import NotReady
from kb.search.documents import is_sample

bp = Blueprint("api", __name__, url_prefix="/api/v1")


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
        }
    },
}
