"""The rank of all governments, as a table, a file and a map."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from flask import Blueprint, Response, render_template

from kb.core.access import public
from kb.core.addresses import with_query
from kb.core.markdown import slug
from kb.core.pages import part_of
from kb.offices import atlas, chart, league, queries, ranking_sheets
from kb.offices.asked import Asking
from kb.offices.league import Key, Narrowing, Published, State
from kb.offices.models import KINDS
from kb.offices.ranking import INDEX, League, Places, Ranked

bp = Blueprint("ranking", __name__)

# What a list can be sorted by besides what is measured.
NAME, CHANGE = "nama", "perubahan"
RISING = {"naik": True, "turun": False}
PER_PAGE = 25
# What is known of a year and not ranked is a handful; should it be many, the file has all of them.
MOST_BELOW = 100
# A line over the years begins where as many are known.
ENOUGH_FOR_A_LINE = 20


@dataclass(frozen=True)
class Wanted:
    """Which part of the rank is asked for, as the address says it."""

    instrument: str
    year: int
    shown: Narrowing
    sort: str
    rising: bool

    @cached_property
    def measures(self) -> dict[str, str]:
        """What is ranked, by its word in the address."""
        return {slug(name): name for name in league.measures(self.instrument)}

    @property
    def measure(self) -> int:
        """By what positions are given: what the list is sorted by, or the index."""
        return list(self.measures).index(self.sort) if self.sort in self.measures else INDEX

    def address(self, page: str = "/peringkat", **changes) -> str:
        """The address of this view, or of one that differs from it."""
        changed = replace(self, **changes)
        said = {"tahun": changed.year, "provinsi": changed.shown.province, "jenis": changed.shown.kind, "predikat": changed.shown.grade}
        if changed.instrument != queries.RANKED:
            said["instrumen"] = changed.instrument
        return with_query(page, {name: value for name, value in (said | changed.order).items() if value})

    @property
    def order(self) -> dict[str, str]:
        """What the address says of the order, where it is not the usual one."""
        said = {} if self.sort == next(iter(self.measures)) else {"urut": self.sort}
        return said if self.rising == _usually_rising(self.sort) else said | {"arah": "naik" if self.rising else "turun"}

    def sorted_by(self, column: str) -> str:
        """The address of the same rows sorted by a column; by the present one, the other way round."""
        return self.address(sort=column, rising=not self.rising if column == self.sort else _usually_rising(column))


def _usually_rising(column: str) -> bool:
    return column == NAME


@dataclass(frozen=True)
class Line:
    """One row of the rank. `change` is the difference of the index to the year before, None when that is not known."""

    ranked: Ranked
    places: Places
    change: Decimal | None


class View:
    """The part of the rank that is asked for."""

    def __init__(self, known: Mapping[Key, State], wanted: Wanted):
        self.known, self.wanted = known, wanted
        self.league = league.of(known, wanted.instrument, wanted.year)

    @cached_property
    def _before(self) -> Mapping[int, Ranked]:
        return league.of(self.known, self.wanted.instrument, self.wanted.year - 1).by_office

    @property
    def rows(self) -> list[Ranked]:
        """All rows, in order."""
        wanted = self.wanted
        rows = [row for row in self.league.ordered(wanted.measure, wanted.rising) if wanted.shown.holds(row.province, row.kind, row.grade)]
        if wanted.sort == NAME:
            rows.sort(key=lambda row: row.name, reverse=not wanted.rising)
        if wanted.sort == CHANGE:
            rows.sort(key=self._by_change)
        return rows

    def _by_change(self, row: Ranked) -> tuple[bool, Decimal]:
        """What is not known comes last, either way."""
        change = self._change(row)
        return change is None, (change or Decimal(0)) * (1 if self.wanted.rising else -1)

    def _change(self, row: Ranked) -> Decimal | None:
        before = self._before.get(row.office_id)
        return row.index - before.index if before else None

    def lines(self, rows: Sequence[Ranked]) -> list[Line]:
        """Rows with what is said of them."""
        return [Line(row, self.league.places(row, self.wanted.measure), self._change(row)) for row in rows]


@bp.get("/peringkat")
@public
def index():
    """Who stands where in a year, narrowed and sorted, and what is known besides."""
    provinces, asking = queries.provinces(), _asking()
    view = _view(asking, provinces)
    known, wanted = view.known, view.wanted
    page = part_of(view.rows, PER_PAGE)
    asking.remark_end(page)
    published = league.also_published(wanted.instrument, wanted.year, [row.office_id for row in page.items])
    lines = [line for line in view.lines(page.items) if line.ranked.office_id in published]
    told = {line.ranked.office_id: _told_apart(line.ranked, published[line.ranked.office_id]) for line in lines}
    below = league.without_position(wanted.instrument, wanted.year, wanted.shown)
    return render_template(
        "offices/ranking.html",
        wanted=wanted,
        remarks=asking.remarks,
        league=view.league,
        page=replace(page, items=lines),
        told=told,
        usual_source=_usual_source(told),
        below=below[:MOST_BELOW],
        below_total=len(below),
        grade_of=lambda row: queries.shown_grade(wanted.instrument, row.grade, row.value),
        has_values=(wanted.instrument, wanted.year) in known,
        **_lines_over_years(known, wanted, lines),
        **_choices(view, provinces),
    )


def _usual_source(told: Mapping[int, tuple[Sequence[Published], Sequence[Published]]]) -> str:
    """The source that most values of a page have, said once below it; none when there is no such."""
    found = Counter(ours[0].source for ours, _ in told.values()).most_common(1)
    return found[0][0] if found and found[0][1] * 2 > len(told) else ""


@bp.get("/peringkat/peta")
@public
def chart_map():
    """The same on a map: where the grades lie."""
    provinces, asking = queries.provinces(), _asking()
    view = _view(asking, provinces)
    wanted, grades = view.wanted, {row.code: row.grade for row in view.league.rows}
    choices = _choices(view, provinces)

    def shows(place: atlas.Place) -> bool:
        return wanted.shown.holds(place.province, place.kind, grades.get(place.code))

    # Each has the place it has among all of the country or the province: few that are shown would drift apart.
    land = [place for place in queries.places() if wanted.shown.province in ("", place.province)]
    return render_template(
        "offices/map.html",
        wanted=wanted,
        remarks=asking.remarks,
        league=view.league,
        pictures=atlas.drawn(land, grades, choices["grades"], choices["province"], shows),
        counts=atlas.counted(filter(shows, land), grades),
        narrowed_to=lambda code: replace(wanted.shown, province=code),
        **choices,
    )


@bp.get("/peringkat.csv")
@public
def as_csv():
    """All rows of the view, for a spreadsheet of any kind."""
    return _sheet("csv", ranking_sheets.csv_of, "text/csv")


@bp.get("/peringkat.xlsx")
@public
def as_xlsx():
    """All rows of the view as an Excel sheet."""
    return _sheet("xlsx", ranking_sheets.xlsx_of, ranking_sheets.XLSX)


def _sheet(ending: str, write: Callable, media_type: str) -> Response:
    view = _view(_asking(), queries.provinces())
    wanted, lines = view.wanted, view.lines(view.rows)
    name = f"peringkat-{wanted.instrument}-{wanted.year}.{ending}"
    return Response(write(_cells(wanted, lines)), mimetype=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _cells(wanted: Wanted, lines: Sequence[Line]) -> Iterator[Sequence[ranking_sheets.Cell]]:
    """The rows of the file, its heading first."""
    names = list(wanted.measures.values())
    yield ranking_sheets.headings(names, names[wanted.measure])
    published = league.also_published(wanted.instrument, wanted.year, [line.ranked.office_id for line in lines])
    for line in lines:
        if rows := published.get(line.ranked.office_id):
            yield _ranked_cells(line, *_told_apart(line.ranked, rows))
    for row in league.without_position(wanted.instrument, wanted.year, wanted.shown):
        name, measures = queries.government(row.office_kind, row.name), row.measures[: len(names)]
        about = (_grade_said(*queries.shown_grade(wanted.instrument, row.grade, row.value)), None, row.kind, row.confidence, row.note)
        yield [*[None] * 6, row.code, name, KINDS[row.office_kind], *measures, *about, row.source, ""]


def _ranked_cells(line: Line, ours: Sequence[Published], others: Sequence[Published]) -> list[ranking_sheets.Cell]:
    row = line.ranked
    places = [
        cell for at in (line.places.nation, line.places.province, line.places.kind) for cell in ((at.place, at.of) if at else (None, None))
    ]
    grade, kinds = _grade_said(row.grade, row.grade_is_computed), ", ".join(one.kind for one in ours)
    about = (grade, line.change, kinds, ours[0].confidence, ours[0].note, " ; ".join(one.source for one in ours))
    return [*places, row.code, row.name, KINDS[row.kind], *row.measures, *about, "; ".join(map(_as_text, others))]


def _grade_said(grade: str | None, is_computed: bool) -> str:
    return f"{grade} (dihitung Berguru)" if is_computed else grade or ""


def _told_apart(ranked: Ranked, rows: Sequence[Published]) -> tuple[list[Published], list[Published]]:
    """What was published of an office in a year: the sources of the ranked value, the ranked one first, and what disagrees with it."""
    # A value that changed since the league was read is still told, by whatever stands there now.
    same = [row for row in rows if row.value == ranked.index] or list(rows[:1])
    return sorted(same, key=lambda row: row.id != ranked.value_id), [row for row in rows if row.value != ranked.index]


def _as_text(row: Published) -> str:
    return f"{row.published_as.replace('.', ',')} ({row.kind})"


def _asking() -> Asking:
    return Asking(instead="saringan itu diabaikan")


def _view(asking: Asking, provinces) -> View:
    """What the address asks for; where something cannot be read of it, the usual is taken instead."""
    known, chosen = league.states(), asking.chosen
    # The form chooses both at once: a year of another instrument is written "pemdi-2026/2026".
    with_year, _, year = asking.typed("tahun").rpartition("/")
    names = {name for name, _ in known}
    instrument = with_year if with_year in names else chosen("instrumen", "nilai dengan instrumen", names) or queries.RANKED
    province = chosen("provinsi", "provinsi berkode", {province.code for province in provinces})
    kind, grade = chosen("jenis", "jenis", KINDS), chosen("predikat", "predikat", queries.grades_of(instrument))
    columns = [*(slug(name) for name in league.measures(instrument)), CHANGE, NAME]
    sort = chosen("urut", "kolom", columns, "diurutkan menurut indeks") or columns[INDEX]
    rising = RISING.get(chosen("arah", "arah", RISING, "yang biasa dipakai"), _usually_rising(sort))
    wanted = Wanted(instrument, _year(known, instrument, year, asking.remarks), Narrowing(province, kind, grade), sort, rising)
    return _sorted_by_what_is_known(View(known, wanted), asking.remarks)


def _sorted_by_what_is_known(view: View, remarks: list[str]) -> View:
    """By the index, where nobody has a value of the domain that was asked for."""
    wanted = view.wanted
    if wanted.measure == INDEX or view.league.known(wanted.measure) or not view.league.rows:
        return view
    remarks.append(f"Nilai domain tahun {wanted.year} tidak diketahui: diurutkan menurut indeks.")
    return View(view.known, replace(wanted, sort=next(iter(wanted.measures))))


def _year(known: Mapping[Key, State], instrument: str, typed: str, remarks: list[str]) -> int:
    years = league.years(known, instrument)
    if typed in {str(year) for year in years}:
        return int(typed)
    if typed:
        told = ", ".join(map(str, years)) or "belum ada"
        remarks.append(f"Belum ada nilai {queries.instrument_name(instrument)} untuk tahun “{typed}”. Tahun yang diketahui: {told}.")
    return league.opening(known, instrument) or 0


def _choices(view: View, provinces) -> dict:
    wanted = view.wanted
    return {
        "provinces": provinces,
        "province": next((province.name for province in provinces if province.code == wanted.shown.province), ""),
        "kinds": KINDS,
        "grades": queries.grades_of(wanted.instrument),
        "years": [
            (name, year, queries.instrument_name(name))
            for name, year in sorted(view.known, key=lambda key: (key[0] != queries.RANKED, key[0], -key[1]))
        ],
        "usual_instrument": queries.RANKED,
        "instrument": queries.instrument_name(wanted.instrument),
    }


def _lines_over_years(known: Mapping[Key, State], wanted: Wanted, lines: Sequence[Line]) -> dict:
    """A small line of each office and the years it is drawn between. SPBE and Pemdi never share one."""
    family = wanted.instrument.partition("-")[0]
    told = [key for key, state in known.items() if key[0].startswith(family) and state.decreed >= ENOUGH_FOR_A_LINE]
    leagues = [league.of(known, *key) for key in told]
    years = [year for _, year in told] or [wanted.year]
    sparks = {line.ranked.office_id: chart.spark(_over_years(leagues, line.ranked.office_id), min(years), max(years)) for line in lines}
    return {"sparks": sparks, "spark_years": (min(years), max(years))}


def _over_years(leagues: Sequence[League], office_id: int) -> list[list[tuple[int, Decimal]]]:
    """The index of an office by year, each instrument apart."""
    found: dict[str, list] = {}
    for one in leagues:
        if row := one.by_office.get(office_id):
            found.setdefault(one.instrument_id, []).append((one.year, row.index))
    return list(found.values())
