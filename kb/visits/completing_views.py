"""The page on which the guest completes a request that was sent."""

from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, url_for
from wtforms import HiddenField

from kb.core.comparison import compare_apart
from kb.core.db import db
from kb.core.errors import Invalid
from kb.core.forms import Form
from kb.core.resending import resendable
from kb.core.viewer import current_viewer
from kb.visits import completing
from kb.visits.completing import Answers, EditConflict
from kb.visits.forms import RequestForm
from kb.visits.models import Visit
from kb.visits.views import find

bp = Blueprint("completing", __name__)


class CompleteForm(Form):
    """The part of a request that may still change; `started_from` names the answers it began with."""

    started_from = HiddenField()
    questions = RequestForm.questions
    already_read = RequestForm.already_read
    head_name = RequestForm.head_name
    head_position = RequestForm.head_position
    contact_name = RequestForm.contact_name
    contact_phone = RequestForm.contact_phone
    contact_email = RequestForm.contact_email

    def answers(self) -> Answers:
        """What was typed."""
        return Answers(**{name: self[name].data or "" for name in completing.PARTS})


@bp.route("/kunjungan/<int:visit_id>/lengkapi", methods=["GET", "POST"])
@resendable("melengkapi permohonan kunjungan")
def complete(visit_id: int):
    """Questions, head of the delegation and contact, until the day."""
    viewer, visit = current_viewer(), find(visit_id)
    if visit.status == "draft":
        return redirect(url_for("visits.edit", visit_id=visit_id))
    completing.check(visit, viewer)
    form = CompleteForm()
    if not form.is_submitted():
        known = completing.answers_of(visit)
        form.process(data={**asdict(known), "started_from": known.version})
    if form.validate_on_submit():
        try:
            is_new = completing.complete(visit, form.answers(), viewer, form.started_from.data)
        except EditConflict:
            db.session.rollback()
            return _conflict(form, find(visit_id))
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            flash("Isian disimpan. Tuan rumah diberi tahu." if is_new else "Tidak ada yang berubah.")
            return redirect(url_for("visits.show", visit_id=visit_id), 303)
    return render_template("visits/complete.html", form=form, visit=find(visit_id)), 422 if form.errors else 200


def _conflict(form: CompleteForm, visit: Visit):
    """Both texts beside each other; the next save starts from the newest."""
    newest, typed = completing.answers_of(visit), form.answers()
    form.started_from.data = newest.version
    changes = compare_apart(_as_text(newest, form), _as_text(typed, form), context=0)
    return render_template("visits/complete.html", form=form, visit=visit, newest=newest, changes=changes), 409


def _as_text(answers: Answers, form: CompleteForm) -> str:
    return "\n".join(f"{form[name].label.text}: {value}" for name, value in asdict(answers).items())
