"""Signing in, out, resetting and the second step: Flask-Security, set up for Berguru.

Its views and tokens are used as they are; words, addresses, forms and templates are ours, and `throttle` stands before every secret.
"""

import base64
import hashlib
from datetime import timedelta

from flask import Flask, Response, abort, after_this_request, flash, redirect, render_template, request
from flask_login import current_user, user_logged_out
from flask_security import MailUtil, Security, SQLAlchemyUserDatastore, Totp, uia_email_mapper
from flask_wtf import FlaskForm

from kb.accounts import forms, seed, service
from kb.accounts.messages import MESSAGES, SUBJECTS
from kb.accounts.models import User
from kb.accounts.passwords import MIN_LENGTH, PasswordRule
from kb.core.access import public
from kb.core.addresses import is_ours
from kb.core.db import db
from kb.core.resending import resendable
from kb.core.viewer import current_viewer

# Flask-Security's views that people without account (or half signed in) must reach.
PUBLIC_VIEWS = ("login", "logout", "forgot_password", "reset_password", "two_factor_token_validation", "mf_recovery")
# Its forms in which more than secrets is typed, and what sending them does.
RESENDABLE_VIEWS = {"login": "masuk", "forgot_password": "meminta tautan kata sandi"}

RESET_DAYS = 3

ADDRESSES = {
    "LOGIN_URL": "/masuk",
    "LOGOUT_URL": "/keluar",
    "RESET_URL": "/lupa-sandi",
    "CHANGE_URL": "/ubah-sandi",
    "VERIFY_URL": "/akun/konfirmasi",
    "TWO_FACTOR_SETUP_URL": "/akun/dua-langkah",
    "TWO_FACTOR_TOKEN_VALIDATION_URL": "/masuk/kode",
    "TWO_FACTOR_RESCUE_URL": "/masuk/bantuan",
    "TWO_FACTOR_SELECT_URL": "/masuk/pilihan",
    "MULTI_FACTOR_RECOVERY_CODES_URL": "/akun/kode-cadangan",
    "MULTI_FACTOR_RECOVERY_URL": "/masuk/kode-cadangan",
    "POST_LOGIN_VIEW": "/beranda",
    "POST_LOGOUT_VIEW": "/",
    "POST_CHANGE_VIEW": "/akun",
    "POST_VERIFY_VIEW": "/akun",
    "POST_RESET_VIEW": "/masuk",
    "TWO_FACTOR_POST_SETUP_VIEW": "/akun",
}

SWITCHES = {
    "RECOVERABLE": True,
    "CHANGEABLE": True,
    "TWO_FACTOR": True,
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "MULTI_FACTOR_RECOVERY_CODES_N": 8,
    "REGISTERABLE": False,
    "RETURN_GENERIC_RESPONSES": True,
    "JOIN_USER_ROLES": False,
    "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "TWO_FACTOR_IMPLEMENTATIONS": {"code": "flask_security.twofactor.CodeTfPlugin"},
    "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
    # A mailed code would make the second step as weak as the mailbox that resets the first.
    "TWO_FACTOR_RESCUE_EMAIL": False,
    "FRESHNESS": timedelta(minutes=30),
    "FRESHNESS_GRACE_PERIOD": timedelta(minutes=5),
    "RESET_PASSWORD_WITHIN": timedelta(days=RESET_DAYS),
    "LOGOUT_METHODS": ["POST"],
    "API_ENABLED_METHODS": ["session"],
    # `identity.email` writes every address in lower case: the database finds it by its index, known or not.
    "USER_IDENTITY_ATTRIBUTES": [{"email": {"mapper": uia_email_mapper}}],
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "EMAIL_HTML": False,
    "PASSWORD_HASH": "argon2",
    "PASSWORD_SCHEMES": ["argon2"],
    # Without the library's extra HMAC, a new SECRET_KEY does not lock everybody out.
    "PASSWORD_SINGLE_HASH": {"argon2"},
    "PASSWORD_LENGTH_MIN": MIN_LENGTH,
    # Tokens carry a digest of the password's argon2 hash. The library's own digest costs ten times what argon2 does, for nothing.
    "HASHING_SCHEMES": ["hex_sha256"],
    "STATIC_FOLDER": None,
    "CLI_USERS_NAME": None,
    "CLI_ROLES_NAME": None,
    "TOTP_ISSUER": "Berguru",
}

# OWASP's recommendation for argon2id: 19 MiB, two rounds, one lane. Tests need no strength.
ARGON2 = {"argon2__memory_cost": 19 * 1024, "argon2__time_cost": 2, "argon2__parallelism": 1}
WEAK_ARGON2 = {"argon2__memory_cost": 64, "argon2__time_cost": 1, "argon2__parallelism": 1}


# Messages that are not about something that went wrong.
GOOD_NEWS = {
    "GENERIC_RECOVERY", "REAUTHENTICATION_REQUIRED", "PASSWORD_RESET_REQUEST", "PASSWORD_RESET", "PASSWORD_RESET_NO_LOGIN",
    "PASSWORD_CHANGE", "LOGIN", "REFRESH", "REAUTHENTICATION_SUCCESSFUL", "TWO_FACTOR_LOGIN_SUCCESSFUL",
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL", "TWO_FACTOR_DISABLED", "NO_RECOVERY_CODES_SETUP", "FORGOT_PASSWORD",
}  # fmt: skip


