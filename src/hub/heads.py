"""Bound the head of a request, in bytes and in time: neither the server nor its parser does.

Whoever is not signed in can come as far as this, so that silence must not hold a connection, nor a
header without end the memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    import asyncio

MOST = 1 << 16
"""Bytes of a request's line and headers, give or take what the kernel hands over at once."""

PATIENCE_S = 15.0
"""How long a head may take to arrive, from its first byte or from the opening of the connection."""


class BoundedHeads(HttpToolsProtocol):
    """One connection. A head that is too long or too slow closes it."""

    _late: asyncio.TimerHandle | None = None
    _size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """Take what has come; count it while it is a head."""
        super().data_received(data)
        if self._late:
            self._size += len(data)
            if self._size > MOST:
                self.transport.close()

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a head."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """Wait no more: what follows is the body, which whoever reads it bounds."""
        self._stop_waiting()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._stop_waiting()
        self._size, self._late = 0, self.loop.call_later(PATIENCE_S, self.transport.close)

    def _stop_waiting(self) -> None:
        if self._late:
            self._late.cancel()
            self._late = None
