"""Pages of visits: the host's calendar, the request, and the visit with its steps."""

from datetime import date, timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for

from kb.accounts.models import User
from kb.core import clock, once
from kb.core.access import public, require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid, NotFound
from kb.core.viewer import current_viewer
from kb.instruments import loader
from kb.offices import queries as offices
from kb.offices.models import Office
from kb.visits import ics, letter_service, openness, policy, queries, schedule, service
from kb.visits.forms import MODES, JointForm, OpenForm, PlaceForm, RequestForm, StepForm
from kb.visits.models import Visit
from kb.visits.workflow import ACTIONS, HOLDS_SLOT, MAY_SHARE

bp = Blueprint("visits", __name__)

# What the history of a visit calls its events.
HISTORY = {
    "visit.requested": "Diajukan",
    "visit.rescheduled": "Sesi lain diminta",
    "visit.waitlisted": "Masuk daftar tunggu",
    "visit.displaced": "Sesi diambil permohonan lain",
    "visit.slot_freed": "Sesi bebas lagi",
    "visit.proposed": "Jadwal lain diusulkan",
    "visit.options_refused": "Usul jadwal tidak cocok",
    "visit.accepted": "Diterima",
    "visit.moved_online": "Dialihkan daring",
    "visit.joined": "Digabung dengan rombongan lain",
    "visit.joint_wished": "Bersedia digabung",
    "visit.joint_asked": "Rombongan lain ingin bergabung",
    "visit.place_set": "Tempat ditentukan",
    "visit.members_changed": "Rombongan diubah",
    "visit.agenda_changed": "Susunan acara diubah",
    "visit.declined": "Ditolak",
    "visit.withdrawn": "Ditarik",
    "visit.cancelled": "Dibatalkan",
    "visit.held": "Terlaksana",
    "visit.reported": "Dilaporkan",
    "visit.closed": "Ditutup",
    "visit.completed": "Permohonan dilengkapi",
    "visit.zone_changed": "Zona waktu tuan rumah diubah",
    "visit.letter_added": "Surat dilengkapi",
    "visit.opened": "Keterbukaan diubah",
    "visit.reminded": "Pengingat dikirim",
    "visit.surveyed": "Tiga pertanyaan dijawab",
    "visit.erased": "Data pribadi dihapus",
}

# So many free sessions are offered where one is picked from a list: those of about half a year.
NEXT_FREE = 250


@bp.get("/kunjungan")
@public
def index():
    """Visits to come that are open to all; for those signed in, their office's own."""
    viewer = current_viewer()
    upcoming = queries.upcoming_public(20)
    return render_template(
        "visits/index.html",
        upcoming=upcoming,
        topics={code: loader.indicator(code) for visit in upcoming for code in visit.indicators},
        own=queries.own(viewer.office_id) if viewer.office_id else None,
        may_ask=policy.can_ask(viewer),
    )


@bp.get("/kunjungan/kalender/<slug>")
@public
def calendar(slug: str):
    """A host's month for everybody: what is free, what is taken, and why a day is closed."""
    viewer, host = current_viewer(), offices.by_slug(slug)
    if host is None or host.is_editorial:
        raise NotFound
    month = _month(host, request.args.get("bulan", ""))
    return render_template(
        "visits/calendar.html", host=host, month=month, months=_months(host), settings=openness.of(host), zone=_zone(host),
        visits=queries.taking_part_of(month, host.id, viewer), may_ask=policy.can_ask(viewer) and not viewer.is_of(host.id),
    )  # fmt: skip


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
    if not _turns_the_month() and form.validate_on_submit():
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


def _turns_the_month() -> bool:
    """A button over the calendar turns the page; nothing is checked or saved, and what was typed stays."""
    return request.method == "POST" and "lihat_bulan" in request.form


def _prefill(form: RequestForm) -> None:
    me = db.session.get(User, current_viewer().user_id)
    form.contact_name.data, form.contact_email.data, form.contact_phone.data = me.name, me.email, me.phone or ""
    form.indicators.data = [code for code in request.args.getlist("indikator") if code in form.indicators.choices]
    form.slot.data = request.args.getlist("slot")


