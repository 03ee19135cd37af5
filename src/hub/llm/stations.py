"""The stations that a request passes on its way to a language model, each with a default that lets all pass.

In this order: privacy, capability, budget, breaker, cache. None of them may raise or wait: they are asked
for each provider of each request, and answer from memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.llm.breakers.outcomes import Outcome
    from hub.llm.provider import Caps, Request, Tier, ToolCall, Usage


@dataclass(frozen=True, slots=True)
class Refusal:
    """A provider is not to be asked: ``why`` and ``fix`` are sentences for a person.

    ``until``: the second of the station's clock at which that may change; None when nobody can tell.
    """

    why: str
    fix: str = ""
    until: float | None = None


class Breakers(Protocol):
    """Knows which providers are away."""

    def refusal(self, name: str) -> Refusal | None:
        """Return why the provider of that name is not to be asked now; None: it may be."""
        ...

    def begin(self, name: str) -> None:
        """Take note that it is asked now; `note` follows, unless it declines."""
        ...

    def note(
        self, name: str, outcome: Outcome, why: str = "", fix: str = "", hold_s: float | None = None
    ) -> None:
        """Take note of how asking it ended; ``hold_s``: the seconds for which it wants a pause."""
        ...


class Reservation(Protocol):
    """Money put aside for one request to one provider; ends by exactly one of its two calls."""

    def settle(self, usage: Usage | None) -> float:
        """Count what it really was; return that in US dollars. None: nobody knows."""
        ...

    def release(self) -> None:
        """Give it back: nothing was asked, or nothing is billed for it."""
        ...


class Budget(Protocol):
    """Knows what may still be spent."""

    def reserve(
        self, name: str, caps: Caps, request: Request, *, hedged: bool = False
    ) -> Reservation | Refusal:
        """Put aside what the longest answer of the provider of that name can cost."""
        ...


class Restorer(Protocol):
    """Puts back into an answer what its question did not tell."""

    def feed(self, text: str) -> str:
        """Return what of the answer so far can be shown; a placeholder may come in parts."""
        ...

    def finish(self) -> str:
        """Return the rest."""
        ...

    def call(self, call: ToolCall) -> ToolCall:
        """Return a call as it may be made: only who may know is told what was hidden."""
        ...


class Privacy(Protocol):
    """Decides how far a person's words may go."""

    def tier(self, person: str) -> Tier:
        """Return the tier of a person; "" is nobody in particular."""
        ...

    def apply(self, request: Request, caps: Caps) -> tuple[Request, Restorer]:
        """Return the request as a provider with ``caps`` may see it: its messages and its ``prefix``."""
        ...

    async def read(self, request: Request, caps: Caps) -> None:
        """Look through what is long, off the event loop, before `apply` is called."""
        ...


class Cache(Protocol):
    """Remembers answers to questions that have only one."""

    def find(self, name: str, request: Request) -> str | None:
        """Return what the provider of that name answered to the same request, if that may be told again."""
        ...

    def keep(self, name: str, request: Request, answer: str) -> None:
        """Remember a whole answer, if it may be."""
        ...


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that was looked at. ``why``: a sentence that keeps it from leaving this machine, or ""."""

    request: Request
    why: str = ""


class Guard(Protocol):
    """Looks at all words before a language model does; must not raise."""

    async def before(self, request: Request) -> Seen:
        """Return the request as a model may see it."""
        ...

    def after(
        self, request: Request, reply: str, accepted: Callable[[], Awaitable[object]] | None = None
    ) -> None:
        """Take note of a whole reply, once it is ``accepted``; returns at once."""
        ...


class Trusting:
    """`Breakers` that never open."""

    def refusal(self, name: str) -> Refusal | None:  # noqa: ARG002
        """Let everybody be asked."""
        return None

    def begin(self, name: str) -> None:
        """Take no note."""

    def note(
        self, name: str, outcome: Outcome, why: str = "", fix: str = "", hold_s: float | None = None
    ) -> None:
        """Take no note."""


class Uncounted:
    """A `Reservation` of nothing, for one of the given ``caps``."""

    __slots__ = ("_caps",)

    def __init__(self, caps: Caps) -> None:
        self._caps = caps

    def settle(self, usage: Usage | None) -> float:
        """Return what it cost."""
        return self._caps.price.of(usage) if self._caps.price and usage else 0.0

    def release(self) -> None:
        """Give nothing back."""


class Unlimited:
    """A `Budget` without end."""

    def reserve(
        self,
        name: str,  # noqa: ARG002
        caps: Caps,
        request: Request,  # noqa: ARG002
        *,
        hedged: bool = False,  # noqa: ARG002
    ) -> Reservation | Refusal:
        """Put nothing aside."""
        return Uncounted(caps)


class Verbatim:
    """A `Restorer` of an answer to a question that told all."""

    def feed(self, text: str) -> str:
        """Return ``text``."""
        return text

    def finish(self) -> str:
        """Return nothing."""
        return ""

    def call(self, call: ToolCall) -> ToolCall:
        """Return ``call``."""
        return call


VERBATIM = Verbatim()


class Open:
    """A `Privacy` that leaves each request its own tier and changes none."""

    def tier(self, person: str) -> Tier:  # noqa: ARG002
        """Return the widest."""
        return "full"

    def apply(self, request: Request, caps: Caps) -> tuple[Request, Restorer]:  # noqa: ARG002
        """Return the request as it is."""
        return request, VERBATIM

    async def read(self, request: Request, caps: Caps) -> None:
        """Look at nothing."""


class Forgetful:
    """A `Cache` of nothing."""

    def find(self, name: str, request: Request) -> str | None:  # noqa: ARG002
        """Find nothing."""
        return None

    def keep(self, name: str, request: Request, answer: str) -> None:
        """Keep nothing."""


@dataclass(slots=True)
class Stations:
    """All of them; each can be put in the place of its default at any time."""

    privacy: Privacy = field(default_factory=Open)
    budget: Budget = field(default_factory=Unlimited)
    breakers: Breakers = field(default_factory=Trusting)
    cache: Cache = field(default_factory=Forgetful)
    guard: Guard | None = None
