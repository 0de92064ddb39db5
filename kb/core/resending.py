"""A form that arrives too late, after its token or its sender's session expired, is shown again with all that was typed."""

from flask import Flask, render_template, request
from flask_wtf.csrf import CSRFError
from wtforms import HiddenField, SubmitField
from wtforms.widgets import HiddenInput

from kb.core.forms import Form


def init_app(app: Flask) -> None:
    """Answer forms whose token is too old."""
    app.register_error_handler(CSRFError, _expired)


def _expired(error: CSRFError):
    return resend_page(
        "Formulir kedaluwarsa",
        "Halaman formulir terbuka terlalu lama. Isian Anda masih ada di bawah ini; tekan tombol untuk mengirimnya lagi.",
        400,
    )


def resend_page(title: str, message: str, status: int, sign_in: bool = False):
    """A page that holds everything just posted and can send it again; files cannot be kept and are named."""
    typed = [(name, value) for name, value in request.form.items(multi=True) if not _is_secret(name)]
    files = [upload.filename for upload in request.files.values() if upload.filename]
    page = render_template(
        "errors/resend.html", title=title, message=message, typed=typed, labels=labels_for(set(request.form)), files=files, sign_in=sign_in
    )
    return page, status


def _is_secret(name: str) -> bool:
    """Passwords and codes are never shown again; their form asks for them once more."""
    return name in ("csrf_token", "code") or "password" in name


def labels_for(names: set[str]) -> dict[str, str]:
    """How the fields of these names are called on the form they come from: the one that has most of them, and little else.

    What has no label, hidden fields and buttons, was typed by nobody.
    """
    forms = [labels_of(form) for form in all_forms()]
    return max(forms, key=lambda labels: (len(names & labels.keys()), -len(labels)), default={})


def all_forms(form: type[Form] = Form) -> list[type[Form]]:
    """Every form of every room."""
    return [found for below in form.__subclasses__() for found in (below, *all_forms(below))]


def labels_of(form: type[Form]) -> dict[str, str]:
    """The fields of a form with their labels; "" for what nobody types."""
    fields = {name: getattr(form, name) for name in dir(form) if hasattr(getattr(form, name), "_formfield")}
    return {
        name: "" if _is_hidden(field) else str(field.kwargs.get("label") or next(iter(field.args), "")) for name, field in fields.items()
    }


def _is_hidden(field) -> bool:
    return issubclass(field.field_class, HiddenField | SubmitField) or isinstance(field.kwargs.get("widget"), HiddenInput)
