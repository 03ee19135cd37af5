"""The composition root: builds the Hub and its ASGI app, and says in which order they start and stop."""

from __future__ import annotations

import gc
import hashlib
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, Router

from hub import web
from hub.api import Lazy, openai
from hub.auth import cookie
from hub.auth.guard import Guard
from hub.errors import HubError
from hub.hub import Hub
from hub.manifests import known_models
from hub.telemetry.access import Access
from hub.telemetry.signals import Signals
from hub.tls.keeper import Keeper
from hub.tls.plain import Plain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from hub.config import Settings

COLLECT_AFTER = (10_000, 20, 20)
"""Objects, and younger collections, after which garbage is looked for (`gc.set_threshold`)."""


def build(
    settings: Settings, *, opened: Callable[[Hub], Coroutine[Any, Any, None]] | None = None
) -> Starlette:
    """Return the ASGI app of a hub with ``settings``; ``opened`` is awaited once pages can be served."""
    hub = Hub(settings, known_models())
    api, signals = Lazy(hub), Signals(hub)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        try:
            await hub.open()
        except HubError as error:
            app.state.failure = error
            raise
        try:
            signals.start()
            hub.lag = signals.lag
            hub.spawn(_bring_up(hub, api, signals), name="start")
            if opened:
                hub.spawn(opened(hub), name="opened")
            yield
        finally:
            await hub.stop()

    routes = [
        *openai.routes(hub),  # first: apps ask most often
        signals.route(),
        Route("/claim/{code}", _claim(hub)),
        *web.routes(hub),
        Mount("/", _Plugins(hub, api)),
    ]
    hub.reserved = routes[:-1]
    tls = Keeper(settings) if settings.tls.on else None
    also = (lambda: tls.names) if tls else frozenset
    guard = Middleware(
        Guard, sessions=hub.sessions, names=_names(settings), cookie=cookie_name(settings), also=also
    )
    access = Middleware(Access, metrics=signals.metrics)
    plain = [Middleware(Plain)] if tls else []
    app = Starlette(routes=routes, middleware=[access, guard, *plain], lifespan=lifespan)
    app.state.hub, app.state.failure, app.state.tls = hub, None, tls
    return app


async def _bring_up(hub: Hub, api: Lazy, signals: Signals) -> None:
    await hub.start()
    await api.warm()
    await signals.metrics.load()
    # What is here by now stays: the collector need not look at it again and again, nor after so few objects
    # as its default. A tenth of the time of a request went into that.
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name: cookies know no ports, so two hubs on one host must differ."""
    return "hub_" + hashlib.sha256(str(settings.data).encode()).hexdigest()[:8]


def _names(settings: Settings) -> tuple[str, ...]:
    return (*settings.names, settings.host)


def _claim(hub: Hub) -> Callable[[Request], Awaitable[Response]]:
    async def claim(request: Request) -> Response:
        """Sign the bearer of the one-time code in as the owner."""
        try:
            with hub.guesses.attempt(request.client.host if request.client else ""):
                person = await hub.claims.redeem(request.path_params["code"])
        except HubError as error:
            return PlainTextResponse(f"{error} {error.fix}\n", status_code=getattr(error, "status", 403))
        token = await hub.sessions.start(person, request.headers.get("user-agent", ""))
        response = RedirectResponse("/", status_code=303)
        cookie.give(request, response, token)
        return response

    return claim


class _Plugins:
    """Serves what plugins registered, and hands everything else to the API."""

    def __init__(self, hub: Hub, api: ASGIApp) -> None:
        self._router = Router(routes=hub.routes, default=api)
        # The very list that plugins add to, so that a route is served as soon as it is registered.
        self._router.routes = hub.routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._router(scope, receive, send)
