"""Pages of articles."""

from contextlib import suppress
from functools import lru_cache

from flask import Blueprint, abort, current_app, flash, make_response, redirect, render_template, request, session, url_for

from kb.articles import policy, queries, service
from kb.articles.forms import BODY_MAX, TITLE_MAX, ArticleForm
from kb.articles.models import Article, ArticleRevision
from kb.articles.service import EditConflict
from kb.core import markdown, once
from kb.core.access import public, require, told_readers
from kb.core.addresses import row_number
from kb.core.cleaning import clean_line
from kb.core.comparison import compare, compare_apart
from kb.core.db import SAFE_METHODS, db
from kb.core.errors import Invalid, NotFound
from kb.core.resending import resendable
from kb.core.viewer import Viewer, current_viewer
from kb.instruments import loader
from kb.offices import queries as offices

bp = Blueprint("articles", __name__)

ROLES = {queries.WROTE: "Ditulisnya", queries.ABOUT: "Tentangnya, ditulis pihak lain"}
PUBLISHED = "Artikel diterbitkan. Beberapa detik lagi sudah dapat dicari."


@bp.get("/artikel")
@public
def index():
    """All published articles, newest first, narrowed by indicator, office, province and year."""
    viewer = current_viewer()
    aspect = request.args.get("aspek", "")
    code = request.args.get("indikator", "")
    year = request.args.get("tahun", "")
    wanted = queries.Filter(
        codes=(code,) if code else _codes_of(aspect),
        office=request.args.get("instansi", "")[:80],
        role=role if (role := request.args.get("peran", "")) in ROLES else "",
        province=request.args.get("provinsi", "")[:8],
        year=int(year) if year.isdecimal() and len(year) == 4 else None,
    )
    return render_template(
        "articles/index.html",
        page=queries.listing(viewer, wanted),
        wanted=wanted,
        roles=ROLES,
        aspect=aspect,
        indicator=_indicator(code),
        instruments=loader.all_instruments(),
        offices=queries.offices_with_articles(viewer),
        provinces=offices.provinces(),
        years=queries.years(viewer),
    )


def _codes_of(aspect: str) -> tuple[str, ...]:
    """The codes of all indicators of an aspect, written "spbe-2020:2"; nothing for anything unreadable."""
    instrument_id, _, number = aspect.partition(":")
    for instrument in loader.all_instruments():
        for found in instrument.aspects:
            if instrument.id == instrument_id and str(found.number) == number:
                return tuple(indicator.code for indicator in found.indicators)
    return ()


def _indicator(code: str):
    try:
        return loader.indicator(code)
    except loader.UnknownIndicator:
        return None


@bp.get("/artikel/<slug>")
@public
def show(slug: str):
    """The reading page."""
    viewer = current_viewer()
    if not viewer.is_signed_in and "_flashes" not in session:
        return _for_visitor(slug)
    return _page(_found(slug), viewer)


def _for_visitor(slug: str):
    """A visitor's page is kept in memory; one small query says whether it still holds."""
    state = queries.state_at(slug)
    if state is not None and (state.status, state.visibility) == ("published", "publik"):
        with suppress(_Changed):
            return _visitor_page(slug, state)
    return _page(_found(slug), current_viewer())


class _Changed(Exception):
    """The article is no longer in the state that was asked for: nothing to keep."""


@lru_cache(maxsize=512)
def _visitor_page(slug: str, state: queries.State) -> str:
    """All that the page shows a visitor follows from the state, so that it is made anew exactly when the state changes."""
    article = queries.by_slug(slug)
    if article is None or queries.state_of(article) != state:
        raise _Changed
    return _page(article, current_viewer())


def _page(article: Article, viewer):
    address = current_app.config["BASE_URL"] + url_for(".show", slug=article.slug)
    return render_template(
        "articles/show.html",
        article=article,
        indicators=[loader.indicator(code) for code in article.indicators],
        address=address,
        may_edit=policy.can_edit(viewer, article),
        may_archive=policy.can_archive(viewer, article),
        may_discard=policy.can_discard(viewer, article),
    )


