"""Pages of visits: the host's calendar, the request, and the visit with its steps."""

from datetime import date, timedelta

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for

from kb.accounts import identity
from kb.accounts.models import User
from kb.core import clock, once
from kb.core.access import public, require
from kb.core.addresses import row_number
from kb.core.db import db
from kb.core.errors import Conflict, Invalid, NotFound
from kb.core.pages import hari
from kb.core.resending import resendable
from kb.core.viewer import Viewer, current_viewer
from kb.instruments import loader
from kb.offices import queries as offices
from kb.offices.models import Office
from kb.visits import answers, ics, letter_service, openness, policy, queries, schedule, service
from kb.visits.forms import MODES, JointForm, OpenForm, PlaceForm, RequestForm, StepForm, read_wishes
from kb.visits.models import Visit
from kb.visits.surroundings import Reading, known
from kb.visits.workflow import ACTIONS, HOLDS_SLOT, MAY_SHARE, label_of

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
    "visit.day_closed": "Harinya menjadi hari tutup",
}

# What followed by itself from what somebody did elsewhere: nobody's act, so the history names nobody.
CONSEQUENCES = {"visit.displaced", "visit.slot_freed", "visit.day_closed", "visit.joint_asked", "visit.reminded", "visit.erased"}

# So many free sessions are offered where one is picked from a list: those of about half a year.
NEXT_FREE = 250
# So many articles of the host are offered before an indicator is chosen; the others can be unfolded.
MOST_NEAR = 5
# So many chosen sessions are shown again. More than four cannot be asked for, and more than a form offers were forged.
MOST_SHOWN = 1000


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
        owes_hours=openness.owes_its_hours(viewer),
    )


@bp.get("/kunjungan/kalender/<slug>")
@public
def calendar(slug: str):
    """A host's month for everybody: what is free, what is taken, and why a day is closed."""
    viewer, host = current_viewer(), offices.by_slug(slug)
    if host is None or host.is_editorial:
        raise NotFound
    refusal = openness.refusal(host)
    month = None if refusal else _month(host, request.args.get("bulan", ""))
    return render_template(
        "visits/calendar.html",
        host=host,
        refusal=refusal,
        month=month,
        months=_months(host),
        visits=queries.taking_part_of(month, host.id, viewer) if month else {},
        settings=openness.of(host),
        zone=_zone(host),
        may_ask=policy.can_ask(viewer) and not viewer.is_of(host.id),
    )


@bp.route("/kunjungan/baru", methods=["GET", "POST"])
@resendable("menyimpan permohonan kunjungan baru")
def new():
    """Ask a host for a visit: first which, then when and what."""
    viewer = current_viewer()
    require(seen=True, allowed=policy.can_ask(viewer))
    slug = request.args.get("tuan_rumah", "")
    host = offices.by_slug(slug) if slug else None
    if host is None:
        return _choice(viewer, unknown=bool(slug))
    try:
        service.check_host(host, viewer)
    except Invalid as refusal:
        join = f"{current_app.config['BASE_URL']}/gabung?instansi={host.slug}"
        return render_template("visits/impossible.html", host=host, message=refusal.message, join=join), 422
    form = _request_form(host)
    if not form.is_submitted():
        if elsewhere := _begun(viewer):
            return redirect(elsewhere)
        form.once.data = request.args[once.PARAMETER]
        _prefill(form)
    if not _turns_the_month() and form.validate_on_submit():
        earlier = once.replay(form.once.data, viewer)
        if earlier is not None and (visit := _made_by(earlier)) is not None:
            return _sent_again(visit, form)
        try:
            visit = service.draft(host, form.request(), viewer)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            return _kept(visit, form)
    return _request_page(form, offices.by_slug(slug))


