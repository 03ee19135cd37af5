"""Say what happened: event models and the bus that carries them.

Names are ``noun.verb``. Every event is a frozen pydantic model whose JSON Schema is the public
contract; the bus keeps a ring of the latest for late joiners and never lets a slow reader hold up
a fast writer.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Iterator

_serial = itertools.count(1)


class Event(BaseModel):
    """Something that happened, at a time (Unix seconds), with a serial that only grows."""

    model_config = ConfigDict(frozen=True)
    name: ClassVar[str] = "event"

    serial: int = Field(default_factory=lambda: next(_serial))
    at: float = Field(default_factory=time.time)

    def line(self) -> str | None:
        """One short sentence for the page's event list, or None to stay out of it."""
        return None


class PluginChanged(Event):
    """A plugin entered a state; ``reason`` and ``fix`` say why and what to do."""

    name = "plugin.changed"
    plugin: str
    title: str
    state: str
    reason: str = ""
    fix: str = ""

    def line(self) -> str | None:
        """Name the states that a person cares about."""
        if self.state == "ready":
            return f"{self.title} is ready"
        if self.state in {"degraded", "disabled"} and self.reason:
            return f"{self.title} {self.state}: {self.reason}"
        return None


class ModelProgress(Event):
    """A model is being fetched, or has arrived. Sizes in bytes."""

    name = "model.progress"
    model: str
    title: str
    state: Literal["missing", "fetching", "checking", "ready", "failed"]
    done: int = 0
    total: int = 0
    reason: str = ""
    fix: str = ""

    def line(self) -> str | None:
        """Tell of the arrival and of the failure, not of every block."""
        if self.state == "ready":
            return f"Got my {self.title}"
        if self.state == "failed":
            return f"Could not get my {self.title}: {self.reason}"
        return None


class ChildChanged(Event):
    """A child process changed state: starting, ready, restarting, stopped or failed."""

    name = "child.changed"
    child: str
    state: str
    reason: str = ""

    def line(self) -> str | None:
        """Tell of deaths and of returns."""
        if self.state == "restarting":
            return f"The {self.child} process stopped: {self.reason}. Restarting it"
        if self.state == "failed":
            return f"The {self.child} process does not stay up: {self.reason}"
        return None


class HubRecovered(Event):
    """The hub process died and the guardian brought it back; ``down`` in seconds."""

    name = "hub.recovered"
    down: float

    def line(self) -> str | None:
        """Say it plainly."""
        return f"I was stopped and came back after {self.down:.1f} s"


class TurnEvent(Event):
    """Something happened to one turn of one conversation."""

    conversation: str
    turn: str


class TurnDrafted(TurnEvent):
    """The person is still speaking; ``text`` is what was understood so far."""

    name = "turn.drafted"
    text: str
    revision: int


class TurnWithdrawn(TurnEvent):
    """The draft came to nothing."""

    name = "turn.withdrawn"


class TurnAccepted(TurnEvent):
    """The person's words are final and stored."""

    name = "turn.accepted"
    text: str
    source: Literal["voice", "text", "api"]


class TurnDelta(TurnEvent):
    """More of the answer's text."""

    name = "turn.delta"
    text: str


class TurnHeard(TurnEvent):
    """How many characters of the answer have been heard so far."""

    name = "turn.heard"
    chars: int


class TurnEnded(TurnEvent):
    """The turn reached its end; the stored answer is what was heard or shown.

    ``provider`` names who answered, ``quality`` how far to trust it, ``seconds`` the time from
    acceptance to the first word.
    """

    name = "turn.ended"
    state: Literal["done", "interrupted", "failed"]
    answer: str
    provider: str = ""
    quality: Literal["exact", "basic", "full", "canned", ""] = ""
    seconds: float = 0.0
    reason: str = ""

    def line(self) -> str | None:
        """Tell the time an answer took, or how it ended early."""
        if self.state == "done":
            return f"Answered in {self.seconds:.1f} s"
        if self.state == "interrupted":
            return "Stopped speaking"
        return f"Could not answer: {self.reason}"


class SpeechHeard(Event):
    """First sound of an answer left for the listener; ``ms`` since the person fell silent."""

    name = "speech.heard"
    session: str
    ms: float


class SpeechError(Event):
    """Speech failed in a session; the talk goes on in writing."""

    name = "speech.error"
    session: str
    reason: str
    fix: str

    def line(self) -> str | None:
        """Give the reason."""
        return self.reason


class Subscription:
    """A bounded queue of events for one reader; when it is full the oldest are dropped and counted."""

    def __init__(self, patterns: tuple[str, ...], size: int) -> None:
        self._patterns = patterns
        self._queue: deque[Event] = deque(maxlen=size)
        self._wake = asyncio.Event()
        self.dropped = 0

    def wants(self, name: str) -> bool:
        """Match ``name`` against patterns such as ``turn.*``, ``*`` or an exact name."""
        return any(p in ("*", name) or (p.endswith(".*") and name.startswith(p[:-1])) for p in self._patterns)

    def put(self, event: Event) -> None:
        """Queue ``event``; never blocks."""
        if len(self._queue) == self._queue.maxlen:
            self.dropped += 1
        self._queue.append(event)
        self._wake.set()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Event:
        while not self._queue:
            self._wake.clear()
            await self._wake.wait()
        return self._queue.popleft()


class Bus:
    """Carries events from those who publish to those who subscribed, in order, on one event loop."""

    def __init__(self, ring: int = 500) -> None:
        self._subscriptions: set[Subscription] = set()
        self._ring: deque[Event] = deque(maxlen=ring)

    def publish(self, event: Event) -> None:
        """Hand ``event`` to every subscriber that wants it; never blocks and never raises."""
        self._ring.append(event)
        for subscription in tuple(self._subscriptions):
            if subscription.wants(event.name):
                subscription.put(event)

    @contextmanager
    def subscribe(self, *patterns: str, size: int = 256) -> Iterator[Subscription]:
        """Yield a subscription to the events matching ``patterns`` (default: all)."""
        subscription = Subscription(patterns or ("*",), size)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def recent(self, count: int = 50) -> list[Event]:
        """Return the latest events, newest last."""
        return list(self._ring)[-count:]
