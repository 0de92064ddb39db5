"""Pages of questions: the list, one question, asking, changing, closing and merging."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from wtforms.fields import SelectChoice

from kb.core import clock, markdown, once, workdays
from kb.core.access import public, require, told_readers
from kb.core.cleaning import clean_line
from kb.core.comparison import compare, compare_apart
from kb.core.days_off import holidays_from
from kb.core.db import db, hand_back
from kb.core.errors import Conflict, Invalid
from kb.core.resending import resendable
from kb.core.viewer import Viewer, current_viewer
from kb.instruments import loader
from kb.offices import queries as offices
from kb.offices.models import Office
from kb.questions import escalation, policy, queries, service
from kb.questions.forms import BODY_MAX, AnswerForm, AppliedForm, CloseForm, CommentForm, InviteForm, MergeForm, QuestionForm
from kb.questions.models import Question
from kb.questions.service import EditConflict, Guest, NotMember
from kb.questions.surroundings import known

bp = Blueprint("questions", __name__)


@bp.get("/tanya")
@public
def index():
    """The questions the viewer may see, newest first, narrowed by state, indicator, office and what they are about."""
    viewer = current_viewer()
    state = request.args.get("keadaan", "")
    code = request.args.get("indikator", "")
    about = known.find_about(request.args, viewer)
    wanted = queries.Filter(
        state=state if state in queries.STATES else "",
        code=code if _indicator(code) else "",
        office=request.args.get("instansi", "")[:80],
        invited=request.args.get("untuk") == "kami" and viewer.office_id is not None,
        ours=request.args.get("dari") == "kami" and viewer.office_id is not None,
        about=about,
    )
    return render_template(
        "questions/index.html",
        page=queries.listing(viewer, wanted),
        wanted=wanted,
        indicator=_indicator(code),
        about=known.about(*about, viewer) if about else None,
        states=queries.STATES,
        instruments=loader.all_instruments(),
        may_write=service.may_write(viewer),
        may_moderate=policy.can_moderate(viewer),
    )


def _indicator(code: str):
    try:
        return loader.indicator(code)
    except loader.UnknownIndicator:
        return None


@bp.get("/tanya/menunggu")
@public
def waiting():
    """How long questions wait, per indicator, shown openly."""
    viewer = current_viewer()
    rows = [(loader.indicator(wait.code), wait) for wait in queries.waits(viewer)]
    return render_template("questions/waiting.html", rows=rows, oldest=queries.unanswered(viewer, 10), stages=escalation.STAGES)


@bp.get("/tanya/<int:question_id>")
@public
def show(question_id: int):
    """A question with its answers. A duplicate leads to the other one, unless its own text is asked for."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    target = question.merged_into
    if target is not None and "asli" not in request.args and policy.can_view(viewer, target):
        return redirect(url_for(".show", question_id=target.id, dari=question.id), 302)
    return page(question)


def page(question: Question, status: int = 200, **forms):
    """The page of a question, with forms that failed, if any. Then nothing is saved any more, and the page keeps nobody from writing."""
    if status != 200:
        hand_back()
    viewer = current_viewer()
    thread = queries.thread(question, viewer)
    invite = forms.get("invite") or InviteForm(formdata=None)
    answer = forms.get("answer") or AnswerForm(formdata=None, prefix="jawab-")
    comment = forms.get("comment") or CommentForm(formdata=None, prefix="komentar-")
    for form in (answer, comment):
        form.seen.data = form.seen.data or question.visibility
    if policy.can_invite(viewer, question):
        invite.office.choices = _invitable(question, {row.office_id for row in thread.invitations})
    mine = next((row for row in thread.invitations if viewer.is_of(row.office_id)), None)
    html = render_template(
        "questions/show.html",
        question=question,
        thread=thread,
        indicators=[loader.indicator(code) for code in question.indicators],
        about=known.about(question.about_kind, question.about_id, viewer) if question.about_kind else None,
        became=known.became(question.id, viewer),
        may=policy,
        is_member=service.may_write(viewer),
        mine=mine,
        waits=question.status == "open" and not question.answer_count and question.hidden_at is None,
        upcoming=_upcoming(question, thread),
        answer_form=answer,
        comment_form=comment,
        invite_form=invite,
        close_form=forms.get("close") or CloseForm(formdata=None, prefix="tutup-"),
        applied_form=forms.get("applied") or AppliedForm(formdata=None, prefix="hasil-"),
        new_key=once.new_key,
        failed=next((form for form in forms.values() if form.errors), None),
    )
    return html, status


