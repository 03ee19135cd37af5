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

from hub.telemetry.trace import current_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

AT_ONCE_S = 0.05
"""Sooner than this nobody counts."""

_serial = itertools.count(1)


class Event(BaseModel):
    """Something that happened, at a time (Unix seconds), with a serial that only grows.

    ``trace``: the W3C trace id that it shares with all that happened for the same reason; may be "".
    """

    model_config = ConfigDict(frozen=True)
    name: ClassVar[str] = "event"

    serial: int = Field(default_factory=lambda: next(_serial))
    at: float = Field(default_factory=time.time)
    trace: str = Field(default_factory=current_id)

    @property
    def fleeting(self) -> bool:
        """Whether it comes by the dozen and matters for a moment only: then it is not kept for long."""
        return False

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
    state: Literal["missing", "fetching", "checking", "ready", "failed", "off"]
    done: int = 0
    total: int = 0
    reason: str = ""
    fix: str = ""

    @property
    def fleeting(self) -> bool:
        """Progress is; arrival and failure are not."""
        return self.state in {"fetching", "checking"}

    def line(self) -> str | None:
        """Tell of the arrival and of the failure, not of every block."""
        if self.state == "ready":
            return f"Got my {self.title}"
        if self.state == "failed":
            return f"Could not get my {self.title}: {self.reason}"
        return None


class ModelsChecked(Event):
    """The models are being read to their last byte, or have been (``over``). Sizes in bytes."""

    name = "models.checked"
    done: int = 0
    total: int = 0
    files: int = 0
    damaged: tuple[str, ...] = ()
    over: bool = False

    def line(self) -> str | None:
        """Tell of the outcome."""
        if not self.over:
            return None
        return f"Damaged: {', '.join(self.damaged)}" if self.damaged else "Every model is whole"


class ServerSeen(Event):
    """A server that models come from was looked at, to see whether it answers from here."""

    name = "server.seen"
    host: str
    there: bool


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


class JobChanged(Event):
    """A job waits, runs, got further, or ended. ``due``: Unix seconds, None while it waits for nothing."""

    name = "job.changed"
    job: str
    kind: str
    title: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    due: float | None = None
    done: float = 0.0
    total: float = 0.0
    note: str = ""
    reason: str = ""
    fix: str = ""

    def line(self) -> str | None:
        """Tell of failures."""
        return f"{self.title} failed: {self.reason}" if self.state == "failed" else None


class CheckupDone(Event):
    """All that the hub needs was looked at: the ``worst`` state, and how many things to mend (``stop``)."""

    name = "checkup.done"
    worst: Literal["well", "care", "stop"]
    stop: int

    def line(self) -> str | None:
        """Tell when something does not work."""
        return f"The check-up found {self.stop} to mend" if self.stop else None


class ClockChanged(Event):
    """Somebody set the wall clock, by ``shift`` seconds."""

    name = "clock.changed"
    shift: float

    def line(self) -> str | None:
        """Say which way."""
        return f"The clock was set {abs(self.shift):,.0f} s {'forward' if self.shift > 0 else 'back'}"


class TimerEvent(Event):
    """Something about a timer, an alarm or a reminder; ``due`` in Unix seconds."""

    timer: str
    kind: Literal["timer", "alarm", "reminder"]
    title: str
    due: float


class TimerSet(TimerEvent):
    """It was set, or set to another time."""

    name = "timer.set"

    def line(self) -> str | None:
        """Name it and its time."""
        return f"{self.title} set for {time.strftime('%H:%M', time.localtime(self.due))}"


class TimerRang(TimerEvent):
    """It rings, in every tab, until somebody stops it; ``late``: seconds after it was due."""

    name = "timer.rang"
    late: float = 0.0

    def line(self) -> str | None:
        """Name it; say so when it is late."""
        late = f", {self.late / 60:,.0f} min late: I was off" if self.late >= 60 else ""  # noqa: PLR2004  a minute
        return f"{self.title} rings{late}"


class TimerEnded(TimerEvent):
    """It rings no more, or never will: stopped, snoozed, missed or cancelled."""

    name = "timer.ended"
    how: Literal["stopped", "snoozed", "missed", "cancelled"]

    def line(self) -> str | None:
        """Name it and how it ended."""
        return f"{self.title} rang and nobody came" if self.how == "missed" else f"{self.title} {self.how}"


class TurnEvent(Event):
    """Something happened to one turn of one conversation."""

    conversation: str
    turn: str


