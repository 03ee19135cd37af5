"""The port that every language model is behind: a request in, a stream of pieces out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from hub.network import Distance

Quality = Literal["exact", "full", "quoted", "limit", "basic", "canned"]
"""exact: computed; full: a large model; quoted: what is remembered, word for word; limit: says that it
takes a large model; basic: a small one, often wrong; canned: a fixed line."""


Tier = Literal["local", "redacted", "full"]
"""How far words may go: not beyond this house; anywhere, without what tells who or opens what; anywhere.

Keys and other secrets leave in none of them.
"""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model wants a tool to be called. ``arguments``: JSON as it wrote it, unchecked."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the talk, in the roles of the OpenAI chat format.

    ``calls``: what an assistant wanted done; ``call``: the id of the call whose result a tool's text is.
    """

    role: Literal["system", "user", "assistant", "tool"]
    text: str
    calls: tuple[ToolCall, ...] = ()
    call: str = ""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool that a model may want called. ``schema``: JSON Schema of its arguments."""

    name: str
    about: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What a provider is asked: the whole prompt, oldest first; the last message is the person's.

    ``conversation`` lets a provider keep a prompt cache per talk. ``max_tokens`` bounds the answer.
    ``person``: for whom, so that it can be counted. ``prefix``: what of the answer was already told by
    somebody else; the rest is to follow it without a seam and without saying it again. ``speculative``:
    the person's words are not final yet. ``temperature``: None leaves it to the provider.
    ``think``: how hard, in the words of the provider ("" as it was set up).
    """

    messages: tuple[Message, ...]
    conversation: str = ""
    max_tokens: int = 160
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: str = ""
    tier: Tier = "full"
    person: str = ""
    prefix: str = ""
    speculative: bool = False
    temperature: float | None = None
    think: str = ""


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer; without text, a sign that the model is at work: it thinks, or writes a call."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the request cost; ``cached`` of the prompt were not read anew.

    ``estimated``: the stream was cut before the server told, so they were counted here.
    """

    prompt: int
    completion: int
    cached: int = 0
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is whole; always the last piece of a stream. tools: it ends with calls of tools."""

    reason: Literal["stop", "length", "tools"] = "stop"


@dataclass(frozen=True, slots=True)
class Act:
    """The answer is to do something, which must not happen before the person's words are final.

    First and only piece of its stream. ``perform`` is awaited once, when they were accepted, and
    returns the answer: what was done. It may raise `hub.errors.HubError` when it could not be, and
    `Held` when a person must agree first.
    """

    perform: Callable[[], Awaitable[str]]


class Held(HubError):  # noqa: N818  a state, not a fault
    """What was asked is not done: it waits for a person. ``waits``: the id of the approval."""

    waits = ""


Piece = Delta | ToolCall | Usage | Act | Done
"""A `ToolCall` comes whole, never in parts, after the text and before the figures."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens: read, read from the server's cache, written."""

    prompt: float = 0.0
    cached: float = 0.0
    completion: float = 0.0

    def of(self, usage: Usage) -> float:
        """Return what ``usage`` costs in US dollars."""
        fresh = max(0, usage.prompt - usage.cached)
        told = fresh * self.prompt + usage.cached * self.cached + usage.completion * self.completion
        return told / 1e6


@dataclass(frozen=True, slots=True)
class Caps:
    """What a provider can do. ``prompt_tokens``: room for the prompt, history included.

    ``answer_tokens`` bounds its answers; ``model`` names what runs there, when it can be chosen;
    ``distance`` says how far the words go. ``tools``: it can want tools called; ``prefill``: it goes on
    from an answer that another began; ``price``: None for what costs nothing.
    """

    local: bool
    quality: Quality
    prompt_tokens: int = 4096
    fixed_tokens: int = 1500
    title: str = ""
    answer_tokens: int = 160
    model: str = ""
    distance: Distance = "machine"
    tools: bool = False
    prefill: bool = False
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Probe:
    """Whether a provider could answer now, and if not, why and what to do."""

    ok: bool
    reason: str = ""
    fix: str = ""


class Declined(Exception):  # noqa: N818  an answer, not a fault
    """The provider has nothing to say to this request; ask the next one. Raised before any `Delta`."""


@runtime_checkable
class Provider(Protocol):
    """A language model, or anything that answers like one."""

    name: str
    caps: Caps

    def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        """Yield the answer's pieces; closing the iterator cancels the work.

        ``deadline``: seconds allowed to the first piece. Raises `Declined`, `hub.errors.Unavailable`
        or `TimeoutError` before the first `Delta`; anything later ends the stream with an exception.
        """
        ...

    async def probe(self) -> Probe:
        """Say whether it could answer now, cheaply."""
        ...


@dataclass(slots=True)
class Answer:
    """Who answered, gathered while a routed stream runs."""

    provider: str = ""
    quality: Quality | Literal["done", ""] = ""
    """That of the provider; "done" when it did something instead of saying something."""

    usage: Usage | None = None
    waits: str = ""
    """The id of the approval that what was asked waits for."""

    model: str = ""
    cost: float = 0.0
    """US dollars, of all who were asked for it."""

    first_s: float | None = None
    """Seconds to the first words."""

    reason: Literal["stop", "length", "tools"] = "stop"
    resumed: int = 0
    """How often another went on in the middle."""

    refusals: list[str] = field(default_factory=list)
