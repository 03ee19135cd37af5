"""Answer other devices and tell the page how this one does: what the plugin serves below /p/memory/sync/.

``POST /p/memory/sync/exchange`` is for paired devices, and for strangers a closed door: who is not paired is
refused before a byte of the body is read. ``GET /p/memory/sync/status`` is for the owner, and answers:
``{"paired", "node", "name", "folder", "people",
"peers": [{"place", "peer", "name", "at", "sent", "received"}], "places": [{"place", "at", "untold"}],
"waiting": [{"node", "changes", "ahead_s"}], "conflicts": [{"id", "at", "won"}],
"trouble": [{"place", "what", "fix"}]}``. A ``peer`` of "" is what was told to that place. ``places``: those
that are set, met or not; ``untold``: entries that wait to be told there.
``POST /p/memory/sync/now`` meets all places at once, and answers so too.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from hub import HubError
from hub_memory.sync.asking import HEADER, PATH, Heard, Refused, answer, asked
from hub_memory.sync.seal import MOST
from hub_memory.sync.wire import Batch

if TYPE_CHECKING:
    from hub import Register
    from hub_memory.sync.life import Syncing
    from hub_memory.sync.phrase import Keys

PATIENCE_S = 30.0
AT_ONCE = 2
"""Devices that are answered at the same time: each may bring `MOST` bytes."""

_DIGITS = 19
_HEADERS = {"cache-control": "no-store"}


class Door:
    """The routes. ``life``: the sync that they are about."""

    def __init__(self, life: Syncing) -> None:
        self._life, self._heard, self._inside = life, Heard(), 0

    def register(self, register: Register) -> None:
        """Serve them."""
        register.route(PATH, self.exchange, methods=("POST",))
        register.route("/p/memory/sync/status", self.status, methods=("GET",))
        register.route("/p/memory/sync/now", self.meet, methods=("POST",))

    async def exchange(self, request: Request) -> Response:
        """Take what a paired device says, and tell it what it wants to know."""
        try:
            header = request.headers.get(HEADER, "")
            keys = await self._admitted(header)
            self._inside += 1
            try:
                return await self._exchanged(keys, header, request)
            finally:
                self._inside -= 1
        except Refused as error:
            return _told({"error": str(error), "fix": error.fix}, error.status)
        except HubError as error:
            return _told({"error": str(error), "fix": error.fix}, 422)

    async def status(self, request: Request) -> Response:
        """Tell the owner how it does."""
        if not _is_owner(request):
            return _told({"error": "That is for the owner.", "fix": "Ask the owner."}, 403)
        return _told(await self._life.status())

    async def meet(self, request: Request) -> Response:
        """Meet all places now, and tell how it went."""
        if not _is_owner(request):
            return _told({"error": "That is for the owner.", "fix": "Ask the owner."}, 403)
        await self._life.meet(patient=False)
        return _told(await self._life.status())

    async def _admitted(self, header: str) -> Keys:
        keys = await self._life.keys()
        if keys is None:
            raise Refused(404, "I am paired with nobody.", "Run: hub memory pair")
        self._heard.admit(keys, header, self._life.now())
        if self._inside >= AT_ONCE:
            raise Refused(503, "I am answering other devices.", "Ask again in a minute.")
        return keys

    async def _exchanged(self, keys: Keys, header: str, request: Request) -> Response:
        body = await _body(request)
        said = await asyncio.to_thread(asked, keys, header, body)
        await self._life.take(said)
        batch = await self._news(said) if said.want else Batch(await self._life.node())
        batch = replace(batch, name=self._life.name)
        sealed = await asyncio.to_thread(answer, keys, header, batch)
        return Response(sealed, media_type="application/octet-stream", headers=_HEADERS)

    async def _news(self, said: Batch) -> Batch:
        """Return the page after the cursor of who asks; one of another memory, or ahead of it, is none."""
        node, head = await self._life.node(), await self._life.head()
        number = said.cursor.isascii() and said.cursor.isdigit() and len(said.cursor) < _DIGITS
        since = said.cursor if said.known == node and number and int(said.cursor) <= head else ""
        async with aclosing(self._life.batches(since)) as pages:
            changes, after = await anext(pages)
        return Batch(node, changes, after, want=after not in {"", since})


def _is_owner(request: Request) -> bool:
    person = getattr(request.state, "person", None)
    return person is not None and person.role == "owner"


async def _body(request: Request) -> bytes:
    """Return the whole body. Raises `Refused` at the first byte too many, or when it comes too slowly."""
    body = bytearray()
    try:
        async with asyncio.timeout(PATIENCE_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST:
                    raise Refused(413, "That is more than I take at once.", "Update the hub on both devices.")
    except (TimeoutError, ClientDisconnect):
        raise Refused(408, "That came too slowly.", "Send it once more.") from None
    return bytes(body)


def _told(value: dict[str, Any], status: int = 200) -> Response:
    return Response(orjson.dumps(value), status, _HEADERS, "application/json")