class OneTimeTotp(Totp):
    """Codes of the authenticator app, each good once."""

    def verify_totp(self, token: str, totp_secret: str, user: User, window: int = 0) -> bool:
        """See Totp. A secret that is being set up has no used codes yet; those of the one in use stay used when it fails."""
        earlier = user.tf_last_counter
        if totp_secret != user.tf_totp_secret:
            user.tf_last_counter = None
        if fits := super().verify_totp(token, totp_secret, user, window):
            return fits
        user.tf_last_counter = earlier
        return False

    def get_last_counter(self, user: User) -> int | None:
        """The time step of the newest code that was used."""
        return user.tf_last_counter

    def set_last_counter(self, user: User, tmatch) -> None:
        """Remember the code as used."""
        user.tf_last_counter = tmatch.counter


def init_app(app: Flask, mail_util_cls: type[MailUtil] | None = None) -> None:
    """Set up sign-in. `mail_util_cls` sends the reset mails. CSRFProtect must be set up before."""
    app.config.update({f"SECURITY_{name}": value for name, value in _settings(app).items()})
    app.config.update(
        REMEMBER_COOKIE_DURATION=timedelta(days=30),
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=app.config["SESSION_COOKIE_SECURE"],
    )
    security = Security(
        app,
        SQLAlchemyUserDatastore(db, User, None),
        login_form=forms.SignInForm,
        logout_form=forms.LogoutForm,
        verify_form=forms.VerifyForm,
        reset_password_form=forms.ResetForm,
        change_password_form=forms.ChangeForm,
        two_factor_setup_form=forms.TwoStepSetupForm,
        two_factor_verify_code_form=forms.CodeForm,
        two_factor_rescue_form=forms.RescueForm,
        mf_recovery_form=forms.SpareCodeForm,
        mf_recovery_codes_form=forms.SpareCodesForm,
        mail_util_cls=mail_util_cls or MailUtil,
        password_util_cls=PasswordRule,
        totp_cls=OneTimeTotp,
        render_template=_render,
    )
    security.want_json(lambda _request: False)
    # Nobody signs in by a token in a header, an address or JSON; the library would look for one at every page.
    app.login_manager.request_loader(lambda _request: None)
    app.before_request(_only_forms)
    if app.config["KB_ENV"] == "demo":
        security.login_context_processor(lambda: {"demo_accounts": seed.DEMO_ACCOUNTS, "demo_password": seed.DEMO_PASSWORD})
    app.view_functions["security.forgot_password"] = _forgot_password
    for name, action in RESENDABLE_VIEWS.items():
        resendable(action)(app.view_functions[f"security.{name}"])
    for name in PUBLIC_VIEWS:
        public(app.view_functions[f"security.{name}"])
    user_logged_out.connect(_clear_copies, app)
    app.before_request(_go_on)


def _forgot_password():
    """Ask for a link to set a new password. In place of the library's page, which takes far longer where there is an account."""
    form = forms.ForgotForm()
    if form.validate_on_submit():
        service.ask_reset(form.email.data, current_viewer())
        db.session.commit()
        flash(MESSAGES["PASSWORD_RESET_REQUEST"], "info")
    elif not form.is_submitted() and current_viewer().is_signed_in:
        form.email.data = current_user.email
    return _render("security/forgot_password.html", forgot_password_form=form)


def _go_on():
    """Who signed in meanwhile, in another tab, is led on as after signing in; the library would forget where to."""
    is_asked = request.endpoint == "security.login" and request.method == "GET" and is_ours(request.args.get("next", ""))
    return redirect(request.args["next"]) if is_asked and current_viewer().is_signed_in else None


def _clear_copies(_app: Flask, **_values) -> None:
    """However somebody is signed out: what the browser has kept of the pages goes too, also the page behind its back button."""

    @after_this_request
    def clear(response: Response) -> Response:
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


def _only_forms() -> None:
    """The library also reads JSON, which would pass by the cleaning of our forms."""
    if request.blueprint == "security" and request.is_json:
        abort(400)


def _settings(app: Flask) -> dict:
    return {
        **ADDRESSES,
        **SWITCHES,
        "PASSWORD_HASH_PASSLIB_OPTIONS": WEAK_ARGON2 if app.testing else ARGON2,
        "TOTP_SECRETS": {"1": _derived(app, "totp").hex()},
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [base64.urlsafe_b64encode(_derived(app, "spare codes"))],
        **{f"MSG_{name}": (text, "info" if name in GOOD_NEWS else "error") for name, text in MESSAGES.items()},
        **{f"EMAIL_SUBJECT_{name}": text for name, text in SUBJECTS.items()},
    }


def _derived(app: Flask, purpose: str) -> bytes:
    """A key of its own for each purpose. A new SECRET_KEY makes stored second steps unreadable; see the README."""
    return hashlib.sha256(f"{purpose}:{app.config['SECRET_KEY']}".encode()).digest()


def _render(template: str, **context):
    """Flask-Security's pages, with the status that says what came of the form; its mails as plain text."""
    if template.startswith("security/email/"):
        return render_template(template, **context)
    at_fault = [value for value in context.values() if isinstance(value, FlaskForm) and value.errors]
    if not at_fault:
        if request.method == "POST":
            db.session.commit()  # the library would do so after the page is made
        return render_template(template, **context)
    refusal = getattr(at_fault[0], "throttled", None)
    return render_template(template, form=at_fault[0], **context), refusal.status if refusal else 422
