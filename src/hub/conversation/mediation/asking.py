"""The typed request of one turn (seed 000 section E, S0-40): words and what is known, never sound."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_TEXT = 8_000
RECENT_TURNS = 5
"""S0-57."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,48}$")]


class _Closed(BaseModel):
    """Takes exactly its own fields, and does not change: nothing is slipped in beside them (S0-41, S0-48)."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class UserMessage(_Closed):
    """The person's words. ``confidence``: of whoever recognised them, 0 to 1; written words are certain."""

    text: str = Field(min_length=1, max_length=MOST_TEXT)
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)
    detected_intent: str = Field(default="", max_length=120)
    entities: dict[str, str] = Field(default_factory=dict, max_length=32)


class Context(_Closed):
    """What the answer may draw on. ``active_tools``: those that may be called in this turn, and no others."""

    persona: str = Field(default="", max_length=120)
    active_tools: tuple[Name, ...] = ()
    recent_turns: int = Field(default=RECENT_TURNS, ge=0, le=50)
    user_preferences: dict[str, Any] = Field(default_factory=dict, max_length=64)


class Asking(_Closed):
    """One turn's question. ``system_prompt``: as it was set up, and with no word of anybody else in it."""

    conversation_id: str = Field(max_length=120)
    turn_id: int | str
    user_message: UserMessage
    context: Context = Context()
    system_prompt: str = Field(default="", max_length=200_000)
