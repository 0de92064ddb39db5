"""A form that arrives too late, after its token or its sender's session expired, is shown again with all that was typed.

Only a form of ours, in which somebody typed something: whoever sends it again must see what he does, and no page elsewhere may have filled
it in. What is only pressed is to be pressed again on its own page.
"""

from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, current_app, render_template, request
from flask_wtf.csrf import CSRFError
from wtforms import HiddenField, SubmitField
from wtforms.widgets import HiddenInput

from kb.core.addresses import is_ours
from kb.core.forms import Form
from kb.core.senders import is_own_form, keep_cookies


def resendable(action: str | Callable[..., str]) -> Callable:
    """Mark a view whose form is offered again when it came too late. `action`: what sending it does, in words, or a function that says it
    of the values in the address."""

    def mark(view: Callable) -> Callable:
        view.resent_as = action
        return view

    return mark


def init_app(app: Flask) -> None:
    """Answer forms whose token is too old."""
    app.register_error_handler(CSRFError, _expired)


def _expired(error: CSRFError):
    return too_late(
        "Formulir kedaluwarsa",
        "Halaman formulir terbuka terlalu lama. Isian Anda masih ada di bawah ini; tekan tombol untuk mengirimnya lagi.",
        "Halaman itu terbuka terlalu lama, sehingga yang Anda tekan belum dijalankan. Buka lagi halamannya, lalu tekan sekali lagi.",
        400,
    )


def too_late(title: str, to_resend: str, to_press_again: str, status: int, sign_in: bool = False):
    """A page that holds everything just posted and can send it again, or one that leads back to where it can be pressed again.

    Files cannot be kept and are named. `to_resend` and `to_press_again` tell what happened, in the one case and in the other.
    """
    action, typed, is_own = _action(), _typed(), is_own_form()
    if not is_own:
        keep_cookies()
    labels = labels_for(set(request.form)) if action and is_own else {}
    if not any(labels.get(name) and value.strip() for name, value in typed):
        return render_template("errors/too_late.html", title=title, message=to_press_again, back=_form_page(), sign_in=sign_in), status
    files = [upload.filename for upload in request.files.values() if upload.filename]
    page = render_template(
        "errors/resend.html", title=title, message=to_resend, action=action, typed=typed, labels=labels, files=files, sign_in=sign_in
    )
    return page, status


def _action() -> str:
    """What the form does, in words; empty when it is not to be sent again."""
    action = getattr(current_app.view_functions.get(request.endpoint), "resent_as", "")
    return action(**request.view_args) if callable(action) else action


def _typed() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.form.items(multi=True) if not _is_secret(name)]


def _form_page() -> str:
    """The address of the page that sent this, if it is ours and can be opened."""
    sent_by = urlsplit(request.referrer or "")
    address = f"{sent_by.path}?{sent_by.query}" if sent_by.query else sent_by.path
    return address if sent_by.netloc == request.host and is_ours(address) else ""


def _is_secret(name: str) -> bool:
    """Passwords and codes are never shown again; their form asks for them once more."""
    return name in ("csrf_token", "code") or "password" in name


def labels_for(names: set[str]) -> dict[str, str]:
    """How the fields of these names are called on the form they come from: the one that has most of them, and little else; what it does
    not have is called as the next best one does.

    What has no label, hidden fields and buttons, was typed by nobody.
    """
    fields = {name: name.rpartition("-")[2] for name in names}  # of several forms on one page each has a name of its own before its fields
    asked = set(fields.values())
    forms = sorted((labels_of(form) for form in all_forms()), key=lambda labels: (-len(asked & labels.keys()), len(labels)))
    known = {name: label for labels in reversed(forms) for name, label in labels.items()}
    return {name: known[field] for name, field in fields.items() if field in known}


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
