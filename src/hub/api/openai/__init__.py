"""The hub as an OpenAI-compatible server: plain routes, built at the first request that comes for them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.routing import Match, Route, WebSocketRoute

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp, Receive, Scope, Send
    from starlette.websockets import WebSocket

    from hub.hub import Hub

PATHS: dict[str, tuple[str, str]] = {
    "/v1/models": ("GET", "models"),
    "/v1/models/{model:path}": ("GET", "model"),
    "/v1/chat/completions": ("POST", "chat"),
    "/v1/responses": ("POST", "responses"),
    "/v1/embeddings": ("POST", "embeddings"),
    "/v1/audio/transcriptions": ("POST", "transcriptions"),
    "/v1/audio/speech": ("POST", "speech"),
}
"""Method and name of each; the names are methods of `hub.api.openai.surface.Surface`."""


def routes(hub: Hub) -> list[BaseRoute]:
    """Return the routes."""
    late = _Late(hub)
    own = [_Own(path, late.entry(name), methods=[method]) for path, (method, name) in PATHS.items()]
    return [*own, WebSocketRoute("/v1/realtime", _realtime(hub))]


def _realtime(hub: Hub) -> Callable[[WebSocket], Awaitable[None]]:
    """Return the endpoint of the socket; it too is built when it is first asked for."""
    built: list[Callable[[WebSocket], Awaitable[None]]] = []

    def build() -> Callable[[WebSocket], Awaitable[None]]:
        from hub.api.openai.realtime.entry import Entry  # noqa: PLC0415  see `_Late`

        return Entry(hub)

    async def endpoint(websocket: WebSocket) -> None:
        if not built:
            built.append(await asyncio.to_thread(build))
        await built[0](websocket)

    return endpoint


class _Own(Route):
    """A path that answers to every method, if only by saying which it takes: nobody else serves it."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Say whether the path fits."""
        match, child = super().matches(scope)
        return Match.FULL if match is Match.PARTIAL else match, child


class _Late:
    """Builds the surface when it is first asked for: its models are not for the first page's path."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._built: asyncio.Task[dict[str, ASGIApp]] | None = None
        self._doors: dict[str, ASGIApp] = {}

    def entry(self, name: str) -> _Entry:
        """Return the ASGI app of one path."""
        return _Entry(self, name)

    async def door(self, name: str) -> ASGIApp:
        """Return what answers there."""
        if not self._doors:
            if self._built is None:
                self._built = asyncio.create_task(asyncio.to_thread(self._build), name="openai")
            self._doors = await asyncio.shield(self._built)
        return self._doors[name]

    def _build(self) -> dict[str, ASGIApp]:
        from hub.api.openai.surface import build  # noqa: PLC0415  see the class

        return build(self._hub)


class _Entry:
    """An instance and not a function, so that Starlette hands the ASGI calls on as they are."""

    def __init__(self, late: _Late, name: str) -> None:
        self._late, self._name = late, name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        door = self._late._doors.get(self._name) or await self._late.door(self._name)  # noqa: SLF001  ours
        await door(scope, receive, send)
