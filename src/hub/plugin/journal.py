"""Keep the last log lines of each plugin, for its page."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.plugin.acting import current

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger

LINES = 50
PLUGINS = 256
LONGEST = 500

_of: dict[str, deque[Line]] = {}


@dataclass(frozen=True, slots=True)
class Line:
    """A log line, redacted: ``at`` in ISO 8601, ``text`` the event and what was said with it."""

    at: str
    level: str
    text: str


def keep(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Note a line of the log under the plugin that wrote it, or that it is about. A structlog processor."""
    name = current.get() or event.get("plugin")
    if isinstance(name, str) and name and (name in _of or len(_of) < PLUGINS):
        _of.setdefault(name, deque(maxlen=LINES)).append(_line(event))
    return event


def of(plugin: str) -> list[Line]:
    """Return the last lines of ``plugin``, newest last."""
    return list(_of.get(plugin, ()))


def _line(event: EventDict) -> Line:
    said = " ".join(f"{key}={value}" for key, value in event.items() if _tells(key, value))
    last = str(event.get("exception", "")).strip().rsplit("\n", 1)[-1]
    text = " · ".join(part for part in (str(event.get("event", "")), said, last) if part)
    return Line(str(event.get("timestamp", "")), str(event.get("level", "")), text[:LONGEST])


def _tells(key: str, value: Any) -> bool:
    dull = {"event", "timestamp", "level", "module", "plugin", "exception", "trace", "span"}
    return key not in dull and value not in ("", None)
