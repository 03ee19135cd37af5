"""Logs: one JSON object a line for machines, plain lines for a person at a terminal, secrets in neither.

A line is ``{timestamp, level, module, event, context}`` (S2-51), whoever wrote it: our own modules, a
library through `logging`, a warning, an exception that nobody caught, or a child process through its
stderr. ``HUB_LOG`` sets the level: debug, info, warning, error.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
import structlog

from hub.plugin import journal
from hub.telemetry import redaction, trace

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

LONGEST_LINE = 32_768
LONGEST_NAME = 40
HEAD = ("timestamp", "level", "module", "event")
LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}
_OURS = {"level", "timestamp", "exc_info", "_record", "_from_structlog"}


def configure(*, tty: bool | None = None) -> None:
    """Set up logging once, for a whole process; ``tty``: write for a person (default: when one looks)."""
    at_terminal = sys.stderr.isatty() if tty is None else tty
    level = LEVELS.get(os.environ.get("HUB_LOG", "").lower(), 30 if at_terminal else 20)
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _module,
        _trace,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: Processor = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if at_terminal else _json
    ending: list[Processor] = [structlog.processors.format_exc_info, _safe, journal.keep, render]
    structlog.configure(
        processors=[*before, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Stderr,
        cache_logger_on_first_use=True,
    )
    _take_over(level, before, ending)


def _take_over(level: int, before: list[Processor], ending: list[Processor]) -> None:
    """Send what `logging`, `warnings` and uncaught exceptions would write the same way."""
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=before,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level if level <= logging.DEBUG else max(level, logging.WARNING))
    logging.raiseExceptions = False  # it would print the arguments as they are
    logging.captureWarnings(capture=True)
    warnings.simplefilter("default", ResourceWarning) if level <= logging.DEBUG else None
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda about: _uncaught(about.exc_type, about.exc_value, about.exc_traceback)
    threading.excepthook = lambda about: _uncaught(about.exc_type, about.exc_value, about.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, frames: Any) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    log = structlog.get_logger("hub")
    log.critical("uncaught exception", exc_info=(kind, error or kind(), frames))


def _module(logger: WrappedLogger, _: str, event: EventDict) -> EventDict:
    record = event.get("_record")
    event.setdefault("module", record.name if record else getattr(logger, "name", "hub"))
    return event


def _trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    if present := trace.current():
        event.setdefault("trace", present.id)
        event.setdefault("span", present.span)
    return event


def _safe(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Redact and bound everything that was said; a person's words become their number."""
    # A child's traceback comes as text.
    exception = event.pop("exception", None) or event.pop("traceback", None)
    found: dict[str, Any] = {name: event[name] for name in ("timestamp", "level") if name in event}
    found |= {
        _name(key): redaction.clean(value, str(key)) for key, value in event.items() if key not in _OURS
    }
    if exception:
        found["exception"] = redaction.traceback(str(exception))
    return found


@lru_cache(1_024)
def _name(key: Any) -> str:
    ours = isinstance(key, str) and key.isidentifier() and len(key) <= LONGEST_NAME
    return key if ours else str(redaction.clean(str(key)))


def _json(_: WrappedLogger, __: str, event: EventDict) -> str:
    """Arrange as S2-51 asks; a line that is still too long keeps its head."""
    head = {name: event.pop(name, "") for name in HEAD}
    line = orjson.dumps({**head, "context": event}, default=str)
    if len(line) > LONGEST_LINE:
        line = orjson.dumps({**head, "context": {"cut": len(line), "trace": event.get("trace", "")}})
    return line.decode()


def write(line: str) -> None:
    """Write ``line`` to stderr as one piece. A log that cannot be written must not stop the hub."""
    try:
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        return


class _Stderr:
    """What structlog writes to; it remembers the module that asked for it."""

    def __init__(self, name: str = "hub") -> None:
        self.name = name

    def msg(self, line: str) -> None:
        write(line)

    log = debug = info = warning = warn = error = critical = exception = fatal = failure = msg


class _Handler(logging.Handler):
    """What `logging` writes to."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            write(self.format(record))
        except Exception:  # noqa: BLE001  a line with the wrong arguments is still a line
            write(f'{{"level":"error","module":"hub","event":"a log line could not be made",'
                  f'"context":{{"of":{orjson.dumps(record.name[:80]).decode()}}}}}')  # fmt: skip
