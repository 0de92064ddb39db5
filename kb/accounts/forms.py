"""Forms of accounts: our own, and Flask-Security's with Indonesian words, our password rule and the throttle."""

from contextlib import suppress

from flask import request
from flask_login import current_user
from flask_security import forms as library
from flask_security.recovery_codes import MfRecoveryCodesForm, MfRecoveryForm
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    SubmitField,
    TelField,
    TextAreaField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, EqualTo, Length, Optional, ValidationError

from kb.accounts import identity, throttle
from kb.accounts.models import ROLE_NAMES
from kb.accounts.passwords import MAX_LENGTH
from kb.core import files
from kb.core.errors import Invalid
from kb.core.forms import CreateForm, Form
from kb.core.uploads import UploadField

GIVEN_ROLES = [SelectChoice(role, ROLE_NAMES[role]) for role in ("member", "manager")]


class Written:
    """A value that `identity` can read; what it makes of it replaces what was typed."""

    def __init__(self, read):
        self.read = read

    def __call__(self, form, field):
        try:
            field.data = self.read(field.data)
        except Invalid as error:
            raise ValidationError(error.message) from error


def _name(label: str = "Nama lengkap") -> StringField:
    return StringField(label, [DataRequired(), Length(min=2, max=120)], render_kw={"autocomplete": "name"})


def _position() -> StringField:
    return StringField("Jabatan", [DataRequired(), Length(max=160)], render_kw={"autocomplete": "organization-title"})


def _nip() -> StringField:
    checks = [Optional(), Length(max=30), Written(identity.nip)]
    return StringField("NIP (opsional)", checks, render_kw={"inputmode": "numeric", "autocomplete": "off"})


def _email(label: str = "Alamat surel", autocomplete: str = "email") -> EmailField:
    checks = [DataRequired(), Length(max=254), Written(identity.email)]
    return EmailField(label, checks, render_kw={"autocomplete": autocomplete})


def _new_password(label: str = "Kata sandi baru") -> PasswordField:
    return PasswordField(label, [DataRequired(), Length(max=MAX_LENGTH)], render_kw={"autocomplete": "new-password"})


def _again(other: str, label: str = "Ulangi kata sandi baru") -> PasswordField:
    checks = [DataRequired(), EqualTo(other, "Kedua kata sandi tidak sama.")]
    return PasswordField(label, checks, render_kw={"autocomplete": "new-password"})


class JoinForm(CreateForm):
    """The request of somebody who wants to be the first manager of an office. `office` gets its choices from the view."""

    office = SelectField("Instansi", [DataRequired()])
    name = _name()
    position = _position()
    nip = _nip()
    email = _email("Alamat surel dinas")
    message = TextAreaField("Pesan untuk admin (opsional)", [Length(max=2000)])
    letter = UploadField("Surat penunjukan atau surat tugas, PDF paling besar 5 MB (opsional)", files.check)
    replaces = BooleanField("Instansi kami sudah punya pengelola, tetapi pengelola itu pindah tugas atau tidak dapat dihubungi")


class DeclineForm(Form):
    """Why a request is declined."""

    reason = TextAreaField("Alasan", [DataRequired(), Length(max=2000)])


class InviteForm(CreateForm):
    """Who is invited, and as what."""

    email = _email("Alamat surel rekan", autocomplete="off")
    role = RadioField("Peran", [DataRequired()], choices=GIVEN_ROLES, default="member")


class AcceptForm(CreateForm):
    """What an invited person tells of themselves."""

    name = _name()
    position = _position()
    nip = _nip()
    password = _new_password("Kata sandi")
    password_again = _again("password", "Ulangi kata sandi")


class RoleForm(Form):
    """The role a person gets."""

    role = SelectField("Peran", [DataRequired()], choices=GIVEN_ROLES)


class ProfileForm(Form):
    """What others see of a person."""

    name = _name()
    position = _position()
    phone = TelField(
        "Telepon atau WhatsApp (opsional)",
        [Optional(), Length(max=30), Written(identity.phone)],
        render_kw={"autocomplete": "tel"},
    )
    nip = _nip()


# Flask-Security's forms


class Throttling:
    """A form that checks a secret: counts the try before, forgets it after a success, and refuses when there were too many."""

    throttled = None

    def validate(self, **kwargs) -> bool:
        """See wtforms. `throttled` holds the refusal, if there were too many tries."""
        limits = self.limits()
        try:
            for limit, subject in limits:
                throttle.spend(limit, subject)
        except throttle.Throttled as refusal:
            self.throttled = refusal
            self.form_errors.append(refusal.message)
            return False
        if not super().validate(**kwargs):
            return False
        for limit, subject in limits:
            throttle.give_back(limit, subject)
        return True


def _current_password(label: str = "Kata sandi") -> PasswordField:
    checks = [library.IsString(), DataRequired("Isi kata sandi."), Length(max=MAX_LENGTH)]
    return PasswordField(label, checks, render_kw={"autocomplete": "current-password"})


def _account(typed: str) -> str:
    """Whose password is tried. An address can be typed in many ways (full-width letters, capitals); each counts for one account."""
    with suppress(Invalid):
        return identity.email(typed)
    return typed[: identity.LONGEST_EMAIL]


