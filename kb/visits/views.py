"""Pages of visits."""

from datetime import date, timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from kb.accounts.models import User
from kb.core import clock, files, once
from kb.core.access import public, require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid, NotFound
from kb.core.viewer import current_viewer
from kb.instruments import loader
from kb.offices import queries as offices
from kb.offices.models import Office
from kb.visits import ics, openness, policy, queries, service
from kb.visits.forms import CloseForm, LetterForm, OpenForm, OpennessForm, RequestForm, StepForm
from kb.visits.models import ClosedPeriod, Visit
from kb.visits.workflow import step_for

bp = Blueprint("visits", __name__)


@bp.get("/kunjungan")
@public
def index():
    """Visits to come that are open to all; for those signed in, their office's own."""
    viewer = current_viewer()
    return render_template(
        "visits/index.html",
        upcoming=queries.upcoming_public(20),
        ours=queries.ours(viewer.office_id) if viewer.office_id else [],
        may_ask=policy.can_ask(viewer),
    )


@bp.route("/kunjungan/baru", methods=["GET", "POST"])
def new():
    """Ask a host for a visit: first which, then when and what."""
    viewer = current_viewer()
    require(seen=True, allowed=policy.can_ask(viewer))
    slug = request.args.get("tuan_rumah", "")
    host = offices.by_slug(slug) if slug else None
    if host is None:
        found = [office for office in offices.joined() if office.id != viewer.office_id]
        return render_template("visits/choose.html", offices=found, unknown=bool(slug)), 404 if slug else 200
    try:
        service.check_host(host, viewer)
    except Invalid as refusal:
        return render_template("visits/impossible.html", host=host, message=refusal.message), 422
    form = RequestForm()
    if not form.is_submitted():
        _prefill(form)
    if form.validate_on_submit():
        if (location := once.replay(form.once.data, viewer)) is not None:
            return redirect(location or url_for(".index"), 303)
        try:
            visit = service.draft(host, form.request(), viewer)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            location = url_for(".check", visit_id=visit.id)
            once.remember(form.once.data, viewer, location)
            db.session.commit()
            return redirect(location, 303)
    return _request_page(form, offices.by_slug(slug))


def _prefill(form: RequestForm) -> None:
    me = db.session.get(User, current_viewer().user_id)
    form.contact_name.data, form.contact_email.data, form.contact_phone.data = me.name, me.email, me.phone or ""
    form.indicators.data = [code for code in request.args.getlist("indikator") if code in form.indicators.choices]
    form.slot.data = request.args.get("slot", "")


def _request_page(form: RequestForm, host: Office, visit: Visit | None = None):
    month = _month(form, host)
    page = render_template(
        "visits/request.html",
        form=form,
        host=host,
        visit=visit,
        month=month,
        months=_months(host),
        settings=openness.of(host),
        instruments=loader.all_instruments(),
        zone=clock.ZONE_NAMES.get(host.timezone, ""),
    )
    return page, 422 if form.is_submitted() else 200


def _months(host: Office) -> list[date]:
    """The first days of the months within the host's reach."""
    today = clock.today(host.timezone)
    end = today + timedelta(days=openness.of(host).ahead_days)
    months, at = [], today.replace(day=1)
    while at <= end:
        months.append(at)
        at = (at + timedelta(days=32)).replace(day=1)
    return months


def _month(form: RequestForm, host: Office) -> queries.Month:
    """The month asked for, that of the chosen slot, or the first with a free session."""
    months = _months(host)
    wanted = request.args.get("bulan") or (form.slot.data or "")[:7]
    for first in months:
        if wanted == f"{first:%Y-%m}":
            return queries.month_of(host, first.year, first.month)
    for first in months:
        found = queries.month_of(host, first.year, first.month)
        if found.open_days:
            return found
    return queries.month_of(host, months[0].year, months[0].month)


