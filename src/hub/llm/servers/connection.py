"""Speak HTTP with one server: kept connections, trusted certificates, no redirects, nothing unpacked."""

from __future__ import annotations

import asyncio
import ssl
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    import aiohttp

CONNECT_S = 4.0
KEPT_S = {"machine": 4.0, "house": 4.0, "world": 30.0}
"""Seconds that an idle connection is kept. Small servers at home close theirs after five."""

LINGER_S = 0.25
"""Seconds that a finished answer has to end its stream, so that its connection can be kept."""

_AT_ONCE = 200
_LOOK_S = 0.2
_TRIES = 3
_LONG = 1 << 19


class Connection:
    """All connections to the server at ``base_url``, opened with the first request."""

    def __init__(self, base_url: str, distance: str) -> None:
        self._url, self._distance = base_url, distance
        self._session: asyncio.Task[aiohttp.ClientSession] | None = None
        self._proxy: str | None = None

    async def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> aiohttp.ClientResponse:
        """Send a request and return the answer's head. Raises what aiohttp does.

        Of a connection that was kept, the other side may have just let go: then once more, on another.
        """
        import aiohttp  # noqa: PLC0415  loaded with the first question

        session = await self._opened()
        for tried in range(_TRIES):
            mark = _Mark()
            try:
                return await session.request(
                    method, url, data=_in_pieces(body), headers=headers, allow_redirects=False,
                    proxy=self._proxy, trace_request_ctx=mark,
                )  # fmt: skip
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                if not mark.kept or tried == _TRIES - 1:
                    raise
        raise AssertionError  # the last try returns or raises

    async def close(self) -> None:
        """Close all connections."""
        opened, self._session = self._session, None
        if opened is not None:
            await (await opened).close()

    async def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or (self._session.done() and self._session.exception()):
            self._session = asyncio.create_task(self._open(), name="connection")
        return await asyncio.shield(self._session)

    async def _open(self) -> aiohttp.ClientSession:
        # Reading the trusted certificates, and aiohttp itself, takes a while: not on the event loop.
        context, self._proxy = await asyncio.to_thread(_prepare, self._url, self._distance)
        import aiohttp  # noqa: PLC0415

        connector = aiohttp.TCPConnector(
            ssl=context if context is not None else True,
            limit=_AT_ONCE,
            keepalive_timeout=KEPT_S[self._distance],
            resolver=aiohttp.ThreadedResolver(),  # the system's own: it knows /etc/hosts and mDNS
            ttl_dns_cache=60,
        )
        tracing = aiohttp.TraceConfig()
        tracing.on_connection_reuseconn.append(_note_kept)
        return aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            # Unpacked, a few kilobytes may be gigabytes; the bounds on answers count what comes in.
            auto_decompress=False,
            headers={"accept-encoding": "identity", "user-agent": "timmy-hub"},
            trace_configs=[tracing],
        )


def _in_pieces(body: bytes | None) -> bytes | BytesIO | None:
    """Return ``body`` so that a long one is written piece by piece, and others get a turn in between."""
    return BytesIO(body) if body is not None and len(body) > _LONG else body


class _Mark:
    """Notes whether a request went out on a connection that was kept."""

    __slots__ = ("kept",)

    def __init__(self) -> None:
        self.kept = False


async def _note_kept(_session: Any, context: Any, _params: Any) -> None:
    context.trace_request_ctx.kept = True


def _prepare(url: str, distance: str) -> tuple[ssl.SSLContext | None, str | None]:
    import urllib.request  # noqa: PLC0415  heavy, as the next

    import aiohttp  # noqa: F401, PLC0415

    parts = urlsplit(url)
    context = trusted() if parts.scheme == "https" else None
    # A proxy of the environment leads to the world; what is at home is reached directly.
    if distance != "world" or urllib.request.proxy_bypass(parts.hostname or ""):
        return context, None
    return context, urllib.request.getproxies().get(parts.scheme)


def trusted() -> ssl.SSLContext:
    """Return a context that trusts what this system does; without certificates of its own, certifi's."""
    context = ssl.create_default_context()
    known = ssl.get_default_verify_paths()
    folder = Path(known.capath) if known.capath else None
    if known.cafile is None and (folder is None or not any(folder.glob("*"))):
        import certifi  # noqa: PLC0415

        context.load_verify_locations(certifi.where())
    return context


class Patience:
    """Ends the wait for the next bytes of an answer at a time of the loop's clock.

    Whoever reads says so by ``waits``, for the time that it takes over what came is not the server's. One
    timer for the whole answer: `asyncio.timeout` around each wait would cost more than the wait.
    """

    __slots__ = ("_at", "_content", "_loop", "_timer", "_until", "waits")

    def __init__(self, content: aiohttp.StreamReader, until: float) -> None:
        self._content, self._until, self._at = content, until, until
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_at(until, self._look)
        self.waits = False

    def wait_until(self, until: float) -> None:
        """Wait until then; nearly always that is later, and the timer finds out when it rings."""
        self._until = until
        if until < self._at:
            self._timer.cancel()
            self._ring_at(until)

    def close(self) -> None:
        """Wait no more."""
        self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        if self.waits and now >= self._until:
            self._content.set_exception(TimeoutError())
        else:  # it was put off meanwhile, or whoever reads is busy with what came
            self._ring_at(max(self._until, now + _LOOK_S))

    def _ring_at(self, at: float) -> None:
        self._at = at
        self._timer = self._loop.call_at(at, self._look)


async def read(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Return the body, cut after ``most`` bytes."""
    parts, size = [], 0
    while size < most and (block := await response.content.readany()):
        parts.append(block)
        size += len(block)
    return b"".join(parts)[:most]


def let_go(response: aiohttp.ClientResponse, *, whole: bool) -> None:
    """Free the connection of an answer: kept when it is ``whole``, else closed, so that the server stops."""
    if whole and not response.closed:
        asyncio.get_running_loop().call_later(LINGER_S, response.close)  # its end frees it before that
    else:
        response.close()
