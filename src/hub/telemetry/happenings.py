"""Tell what happened, a line an event: its kind, how serious it is, and what belongs to the same trace.

What people said is never part of it: it tells how much was said.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.telemetry import redaction

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.events import Event

FIELDS = 4
KINDS = {
    "all": "All", "talk": "Talk", "plugins": "Plugins", "models": "Models", "timers": "Timers",
    "people": "People", "system": "System",
}  # fmt: skip
_KIND_OF = {
    "turn": "talk", "speech": "talk", "language": "talk", "breaker": "talk", "budget": "talk",
    "tool": "talk", "talk": "talk", "conversation": "talk", "plugin": "plugins", "child": "plugins",
    "model": "models", "models": "models", "server": "models", "timer": "timers", "job": "timers",
    "clock": "timers", "person": "people", "session": "people", "device": "people", "invite": "people",
}  # fmt: skip
_STOP = {"failed", "disabled"}
_CARE = {"degraded", "restarting", "missed", "cut", "stopped", "open", "held", "config"}
_WITH_STATES = (
    "plugin.", "child.", "model.", "turn.", "language.", "breaker.", "tool.", "job.", "timer."
)  # fmt: skip
_APART = {"serial", "at", "trace"}
_SAID = {"arguments", "output"}
"""What a tool is told, and tells, may be anybody's words."""
_UNTOLD = {"conversation", "turn", "session", "person", "fix", "title", "plugin", "child"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the stream. ``tone``: stop, care or "" as the state colours."""

    serial: int
    clock: str
    name: str
    kind: str
    tone: str
    what: str
    trace: str


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the stream is shown; empty fields show all."""

    kind: str = ""
    text: str = ""
    trace: str = ""
    faults: bool = False
    since: int = 0

    def takes(self, event: Event) -> bool:
        """Say whether ``event`` is shown."""
        if event.serial <= self.since or (self.trace and event.trace != self.trace):
            return False
        if self.kind not in ("", "all", kind_of(event)) or (self.faults and not tone_of(event)):
            return False
        return not self.text or self.text.lower() in f"{event.name} {sentence(event)}".lower()


def happening(event: Event) -> Happening:
    """Return the line of ``event``."""
    clock = time.strftime("%H:%M:%S", time.localtime(event.at))
    return Happening(
        event.serial, clock, event.name, kind_of(event), tone_of(event), sentence(event), event.trace
    )


def kind_of(event: Event) -> str:
    """Return under which filter ``event`` falls."""
    return _KIND_OF.get(event.name.partition(".")[0], "system")


def tone_of(event: Event) -> str:
    """Return "stop" or "care" when ``event`` tells of something that is not well."""
    if event.name in {"speech.error", "budget.reached"}:
        return "care"
    states = {getattr(event, field, "") for field in ("state", "outcome", "how")}
    if event.name.startswith(_WITH_STATES):
        return "stop" if states & _STOP and not _off(event) else "care" if states & _CARE else ""
    return ""


def _off(event: Event) -> bool:
    """Say whether a plugin is merely not wanted, or not built."""
    return getattr(event, "reason", "") in {"Not built yet", "Switched off"}


def sentence(event: Event) -> str:
    """Return what happened: the event's own sentence, or its first few fields."""
    if line := event.line():
        return line
    told = ((name, value) for name, value in details(event).items() if name not in _APART | {"event"})
    plain = [(name, value) for name, value in told if value not in ("", None, 0, [], {})]
    subject = next((str(value) for name, value in plain if name in ("title", "plugin", "child")), "")
    facts = [f"{name} {_short(value)}" for name, value in plain if name not in _UNTOLD][:FIELDS]
    return ", ".join(filter(None, [subject, *facts])) or event.name.replace(".", " ")


def _short(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)[:80]


def details(event: Event) -> dict[str, Any]:
    """Return all of ``event`` as plain data, without secrets and without what was said."""
    told = event.model_dump(mode="json", exclude=_SAID)
    found: dict[str, Any] = redaction.clean({"event": event.name, **told})
    return found


def select(events: Iterable[Event], chosen: Filter, count: int) -> list[Event]:
    """Return the latest ``count`` of ``events`` that ``chosen`` takes, newest first."""
    return [event for event in reversed(list(events)) if chosen.takes(event)][:count]