@bp.route("/kunjungan/<int:visit_id>/ubah", methods=["GET", "POST"])
def edit(visit_id: int):
    """Change a draft before it is sent."""
    viewer, visit = current_viewer(), _find(visit_id)
    service.check_draft(visit)
    form = RequestForm()
    if not form.is_submitted():
        form.fill(visit)
    if form.validate_on_submit():
        try:
            service.change(visit, form.request(), viewer)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            return redirect(url_for(".check", visit_id=visit_id), 303)
    visit = _find(visit_id)
    return _request_page(form, visit.host, visit)


@bp.get("/kunjungan/<int:visit_id>/periksa")
def check(visit_id: int):
    """All answers once more, before they are sent."""
    viewer, visit = current_viewer(), _find(visit_id)
    if visit.status != "draft":
        return redirect(url_for(".show", visit_id=visit_id))
    holder = service.slot_holder(visit.host_id, visit.day, visit.session)
    return render_template(
        "visits/check.html", **_shown(visit), taken=holder is not None, waiting=queries.count_competing(visit),
        may_send=viewer.role == "manager",
    )  # fmt: skip


@bp.get("/kunjungan/<int:visit_id>/terkirim")
def sent(visit_id: int):
    """The reference, and what happens next."""
    visit = _find(visit_id)
    if visit.reference is None:
        return redirect(url_for(".check", visit_id=visit_id))
    return render_template("visits/sent.html", visit=visit)


@bp.get("/kunjungan/<int:visit_id>")
def show(visit_id: int):
    """The whole request, for both offices."""
    return _show(_find(visit_id), StepForm())


def _show(visit: Visit, form: StepForm, letter: LetterForm | None = None, status: int = 200):
    viewer = current_viewer()
    side = policy.side(viewer, visit)
    today = clock.today(visit.host.timezone)
    page = render_template(
        "visits/show.html",
        **_shown(visit),
        side=side,
        steps=policy.steps(viewer, visit, today),
        form=form,
        letter=letter or LetterForm(formdata=None, letter_number=visit.letter_number, letter_on=visit.letter_on),
        may_add_letter=policy.can_add_letter(viewer, visit),
        opened=OpenForm(formdata=None, opened=visit.host_opens if side == "host" else visit.guest_opens),
        competing=queries.competing(visit) if side == "host" and visit.status == "requested" else [],
        holder=service.slot_holder(visit.host_id, visit.day, visit.session) if visit.status == "requested" else None,
        history=queries.history(visit),
        day_has_come=today >= visit.day,
        failed=status == 422,
    )
    return page, status


def _shown(visit: Visit) -> dict:
    return {
        "visit": visit,
        "indicators": [loader.indicator(code) for code in visit.indicators],
        "zone": clock.ZONE_NAMES.get(visit.host.timezone, ""),
        "settings": openness.of(visit.host),
    }


def _find(visit_id: int) -> Visit:
    visit = queries.find(visit_id)
    if visit is None:
        raise NotFound
    require(policy.can_view(current_viewer(), visit))
    return visit


@bp.post("/kunjungan/<int:visit_id>/<string:action>")
def act(visit_id: int, action: str):
    """Take a step of the workflow."""
    viewer, visit, form = current_viewer(), _find(visit_id), StepForm()
    if not any(step_for(status, action) for status in ("draft", "requested", "accepted")):
        abort(404)
    try:
        if form.validate():
            service.act(visit, action, viewer, form.reason.data or "")
    except Conflict:
        db.session.rollback()
        visit = _find(visit_id)
        if action == "submit" and visit.status == "requested" and policy.side(viewer, visit) == "guest":
            return redirect(url_for(".sent", visit_id=visit_id), 303)  # a second click, perhaps at the same moment
        raise
    except Invalid as error:
        db.session.rollback()
        form.blame(error)
    if form.errors:
        if action == "submit":
            flash(next(iter(form.errors.values()))[0], "error")
            return redirect(url_for(".check", visit_id=visit_id), 303)
        return _show(_find(visit_id), form, status=422)
    db.session.commit()
    if action == "submit":
        return redirect(url_for(".sent", visit_id=visit_id), 303)
    flash(f"Kunjungan sekarang: {visit.status_label}. Pihak lain diberi tahu.")
    return redirect(url_for(".show", visit_id=visit_id), 303)


