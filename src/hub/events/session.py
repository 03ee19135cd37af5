"""What happens in sessions under the names that the seeds gave it (S4-11; S0-17 to S0-21, S0-23)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from hub.events.event import Event


class SessionEvent(Event):
    """Something happened in the voice session ``session``, which speaks in the talk ``conversation``."""

    session: str
    conversation: str = ""


class RecordingStarted(SessionEvent):
    """The session listens; ``push``: until the button is let go."""

    name = "recording.started"
    push: bool = False


class TranscriptionComplete(SessionEvent):
    """What was said is final."""

    name = "transcription.complete"
    turn: str
    text: str


class LlmRequestStarted(SessionEvent):
    """An answer to ``turn`` is asked for."""

    name = "llm.request_started"
    turn: str


class LlmResponseReceived(SessionEvent):
    """The first words of the answer to ``turn`` are there."""

    name = "llm.response_received"
    turn: str


class SynthesisStarted(SessionEvent):
    """The answer to ``turn`` is being made into sound."""

    name = "synthesis.started"
    turn: str


class PlaybackStarted(SessionEvent):
    """The first sound of the answer to ``turn`` went out, ``ms`` after the person fell silent."""

    name = "playback.started"
    turn: str
    ms: float


class PlaybackComplete(SessionEvent):
    """All of the answer to ``turn`` has been heard."""

    name = "playback.complete"
    turn: str


class SessionError(SessionEvent):
    """Speech failed in the session; the talk goes on in writing."""

    name = "session.error"
    reason: str
    fix: str


class PartialTranscript(SessionEvent):
    """What was understood so far (S0-18); ``isFinal``: the words are the turn's.

    ``confidence`` is 0 to 1, or -1 where the engine does not tell.
    """

    name = "partial.transcript"
    model_config = ConfigDict(populate_by_name=True)
    transcript: Literal["partial", "final"] = "partial"
    text: str
    is_final: bool = Field(alias="isFinal")
    confidence: float = -1.0
    speaker: str = "user"

    @property
    def fleeting(self) -> bool:
        """The next one says more."""
        return not self.is_final


class Interruption(SessionEvent):
    """An answer was cut short (S0-19): the person spoke over it, or stopped it (``system``).

    ``timestamp``: Unix milliseconds.
    """

    name = "interruption.happened"
    source: Literal["user", "system"]
    timestamp: int


class SessionControl(SessionEvent):
    """The session was told to begin, to end, to wait or to go on (S0-23)."""

    name = "session.control"
    control: Literal["session"] = "session"
    action: Literal["start", "stop", "pause", "resume"]
    config: dict[str, str] | None = None


class ToolCallIntent(Event):
    """A tool is about to be called in a talk (S0-20); ``confidence`` is 1: it was asked for by name."""

    name = "tool.call_intent"
    model_config = ConfigDict(populate_by_name=True)
    type: Literal["tool_call"] = "tool_call"
    id: str
    tool: str = Field(alias="name")
    arguments: dict[str, Any] = Field(default_factory=dict)
    confidence: float = 1.0
    conversation: str = ""


class ToolCallResult(Event):
    """What became of the call ``id`` (S0-21); ``output`` and ``error`` as they are told to the asker."""

    name = "tool.call_result"
    type: Literal["tool_result"] = "tool_result"
    id: str
    success: bool
    output: str | None = None
    error: str | None = None
    conversation: str = ""


class AudioFrame(SessionEvent):
    """A piece of sound (S0-17): ``data`` in base64, ``timestamp`` in Unix milliseconds.

    A model of what clients are sent; it is not published, for sound stays off the bus.
    """

    name = "audio.frame"
    model_config = ConfigDict(populate_by_name=True)
    type: Literal["audio"] = "audio"
    codec: Literal["opus", "pcm"] = "pcm"
    sample_rate: int = Field(24_000, alias="sampleRate")
    channels: int = 1
    data: str
    timestamp: int
