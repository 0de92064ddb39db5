"""Answers and comments: writing, changing, accepting, confirming, taking back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from kb.core import markdown, once
from kb.core.access import require
from kb.core.comparison import compare, compare_apart
from kb.core.db import db
from kb.core.errors import Conflict, Invalid, Refused
from kb.core.resending import resendable
from kb.core.viewer import current_viewer
from kb.questions import policy, queries, service
from kb.questions.forms import BODY_MAX, AnswerForm, AppliedForm, CommentForm
from kb.questions.models import Answer
from kb.questions.service import EditConflict, NotMember, Widened
from kb.questions.views import page

bp = Blueprint("answers", __name__, url_prefix="/tanya/<int:question_id>")


def _back(question_id: int, answer_id: int | None = None):
    anchor = f"jawaban-{answer_id}" if answer_id else None
    return redirect(url_for("questions.show", question_id=question_id, _anchor=anchor), 303)


@bp.post("/jawab")
@resendable("mengirim jawaban")
def give(question_id: int):
    """Answer in the name of one's office."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    form = AnswerForm(prefix="jawab-")
    if request.form.get("action") == "preview" and policy.can_answer(viewer, question) and service.may_write(viewer):
        return _editor(form, question_id, preview=markdown.preview(form.body.data, BODY_MAX), status=200)
    if not form.validate():
        return page(question, 422, answer=form)
    Answer.prepare(form.body.data)
    if (location := once.replay(form.once.data, viewer)) is not None:
        return redirect(location or url_for("questions.show", question_id=question_id), 303)
    try:
        found = service.answer(question, form.body.data, viewer, form.seen.data)
    except (Invalid, Conflict, NotMember) as error:
        return _refused(form, error, question_id, answer=form)
    once.remember(form.once.data, viewer, url_for("questions.show", question_id=question_id, _anchor=f"jawaban-{found.id}"))
    db.session.commit()
    flash("Jawaban terkirim. Penanya diberi tahu.")
    return _back(question_id, found.id)


def _refused(form: AnswerForm | CommentForm, error: Refused, question_id: int, **forms):
    """The page of the question with what was typed and why it was not sent; who now knows of new readers may send it to them."""
    db.session.rollback()
    form.blame(error if isinstance(error, Invalid) else Invalid(error.message, "body"))
    if isinstance(error, Widened):
        form.seen.data = None
    return page(service.find(question_id, current_viewer()), error.status, **forms)


@bp.route("/jawaban/<int:answer_id>/ubah", methods=["GET", "POST"])
@resendable("menyimpan jawaban")
def edit(question_id: int, answer_id: int):
    """Change an answer."""
    viewer = current_viewer()
    found = service.find_answer(question_id, answer_id, viewer)
    require(seen=True, allowed=policy.can_edit_answer(viewer, found))
    form = AnswerForm(prefix="jawab-")
    if not form.is_submitted():
        form.body.data, form.version.data = found.body, found.version
    if request.form.get("action") == "preview":
        return _editor(form, question_id, found, preview=markdown.preview(form.body.data, BODY_MAX), status=200)
    if form.validate_on_submit():
        Answer.prepare(form.body.data)
        try:
            service.edit_answer(found, form.body.data, viewer, form.version.data)
        except EditConflict:
            db.session.rollback()
            theirs = service.find_answer(question_id, answer_id, viewer)
            form.version.raw_data = None
            form.version.data = theirs.version
            return _editor(form, question_id, theirs, changes=compare_apart(theirs.body, form.body.data), status=409)
        db.session.commit()
        flash("Perubahan disimpan.")
        return _back(question_id, answer_id)
    return _editor(form, question_id, found)


def _editor(form: AnswerForm, question_id: int, found: Answer | None = None, preview=None, changes=None, status: int | None = None):
    if status is None:
        status = 422 if form.is_submitted() else 200
    question = service.find(question_id, current_viewer())
    html = render_template(
        "questions/answer.html", form=form, question=question, answer=found, preview=preview, changes=changes, failed=changes is not None
    )
    return html, status


