"""Nobody holds a connection by saying little, nor the hub's memory by saying much, before asking anything."""

from __future__ import annotations

import asyncio
import resource
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from hub import heads, serve

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ASK = b"POST / HTTP/1.1\r\nhost: hub\r\ncontent-length: 4\r\n\r\n"


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(heads, "PATIENCE_S", 0.3)

    async def echo(request: Any) -> PlainTextResponse:
        return PlainTextResponse(await request.body())

    app = Starlette(routes=[Route("/", echo, methods=["POST"])])
    config = uvicorn.Config(app, port=0, log_level="critical", http=heads.BoundedHeads)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await task


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    yield reader, writer
    writer.close()


async def closed(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), 60) == b""
    except ConnectionError:
        return True


def test_the_hub_may_hold_more_connections_than_a_shell() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, before[1]))
    try:
        serve.allow_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 1_024
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("said", [b"", b"POST / HTTP/1.1\r\nhost"])
async def test_who_says_nothing_to_the_end_is_not_waited_for(port: int, said: bytes) -> None:
    async with connected(port) as (reader, writer):
        writer.write(said)
        assert await closed(reader)


async def test_a_head_that_dribbles_is_cut_off_on_a_kept_connection_too(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(ASK + b"word")
        assert (await reader.readuntil(b"word")).startswith(b"HTTP/1.1 200")

        async def dribble() -> None:
            writer.write(b"POST / HTTP/1.1\r\nx: ")
            while True:
                writer.write(b"x")
                await asyncio.sleep(0.05)

        task = asyncio.create_task(dribble())
        assert await closed(reader)
        task.cancel()


async def test_a_head_without_end_fills_no_memory(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(b"POST / HTTP/1.1\r\nhost: hub\r\nx: ")
        sent = 0
        with pytest.raises(ConnectionError):
            while sent < 64 << 20:
                writer.write(b"x" * 65_536)
                await writer.drain()
                sent += 65_536
        assert await closed(reader)


async def test_a_body_may_take_its_time(port: int) -> None:
    async with connected(port) as (reader, writer):
        writer.write(ASK + b"wo")
        await asyncio.sleep(2 * heads.PATIENCE_S)
        writer.write(b"rd")
        assert (await reader.readuntil(b"word")).startswith(b"HTTP/1.1 200")
