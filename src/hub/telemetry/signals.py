"""All that a hub tells of itself: metrics, canonical lines and the lag of its loop, and who may read them."""

from __future__ import annotations

import hmac
import os
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hub.telemetry.follow import Follower
from hub.telemetry.lag import Lag
from hub.telemetry.metrics import Metrics

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.hub import Hub

TOKEN = "metrics-token"  # noqa: S105  the name of a secret
TOKEN_VARIABLE = "HUB_METRICS_TOKEN"  # noqa: S105  likewise
_PROXIED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_LOOPBACK = ("127.", "::1", "::ffff:127.")


class Signals:
    """The signals of ``hub``; the rest of the hub does not know of them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.metrics = Metrics()
        self.lag = Lag(self.metrics)
        self._follower = Follower(hub.bus, self.metrics)

    def start(self) -> None:
        """Begin to listen; call it on the running loop."""
        self._hub.spawn(self._follower.run(), name="signals")
        self._hub.spawn(self.lag.run(), name="lag")

    def route(self) -> BaseRoute:
        """Return the route of ``/metrics``."""
        return Route("/metrics", self._serve)

    async def _serve(self, request: Request) -> Response:
        if not await self._allows(request):
            answer = {
                "error": "These figures are not for everyone.",
                "fix": f"Ask from the hub's own machine, or send the token that {TOKEN_VARIABLE} holds.",
            }
            return JSONResponse(answer, 401, {"www-authenticate": 'Bearer realm="metrics"'})
        body, kind = await self.metrics.scrape(self._hub, request.headers.get("accept", ""))
        return Response(body, headers={"content-type": kind, "cache-control": "no-store"})

    async def _allows(self, request: Request) -> bool:
        """Let in who sits at the machine itself, who is signed in, and who holds the token.

        A proxy on this machine asks for others; most say so in a header.
        """
        peer = request.client.host if request.client else ""
        direct = not any(name in request.headers for name in _PROXIED)
        if direct and peer.startswith(_LOOPBACK):
            return True
        person = getattr(request.state, "person", None)
        if person is not None and person.role in {"owner", "member"}:
            return True
        return await self._has_token(request.headers.get("authorization", ""))

    async def _has_token(self, header: str) -> bool:
        scheme, _, given = header.partition(" ")
        wanted = os.environ.get(TOKEN_VARIABLE, "") or await self._kept_token()
        same = hmac.compare_digest(
            given.strip().encode("utf-8", "replace"), wanted.encode("utf-8", "replace")
        )
        return bool(wanted) and scheme.lower() == "bearer" and same

    async def _kept_token(self) -> str:
        secrets = getattr(self._hub, "secrets", None)
        kept = await secrets.get(TOKEN) if secrets else None
        return kept.get_secret_value() if kept else ""
