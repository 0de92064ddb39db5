"""Pages of notes."""

from dataclasses import replace

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from wtforms.fields import SelectChoice

from kb.core import clock, markdown, once
from kb.core.access import public, require, told_readers
from kb.core.addresses import row_number
from kb.core.comparison import compare, compare_apart
from kb.core.db import db
from kb.core.errors import Conflict, Invalid, NotFound
from kb.core.resending import resendable
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
        may_discard=policy.can_discard(viewer, note),
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
@resendable("menyimpan catatan baru")
def new():
    """Write the notes of a visit, or of a consultation that was not arranged here."""
    viewer = current_viewer()
    require(seen=True, allowed=viewer.office_id is not None)
    visit = _known_visit(viewer)
    form = _form(viewer, visit)
    if not form.is_submitted():
        service.check_visit(visit)
        if elsewhere := _begun(viewer):
            return redirect(elsewhere)
        form.once.data = request.args[once.PARAMETER]
        _prefill(form, visit)
    if request.form.get("action") == "preview":
        return _editor(form, visit=visit, preview=markdown.preview(form.body.data, BODY_MAX), status=200)
    if form.validate_on_submit():
        Note.prepare(form.body.data)
        if (earlier := once.replay(form.once.data, viewer)) is not None and (answer := _sent_again(earlier, form)) is not None:
            return answer
        try:
            note = service.create(_content(form, visit), *_parties(form, visit, viewer), viewer, visit)
            location = _finish(note, form)
        except (Invalid, Conflict) as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            return redirect(location, 303)
    return _editor(form, visit=_known_visit(viewer))


def _known_visit(viewer: Viewer) -> Visit | None:
    """The visit that the address names. Raises NotFound for one that the viewer must not know of."""
    visit_id = request.args.get("kunjungan", type=row_number)
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


def _finish(note: Note, form: NoteForm) -> str:
    """Publish if that was the button and its presser knows for whom; say what happened and where to go."""
    viewer, location = current_viewer(), url_for(".show", note_id=note.id)
    wanted = request.form.get("action") == "publish" and note.status == "draft"
    if wanted and told_readers(note.visibility):
        service.publish(note, viewer)
        flash("Catatan diterbitkan.")
    elif wanted:
        location = url_for(".publish", note_id=note.id)
    else:
        flash("Perubahan disimpan." if note.status == "published" else "Draf disimpan. Hanya instansi Anda yang dapat melihatnya.")
    once.remember(form.once.data, viewer, location, note.version)
    return location


@bp.route("/catatan/<int:note_id>/ubah", methods=["GET", "POST"])
@resendable("menyimpan catatan")
def edit(note_id: int):
    """Change a note."""
    viewer = current_viewer()
    try:
        note = _find(note_id)
    except NotFound:
        return _left_over(viewer)
    require(seen=True, allowed=policy.can_edit(viewer, note))
    form = NoteForm()
    del form.side, form.other
    if not form.is_submitted():
        form.fill(note)
    if request.form.get("action") == "preview":
        return _editor(form, note, preview=markdown.preview(form.body.data, BODY_MAX), status=200)
    if form.validate_on_submit():
        Note.prepare(form.body.data)
        if (earlier := once.replay(form.once.data, viewer)) is not None and (answer := _sent_again(earlier, form)) is not None:
            return answer
        return _save(note, form, form.version.data)
    return _editor(form, _find(note_id))


def _save(note: Note, form: NoteForm, started_from: int, parties: tuple[int, int] | None = None):
    """Keep a change. Who meant to keep a draft does not change what was published meanwhile."""
    note_id = note.id
    was = request.form.get("state", note.status if form.version.data else "draft")
    if was == "draft" != note.status:
        db.session.rollback()
        return _conflict(_find(note_id), form)
    try:
        kept = replace(form.content(), held_precision=note.held_precision, mode=note.mode)
        service.edit(note, kept, current_viewer(), started_from, parties)
        location = _finish(note, form)
    except EditConflict as conflict:
        db.session.rollback()
        return _conflict(conflict.note, form)
    except Invalid as error:
        db.session.rollback()
        form.blame(error)
        return _editor(form, _find(note_id))
    db.session.commit()
    return redirect(location, 303)


def _begun(viewer: Viewer) -> str:
    """Where the form of a new note stands: under its key, and once that made a draft, in the draft's editor; empty if it is here."""
    note = _made_by(earlier, viewer) if (earlier := once.led_to(viewer)) else None
    if note is None:
        return once.keyed_address(anew=bool(earlier))
    return url_for(".edit" if note.status == "draft" else ".show", note_id=note.id)


def _made_by(location: str, viewer: Viewer) -> Note | None:
    """The note that an earlier sending of a form made, by the address it led to; None once that was deleted."""
    note = queries.find(once.place(location).get("note_id", 0))
    return note if note is not None and policy.can_edit(viewer, note) else None


