"""Structured logs without personal data: which page, how long, what came of it; never who, never what they typed."""

import logging
import sys
import time
from traceback import TracebackException

import structlog
from flask import Flask, g, request
from sqlalchemy.exc import DataError, DBAPIError

QUIET = {"static", "bootstrap.static", "home.healthz"}
# Errors that speak of the code, never of what it works on.
OF_THE_CODE = (AttributeError, ImportError, NameError, NotImplementedError, RecursionError, TypeError)

web = structlog.get_logger("web")


class Plain(logging.Formatter):
    """What libraries log, with traces as ours."""

    def formatException(self, ei) -> str:
        """See logging.Formatter."""
        return _trace(ei)


def init_app(app: Flask) -> None:
    """One JSON line per request on stderr."""
    libraries = logging.StreamHandler(sys.stderr)
    libraries.setFormatter(Plain("%(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[libraries])
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(_trace),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, app.config["LOG_LEVEL"])),
        cache_logger_on_first_use=not app.testing,
    )

    @app.before_request
    def start():
        g.started = time.perf_counter()

    @app.after_request
    def finish(response):
        if request.endpoint not in QUIET:
            # The rule, not the path: a path may hold a name or a secret.
            took = round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None
            rule = str(request.url_rule) if request.url_rule else "-"
            web.info("request", method=request.method, rule=rule, status=response.status_code, ms=took)
        return response


def _trace(exc_info) -> str:
    """Where it broke and in what way, without the words of errors that may hold what people typed."""
    told, error = {}, exc_info[1]
    while error is not None and id(error) not in told:  # an error may be its own cause
        stack = TracebackException.from_exception(error).stack
        told[id(error)] = f"{''.join(stack.format())}{type(error).__qualname__}{_words(error)}"
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n".join(reversed(told.values()))


def _words(error: BaseException) -> str:
    if isinstance(error, DBAPIError) and not isinstance(error, DataError):
        return f": {str(error.orig).partition(chr(10))[0]}"  # the lines after it tell the row
    if isinstance(error, OSError):
        return f": {error.strerror}"
    return f": {error}" if isinstance(error, OF_THE_CODE) else ""
