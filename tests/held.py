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

_thread = local()
# A request that comes in, and what the worker does: deliveries and chores, also when a test calls them itself.
WORK = {Flask.full_dispatch_request.__code__, events.drain.__code__, *(chore.__code__ for chore in cli.CHORES)}

# What still does, and why: (file, function) of ours that asks for it, from the inside out.
EXCEPTIONS: dict[tuple[str, str], str] = {}


def _held() -> set[int]:
    if not hasattr(_thread, "held"):
        _thread.held = set()
    return _thread.held


@event.listens_for(Engine, "begin")
def _begins(connection):
    if connection.dialect.name == "sqlite" and not db.reads_only(connection):
        _held().add(id(connection))


@event.listens_for(Engine, "commit")
@event.listens_for(Engine, "rollback")
def _ends(connection):
    _held().discard(id(connection))


def refuse(what: str) -> None:
    """Fail the test, as no handler of errors can catch it."""
    if not _held():
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
