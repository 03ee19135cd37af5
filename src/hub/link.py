"""Carry events between the hub and one of its child processes: Wyoming frames over a socket pair.

A frame is one JSON line (``type``, ``data_length``, ``payload_length``), then that many bytes of
JSON data, then that many bytes of payload, as the Wyoming protocol defines. Sizes are bounded on
both sides, so that neither a confused child nor a confused hub can fill the other's memory. The header
carries the ``traceparent`` of whoever sends, so that a child's lines belong to the turn they are about.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from typing import TYPE_CHECKING, Any

import orjson
import structlog
from wyoming.event import Event

from hub.supervise.leash import die_with_parent
from hub.telemetry import logs, trace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LINK_FD = "HUB_LINK_FD"
"""Environment variable with the number of the child's end of the socket pair."""

MAX_HEADER = 64 * 1024
MAX_DATA = 1024 * 1024
MAX_PAYLOAD = 8 * 1024 * 1024
"""Bounds of a frame's parts, in bytes."""

CLOSE_S = 1.0
"""Seconds that a closing link waits for the other side to take what was sent."""

log = structlog.get_logger(__name__)


class Link:
    """One side of a link: send frames, iterate over the frames that arrive.

    Iteration ends when the other side is gone or sends what is not a frame (logged). A link that
    answers pings (`run_child`'s does) replies to ``hub.ping`` while it is iterated over: a child
    that no longer reads its link is taken for hung.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers_pings: bool = False
    ) -> None:
        self._reader, self._writer = reader, writer
        self._answers_pings = answers_pings
        self._sending = asyncio.Lock()
        self._closed = False

    async def send(self, type: str, data: dict[str, Any] | None = None, payload: bytes | None = None) -> None:  # noqa: A002  Wyoming's word
        """Send one frame; waits while the other side is slow to read.

        Raises `ConnectionError` when the other side is gone, `ValueError` when the frame is too big.
        """
        frame = _encode(type, data, payload)
        async with self._sending:
            if self._writer.is_closing():
                raise ConnectionResetError("the link is closed")
            self._writer.writelines(frame)
            await self._writer.drain()

    def __aiter__(self) -> Link:
        return self

    async def __anext__(self) -> Event:
        while True:
            try:
                event = await _read(self._reader)
            except (ValueError, asyncio.IncompleteReadError) as error:
                log.warning("link.malformed", reason=str(error))
                self._writer.transport.abort()
                event = None
            except ConnectionError:
                event = None
            if event is None:
                raise StopAsyncIteration
            if not (self._answers_pings and event.type == "hub.ping"):
                return event
            with contextlib.suppress(ConnectionError):
                await self.send("hub.pong", event.data)

    async def close(self) -> None:
        """Close the link; what was sent is delivered if the other side reads within a second."""
        if self._closed:  # asyncio lets only one wait for the end
            return
        self._closed = True
        self._writer.close()
        with contextlib.suppress(ConnectionError):
            try:
                async with asyncio.timeout(CLOSE_S):
                    await self._writer.wait_closed()
            except TimeoutError:
                self._writer.transport.abort()


def _encode(type: str, data: dict[str, Any] | None, payload: bytes | None) -> list[bytes]:  # noqa: A002  as above
    body = orjson.dumps(data) if data else b""
    payload = payload or b""
    if len(body) > MAX_DATA or len(payload) > MAX_PAYLOAD:
        raise ValueError(f"frame {type!r} is too big: {len(body)} bytes of data, {len(payload)} of payload")
    header: dict[str, Any] = {"type": type}
    if present := trace.current():
        header["traceparent"] = present.header
    if body:
        header["data_length"] = len(body)
    if payload:
        header["payload_length"] = len(payload)
    return [orjson.dumps(header, option=orjson.OPT_APPEND_NEWLINE), body, payload]


async def _read(reader: asyncio.StreamReader) -> Event | None:
    """Read one frame, None at the end of the stream; ValueError or IncompleteReadError when malformed."""
    line = await reader.readline()
    if not line:
        return None
    header = _json_object(line)
    parent = header.get("traceparent")
    # Whoever handles the frame works for the same reason as whoever sent it.
    trace.enter(trace.parse(parent) if isinstance(parent, str) else None)
    kind, data = header.get("type"), header.get("data") or {}
    if not isinstance(kind, str) or not isinstance(data, dict):
        raise ValueError("a frame without a type, or with data that is no object")  # noqa: TRY004  malformed input
    if length := _length(header, "data_length", MAX_DATA):
        data = {**data, **_json_object(await reader.readexactly(length))}
    length = _length(header, "payload_length", MAX_PAYLOAD)
    payload = await reader.readexactly(length) if length else None
    return Event(type=kind, data=data, payload=payload)


def _json_object(text: bytes) -> dict[str, Any]:
    value = orjson.loads(text)
    if not isinstance(value, dict):
        raise ValueError("a frame that is no JSON object")  # noqa: TRY004  malformed input, not a caller's type
    return value


def _length(header: dict[str, Any], field: str, most: int) -> int:
    value = header.get(field) or 0
    if type(value) is not int or not 0 <= value <= most:
        raise ValueError(f"{field} is {value!r}; at most {most} is allowed")
    return value


async def open_link(sock: socket.socket, *, answers_pings: bool = False) -> Link:
    """Make a link of one end of a connected stream socket; the link owns the socket from here on."""
    reader, writer = await asyncio.open_unix_connection(sock=sock, limit=MAX_HEADER)
    return Link(reader, writer, answers_pings=answers_pings)


async def connect_parent() -> Link:
    """Open the link to the process that started this one; call it once, in the child.

    Raises `RuntimeError` when this process was not started as a child of the hub.
    """
    fd = os.environ.pop(LINK_FD, None)
    if fd is None:
        raise RuntimeError(f"{LINK_FD} is not set: this module is started by the hub, not by hand")
    sock = socket.socket(fileno=int(fd))
    sock.set_inheritable(False)  # a grandchild must not keep the link open
    return await open_link(sock, answers_pings=True)


def run_child(main: Callable[[Link], Awaitable[None]]) -> None:
    """Run ``main`` as the whole of a child process: its entry point, called once from the main thread.

    The process dies at once with its parent, leaves Ctrl-C to the parent, and ends when ``main``
    returns, which it should do when its link ends. SIGTERM cancels ``main``.
    """
    die_with_parent()
    logs.configure(tty=False)  # its stderr is a pipe that the hub reads
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(main))


async def _serve(main: Callable[[Link], Awaitable[None]]) -> None:
    link = await connect_parent()
    work = asyncio.ensure_future(main(link))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        log.debug("child.terminated")
    finally:
        await link.close()
