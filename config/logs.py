"""Logs as JSON lines: method, route, status, milliseconds. No body, query, name or NIP, ever."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

_shared: list[Any] = [
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _shared,
            "processor": structlog.processors.JSONRenderer(),
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "jenjang": {"level": "INFO"},
        "django.request": {"level": "ERROR"},
        "axes": {"level": "ERROR"},
    },
}

log = structlog.stdlib.get_logger("jenjang.request")


class RequestLogMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = self.get_response(request)
        if response.status_code >= 500 or logging.getLogger("jenjang").isEnabledFor(logging.INFO):
            took = round((time.perf_counter() - start) * 1000, 1)
            route = request.resolver_match.route if request.resolver_match else "-"
            log.info("request", method=request.method, route=route, status=response.status_code,
                     ms=took)  # fmt: skip
        return response
