"""Pages of letters: the list, what each still needs, the print page, the DOCX, the signed PDF."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask_wtf.file import FileField
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from kb.core import files
from kb.core.db import db
from kb.core.errors import Invalid, NotFound
from kb.core.forms import Form
from kb.core.viewer import current_viewer
from kb.visits import compose, letter_service, letters, policy
from kb.visits.letters import KINDS
from kb.visits.models import Visit
from kb.visits.views import find

bp = Blueprint("letters", __name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class DetailsForm(Form):
    """What a letter needs besides the visit."""

    number = StringField("Nomor surat (opsional)", [Optional(), Length(max=80)])
    dated_on = DateField("Tanggal surat (opsional)", [Optional()])
    nature = StringField("Sifat (opsional)", [Optional(), Length(max=40)])
    attachment = StringField("Lampiran (opsional)", [Optional(), Length(max=80)])
    place = StringField("Tempat penulisan (opsional)", [Optional(), Length(max=80)])
    signer_position = StringField("Jabatan penanda tangan (opsional)", [Optional(), Length(max=160)])
    signer_name = StringField("Nama penanda tangan (opsional)", [Optional(), Length(max=120)])
    signer_rank = StringField("Pangkat dan golongan (opsional)", [Optional(), Length(max=80)])
    signer_nip = StringField(
        "NIP penanda tangan (opsional)", [Optional(), Length(max=30), Regexp(r"^[0-9 ]+$", message="NIP hanya berisi angka.")]
    )
    copies = TextAreaField("Tembusan, satu per baris (opsional)", [Optional(), Length(max=1000)])
    upload = FileField("Surat bertanda tangan sebagai pengganti, PDF paling besar 5 MB (opsional)")

    def details(self) -> letter_service.Details:
        """What was typed."""
        texts = {name: self[name].data or "" for name in letter_service.Details.__dataclass_fields__ if name != "dated_on"}
        texts["nature"], texts["attachment"] = texts["nature"] or "Biasa", texts["attachment"] or "-"
        return letter_service.Details(**texts, dated_on=self.dated_on.data)


def _kind(kind: str) -> letters.Kind:
    if kind not in KINDS:
        raise NotFound
    return KINDS[kind]


@bp.get("/kunjungan/<int:visit_id>/surat")
def index(visit_id: int):
    """All letters of the visit, and what each still needs."""
    viewer, visit = current_viewer(), find(visit_id)
    rows = [
        (name, kind, visit.letter(name), letter_service.may_write(visit, name, viewer), compose.is_ready(visit, name))
        for name, kind in KINDS.items()
    ]
    return render_template("visits/letters.html", visit=visit, rows=rows)


@bp.route("/kunjungan/<int:visit_id>/surat/<kind>", methods=["GET", "POST"])
def edit(visit_id: int, kind: str):
    """Number, date, signer; or the signed PDF in its place."""
    viewer, visit, form = current_viewer(), find(visit_id), DetailsForm()
    found = _kind(kind)
    if form.validate_on_submit():
        try:
            letter_service.save(visit, kind, viewer, form.details(), form.upload.data)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
            visit = find(visit_id)
        else:
            db.session.commit()
            flash(f"{found.label} disimpan.")
            return redirect(url_for(".edit", visit_id=visit_id, kind=kind), 303)
    if not form.is_submitted():
        known = visit.letter(kind)
        blank = known is None or not (known.signer_name or known.place)
        form.process(obj=letter_service.usual_details(visit, kind, viewer.office_id) if blank else known)
        if known is not None and blank:
            form.number.data, form.dated_on.data = known.number, known.dated_on
    page = render_template(
        "visits/letter.html", visit=visit, form=form, kind=kind, label=found.label, letter=visit.letter(kind),
        may_write=letter_service.may_write(visit, kind, viewer), ready=compose.is_ready(visit, kind), side=policy.side(viewer, visit),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _compose(visit: Visit, kind: str) -> letters.Letter:
    _kind(kind)
    if not compose.is_ready(visit, kind):
        raise NotFound
    return compose.letter_of(visit, kind, current_app.config["BASE_URL"])


@bp.get("/kunjungan/<int:visit_id>/surat/<kind>/cetak")
def print_page(visit_id: int, kind: str):
    """The letter for the printer."""
    visit = find(visit_id)
    return render_template("visits/letter_print.html", visit=visit, letter=_compose(visit, kind))


@bp.get("/kunjungan/<int:visit_id>/surat/<kind>.docx")
def as_docx(visit_id: int, kind: str):
    """The letter for Word."""
    visit = find(visit_id)
    return docx_answer(_compose(visit, kind), f"{kind}-{visit.reference or visit.id}.docx")


def docx_answer(letter: letters.Letter, name: str) -> Response:
    """A letter as a download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(letters.docx(letter), mimetype=DOCX, headers=headers)


@bp.get("/kunjungan/<int:visit_id>/surat/qr.png")
def qr(visit_id: int):
    """The address of the visit as a picture."""
    visit = find(visit_id)
    return Response(letters.qr(f"{current_app.config['BASE_URL']}/kunjungan/{visit.id}"), mimetype="image/png")


@bp.get("/kunjungan/<int:visit_id>/surat/<kind>/berkas")
def signed(visit_id: int, kind: str):
    """The signed PDF."""
    letter = find(visit_id).letter(kind)
    if letter is None or letter.file is None:
        raise NotFound
    return files.send(letter.file)
