"""A whole hub with its pages, its API and its signals, served by a real server, started for nobody yet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import uvicorn

from hub import app, config
from hub.hub import Hub


@dataclass
class Served:
    """``client`` is signed in as the owner, ``stranger`` is not."""

    hub: Hub
    url: str
    client: aiohttp.ClientSession
    stranger: aiohttp.ClientSession


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    settings = config.load(data=tmp_path, disabled=("voice", "memory", "nostr", "executor"))
    built = app.build(settings)
    hub: Hub = built.state.hub
    hub.models.ensure = hub.models.keep = nothing  # type: ignore[method-assign]  # these tests fetch nothing
    hub.embedded.start = nothing  # type: ignore[method-assign]
    server = uvicorn.Server(
        uvicorn.Config(built, port=0, log_config=None, access_log=False, ws="websockets-sansio")
    )
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as client, aiohttp.ClientSession() as stranger:
        async with client.get(f"{url}/claim/{await hub.claims.new_code()}") as answer:
            assert answer.status == 200
        yield Served(hub, url, client, stranger)
    server.should_exit = True
    await task


async def nothing(*_: object) -> None:
    """Do nothing."""
