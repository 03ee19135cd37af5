"""Read and write Wyoming's frames with bounds: neither side can fill the other's memory.

The official package's `async_read_event` allocates whatever length the other side names, so only its
event types are used here. A frame is one JSON line (``type``, ``data``, ``data_length``,
``payload_length``), then that many bytes of JSON data and of payload.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import orjson
from wyoming.event import Event

if TYPE_CHECKING:
    from wyoming.event import Eventable

LINE = 64 * 1024
"""Bytes of the JSON line; give it to `asyncio.open_connection` and `start_server` as ``limit``."""

DATA = 1024 * 1024
PAYLOAD = 1024 * 1024
"""Bounds of a frame's parts, in bytes."""

STALL_S = 20.0
"""Seconds that the other side may take to read what was sent."""

_VERSION = "1.5.0"


class Malformed(Exception):  # noqa: N818  a state of the line, told as Unavailable by those who ask
    """What came is no frame, or one that is too big."""


async def read(reader: asyncio.StreamReader) -> Event | None:
    """Return the next frame, None at the end. Raises `Malformed`, and what the socket raises."""
    try:
        line = await reader.readline()
        if not line:
            return None
        head = _object(line)
        kind, data = head.get("type"), head.get("data") or {}
        if not isinstance(kind, str) or not isinstance(data, dict):
            raise Malformed("a frame without a type, or with data that is no object")
        if length := _length(head, "data_length", DATA):
            data = {**data, **_object(await reader.readexactly(length))}
        length = _length(head, "payload_length", PAYLOAD)
        payload = await reader.readexactly(length) if length else None
    except asyncio.IncompleteReadError as error:
        raise Malformed("the line broke in the middle of a frame") from error
    except ValueError as error:  # readline: longer than the limit
        raise Malformed(str(error)[:200]) from error
    return Event(type=kind, data=data, payload=payload)


async def write(writer: asyncio.StreamWriter, told: Event | Eventable) -> None:
    """Send one frame; waits for a slow reader. Raises `TimeoutError` when it does not read at all."""
    event = told if isinstance(told, Event) else told.event()
    head: dict[str, Any] = {"type": event.type, "version": _VERSION}
    body = orjson.dumps(event.data) if event.data else b""
    payload = event.payload or b""
    if body:
        head["data_length"] = len(body)
    if payload:
        head["payload_length"] = len(payload)
    writer.write(orjson.dumps(head) + b"\n" + body + payload)
    async with asyncio.timeout(STALL_S):
        await writer.drain()


def _object(text: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Malformed("a frame that is no JSON") from error
    if not isinstance(value, dict):
        raise Malformed("a frame that is no JSON object")
    return value


def _length(head: dict[str, Any], field: str, most: int) -> int:
    value = head.get(field) or 0
    if type(value) is not int or not 0 <= value <= most:
        raise Malformed(f"{field} is {str(value)[:40]}; at most {most} is allowed")
    return value