def _found(slug: str) -> Article:
    """The article that has this address, or had it: then a page leads to its new address, and an act is done to it all the same.

    Raises NotFound.
    """
    article = queries.by_slug(slug) or queries.moved_to(slug)
    if article is not None and request.method in SAFE_METHODS and not policy.can_view(current_viewer(), article):
        _lead_on(article)
    require(seen=article is not None and policy.can_view(current_viewer(), article))
    if article.slug != slug and request.method in SAFE_METHODS:
        here = url_for(request.endpoint, **request.view_args | {"slug": article.slug})
        asked = request.query_string.decode("latin-1")
        abort(redirect(f"{here}?{asked}" if asked else here, 301))
    return article


def _lead_on(article: Article) -> None:
    """Whoever could read an archived article is told so, and where to go. Its words are not repeated: they may be why it was archived."""
    viewer = current_viewer()
    if policy.knew(viewer, article):
        page = render_template("articles/archived.html", office=article.office, others=queries.like(viewer, article))
        abort(make_response(page, NotFound.status))


@bp.route("/artikel/baru", methods=["GET", "POST"])
@resendable("menyimpan artikel baru")
def new():
    """Write an article."""
    viewer = current_viewer()
    require(seen=True, allowed=policy.can_write(viewer))
    form = ArticleForm()
    if not form.is_submitted():
        if elsewhere := _begun(viewer):
            return redirect(elsewhere)
        form.once.data = request.args[once.PARAMETER]
        form.title.data = (clean_line(request.args.get("judul", "")) or "")[:TITLE_MAX]
        form.indicators.data = [code for code in request.args.getlist("indikator") if _indicator(code)]
    if form.is_submitted() and request.form.get("action") == "preview":
        return _editor(form, preview=_preview(form), status=200)
    if form.validate_on_submit():
        Article.prepare(form.body.data)
        if (earlier := once.replay(form.once.data, viewer)) is not None and (answer := _sent_again(earlier, form)) is not None:
            return answer
        try:
            article = service.create(form.content(), viewer)
            location = _finish(article, form)
        except Invalid as error:
            db.session.rollback()
            form.blame(error)
        else:
            db.session.commit()
            return redirect(location, 303)
    return _editor(form)


@bp.route("/artikel/<slug>/ubah", methods=["GET", "POST"])
@resendable("menyimpan artikel")
def edit(slug: str):
    """Change an article."""
    viewer = current_viewer()
    form = ArticleForm()
    try:
        article = _found(slug)
    except NotFound:
        return _left_over(form)
    require(seen=True, allowed=policy.can_edit(viewer, article))
    if not form.is_submitted():
        form.fill(article)
    if form.is_submitted() and request.form.get("action") == "preview":
        return _editor(form, article, preview=_preview(form), status=200)
    if form.validate_on_submit():
        Article.prepare(form.body.data)
        if (earlier := once.replay(form.once.data, viewer)) is not None and (answer := _sent_again(earlier, form)) is not None:
            return answer
        return _save(article, form, form.version.data)
    return _editor(form, _found(slug))


def _save(article: Article, form: ArticleForm, started_from: int):
    """Keep a change. Who meant to keep a draft does not change what was published meanwhile; who would open a published article to
    more readers is told to whom first.
    """
    slug = article.slug
    was = request.form.get("state", article.status if form.version.data else "draft")
    if was == "draft" != article.status:
        db.session.rollback()
        return _conflict(_found(slug), form)
    if service.opens_further(article, form.visibility.data) and not told_readers(form.visibility.data):
        db.session.rollback()
        return _editor(form, _found(slug), opening=form.visibility.data, status=200)
    try:
        service.edit(article, form.content(), current_viewer(), started_from, form.note.data or "")
        location = _finish(article, form)
    except EditConflict as conflict:
        db.session.rollback()
        return _conflict(conflict.article, form)
    except Invalid as error:
        db.session.rollback()
        form.blame(error)
        return _editor(form, _found(slug))
    db.session.commit()
    return redirect(location, 303)


def _begun(viewer: Viewer) -> str:
    """Where the form of a new article stands: under its key, and once that made a draft, in the draft's editor; empty if it is here."""
    article = _made_by(earlier, viewer) if (earlier := once.led_to(viewer)) else None
    if article is None:
        return once.keyed_address(anew=bool(earlier))
    return url_for(".edit" if article.status == "draft" else ".show", slug=article.slug)


def _made_by(location: str, viewer: Viewer) -> Article | None:
    """The article that an earlier sending of a form made, by the address it led to; None once that was deleted."""
    slug = once.place(location).get("slug", "")
    article = queries.by_slug(slug) or queries.moved_to(slug)
    return article if article is not None and policy.can_edit(viewer, article) else None