def _sent_again(location: str, form: NoteForm):
    """The same form once more: a second click, or the page of before by the back button, with other words for what it made.

    None when that was deleted since: then the words begin anew.
    """
    viewer = current_viewer()
    note = _made_by(location, viewer)
    if note is None:
        return None
    made = once.made(form.once.data, viewer)
    kept = replace(form.content(), held_precision=note.held_precision, mode=note.mode)
    parties = _parties(form, None, viewer) if form.side else (note.host_id, note.guest_id)
    if note.version == made:
        same = (service.content_of(note), note.host_id, note.guest_id) == (kept, *parties)
    else:
        same = queries.wrote(note, made, kept.title, kept.summary, kept.body, kept.visibility)
    return redirect(location, 303) if same else _save(note, form, made, parties)


def _left_over(viewer: Viewer):
    """Who sends a change of a draft that a colleague deleted gets the words back, to be kept as a draft of their own.

    The answer is the same for what never existed and what is not open to the sender.
    """
    if request.method != "POST" or not request.form.get("body", "").strip() or viewer.office_id is None:
        raise NotFound
    visit = visits.find(request.form.get("kunjungan", 0, type=row_number))
    visit = visit if visit is not None and visit_policy.can_view(viewer, visit) else None
    form = _form(viewer, visit)
    form.version.raw_data = None
    form.version.data, form.once.data = 0, once.new_key()
    return _editor(form, visit=visit, gone=True, status=404)


def _editor(form: NoteForm, note: Note | None = None, visit: Visit | None = None, preview=None, status: int | None = None, gone=False):
    if status is None:
        status = 422 if form.is_submitted() else 200
    form.offer(note)
    page = render_template(
        "notes/edit.html", form=form, note=note, visit=visit, preview=preview, instruments=loader.all_instruments(), gone=gone
    )
    return page, status


def _conflict(note: Note, form: NoteForm):
    """Both texts, so that nothing is lost."""
    if form.side:
        del form.side, form.other  # the draft has its parties
    form.version.raw_data = None
    form.version.data, form.once.data = note.version, once.new_key()
    form.offer(note)
    page = render_template(
        "notes/conflict.html", form=form, note=note, changes=compare_apart(note.body, form.body.data or ""),
        instruments=loader.all_instruments(), failed=True,
    )  # fmt: skip
    return page, 409


@bp.route("/catatan/<int:note_id>/terbitkan", methods=["GET", "POST"])
def publish(note_id: int):
    """Publish a draft: who will read it is said first, and again when that has changed meanwhile."""
    viewer, note, shown = current_viewer(), _find(note_id), url_for(".show", note_id=note_id)
    require(seen=True, allowed=policy.can_edit(viewer, note))
    if note.status != "draft":
        return redirect(shown, 303)  # a second press changes nothing
    version = request.form.get("version", note.version, type=row_number)
    if request.method == "POST" and told_readers(note.visibility) and version == note.version:
        try:
            service.publish(note, viewer)
        except Invalid as error:
            db.session.rollback()
            flash(error.message, "error")
            return redirect(url_for(".edit", note_id=note_id, _anchor=error.field), 303)
        db.session.commit()
        flash("Catatan diterbitkan.")
        return redirect(shown, 303)
    changed = request.method == "POST"
    page = render_template("notes/publish.html", note=note, holds=service.holds(note), changed=changed, failed=changed)
    return page, 409 if changed else 200


@bp.route("/catatan/<int:note_id>/hapus", methods=["GET", "POST"])
def discard(note_id: int):
    """Delete a draft, after asking once more."""
    viewer, key, home = current_viewer(), request.form.get("once"), url_for(".index")
    if request.method == "POST" and once.replay(key, viewer) is not None:
        return redirect(home, 303)  # a second click: it is gone already
    note = _find(note_id)
    require(seen=True, allowed=policy.can_edit(viewer, note))
    if note.status != "draft":
        db.session.rollback()
        flash("Catatan ini sudah diterbitkan, jadi tidak dapat dihapus.", "error")
        return redirect(url_for(".show", note_id=note_id), 303)
    require(seen=True, allowed=policy.can_discard(viewer, note))
    changed = False
    if request.method == "POST":
        try:
            service.discard(note, viewer, request.form.get("version", 0, type=row_number))
        except EditConflict:
            db.session.rollback()
            changed, note = True, _find(note_id)
        else:
            once.remember(key, viewer, home)
            db.session.commit()
            flash("Draf dihapus.")
            return redirect(home, 303)
    page = render_template("notes/discard.html", note=note, once=once.new_key(), changed=changed, failed=changed)
    return page, 409 if changed else 200


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
@resendable("menambah tindak lanjut")
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
