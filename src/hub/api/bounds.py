"""Keep requests to the API small and whole, and its answers out of every cache.

FastAPI reads the body before it asks who sends it; here nobody makes the hub hold more than `MOST`, and
strangers nothing. What is no JSON is refused once for all routes, and with it half a surrogate pair,
which no store can carry (RFC 8259, section 8.2).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import orjson
from starlette.responses import JSONResponse

from hub.auth.roles import Forbidden
from hub.errors import HubError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST = 1 << 20
"""Bytes of a request's body."""

PATIENCE_S = 30.0
"""How long a body may take to arrive."""

_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class Refused(HubError):  # noqa: N818  reads as what it says
    """A body that is not taken; ``status`` as in HTTP."""

    def __init__(self, message: str, *, fix: str, status: int) -> None:
        super().__init__(message, fix=fix)
        self.status = status


class Bounds:
    """ASGI middleware of the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, then let the API answer it; or say why it is not taken."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            async with asyncio.timeout(PATIENCE_S):
                body = await _body(receive, stranger=scope.get("state", {}).get("person") is None)
        except TimeoutError:
            refusal: HubError = Refused("That came too slowly.", fix="Send it once more.", status=408)
        except HubError as error:
            refusal = error
        else:
            return await self._app(scope, _again(body, receive), _private(send))
        answer = {"error": str(refusal), "fix": refusal.fix}
        await JSONResponse(answer, getattr(refusal, "status", 400))(scope, receive, _private(send))
        return None


async def _body(receive: Receive, *, stranger: bool) -> bytes:
    """Return the whole body. Raises `HubError` for one that may not be, at its first byte too many."""
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break  # whoever asked has left
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if body and stranger:
            raise Forbidden(None, "talk")
        if len(body) > MOST:
            raise Refused(
                "That is more than I take at once.", fix=f"Send at most {MOST:,} bytes.", status=413
            )
    if body:
        _check(body)
    return body


def _check(body: bytes) -> None:
    try:
        orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused("That is not JSON.", fix="Send one JSON object, in UTF-8.", status=422) from None


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what gives ``body`` first, and then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def take() -> Message:
        return messages.pop() if messages else await receive()

    return take


def _private(send: Send) -> Send:
    """Return ``send``, with the headers that keep an answer between the two who talk."""

    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {name.lower() for name, _ in message.get("headers", ())}
            added = [header for header in _HEADERS if header[0] not in given]
            message["headers"] = [*message.get("headers", ()), *added]
        await send(message)

    return tell
