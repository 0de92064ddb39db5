"""The password rule: long enough, not the e-mail address, not one character over and over. Length protects, riddles do not."""

from flask_security import PasswordUtil

MIN_LENGTH = 10
MAX_LENGTH = 200

TOO_SHORT = f"Kata sandi paling sedikit {MIN_LENGTH} karakter."
TOO_LONG = f"Kata sandi paling banyak {MAX_LENGTH} karakter."
IS_EMAIL = "Kata sandi tidak boleh sama dengan alamat surel."
TOO_PLAIN = "Kata sandi ini terlalu mudah ditebak. Pakai beberapa kata yang tidak berhubungan."


def fault(password: str, email: str) -> str | None:
    """What is wrong with a new password, in Indonesian; None when it will do."""
    if len(password) < MIN_LENGTH:
        return TOO_SHORT
    if len(password) > MAX_LENGTH:
        return TOO_LONG
    if password.lower() in (email.lower(), email.lower().partition("@")[0]):
        return IS_EMAIL
    if len(set(password)) < 4:
        return TOO_PLAIN
    return None


class PasswordRule(PasswordUtil):
    """The same rule where Flask-Security asks for it."""

    def validate(self, password: str, is_register: bool, **kwargs) -> tuple[list | None, str]:
        """See PasswordUtil: (messages or None, normalised password)."""
        normal = self.normalize(password)
        found = fault(normal, kwargs["user"].email if "user" in kwargs else kwargs.get("email", ""))
        return ([found] if found else None), normal
