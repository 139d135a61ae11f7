"""Structured logs: one JSON object per line on standard output.

Every line names its service and, inside a call, its request and trace. Prompt
text, answers and secrets are never logged; secret-looking keys are blanked as a
second wall.
"""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from mesh import tracing

SECRET_KEYS = frozenset(
    {"api_key", "authorization", "cookie", "password", "secret", "token"}
)


def configure(service: str, level: str) -> None:
    """Sends the logs of structlog and of `logging` to standard output as JSON.

    Args:
        service: Stands in every line as `service`.
        level: The least severe level that is written, for example `INFO`.
    """

    def name_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    shared: list[Processor] = [
        name_service,
        _bind_trace,
        _blank_secrets,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Text, not structures: those would carry local variables.
        structlog.processors.format_exc_info,
    ]
    renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level]
        ),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                renderer,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)


def _bind_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    trace = tracing.current()
    if trace is not None:
        event.setdefault("request_id", trace.request_id)
        event.setdefault("trace_id", trace.trace_id)
        event.setdefault("span_id", trace.span_id)
    return event


def _blank_secrets(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for key in SECRET_KEYS & event.keys():
        event[key] = "***"
    return event
