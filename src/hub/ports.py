"""Where plugins plug in: one Protocol per part, and a Null adapter that says why it is absent.

``hub.provide(Port, adapter)`` sets the live adapter; ``hub.port(Port)`` returns it, or the Null.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from hub.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How a client sends and receives PCM: mono, ``encoding`` at ``rate`` Hz."""

    encoding: Literal["s16le", "f32le"] = "s16le"
    rate: int = 16_000


@dataclass(frozen=True, slots=True)
class Draft:
    """Words so far while the person may still be speaking; later revisions replace earlier ones."""

    revision: int
    text: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The turn is the hub's: ``text`` is final. ``silence_ms``: time since the person fell silent."""

    revision: int
    text: str
    silence_ms: float


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The draft is void: the person went on speaking, or it was noise."""

    revision: int


@dataclass(frozen=True, slots=True)
class Voiced:
    """The person began (True) or ceased (False) to speak."""

    speaking: bool


@dataclass(frozen=True, slots=True)
class BargeIn:
    """The person spoke over the answer; sound has been stopped. ``heard``: characters heard of ``turn``."""

    turn: str
    heard: int


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound for the client. Frames of an older epoch than the latest must not be played."""

    epoch: int
    seq: int
    rate: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Heard:
    """``chars`` characters of the answer to ``turn`` have been heard (``acknowledged``, or estimated)."""

    turn: str
    chars: int
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Started:
    """The first sound of ``turn`` went out; ``ms`` after the person fell silent (0 if they wrote)."""

    turn: str
    epoch: int
    ms: float


@dataclass(frozen=True, slots=True)
class Finished:
    """All sound of ``turn`` has been heard."""

    turn: str
    epoch: int


@dataclass(frozen=True, slots=True)
class Trouble:
    """Speech is worse than it should be; the session goes on as well as it can."""

    reason: str
    fix: str


SpeechEvent = Draft | Accepted | Withdrawn | Voiced | BargeIn | Audio | Heard | Started | Finished | Trouble


class SpeechSession(Protocol):
    """One talk between a person and the hub's voice. Every method may be called at any time."""

    def events(self) -> AsyncIterator[SpeechEvent]:
        """Yield what happens, until the session is closed."""
        ...

    async def listen(self, *, push_to_talk: bool = False) -> None:
        """Start to listen; with ``push_to_talk`` the turn ends at `finish` and not by silence."""
        ...

    async def finish(self) -> None:
        """Stop listening; what was said so far becomes the turn."""
        ...

    async def ignore(self) -> None:
        """Stop listening and drop what was said so far: no turn comes of it."""
        ...

    async def push(self, pcm: bytes) -> None:
        """Take sound from the person, in the session's `AudioFormat`, frames of any length."""
        ...

    async def say(self, turn: str, text: str, *, last: bool = False) -> None:
        """Speak a piece of the answer to ``turn``; held back until `release`. ``last``: no more follows."""
        ...

    async def release(self, turn: str) -> None:
        """Let ``turn`` be heard."""
        ...

    async def played(self, epoch: int, samples: int) -> None:
        """Take the client's word on how many samples of ``epoch`` it has played."""
        ...

    async def interrupt(self) -> int:
        """Silence at once and forget what was to be said; return the new epoch."""
        ...

    async def close(self) -> None:
        """End the session and free what it holds. Safe to call twice."""
        ...


@runtime_checkable
class Speech(Protocol):
    """Ears and a voice: turns a person's sound into turns and answers into sound."""

    async def open(self, session: str, audio: AudioFormat) -> SpeechSession:
        """Open a session. Raises `Unavailable` with the reason and the fix when there is no voice."""
        ...


class NullSpeech:
    """No voice: says so to whoever asks."""

    def __init__(
        self, reason: str = "No voice plugin is running.", fix: str = "Enable the voice plugin."
    ) -> None:
        self.reason, self.fix = reason, fix

    async def open(self, session: str, audio: AudioFormat) -> SpeechSession:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise Unavailable(self.reason, fix=self.fix)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Texts as points: one vector a text, in the texts' order, all of the same length.

    ``model`` made them: vectors of different models must not be compared. ``tokens``: what they cost.
    """

    vectors: tuple[tuple[float, ...], ...]
    model: str
    tokens: int = 0


@runtime_checkable
class Embedder(Protocol):
    """Turns texts into vectors that lie close together when the texts mean the same."""

    async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:
        """Return the vectors of ``texts``; ``model``: one of its own by name, "" for the usual one.

        Raises `Unavailable` with the reason and the fix when it cannot.
        """
        ...


class NullEmbedder:
    """No embedder: says so to whoever asks."""

    def __init__(
        self,
        reason: str = "Nothing here turns texts into vectors.",
        fix: str = "Choose an embedding model for one of the language servers under Language.",
    ) -> None:
        self.reason, self.fix = reason, fix

    async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise Unavailable(self.reason, fix=self.fix)


NULLS: dict[type, type] = {Speech: NullSpeech, Embedder: NullEmbedder}
"""The Null adapter of each port."""