class SignInForm(Throttling, Form, library.LoginForm):
    """Address and password. What fails is never said, so that nobody learns who has an account."""

    email = EmailField(
        "Alamat surel",
        [library.IsString(), DataRequired("Isi alamat surel."), Length(max=identity.LONGEST_EMAIL), Written(identity.email)],
        render_kw={"autocomplete": "username"},
    )
    password = _current_password()
    remember = BooleanField("Tetap masuk di perangkat ini")
    next = HiddenField()
    submit = SubmitField("Masuk")

    def limits(self):
        """Per network address and per account, whichever way its address is written."""
        of_account = [(throttle.PASSWORD_OF_ACCOUNT, _account(self.email.data))] if self.email.data else []
        return [(throttle.PASSWORD_FROM_ADDRESS, request.remote_addr), *of_account]

    def validate_next(self, field):
        """An address outside is dropped silently."""
        if field.data and not library.validate_redirect_url(field.data):
            field.data = ""


class ForgotForm(Form):
    """The address that a reset link goes to, if there is such an account."""

    email = EmailField(
        "Alamat surel",
        [DataRequired(identity.BAD_EMAIL), Length(max=identity.LONGEST_EMAIL), Written(identity.email)],
        render_kw={"autocomplete": "email"},
    )
    throttled = None

    def validate(self, **kwargs) -> bool:
        """See wtforms. The limit counts all tries, known address or not, so that it tells nothing either."""
        if not super().validate(**kwargs):
            return False
        try:
            throttle.spend(throttle.RESET_FROM_ADDRESS, request.remote_addr)
            throttle.spend(throttle.RESET_OF_ACCOUNT, self.email.data)
        except throttle.Throttled as refusal:
            self.throttled = refusal
            self.form_errors.append(refusal.message)
            return False
        return True


class ResetForm(Form, library.ResetPasswordForm):
    """A new password, reached by the link of a mail."""

    password = _new_password()
    password_confirm = _again("password")
    submit = SubmitField("Simpan kata sandi")

    def validate(self, **kwargs) -> bool:
        """See wtforms. Who proves to own the address is no longer held up by earlier wrong passwords."""
        if not super().validate(**kwargs):
            return False
        throttle.clear(throttle.PASSWORD_OF_ACCOUNT, self.user.email)
        return True


class ChangeForm(Throttling, Form, library.ChangePasswordForm):
    """The old password and a new one."""

    password = _current_password("Kata sandi sekarang")
    new_password = _new_password()
    new_password_confirm = _again("new_password")
    submit = SubmitField("Ganti kata sandi")

    def limits(self):
        """As for signing in."""
        return [(throttle.PASSWORD_OF_ACCOUNT, current_user.email)]


class VerifyForm(Throttling, Form, library.VerifyForm):
    """The password once more, before something that matters."""

    password = _current_password()
    next = HiddenField()
    submit = SubmitField("Lanjutkan")

    def limits(self):
        """As for signing in."""
        return [(throttle.PASSWORD_OF_ACCOUNT, current_user.email)]

    def validate_next(self, field):
        """An address outside is dropped silently."""
        if field.data and not library.validate_redirect_url(field.data):
            field.data = ""


class LogoutForm(Form, library.LogoutForm):
    """The button that ends the session."""

    submit = SubmitField("Keluar")


class SuccessorForm(Form):
    """Who takes a person's work over."""

    successor = SelectField("Serahkan pekerjaannya kepada", coerce=lambda value: int(value) if value else None)

    def offer(self, colleagues) -> None:
        """The colleagues to choose from. Who has none hands over to nobody."""
        nobody = SelectChoice("", "Tidak ada rekan lain" if not colleagues else "Pilih rekan …")
        self.successor.choices = [nobody, *(SelectChoice(str(user.id), user.name) for user in colleagues)]


class TwoStepSetupForm(Form, library.TwoFactorSetupForm):
    """Switch two-step sign-in on or off."""

    setup = RadioField(
        "Masuk dua langkah",
        choices=[SelectChoice("authenticator", "Pakai aplikasi pembuat kode"), SelectChoice("disable", "Matikan")],
        validate_choice=False,
    )
    phone = TelField("Telepon", [library.IsString()])
    submit = SubmitField("Lanjutkan")


def _code(label: str) -> StringField:
    return StringField(
        label,
        [DataRequired(), Length(max=20)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class CodeForm(Throttling, Form, library.TwoFactorVerifyCodeForm):
    """The six digits of the authenticator app."""

    code = _code("Kode enam angka")
    submit = SubmitField("Kirim kode")

    def limits(self):
        """Per person, whatever network the guesses come from."""
        return [(throttle.CODE_OF_ACCOUNT, self.user.id)]


class RescueForm(Form, library.TwoFactorRescueForm):
    """What the library would offer who lost the telephone. We offer spare codes and the office's manager instead, on the page itself."""

    help_setup = RadioField("Bantuan", choices=[])


class SpareCodeForm(Throttling, Form, MfRecoveryForm):
    """One of the spare codes, in place of the app's."""

    code = StringField("Kode cadangan", [DataRequired(), Length(max=40)], render_kw={"autocomplete": "off"})
    submit = SubmitField("Kirim kode")

    def limits(self):
        """Per person, together with the app's codes."""
        return [(throttle.CODE_OF_ACCOUNT, self.user.id)]


class SpareCodesForm(Form, MfRecoveryCodesForm):
    """Show or renew the spare codes."""

    show_codes = SubmitField("Tampilkan kode cadangan")
    generate_new_codes = SubmitField("Buat kode cadangan baru")
