"""Say what a sentence means, by the very rules that would answer it, and do nothing of it."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from hub.conversation.asked import Asked
from hub.conversation.named import understand as named
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.hub import Hub

LONGEST = 2_000


@dataclass(frozen=True, slots=True)
class Understood:
    """``intent``: a tool, an order about timers, or a subject that is computed; "talk" for all else.

    ``entities``: what belongs to it, by name. ``by``: whose rule it was; ``confidence``: 1 for an exact rule,
    0 for none. ``missing``: the question that would have to be answered first.
    """

    text: str
    intent: str = "talk"
    entities: dict[str, Any] = field(default_factory=dict)
    by: str = ""
    confidence: float = 0.0
    missing: str = ""


async def understand(hub: Hub, text: str, *, tools: bool = True) -> Understood:
    """Return what ``text`` means in the order in which the hub asks its rules. ``tools``: these too.

    Raises `HubError` for no words, or too many.
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise HubError("I need a sentence.", fix=f"Send 1 to {LONGEST:,} characters.")
    return await asyncio.to_thread(_understood, hub, text, tools=tools)  # patterns, and facts of the machine


def _understood(hub: Hub, text: str, *, tools: bool) -> Understood:
    found = _timer(text)
    if found is None and tools:
        found = _call(text, Asked(hub.tools, _nobody).understand(text))
    found = found or _exact(text)
    if found is None and tools:
        found = _call(text, named(hub.tools, text))
    return found or Understood(text)


async def _nobody(_: str) -> str | None:
    return None


def _timer(text: str) -> Understood | None:
    from hub.intents import local_now  # noqa: PLC0415  patterns, at need
    from hub.timers.commands import Ask, Do, Refuse  # noqa: PLC0415  as above
    from hub.timers.parse import parse  # noqa: PLC0415  as above

    order = parse(text, local_now())
    if order is None:
        return None
    if isinstance(order, Ask):
        return Understood(text, "timer", by="timers", confidence=0.5, missing=order.question)
    if isinstance(order, Refuse):
        return Understood(text, "timer", by="timers", confidence=0.5, missing=order.reason)
    if isinstance(order, Do):
        if order.what == "stop":
            return None  # whether anything rings is for others to know
        told = {**_plain(order.pick), **({"seconds": order.seconds} if order.seconds else {})}
        return Understood(text, f"{order.what}_timer", told, "timers", 1.0)
    return Understood(text, _snake(type(order).__name__), _plain(order), "timers", 1.0)


def _call(text: str, call: tuple[str, dict[str, Any]] | None) -> Understood | None:
    return Understood(text, call[0], call[1], "tools", 1.0) if call else None


def _exact(text: str) -> Understood | None:
    from hub.intents import recognise  # noqa: PLC0415  patterns, at need

    found = recognise(text)
    return Understood(text, found[0], found[1], "exact", 1.0) if found else None


def _plain(value: Any) -> dict[str, Any]:
    """Return the fields of a dataclass that say something, as JSON has them."""
    made = {}
    for one in dataclasses.fields(value):
        inner = getattr(value, one.name)
        if inner not in (None, "", False):
            made[one.name] = _json(inner)
    return made


def _json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return _plain(value) if dataclasses.is_dataclass(value) else value


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
