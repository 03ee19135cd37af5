"""The port that every language model is behind: a request in, a stream of pieces out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from hub.network import Distance

Quality = Literal["exact", "full", "limit", "basic", "canned"]
"""exact: computed; full: a large model; limit: says that it takes one; basic: a small model, often wrong;
canned: a fixed line."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the talk, in the roles of the OpenAI chat format."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a provider is asked: the whole prompt, oldest first; the last message is the person's.

    ``conversation`` lets a provider keep a prompt cache per talk. ``max_tokens`` bounds the answer.
    """

    messages: tuple[Message, ...]
    conversation: str = ""
    max_tokens: int = 160


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the request cost."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True)
class Done:
    """The answer is whole; always the last piece of a stream."""

    reason: Literal["stop", "length"] = "stop"


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


Piece = Delta | Usage | Act | Done


@dataclass(frozen=True, slots=True)
class Caps:
    """What a provider can do. ``prompt_tokens``: room for the prompt, history included.

    ``answer_tokens`` bounds its answers; ``model`` names what runs there, when it can be chosen;
    ``distance`` says how far the words go.
    """

    local: bool
    quality: Quality
    prompt_tokens: int = 4096
    fixed_tokens: int = 1500
    title: str = ""
    answer_tokens: int = 160
    model: str = ""
    distance: Distance = "machine"


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

    refusals: list[str] = field(default_factory=list)
