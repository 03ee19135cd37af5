"""Exchange changes with another hub that can be reached: ask what is new there, tell what is new here."""

from __future__ import annotations

import asyncio
import importlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from hub import HubError, Unavailable
from hub_memory.sync.asking import HEADER, PATH, answered, question, signed
from hub_memory.sync.seal import MOST
from hub_memory.sync.wire import Batch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    import aiohttp

    from hub_memory.sync.phrase import Keys
    from hub_memory.sync.transport import Holding

CONNECT_S, ANSWER_S = 5.0, 30.0
PAGES = 10_000
"""Answers that are read of one peer at a time: one that never ends is none."""

_REFUSAL = 4096


class Peer:
    """Another hub, at ``url``; to it this is the device ``node``, which people call ``name``."""

    def __init__(
        self, url: str, keys: Keys, node: str, clock: Callable[[], float] = time.time, name: str = ""
    ) -> None:
        self._url = checked(url)
        self.place = f"{self._url}#{keys.mark.hex()}"
        self._keys, self._node, self._clock, self._name = keys, node, clock, name
        self.lost = self.stale = False
        self.trouble: tuple[tuple[str, str], ...] = ()

    async def fetch(self, since: Mapping[str, str]) -> AsyncIterator[Batch]:
        """Yield what is new there, page by page."""
        known, cursor = next(iter(since.items()), ("", ""))
        self.lost = False
        for _ in range(PAGES):
            said = await self._ask(Batch(self._node, (), cursor, known, want=True))
            if said.node == self._node:
                raise HubError(f"{self._url} is this hub, or a copy of it.", fix="Enter another address.")
            if known and said.node != known:  # it was set up anew, so it has nothing of mine
                self.lost = True
            yield said
            if not said.want:
                return
            known, cursor = said.node, said.cursor

    async def publish(self, batch: Batch) -> str:
        """Tell it; it has kept all when this returns."""
        await self._ask(batch)
        return ""

    async def renew(self, holding: Holding) -> str:  # noqa: ARG002  the port's
        """Take nothing back: it keeps no files of mine, and what is gone was told to it."""
        return ""

    async def _ask(self, batch: Batch) -> Batch:
        http = await asyncio.to_thread(importlib.import_module, "aiohttp")
        header = signed(self._keys, self._clock())
        said = replace(batch, name=self._name)
        body = await asyncio.to_thread(question, self._keys, header, said)
        try:
            sealed = await self._post(http, header, body)
        except (http.ClientError, TimeoutError, OSError) as error:
            why = "it took too long" if isinstance(error, TimeoutError) else "nobody answers there"
            raise Unavailable(f"I cannot reach {self._url}: {why}.", fix="See whether it is on.") from error
        return await asyncio.to_thread(answered, self._keys, header, sealed)

    async def _post(self, http: Any, header: str, body: bytes) -> bytes:
        # Bodies are sealed both ways by the phrase, which says more of who is there than a certificate does;
        # hubs in a house have certificates of their own making.
        async with (
            http.ClientSession(
                timeout=http.ClientTimeout(total=ANSWER_S, connect=CONNECT_S),
                connector=http.TCPConnector(ssl=False, limit=1), cookie_jar=http.DummyCookieJar(),
            ) as client,
            client.post(self._url + PATH, data=body, headers={HEADER: header}, allow_redirects=False) as told,
        ):  # fmt: skip
            if told.status != 200:  # noqa: PLR2004
                raise await self._refusal(told)
            return await _bounded(told.content, self._url)

    async def _refusal(self, told: aiohttp.ClientResponse) -> HubError:
        if told.status in {301, 302, 303, 307, 308}:
            return HubError(
                f"{self._url} sends me elsewhere.", fix="Enter the address where the hub itself is."
            )
        body = await told.content.read(_REFUSAL)
        try:
            said = orjson.loads(body)
            return HubError(f"{self._url} says: {said['error'][:200]}", fix=str(said["fix"])[:200])
        except (ValueError, KeyError, TypeError):
            words = body[:200].decode(errors="replace").strip() if told.content_type == "text/plain" else ""
            what = f"{self._url} answers with {told.status}. {words}".strip()
            return HubError(what, fix="See whether its memory is on, and its hub up to date.")


def checked(url: str) -> str:
    """Return the address of a hub. Raises `HubError` for what is none."""
    fix = "Enter it like http://192.168.1.20:8600"
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise HubError(f"{url[:100]!r} is no address.", fix=fix) from None
    plain = parts.username is None and not parts.query and not parts.fragment and parts.path in {"", "/"}
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise HubError(f"{url[:100]!r} is no address of a hub.", fix=fix)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}"


async def _bounded(content: Any, url: str) -> bytes:
    body = bytearray()
    async for chunk in content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > MOST:
            raise HubError(f"{url} says more than I take at once.", fix="Update the hub on both devices.")
    return bytes(body)