@bp.post("/kunjungan/<int:visit_id>/surat")
def letter(visit_id: int):
    """Add the request letter."""
    visit, form = _find(visit_id), LetterForm()
    if form.validate():
        try:
            service.add_letter(visit, current_viewer(), form.letter_number.data, form.letter_on.data, form.letter_file.data)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash("Surat permohonan disimpan.")
            return redirect(url_for(".show", visit_id=visit_id), 303)
    return _show(_find(visit_id), StepForm(formdata=None), form, 422)


@bp.get("/kunjungan/<int:visit_id>/surat")
def letter_file(visit_id: int):
    """The uploaded letter."""
    visit = _find(visit_id)
    if visit.letter_file is None:
        raise NotFound
    return files.send(visit.letter_file)


@bp.post("/kunjungan/<int:visit_id>/keterbukaan")
def open_to_all(visit_id: int):
    """Say whether office, topic and day may be seen by everybody."""
    visit = _find(visit_id)
    service.set_public(visit, current_viewer(), OpenForm().opened.data)
    db.session.commit()
    flash("Pilihan keterbukaan disimpan.")
    return redirect(url_for(".show", visit_id=visit_id), 303)


@bp.get("/kunjungan/<int:visit_id>.ics")
def as_calendar(visit_id: int):
    """The visit for everybody's calendar."""
    visit = _find(visit_id)
    if visit.status not in ("accepted", "held"):
        raise NotFound
    name = f"{visit.reference or visit.id}.ics"
    return Response(ics.of(visit), mimetype="text/calendar", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@bp.route("/kunjungan/keterbukaan", methods=["GET", "POST"])
def settings():
    """The manager says when the own office is open."""
    viewer = current_viewer()
    require(seen=True, allowed=policy.can_set_openness(viewer, viewer.office_id or 0))
    host = offices.get(viewer.office_id)
    form = OpennessForm()
    if not form.is_submitted():
        _fill(form, host)
    if form.validate_on_submit():
        service.set_openness(host, _settings(form), viewer)
        db.session.commit()
        flash("Hari buka disimpan.")
        return redirect(url_for(".settings"), 303)
    return _settings_page(form, CloseForm(formdata=None), host, 422 if form.is_submitted() else 200)


def _fill(form: OpennessForm, host: Office) -> None:
    form.process(obj=openness.of(host))
    for weekday, sessions in openness.rules(host).sessions.items():
        form[form.WEEKDAYS[weekday]].data = ", ".join(session.label.replace("–", "-") for session in sessions)


def _settings(form: OpennessForm) -> service.Settings:
    return service.Settings(
        form.notice_days.data, form.ahead_days.data, form.largest_delegation.data,
        form.place.data or "", form.bring.data or "", form.note.data or "", form.sessions(),
    )  # fmt: skip


def _settings_page(form: OpennessForm, close_form: CloseForm, host: Office, status: int):
    periods = db.session.query(ClosedPeriod).filter_by(host_id=host.id).order_by(ClosedPeriod.from_on).all()
    page = render_template("visits/openness.html", form=form, close=close_form, host=host, periods=periods, failed=status == 422)
    return page, status


@bp.post("/kunjungan/keterbukaan/tutup")
def close():
    """Receive nobody for some days."""
    viewer = current_viewer()
    require(seen=True, allowed=policy.can_set_openness(viewer, viewer.office_id or 0))
    host, form = offices.get(viewer.office_id), CloseForm()
    if form.validate():
        try:
            service.close(host, form.from_on.data, form.until_on.data, form.reason.data, viewer)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash("Hari tutup disimpan.")
            return redirect(url_for(".settings"), 303)
    host = offices.get(viewer.office_id)
    settings_form = OpennessForm(formdata=None)
    _fill(settings_form, host)
    return _settings_page(settings_form, form, host, 422)


@bp.post("/kunjungan/keterbukaan/tutup/<int:period_id>/hapus")
def reopen(period_id: int):
    """Lift a closed period."""
    viewer = current_viewer()
    service.reopen(offices.get(viewer.office_id), period_id, viewer)
    db.session.commit()
    flash("Hari tutup dihapus.")
    return redirect(url_for(".settings"), 303)
