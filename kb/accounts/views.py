"""Pages of accounts: joining, the admin's queue, people of one's office, invitations, one's own profile."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from flask_security import login_user, logout_user
from wtforms.fields import SelectChoice

from kb.accounts import policy, queries, service, throttle
from kb.accounts.forms import AcceptForm, DeclineForm, InviteForm, JoinForm, ProfileForm, RoleForm, SuccessorForm
from kb.accounts.models import JoinRequest, User
from kb.core import clock, files, once
from kb.core.access import public, require
from kb.core.db import db
from kb.core.errors import Conflict, Invalid, NotFound
from kb.core.forms import Form
from kb.core.pages import paginate
from kb.core.resending import resendable
from kb.core.viewer import current_viewer
from kb.offices import queries as offices
from kb.offices.models import Office

bp = Blueprint("accounts", __name__)

REQUEST_STATES = {"menunggu": "waiting", "disetujui": "admitted", "ditolak": "declined"}


@bp.get("/keluar")
@public
def sign_out():
    """A link cannot sign anybody out; this page has the button that does."""
    return render_template("accounts/sign_out.html", form=Form())


# Joining


@bp.route("/gabung", methods=["GET", "POST"])
@public
@resendable("mengajukan permohonan bergabung")
def join():
    """The request of a first manager."""
    form = JoinForm(office=request.args.get("instansi"))
    form.office.choices = _office_choices()
    office = offices.by_slug(form.office.data)
    has_manager = bool(office and queries.managers_of(office.id))
    if form.validate_on_submit() and (location := _send_join_request(form)) is not None:
        return redirect(location, 303)
    page = render_template("accounts/join.html", form=form, office=office, has_manager=has_manager)
    return page, 422 if form.is_submitted() else 200


def _office_choices() -> list[SelectChoice]:
    named = [SelectChoice(slug, _by_own_name(name), optgroup=province) for slug, name, province in queries.governments()]
    return [SelectChoice("", "Pilih instansi"), *named]


def _by_own_name(region: str) -> str:
    """Kabupaten Mesuji as Mesuji (kabupaten): in a long list a person types the first letters of the name."""
    kind, _, own = region.partition(" ")
    return f"{own} ({kind.lower()})" if kind in ("Kabupaten", "Kota") else f"Provinsi {region}"


def _send_join_request(form: JoinForm) -> str | None:
    """Where the sender goes; None when the form is at fault."""
    viewer = current_viewer()
    throttle.spend(throttle.REQUESTS_FROM_ADDRESS, request.remote_addr)
    if (location := once.replay(form.once.data, viewer)) is not None:
        return location or url_for(".join")
    try:
        asked = service.request_join(
            office=offices.by_slug(form.office.data),
            name=form.name.data,
            position=form.position.data,
            email=form.email.data,
            nip=form.nip.data,
            message=form.message.data,
            letter=form.letter.data,
            replaces=form.replaces.data,
            viewer=viewer,
        )
    except Invalid as error:
        db.session.rollback()
        form.blame(error)
        return None
    location = url_for(".join_sent", reference=asked.reference)
    once.remember(form.once.data, viewer, location)
    db.session.commit()
    return location


@bp.get("/gabung/terkirim/<reference>")
@public
def join_sent(reference):
    """What happens next. Says nothing about the person or the decision, which go by mail."""
    asked = db.session.query(JoinRequest).filter_by(reference=reference).one_or_none()
    if asked is None:
        raise NotFound
    return render_template("accounts/join_sent.html", asked=asked)


# The admin's queue


@bp.get("/admin/permohonan")
def requests():
    """Requests that wait, or were decided."""
    viewer = current_viewer()
    require(seen=policy.can_decide(viewer))
    chosen = request.args.get("status", "menunggu")
    status = REQUEST_STATES.get(chosen, "waiting")
    page = paginate(queries.requests(viewer, status))
    return render_template("accounts/requests.html", page=page, chosen=chosen, states=REQUEST_STATES)


@bp.get("/admin/permohonan/<int:request_id>")
def request_show(request_id):
    """One request, with the buttons to decide."""
    return _request_page(service.find_request(request_id, current_viewer()), DeclineForm())


def _request_page(asked: JoinRequest, form: DeclineForm):
    page = render_template(
        "accounts/request.html",
        asked=asked,
        form=form,
        managers=queries.managers_of(asked.office_id),
        known=queries.by_email(asked.email) if asked.status == "waiting" else None,
    )
    return page, 422 if form.errors else 200


@bp.get("/admin/permohonan/<int:request_id>/surat")
def request_letter(request_id):
    """The letter of a request."""
    asked = service.find_request(request_id, current_viewer())
    require(seen=asked.letter is not None)
    return files.send(asked.letter)


@bp.post("/admin/permohonan/<int:request_id>/setujui")
def admit(request_id):
    """Admit the first manager."""
    viewer = current_viewer()
    asked = service.find_request(request_id, viewer)
    user = service.admit(asked, viewer)
    db.session.commit()
    flash(f"{user.name} kini pengelola {asked.office.name}. Tautan untuk membuat kata sandi dikirim lewat surel.")
    return redirect(url_for(".request_show", request_id=request_id), 303)


@bp.post("/admin/permohonan/<int:request_id>/tolak")
@resendable("menolak permohonan bergabung")
def decline(request_id):
    """Decline with a reason."""
    viewer = current_viewer()
    asked = service.find_request(request_id, viewer)
    form = DeclineForm()
    if not form.validate_on_submit():
        return _request_page(asked, form)
    service.decline(asked, form.reason.data, viewer)
    db.session.commit()
    flash("Permohonan ditolak. Alasannya dikirim lewat surel.")
    return redirect(url_for(".request_show", request_id=request_id), 303)


# People of an office


@bp.get("/instansi-saya/orang")
def people():
    """The people and open invitations of one's office."""
    return _people_page(_managed_office(), InviteForm())


