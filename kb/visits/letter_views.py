"""Pages of letters: the list, what each still needs, the print page, the DOCX, the signed PDF."""

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from wtforms import DateField, StringField, TextAreaField
from wtforms.validators import Length, Optional, Regexp

from kb.core import files
from kb.core.db import db
from kb.core.errors import Invalid, NotFound
from kb.core.forms import Form
from kb.core.resending import resendable
from kb.core.uploads import UploadField
from kb.core.viewer import current_viewer
from kb.visits import compose, letter_docx, letter_service, letters, signers
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
    receiver = StringField("Penerima rombongan: nama dan jabatan (opsional)", [Optional(), Length(max=200)])
    contact = StringField("Narahubung tuan rumah: nama dan nomor (opsional)", [Optional(), Length(max=160)])
    addressee = StringField("Kepada siapa laporan ini (opsional)", [Optional(), Length(max=200)])
    assignment = StringField("Nomor dan tanggal surat tugas (opsional)", [Optional(), Length(max=160)])
    upload = UploadField("Surat bertanda tangan sebagai pengganti, PDF paling besar 5 MB (opsional)", files.check)

    def keep_only(self, kind: str) -> None:
        """Ask what letters of this kind need."""
        for name in signers.Details.__dataclass_fields__:
            if name not in (*letters.SIGNED, *KINDS[kind].asks):
                delattr(self, name)

    def details(self) -> signers.Details:
        """What was typed."""
        texts = {name: self[name].data for name in signers.Details.__dataclass_fields__ if name in self and self[name].data}
        return signers.Details(**texts)


def _parse(slug: str) -> tuple[str, int]:
    found = letter_service.parse_slug(slug)
    if found is None:
        raise NotFound
    return found


@bp.get("/kunjungan/<int:visit_id>/surat")
def index(visit_id: int):
    """All letters of the visit, and what each still needs."""
    viewer, visit = current_viewer(), find(visit_id)
    return render_template("visits/letters.html", visit=visit, entries=letter_service.entries(visit, viewer))


@bp.route("/kunjungan/<int:visit_id>/surat/<slug>", methods=["GET", "POST"])
@resendable("menyimpan surat")
def edit(visit_id: int, slug: str):
    """Number, date, signer; or the signed PDF in its place."""
    kind, turn = _parse(slug)
    viewer, visit, form = current_viewer(), find(visit_id), DetailsForm()
    form.keep_only(kind)
    label = letter_service.label_of(kind, turn)
    if form.validate_on_submit():
        try:
            letter_service.save(visit, kind, turn, viewer, form.details(), form.upload.data)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
            visit = find(visit_id)
        else:
            db.session.commit()
            flash(f"{label} disimpan.")
            return redirect(url_for(".edit", visit_id=visit_id, slug=slug), 303)
    letter = visit.letter(kind, turn)
    if not form.is_submitted():
        form.process(obj=signers.details(visit, kind, letter))
    page = render_template(
        "visits/letter.html", visit=visit, form=form, kind=kind, slug=slug, label=label, letter=letter,
        may_write=letter_service.may_write(visit, kind, viewer), ready=compose.is_ready(visit, kind, turn),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _compose(visit: Visit, slug: str) -> letters.Letter:
    kind, turn = _parse(slug)
    if not compose.is_ready(visit, kind, turn):
        raise NotFound
    return compose.letter_of(visit, kind, current_app.config["BASE_URL"], turn)


@bp.get("/kunjungan/<int:visit_id>/surat/<slug>/cetak")
def print_page(visit_id: int, slug: str):
    """The letter for the printer. The report is one, with its notes, and a room further up knows them."""
    visit = find(visit_id)
    if slug == "laporan":
        return redirect(f"/kunjungan/{visit_id}/laporan")
    return render_template("visits/letter_print.html", visit=visit, letter=_compose(visit, slug), word=f"surat/{slug}.docx")


@bp.get("/kunjungan/<int:visit_id>/surat/<slug>.docx")
def as_docx(visit_id: int, slug: str):
    """The letter for Word."""
    visit = find(visit_id)
    if slug == "laporan":
        return redirect(f"/kunjungan/{visit_id}/laporan.docx")
    return docx_answer(_compose(visit, slug), f"{slug}-{visit.reference or visit.id}.docx")


def docx_answer(letter: letters.Letter, name: str) -> Response:
    """A letter as a download."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(letter_docx.write(letter), mimetype=DOCX, headers=headers)


@bp.get("/kunjungan/<int:visit_id>/surat/qr.png")
def qr(visit_id: int):
    """The address of the visit as a picture."""
    visit = find(visit_id)
    return Response(letters.qr(f"{current_app.config['BASE_URL']}/kunjungan/{visit.id}"), mimetype="image/png")


@bp.get("/kunjungan/<int:visit_id>/surat/<slug>/berkas")
def signed(visit_id: int, slug: str):
    """The signed PDF."""
    letter = find(visit_id).letter(*_parse(slug))
    if letter is None or letter.file is None:
        raise NotFound
    return files.send(letter.file)
