"""Pages of the host: open days and limits, closed periods; and of the admin: corrections of the holidays."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for

from kb.core import clock, days_off, edits
from kb.core.access import require
from kb.core.comparison import compare_apart
from kb.core.db import db
from kb.core.edits import EditConflict
from kb.core.errors import Invalid, NotFound
from kb.core.resending import resendable
from kb.core.viewer import current_viewer
from kb.offices import queries as offices
from kb.offices.models import Office
from kb.visits import hosting, openness, policy
from kb.visits.forms import ZONES, CloseForm, HolidayForm, OpennessForm, ZoneForm

bp = Blueprint("hosting", __name__)


@bp.route("/kunjungan/keterbukaan", methods=["GET", "POST"])
@resendable("menyimpan keterbukaan")
def settings():
    """The manager says when the own office is open."""
    viewer, host = current_viewer(), _own_office()
    form = OpennessForm()
    if not form.is_submitted():
        _fill(form, host)
    if form.validate_on_submit():
        wanted = _settings(form)
        try:
            hosting.set_openness(host, wanted, viewer, form.started_from.data)
        except EditConflict as conflict:
            db.session.rollback()
            return _conflict(form, conflict, wanted)
        db.session.commit()
        flash("Hari buka disimpan.")
        return redirect(url_for(".settings"), 303)
    return _page(form, CloseForm(formdata=None), host, 422 if form.is_submitted() else 200)


def _own_office() -> Office:
    viewer = current_viewer()
    require(seen=True, allowed=policy.can_set_openness(viewer, viewer.office_id or 0))
    return offices.get(viewer.office_id)


def _fill(form: OpennessForm, host: Office) -> None:
    known = openness.of(host)
    form.process(obj=known)
    form.started_from.data = edits.fingerprint(hosting.stored_text(host))
    for weekday, sessions in openness.proposed_sessions(known).items():
        form[form.WEEKDAYS[weekday]].data = ", ".join(session.label.replace("–", "-") for session in sessions)


def _settings(form: OpennessForm) -> hosting.Settings:
    return hosting.Settings(
        form.notice_days.data, form.ahead_days.data, form.largest_delegation.data, form.visits_per_session.data, form.visits_per_month.data,
        form.place.data or "", form.bring.data or "", form.note.data or "", form.sessions(),
    )  # fmt: skip


def _conflict(form: OpennessForm, conflict: EditConflict, wanted: hosting.Settings):
    """Both settings, so that nothing is lost."""
    form.begin_anew(edits.fingerprint(conflict.stored))
    page = render_template(
        "visits/openness_conflict.html", form=form, host=_own_office(), stored=conflict.stored,
        changes=compare_apart(conflict.stored, hosting.settings_text(wanted)), failed=True,
    )  # fmt: skip
    return page, 409


def _page(form: OpennessForm, close_form: CloseForm, host: Office, status: int):
    touched = []
    if close_form.anyway.errors:
        touched = hosting.touched_by(close_form.from_on.data, close_form.until_on.data, host)
    page = render_template(
        "visits/openness.html", form=form, close=close_form, host=host, periods=openness.periods_to_come(host), touched=touched,
        outside=hosting.outside(host), is_said=openness.rules(host).is_said, refusal=openness.refusal(host), failed=status == 422,
    )  # fmt: skip
    return page, status


@bp.post("/kunjungan/keterbukaan/tutup")
@resendable("menutup hari kunjungan")
def close():
    """Receive nobody for some days."""
    viewer, host, form = current_viewer(), _own_office(), CloseForm()
    if form.validate():
        try:
            hosting.close(host, form.from_on.data, form.until_on.data, form.reason.data, viewer, form.anyway.data)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash("Hari tutup disimpan.")
            return redirect(url_for(".settings"), 303)
    host = _own_office()
    settings_form = OpennessForm(formdata=None)
    _fill(settings_form, host)
    return _page(settings_form, form, host, 422)


@bp.post("/kunjungan/keterbukaan/tutup/<int:period_id>/hapus")
def reopen(period_id: int):
    """Lift a closed period."""
    hosting.reopen(_own_office(), period_id, current_viewer())
    db.session.commit()
    flash("Hari tutup dihapus.")
    return redirect(url_for(".settings"), 303)


@bp.route("/kunjungan/keterbukaan/zona-waktu", methods=["GET", "POST"])
def timezone():
    """The manager says which time the own office keeps, and sees first which agreed visits that touches."""
    viewer, host = current_viewer(), _own_office()
    form = ZoneForm(timezone=next((zone for zone in ZONES if clock.ZONE_NAMES[zone] == host.zone), host.timezone))
    if form.validate_on_submit():
        try:
            hosting.set_timezone(host, form.timezone.data, viewer, form.anyway.data)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
            host = _own_office()
        else:
            db.session.commit()
            flash(f"Zona waktu {host.name}: {host.zone}.")
            return redirect(url_for(".timezone"), 303)
    new_zone = clock.ZONE_NAMES.get(form.timezone.data, "") if form.errors else ""
    page = render_template("visits/timezone.html", form=form, host=host, touched=hosting.agreed_to_come(host), new_zone=new_zone)
    return page, 422 if form.errors else 200


@bp.route("/admin/hari-libur", methods=["GET", "POST"])
@resendable("mengubah hari libur")
def holidays():
    """The admin adds days announced late, or lifts one."""
    viewer = current_viewer()
    require(seen=viewer.is_admin)
    form, named, others = HolidayForm(), [], []
    if form.validate_on_submit():
        try:
            touched = hosting.change_holiday(form.day.data, form.name.data, form.is_lifted.data, viewer, form.anyway.data)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash(f"Hari libur disimpan; kalender semua tuan rumah mengikutinya.{_told(touched)}")
            return redirect(url_for(".holidays"), 303)
    if form.anyway.errors:
        named, others = hosting.shown_to_admin(form.day.data, current_viewer())
    page = render_template("visits/holidays.html", form=form, changes=days_off.changes(), named=named, others=others)
    return page, 422 if form.is_submitted() else 200


def _told(touched: int) -> str:
    return f" Tuan rumah dan tamu dari {touched} kunjungan diberi tahu." if touched else ""


@bp.post("/admin/hari-libur/<day>/hapus")
def forget_holiday(day: str):
    """Take a correction back."""
    viewer = current_viewer()
    require(seen=viewer.is_admin)
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise NotFound from None
    touched = hosting.forget_holiday(found, viewer)
    db.session.commit()
    flash(f"Koreksi dihapus.{_told(touched)}")
    return redirect(url_for(".holidays"), 303)
