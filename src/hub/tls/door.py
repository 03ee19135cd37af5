"""Listen with and without TLS on one port: the first byte says which (RFC 8446, 5.1: 22 is a handshake).

So one address stays the hub's: a phone that does not trust it yet reads in plain how to, a link
without an s still works, and this machine's own programs go on as before.
"""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import structlog
import uvicorn

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

log = structlog.get_logger(__name__)

HANDSHAKE = b"\x16"
PATIENCE_S = 15.0
"""How long a connection may take to say its first byte, and to shake hands."""

BREATH_S = 0.5
"""How long to wait when the system lets us have no more connections."""


class Door:
    """One listening socket; has of an `asyncio.Server` what uvicorn uses. Takes connections from now on."""

    def __init__(self, sock: socket.socket, protocol: Callable[[], Any], context: ssl.SSLContext) -> None:
        self._sock, self._protocol, self._context = sock, protocol, context
        self.sockets = (sock,)
        self._coming: set[asyncio.Task[None]] = set()
        sock.setblocking(False)
        self._accepting = asyncio.get_running_loop().create_task(self._accept(), name="door")

    def close(self) -> None:
        """Take no more connections; those that have not said a word yet are let go."""
        self._accepting.cancel()
        for task in self._coming:
            task.cancel()

    async def wait_closed(self) -> None:
        """Wait until that is so."""
        await asyncio.gather(self._accepting, *self._coming, return_exceptions=True)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self._sock)
            except OSError as error:
                log.warning("door.refused", reason=error.strerror)
                await asyncio.sleep(BREATH_S)
                continue
            task = loop.create_task(self._let_in(connection))
            self._coming.add(task)
            task.add_done_callback(self._coming.discard)

    async def _let_in(self, connection: socket.socket) -> None:
        loop, taken = asyncio.get_running_loop(), False
        try:
            connection.setblocking(False)
            with suppress(OSError):
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(PATIENCE_S):
                secure = await _first(connection) == HANDSHAKE
            context = self._context if secure else None
            patience = PATIENCE_S if secure else None
            await loop.connect_accepted_socket(
                self._protocol, connection, ssl=context, ssl_handshake_timeout=patience
            )
            taken = True
        except (OSError, TimeoutError, asyncio.IncompleteReadError) as error:  # a bad handshake is an OSError
            log.debug("door.left", reason=str(error)[:100])
        finally:
            if not taken:
                connection.close()


async def _first(connection: socket.socket) -> bytes:
    """Wait for the first byte and leave it where it is; raise `ConnectionError` when none comes any more."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def come() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(connection, come)
    try:
        await ready
    finally:
        loop.remove_reader(connection)
    first = connection.recv(1, socket.MSG_PEEK)
    if not first:
        raise ConnectionResetError("it hung up")
    return first


class Server(uvicorn.Server):
    """Uvicorn behind `Door`s."""

    def __init__(self, config: uvicorn.Config, context: ssl.SSLContext) -> None:
        super().__init__(config)
        self._context = context

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the app, then listen."""
        await super().startup(sockets=[])
        self.servers = [Door(sock, self._connection, self._context) for sock in sockets or ()]  # type: ignore[misc]  # see Door

    def _connection(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made
