"""The calculator: a sheet, its result, and two side by side. Everything stands in the address; nothing is stored."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from kb.assessments import charts, outside, published, result
from kb.assessments.result import Result
from kb.assessments.sheet import LONGEST_QUERY, Reading, Sheet, read
from kb.core import clock
from kb.core.access import public
from kb.core.cleaning import clean_line
from kb.core.pages import angka
from kb.core.viewer import current_viewer
from kb.instruments import loader
from kb.instruments.loader import Instrument
from kb.offices import league, queries
from kb.offices.models import Office
from kb.offices.ranking import is_possible

bp = Blueprint("assessments", __name__)

DEFAULT = outside.INSTRUMENT
NOTHING = "Belum ada nilai yang diisi. Isi sedikitnya satu indikator."
SHEET, RESULT, PAIR = "/simulasi/hitung", "/simulasi/hasil", "/simulasi/banding"


@bp.get("/simulasi")
@public
def index():
    """The calculator is for everybody; who is of an office begins with its name, who comes from an indicator at its row."""
    sheet, row = _row_of(clean_line(request.args.get("indikator", ""))[:40])
    return redirect(_address(SHEET, sheet or Sheet(_instrument()[0]).query, _office() or _own_office()) + row, 302)


def _own_office() -> Office | None:
    found = queries.get(current_viewer().office_id)
    return None if found is None or found.is_editorial else found


def _row_of(code: str) -> tuple[str, str]:
    """The empty sheet that an indicator is on, and where; nothing for an unknown one."""
    try:
        indicator = loader.indicator(code)
    except loader.UnknownIndicator:
        return "", ""
    return Sheet(loader.get(indicator.instrument_id)).query, f"#i{indicator.number}"


@bp.get("/simulasi/hitung")
@public
def calculator():
    """The sheet to fill in, with what the address already holds."""
    instrument, remark = _instrument()
    return _sheet_page(_reading(instrument, remark), remark)


@bp.get("/simulasi/hasil")
@public
def outcome():
    """What a sheet amounts to, at its shortest address."""
    if not request.args:
        return redirect(SHEET, 302)
    instrument, remark = _instrument()
    reading, office = _reading(instrument, remark), _office()
    if remark or reading.faults or reading.remarks:
        return _sheet_page(reading, remark)
    if not reading.sheet.filled:
        return _sheet_page(reading, NOTHING)
    address = _address(RESULT, reading.sheet.query, office)
    if address != _asked():
        return redirect(address, 302)
    found, standing = result.compute(reading.sheet), _standing(office, instrument)
    return render_template(
        "assessments/result.html",
        result=found,
        sheet=reading.sheet,
        instrument=instrument,
        office=office,
        standing=standing,
        published=published.named(reading.sheet),
        bars=_bars(found, standing),
        radar=charts.radar(found.aspects),
        change=_address(SHEET, reading.sheet.query, office),
        sentence=_sentence(found, office),
        address=current_app.config["BASE_URL"] + address,
        today=clock.today(),
    )


@bp.get("/simulasi/banding")
@public
def pair():
    """Two sheets side by side: this one, and one that was pasted in."""
    if not request.args:
        return redirect(SHEET, 302)
    instrument, remark = _instrument()
    one, pasted = _reading(instrument, remark), request.args.get("dengan", "")
    if remark or one.faults or one.remarks or not one.sheet.filled:
        return _sheet_page(one, remark or ("" if one.faults or one.remarks else NOTHING))
    other, problem = _pasted(pasted, instrument)
    address = _address(PAIR, one.sheet.query, _office()) + (f"&{urlencode({'dengan': other.query})}" if other else "")
    if other and address != _asked():
        return redirect(address, 302)
    sheets = [one.sheet, other] if other else [one.sheet]
    return render_template(
        "assessments/pair.html",
        sheets=sheets,
        results=[result.compute(sheet) for sheet in sheets],
        names=[published.named(sheet) for sheet in sheets],
        differences=result.differences(one.sheet, other) if other else [],
        in_one_only=result.in_one_only(one.sheet, other) if other else [],
        instrument=instrument,
        office=_office(),
        pasted=pasted[:LONGEST_QUERY],
        problem=problem,
        back=_address(RESULT, one.sheet.query, _office()),
        result_of=lambda sheet: _address(RESULT, sheet.query, _office()),
        sentence=f"Dua simulasi {queries.instrument_name(instrument.id)} berdampingan. Ini simulasi, bukan nilai resmi.",
        address=current_app.config["BASE_URL"] + address,
    ), 422 if problem else 200


def _asked() -> str:
    """The address of this page as it was asked for."""
    return f"{request.path}?{request.query_string.decode('latin-1')}"


def _reading(instrument: Instrument, remark: str) -> Reading:
    """What the address says of the sheet; nothing when it was meant for an instrument that does not exist."""
    return Reading(Sheet(instrument)) if remark else read(_of_the_sheet(request.args), instrument)


def _of_the_sheet(args: MultiDict) -> MultiDict:
    return MultiDict((name, text) for name, text in args.items(multi=True) if name not in ("instrumen", "instansi", "dengan"))


def _instrument() -> tuple[Instrument, str]:
    """The instrument asked for; the default one, and why, where there is no such instrument."""
    typed = [clean_line(text)[:40].lower() for text in request.args.getlist("instrumen")] or [DEFAULT]
    if len(set(typed)) > 1:
        return loader.get(DEFAULT), f"Alamat ini menyebut dua instrumen: {typed[0]} dan {typed[1]}."
    try:
        return loader.get(typed[0] or DEFAULT), ""
    except loader.UnknownIndicator:
        named = " dan ".join(instrument.id for instrument in _instruments())
        return loader.get(DEFAULT), f"Tidak ada instrumen “{typed[0]}”. Yang ada: {named}."


def _instruments() -> list[Instrument]:
    """The instruments, the one in force first."""
    return sorted(loader.all_instruments(), key=lambda instrument: instrument.id != DEFAULT)


def _office() -> Office | None:
    """The office that the sheet is compared with, if one is named."""
    named = clean_line(request.args.get("instansi", ""))[:80]
    found = queries.by_slug(named) if named else None
    return None if found is None or found.is_editorial else found


def _address(page: str, query: str, office: Office | None) -> str:
    said = "&".join(filter(None, [query, urlencode({"instansi": office.slug}) if office else ""]))
    return f"{page}?{said}" if said else page


def _sheet_page(reading: Reading, remark: str = ""):
    sheet = reading.sheet
    failed = bool(remark or reading.faults)
    return render_template(
        "assessments/calculator.html",
        reading=reading,
        sheet=sheet,
        instrument=sheet.instrument,
        instruments=_instruments(),
        remark=remark,
        failed=failed,
        result=result.compute(sheet),
        outside=outside.of(sheet.instrument.id),
        **_for_script(sheet.instrument),
        office=_office(),
        published=published.sheets(),
        result_of=lambda one: _address(RESULT, one.query, None),
        pair_of=lambda one, other: f"{PAIR}?{one.query}&{urlencode({'dengan': other.query})}",
    ), 422 if failed else 200


def _sentence(found: Result, office: Office | None) -> str:
    """What a result says when it is sent on."""
    name, of = queries.instrument_name(found.sheet.instrument.id), f" {office.name}" if office else ""
    index = "–".join(dict.fromkeys([angka(found.low.index, 2), angka(found.high.index, 2)]))
    filled = f"{found.sheet.filled} dari {found.sheet.total} indikator diisi"
    return f"Simulasi {name}{of}: {index} ({' sampai '.join(found.grades)}), {filled}. Ini simulasi, bukan nilai resmi."


def _for_script(instrument: Instrument) -> dict:
    """What the script needs to compute the same in whole numbers: grades in ten-thousandths, limits of outside indices in hundredths."""
    grades = [
        [g.name, int(g.minimum * 10_000), int(g.maximum * 10_000), int(g.holds_minimum), int(g.holds_maximum)] for g in instrument.grades
    ]
    limits = {number: [int(limit * 100) for limit in index.limits] for number, index in outside.of(instrument.id).items()}
    return {
        "grades_for_script": grades,
        "limits_for_script": limits,
        "groups": "-".join(str(len(a.indicators)) for a in instrument.aspects),
    }


def _standing(office: Office | None, instrument: Instrument) -> league.Standing | None:
    """Where the office stands by what was published of the same instrument."""
    if office is None:
        return None
    rows = [row for one in queries.index_values(office) if one.instrument_id == instrument.id for value in one.values for row in value.rows]
    return league.standing(office.id, rows)


def _bars(found: Result, standing: league.Standing | None) -> list[charts.Bar]:
    """The index, and the domains or, where there are none, the aspects; beside what was published of the office."""
    instrument = found.sheet.instrument
    parts = [(domain.name, found.domains[domain.number]) for domain in instrument.domains]
    parts = parts or [(f"{aspect.number}. {aspect.name}", found.aspects[aspect.number]) for aspect in instrument.aspects]
    bars = []
    for measure, (name, range_) in enumerate([("Indeks", found.index), *parts]):
        is_known = standing is not None and measure < len(standing.row.measures)
        mine = standing.row.measures[measure] if is_known and is_possible(standing.row.measures[measure]) else None
        bars.append(charts.Bar(name, range_, mine, standing.against_province(measure) if is_known else None))
    return bars


def _pasted(text: str, instrument: Instrument) -> tuple[Sheet | None, str]:
    """A second sheet from an address that was pasted in, of any host and in the middle of a sentence; and what is wrong with it."""
    if len(text) > LONGEST_QUERY:
        return None, "Alamat kedua terlalu panjang."
    address = next((word for word in text.split() if "=" in word), text.strip())
    if not address:
        return None, ""
    try:
        query = urlsplit(address).query if "?" in address else address.partition("#")[0]
        args = MultiDict(parse_qsl(query, max_num_fields=200))
    except ValueError:
        return None, "Alamat kedua tidak dapat dibaca. Tempel seluruh alamat hasil simulasi."
    if args and args.get("instrumen", DEFAULT) != instrument.id:
        return (
            None,
            f"Alamat kedua memakai instrumen lain. Yang dapat dibandingkan hanya dua simulasi {queries.instrument_name(instrument.id)}.",
        )
    reading = read(_of_the_sheet(args), instrument)
    if said := [f"Indikator {number}: {text}" if number else text for number, text in [*reading.faults, *reading.remarks]]:
        return None, "Alamat kedua. " + " ".join(said)
    return (
        (reading.sheet, "")
        if reading.sheet.filled
        else (None, "Alamat kedua tidak memuat satu nilai pun. Tempel seluruh alamat hasil simulasi.")
    )
