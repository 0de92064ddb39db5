"""The list of offices and their profile form. The office page itself is made of several rooms: see home."""

from dataclasses import fields

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kb.core import files
from kb.core.access import public, require
from kb.core.cleaning import clean_line
from kb.core.db import db
from kb.core.errors import Invalid, NotFound
from kb.core.viewer import current_viewer
from kb.offices import policy, queries, service
from kb.offices.forms import ProfileForm
from kb.offices.models import Office

bp = Blueprint("offices", __name__)

KINDS = {"provinsi": "Provinsi", "kabupaten": "Kabupaten", "kota": "Kota"}
JOINED = {"ya": "Sudah bergabung", "belum": "Belum bergabung"}
SORTS = {"nama": "Nama wilayah", "indeks": "Indeks SPBE"}


@bp.get("/instansi")
@public
def index():
    """All offices of governments, narrowed and sorted."""
    wanted = _wanted()
    page = queries.listing(wanted)
    return render_template(
        "offices/index.html",
        page=page,
        wanted=wanted,
        values=queries.values_of_year([office.id for office in page.items], wanted.year),
        provinces=queries.provinces(),
        years=queries.years(),
        joined_count=queries.count_joined(),
        kinds=KINDS,
        joined=JOINED,
        sorts=SORTS,
    )


def _wanted() -> queries.Filter:
    """The filter in the address; what cannot be read is left out."""
    args = request.args
    sort = args.get("urut", "")
    return queries.Filter(
        q=clean_line(args.get("q", ""))[:100],
        province=clean_line(args.get("provinsi", ""))[:8],
        kind=args.get("jenis", "") if args.get("jenis") in KINDS else "",
        joined=args.get("bergabung", "") if args.get("bergabung") in JOINED else "",
        sort=sort if sort in SORTS else "nama",
        year=args.get("tahun", type=int) if args.get("tahun", "").isdecimal() and len(args["tahun"]) == 4 else None,
    )


@bp.route("/instansi/<slug>/ubah", methods=["GET", "POST"])
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
