"""A real hub with its stores open and nothing started, served by a real server on a loopback port."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from hub import config, web
from hub.auth.guard import Guard
from hub.hub import Hub
from hub.web.render import HOME

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

COOKIE = "hub_test"


@dataclass
class Site:
    """A served hub and a client that is signed in as its owner."""

    hub: Hub
    url: str
    client: aiohttp.ClientSession
    person: str = ""

    @asynccontextmanager
    async def tab(self, hello: dict[str, Any] | None = None, **options: Any) -> AsyncIterator[Tab]:
        """Open a socket; with ``hello`` it greets as a page and waits for the welcome."""
        address = f"{self.url.replace('http', 'ws', 1)}/ws/session/test"
        async with self.client.ws_connect(address, **options) as socket:
            tab = Tab(socket)
            if hello is not None:
                await tab.send(
                    type="hello", **{"page": True, "parts": [*HOME], "audio": {"encoding": "s16le"}, **hello}
                )
                await tab.until("welcome")
            yield tab


@dataclass
class Tab:
    """One end of a tab's socket."""

    socket: aiohttp.ClientWebSocketResponse

    async def send(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        message = await self.socket.receive(timeout=60)
        if message.type is aiohttp.WSMsgType.BINARY:
            return {"type": "audio", "data": message.data}
        if message.type is aiohttp.WSMsgType.TEXT:
            return dict(json.loads(message.data))
        return {"type": "closed", "code": message.data}

    async def until(self, *types: str) -> dict[str, Any]:
        """Return the next message of one of ``types``."""
        while (message := await self.receive())["type"] not in types:
            assert message["type"] != "closed", message
        return message


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    yield hub
    await hub.stop()


@pytest.fixture
async def site(hub: Hub) -> AsyncIterator[Site]:
    guard = Middleware(Guard, sessions=hub.sessions, names=(), cookie=COOKIE)
    app = Starlette(routes=[*web.routes(hub), *hub.routes], middleware=[guard])
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", ws="websockets-sansio", ws_per_message_deflate=False)
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    owner = await hub.claims.redeem(await hub.claims.new_code())
    async with aiohttp.ClientSession(cookies={COOKIE: await hub.sessions.start(owner, "test")}) as client:
        yield Site(hub, f"http://127.0.0.1:{port}", client, owner.id)
    server.should_exit = True
    await task
