"""Settings come from the environment; what is missing or wrong is said by name."""

import pytest

from kb.config import ConfigError, from_environment


def test_production_does_not_start_without_a_secret(tmp_path):
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        from_environment({"KB_ENV": "production", "KB_DATA": str(tmp_path)})


def test_the_demo_keeps_a_secret_of_its_own(tmp_path):
    first = from_environment({"KB_DATA": str(tmp_path)})["SECRET_KEY"]
    assert len(first) == 64
    assert from_environment({"KB_DATA": str(tmp_path)})["SECRET_KEY"] == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KB_ENV", "produksi"),
        ("PORT", "banyak"),
        ("KB_SEARCH", "elastic"),
        ("DATABASE_URL", "mysql://x"),
        ("MAIL_TLS", "ssl"),
        ("LOG_LEVEL", "x"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, name, value):
    with pytest.raises(ConfigError, match=name):
        from_environment({"KB_DATA": str(tmp_path), name: value})


def test_postgresql_search_needs_a_postgresql_database(tmp_path):
    with pytest.raises(ConfigError, match="KB_SEARCH"):
        from_environment({"KB_DATA": str(tmp_path), "KB_SEARCH": "postgresql"})


def test_short_database_addresses_get_the_installed_driver(tmp_path):
    found = from_environment({"KB_DATA": str(tmp_path), "DATABASE_URL": "postgres://kb@127.0.0.1/kb"})
    assert found["SQLALCHEMY_DATABASE_URI"] == "postgresql+psycopg://kb@127.0.0.1/kb"


def test_production_cookies_travel_only_over_https(tmp_path):
    given = {"KB_ENV": "production", "SECRET_KEY": "x" * 40, "KB_DATA": str(tmp_path)}
    assert from_environment(given)["SESSION_COOKIE_SECURE"] is True