def _choice(viewer: Viewer, unknown: bool):
    """The offices that receive, and those that have not said when."""
    receiving = openness.receiving()
    others = [office for office in offices.joined() if office.id != viewer.office_id]
    page = render_template(
        "visits/choose.html",
        hosts=[office for office in others if office.id in receiving],
        silent=[office for office in others if office.id not in receiving],
        unknown=unknown,
    )
    return page, 404 if unknown else 200


def _request_form(host: Office) -> RequestForm:
    """The form; a draft is all that can be kept for a host that receives nobody."""
    form = RequestForm()
    form.offer(known.articles_of(host.id, current_viewer()))
    if "simpan_draf" in request.form or openness.refusal(host):
        form.relax()
    return form


def _kept(visit: Visit, form: RequestForm):
    location = url_for(".check", visit_id=visit.id)
    once.remember(form.once.data, current_viewer(), location, visit.version)
    db.session.commit()
    if "simpan_draf" in request.form:
        flash("Draf disimpan. Rekan seinstansi dapat melanjutkannya.")
    return redirect(location, 303)


def _made_by(location: str) -> Visit | None:
    """The visit that an earlier sending of the form made, by the address it led to; None once that was deleted: then a new one begins."""
    visit = queries.find(once.place(location).get("visit_id", 0))
    return visit if visit is not None and policy.side(current_viewer(), visit) == "guest" else None


def _begun(viewer: Viewer) -> str:
    """Where the form of a new request stands: under its key, and once that made a draft, in the draft's form; empty if it is here."""
    visit = _made_by(earlier) if (earlier := once.led_to(viewer)) else None
    if visit is None:
        return once.keyed_address(anew=bool(earlier))
    return url_for(".edit" if visit.status == "draft" else ".show", visit_id=visit.id)


def _sent_again(visit: Visit, form: RequestForm):
    """The same form once more: a second click, or the page of before by the back button, which may hold other answers by now."""
    if visit.status == "draft":
        made = max(once.made(form.once.data, current_viewer()), form.version.data or 0)
        return _change(visit, form, made or None)
    form.blame(Conflict("Permohonan ini sudah dikirim. Yang diubah pada formulir lama tidak disimpan; salin bila masih diperlukan."))
    return _request_page(form, visit.host)


def _change(visit: Visit, form: RequestForm, version: int | None):
    visit_id = visit.id
    try:
        service.change(visit, form.request(), current_viewer(), version)
    except Invalid as error:
        db.session.rollback()
        form.blame(error)
        visit = find(visit_id)
        form.version.raw_data, form.version.data = None, visit.version
        return _request_page(form, visit.host, visit)
    return _kept(visit, form)


def _turns_the_month() -> bool:
    """A button over the calendar turns the page; nothing is checked or saved, and what was typed stays."""
    return request.method == "POST" and "lihat_bulan" in request.form


def _prefill(form: RequestForm) -> None:
    me = db.session.get(User, current_viewer().user_id)
    form.contact_name.data, form.contact_email.data, form.contact_phone.data = me.name, me.email, me.phone or ""
    form.indicators.data = [code for code in request.args.getlist("indikator") if code in form.indicators.choices]
    form.slot.data = request.args.getlist("slot")


def _request_page(form: RequestForm, host: Office, visit: Visit | None = None, left_over: bool = False):
    refusal = openness.refusal(host)
    page = render_template(
        "visits/request.html",
        form=form,
        host=host,
        visit=visit,
        refusal=refusal,
        **(_nothing_offered(form) if refusal else _offered(form, host)),
        readings=_readings(form),
        letter=visit.letter(service.REQUEST_LETTER) if visit else None,
        settings=openness.of(host),
        instruments=loader.all_instruments(),
        zone=_zone(host),
        left_over=left_over,
    )
    return page, 422 if form.errors else 200


