"""Send events in the names that a client knows: those of the general API, or of the beta before it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson

from hub.api.openai.errors import Refused, told
from hub.api.openai.realtime.items import new_id

if TYPE_CHECKING:
    from starlette.websockets import WebSocket

STALL_S = 20.0
"""How long a client may not read before it is hung up on."""

BETA = {
    "response.output_audio.delta": "response.audio.delta",
    "response.output_audio.done": "response.audio.done",
    "response.output_audio_transcript.delta": "response.audio_transcript.delta",
    "response.output_audio_transcript.done": "response.audio_transcript.done",
    "response.output_text.delta": "response.text.delta",
    "response.output_text.done": "response.text.done",
    "conversation.item.added": "conversation.item.created",
}
_PARTS = {"output_text": "text", "output_audio": "audio"}


class Teller:
    """Sends events over one socket, one at a time. ``beta``: in the older names."""

    def __init__(self, websocket: WebSocket, *, beta: bool) -> None:
        self._websocket, self.beta = websocket, beta
        self._lock = asyncio.Lock()

    async def tell(self, kind: str, **about: Any) -> None:
        """Send one event. Raises `TimeoutError` when the client does not read."""
        if self.beta:
            if kind == "conversation.item.done":
                return  # the beta had no word for it
            kind, about = BETA.get(kind, kind), {name: _older(value) for name, value in about.items()}
        text = orjson.dumps({"type": kind, "event_id": new_id("event"), **about}).decode()
        async with self._lock, asyncio.timeout(STALL_S):
            await self._websocket.send_text(text)

    async def refuse(self, error: Refused, event: object = None) -> None:
        """Tell what is wrong with the client's ``event``, by its id."""
        about = told(error)["error"] | {"event_id": event if isinstance(event, str) else None}
        await self.tell("error", error=about)


def _older(value: Any) -> Any:
    """Return ``value`` with the content types of the beta."""
    if isinstance(value, dict):
        return {
            name: _PARTS.get(one, one) if name == "type" and isinstance(one, str) else _older(one)
            for name, one in value.items()
        }
    return [_older(one) for one in value] if isinstance(value, list) else value
