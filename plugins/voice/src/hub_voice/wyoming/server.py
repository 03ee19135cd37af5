"""Offer the hub's own ears and voice to Home Assistant and others, as a Wyoming server."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import structlog
from wyoming.error import Error

from hub import HubError
from hub_voice.wyoming import frames
from hub_voice.wyoming.address import is_loopback
from hub_voice.wyoming.announce import Announcement
from hub_voice.wyoming.guest import Guest

if TYPE_CHECKING:
    from hub_voice.wyoming.guest import Offer

log = structlog.get_logger(__name__)

MOST_GUESTS = 16
"""Clients at once; one more is told so and let go."""

CLOSE_S = 2.0


class Server:
    """Our side of the protocol on ``host:port``.

    Whoever reaches it may use it: the protocol knows no keys. So it listens to this machine only, unless
    the owner says otherwise.
    """

    def __init__(self, offer: Offer, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._offer = offer
        self._host, self._port = host, port
        self._server: asyncio.Server | None = None
        self._guests: set[asyncio.Task[None]] = set()
        self._announcement: Announcement | None = None

    @property
    def port(self) -> int:
        """The port that it listens on."""
        if self._server is None:
            return self._port
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen, and tell the network if it is for it. Raises `HubError` when the port is taken."""
        try:
            self._server = await asyncio.start_server(
                self._welcome, self._host, self._port, limit=frames.LINE
            )
        except (OSError, OverflowError) as error:
            fix = "Choose another port for the Wyoming server in the voice's settings."
            raise HubError(f"I cannot listen on port {self._port}.", fix=fix) from error
        log.info("wyoming.listening", host=self._host, port=self.port)
        if not is_loopback(self._host):
            self._announcement = Announcement(self.port)
            await self._announcement.begin()

    async def stop(self) -> None:
        """Take the announcement back, listen no more, and let every guest go. Safe to call twice."""
        announcement, self._announcement = self._announcement, None
        if announcement:
            await announcement.end()
        server, self._server = self._server, None
        if server:
            server.close()
        for guest in self._guests:
            guest.cancel()
        if self._guests:
            await asyncio.wait(self._guests, timeout=CLOSE_S)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  asyncio runs every client in a task
        self._guests.add(task)
        try:
            if len(self._guests) > MOST_GUESTS:
                await self._refuse(writer)
            else:
                await Guest(reader, writer, self._offer).serve()
        except asyncio.CancelledError:
            pass  # the hub stops: a server's task that raises it is logged as a fault
        except Exception:
            log.exception("wyoming.failed")
        finally:
            self._guests.discard(task)
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(CLOSE_S):
                    await writer.wait_closed()

    async def _refuse(self, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError):
            await frames.write(writer, Error(text="I serve enough others now. Try later.", code="busy"))
