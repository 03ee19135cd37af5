"""Serve a plugin's route: to whom it is meant for, in the plugin's name, with the hub's own policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse

from hub.plugin import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from hub.plugin.hooks import Complain

SIGNED_OUT = 4401
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}
"""What an answer is given that says nothing of its own about these."""


def served(
    plugin: str, path: str, app: ASGIApp, complain: Complain, is_open: Callable[[str], bool]
) -> ASGIApp:
    """Return ``app`` as the hub serves it at ``path``: strangers only pass where ``is_open``."""
    run = guarded.app(plugin, path, app, complain)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("state", {}).get("person") is None and not is_open(scope["path"]):
            return await _refuse(scope, receive, send)
        return await run(scope, receive, _dressed(send))

    return serve


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": SIGNED_OUT, "reason": "sign in first"})
    else:
        answer = PlainTextResponse("Sign in first. Open the link on the hub's console.\n", status_code=401)
        await answer(scope, receive, send)


def _dressed(send: Send) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return answer
