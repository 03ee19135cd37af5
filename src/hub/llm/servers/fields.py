"""Put a request into the fields of a chat completion (OpenAI's format)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from hub.llm.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from hub.llm.provider import Message, Request, ToolSpec
    from hub.llm.servers.catalog import Known

GO_ON = (
    "Your answer broke off there. Go on with the very next word. Say nothing of it again, do not greet, and "
    "do not mention that it broke off."
)
"""What a server is asked that cannot go on from an answer by itself."""

OPTIONAL = (
    "stream_options", "max_tokens", "max_completion_tokens", "temperature", "reasoning_effort", "tools",
    "tool_choice", "continue_final_message", "add_generation_prompt",
)  # fmt: skip
"""Fields that a server may refuse and answer all the same."""

_CHOICES = ("", "auto", "none", "required")


def fields(
    model: str, request: Request, known: Known, extra: Mapping[str, Any], refused: Collection[str]
) -> dict[str, Any]:
    """Return the body of the request. ``refused``: names of fields that this server does not take."""
    told: dict[str, Any] = {"stream_options": {"include_usage": True}, "max_tokens": request.max_tokens}
    told |= extra
    told["reasoning_effort"] = _effort(request.think or str(extra.get("reasoning_effort", "")), known)
    told["temperature"] = request.temperature
    if request.tools and known.tools:
        told["tools"] = [_tool(one) for one in request.tools]
        told["tool_choice"] = _choice(request.tool_choice)
    if "max_tokens" in refused:
        told["max_completion_tokens"] = request.max_tokens  # its name for newer models
    if request.prefix and known.prefill == "flag":  # vLLM
        told |= {"continue_final_message": True, "add_generation_prompt": False}
    wanted = {name: value for name, value in told.items() if value not in (None, "") and name not in refused}
    return {"model": model, "messages": _messages(request, known), "stream": True, **wanted}


def packed(body: dict[str, Any], title: str) -> bytes:
    """Return ``body`` as JSON; half a surrogate pair, which no encoding can carry, becomes "?"."""
    try:
        return orjson.dumps(body)
    except TypeError:
        try:
            return json.dumps(_clean(body), allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError):
            why = f"A tool's schema is no JSON, so I cannot show it to {title}."
            raise Fault("refused", why, fix="Correct or switch off the plugin that brings it.") from None


def _messages(request: Request, known: Known) -> list[dict[str, Any]]:
    messages = [_message(one) for one in request.messages]
    if request.prefix:
        messages.append({"role": "assistant", "content": request.prefix})
        if not known.prefill:
            messages.append({"role": "user", "content": GO_ON})
    return messages


def _message(one: Message) -> dict[str, Any]:
    told: dict[str, Any] = {"role": one.role, "content": one.text}
    if one.role == "tool":
        told["tool_call_id"] = one.call
    if one.calls:
        told["content"] = one.text or None
        told["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in one.calls
        ]
    return told


def _tool(one: ToolSpec) -> dict[str, Any]:
    about = {"name": one.name, "description": one.about, "parameters": one.schema or {"type": "object"}}
    return {"type": "function", "function": about}


def _choice(choice: str) -> str | dict[str, Any]:
    return choice if choice in _CHOICES else {"type": "function", "function": {"name": choice}}


def _effort(wanted: str, known: Known) -> str:
    """Return how hard it can be told to think, nearest to what is ``wanted``; "" leaves it to the model."""
    if not wanted or known.efforts is None or wanted in known.efforts:
        return wanted
    if not known.efforts:
        return ""
    return known.efforts[0] if wanted in ("none", "minimal", "low") else known.efforts[-1]


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list | tuple) else value
