"""Structured logs: readable lines on a terminal, JSON elsewhere; passwords and tokens never get in."""

import logging
import re
import sys
from typing import Any, Final

import structlog

_SECRET = ("password", "token", "code", "authorization", "secret", "key")

_IN_TEXT: Final = re.compile(
    # People's own printer addresses and one-time links, also as they stand in a URI that was quoted once more.
    r"(?P<path>(?:/|%2f)(?:t|sign-in)(?:/|%2f))[^/\s?#\"'<>\\)\]},;]+"
    # What Authorization and Cookie carry.
    r"|(?P<scheme>\b(?:basic|bearer|negotiate)\s+)[a-z0-9+/=._~-]{8,}",
    re.IGNORECASE,
)


def configure(level: str, form: str) -> None:
    """Set up logging for this process."""
    as_json = form == "json" or (form == "auto" and not sys.stderr.isatty())
    # Plain tracebacks: the other kind shows local values, and passwords among them.
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    renderer: Any = structlog.processors.JSONRenderer() if as_json else console
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _redact,
    ]
    threshold = logging.getLevelName(level.upper())
    structlog.configure(
        processors=[*shared, *([structlog.processors.format_exc_info] if as_json else []), renderer, _last_look],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter("%(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=max(threshold, logging.WARNING))


def without_secrets(text: str) -> str:
    """Blank what would let a reader of the log print, or sign in, as somebody else."""
    return _IN_TEXT.sub(lambda found: f"{found['path'] or found['scheme']}…", text)


class _Formatter(logging.Formatter):
    """What the libraries log, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def _last_look(_logger: Any, _method: str, line: Any) -> str:
    """After the renderer, so that it sees every value and each traceback."""
    return without_secrets(line)


def _redact(_logger: Any, _method: str, event: Any) -> Any:
    for name in event:
        if any(word in name.lower() for word in _SECRET):
            event[name] = "…"
    return event
