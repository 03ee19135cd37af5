"""What happens to the voices of people, and to the persona of a talk (seed 004; seed 000, section C)."""

from __future__ import annotations

from typing import Literal

from hub.events.event import Event


class VoiceCreated(Event):
    """Somebody began a voice of their own."""

    name = "voice.created"
    voice: str
    person: str


class TrainingEvent(Event):
    """Something about the training of a ``voice`` of ``person``, by its job."""

    job: str
    voice: str
    person: str


class TrainingStarted(TrainingEvent):
    """It began."""

    name = "training.started"


class TrainingProgress(TrainingEvent):
    """It got as far as ``percent`` of 100."""

    name = "training.progress"
    percent: float
    note: str = ""

    @property
    def fleeting(self) -> bool:
        """There are many of these."""
        return True


class TrainingComplete(TrainingEvent):
    """The voice can be chosen now, by the name ``spoken``."""

    name = "training.complete"
    spoken: str

    def line(self) -> str | None:
        """Say so."""
        return "A voice was learnt"


class TrainingFailed(TrainingEvent):
    """It came to nothing; ``reason`` and ``fix`` say why and what to do."""

    name = "training.failed"
    reason: str
    fix: str = ""

    def line(self) -> str | None:
        """Give the reason."""
        return f"A voice was not learnt: {self.reason}"


class PersonaState(Event):
    """A talk has a persona now; empty names mean the hub's own manner (S0-22)."""

    name = "persona.state"
    type: Literal["persona"] = "persona"
    conversation: str
    persona: str
    voice_prompt: str = ""
    text_prompt: str = ""
    active_skills: tuple[str, ...] = ()
