"""Log lines: for people, or a JSON object a line for machines. Each line of a request has its id.

The standard library's logging: uvicorn, SQLAlchemy and the library log by it already, so one formatter serves all.
"""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Final, Literal

LogFormat = Literal["console", "json"]

REQUEST_ID: Final[ContextVar[str | None]] = ContextVar("rowgate_request_id", default=None)
"""The id of the request that runs. For log lines and nothing else: no decision is made by it."""

WELL_FORMED: Final = re.compile(r"[A-Za-z0-9._~:+/=@-]{1,128}")
"""A request id that is taken as it comes: nothing in it can end a line, a header or a field of the log."""

_STANDARD: Final = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "color_message"})
"""What every record has; the rest was given as `extra`."""


class JsonLines(logging.Formatter):
    """A record as one JSON object on one line: time, level, logger, message, the request's id, what was given besides."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if REQUEST_ID.get() is not None:
            line["request_id"] = REQUEST_ID.get()
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """A record as a line for people, with the request's id at its end."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = super().format(record)
        found = REQUEST_ID.get()
        return line if found is None else f"{line} [{found}]"


def configuration(log_format: LogFormat) -> dict[str, Any]:
    """Return the configuration of logging: uvicorn's own, and Rowgate's, the audit among it, all on standard error."""
    from uvicorn.config import LOGGING_CONFIG  # whoever only reads settings waits for no server

    ours = {"handlers": ["ours"], "level": "INFO", "propagate": False}
    formatters = {
        "plain": {"()": PlainLines, "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        "json": {"()": JsonLines},
    }
    stream = {"class": "logging.StreamHandler", "stream": "ext://sys.stderr"}
    handlers = {"ours": {**stream, "formatter": "json" if log_format == "json" else "plain"}}
    if log_format == "json":
        loggers = {name: ours for name in LOGGING_CONFIG["loggers"] if "." not in name}
        return _complete({"formatters": formatters, "handlers": handlers, "loggers": {**loggers, "rowgate": ours}})
    return _complete(
        {
            "formatters": {**LOGGING_CONFIG["formatters"], **formatters},
            "handlers": {**LOGGING_CONFIG["handlers"], **handlers},
            "loggers": {**LOGGING_CONFIG["loggers"], "rowgate": ours},
        }
    )


def _complete(found: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "disable_existing_loggers": False, **found}
