"""Pages of the day: who comes, what happens when, who came, pictures, and three questions afterwards."""

import re

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from kb.core import clock, edits, files, once, pictures
from kb.core.comparison import compare_apart
from kb.core.db import db
from kb.core.edits import EditConflict
from kb.core.errors import Invalid, NotFound
from kb.core.forms import CreateForm, EditForm, Form
from kb.core.resending import resendable
from kb.core.uploads import UploadField
from kb.core.viewer import current_viewer
from kb.visits import agenda as lines
from kb.visits import day, members, policy
from kb.visits.calendar import Session
from kb.visits.models import Visit
from kb.visits.views import find

bp = Blueprint("day", __name__)

SCALE = {"1": "1 – sama sekali tidak", "2": "2", "3": "3 – sebagian", "4": "4", "5": "5 – sepenuhnya"}
UPLOAD_BYTES = 2 * 1024 * 1024
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class MembersForm(EditForm):
    """The delegation as text, or in a file that fills the text."""

    text = TextAreaField("Daftar orang", [Optional(), Length(max=100_000)])
    sheet = FileField("Atau unggah lembar Excel (.xlsx) atau CSV (opsional)")


class AgendaForm(EditForm):
    """The agenda as lines: 09.00-09.20; title; speaker; room. A second day begins with its date."""

    text = TextAreaField("Susunan acara", [Optional(), Length(max=20_000)])


class WalkInForm(CreateForm):
    """Somebody who was not on the list."""

    name = StringField("Nama", [DataRequired(), Length(max=120)])
    title = StringField("Jabatan (opsional)", [Optional(), Length(max=120)])
    side = SelectField("Dari", choices={"guest": "Tamu", "host": "Tuan rumah"})


def _taken(upload: FileStorage) -> pictures.Picture:
    return pictures.take(upload, day.PHOTO_MEGABYTES, day.PHOTO_SIDE)


class PhotoForm(CreateForm):
    """A picture."""

    photo = UploadField("Foto (JPEG atau PNG, paling besar 10 MB)", _taken)
    caption = StringField("Keterangan foto", [DataRequired(), Length(max=200)])


class SurveyForm(Form):
    """Three questions."""

    answered = RadioField("Apakah pertanyaan terjawab?", [InputRequired()], choices=SCALE)
    prepared = RadioField("Apakah pihak lain siap?", [InputRequired()], choices=SCALE)
    applicable = RadioField("Apakah hasilnya dapat diterapkan?", [InputRequired()], choices=SCALE)
    comment = TextAreaField("Yang ingin ditambahkan (opsional)", [Optional(), Length(max=500)])


def _after(visit_id: int, endpoint: str, message: str, form: CreateForm | None = None):
    location = url_for(endpoint, visit_id=visit_id)
    if form is not None:
        once.remember(form.once.data, current_viewer(), location)
    db.session.commit()
    flash(message)
    return redirect(location, 303)


@bp.route("/kunjungan/<int:visit_id>/rombongan", methods=["GET", "POST"])
@resendable("menyimpan rombongan")
def delegation(visit_id: int):
    """The people of both sides; each side writes its own."""
    viewer, visit, form = current_viewer(), find(visit_id), MembersForm()
    side = policy.side(viewer, visit)
    if not form.is_submitted():
        stored = day.members_text(visit, side)
        form.text.data, form.started_from.data = stored or members.as_text([]), edits.fingerprint(stored)
    elif form.validate():
        reading = _read(form)
        place = form.sheet if form.sheet.data else form.text
        place.errors = [*place.errors, *reading.told]
        if not reading.problems:
            try:
                day.set_members(visit, viewer, reading.members, form.started_from.data)
                return _after(visit_id, ".delegation", _kept(reading))
            except EditConflict as conflict:
                db.session.rollback()
                return _conflict(find(visit_id), form, conflict, members.as_text(reading.members), "rombongan")
            except Invalid as error:
                db.session.rollback()
                form.blame(error)
                visit = find(visit_id)
    status = 422 if form.errors else 200
    page = render_template("visits/delegation.html", visit=visit, form=form, side=side, failed=status == 422)
    return page, status


def _kept(reading: members.Reading) -> str:
    unkept = f" Kolom yang tidak disimpan: {', '.join(reading.ignored)}." if reading.ignored else ""
    return f"{len(reading.members)} orang disimpan.{unkept}"


def _read(form: MembersForm) -> members.Reading:
    """What was typed or uploaded; an upload is shown as text, so that it can be corrected."""
    sheet = form.sheet.data
    if sheet is None or not sheet.filename:
        return members.from_text(form.text.data or "")
    content = files.content_of(sheet, UPLOAD_BYTES)
    if len(content) > UPLOAD_BYTES:
        return members.Reading(problems=["Berkas lebih besar dari 2 MB. Simpan hanya daftar rombongannya."])
    reading = members.from_file(sheet.filename, content)
    if reading.members:
        form.text.data = members.as_text(reading.members)
    return reading


# The two texts of a visit that several people write, and how a page of two versions calls them.
CONFLICTS = {"rombongan": "Rombongan ini", "acara": "Susunan acara ini"}


def _conflict(visit: Visit, form: EditForm, conflict: EditConflict, typed: str, name: str):
    """Both texts, so that nothing is lost."""
    form.begin_anew(edits.fingerprint(conflict.stored))
    page = render_template(
        "visits/conflict.html", visit=visit, form=form, name=name, what=CONFLICTS[name], stored=conflict.stored,
        changes=compare_apart(_spaced(conflict.stored), _spaced(typed)), failed=True,
    )  # fmt: skip
    return page, 409