def _offered(form: RequestForm, host: Office) -> dict:
    """The month to choose from; what was chosen in another one, and what can be chosen no more."""
    chosen = list(dict.fromkeys(form.slot.data))[:MOST_SHOWN]
    month = _month(host, request.values.get("lihat_bulan") or request.args.get("bulan") or (chosen[0][:7] if chosen else ""))
    offered = _offered_in(month, form.wants_joint.data)
    return {
        "month": month,
        "months": _months(host),
        "elsewhere": {value: _slot_label(value) for value in chosen if not _is_in(value, month)},
        "gone": [_slot_label(value) for value in chosen if _is_in(value, month) and value not in offered],
    }


def _nothing_offered(form: RequestForm) -> dict:
    """The host receives nobody: what was chosen before can be chosen no more."""
    return {"elsewhere": {}, "gone": [_slot_label(value) for value in list(dict.fromkeys(form.slot.data))[:MOST_SHOWN]]}


def _is_in(value: str, month: queries.Month) -> bool:
    return value.startswith(f"{month.first:%Y-%m}")


def _offered_in(month: queries.Month, joint: bool) -> set[str]:
    """The sessions of a month that can be chosen, as the form names them; who would come together may also have chosen a full one."""
    every = ((day, session) for day in month.open_days for session in day.sessions)
    return {f"{day.on.isoformat()} {session.key}" for day, session in every if joint or not month.is_full(day, session)}


def _slot_label(value: str) -> str:
    """A session as people say it; what cannot be read stays as it was sent."""
    try:
        (wish,) = read_wishes([value])
    except Invalid:
        return value
    return f"{hari(wish.day)}, pukul {wish.key.replace(':', '.')}"


def _readings(form: RequestForm) -> tuple[list[Reading], list[Reading]]:
    """The host's articles: those that are ticked or about the chosen indicators (or else the newest), and the others."""
    codes, ticked = set(form.indicators.data or []), set(form.article_ids.data or [])
    near = [reading for reading in form.offered if reading.id in ticked or codes & set(reading.codes)] or form.offered[:MOST_NEAR]
    return near, [reading for reading in form.offered if reading not in near]


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
@resendable("menyimpan permohonan kunjungan")
def edit(visit_id: int):
    """Change a draft before it is sent."""
    try:
        visit = find(visit_id)
    except NotFound:
        return _left_over()
    service.check_draft(visit)
    form = _request_form(visit.host)
    if not form.is_submitted():
        form.fill(visit)
    if not _turns_the_month() and form.validate_on_submit():
        return _edited(visit, form)
    return _request_page(form, visit.host, visit)


def _edited(visit: Visit, form: RequestForm):
    """A second click finds the draft changed by its own first click: that is no colleague."""
    if once.replay(form.once.data, current_viewer()) is not None:
        return _sent_again(visit, form)
    return _change(visit, form, form.version.data)


def _left_over():
    """Who sends a change of a draft that a colleague deleted gets the answers back, as the beginning of a new request.

    The answer is the same for what never existed and what is not open to the sender.
    """
    viewer, host = current_viewer(), offices.by_slug(request.form.get("tuan_rumah", "")[:80])
    if request.method != "POST" or host is None or not policy.can_ask(viewer):
        raise NotFound
    form = _request_form(host)
    form.version.raw_data, form.version.data, form.once.data = None, None, once.new_key()
    page, _ = _request_page(form, host, left_over=True)
    return page, 404


