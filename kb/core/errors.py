"""What can go wrong for a person, and the page that says so in Indonesian."""

from flask import Flask, current_app, render_template, request, url_for
from sqlalchemy.orm.exc import ObjectDeletedError
from werkzeug.exceptions import HTTPException

from kb.core import logs
from kb.core.addresses import here
from kb.core.db import SAFE_METHODS, let_go
from kb.core.viewer import ANONYMOUS, current_viewer

NOT_FOUND = "Halaman ini tidak ada, atau tidak terbuka untuk Anda. Coba cari dengan kotak pencarian di atas."


class Refused(Exception):
    """Something a person asked for cannot be done; `message` tells them why, `title` heads the page, in Indonesian."""

    status = 400
    title = ""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class NotFound(Refused):
    """There is no such thing, or this viewer must not know that there is."""

    status = 404

    def __init__(self, message: str = NOT_FOUND):
        super().__init__(message)


class Forbidden(Refused):
    """The viewer may see the thing, but not do this with it."""

    status = 403

    def __init__(self, message: str = "Peran Anda tidak memiliki hak untuk tindakan ini."):
        super().__init__(message)


class Conflict(Refused):
    """Somebody was faster."""

    status = 409


class Invalid(Refused):
    """What was typed breaks a rule that only the service knows. `field` names the form field, if one is at fault."""

    status = 422

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.field = field


TITLES = {
    400: "Permintaan tidak dapat dibaca",
    403: "Tidak berhak",
    404: "Tidak ditemukan",
    405: "Cara membuka halaman ini keliru",
    409: "Keadaan sudah berubah",
    413: "Kiriman terlalu besar",
    422: "Isian belum benar",
    429: "Terlalu sering",
    500: "Terjadi gangguan",
    503: "Sedang disiapkan",
}

MESSAGES = {
    400: "Peramban mengirim sesuatu yang tidak dapat kami baca. Kembali ke halaman sebelumnya dan coba lagi.",
    403: "Peran Anda tidak memiliki hak untuk tindakan ini.",
    404: NOT_FOUND,
    405: "Halaman ini tidak dapat dibuka langsung. Mulai lagi dari halaman sebelumnya.",
    413: "Isian atau berkas yang dikirim melebihi batas, sehingga tidak dapat kami baca, simpan, atau tampilkan lagi di sini. "
    "Tekan tombol kembali di peramban: tulisan Anda biasanya masih ada di sana. Pendekkan atau kecilkan, lalu kirim lagi.",
    429: "Terlalu banyak percobaan dalam waktu singkat. Tunggu beberapa menit, lalu coba lagi.",
    500: "Ada yang salah di pihak kami dan sudah dicatat. Coba lagi sebentar lagi.",
    503: "Layanan sedang disiapkan. Coba lagi sebentar lagi.",
}


def init_app(app: Flask) -> None:
    """Every error becomes a page (or JSON under /api/), with the right status."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(ObjectDeletedError, _deleted_meanwhile)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _crashed)


def _answer(status: int, message: str, title: str = ""):
    if request.path.startswith("/api/"):
        return {"error": message}, status
    if request.method not in SAFE_METHODS:
        let_go()  # what was begun ends here
    if status == NotFound.status and not current_viewer().is_signed_in:
        return _not_found_or_not_signed_in(), status
    return render_template("errors/error.html", title=title or TITLES.get(status, TITLES[400]), message=message), status


def _not_found_or_not_signed_in() -> str:
    """A link in a mail is often opened signed out. The page is the same whether there is such a thing or not, so that it tells nobody."""
    sign_in = url_for("security.login", next=here())
    return render_template("errors/error.html", title=TITLES[NotFound.status], message=NOT_FOUND, sign_in=sign_in)


def _refused(error: Refused):
    return _answer(error.status, error.message, error.title)


def _deleted_meanwhile(_error: ObjectDeletedError):
    """A long work lets others write meanwhile (`db.let_go`): what they deleted is as if it had never been found."""
    return _answer(NotFound.status, NOT_FOUND)


def _http(error: HTTPException):
    if error.code is None or error.code < 400:
        return error
    return _answer(error.code, MESSAGES.get(error.code, MESSAGES[400]))


def _crashed(error: Exception):
    if current_app.testing or current_app.debug:
        raise error
    logs.web.error("crash", exc_info=error)
    try:
        let_go()  # after an error of the database nothing else can be asked in its transaction
        return _answer(500, MESSAGES[500])
    except Exception:
        # The database may be what is broken: the page is made without asking it who is looking.
        page = current_app.jinja_env.get_template("errors/error.html")
        return page.render(title=TITLES[500], message=MESSAGES[500], viewer=ANONYMOUS), 500
