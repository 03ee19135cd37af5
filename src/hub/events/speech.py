"""What happens in a voice session."""

from __future__ import annotations

from hub.events.event import Event
from hub.ports.speech import Timed  # noqa: TC001  pydantic reads annotations


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
    """The person spoke over the answer; ``ms`` from the first sign of it to silence."""

    name = "speech.interrupted"
    session: str
    ms: float = 0.0


class SpeechError(Event):
    """Speech failed in a session; the talk goes on in writing."""

    name = "speech.error"
    session: str
    reason: str
    fix: str

    def line(self) -> str | None:
        """Give the reason."""
        return self.reason


class SpeechTimed(Event):
    """Where the time to the first sound of a turn went, as in `hub.Timed`.

    It comes when the sound left, and once more with ``played`` when the client says that it played it.
    """

    name = "speech.timed"
    session: str
    timed: Timed


class SpeechCounted(Event):
    """Something worth counting happened in a voice session; ``what`` as in `hub.Counted`."""

    name = "speech.counted"
    session: str
    what: str
    times: int = 1


class SpeechSessions(Event):
    """A voice session was opened or closed; ``open``: how many there are now."""

    name = "speech.sessions"
    open: int

    @property
    def fleeting(self) -> bool:
        """The number alone tells nobody anything later."""
        return True
