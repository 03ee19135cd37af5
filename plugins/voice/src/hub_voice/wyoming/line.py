"""Hold one connection to a Wyoming server, with a bound on every wait, and say plainly what is wrong."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from hub import Unavailable
from hub_voice.wyoming import frames

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wyoming.event import Event, Eventable

    from hub_voice.wyoming.address import Address

CONNECT_S = 3.0
READ_S = 60.0
"""Seconds between two frames of an answer: whisper on a small board takes its time."""

LOOK_S = 0.1
"""How often somebody asks whether the answer is still wanted."""

CLOSE_S = 1.0
_SAID = 200


def always() -> bool:
    """Say that the answer is still wanted."""
    return True


class Absent(Unavailable):
    """Nobody is there."""


class Line:
    """A connection; `Unavailable` tells whatever goes wrong with it."""

    def __init__(
        self, address: Address, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, wait: float
    ) -> None:
        self.address = address
        self._reader, self._writer, self._wait = reader, writer, wait

    async def send(self, told: Event | Eventable) -> None:
        """Send one frame."""
        try:
            await frames.write(self._writer, told)
        except (OSError, TimeoutError) as error:
            raise self.broken() from error

    async def receive(self) -> Event:
        """Return the next frame; an ``error`` of the server is raised."""
        try:
            async with asyncio.timeout(self._wait):
                event = await frames.read(self._reader)
        except TimeoutError as error:
            raise Unavailable(f"{self.address} does not answer.", fix=self._fix()) from error
        except (OSError, frames.Malformed) as error:
            raise self.broken() from error
        if event is None:
            raise self.broken()
        if event.type == "error":
            said = str(event.data.get("text", ""))[:_SAID]
            raise Unavailable(f"{self.address} could not do it: {said}", fix=self._fix())
        return event

    async def receive_wanted(self, wanted: Callable[[], bool]) -> Event | None:
        """Return the next frame, or None as soon as ``wanted`` says no."""
        asked = asyncio.ensure_future(self.receive())
        try:
            while not asked.done():
                if not wanted():
                    return None
                await asyncio.wait({asked}, timeout=LOOK_S)
            return asked.result()
        finally:
            if not asked.done():
                asked.cancel()
                with suppress(asyncio.CancelledError, Unavailable):
                    await asked

    def broken(self) -> Unavailable:
        """Return the error of a line that broke."""
        return Unavailable(f"{self.address} broke off.", fix=self._fix())

    def _fix(self) -> str:
        return f"Look whether the Wyoming server at {self.address} runs, and at its log."


@asynccontextmanager
async def connected(address: Address, wait: float = READ_S) -> AsyncIterator[Line]:
    """Open a line for one exchange. Raises `Unavailable` when nobody is there."""
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(address.host, address.port, limit=frames.LINE)
    except (OSError, TimeoutError) as error:
        fix = f"Start the Wyoming server, or change {address} in the voice's settings."
        raise Absent(f"Nobody answers at {address}.", fix=fix) from error
    try:
        yield Line(address, reader, writer, wait)
    finally:
        writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await writer.wait_closed()
