"""Serve a plugin's route: to whom it is meant for, in the plugin's name, with the hub's own policy.

A page of a plugin is of the same origin as the hub's own, so a script in it could press any button in the
person's name, the yes to the plugin's own call included. It gets no scripts, its forms lead back to itself,
and it is never told the person's session.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse

from hub.plugin import guarded

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from hub.plugin.hooks import Complain

SIGNED_OUT = 4401
POLICY = (
    "default-src 'none'; style-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self'; "
    "form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
)
"""Added to whatever policy the plugin sends: a browser keeps to both."""

HEADERS = {"cache-control": "no-store"}
"""What an answer is given that says nothing of its own about these."""

_HOST = re.compile(r"[\w.\-]+(?::\d{1,5})?|\[[\da-fA-F:.]+\](?::\d{1,5})?")
_SCRIPT = re.compile(r"(?:java|ecma|j|live)script", re.IGNORECASE)


def served(
    plugin: str, path: str, app: ASGIApp, complain: Complain, is_open: Callable[[str], bool]
) -> ASGIApp:
    """Return ``app`` as the hub serves it at ``path``: strangers only pass where ``is_open``."""
    run = guarded.app(plugin, path, app, complain)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("state", {}).get("person") is None and not is_open(scope["path"]):
            return await _refuse(scope, receive, send)
        return await run(_anonymous(scope), receive, _dressed(send, _policy(plugin, scope)))

    return serve


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": SIGNED_OUT, "reason": "sign in first"})
    else:
        answer = PlainTextResponse("Sign in first. Open the link on the hub's console.\n", status_code=401)
        await answer(scope, receive, send)


def _anonymous(scope: Scope) -> Scope:
    """Return ``scope`` without the person's session: who holds it could answer approvals in their name."""
    state = scope.get("state", {})
    name = str(state.get("cookie", ""))
    headers = [
        (key, _without(name, value) if key.lower() == b"cookie" else value)
        for key, value in scope.get("headers", ())
    ]
    return {**scope, "headers": headers, "state": {**state, "token": ""}}


def _without(name: str, cookies: bytes) -> bytes:
    pairs = (pair for pair in cookies.decode("latin-1").split(";") if pair.partition("=")[0].strip() != name)
    return ";".join(pairs).strip().encode("latin-1")


def _policy(plugin: str, scope: Scope) -> str:
    """Return the policy of a plugin's page; its forms go to its own addresses."""
    host = next((value.decode("latin-1") for key, value in scope.get("headers", ()) if key == b"host"), "")
    if not _HOST.fullmatch(host):
        return POLICY.format(forms="'none'")
    own = {f"/p/{plugin}/", re.sub(r"[^\w./~-]", "", scope["path"])}
    return POLICY.format(forms=" ".join(f"{way}://{host}{path}" for way in ("http", "https") for path in own))


def _dressed(send: Send, policy: str) -> Send:
    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.append("content-security-policy", policy)
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "same-origin"
            if _SCRIPT.search(headers.get("content-type", "")):
                headers["content-type"] = "text/plain; charset=utf-8"  # which no page takes for a script
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return answer
