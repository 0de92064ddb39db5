"""Structured logs without personal data: which page, how long, what came of it; never who, never what they typed."""

import logging
import sys
import time

import structlog
from flask import Flask, g, request

QUIET = {"static", "bootstrap.static", "home.healthz"}


def init_app(app: Flask) -> None:
    """One JSON line per request on stderr."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, app.config["LOG_LEVEL"])),
        cache_logger_on_first_use=not app.testing,
    )
    log = structlog.get_logger("web")

    @app.before_request
    def start():
        g.started = time.perf_counter()

    @app.after_request
    def finish(response):
        if request.endpoint not in QUIET:
            # The rule, not the path: a path may hold a name or a secret.
            took = round((time.perf_counter() - g.started) * 1000, 1) if "started" in g else None
            rule = str(request.url_rule) if request.url_rule else "-"
            log.info("request", method=request.method, rule=rule, status=response.status_code, ms=took)
        return response