@bp.post("/instansi-saya/orang/undang")
@resendable("mengundang rekan")
def invite():
    """Invite somebody by e-mail."""
    viewer, office, form = current_viewer(), _managed_office(), InviteForm()
    if not form.validate_on_submit():
        return _people_page(office, form)
    throttle.spend(throttle.INVITATIONS_OF_PERSON, viewer.user_id)
    back = _people_url(office)
    if once.replay(form.once.data, viewer) is not None:
        return redirect(back, 303)
    try:
        invitation = service.invite(office, form.email.data, form.role.data, viewer)
    except Invalid as error:
        db.session.rollback()
        form.blame(error)
        return _people_page(_managed_office(), form)
    once.remember(form.once.data, viewer, back)
    db.session.commit()
    flash(f"Undangan untuk {invitation.email} sedang dikirim. Berlaku {service.INVITATION_DAYS} hari.")
    return redirect(back, 303)


def _managed_office() -> Office:
    """The viewer's office, or for admins any by `instansi`; 403 for who does not manage it."""
    viewer = current_viewer()
    slug = request.args.get("instansi")
    office = offices.by_slug(slug) if slug else db.session.get(Office, viewer.office_id)
    require(
        seen=office is not None and (viewer.is_of(office.id) or viewer.is_admin),
        allowed=office is not None and policy.can_manage(viewer, office.id),
    )
    return office


def _people_url(office: Office) -> str:
    own = current_viewer().is_of(office.id)
    return url_for(".people") if own else url_for(".people", instansi=office.slug)


def _people_page(office: Office, form: InviteForm):
    viewer = current_viewer()
    page = render_template(
        "accounts/people.html",
        office=office,
        slug=None if viewer.is_of(office.id) else office.slug,
        form=form,
        people=queries.people_of(office.id),
        invitations=queries.open_invitations(office.id, viewer),
        now=clock.now(),
        can_change=lambda user: policy.can_change(viewer, user),
    )
    return page, 422 if form.errors else 200


@bp.post("/instansi-saya/undangan/<int:invitation_id>/batalkan")
def withdraw(invitation_id):
    """Take an invitation back."""
    viewer = current_viewer()
    invitation = service.find_invitation(invitation_id, viewer)
    service.withdraw(invitation, viewer)
    db.session.commit()
    flash(f"Undangan untuk {invitation.email} dibatalkan.")
    return redirect(_people_url(invitation.office), 303)


@bp.get("/instansi-saya/orang/<int:user_id>")
def person(user_id):
    """One person: change the role, switch two-step sign-in off, go on to removing."""
    user = service.find_person(user_id, current_viewer())
    return _person_page(user, RoleForm(role=user.role))


def _person_page(user, form: RoleForm):
    page = render_template("accounts/person.html", user=user, form=form, back=_people_url(user.office))
    return page, 422 if form.errors else 200


@bp.post("/instansi-saya/orang/<int:user_id>/peran")
def change_role(user_id):
    """Change the role."""
    viewer = current_viewer()
    user, form = service.find_person(user_id, viewer), RoleForm()
    if not form.validate_on_submit():
        return _person_page(user, form)
    try:
        service.change_role(user, form.role.data, viewer)
    except Invalid as error:
        db.session.rollback()
        form.blame(error)
        return _person_page(user, form)
    db.session.commit()
    flash(f"{user.name} kini {user.role_name.lower()}.")
    # Who gave up their own role may not see the list any more.
    gone = user.id == viewer.user_id and user.role != "manager"
    return redirect(url_for(".profile") if gone else _people_url(user.office), 303)


@bp.post("/instansi-saya/orang/<int:user_id>/dua-langkah")
def switch_off_two_step(user_id):
    """Let a person who lost the telephone in again."""
    viewer = current_viewer()
    user = service.find_person(user_id, viewer)
    service.switch_off_two_step(user, viewer)
    db.session.commit()
    flash(f"Masuk dua langkah {user.name} dimatikan.")
    return redirect(url_for(".person", user_id=user_id), 303)