def _request_page(form: RequestForm, host: Office, visit: Visit | None = None):
    chosen = form.slot.data or []
    month = _month(host, request.values.get("lihat_bulan") or request.args.get("bulan") or (chosen[0][:7] if chosen else ""))
    page = render_template(
        "visits/request.html",
        form=form,
        host=host,
        visit=visit,
        month=month,
        months=_months(host),
        elsewhere=[value for value in chosen if not value.startswith(f"{month.first:%Y-%m}")],
        settings=openness.of(host),
        instruments=loader.all_instruments(),
        zone=_zone(host),
    )
    return page, 422 if form.errors else 200


def _zone(host: Office) -> str:
    return clock.ZONE_NAMES.get(host.timezone, "")


def _months(host: Office) -> list[date]:
    """The first days of the months within the host's reach."""
    today = clock.today(host.timezone)
    end = today + timedelta(days=openness.of(host).ahead_days)
    months, at = [], today.replace(day=1)
    while at <= end:
        months.append(at)
        at = (at + timedelta(days=32)).replace(day=1)
    return months


def _month(host: Office, wanted: str) -> queries.Month:
    """The month asked for ("2026-12"), or the first with a free session."""
    months = _months(host)
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
    visit = find(visit_id)
    service.check_draft(visit)
    form = RequestForm()
    if not form.is_submitted():
        form.fill(visit)
    if not _turns_the_month() and form.validate_on_submit():
        try:
            service.change(visit, form.request(), current_viewer())
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            return redirect(url_for(".check", visit_id=visit_id), 303)
    visit = find(visit_id)
    return _request_page(form, visit.host, visit)


@bp.get("/kunjungan/<int:visit_id>/periksa")
def check(visit_id: int):
    """All answers once more, before they are sent."""
    visit = find(visit_id)
    return _check_page(visit) if visit.status == "draft" else redirect(url_for(".show", visit_id=visit_id))


def _check_page(visit: Visit, status: int = 200, refused: str = ""):
    page = render_template(
        "visits/check.html", **_shown(visit), taken=schedule.is_full(visit), waiting=queries.count_competing(visit),
        may_send=current_viewer().role == "manager", refused=refused, failed=status != 200,
    )  # fmt: skip
    return page, status


@bp.get("/kunjungan/<int:visit_id>/terkirim")
def sent(visit_id: int):
    """The reference, and what happens next."""
    visit = find(visit_id)
    if visit.reference is None:
        return redirect(url_for(".check", visit_id=visit_id))
    return render_template("visits/sent.html", visit=visit)


@bp.get("/kunjungan/<int:visit_id>")
def show(visit_id: int):
    """The whole request, for both offices."""
    return _show(find(visit_id), StepForm())


def _show(visit: Visit, form: StepForm, place: PlaceForm | None = None, status: int = 200, acted: str = ""):
    viewer = current_viewer()
    side, today = policy.side(viewer, visit), clock.today(visit.host.timezone)
    steps = policy.steps(viewer, visit, today)
    asked = visit.status in ("requested", "waitlisted")
    competing = queries.competing(visit) if asked and side == "host" else []
    page = render_template(
        "visits/show.html",
        **_shown(visit),
        side=side,
        steps=steps,
        form=form,
        acted=acted,
        kept="" if acted in [step.action for step in steps] else form.reason.data,
        place=place or PlaceForm(formdata=None, obj=visit),
        opened=OpenForm(formdata=None, opened=visit.host_opens if side == "host" else visit.guest_opens),
        joint=JointForm(formdata=None, wants_joint=visit.wants_joint),
        competing=competing,
        never_received=queries.never_received(visit.host_id, {other.guest_id for other in [visit, *competing]})
        if side == "host"
        else set(),
        holders=schedule.holders(visit) if asked else [],
        is_full=asked and schedule.is_full(visit),
        candidates=queries.joint_candidates(visit) if asked and side == "host" and visit.wants_joint else [],
        sharing=queries.sharing(visit) if visit.status in HOLDS_SLOT else [],
        free=schedule.next_free(visit.host, limit=NEXT_FREE, by_host=side == "host"),
        may_complete=policy.can_complete(viewer, visit, today),
        history=queries.history(visit),
        words=HISTORY,
        may_share=visit.status in MAY_SHARE,
        writes_notes=visit.status in HOLDS_SLOT and today >= visit.day,
        letter_label=letter_service.label_of,
        day_has_come=today >= visit.day,
        days_over=visit.options_until is not None and today > visit.options_until,
        failed=status != 200,
    )
    return page, status


