"""The line to a hub: sign in as its owner, and speak the protocol of its socket."""

from __future__ import annotations

import os
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

from hub.errors import HubError, Unavailable

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

PATIENCE_S = 10.0
MOST = 1 << 22
AGENT = "hub talk (python)"
_REFUSED = 400
_HEADER = struct.Struct("<BBHI")


@dataclass(frozen=True, slots=True)
class Frame:
    """Sound of the hub: s16le mono."""

    epoch: int
    rate: int
    pcm: bytes


class Line:
    """An open socket to a hub; `call` makes one."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket

    async def send(self, **message: Any) -> None:
        """Send a message."""
        if not self._socket.closed:
            await self._socket.send_str(orjson.dumps(message).decode())

    async def push(self, pcm: bytes) -> None:
        """Send sound."""
        if not self._socket.closed:
            await self._socket.send_bytes(pcm)

    async def messages(self) -> AsyncIterator[dict[str, Any] | Frame]:
        """Yield what the hub says. Raises `Unavailable` when it hangs up."""
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                yield orjson.loads(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY and len(message.data) > _HEADER.size:
                _, _, epoch, rate = _HEADER.unpack_from(message.data)
                yield Frame(epoch, rate, message.data[_HEADER.size :])
        raise Unavailable("The hub hung up.", fix="See that it runs, then call again.")


@asynccontextmanager
async def call(
    url: str, new_code: Callable[[], Awaitable[str]], *, rate: int, trust: ssl.SSLContext | None = None
) -> AsyncIterator[Line]:
    """Sign in at ``url`` by a fresh code and open a line for s16le mono sound at ``rate`` Hz.

    The session ends with the line: what is left behind could be used by somebody else. Raises
    `Unavailable` when no hub answers, `HubError` when it is another's.
    """
    async with aiohttp.ClientSession(
        cookie_jar=aiohttp.CookieJar(unsafe=True), headers={"user-agent": AGENT},
        connector=aiohttp.TCPConnector(ssl=trust or True), timeout=aiohttp.ClientTimeout(total=PATIENCE_S),
    ) as client:  # fmt: skip
        try:
            await _sign_in(client, url, new_code)
            address = f"{url.replace('http', 'ws', 1)}/ws/session/{os.urandom(12).hex()}"
            socket = await client.ws_connect(address, max_msg_size=MOST, heartbeat=20)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            fix = "Start it with `hub serve`, or name it with --url."
            raise Unavailable(f"No hub answers at {url}.", fix=fix) from error
        line = Line(socket)
        try:
            await line.send(type="hello", page=True, audio={"encoding": "s16le", "rate": rate})
            yield line
        finally:
            with suppress(Exception):
                await socket.close()
                async with client.post(f"{url}/me/out", headers={"origin": url}, allow_redirects=False):
                    pass


async def _sign_in(client: aiohttp.ClientSession, url: str, new_code: Callable[[], Awaitable[str]]) -> None:
    async with client.get(f"{url}/health"):  # before a code is made: it would end earlier ones
        pass
    async with client.get(f"{url}/claim/{await new_code()}", allow_redirects=False) as answer:
        if answer.status >= _REFUSED:
            raise HubError(
                f"The hub at {url} does not know this data folder.", fix="Name that hub's folder with --data."
            )
