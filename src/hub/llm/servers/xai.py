"""Ask Grok: where xAI's servers differ from OpenAI's.

docs.x.ai: a conversation's requests reach the same server, which keeps its prompt in a cache, by the
header ``x-grok-conv-id``; ``/v1/language-models`` tells prices in cents for a hundred million tokens.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from hub.llm.faults import Fault
from hub.llm.servers.openai import OpenAI

if TYPE_CHECKING:
    from hub.llm.provider import Request


class Grok(OpenAI):
    """A `Provider`: one of xAI's models."""

    def _headers(self, request: Request) -> dict[str, str]:
        """Name the conversation, by a digest: the hub's own name of a talk is nobody else's business."""
        if not request.conversation:
            return {}
        return {
            "x-grok-conv-id": blake2b(
                request.conversation.encode("utf-8", "replace"), digest_size=16
            ).hexdigest()
        }

    async def _list(self) -> list[dict[str, Any]]:
        """Return the models with their prices; from a server that only imitates xAI's, without."""
        try:
            told = (await self._get("language-models")).get("models")
        except Fault as fault:
            if fault.what != "foreign":
                raise
            return await super()._list()
        listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
        return listed or await super()._list()
