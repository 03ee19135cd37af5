"""Speak HTTP/1.1 on a bare socket, so that a reply can break anywhere: asked, written, cut, reset."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

import orjson

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

_MOST = 64 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: names of ``headers`` in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Connection(asyncio.Protocol):
    """One connection: requests come one after the other, each is answered by ``answer``.

    A connection that is lost cancels the answer that runs on it.
    """

    def __init__(self, answer: Callable[[Asked, Connection], Awaitable[None]], kept: set[Connection]) -> None:
        self._answer, self._kept = answer, kept
        self._buffer = bytearray()
        self._task: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._gathered: bytearray | None = None

    # -- what asyncio calls -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the socket; small writes leave at once."""
        self._transport = cast("asyncio.Transport", transport)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._kept.add(self)

    def data_received(self, data: bytes) -> None:
        """Gather a request, and answer it when it is whole."""
        self._buffer += data
        if len(self._buffer) > _MOST:
            self.cut()
        elif self._task is None:
            self._next()

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody listens any more."""
        del error
        self._kept.discard(self)
        self._transport = None
        self._room.set()
        if self._task:
            self._task.cancel()

    def pause_writing(self) -> None:
        """Wait until who reads has caught up."""
        self._room.clear()

    def resume_writing(self) -> None:
        """Go on."""
        self._room.set()

    # -- what an answer does ----------------------------------------------------------------------

    @property
    def open(self) -> bool:
        """Whether somebody may still listen."""
        return self._transport is not None and not self._transport.is_closing()

    async def send(self, data: bytes) -> None:
        """Write, and let the others run."""
        if self._transport:
            self._transport.write(data)
        await (asyncio.sleep(0) if self._room.is_set() else self._room.wait())

    def reply(self, status: int, body: object, **headers: str) -> None:
        """Write a whole reply of JSON."""
        data = orjson.dumps(body)
        if self._transport:
            self._transport.write(
                head(status, "application/json", f"content-length: {len(data)}", headers) + data
            )

    async def begin(self, kind: str = "text/event-stream") -> None:
        """Write the head of a reply that comes in chunks."""
        await self.send(head(200, kind, "transfer-encoding: chunked", {"cache-control": "no-cache"}))

    async def chunk(self, data: bytes) -> None:
        """Write one chunk; an empty one ends the reply."""
        if self._gathered is not None:
            self._gathered += data
            return
        await self.send(b"%x\r\n%b\r\n" % (len(data), data))

    def gather(self) -> None:
        """Keep all chunks until `release`."""
        self._gathered = bytearray()

    async def release(self) -> None:
        """Write all that was gathered as one chunk, and end the reply."""
        gathered, self._gathered = self._gathered, None
        if gathered is not None:
            await self.send(b"%x\r\n%b\r\n0\r\n\r\n" % (len(bytes(gathered)), bytes(gathered)))

    def cut(self) -> None:
        """End the connection, after what was written."""
        if self._transport:
            self._transport.close()

    def drop(self) -> None:
        """Reset the connection, as a machine does that lost its power and came back."""
        if self._transport:
            sock = self._transport.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()

    # -- reading ----------------------------------------------------------------------------------

    def _next(self) -> None:
        asked = _parse(self._buffer)
        if asked and self._transport:
            self._task = asyncio.get_running_loop().create_task(self._answer(asked, self))  # type: ignore[arg-type]
            self._task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and task.exception():
            self.cut()
            asyncio.get_running_loop().call_exception_handler(
                {"message": "the upstream's own fault", "exception": task.exception()}
            )
        if self.open:
            self._next()


def head(status: int, kind: str, length: str, headers: dict[str, str]) -> bytes:
    """Return the head of a reply."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    phrase = HTTPStatus(status).phrase
    return f"HTTP/1.1 {status} {phrase}\r\ncontent-type: {kind}\r\n{length}\r\n{more}\r\n".encode()


def _parse(buffer: bytearray) -> Asked | None:
    """Take a whole request from the front of ``buffer``, if there is one."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    pairs = (line.partition(":") for line in lines)
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if headers.get("transfer-encoding", "").lower() == "chunked":
        found = _chunked(buffer, end + 4)
    else:
        size = int(headers.get("content-length", "0"))
        last = end + 4 + size
        found = (bytes(buffer[end + 4 : last]), last) if len(buffer) >= last else None
    if found is None:
        return None
    body, used = found
    del buffer[:used]
    return Asked(method, path, headers, body)


def _chunked(buffer: bytearray, at: int) -> tuple[bytes, int] | None:
    body = b""
    while True:
        line = buffer.find(b"\r\n", at)
        if line < 0:
            return None
        size = int(buffer[at:line].split(b";")[0], 16)
        at = line + 2 + size + 2
        if len(buffer) < at:
            return None
        if size == 0:
            return body, at
        body += buffer[line + 2 : line + 2 + size]
