"""Settings: read once from the environment. No secret has a default; production says what is missing and does not start."""

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from kb.core.db import engine_options

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("demo", "production", "test")
ENGINES = ("whoosh", "postgresql")


class ConfigError(Exception):
    """A setting is missing or wrong; the message names it."""


def from_environment(environ: Mapping[str, str] = os.environ) -> dict:
    """Flask's config from the environment. Raises ConfigError."""
    env = _one_of(environ, "KB_ENV", ENVIRONMENTS, "demo")
    data = Path(environ.get("KB_DATA") or ROOT / "instance").resolve()
    url = _database_url(environ.get("DATABASE_URL") or f"sqlite:///{data / 'berguru.sqlite3'}")
    search = _one_of(environ, "KB_SEARCH", ENGINES, "whoosh")
    if search == "postgresql" and not url.startswith("postgresql"):
        raise ConfigError("KB_SEARCH=postgresql needs a PostgreSQL database in DATABASE_URL.")
    data.mkdir(parents=True, exist_ok=True)
    return {
        "KB_ENV": env,
        "KB_DATA": str(data),
        "KB_SEARCH": search,
        "CONTENT": str(ROOT / "content"),
        "MIGRATIONS": str(ROOT / "kb" / "migrations"),
        "LOG_LEVEL": _one_of(environ, "LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR"), "INFO"),
        "PORT": _number(environ, "PORT", 8000),
        "SECRET_KEY": _secret(environ, env, data),
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
        "TESTING": env == "test",
        "BABEL_DEFAULT_LOCALE": "id",
        "BABEL_DEFAULT_TIMEZONE": "Asia/Jakarta",
        # A body that is too long is refused by its form, which shows it again; this bound only protects the server.
        "MAX_CONTENT_LENGTH": 32 * 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": 12 * 3600,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SECURE": env == "production" and environ.get("KB_HTTP") != "1",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=14),
        "PREFERRED_URL_SCHEME": "https" if env == "production" else "http",
        "BASE_URL": (environ.get("BASE_URL") or f"http://127.0.0.1:{_number(environ, 'PORT', 8000)}").rstrip("/"),
        "TRUSTED_PROXIES": _number(environ, "TRUSTED_PROXIES", 0),
        "VISIT_RETENTION_DAYS": _number(environ, "VISIT_RETENTION_DAYS", 730),
        **_mail(environ, data),
    }


def _mail(environ: Mapping[str, str], data: Path) -> dict:
    """Without MAIL_HOST mails are written as files to KB_DATA/surat."""
    return {
        "MAIL_HOST": environ.get("MAIL_HOST", ""),
        "MAIL_PORT": _number(environ, "MAIL_PORT", 587),
        "MAIL_USERNAME": environ.get("MAIL_USERNAME", ""),
        "MAIL_PASSWORD": environ.get("MAIL_PASSWORD", ""),
        "MAIL_TLS": _one_of(environ, "MAIL_TLS", ("starttls", "tls", "none"), "starttls"),
        "MAIL_FROM": environ.get("MAIL_FROM", "Berguru <tanpa-balas@berguru.example>"),
        "MAIL_FOLDER": str(data / "surat"),
    }


def _secret(environ: Mapping[str, str], env: str, data: Path) -> str:
    """Production must be given its secret; demo and test make one and keep it beside their data."""
    if environ.get("SECRET_KEY"):
        return environ["SECRET_KEY"]
    if env == "production":
        raise ConfigError("SECRET_KEY is missing. Set it to a long random text, for example from: openssl rand -hex 32")
    file = data / "secret_key"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        part = data / f"secret_key.{os.getpid()}"
        part.write_text(secrets.token_hex(32))
        part.chmod(0o600)
        part.replace(file)
    return file.read_text()


def _database_url(url: str) -> str:
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    if not url.startswith(("sqlite:", "postgresql+psycopg:")):
        raise ConfigError("DATABASE_URL must begin with sqlite: or postgresql:")
    return url


def _one_of(environ: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = environ.get(name) or default
    if value not in allowed:
        raise ConfigError(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def _number(environ: Mapping[str, str], name: str, default: int) -> int:
    value = environ.get(name) or str(default)
    if not value.isdigit():
        raise ConfigError(f"{name} must be a number, not {value!r}.")
    return int(value)