def _invitable(question: Question, invited: set[int]) -> list[SelectChoice]:
    excluded = {question.office_id, *invited}
    return [SelectChoice(office.slug, office.name) for office in offices.joined() if office.id not in excluded]


def _upcoming(question: Question, thread: queries.Thread):
    """Who is told next of a question that nobody has answered, and on which day."""
    if question.status != "open" or question.answer_count:
        return None
    asked_on = clock.day_of(question.asked_at)
    return escalation.upcoming(asked_on, question.stage, holidays_from(asked_on.year), _promised(question, thread))


def _promised(question: Question, thread: queries.Thread) -> tuple[escalation.Stage, ...]:
    invited = any(row.declined_at is None and row.office.is_member for row in thread.invitations)
    return escalation.promised(invited, bool(question.indicators), question.visibility == "para_pihak")


@bp.route("/tanya/baru", methods=["GET", "POST"])
@resendable("mengajukan pertanyaan")
def new():
    """Ask: write, then check what is similar and whom to invite, then send."""
    viewer = current_viewer()
    require(seen=True, allowed=policy.can_write(viewer))
    form = QuestionForm(own_office_id=viewer.office_id)
    if not service.may_write(viewer):
        return _not_member(form)
    if not form.is_submitted():
        _prefill(form, viewer)
        return _editor(form)
    action = request.form.get("action")
    if action == "preview":
        return _editor(form, preview=markdown.preview(form.body.data, BODY_MAX), status=200)
    if action == "change":
        return _editor(form, status=200)
    if not form.validate():
        return _editor(form)
    if action != "send":
        return _check(form, viewer)
    Question.prepare(form.body.data)
    if (location := once.replay(form.once.data, viewer)) is not None:
        return redirect(location or url_for(".index"), 303)
    try:
        question = service.ask(form.content(_about(form, viewer)), viewer, _guests(form, viewer))
    except Invalid as error:
        db.session.rollback()
        return _refused(form, error)
    location = url_for(".sent", question_id=question.id)
    once.remember(form.once.data, viewer, location)
    db.session.commit()
    return redirect(location, 303)


def _refused(form: QuestionForm, error: Invalid):
    """The form with what is wrong, and the way to the question that was asked already."""
    form.blame(error)
    return _editor(form, repeated=error.question_id if isinstance(error, service.Repeated) else None)


def _not_member(form: QuestionForm, question: Question | None = None):
    """Who does not belong to the network learns it before writing; who wrote already keeps the text."""
    if not form.is_submitted():
        raise NotMember
    form.blame(NotMember())
    return _editor(form, question, status=NotMember.status)


def _prefill(form: QuestionForm, viewer: Viewer) -> None:
    form.indicators.data = [code for code in request.args.getlist("indikator") if _indicator(code)]
    form.title.data = (clean_line(request.args.get("judul", "")) or "")[:160]
    asked = request.args.get("kepada", "")
    if asked in _labels(form.addressed):
        form.addressed.data = asked
    if about := known.find_about(request.args, viewer):
        form.about.data = f"{about[0]}:{about[1]}"


def _labels(field) -> dict[str, str]:
    return {choice.value: choice.label for choice in field.choices}


def _about(form: QuestionForm, viewer: Viewer) -> tuple[str, int] | None:
    """The thing the question is about, if the asker may see it."""
    kind, _, ident = (form.about.data or "").partition(":")
    if not ident.isdecimal() or len(ident) > 9:
        return None
    return (kind, int(ident)) if known.about(kind, int(ident), viewer) else None


