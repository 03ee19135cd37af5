"""Carry a tab's socket over plain HTTP, for networks that let no WebSocket through (S0-26).

The hub's side is one long answer of server-sent events: text messages as they are, sound as events named
"sound" in base64. The client's side are requests, one message each, text as JSON and sound as bytes. What
is said is the same as over the socket, and is served by the same `hub.web.socket.Tab`.
"""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.websockets import WebSocketDisconnect

from hub.web import messages

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

    from starlette.datastructures import State
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.auth.sessions import Sessions

    Serve = Callable[["Carried"], Coroutine[Any, Any, None]]

WAITING = 64
"""Messages that wait in each direction; who sends more waits."""

TAKE_S = 10.0
"""How long a message may wait to be taken."""

QUIET_S = 15.0
"""Silence after which a line of nothing is sent: proxies end answers that seem dead."""

SIGNED_OUT = 4401


class Carried:
    """As much of a WebSocket as a `Tab` uses; ``outgoing`` is what the client is to be sent."""

    def __init__(self, path_params: dict[str, Any], state: State) -> None:
        self.path_params, self.state = path_params, state
        self.outgoing: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue(WAITING)
        self._closed = False

    async def accept(self) -> None:
        """Begin; there is nothing to agree on."""

    async def receive(self) -> dict[str, Any]:
        """Return the client's next message, as ASGI has it."""
        return await self._incoming.get()

    async def send_text(self, text: str) -> None:
        """Send a message; waits for a client that is slow."""
        await self._send(b"".join(b"data: %b\n" % line for line in text.encode().splitlines()) + b"\n")

    async def send_bytes(self, sound: bytes) -> None:
        """Send sound; waits for a client that is slow."""
        await self._send(b"event: sound\ndata: %b\n\n" % base64.b64encode(sound))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """End it, and say why: clients that read do not come back by themselves after some codes."""
        if not self._closed:
            self._closed = True
            with suppress(asyncio.QueueFull):
                self.outgoing.put_nowait(f"event: closed\ndata: {code} {reason}\n\n".encode())
            with suppress(asyncio.QueueFull):
                self.outgoing.put_nowait(None)

    async def take(self, message: dict[str, Any]) -> None:
        """Take a message from the client; raises `TimeoutError` when those before it are not worked off."""
        async with asyncio.timeout(TAKE_S):
            await self._incoming.put(message)

    async def _send(self, event: bytes) -> None:
        if self._closed:
            raise WebSocketDisconnect(1006)
        await self.outgoing.put(event)


class Carrier:
    """The tabs that are carried now; ``serve`` is what serves a socket."""

    def __init__(self, sessions: Sessions, serve: Serve) -> None:
        self._sessions, self._serve = sessions, serve
        self._carried: dict[tuple[str, str], Carried] = {}
        self._serving: set[asyncio.Task[None]] = set()

    def routes(self) -> list[BaseRoute]:
        """Return the routes of both directions."""
        return [
            Route("/session/{id}/events", self._events),
            Route("/session/{id}/messages", self._message, methods=["POST"]),
        ]

    async def _events(self, request: Request) -> Response:
        if request.state.person is None:
            return _stranger()
        carried = Carried(request.path_params, request.state)
        key = _key(request)
        if old := self._carried.get(key):
            await old.close(1001, "opened anew")
        self._carried[key] = carried
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        stream = self._stream(carried, key, request.state.token)
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def _stream(self, carried: Carried, key: tuple[str, str], token: str) -> AsyncIterator[bytes]:
        """Serve the tab for as long as the client reads and its session lasts."""
        serving = asyncio.create_task(self._serve(carried), name=f"carried:{key[1][:8]}")
        self._serving.add(serving)
        serving.add_done_callback(self._serving.discard)
        serving.add_done_callback(lambda _: carried.outgoing.put_nowait(None) if _room(carried) else None)
        session = await self._sessions.find(token)
        over = asyncio.create_task(session.over.wait() if session else asyncio.sleep(0))
        over.add_done_callback(lambda done: None if done.cancelled() else serving.cancel())
        try:
            yield b": begun\n\n"
            while (event := await _next(carried)) is not None:
                yield event
                if event is _NOTHING and await self._sessions.find(token) is None:
                    break
            if over.done() or await self._sessions.find(token) is None:
                yield f"event: closed\ndata: {SIGNED_OUT} signed out\n\n".encode()
        finally:
            over.cancel()
            serving.cancel()  # and not waited for: whoever cancels us again would cut its goodbye short
            if self._carried.get(key) is carried:
                del self._carried[key]

    async def _message(self, request: Request) -> Response:
        if request.state.person is None:
            return _stranger()
        carried = self._carried.get(_key(request))
        if carried is None:
            return _refusal(404, "That session is not open.", "Read /session/{id}/events first, and go on.")
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > messages.MAX_SOUND:
                return _refusal(
                    413, "That is too much at once.", f"Send at most {messages.MAX_SOUND:,} bytes."
                )
        try:
            await carried.take(_frame(request.headers.get("content-type", ""), body))
        except TimeoutError:
            return _refusal(503, "I am behind.", "Send less, or wait a moment.")
        return Response(status_code=204)


_NOTHING = b": quiet\n\n"


async def _next(carried: Carried) -> bytes | None:
    """Return what is to be sent next, or a line of nothing when nothing comes."""
    try:
        async with asyncio.timeout(QUIET_S):
            return await carried.outgoing.get()
    except TimeoutError:
        return _NOTHING


def _room(carried: Carried) -> bool:
    return not carried.outgoing.full()


def _frame(kind: str, body: bytes) -> dict[str, Any]:
    if kind.startswith("application/octet-stream"):
        return {"type": "websocket.receive", "bytes": body}
    return {"type": "websocket.receive", "bytes": None, "text": body.decode("utf-8", "replace")}


def _key(request: Request) -> tuple[str, str]:
    """Return whose session it is, and its name: clients choose names, so each person has their own."""
    return request.state.person.id, request.path_params["id"][:64]


def _stranger() -> Response:
    return _refusal(401, "You are not signed in.", "Open the link on the hub's console, or run `hub claim`.")


def _refusal(status: int, error: str, fix: str) -> Response:
    return JSONResponse({"error": error, "fix": fix}, status)
