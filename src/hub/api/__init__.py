"""The JSON API, in FastAPI, loaded after the first page is served: it takes a third of a second."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from hub.hub import Hub


class Lazy:
    """An ASGI app that builds the API on a thread at its first request, or when warmed."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._app: asyncio.Task[ASGIApp] | None = None

    def warm(self) -> asyncio.Task[ASGIApp]:
        """Begin to build the API; later calls return the same task."""
        if self._app is None:
            self._app = asyncio.create_task(asyncio.to_thread(self._build), name="api")
        return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, once the API is there."""
        app = await asyncio.shield(self.warm())
        await app(scope, receive, send)

    def _build(self) -> ASGIApp:
        from hub.api.app import build  # noqa: PLC0415  FastAPI is not for the first page's path

        return build(self._hub)
