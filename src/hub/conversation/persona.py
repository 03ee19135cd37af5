"""Say what a persona is: words for the prompt, a voice, the tools that may be called, and a greeting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Persona:
    """``prompt``: words for the model; ``voice``: as `TextToSpeech` names it, "" for the usual one.

    ``skills``: the tools that may be called, none named means all; ``greeting``: said when it is chosen.
    """

    id: str = ""
    name: str = ""
    prompt: str = ""
    voice: str = ""
    skills: tuple[str, ...] = ()
    greeting: str = ""
    created: float = 0.0
    changed: float = 0.0


NOBODY = Persona()
"""The hub's own manner."""
