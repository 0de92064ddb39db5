"""Pages of notes."""

from dataclasses import replace

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from wtforms.fields import SelectChoice

from kb.core import clock, markdown, once
from kb.core.access import public, require
from kb.core.comparison import compare
from kb.core.db import db
from kb.core.errors import Conflict, Invalid, NotFound
from kb.core.viewer import Viewer, current_viewer
from kb.instruments import loader
from kb.notes import policy, queries, report, service
from kb.notes.forms import BODY_MAX, FollowUpForm, NoteForm, skeleton
from kb.notes.models import Note
from kb.notes.service import EditConflict
from kb.offices import queries as offices
from kb.visits import compose
from kb.visits import policy as visit_policy
from kb.visits import queries as visits
from kb.visits.letter_views import docx_answer
from kb.visits.models import Visit
from kb.visits.views import find as find_visit

bp = Blueprint("notes", __name__)


@bp.get("/catatan")
@public
def index():
    """The published notes the viewer may see, all or those of one visit; the drafts of the own office on top."""
    viewer = current_viewer()
    visit = _known_visit(viewer)
    visit_id = visit.id if visit else None
    drafts = queries.drafts_of(viewer, visit_id) if viewer.office_id else []
    return render_template("notes/index.html", page=queries.listing(viewer, visit_id), drafts=drafts, visit=visit)


@bp.get("/catatan/<int:note_id>")
@public
def show(note_id: int):
    """A note with its follow-ups."""
    return _show(_find(note_id), FollowUpForm(formdata=None))


def _show(note: Note, form: FollowUpForm, status: int = 200):
    viewer = current_viewer()
    form.office.choices = [SelectChoice(office.id, office.name) for office in (note.host, note.guest)]
    page = render_template(
        "notes/show.html",
        note=note,
        form=form,
        indicators=[loader.indicator(code) for code in note.indicators],
        may_edit=policy.can_edit(viewer, note),
        may_narrow=policy.can_narrow(viewer, note) and note.visibility != "para_pihak",
        may_follow_up=policy.can_follow_up(viewer, note),
        may_see_visit=note.visit is not None and visit_policy.can_view(viewer, note.visit),
        today=clock.today(),
    )
    return page, status


def _find(note_id: int) -> Note:
    note = queries.find(note_id)
    require(seen=note is not None and policy.can_view(current_viewer(), note))
    return note


@bp.route("/catatan/baru", methods=["GET", "POST"])
def new():
    """Write the notes of a visit, or of a consultation that was not arranged here."""
    viewer = current_viewer()
    require(seen=True, allowed=viewer.office_id is not None)
    visit = _known_visit(viewer)
    form = _form(viewer, visit)
    if not form.is_submitted():
        service.check_visit(visit)
        _prefill(form, visit)
    if request.form.get("action") == "preview":
        return _editor(form, visit=visit, preview=markdown.preview(form.body.data, BODY_MAX), status=200)
    if form.validate_on_submit():
        markdown.prepare(form.body.data)
        if (location := once.replay(form.once.data, viewer)) is not None:
            return redirect(location or url_for(".index"), 303)
        try:
            note = service.create(_content(form, visit), *_parties(form, visit, viewer), viewer, visit)
            location = _finish(note)
        except (Invalid, Conflict) as error:
            db.session.rollback()
            form.blame(error)
        else:
            once.remember(form.once.data, viewer, location)
            db.session.commit()
            return redirect(location, 303)
    return _editor(form, visit=_known_visit(viewer))


def _known_visit(viewer: Viewer) -> Visit | None:
    """The visit that the address names. Raises NotFound for one that the viewer must not know of."""
    visit_id = request.args.get("kunjungan", type=int)
    if visit_id is None:
        return None
    visit = visits.find(visit_id)
    require(visit is not None and visit_policy.can_view(viewer, visit))
    return visit


def _form(viewer: Viewer, visit: Visit | None) -> NoteForm:
    form = NoteForm()
    if visit is not None:
        del form.side, form.other
    else:
        form.other.choices = [
            SelectChoice(office.slug, office.name) for office in offices.all_governments() if office.id != viewer.office_id
        ]
    return form


def _prefill(form: NoteForm, visit: Visit | None) -> None:
    form.body.data = skeleton(visit.question_list if visit else [])
    if visit is not None:
        form.title.data = f"Konsultasi {visit.guest.name} ke {visit.host.name}"
        form.held_on.data = visit.day
        form.indicators.data = visit.indicators


def _content(form: NoteForm, visit: Visit | None) -> service.Content:
    return replace(form.content(), mode=visit.mode) if visit else form.content()


def _parties(form: NoteForm, visit: Visit | None, viewer: Viewer) -> tuple[int, int]:
    """Host and guest."""
    if visit is not None:
        return visit.host_id, visit.guest_id
    other = offices.by_slug(form.other.data)
    return (viewer.office_id, other.id) if form.side.data == "host" else (other.id, viewer.office_id)


def _finish(note: Note) -> str:
    if request.form.get("action") == "publish" and note.status == "draft":
        service.publish(note, current_viewer())
        flash("Catatan diterbitkan.")
    else:
        flash("Perubahan disimpan." if note.status == "published" else "Draf disimpan. Hanya instansi Anda yang dapat melihatnya.")
    return url_for(".show", note_id=note.id)


