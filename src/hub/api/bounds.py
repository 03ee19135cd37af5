"""Keep requests to the API small and whole, and its answers out of every cache.

FastAPI reads the body before it asks who sends it; here nobody makes the hub hold more than `MOST`, and
strangers nothing. What is no JSON is refused once for all routes, and with it half a surrogate pair,
which no store can carry (RFC 8259, section 8.2).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1 << 20
"""Bytes of a request's body."""

PATIENCE_S = 30.0
"""How long a body may take to arrive."""

_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class Refused(HTTPException):
    """A body that is not taken. FastAPI lets no other exception through while it reads one."""

    def __init__(self, status: int, message: str, fix: str) -> None:
        super().__init__(status, message)
        self.fix = fix


def bound(app: FastAPI) -> None:
    """Put the bounds around ``app``."""
    app.add_middleware(Bounds)
    app.add_exception_handler(Refused, _explain)


class Bounds:
    """ASGI middleware of the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the API answer; it is given a body whole, once it asks for it."""
        if scope["type"] == "http":
            stranger = scope.get("state", {}).get("person") is None
            receive, send = _whole(receive, stranger=stranger), _private(send)
        await self._app(scope, receive, send)


def _whole(receive: Receive, *, stranger: bool) -> Receive:
    """Return what gives the whole body first, and then what comes after it."""
    read = False

    async def take() -> Message:
        nonlocal read
        if read:
            return await receive()
        read = True
        try:
            async with asyncio.timeout(PATIENCE_S):
                body = await _body(receive, stranger=stranger)
        except TimeoutError:
            raise Refused(408, "That came too slowly.", "Send it once more.") from None
        return {"type": "http.request", "body": body, "more_body": False}

    return take


async def _body(receive: Receive, *, stranger: bool) -> bytes:
    """Return the whole body. Raises `Refused` at the first byte too many, and for what is no JSON."""
    body, more = b"", True
    while more:
        message = await receive()  # a disconnect has no body, and ends it
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if body and stranger:
            raise Refused(401, "You are not signed in.", "Ask the owner for an invite, then open its link.")
        if len(body) > MOST:
            raise Refused(413, "That is more than I take at once.", f"Send at most {MOST:,} bytes.")
    try:
        orjson.loads(body or b"null")
    except orjson.JSONDecodeError:
        raise Refused(422, "That is not JSON.", "Send one JSON object, in UTF-8.") from None
    return body


async def _explain(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)  # noqa: S101  it is only asked for these
    return JSONResponse({"error": error.detail, "fix": error.fix}, error.status_code)


def _private(send: Send) -> Send:
    """Return ``send``, with the headers that keep an answer between the two who talk."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message.get("headers", ())}
            added = [header for header in _HEADERS if header[0] not in given]
            message["headers"] = [*message.get("headers", ()), *added]
        await send(message)

    return tell