@bp.get("/instansi-saya/orang/<int:user_id>/keluarkan")
def ask_remove(user_id):
    """What removing means, before it is done."""
    user = service.find_person(user_id, current_viewer())
    return _remove_page(user, _succession(user))


def _succession(user) -> SuccessorForm:
    """The colleagues to choose from; whoever removes somebody else is proposed."""
    form = SuccessorForm()
    form.offer(queries.colleagues_of(user))
    if not form.is_submitted() and current_viewer().user_id != user.id:
        form.successor.data = current_viewer().user_id
    return form


def _remove_page(user, form: SuccessorForm):
    page = render_template("accounts/remove.html", user=user, form=form, back=_people_url(user.office))
    return page, 422 if form.errors else 200


@bp.post("/instansi-saya/orang/<int:user_id>/keluarkan")
def remove(user_id):
    """Remove a person."""
    viewer = current_viewer()
    user = service.find_person(user_id, viewer)
    back, form = _people_url(user.office), _succession(user)
    if not form.validate_on_submit():
        return _remove_page(user, form)
    service.remove(user, viewer, form.successor.data)
    db.session.commit()
    flash(f"{user.name} tidak lagi dapat masuk. Tulisannya tetap ada.")
    if user.id != viewer.user_id:
        return redirect(back, 303)
    logout_user()
    return redirect("/", 303)


# Invitations, from the other side


@bp.route("/undangan/<token>", methods=["GET", "POST"])
@public
@resendable("membuat akun dari undangan")
def accept(token):
    """Accept an invitation; says clearly when it is no longer open."""
    form, viewer = AcceptForm(), current_viewer()
    invitation = queries.invitation_of(token)
    state = invitation.state(clock.now()) if invitation else "unknown"
    if state == "used" and viewer.is_signed_in and current_user.email == invitation.email:
        return redirect("/beranda", 303)
    if state == "open" and viewer.is_signed_in:
        return render_template("accounts/invitation_signed_in.html", invitation=invitation)
    if form.is_submitted() and once.replay(form.once.data, viewer) is not None:
        return redirect("/beranda", 303)
    if (refused := _refused_invitation(invitation, state)) is not None:
        return refused
    if form.validate_on_submit():
        try:
            user = service.accept_invitation(
                invitation, name=form.name.data, position=form.position.data, nip=form.nip.data, password=form.password.data
            )
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        except Conflict:  # withdrawn or used this very moment, or the address has got an account
            db.session.rollback()
            return _refused_invitation(invitation, invitation.state(clock.now()))
        else:
            once.remember(form.once.data, viewer, "/beranda")
            db.session.commit()
            login_user(user, authn_via=["invitation"])
            flash(f"Selamat datang di Berguru, {user.name}.")
            return redirect("/beranda", 303)
    page = render_template("accounts/accept.html", form=form, invitation=invitation)
    return page, 422 if form.is_submitted() else 200


def _refused_invitation(invitation, state: str):
    """The page that says why it cannot be accepted; None when it can. That an address has an account is told to its owner alone, who has
    the link from a mail."""
    if state != "open":
        page = render_template("accounts/invitation_closed.html", invitation=invitation, state=state)
        return page, 404 if state == "unknown" else 410
    if (known := queries.by_email(invitation.email)) is not None:
        return render_template("accounts/invitation_elsewhere.html", invitation=invitation, office=known.office), 409
    return None


# One's own account


@bp.route("/akun", methods=["GET", "POST"])
@resendable("menyimpan data akun")
def profile():
    """What others see of me, my password, and my second step."""
    user = current_user._get_current_object()
    form = ProfileForm(obj=user)
    if form.validate_on_submit():
        try:
            service.update_profile(
                user,
                name=form.name.data,
                position=form.position.data,
                phone=form.phone.data,
                nip=form.nip.data,
                viewer=current_viewer(),
            )
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash("Profil disimpan.")
            return redirect(url_for(".profile"), 303)
    page = render_template("accounts/profile.html", form=form, user=user)
    return page, 422 if form.is_submitted() else 200


@bp.route("/akun/serahkan", methods=["GET", "POST"])
def hand_over():
    """Let a colleague be told in my place: on leave, or before I go."""
    viewer = current_viewer()
    user = db.session.get(User, viewer.user_id)
    form = SuccessorForm()
    form.offer(queries.colleagues_of(user))
    if form.validate_on_submit():
        try:
            successor = service.hand_over(user, form.successor.data, viewer)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash(f"Pekerjaan Anda diserahkan kepada {successor.name}.")
            return redirect(url_for(".profile"), 303)
    return render_template("accounts/hand_over.html", user=user, form=form), 422 if form.errors else 200


@bp.post("/akun/serahkan/batal")
def take_back():
    """Back from leave."""
    viewer = current_viewer()
    service.take_back(db.session.get(User, viewer.user_id), viewer)
    db.session.commit()
    flash("Anda menerima pemberitahuan sendiri lagi.")
    return redirect(url_for(".profile"), 303)
