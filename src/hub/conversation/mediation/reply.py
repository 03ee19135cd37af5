"""The typed reply of a language model (seed 000 section E, S0-43..47, S0-51): else it is rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from pydantic_core import from_json

from hub.conversation.mediation.sanitiser import MOST_CHARS, sanitise
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.llm.provider import ToolCall

MOST_CALLS = 3
MOST_ARGUMENTS = 8_000
"""Characters of the arguments of one call, as they came."""

FALLBACK = "I could not put that into words. Please ask again."

Emotion = Literal["neutral", "happy", "calm", "concerned", "sad", "excited"]
Pace = Literal["slow", "normal", "fast"]
Volume = Literal["quiet", "normal", "loud"]


class Rejected(HubError):  # noqa: N818  an answer to the model
    """A reply is not one: nothing of it is told or done."""


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class WantedCall(_Closed):
    """A tool that is to be called; whether it may be is not decided here."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z_]+$", max_length=48)]
    arguments: dict[str, Any] = Field(default_factory=dict)


class Said(_Closed):
    """What is said, and how. The text is sanitised before it is measured."""

    text: str = Field(default="", max_length=MOST_CHARS)
    emotion: Emotion = "neutral"
    pace: Pace = "normal"
    volume: Volume = "normal"
    tool_calls: tuple[WantedCall, ...] = Field(default=(), max_length=MOST_CALLS, strict=False)
    reasoning_trace: str | None = Field(default=None, max_length=8_000)

    @field_validator("text", mode="before")
    @classmethod
    def _clean(cls, text: object) -> object:
        return sanitise(text, None) if isinstance(text, str) else text


class TokensUsed(_Closed):
    """Tokens read and written."""

    prompt: int = Field(default=0, ge=0)
    completion: int = Field(default=0, ge=0)


class Metadata(_Closed):
    """Which model replied, and at what cost."""

    model: str = Field(default="", max_length=200)
    latency_ms: float = Field(default=0.0, ge=0.0, strict=False)
    tokens_used: TokensUsed = TokensUsed()


class Reply(_Closed):
    """One whole reply."""

    response: Said
    metadata: Metadata = Metadata()


def read(raw: str | bytes) -> Reply:
    """Return the reply that ``raw`` is in JSON. Raises `Rejected` with what does not fit."""
    try:
        return Reply.model_validate_json(raw)
    except ValidationError as error:
        raise Rejected(f"That is no reply: {_first(error)}.", fix="Use the form you were given.") from None


def whole(text: str, calls: Sequence[ToolCall], trace: str = "", metadata: Metadata | None = None) -> Reply:
    """Return the reply that a stream came to. Raises `Rejected`: too many calls, bad JSON or names."""
    if len(calls) > MOST_CALLS:
        raise Rejected("Three calls are the most in one reply.", fix="Call the others after these.")
    wanted = [{"name": call.name, "arguments": _arguments(call)} for call in calls]
    said = {"text": text, "tool_calls": wanted, "reasoning_trace": trace or None}
    try:
        return Reply(response=Said.model_validate(said), metadata=metadata or Metadata())
    except ValidationError as error:
        raise Rejected(f"That is no reply: {_first(error)}.", fix="Mend it.") from None


def fallback() -> Reply:
    """Return what is said in the place of a reply that was rejected (S0-47)."""
    return Reply(response=Said(text=FALLBACK))


def _arguments(call: ToolCall) -> dict[str, Any]:
    """Return the arguments of ``call``: one JSON object, or nothing at all."""
    if len(call.arguments) > MOST_ARGUMENTS:
        raise Rejected(f"{call.name[:48]}: the arguments are too long.", fix="Do it in smaller steps.")
    if not call.arguments.strip():
        return {}
    try:
        found = from_json(call.arguments)
    except ValueError as error:
        raise Rejected(f"{call.name[:48]}: the arguments are not JSON: {error}.", fix="Mend them.") from None
    if not isinstance(found, dict):
        raise Rejected(f"{call.name[:48]}: the arguments are no JSON object.", fix="Send an object.")
    return found


def _first(error: ValidationError) -> str:
    one = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, one['loc']))}: {one['msg']}"