class TurnDrafted(TurnEvent):
    """The person is still speaking; ``text`` is what was understood so far."""

    name = "turn.drafted"
    text: str
    revision: int

    @property
    def fleeting(self) -> bool:
        """The next one says more."""
        return True


class TurnWithdrawn(TurnEvent):
    """The draft came to nothing."""

    name = "turn.withdrawn"


class TurnAccepted(TurnEvent):
    """The person's words are final and stored; ``replaces``: the turn that they ask again."""

    name = "turn.accepted"
    text: str
    source: Literal["voice", "text", "api"]
    replaces: str = ""


class TurnDelta(TurnEvent):
    """More of the answer's text."""

    name = "turn.delta"
    text: str

    @property
    def fleeting(self) -> bool:
        """The turn's end says it all."""
        return True


class TurnHeard(TurnEvent):
    """How many characters of the answer have been heard so far."""

    name = "turn.heard"
    chars: int

    @property
    def fleeting(self) -> bool:
        """The turn's end says it all."""
        return True


class TurnEnded(TurnEvent):
    """The turn reached its end; the stored answer is what was heard or shown.

    ``provider`` names who answered, ``quality`` how far to trust it, ``seconds`` the time from
    acceptance to the first word, ``total`` to the last. ``prompt_tokens`` and ``completion_tokens``
    are 0 where they are not known.
    """

    name = "turn.ended"
    state: Literal["done", "interrupted", "failed"]
    answer: str
    provider: str = ""
    quality: Literal["exact", "done", "full", "limit", "basic", "canned", ""] = ""
    seconds: float = 0.0
    reason: str = ""
    source: str = ""
    total: float = 0.0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def line(self) -> str | None:
        """Tell the time an answer took, or how it ended early."""
        if self.state == "done":
            return f"Answered in {self.seconds:.1f} s" if self.seconds >= AT_ONCE_S else "Answered at once"
        if self.state == "interrupted":
            return "Stopped speaking"
        return f"Could not answer: {self.reason}"


class LanguageAsked(Event):
    """A language model was asked and is done; ``seconds`` in all.

    ``outcome``: done, failed (before a word), cut (in the middle) or stopped (by whoever asked).
    """

    name = "language.asked"
    provider: str
    model: str
    outcome: Literal["done", "failed", "cut", "stopped"]
    seconds: float
    prompt_tokens: int = 0
    completion_tokens: int = 0


class ToolCalled(Event):
    """A tool was called; never with what."""

    name = "tool.called"
    tool: str
    owner: str
    outcome: Literal["done", "failed"]
    ms: float


class TalkEvent(Event):
    """Something happened to a talk as a whole."""

    conversation: str


class TalkRenamed(TalkEvent):
    """A talk has another title."""

    name = "talk.renamed"
    title: str


class TalkDeleted(TalkEvent):
    """A talk was deleted; for a short while it can be brought back."""

    name = "talk.deleted"


class TalkRestored(TalkEvent):
    """A deleted talk was brought back."""

    name = "talk.restored"


class SpeechHeard(Event):
    """First sound of an answer left for the listener; ``ms`` since the person fell silent.

    ``waiting``: messages that are not with the listener yet.
    """

    name = "speech.heard"
    session: str
    ms: float
    waiting: int = 0


class SpeechTaken(Event):
    """What was said is the turn; ``ms`` since the person fell silent.

    ``waiting``: pieces of sound that are not with the ears yet.
    """

    name = "speech.taken"
    session: str
    ms: float
    waiting: int = 0


class SpeechInterrupted(Event):
    """The person spoke over the answer."""

    name = "speech.interrupted"
    session: str


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
        self._lasting: deque[Event] = deque(maxlen=2 * ring)

    def publish(self, event: Event) -> None:
        """Hand ``event`` to every subscriber that wants it; never blocks and never raises."""
        self._ring.append(event)
        if not event.fleeting:
            self._lasting.append(event)
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

    def forget(self, conversations: Collection[str]) -> None:
        """Drop from the ring what was said in those talks."""
        kept = [event for event in self._ring if getattr(event, "conversation", "") not in conversations]
        self._ring.clear()
        self._ring.extend(kept)

    def recent(self, count: int = 50) -> list[Event]:
        """Return the latest events, newest last."""
        return list(self._ring)[-count:]

    def history(self, count: int = 1_000) -> list[Event]:
        """Return the latest events that are not fleeting, newest last: they reach further back."""
        return list(self._lasting)[-count:]