def _sent_again(location: str, form: ArticleForm):
    """The same form once more: a second click, or the page of before by the back button, with other words for what it made.

    None when that was deleted since: then the words begin anew.
    """
    viewer = current_viewer()
    article = _made_by(location, viewer)
    if article is None:
        return None
    made = once.made(form.once.data, viewer)
    stored = queries.revision(viewer, article, made) or article
    return redirect(location, 303) if service.content_of(stored) == form.content() else _save(article, form, made)


def _left_over(form: ArticleForm):
    """Who sends a change of a draft that a colleague deleted gets the words back, to be kept as a draft of their own.

    The answer is the same for what never existed and what is not open to the sender.
    """
    if not form.is_submitted() or not form.body.data or not policy.can_write(current_viewer()):
        raise NotFound
    form.version.raw_data = None
    form.version.data, form.once.data = 0, once.new_key()
    return _editor(form, gone=True, status=404)


def _finish(article: Article, form: ArticleForm) -> str:
    """Publish if that was the button and its presser knows for whom; say what happened and where to go."""
    viewer = current_viewer()
    wanted = request.form.get("action") == "publish" and article.status == "draft"
    location = url_for(".show", slug=article.slug)
    if wanted and told_readers(article.visibility):
        service.publish(article, viewer)
        flash(PUBLISHED)
    elif wanted:
        location = url_for(".publish", slug=article.slug)
    else:
        flash("Perubahan disimpan." if article.status == "published" else "Draf disimpan. Hanya instansi Anda yang dapat melihatnya.")
    once.remember(form.once.data, viewer, location, article.version)
    return location


def _editor(form: ArticleForm, article: Article | None = None, preview=None, status: int | None = None, opening="", gone=False):
    if status is None:
        status = 422 if form.is_submitted() else 200
    page = render_template(
        "articles/edit.html", form=form, article=article, preview=preview, instruments=loader.all_instruments(), opening=opening, gone=gone,
    )  # fmt: skip
    return page, status


def _conflict(article: Article, form: ArticleForm):
    """Both texts, so that nothing is lost: mine to go on with, theirs to read, and what differs."""
    mine, theirs = form.content(), service.content_of(article)
    form.version.data = form.version.raw_data = None
    form.version.data = article.version
    form.once.data = once.new_key()
    page = render_template(
        "articles/conflict.html",
        form=form,
        article=article,
        theirs=theirs,
        their_about=[office.name for office in article.about],
        changes=compare_apart(theirs.body, mine.body),
        instruments=loader.all_instruments(),
        failed=True,
    )
    return page, 409


@bp.post("/artikel/pratinjau")
def preview():
    """The very renderer, for the live preview: a fragment of HTML."""
    return markdown.preview(request.form.get("body"), BODY_MAX)


def _preview(form: ArticleForm):
    return markdown.preview(form.body.data, BODY_MAX)


@bp.route("/artikel/<slug>/terbitkan", methods=["GET", "POST"])
def publish(slug: str):
    """Publish a draft: who will read it is said first, and again when that has changed meanwhile."""
    viewer, article = current_viewer(), _found(slug)
    require(seen=True, allowed=policy.can_edit(viewer, article))
    if article.status != "draft":
        if request.method == "POST":
            service.publish(article, viewer)  # a second press changes nothing
            db.session.commit()
        return redirect(url_for(".show", slug=article.slug), 303)
    version = request.form.get("version", article.version, type=row_number)
    if request.method == "POST" and told_readers(article.visibility) and version == article.version:
        service.publish(article, viewer)
        db.session.commit()
        flash(PUBLISHED)
        return redirect(url_for(".show", slug=article.slug), 303)
    changed = request.method == "POST"
    return render_template("articles/publish.html", article=article, changed=changed, failed=changed), 409 if changed else 200


