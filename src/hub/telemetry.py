"""Logs: one JSON object a line for machines, coloured lines for a person at a terminal."""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import orjson
import structlog

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger


def _json(event: dict[str, Any], **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def _shape(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Arrange as S2-51 asks: {timestamp, level, module, event, context}."""
    head = {name: event.pop(name, "") for name in ("timestamp", "level", "module", "event")}
    return {**head, "context": event}


def _module(logger: WrappedLogger, _: str, event: EventDict) -> EventDict:
    event["module"] = getattr(logger, "name", "hub")
    return event


def configure(*, tty: bool | None = None) -> None:
    """Set up logging once, for the hub's process. ``HUB_LOG`` sets the level: debug, info, warning."""
    at_terminal = sys.stderr.isatty() if tty is None else tty
    default = "warning" if at_terminal else "info"
    level = getattr(logging, os.environ.get("HUB_LOG", default).upper(), logging.INFO)
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _module,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    ending: list[Processor] = (
        [structlog.dev.ConsoleRenderer()]
        if at_terminal
        else [structlog.processors.format_exc_info, _shape, structlog.processors.JSONRenderer(_json)]
    )
    structlog.configure(
        processors=[*shared, *ending],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_NamedPrinter,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=max(level, logging.WARNING), stream=sys.stderr, format="%(levelname)s %(name)s %(message)s"
    )


class _NamedPrinter(structlog.PrintLogger):
    """Prints to stderr and remembers the module that asked for it."""

    def __init__(self, name: str = "hub") -> None:
        super().__init__(sys.stderr)
        self.name = name