def _shown(visit: Visit) -> dict:
    return {
        "visit": visit,
        "indicators": [loader.indicator(code) for code in visit.indicators],
        "zone": _zone(visit.host),
        "settings": openness.of(visit.host),
        "modes": {mode: label.partition(":")[0] for mode, label in MODES.items()},
        "letter": visit.letter(service.REQUEST_LETTER),
    }


def find(visit_id: int) -> Visit:
    """The visit, if the viewer's office is one of its two. Raises NotFound."""
    visit = queries.find(visit_id)
    if visit is None:
        raise NotFound
    require(policy.can_view(current_viewer(), visit))
    return visit


@bp.post("/kunjungan/<int:visit_id>/<any({}):action>".format(", ".join(ACTIONS)))
def act(visit_id: int, action: str):
    """Take a step of the workflow."""
    viewer, visit, form = current_viewer(), find(visit_id), StepForm()
    try:
        if form.validate():
            service.act(visit, action, viewer, form.given())
    except Conflict as error:
        db.session.rollback()
        visit = find(visit_id)
        if action == "submit" and visit.status == "requested" and policy.side(viewer, visit) == "guest":
            return redirect(url_for(".sent", visit_id=visit_id), 303)  # a second click, perhaps at the same moment
        form.blame(error)
        return _check_page(visit, 409, error.message) if visit.status == "draft" else _show(visit, form, status=409, acted=action)
    except Invalid as error:
        db.session.rollback()
        form.blame(error)
    if form.errors:
        if action == "submit":
            flash(next(iter(form.errors.values()))[0], "error")
            return redirect(url_for(".check", visit_id=visit_id), 303)
        return _show(find(visit_id), form, status=422, acted=action)
    db.session.commit()
    if action == "submit":
        return redirect(url_for(".sent", visit_id=visit_id), 303)
    flash(f"Kunjungan sekarang: {visit.status_label}. Pihak lain diberi tahu.")
    return redirect(url_for(".show", visit_id=visit_id), 303)


@bp.post("/kunjungan/<int:visit_id>/tempat")
def place(visit_id: int):
    """The host says where, or under which link."""
    visit, form = find(visit_id), PlaceForm()
    if not form.validate():
        return _show(visit, StepForm(formdata=None), form, 422)
    service.set_place(visit, current_viewer(), form.room.data or "", form.meeting_link.data or "")
    db.session.commit()
    flash("Tempat disimpan. Tamu diberi tahu.")
    return redirect(url_for(".show", visit_id=visit_id), 303)


@bp.post("/kunjungan/<int:visit_id>/bersama")
def together(visit_id: int):
    """The guest says whether it would come with another delegation."""
    visit, form = find(visit_id), JointForm()
    service.wish_joint(visit, current_viewer(), form.wants_joint.data)
    db.session.commit()
    flash("Kesediaan kunjungan bersama disimpan.")
    return redirect(url_for(".show", visit_id=visit_id), 303)


@bp.post("/kunjungan/<int:visit_id>/keterbukaan")
def open_to_all(visit_id: int):
    """Say whether office, topic and day may be seen by everybody."""
    visit = find(visit_id)
    service.set_public(visit, current_viewer(), OpenForm().opened.data)
    db.session.commit()
    flash("Pilihan keterbukaan disimpan.")
    return redirect(url_for(".show", visit_id=visit_id), 303)


@bp.get("/kunjungan/<int:visit_id>.ics")
def as_calendar(visit_id: int):
    """The visit for everybody's calendar."""
    visit = find(visit_id)
    if visit.status not in HOLDS_SLOT | {"cancelled"}:
        abort(404)
    name = f"{visit.reference or visit.id}.ics"
    content = ics.file([visit], queries.last_changes([visit]))
    return Response(content, mimetype="text/calendar", headers={"Content-Disposition": f'attachment; filename="{name}"'})