@bp.route("/catatan/<int:note_id>/ubah", methods=["GET", "POST"])
def edit(note_id: int):
    """Change a note."""
    viewer, note = current_viewer(), _find(note_id)
    require(seen=True, allowed=policy.can_edit(viewer, note))
    form = NoteForm()
    del form.side, form.other
    if not form.is_submitted():
        form.fill(note)
    if request.form.get("action") == "preview":
        return _editor(form, note, preview=markdown.preview(form.body.data, BODY_MAX), status=200)
    if form.validate_on_submit():
        markdown.prepare(form.body.data)
        if (location := once.replay(form.once.data, viewer)) is not None:
            return redirect(location or url_for(".show", note_id=note_id), 303)
        try:
            kept = replace(form.content(), held_precision=note.held_precision, mode=note.mode)
            service.edit(note, kept, viewer, form.version.data)
            location = _finish(note)
        except EditConflict as conflict:
            db.session.rollback()
            return _conflict(conflict.note, form)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            once.remember(form.once.data, viewer, location)
            db.session.commit()
            return redirect(location, 303)
    return _editor(form, _find(note_id))


def _editor(form: NoteForm, note: Note | None = None, visit: Visit | None = None, preview=None, status: int | None = None):
    if status is None:
        status = 422 if form.is_submitted() else 200
    form.offer(note)
    page = render_template("notes/edit.html", form=form, note=note, visit=visit, preview=preview, instruments=loader.all_instruments())
    return page, status


def _conflict(note: Note, form: NoteForm):
    """Both texts, so that nothing is lost."""
    form.version.raw_data = None
    form.version.data, form.once.data = note.version, once.new_key()
    form.offer(note)
    page = render_template(
        "notes/conflict.html", form=form, note=note, changes=compare(note.body, form.body.data or ""),
        instruments=loader.all_instruments(), failed=True,
    )  # fmt: skip
    return page, 409


@bp.post("/catatan/<int:note_id>/terbitkan")
def publish(note_id: int):
    """Publish a draft from its page."""
    try:
        service.publish(_find(note_id), current_viewer())
    except Invalid as error:
        db.session.rollback()
        flash(error.message, "error")
        return redirect(url_for(".edit", note_id=note_id, _anchor=error.field), 303)
    db.session.commit()
    flash("Catatan diterbitkan.")
    return redirect(url_for(".show", note_id=note_id), 303)


@bp.post("/catatan/<int:note_id>/persempit")
def narrow(note_id: int):
    """The other office keeps it to the two offices."""
    service.narrow(_find(note_id), current_viewer())
    db.session.commit()
    flash("Pembaca dipersempit: hanya kedua instansi yang dapat membaca catatan ini. Penulisnya diberi tahu.")
    return redirect(url_for(".show", note_id=note_id), 303)


@bp.get("/catatan/<int:note_id>/riwayat")
def history(note_id: int):
    """All states of a note, for its writers."""
    note = _find(note_id)
    require(seen=True, allowed=policy.can_edit(current_viewer(), note))
    found = queries.revisions(note)
    pairs = [(new, compare(old.body, new.body)) for new, old in zip(found, found[1:], strict=False)]
    return render_template("notes/history.html", note=note, pairs=pairs, first=found[-1])


@bp.post("/catatan/<int:note_id>/tindak-lanjut")
def follow_up(note_id: int):
    """Agree on something to do."""
    note, form = _find(note_id), FollowUpForm()
    form.office.choices = [SelectChoice(office.id, office.name) for office in (note.host, note.guest)]
    if not form.validate():
        return _show(note, form, 422)
    viewer, location = current_viewer(), url_for(".show", note_id=note_id, _anchor="tindak-lanjut")
    if once.replay(form.once.data, viewer) is None:
        service.add_follow_up(note, form.text.data, form.office.data, form.due_on.data, viewer)
        once.remember(form.once.data, viewer, location)
        db.session.commit()
        flash("Tindak lanjut ditambahkan.")
    return redirect(location, 303)


@bp.post("/catatan/<int:note_id>/tindak-lanjut/<int:follow_up_id>/selesai")
def finish(note_id: int, follow_up_id: int):
    """Mark a follow-up as done."""
    service.finish_follow_up(_find(note_id), follow_up_id, current_viewer())
    db.session.commit()
    return redirect(url_for(".show", note_id=note_id, _anchor="tindak-lanjut"), 303)


@bp.get("/kunjungan/<int:visit_id>/laporan")
def report_page(visit_id: int):
    """The report of a visit, ready to print."""
    visit = find_visit(visit_id)
    return render_template("visits/letter_print.html", visit=visit, letter=_report(visit), word="laporan.docx")


@bp.get("/kunjungan/<int:visit_id>/laporan.docx")
def report_docx(visit_id: int):
    """The report of a visit for Word."""
    visit = find_visit(visit_id)
    return docx_answer(_report(visit), f"laporan-{visit.reference}.docx")


def _report(visit: Visit):
    if not compose.is_ready(visit, "laporan"):
        raise NotFound
    return report.of(visit, current_viewer(), current_app.config["BASE_URL"])