@bp.route("/artikel/<slug>/hapus", methods=["GET", "POST"])
def discard(slug: str):
    """Delete a draft, after asking once more."""
    viewer, key, home = current_viewer(), request.form.get("once"), url_for("home.dashboard")
    if request.method == "POST" and once.replay(key, viewer) is not None:
        return redirect(home, 303)  # a second click: it is gone already
    article = _found(slug)
    require(seen=True, allowed=policy.can_edit(viewer, article))
    if article.status != "draft":
        db.session.rollback()
        flash("Artikel ini sudah diterbitkan, jadi tidak dapat dihapus. Pengelola dapat mengarsipkannya.", "error")
        return redirect(url_for(".show", slug=article.slug), 303)
    require(seen=True, allowed=policy.can_discard(viewer, article))
    changed = False
    if request.method == "POST":
        try:
            service.discard(article, viewer, request.form.get("version", 0, type=row_number))
        except EditConflict:
            db.session.rollback()
            changed, article = True, _found(slug)
        else:
            once.remember(key, viewer, home)
            db.session.commit()
            flash("Draf dihapus.")
            return redirect(home, 303)
    page = render_template("articles/discard.html", article=article, once=once.new_key(), changed=changed, failed=changed)
    return page, 409 if changed else 200


@bp.post("/artikel/<slug>/arsipkan")
def archive(slug: str):
    """Take an article out of sight, or bring it back."""
    article = _found(slug)
    if article.status == "archived":
        service.unarchive(article, current_viewer())
        flash("Artikel dibuka kembali.")
    else:
        service.archive(article, current_viewer())
        flash("Artikel diarsipkan. Hanya instansi Anda yang masih dapat melihatnya.")
    db.session.commit()
    return redirect(url_for(".show", slug=article.slug), 303)


@bp.get("/artikel/<slug>/riwayat")
@public
def history(slug: str):
    """All revisions."""
    article = _found(slug)
    viewer = current_viewer()
    found = queries.revisions(viewer, article)
    return render_template("articles/history.html", article=article, revisions=found, may_edit=policy.can_edit(viewer, article))


@bp.get("/artikel/<slug>/riwayat/<int:number>")
@public
def revision(slug: str, number: int):
    """One revision as it was."""
    article = _found(slug)
    found = _revision(article, number)
    names = offices.names_of(found.about_ids)
    return render_template(
        "articles/revision.html",
        article=article,
        revision=found,
        about=[names[ident] for ident in found.about_ids],
        html=markdown.to_html(found.body),
        may_edit=policy.can_edit(current_viewer(), article),
    )


def _revision(article: Article, number: int):
    found = queries.revision(current_viewer(), article, number) if number <= article.version else None
    if found is None:
        raise NotFound("Revisi ini tidak ada, atau tidak terbuka untuk Anda.")
    return found


@bp.get("/artikel/<slug>/bandingkan")
@public
def compare_revisions(slug: str):
    """What changed between two revisions (default: the last two)."""
    article = _found(slug)
    newer = request.args.get("ke", article.version, type=row_number)
    older = request.args.get("dari", newer - 1, type=row_number)
    old, new = _revision(article, older), _revision(article, newer)
    parts = [("Judul", "title"), ("Ringkasan", "summary"), ("Isi", "body"), ("Sumber", "source"), ("Pembaca", "visibility")]
    changes = [
        (label, compare(getattr(old, name), getattr(new, name))) for label, name in parts if getattr(old, name) != getattr(new, name)
    ]
    names = offices.names_of({*old.about_ids, *new.about_ids})
    lists = [("Indikator", _indicator_names), ("Tentang instansi", lambda one: "\n".join(names[ident] for ident in one.about_ids))]
    changes += [(label, compare(said(old), said(new))) for label, said in lists if said(old) != said(new)]
    return render_template("articles/compare.html", article=article, old=old, new=new, changes=changes)


def _indicator_names(revision: ArticleRevision) -> str:
    """One in each line, as a reader knows them."""
    return "\n".join(loader.indicator(code).full_name for code in revision.indicators)


@bp.post("/artikel/<slug>/riwayat/<int:number>/pulihkan")
def restore(slug: str, number: int):
    """Make an old revision the newest text."""
    article = _found(slug)
    found = _revision(article, number)
    started_from = request.form.get("version", article.version, type=row_number)
    try:
        service.restore(article, found, current_viewer(), started_from)
    except EditConflict:
        db.session.rollback()
        flash("Artikel baru saja diubah orang lain. Lihat revisi terbaru sebelum memulihkan.", "error")
        return redirect(url_for(".history", slug=article.slug), 303)
    except Invalid as error:
        db.session.rollback()
        flash(error.message, "error")
        return redirect(url_for(".history", slug=article.slug), 303)
    db.session.commit()
    flash(f"Revisi {number} dipulihkan sebagai revisi baru.")
    return redirect(url_for(".show", slug=article.slug), 303)