def _spaced(text: str) -> str:
    """With a blank behind each semicolon, so that columns are compared one by one, and lines may break."""
    return re.sub(r"; *", "; ", text)


@bp.get("/kunjungan/<int:visit_id>/rombongan.xlsx")
def delegation_sheet(visit_id: int):
    """The own side's list as a sheet to fill in."""
    visit = find(visit_id)
    content = members.as_sheet(day.people(visit, policy.side(current_viewer(), visit)))
    name = f"rombongan-{visit.reference or visit.id}.xlsx"
    return Response(content, mimetype=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.route("/kunjungan/<int:visit_id>/acara", methods=["GET", "POST"])
@resendable("menyimpan susunan acara")
def agenda(visit_id: int):
    """What happens when; the host writes it."""
    viewer, visit, form = current_viewer(), find(visit_id), AgendaForm()
    if not form.is_submitted():
        stored = day.agenda_text(visit)
        form.text.data, form.started_from.data = stored or _usual(visit), edits.fingerprint(stored)
    elif form.validate():
        try:
            day.set_agenda(visit, viewer, lines.read(form.text.data or "", visit.day), form.started_from.data)
            return _after(visit_id, ".agenda", "Susunan acara disimpan.")
        except EditConflict as conflict:
            db.session.rollback()
            return _conflict(find(visit_id), form, conflict, form.text.data or "", "acara")
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
            visit = find(visit_id)
    page = render_template("visits/agenda.html", visit=visit, form=form, side=policy.side(viewer, visit), zone=_zone(visit))
    return page, 422 if form.errors else 200


def _zone(visit: Visit) -> str:
    return clock.ZONE_NAMES.get(visit.host.timezone, "")


def _usual(visit: Visit) -> str:
    if visit.day is None:
        return ""
    session = Session.from_keys(visit.session, visit.session_ends)
    return lines.as_text(lines.usual(visit.day, session, visit.room), visit.day)


@bp.route("/kunjungan/<int:visit_id>/hadir", methods=["GET", "POST"])
@resendable("mencatat hadir")
def attendance(visit_id: int):
    """The list on a phone: one press for each who has come; a line for who was not on it."""
    viewer, visit, form = current_viewer(), find(visit_id), WalkInForm()
    if form.validate_on_submit():
        if (location := once.replay(form.once.data, viewer)) is not None:
            return redirect(location, 303)
        try:
            day.walk_in(visit, viewer, members.Member(form.name.data, form.title.data or ""), form.side.data)
            return _after(visit_id, ".attendance", f"{form.name.data} dicatat hadir.", form)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
            visit = find(visit_id)
    has_come = visit.day is not None and clock.today(visit.host.timezone) >= visit.day
    page = render_template("visits/attendance.html", visit=visit, form=form, open=has_come)
    return page, 422 if form.errors else 200


@bp.post("/kunjungan/<int:visit_id>/hadir/<int:member_id>")
def check_in(visit_id: int, member_id: int):
    """Tick somebody, or take the tick back."""
    day.check_in(find(visit_id), current_viewer(), member_id, request.form.get("present") == "1")
    db.session.commit()
    return redirect(url_for(".attendance", visit_id=visit_id, _anchor=f"orang-{member_id}"), 303)


@bp.route("/kunjungan/<int:visit_id>/foto", methods=["GET", "POST"])
@resendable("menyimpan foto")
def photos(visit_id: int):
    """Pictures for both offices and the report."""
    viewer, visit, form = current_viewer(), find(visit_id), PhotoForm()
    if form.validate_on_submit():
        if (location := once.replay(form.once.data, viewer)) is not None:
            return redirect(location, 303)
        try:
            day.add_photo(visit, viewer, form.photo.data, form.caption.data)
            return _after(visit_id, ".photos", "Foto disimpan.", form)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
            visit = find(visit_id)
    return render_template("visits/photos.html", visit=visit, form=form), 422 if form.errors else 200


@bp.get("/kunjungan/<int:visit_id>/foto/<int:photo_id>")
def photo(visit_id: int, photo_id: int):
    """A picture, for the two offices only."""
    found = next((photo for photo in find(visit_id).photos if photo.id == photo_id), None)
    if found is None:
        raise NotFound
    return files.send(found.file)


@bp.post("/kunjungan/<int:visit_id>/foto/<int:photo_id>/hapus")
def drop_photo(visit_id: int, photo_id: int):
    """Take a picture away."""
    day.drop_photo(find(visit_id), current_viewer(), photo_id)
    return _after(visit_id, ".photos", "Foto dihapus.")


@bp.route("/kunjungan/<int:visit_id>/survei", methods=["GET", "POST"])
@resendable("menyimpan jawaban survei")
def survey(visit_id: int):
    """Three questions for each side."""
    viewer, visit, form = current_viewer(), find(visit_id), SurveyForm()
    mine = next((row for row in visit.surveys if row.side == policy.side(viewer, visit)), None)
    if form.validate_on_submit():
        numbers = (int(field.data) for field in (form.answered, form.prepared, form.applicable))
        day.answer_survey(visit, viewer, *numbers, form.comment.data or "")
        return _after(visit_id, "visits.show", "Terima kasih. Jawaban disimpan.")
    if mine and not form.is_submitted():
        form.answered.data, form.prepared.data, form.applicable.data = str(mine.answered), str(mine.prepared), str(mine.applicable)
        form.comment.data = mine.comment
    return render_template("visits/survey.html", visit=visit, form=form), 422 if form.errors else 200