@bp.get("/jawaban/<int:answer_id>/riwayat")
def history(question_id: int, answer_id: int):
    """All states of an answer, for whom may read it: an answer that people apply should hide no change."""
    viewer = current_viewer()
    found = service.find_answer(question_id, answer_id, viewer)
    states = queries.answer_revisions(found)
    pairs = [(new, compare(old.body, new.body), None) for new, old in zip(states, states[1:], strict=False)]
    back = [("Tanya", "/tanya"), (found.question.title, f"/tanya/{question_id}")]
    return render_template("questions/history.html", title=f"Riwayat jawaban {found.office.name}", back=back, pairs=pairs, first=states[-1])


def _act(question_id: int, answer_id: int, act, said: str):
    """One button of an answer."""
    viewer = current_viewer()
    act(service.find_answer(question_id, answer_id, viewer), viewer)
    db.session.commit()
    flash(said)
    return _back(question_id, answer_id)


@bp.post("/jawaban/<int:answer_id>/terima")
def accept(question_id: int, answer_id: int):
    """The asking office takes this answer."""
    return _act(question_id, answer_id, service.accept, "Jawaban diterima. Pertanyaan ini sekarang terjawab.")


@bp.post("/jawaban/<int:answer_id>/batal-terima")
def unaccept(question_id: int, answer_id: int):
    """It did not solve it after all."""
    return _act(question_id, answer_id, service.unaccept, "Penerimaan dibatalkan. Pertanyaan terbuka lagi.")


@bp.post("/jawaban/<int:answer_id>/membantu")
def helpful(question_id: int, answer_id: int):
    """It helped."""
    return _act(question_id, answer_id, service.find_helpful, "Tercatat: jawaban ini membantu Anda.")


@bp.post("/jawaban/<int:answer_id>/masih-berlaku")
def confirm_current(question_id: int, answer_id: int):
    """It still holds."""
    return _act(question_id, answer_id, service.confirm_current, "Tercatat: jawaban ini masih berlaku hari ini.")


@bp.post("/jawaban/<int:answer_id>/tarik")
def withdraw(question_id: int, answer_id: int):
    """Our office takes it back."""
    return _act(question_id, answer_id, service.withdraw, "Jawaban ditarik. Orang lain tidak dapat membacanya lagi.")


@bp.post("/jawaban/<int:answer_id>/diterapkan")
@resendable("menyatakan jawaban berhasil diterapkan")
def applied(question_id: int, answer_id: int):
    """It worked in the asking office."""
    viewer = current_viewer()
    form = AppliedForm(prefix="hasil-")
    found = service.find_answer(question_id, answer_id, viewer)
    if not form.validate():
        return page(service.find(question_id, viewer), 422, applied=form)
    service.confirm_applied(found, form.note.data or "", viewer)
    db.session.commit()
    flash("Tercatat: jawaban ini berhasil diterapkan. Instansi yang menjawab diberi tahu.")
    return _back(question_id, answer_id)


@bp.post("/komentar")
@resendable("mengirim komentar")
def comment(question_id: int):
    """Clarify a question, or one of its answers."""
    viewer = current_viewer()
    question = service.find(question_id, viewer)
    form = CommentForm(prefix="komentar-")
    if not form.validate():
        return page(question, 422, comment=form)
    on = service.find_answer(question_id, form.on.data, viewer) if form.on.data else None
    if once.replay(form.once.data, viewer) is None:
        try:
            service.comment(question, form.body.data, viewer, on, form.seen.data)
        except (Invalid, Conflict, NotMember) as error:
            return _refused(form, error, question_id, comment=form)
        once.remember(form.once.data, viewer, url_for("questions.show", question_id=question_id))
        db.session.commit()
        flash("Komentar terkirim.")
    return _back(question_id, form.on.data)
