"""Reporting, and the moderators' pages."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kb.core.access import require
from kb.core.db import db
from kb.core.errors import Invalid, NotFound
from kb.core.resending import resendable
from kb.core.viewer import Viewer, current_viewer
from kb.questions import moderation, policy, queries, service
from kb.questions.forms import FlagForm, HideForm, RedactForm
from kb.questions.models import Question

bp = Blueprint("moderation", __name__)


@bp.get("/tanya/moderasi")
def queue():
    """What was reported, and what nobody answered."""
    require(seen=True, allowed=policy.can_moderate(current_viewer()))
    return render_template("questions/moderation.html", cases=queries.cases(), abandoned=queries.abandoned(), reasons=moderation.REASONS)


def _part(question: Question, viewer: Viewer):
    """The part that `bagian` names, as "answer:5"; the question itself by default. Raises NotFound."""
    kind, _, ident = request.values.get("bagian", f"question:{question.id}").partition(":")
    if not ident.isdecimal() or len(ident) > 9:
        raise NotFound
    part = moderation.subject(question, kind, int(ident))
    if part is None or (kind != "question" and not policy.can_read_answer(viewer, part)):
        raise NotFound
    return f"{kind}:{ident}", part


@bp.route("/tanya/<int:question_id>/laporkan", methods=["GET", "POST"])
@resendable("melaporkan tulisan")
def flag(question_id: int):
    """Ask the moderators to look."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    require(seen=True, allowed=policy.can_flag(viewer, question))
    if request.method == "GET" and not service.may_write(viewer):
        raise service.NotMember
    name, part = _part(question, viewer)
    form = FlagForm()
    if form.validate_on_submit():
        try:
            moderation.flag(question, part, form.reason.data, form.note.data or "", viewer)
        except (Invalid, service.NotMember) as error:
            db.session.rollback()
            form.blame(error)
            question = service.find(question_id, viewer)
        else:
            db.session.commit()
            flash("Laporan terkirim ke moderator. Terima kasih.")
            return redirect(url_for("questions.show", question_id=question_id), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("questions/flag.html", form=form, question=question, part=name), status


@bp.route("/tanya/<int:question_id>/sembunyikan", methods=["GET", "POST"])
@resendable("menyembunyikan tulisan")
def hide(question_id: int):
    """Take a part out of sight."""
    viewer, question = _moderated(question_id)
    name, part = _part(question, viewer)
    form = HideForm()
    if form.validate_on_submit():
        moderation.hide(question, part, form.because.data, viewer)
        db.session.commit()
        flash("Disembunyikan. Tindakan ini tercatat di jejak audit.")
        return redirect(url_for(".queue"), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("questions/hide.html", form=form, question=question, part=name, text=part.body), status


def _moderated(question_id: int) -> tuple[Viewer, Question]:
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    require(seen=True, allowed=policy.can_moderate(viewer))
    return viewer, question


@bp.post("/tanya/<int:question_id>/tampilkan")
def show(question_id: int):
    """Bring a hidden part back."""
    viewer, question = _moderated(question_id)
    moderation.show(question, _part(question, viewer)[1], viewer)
    db.session.commit()
    flash("Ditampilkan kembali. Tindakan ini tercatat di jejak audit.")
    return redirect(url_for("questions.show", question_id=question_id), 303)


@bp.post("/tanya/<int:question_id>/abaikan")
def dismiss(question_id: int):
    """The reports call for nothing."""
    viewer, question = _moderated(question_id)
    moderation.dismiss(question, _part(question, viewer)[1], viewer)
    db.session.commit()
    flash("Laporan diabaikan. Tindakan ini tercatat di jejak audit.")
    return redirect(url_for(".queue"), 303)


@bp.route("/tanya/<int:question_id>/samarkan", methods=["GET", "POST"])
@resendable("menyamarkan teks")
def redact(question_id: int):
    """Replace personal data in all texts of a question and in all their revisions."""
    viewer, question = _moderated(question_id)
    form = RedactForm()
    if form.validate_on_submit():
        try:
            rendered = moderation.rendered_without(question, form.text.data, viewer)
            count = moderation.redact(question, form.text.data, viewer, rendered)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
            question = service.find(question_id, viewer)
        else:
            db.session.commit()
            flash(f"Disamarkan di {count} teks, termasuk riwayatnya. Tindakan ini tercatat di jejak audit.")
            return redirect(url_for("questions.show", question_id=question_id), 303)
    status = 422 if form.is_submitted() else 200
    return render_template("questions/redact.html", form=form, question=question), status
