"""Put the endpoints together, each behind the same door, and answer which models there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from hub.api.openai.audio import LARGEST, Spoken, Transcribed
from hub.api.openai.chat import Chat
from hub.api.openai.door import Call, Door
from hub.api.openai.embeddings import Embeddings
from hub.api.openai.offered import ALIASES, Offered, unknown
from hub.api.openai.responses import Responses

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp

    from hub.hub import Hub


def build(hub: Hub) -> dict[str, ASGIApp]:
    """Return the ASGI app of each path, by its name in `hub.api.openai.PATHS`."""
    listed = Listed(hub)
    served: dict[str, Callable[[Call], Awaitable[None]]] = {
        "models": listed.all,
        "model": listed.one,
        "chat": Chat(hub),
        "responses": Responses(hub),
        "embeddings": Embeddings(hub),
        "speech": Spoken(hub),
    }
    doors: dict[str, ASGIApp] = {name: Door(hub, serve) for name, serve in served.items()}
    return doors | {"transcriptions": Door(hub, Transcribed(hub), LARGEST)}


class Listed:
    """``/v1/models``."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._offered = hub, Offered(hub)

    async def all(self, call: Call) -> None:
        """List them: the hub's own names first."""
        models = [self._about(id_) for id_ in (*ALIASES, *self._offered.models())]
        await call.answer(orjson.dumps({"object": "list", "data": models}))

    async def one(self, call: Call) -> None:
        """Tell of one. Raises `Refused`."""
        id_ = call.scope["path_params"]["model"]
        models = self._offered.models()
        if id_ not in ALIASES and id_ not in models:
            raise unknown(id_, models)
        await call.answer(orjson.dumps(self._about(id_)))

    def _about(self, id_: str) -> dict[str, Any]:
        owner = id_.partition("/")[0]
        return {"id": id_, "object": "model", "created": int(self._hub.started), "owned_by": owner}