def _guests(form: QuestionForm, viewer: Viewer) -> tuple[Guest, ...]:
    """The proposed offices that were left ticked, with the reasons of now; nobody else can be slipped in."""
    return tuple(Guest(office.id, reason) for office, reason in _proposed(form, viewer) if office.id in form.invited.data)


def _proposed(form: QuestionForm, viewer: Viewer) -> list[tuple[Office, str]]:
    """Nobody is invited into a confidential question."""
    content = form.content()
    if content.visibility == "para_pihak":
        return []
    return queries.proposed(content.indicators, content.visibility, {viewer.office_id, content.addressed_id})


def _check(form: QuestionForm, viewer: Viewer):
    """What is similar, who would be asked, and all answers, before it is sent."""
    try:
        service.check(form.content(), viewer)
    except Invalid as error:
        return _refused(form, error)
    html = markdown.preview(form.body.data, BODY_MAX)
    about = _about(form, viewer)
    return render_template(
        "questions/check.html",
        form=form,
        html=html,
        similar=known.similar(form.title.data, viewer, form.body.data),
        proposed=_proposed(form, viewer),
        indicators=[loader.indicator(code) for code in form.indicators.data],
        addressed=_labels(form.addressed).get(form.addressed.data or ""),
        visibility=_labels(form.visibility)[form.visibility.data],
        about=known.about(*about, viewer) if about else None,
    )


@bp.get("/tanya/<int:question_id>/terkirim")
def sent(question_id: int):
    """The confirmation: its number, who was asked, and what happens next."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    require(seen=True, allowed=policy.can_edit(viewer, question))
    thread = queries.thread(question, viewer)
    asked_on = clock.day_of(question.asked_at)
    off = holidays_from(asked_on.year)
    days = [(stage, workdays.after(asked_on, stage.days, off)) for stage in _promised(question, thread)]
    return render_template("questions/sent.html", question=question, invitations=thread.invitations, days=days)


@bp.route("/tanya/<int:question_id>/ubah", methods=["GET", "POST"])
@resendable("menyimpan pertanyaan")
def edit(question_id: int):
    """Change a question."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    require(seen=True, allowed=policy.can_edit(viewer, question))
    form = QuestionForm(own_office_id=viewer.office_id)
    del form.addressed, form.invited, form.about
    if not service.may_write(viewer):
        return _not_member(form, question)
    if not form.is_submitted():
        form.fill(question)
    if request.form.get("action") == "preview":
        return _editor(form, question, preview=markdown.preview(form.body.data, BODY_MAX), status=200)
    if form.validate_on_submit() and service.opens_further(question, form.visibility.data) and not told_readers(form.visibility.data):
        return _editor(form, question, status=200, opening=form.visibility.data)
    if form.validate_on_submit():
        Question.prepare(form.body.data)
        try:
            service.edit(question, form.content(), viewer, form.version.data)
        except EditConflict:
            db.session.rollback()
            return _conflict(form, question_id)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash("Perubahan disimpan.")
            return redirect(url_for(".show", question_id=question_id), 303)
    return _editor(form, service.find(question_id, viewer))


def _editor(
    form: QuestionForm, question: Question | None = None, preview=None, status: int | None = None, opening="", repeated: int | None = None
):
    if status is None:
        status = 422 if form.is_submitted() else 200
    about = _about(form, current_viewer()) if form.about else None
    html = render_template(
        "questions/edit.html",
        form=form,
        question=question,
        preview=preview,
        opening=opening,
        repeated=repeated,
        about=known.about(*about, current_viewer()) if about else None,
        instruments=loader.all_instruments(),
    )
    return html, status


def _conflict(form: QuestionForm, question_id: int):
    """Both texts, so that nothing is lost: mine to go on with, and what differs."""
    theirs = service.find(question_id, current_viewer())
    form.version.raw_data = None
    form.version.data = theirs.version
    changes = compare_apart(theirs.body, form.body.data or "")
    html = render_template(
        "questions/edit.html", form=form, question=theirs, preview=None, about=None, instruments=loader.all_instruments(), changes=changes,
        failed=True,
    )  # fmt: skip
    return html, 409


