"""Give every request a trace, and write one canonical line about it when it is over.

The line has what a person asks first: method, route, status, milliseconds, bytes, role and trace. The
route is the template, so that neither a claim code nor an id is ever in it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import structlog

from hub.telemetry import trace

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from hub.telemetry.metrics import Metrics

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TRACE_HEADER = b"x-trace-id"

log = structlog.get_logger(__name__)


class Access:
    """ASGI middleware in front of everything, the guard included."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or one socket from its opening to its end."""
        if scope["type"] not in {"http", "websocket"}:
            return await self._app(scope, receive, send)
        visit = _Visit(send, trace.follow(scope["headers"]))
        trace.enter(visit.trace)  # uvicorn has made a task, and a context, for this request alone
        socket = scope["type"] == "websocket"
        self._metrics.connections += socket
        try:
            await self._app(scope, receive, visit.send)
        except Exception:
            visit.status = 500
            raise
        finally:
            self._metrics.connections -= socket
            self._tell(scope, visit)
        return None

    def _tell(self, scope: Scope, visit: _Visit) -> None:
        seconds = time.perf_counter() - visit.began
        method = "SOCKET" if scope["type"] == "websocket" else scope["method"]
        method = method if method in METHODS or method == "SOCKET" else "OTHER"
        name, status = route(scope), str(visit.status)
        if method != "SOCKET":  # a tab is open for hours: that is no time to answer
            self._metrics.record("hub_request_duration_seconds", seconds, name, method, status)
        self._metrics.record("hub_response_bytes_total", visit.size, name)
        level = log.error if visit.status >= 500 else log.info  # noqa: PLR2004  RFC 9110, section 15.6
        level(
            "request", method=method, route=name, status=visit.status, ms=round(seconds * 1_000, 2),
            bytes=visit.size, role=_role(scope),
        )  # fmt: skip


class _Visit:
    """What is counted of one request: ``status`` 499 is that of a client that left first."""

    def __init__(self, send: Send, traced: trace.Trace) -> None:
        self.trace, self.began = traced, time.perf_counter()
        self.status, self.size = 499, 0
        self._send = send

    async def send(self, message: Message) -> None:
        """Pass ``message`` on to the client."""
        kind = message["type"]
        if kind in {"http.response.start", "websocket.http.response.start"}:
            self.status = message["status"]
            message["headers"] = [*message.get("headers", ()), (_TRACE_HEADER, self.trace.id.encode())]
        elif kind == "websocket.accept":
            self.status = 101
        elif kind == "websocket.send":
            self.size += len(message.get("bytes") or b"") or len(message.get("text") or "")
        elif kind == "websocket.close" and self.status != 101:  # noqa: PLR2004  refused before it was accepted
            self.status = 403
        else:
            self.size += len(message.get("body", b""))
        await self._send(message)


def route(scope: Scope) -> str:
    """Return the template of the route that served ``scope``: of these there are few."""
    found: Any = scope.get("route")
    path = getattr(found, "path", "")
    if path:
        return str(path)
    return "unknown" if "endpoint" in scope or found is not None else "refused"


def _role(scope: Scope) -> str:
    person = scope.get("state", {}).get("person")
    return str(person.role) if person else "stranger"
