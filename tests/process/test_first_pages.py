"""Pages from the first instant: many at once while the hub starts, dies, comes back and is stopped."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import aiohttp

from hub.testing import RunningHub

if TYPE_CHECKING:
    from pathlib import Path

DEAD = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
CLIENTS, ENOUGH = 16, 150


async def test_no_page_fails_however_early_and_however_many_ask(tmp_path: Path) -> None:
    """Words of a page may say that something is not there yet; the page itself is always there."""
    seen: Counter[int] = Counter()
    over = asyncio.Event()

    async def ask(hub: RunningHub, method: str, path: str) -> None:
        while not over.is_set():
            try:
                async with hub.client.request(method, hub.url + path) as response:
                    seen[response.status] += 1
                    await response.read()
            except aiohttp.ClientError:  # what was on its way when the hub died
                await asyncio.sleep(0.02)

    async def until(count: int) -> None:
        async with asyncio.timeout(60):
            while sum(seen.values()) < count:
                await asyncio.sleep(0.02)

    async with RunningHub(tmp_path, env=DEAD) as hub:
        await hub.sign_in()
        paths = [("GET", "/")] * CLIENTS + [("POST", "/talks"), ("GET", "/health"), ("GET", "/status")]
        asking = [asyncio.create_task(ask(hub, *one)) for one in paths]
        await until(ENOUGH)
        hub.worker().kill()
        await asyncio.sleep(0.5)
        await until(sum(seen.values()) + ENOUGH)
        await hub.stop()
        over.set()
        await asyncio.wait(asking)
    assert set(seen) == {200}, "\n".join([str(seen), *hub.output[-40:]])
