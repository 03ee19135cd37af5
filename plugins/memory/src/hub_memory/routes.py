"""Serve documents, imports and the export below ``/p/memory/``, to people and of their own memory only.

Bodies are the bare bytes of a file (``fetch(url, {method: "POST", body: file})``), answers JSON, and what is
refused is ``{"error", "fix"}``. Times are Unix seconds.

- ``GET documents``: ``{"documents": [{"id", "name", "parts", "characters", "added", "changed"}]}``
- ``POST documents?name=rules.md``, at most 8 MB: ``{"document": {as above}, "added", "changed", "gone",
  "unchanged"}``, in parts; the same name again is a newer version
- ``DELETE documents/{id}``: ``{"forgotten"}``, in parts, those of earlier versions too
- ``POST import/preview``, at most 64 MB: ``{"format": "hub" | "json" | "jsonl" | "chroma" | "chatgpt" |
  "claude", "found", "new", "duplicates", "waiting", "left_out", "samples": [{"text", "kind", "created"}],
  "skipped": [{"line", "why"}], "lost": {name: times}, "batch": ""}``; nothing is changed. ``waiting``: new
  ones that a person must look at before they are found; ``lost``: what stays behind of the rows found, as a
  field that no tag can hold, or the answers of a talk; ``line`` counts talks where the file holds talks
- ``POST import``, the same body: the same, done; ``batch`` is the id to undo it by, "" when nothing was new
- ``GET imports``: ``{"imports": [{"id", "at", "entries"}]}``, the latest first
- ``DELETE imports/{id}``: ``{"forgotten"}``, in entries
- ``GET export``: a file, ``{"format": "hub-memory", "version": 1, "exported", "entries": [...]}``
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub import HubError, Unavailable
from hub_memory.documents import read as document
from hub_memory.exchange import reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.types import Receive, Scope, Send

    from hub import Register
    from hub_memory.documents.documents import Documents
    from hub_memory.exchange.exchange import Exchange, Preview

    Serve = Callable[[Request, str], Awaitable[Response]]

HOME = "/p/memory"
MEMBERS = ("member", "owner")
PEOPLE = ("guest", *MEMBERS)
"""Who may be served: a shared device is nobody, and has no memory of its own."""

PATIENCE_S = 120.0
"""How long a body may take to arrive."""

SAMPLE = 300
"""Characters of a sample."""

_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Refused(HubError):  # noqa: N818  a state, not a fault
    """A request that is not answered; ``status`` as in HTTP."""

    def __init__(self, status: int, message: str, fix: str) -> None:
        super().__init__(message, fix=fix)
        self.status = status


class Served:
    """The ASGI app of a path that answers ``methods`` to people of the ``roles``."""

    def __init__(self, methods: dict[str, Serve], roles: tuple[str, ...] = MEMBERS) -> None:
        self._methods, self._roles = methods, roles

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive, send)
        try:
            who = _who(scope.get("state", {}).get("person"), self._roles)
            response = await self._methods[request.method](request, who)
        except ClientDisconnect:
            return
        except HubError as error:
            status = 503 if isinstance(error, Unavailable) else getattr(error, "status", 422)
            response = _answer({"error": str(error), "fix": error.fix}, status)
        await response(scope, receive, send)


class Routes:
    """The routes over a person's ``documents`` and ``exchange``."""

    def __init__(self, documents: Documents, exchange: Exchange) -> None:
        self._documents, self._exchange = documents, exchange
        self._reading = asyncio.Lock()

    def register(self, to: Register) -> None:
        """Register all of them."""
        served: dict[str, dict[str, Serve]] = {
            "documents": {"GET": self._list, "POST": self._put},
            "documents/{id}": {"DELETE": self._forget},
            "import": {"POST": self._take},
            "import/preview": {"POST": self._preview},
            "imports": {"GET": self._batches},
            "imports/{id}": {"DELETE": self._undo},
        }
        for path, methods in served.items():
            to.route(f"{HOME}/{path}", Served(methods), tuple(methods))
        to.route(f"{HOME}/export", Served({"GET": self._export}, PEOPLE))

    async def _list(self, _: Request, who: str) -> Response:
        return _answer({"documents": [asdict(one) for one in await self._documents.all(who)]})

    async def _put(self, request: Request, who: str) -> Response:
        name = document.named(request.query_params.get("name", ""))
        raw = await _body(request, document.LARGEST)
        kept, change = await self._documents.put(who, name, raw)
        return _answer({"document": asdict(kept), **asdict(change)})

    async def _forget(self, request: Request, who: str) -> Response:
        return _answer({"forgotten": await self._documents.forget(who, request.path_params["id"])})

    async def _preview(self, request: Request, who: str) -> Response:
        async with self._one_at_a_time():
            raw = await _body(request, reading.LARGEST)
            return _answer(_told(await self._exchange.preview(who, raw)))

    async def _take(self, request: Request, who: str) -> Response:
        async with self._one_at_a_time():
            raw = await _body(request, reading.LARGEST)
            return _answer(_told(await self._exchange.take(who, raw)))

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        """Keep a second large file out of RAM. Raises `Refused` while there is one."""
        if self._reading.locked():
            raise Refused(429, "Another file is being read.", "Try again in a moment.")
        async with self._reading:
            yield

    async def _batches(self, _: Request, who: str) -> Response:
        return _answer({"imports": [asdict(one) for one in await self._exchange.batches(who)]})

    async def _undo(self, request: Request, who: str) -> Response:
        return _answer({"forgotten": await self._exchange.undo(who, request.path_params["id"])})

    async def _export(self, _: Request, who: str) -> Response:
        headers = {**_HEADERS, "content-disposition": 'attachment; filename="memory.json"'}
        return Response(await self._exchange.export(who), media_type="application/json", headers=headers)


def _who(person: Any, roles: tuple[str, ...]) -> str:
    if person is None:
        raise Refused(401, "You are not signed in.", "Sign in first.")
    if person.role not in roles:
        raise Refused(403, "That has no memory of its own here.", "Ask the owner of this hub.")
    return str(person.id)


async def _body(request: Request, most: int) -> bytes:
    """Return the whole body. Raises `Refused` at the first byte too many, or when it comes too slowly."""
    taken = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for chunk in request.stream():
                taken += chunk
                if len(taken) > most:
                    raise Refused(413, "That file is too large.", f"Cut it: I take {most >> 20} MB at once.")
    except TimeoutError:
        raise Refused(408, "That came too slowly.", "Send it once more.") from None
    return bytes(taken)


def _told(preview: Preview) -> dict[str, Any]:
    samples = [
        {"text": one.entry.text[:SAMPLE], "kind": one.entry.kind, "created": one.entry.created}
        for one in preview.samples
    ]
    return {**asdict(preview), "samples": samples}


def _answer(value: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(value), status_code=status, media_type="application/json", headers=_HEADERS)
