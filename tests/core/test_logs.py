"""The log tells where something broke and never what people typed, whatever the database says of it."""

import io
import json

import pytest
import structlog
from sqlalchemy import text

from kb.core import clock
from kb.core.access import public
from kb.core.db import db
from tests.makers import make_user

TYPED, ROLE = "siti.rahasia@contoh.example", "penyusup"
OF_SITI = {"name": "Siti Rahasia", "phone": "081234567890", "nip": "198001012005011001"}


def twice():
    """Two people with one address: PostgreSQL tells the address in its error, and of other errors the whole row."""
    for _ in range(2):
        make_user(email=TYPED, **OF_SITI)


def unknown_role():
    make_user(email=TYPED, role=ROLE, **OF_SITI)


def unknown_column():
    db.session.execute(text("SELECT no_such_column FROM person WHERE email = :typed"), {"typed": TYPED})


def in_python():
    int(TYPED)


def in_a_chain():
    try:
        int(TYPED)
    except ValueError as error:
        raise KeyError(TYPED) from error


def in_a_circle():
    error = KeyError(TYPED)
    raise error from error


def of_the_code():
    clock.no_such_function()


def of_the_machine():
    raise OSError(28, "No space left on device", f"/srv/{TYPED}")


@pytest.fixture
def logged(app, monkeypatch):
    """`logged(broken)`: what the log says of a page that breaks so."""
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    log, before = io.StringIO(), structlog.get_config()["logger_factory"]
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(log))

    def look(broken) -> str:
        monkeypatch.setitem(app.view_functions, "home.indicators", public(lambda: broken()))
        assert app.test_client().get("/indikator").status_code == 500
        (crash,) = (line for line in map(json.loads, log.getvalue().splitlines()) if line["event"] == "crash")
        return crash["exception"]

    yield look
    structlog.configure(logger_factory=before)


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (twice, "IntegrityError: "),
        (unknown_role, "IntegrityError: "),
        (unknown_column, "no_such_column"),
        (in_python, "ValueError"),
        (in_a_chain, "KeyError"),
        (in_a_circle, "KeyError"),
        (of_the_code, "AttributeError: module 'kb.core.clock' has no attribute 'no_such_function'"),
        (of_the_machine, "OSError: No space left on device"),
    ],
)
def test_the_log_tells_where_it_broke_and_nothing_that_was_typed(logged, broken, kind):
    said = logged(broken)
    assert kind in said and f"in {broken.__name__}" in said and "test_logs.py" in said
    for secret in (TYPED, ROLE, *OF_SITI.values()):
        assert secret not in said, said


def test_both_errors_of_a_chain_are_told(logged):
    said = logged(in_a_chain)
    assert said.index("ValueError\n") < said.index("KeyError")
