"""What happens in a voice session."""

from __future__ import annotations

from hub.events.event import Event


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
