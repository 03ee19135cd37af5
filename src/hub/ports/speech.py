"""A talk by voice: the port of what turns a person's sound into turns and answers into sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from hub.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass(frozen=True, slots=True)
class AudioFormat:
    """How a client sends PCM: ``encoding`` at ``rate`` Hz, ``channels`` samples at a time.

    It receives `Audio`: mono s16le, whatever it sends.
    """

    encoding: Literal["s16le", "f32le"] = "s16le"
    rate: int = 16_000
    channels: int = 1


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


@dataclass(frozen=True, slots=True)
class Partial:
    """Words so far, while the person is still speaking; for captions only. A later one replaces it."""

    text: str


@dataclass(frozen=True, slots=True)
class Duck:
    """Perhaps the person speaks over the answer: the client lowers it by 12 dB, or lifts it again."""

    on: bool


Noticed = Literal["merge", "false_barge_in", "echo", "underrun", "dropped", "slip"]
"""What a session counts: a turn that went on after its end, a sound that was no interruption, the
answer heard by the microphone, a gap in the client's sound, sound of the person that was lost, and a
listener's clock given up."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Something worth counting happened; ``times`` of it."""

    what: Noticed
    times: int = 1


@dataclass(frozen=True, slots=True)
class Advice:
    """What would make this session better, in words for the person (echo heard again and again)."""

    text: str
    suggests: Literal["half_duplex", "push_to_talk", ""] = ""


@dataclass(frozen=True, slots=True)
class Timed:
    """Where the time to the first sound of ``turn`` went, ms after the person fell silent; None: not so.

    ``tail``: the detector was sure of silence; ``text``: the final words were there; ``endpoint``: the
    turn was accepted; ``token``: the first words of the answer came; ``sound``: its first sound was
    made; ``sent``: it left; ``played``: the client said that it had played it.
    """

    turn: str
    tail: float
    text: float | None = None
    endpoint: float | None = None
    token: float | None = None
    sound: float | None = None
    sent: float | None = None
    played: float | None = None
    sure: bool = False
    """Whether the turn model was sure that the turn was over."""


SpeechEvent = (
    Draft | Partial | Accepted | Withdrawn | Voiced | BargeIn | Duck | Audio | Heard | Started | Finished
    | Trouble | Counted | Advice | Timed
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpeechState:
    """What a voice hears and speaks with, and how many it serves: for people to see.

    ``ears`` and ``mouth``: engines by their titles, "" while there are none. ``tier``: the class of machine
    that this one is, and ``reason`` why these ears were picked; ``fix``: how to get better ones. ``missing``:
    what is not there, each with what to do. ``talking`` of at most ``most`` sessions, of ``open`` ones.
    """

    ears: str = ""
    mouth: str = ""
    voice: str = ""
    tier: str = ""
    reason: str = ""
    fix: str = ""
    missing: tuple[tuple[str, str], ...] = ()
    open: int = 0
    talking: int = 0
    most: int = 0


@runtime_checkable
class Reporting(Protocol):
    """A `Speech` that says what it is made of."""

    def state(self) -> SpeechState:
        """Say how it stands now; at once."""
        ...


def state_of(speech: object) -> SpeechState:
    """Return how a `Speech` stands; of one that does not say, why it is absent, where it gives a reason."""
    if isinstance(speech, Reporting):
        return speech.state()
    reason, fix = getattr(speech, "reason", ""), getattr(speech, "fix", "")
    return SpeechState(missing=((reason, fix),) if reason else ())


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
        """Speak a piece of the answer to ``turn``; held back until `release`. ``last``: no more follows.

        ``text`` is as the page has it, Markdown and all, cut anywhere: what cannot be said aloud is left
        out or put into words here, and `Heard` counts the characters that are written.
        """
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

    async def use(self, *, voice: str = "", half_duplex: bool | None = None) -> None:
        """Change how the session goes on; what is not given stays.

        ``voice``: speaks from the next piece on; `hub.HubError` when it is not there. ``half_duplex``:
        do not listen while an answer sounds.
        """
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
