"""Log lines: structlog over the handlers of the standard library, to stderr.

This file decides how a line looks and that no secret is in it: a field whose name contains one of
``SECRET_WORDS`` is written as ``[redacted]``, at any depth of nested mappings and lists. It cannot
see into free text, so secrets are passed as fields or not at all. stdout stays free for results.
"""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog
from structlog.stdlib import BoundLogger
from structlog.typing import EventDict, Processor

#: Parts of field names whose values never reach a log.
SECRET_WORDS = ("password", "secret", "token", "authorization", "cookie")

REDACTED = "[redacted]"


def redact_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Return the event with the value of every secret field replaced (a structlog processor)."""
    return {key: _without_secrets(key, value) for key, value in event.items()}


def _without_secrets(key: object, value: Any) -> Any:
    if isinstance(key, str) and any(word in key.lower() for word in SECRET_WORDS):
        return REDACTED
    if isinstance(value, Mapping):
        return {inner: _without_secrets(inner, item) for inner, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(None, item) for item in value]
    if isinstance(value, tuple):
        return tuple(_without_secrets(None, item) for item in value)
    return value


def configure(level: str, json: bool) -> None:
    """Send all log lines of this process, the libraries' among them, to stderr.

    ``level`` is a name of the logging module in any case (``debug``, ``info``, ...); ValueError
    for an unknown one. ``json`` gives one JSON object per line, else lines for people. Calling it
    again replaces what was configured.
    """
    last: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if json
        # Plain tracebacks: the renderer's own choice tells every local variable, passwords too.
        else [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_PREPARATION,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.setLevel(level.upper())
    root.handlers[:] = [handler]
    _use_standard_handlers()


def get_logger(name: str) -> BoundLogger:
    """Return the logger of a module; pass ``__name__``. Facts go in as fields, not in the text."""
    if not structlog.is_configured():
        _use_standard_handlers()
    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


#: What every line goes through before it is rendered, ours and those of libraries alike.
_PREPARATION: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    redact_secrets,
]


def _use_standard_handlers() -> None:
    """Hand lines to the standard library. structlog's own default would print them on stdout."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_PREPARATION,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=BoundLogger,
        cache_logger_on_first_use=False,
    )
