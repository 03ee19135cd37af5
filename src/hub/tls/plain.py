"""Send whoever comes without TLS, and not from this machine, to the same place with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import URL, Headers
from starlette.responses import PlainTextResponse, RedirectResponse

from hub.auth.guard import is_loopback

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

OPEN = ("/trust", "/static/", "/favicon.ico", "/manifest.webmanifest")
"""What a device that does not trust the hub yet may read: how to, and how that looks."""


class Plain:
    """ASGI middleware behind the guard, which has seen to it that the host is one of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is secure, what is from here, and what is open; redirect or refuse the rest."""
        if scope["type"] not in {"http", "websocket"} or scope.get("scheme") in {"https", "wss"}:
            return await self._app(scope, receive, send)
        client = scope.get("client")
        here = client is not None and is_loopback(client[0].removeprefix("::ffff:"))
        if here or _is_open(scope["path"]):
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008, "reason": "Open me over wss."})
        if scope["method"] in {"GET", "HEAD"}:
            url = URL(scope=scope).replace(scheme="https", netloc=Headers(scope=scope).get("host", ""))
            return await RedirectResponse(url, status_code=307)(scope, receive, send)
        return await PlainTextResponse("Open me over https.\n", status_code=403)(scope, receive, send)


def _is_open(path: str) -> bool:
    return path == "/trust" or path.startswith(("/trust/", *OPEN[1:]))
