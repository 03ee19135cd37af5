"""Engines of speech: the ports of what writes words down and of what says them.

One adapter an engine, whatever it is made of: a model in the speech child, a Wyoming server on the
network, or the hub's own way to the child. The contract suites in `hub.testing` run on all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from hub.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


def always() -> bool:
    """Say that the work is still wanted."""
    return True


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono s16le PCM at ``rate`` Hz."""

    pcm: bytes
    rate: int = 16_000

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.pcm) / 2 / self.rate


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """What an engine is. ``languages``: BCP 47 codes, empty for any; ``local``: no other machine."""

    name: str
    title: str
    languages: tuple[str, ...] = ("en",)
    licence: str = ""
    local: bool = True


@dataclass(frozen=True, slots=True)
class Transcript:
    """The words in a sound; empty text when there are none. ``ms``: what it took.

    ``confidence``: 0 to 1 where the engine tells, or where two engines were compared.
    """

    text: str
    language: str = "en"
    engine: str = ""
    ms: float = 0.0
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class VoiceInfo:
    """One voice that a synthesiser can speak with; ``name`` is what `TextToSpeech.speak` takes."""

    name: str
    title: str
    language: str = "en"
    engine: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of speech. ``remaining``: samples of the same text still to come, as far as known."""

    sound: Sound
    remaining: int = 0


@runtime_checkable
class SpeechToText(Protocol):
    """Writes down what is said in a sound."""

    @property
    def info(self) -> EngineInfo:
        """Say what it is."""
        ...

    async def transcribe(
        self, sound: Sound, *, language: str = "", wanted: Callable[[], bool] = always
    ) -> Transcript:
        """Return the words in ``sound``; any rate from 8 to 96 kHz, at most some minutes of it.

        ``language``: "" is the engine's own. ``wanted`` may be asked from any thread; once it says no,
        the answer may be empty. Calls at once are safe. Raises `Unavailable` when it cannot now, and
        `hub.HubError` for a language that it does not know.
        """
        ...


@runtime_checkable
class TextToSpeech(Protocol):
    """Says a text aloud."""

    @property
    def info(self) -> EngineInfo:
        """Say what it is."""
        ...

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """Return the voices that can speak now; the first is the usual one."""
        ...

    def speak(self, text: str, *, voice: str = "", speed: float = 1.0) -> AsyncIterator[Slice]:
        """Yield ``text`` (plain words, already made sayable) as sound, first slices first.

        Empty text yields nothing. Ending the iteration early stops the work. Raises `Unavailable`
        when it cannot now, and `hub.HubError` for a voice that is not there.
        """
        ...


class _Absent:
    def __init__(
        self, reason: str = "No voice plugin is running.", fix: str = "Enable the voice plugin."
    ) -> None:
        self.reason, self.fix = reason, fix
        self.info = EngineInfo("none", "Nothing", ())


class NullSpeechToText(_Absent):
    """No ears: says so to whoever asks."""

    async def transcribe(
        self,
        sound: Sound,  # noqa: ARG002  the port's
        *,
        language: str = "",  # noqa: ARG002  the port's
        wanted: Callable[[], bool] = always,  # noqa: ARG002  the port's
    ) -> Transcript:
        """Refuse with the reason and the fix."""
        raise Unavailable(self.reason, fix=self.fix)


class NullTextToSpeech(_Absent):
    """No voice: says so to whoever asks."""

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """Return none."""
        return ()

    async def speak(
        self,
        text: str,  # noqa: ARG002  the port's
        *,
        voice: str = "",  # noqa: ARG002  the port's
        speed: float = 1.0,  # noqa: ARG002  the port's
    ) -> AsyncIterator[Slice]:
        """Refuse with the reason and the fix."""
        raise Unavailable(self.reason, fix=self.fix)
        yield  # makes it an iterator