@bp.get("/tanya/<int:question_id>/riwayat")
def history(question_id: int):
    """All states of a question, for its office and the moderators."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    require(seen=True, allowed=viewer.is_of(question.office_id) or policy.can_moderate(viewer))
    found = queries.revisions(question)
    pairs = [(new, compare(old.body, new.body), old.title != new.title and old.title) for new, old in zip(found, found[1:], strict=False)]
    back = [("Tanya", "/tanya"), (question.title, f"/tanya/{question.id}")]
    return render_template("questions/history.html", title=f"Riwayat: {question.title}", back=back, pairs=pairs, first=found[-1])


@bp.post("/tanya/<int:question_id>/undang")
@resendable("mengundang instansi menjawab")
def invite(question_id: int):
    """Ask one more office to answer."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    form = InviteForm()
    form.office.choices = _invitable(question, set())
    if not form.validate():
        return page(question, 422, invite=form)
    if once.replay(form.once.data, viewer) is None:
        try:
            service.invite(question, Guest(offices.by_slug(form.office.data).id, service.CHOSEN), viewer)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
            return page(service.find(question_id, viewer), 422, invite=form)
        once.remember(form.once.data, viewer, url_for(".show", question_id=question_id))
        db.session.commit()
        flash("Undangan dikirim.")
    return redirect(url_for(".show", question_id=question_id, _anchor="undangan"), 303)


@bp.post("/tanya/<int:question_id>/undangan/tolak")
def decline_invitation(question_id: int):
    """Our office is not the right one."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    try:
        is_new = service.decline_invitation(question, viewer)
    except Conflict as error:  # pressed on a page that was opened a while ago
        db.session.rollback()
        flash(error.message, "error")
    else:
        db.session.commit()
        done = "Undangan dilewati." if is_new else "Undangan ini sudah dilewati sebelumnya."
        flash(f"{done} Instansi Anda tidak akan diingatkan lagi tentang pertanyaan ini.")
    return redirect(url_for(".show", question_id=question_id), 303)


@bp.post("/tanya/<int:question_id>/tutup")
@resendable("menutup pertanyaan")
def close(question_id: int):
    """No answer is needed any more."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    form = CloseForm(prefix="tutup-")
    if not form.validate():
        return page(question, 422, close=form)
    service.close(question, form.because.data, viewer)
    db.session.commit()
    flash("Pertanyaan ditutup.")
    return redirect(url_for(".show", question_id=question_id), 303)


@bp.post("/tanya/<int:question_id>/buka")
def reopen(question_id: int):
    """Ask again."""
    viewer = current_viewer()
    service.reopen(service.find(question_id, viewer), viewer)
    db.session.commit()
    flash("Pertanyaan dibuka kembali dan menunggu jawaban.")
    return redirect(url_for(".show", question_id=question_id), 303)


@bp.route("/tanya/<int:question_id>/gabung", methods=["GET", "POST"])
@resendable("menggabungkan pertanyaan")
def merge(question_id: int):
    """Lead a duplicate to the question that already has it."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    require(seen=True, allowed=policy.can_merge(viewer, question))
    if request.method == "GET" and not service.may_write(viewer):
        raise NotMember
    form = MergeForm()
    if form.validate_on_submit():
        try:
            service.merge(question, service.target(form.into.data, viewer), viewer)
        except (Invalid, Conflict, NotMember) as error:
            db.session.rollback()
            form.blame(error if isinstance(error, Invalid) else Invalid(error.message, "into"))
            question = service.find(question_id, viewer)
        else:
            db.session.commit()
            flash("Pertanyaan digabung. Alamat lamanya mengarah ke sini.")
            return redirect(url_for(".show", question_id=form.into.data), 303)
    status = 422 if form.is_submitted() else 200
    alike = known.similar(question.title, viewer, question.body)
    similar = [thing for thing in alike if thing.kind == "question" and not thing.url.endswith(f"/{question.id}")]
    return render_template("questions/merge.html", form=form, question=question, similar=similar), status
