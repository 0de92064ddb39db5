"""Nothing is computed while the only writer is held: whoever writes on SQLite keeps all others from writing, for as long as it takes.

`kb.core.db.takes_time` is said by whatever takes the longer the more people wrote. Here it fails a test when a request, a delivery or a
chore of the worker does so while its transaction may write. Tests themselves may: they prepare what nobody waits for.
"""

import sys
from threading import local

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from kb import cli
from kb.core import db, events
from tests.databases import WRITES

_thread = local()
# A request that comes in, what the worker does (deliveries and chores), and the import of a file; also when a test calls them itself.
WORK = {Flask.full_dispatch_request.__code__, events.drain.__code__, cli._import_file.__code__, *(chore.__code__ for chore in cli.CHORES)}

# What still does, and why: (file, function) of ours that asks for it, from the inside out.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("kb.notifications.digest", "_write_again"): "at most forty lines, and only when a waiting digest tells what may be read no more",
}


def _begun() -> dict[int, dict]:
    """Of each transaction of this thread that began as one that may write: what its connection knows of itself."""
    if not hasattr(_thread, "begun"):
        _thread.begun = {}
    return _thread.begun


@event.listens_for(Engine, "begin")
def _begins(connection):
    if connection.dialect.name == "sqlite" and not db.reads_only(connection):
        _begun()[id(connection)] = connection.info


@event.listens_for(Engine, "commit")
@event.listens_for(Engine, "rollback")
def _ends(connection):
    _begun().pop(id(connection), None)


@event.listens_for(Engine, "before_cursor_execute")
def _writes(connection, _cursor, statement, *_rest):
    """What was decided before the writer was handed back may be true no more."""
    if id(connection) in _begun() and db.HOLDS not in connection.info and statement.lstrip().upper().startswith(WRITES):
        raise AssertionError(f"writes after the writer was handed back: {statement}")


def refuse(what: str) -> None:
    """Fail the test, as no handler of errors can catch it."""
    if not any(db.HOLDS in info for info in _begun().values()):
        return
    frames = list(_frames())
    if not any(frame.f_code in WORK for frame in frames):
        return
    ours = [(frame.f_globals.get("__name__", ""), frame.f_code.co_name) for frame in frames]
    ours = [(module, function) for module, function in ours if module.startswith("kb.")]
    if not any(place in EXCEPTIONS for place in ours):
        pytest.fail(f"{what} while the only writer is held: " + " < ".join(f"{module}.{function}" for module, function in ours[1:]))


def _frames():
    frame = sys._getframe(2)
    while frame is not None:
        yield frame
        frame = frame.f_back
