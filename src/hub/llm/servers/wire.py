"""Take an answer off the wire: events as they come, within bounds, and read as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import orjson

from hub.llm import faults
from hub.llm.faults import Fault
from hub.llm.servers.connection import Patience, read
from hub.llm.servers.sse import Events, Overflow

if TYPE_CHECKING:
    import aiohttp

LINE, ANSWER, ERROR = 1 << 20, 8 << 20, 1 << 16
"""The most bytes of a line, of an answer, and of what is read of a refusal."""

_STREAMS = ("text/event-stream", "text/plain", "")


class Wire:
    """The events of one answer. ``until``: when, on the loop's clock, the next must have come."""

    def __init__(self, answer: aiohttp.ClientResponse, title: str, until: float) -> None:
        self._title = title
        self._events = Events(LINE, ANSWER)
        self._content = answer.content
        self._patience = Patience(answer.content, until)
        self._whole = kind_of(answer).endswith("json")  # a server that does not stream
        self._parts: list[bytes] = []
        self._size = 0
        self.over = False

    def wait_until(self, until: float) -> None:
        """Give the next event time until then."""
        self._patience.wait_until(until)

    async def events(self) -> list[tuple[bytes, bytes]]:
        """Return the events that came, perhaps none yet; at the end it is ``over``. Raises `Fault`."""
        patience = self._patience
        patience.waits = True  # after an error it may stay so: there is nothing left to wait for
        block = await self._content.readany()
        patience.waits = False
        self.over = not block
        try:
            if self._whole:
                return self._collected(block)
            return self._events.feed(block) if block else self._events.finish()
        except Overflow:
            raise too_much(self._title) from None

    def close(self) -> None:
        """Wait no more."""
        self._patience.close()

    def _collected(self, block: bytes) -> list[tuple[bytes, bytes]]:
        self._parts.append(block)
        self._size += len(block)
        if self._size > ANSWER:
            raise Overflow
        return [] if block else [(b"", b"".join(self._parts))]


def kind_of(answer: aiohttp.ClientResponse) -> str:
    """Return the media type of an answer, in lower case."""
    return answer.headers.get("content-type", "").partition(";")[0].strip().lower()


async def checked(answer: aiohttp.ClientResponse, title: str) -> None:
    """Raise `Fault` for an answer of a kind that no language server sends."""
    kind = kind_of(answer)
    if kind not in _STREAMS and not kind.endswith("json"):
        raise faults.foreign(title, (await read(answer, ERROR)).decode("utf-8", "replace"))


def parsed(name: bytes, data: bytes, title: str) -> dict[str, Any]:
    """Return the chunk in the ``data`` of an event. Raises `Fault`."""
    try:
        chunk = orjson.loads(data)
    except ValueError:
        chunk = _parsed_slowly(data, title)
    if not isinstance(chunk, dict):
        raise faults.foreign(title)
    return {"error": chunk} if name == b"error" and "error" not in chunk else chunk


def _parsed_slowly(data: bytes, title: str) -> Any:
    """Read what is JSON to the lenient only: torn characters, half of a surrogate pair, NaN."""
    text = data.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise faults.foreign(title, text[:ERROR]) from None


def too_much(title: str) -> Fault:
    """Return the fault of an answer without end."""
    return Fault("foreign", f"{title} sent more than an answer can be.", fix="Check its address.")