@bp.route("/kunjungan/<int:visit_id>/hapus", methods=["GET", "POST"])
def discard(visit_id: int):
    """Delete a draft, after asking once more."""
    viewer, key, home = current_viewer(), request.form.get("once"), url_for(".index")
    if request.method == "POST" and once.replay(key, viewer) is not None:
        return redirect(home, 303)  # a second click: it is gone already
    visit = find(visit_id)
    require(seen=True, allowed=policy.side(viewer, visit) == "guest")
    if visit.status != "draft":
        db.session.rollback()
        flash("Permohonan ini sudah dikirim, jadi tidak dapat dihapus. Pengelola dapat menariknya.", "error")
        return redirect(url_for(".show", visit_id=visit_id), 303)
    require(seen=True, allowed=policy.can_discard(viewer, visit))
    refused = ""
    if request.method == "POST":
        try:
            service.discard(visit, viewer, request.form.get("version", 0, type=row_number))
        except Conflict as error:
            db.session.rollback()
            refused, visit = error.message, find(visit_id)
        else:
            once.remember(key, viewer, home)
            db.session.commit()
            flash("Draf dihapus.")
            return redirect(home, 303)
    page = render_template("visits/discard.html", visit=visit, once=once.new_key(), refused=refused, failed=bool(refused))
    return page, 409 if refused else 200


@bp.get("/kunjungan/<int:visit_id>/periksa")
def check(visit_id: int):
    """All answers once more, before they are sent."""
    visit = find(visit_id)
    return _check_page(visit) if visit.status == "draft" else redirect(url_for(".show", visit_id=visit_id))


def _check_page(visit: Visit, status: int = 200, refused: str = ""):
    refusal, missing = openness.refusal(visit.host), answers.missing(visit)
    if refusal:
        missing.pop("slot", None)  # nobody can choose a day there
    page = render_template(
        "visits/check.html", **_shown(visit), taken=schedule.is_full(visit), waiting=queries.count_competing(visit),
        missing=missing, may_send=current_viewer().role == "manager", may_discard=policy.can_discard(current_viewer(), visit),
        refused=refused, refusal=refusal, failed=status != 200,
    )  # fmt: skip
    return page, status


@bp.get("/kunjungan/<int:visit_id>/terkirim")
def sent(visit_id: int):
    """The reference, and what happens next."""
    visit = find(visit_id)
    if visit.reference is None:
        return redirect(url_for(".check", visit_id=visit_id))
    return render_template("visits/sent.html", **_shown(visit), answer_days=queries.ANSWER_DAYS)


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
        free=schedule.next_free(visit.host, limit=NEXT_FREE, by_host=side == "host", moving=visit),
        refusal=openness.refusal(visit.host),
        may_complete=policy.can_complete(viewer, visit, today),
        history=queries.history(visit),
        words=HISTORY,
        consequences=CONSEQUENCES,
        may_share=visit.status in MAY_SHARE,
        writes_notes=visit.status in HOLDS_SLOT and today >= visit.day,
        letter_label=letter_service.label_of,
        day_has_come=visit.day is not None and today >= visit.day,
        days_over=visit.options_until is not None and today > visit.options_until,
        failed=status != 200,
    )
    return page, status


def _shown(visit: Visit) -> dict:
    articles = known.articles(visit.article_ids, current_viewer())
    return {
        "articles": articles,
        "hidden_articles": len(visit.article_ids) - len(articles),
        "whatsapp": _whatsapp(visit.contact_phone),
        "visit": visit,
        "indicators": [loader.indicator(code) for code in visit.indicators],
        "zone": _zone(visit.host),
        "settings": openness.of(visit.host),
        "modes": {mode: label.partition(":")[0] for mode, label in MODES.items()},
        "letter": visit.letter(service.REQUEST_LETTER),
    }


def _whatsapp(phone: str) -> str:
    """The address of a chat with a contact; empty for a number that cannot be read."""
    try:
        return identity.whatsapp(identity.phone(phone))
    except Invalid:
        return ""


def find(visit_id: int) -> Visit:
    """The visit, if the viewer's office is one of its two. Raises NotFound."""
    visit = queries.find(visit_id)
    if visit is None:
        raise NotFound
    require(policy.can_view(current_viewer(), visit))
    return visit


@bp.post("/kunjungan/<int:visit_id>/<any({}):action>".format(", ".join(ACTIONS)))
@resendable(lambda visit_id, action: f"kunjungan: {label_of(action).lower()}")
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
@resendable("menyimpan tempat kunjungan")
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
