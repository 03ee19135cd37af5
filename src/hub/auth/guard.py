"""The door: refuse foreign hosts and origins, and say who is asking.

A page on another site can make a browser send requests here. The ``Host`` check stops DNS rebinding,
the ``Origin`` check stops cross-site requests and sockets, and ``Sec-Fetch-Site`` (W3C Fetch Metadata)
what is sent without an origin, such as pictures and scripts; all hold for every path.
"""

from __future__ import annotations

import asyncio
import ipaddress
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse

from hub.auth.cookie import full_name
from hub.auth.sessions import SEEN_EVERY_S

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from hub.auth.sessions import Session, Sessions

SIGNED_OUT = 4401
_CLOSE_S = 1.0
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def hostname(authority: str) -> str:
    """Return the lower-case host of ``host``, ``host:port`` or ``[v6]:port``; empty when malformed."""
    try:
        return (urlsplit(f"//{authority}").hostname or "").rstrip(".")
    except ValueError:
        return ""


class Guard:
    """ASGI middleware in front of everything."""

    def __init__(
        self,
        app: ASGIApp,
        sessions: Sessions,
        names: Iterable[str],
        cookie: str,
        also: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        """Let in who asks for one of ``names``, or of those that ``also`` returns at the time."""
        self._app, self._sessions, self._cookie, self._also = app, sessions, cookie, also
        self._names = {name.lower() for name in (*LOOPBACK, *names)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreigner; let everybody else in with ``state.person`` set, None for a stranger.

        A socket stays open no longer than the session that opened it.
        """
        if scope["type"] not in {"http", "websocket"}:
            return await self._app(scope, receive, send)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        scheme = scope.get("scheme", "http")
        if reason := self._refusal(headers, secure=scheme in {"https", "wss"}):
            return await _refuse(scope, receive, send, reason)
        if _is_stray(scope, headers):
            return await _refuse(scope, receive, send, "A page of a plugin may only send to its plugin.")
        cookie = full_name(self._cookie, scheme)
        token = _value(headers.get("cookie", ""), cookie)
        session = await self._sessions.find(token) if token else None
        scope.setdefault("state", {})
        scope["state"] |= {"token": token, "cookie": cookie, "session": session.id if session else ""}
        scope["state"]["person"] = session.person if session else None
        if session and scope["type"] == "websocket":
            return await self._until_over(session, token, self._app(scope, receive, send), send)
        return await self._app(scope, receive, send)

    async def _until_over(self, session: Session, token: str, work: Awaitable[None], send: Send) -> None:
        """Serve a socket until it closes, or its session ends: then it is closed at once, whoever serves."""
        serving = asyncio.ensure_future(work)
        over = asyncio.create_task(session.over.wait())
        try:
            while not serving.done() and not over.done() and await self._sessions.find(token):
                # An open socket counts as use, and does not outlive a session that expires meanwhile.
                await asyncio.wait({serving, over}, timeout=SEEN_EVERY_S, return_when=asyncio.FIRST_COMPLETED)
            if not serving.done():
                with suppress(Exception):
                    close = {"type": "websocket.close", "code": SIGNED_OUT, "reason": "signed out"}
                    async with asyncio.timeout(_CLOSE_S):
                        await send(close)
        finally:
            over.cancel()
            if not serving.done():
                serving.cancel()
                with suppress(Exception, asyncio.CancelledError):
                    await serving
        if not serving.cancelled():
            serving.result()

    def _refusal(self, headers: dict[str, str], *, secure: bool) -> str:
        host = headers.get("host", "")
        if hostname(host) not in self._names and hostname(host) not in self._also():
            name = hostname(host)[:100] or "that"
            return f"This hub is not known as {name!r}. Add the name to `names` in hub.toml."
        if not _is_own(headers.get("origin"), host, secure=secure) or _is_embedded(headers):
            return "A page of another site may not talk to this hub."
        return ""


def _is_own(origin: str | None, host: str, *, secure: bool) -> bool:
    """Say whether ``origin`` is none, or that of the hub's own pages.

    Whoever is on the way can write a page of http, so over TLS such a page is a stranger.
    """
    if origin is None:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.netloc.lower() == host.lower() and not (secure and parts.scheme == "http")


def _is_embedded(headers: dict[str, str]) -> bool:
    """Say whether another site's page asks for this as a part of itself; a link that is followed is none."""
    return (
        headers.get("sec-fetch-site") in {"cross-site", "same-site"}
        and headers.get("sec-fetch-mode") != "navigate"
    )


def _is_stray(scope: Scope, headers: dict[str, str]) -> bool:
    """Say whether a form in a plugin's page leads to the hub itself: to a yes to its own call, for instance.

    Such pages have no scripts, so they cannot change where they come from; and without a referrer a browser
    sends no origin, which is refused already (WHATWG Fetch, "append a request `Origin` header").
    """
    if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
        return False
    try:
        place = urlsplit(headers.get("referer", "")).path.split("/")
    except ValueError:
        return True
    if len(place) < 3 or place[1] != "p":  # noqa: PLR2004  "", "p", its name
        return False
    return not scope["path"].startswith((f"/p/{place[2]}/", "/timers/"))


def _value(cookies: str, name: str) -> str:
    """Return the cookie ``name`` (RFC 6265, 5.4), whatever the other programs of this host have set.

    `http.cookies` stops at the first cookie it does not like, and takes quadratic time for some.
    """
    pairs = (pair.partition("=") for pair in cookies.split(";"))
    return next((value.strip() for key, _, value in pairs if key.strip() == name), "")


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": reason[:120]})
    else:
        await PlainTextResponse(f"{reason}\n", status_code=403)(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Say whether ``host``, an address or ``localhost``, reaches this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
