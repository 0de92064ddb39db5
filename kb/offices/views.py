"""The list of offices and their profile form. The office page itself is made of several rooms: see home."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kb.core import files
from kb.core.access import public, require
from kb.core.cleaning import clean_line
from kb.core.db import db
from kb.core.errors import Invalid, NotFound
from kb.core.markdown import slug as word
from kb.core.resending import resendable
from kb.core.viewer import current_viewer
from kb.offices import league, policy, queries, service
from kb.offices.asked import Asking
from kb.offices.forms import ProfileForm
from kb.offices.models import KINDS, Office
from kb.offices.ranking import INDEX

bp = Blueprint("offices", __name__)

JOINED = {"ya": "Sudah bergabung", "belum": "Belum bergabung"}
NAME = "nama"
# What the list can be sorted by: the name, then what is measured.
SORTS = {NAME: "Nama wilayah", **{word(name): name for name in league.measures(queries.RANKED)}}


@bp.get("/instansi")
@public
def index():
    """All offices of governments, narrowed, and sorted by name or by what was published of a year."""
    known, asking = league.states(), Asking()
    asked = _asked_of_values(known, asking)
    order = league.order(known, asked.year or 0, asked.measure, asked.grade) if asked.is_ranked else ()
    wanted = replace(_wanted(), among=order if asked.grade else None)
    page = queries.listing(wanted, order if asked.sort != NAME else ())
    asking.remark_end(page)
    return render_template(
        "offices/index.html",
        page=page,
        wanted=wanted,
        asked=asked,
        remarks=asking.remarks,
        values=queries.values_of_year([office.id for office in page.items], asked.year, asked.measure),
        grade_of=lambda value: queries.shown_grade(queries.RANKED, value.grade, value.value),
        provinces=queries.provinces(),
        years=league.years(known),
        joined_count=queries.count_joined(),
        kinds=KINDS,
        joined=JOINED,
        sorts=SORTS,
        grades=queries.grades_of(queries.RANKED),
    )


@dataclass(frozen=True)
class AskedOfValues:
    """What the address asks of index values: a key of SORTS, a grade, a year (None: the latest of each office)."""

    sort: str
    grade: str
    year: int | None

    @property
    def is_ranked(self) -> bool:
        """Does it need to know who stands where?"""
        return self.sort != NAME or self.grade != ""

    @property
    def measure(self) -> int:
        """What the list is sorted by: the index, or one of the domains."""
        return max(list(SORTS).index(self.sort) - 1, INDEX)


def _asked_of_values(known: Mapping[league.Key, league.State], asking: Asking) -> AskedOfValues:
    """What can be read. Who stands where is asked of one year: the one to begin with, if none is named."""
    sort = asking.chosen("urut", "urutan", SORTS)
    grade = asking.chosen("predikat", "predikat", queries.grades_of(queries.RANKED))
    year = asking.chosen("tahun", "nilai untuk tahun", {str(year) for year in league.years(known)})
    asked = AskedOfValues(sort or NAME, grade, int(year) if year else None)
    return replace(asked, year=league.opening(known)) if asked.is_ranked and asked.year is None else asked


def _wanted() -> queries.Filter:
    """The filter in the address; what cannot be read is left out."""
    args = request.args
    return queries.Filter(
        q=clean_line(args.get("q", ""))[:100],
        province=clean_line(args.get("provinsi", ""))[:8],
        kind=args.get("jenis", "") if args.get("jenis") in KINDS else "",
        joined=args.get("bergabung", "") if args.get("bergabung") in JOINED else "",
    )


@bp.route("/instansi/<slug>/ubah", methods=["GET", "POST"])
@resendable("menyimpan profil instansi")
def edit(slug: str):
    """The manager describes the office."""
    office = queries.by_slug(slug)
    if office is None:
        raise NotFound
    require(seen=True, allowed=policy.can_edit(current_viewer(), office))
    form = ProfileForm(obj=office)
    if form.validate_on_submit():
        try:
            _save(office, form)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
            office = queries.by_slug(slug)
        else:
            db.session.commit()
            flash("Profil instansi disimpan.")
            return redirect(url_for("home.office", slug=slug), 303)
    return render_template("offices/edit.html", form=form, office=office), 422 if form.is_submitted() else 200


def _save(office: Office, form: ProfileForm) -> None:
    viewer = current_viewer()
    values = {field.name: form[field.name].data or "" for field in fields(service.Profile)}
    service.edit_profile(office, viewer, service.Profile(**values))
    if form.logo_upload.data or form.drop_logo.data:
        service.set_logo(office, viewer, form.logo_upload.data or None)


@bp.get("/instansi/<slug>/lambang")
@public
def logo(slug: str):
    """The logo of the office."""
    office = queries.by_slug(slug)
    if office is None or office.logo is None:
        raise NotFound
    return files.send(office.logo)
