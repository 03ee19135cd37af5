"""A real hub that is killed while timers run, and while one rings."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

from hub.testing import RunningHub

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.chaos


async def ringing(hub: RunningHub, wanted: set[str]) -> None:
    """Wait until an open tab shows that all of ``wanted`` ring."""
    async with asyncio.timeout(60):
        while True:
            try:
                async with hub.tab(parts=["alarms"], talk=False) as tab:
                    while not wanted <= set(
                        re.findall(r'data-timer="(\w+)"', (await tab.until("swap"))["html"])
                    ):
                        pass
                    return
            except (OSError, TimeoutError):
                await asyncio.sleep(0.1)


async def ask(hub: RunningHub, path: str, body: Any = None) -> Any:
    method = "GET" if body is None else "POST"
    async with hub.client.request(method, hub.url + path, json=body) as response:
        response.raise_for_status()
        return await response.json()


async def test_what_was_due_while_the_hub_was_dead_rings_and_what_rang_rings_on(tmp_path: Path) -> None:
    async with RunningHub(tmp_path, env={"PIP_NO_INDEX": "1"}) as hub:
        await hub.sign_in()
        first = await ask(hub, "/api/timers", {"seconds": 1, "name": "first"})
        await ringing(hub, {first["id"]})
        second = await ask(hub, "/api/timers", {"seconds": 1, "name": "second"})
        hub.worker().kill()
        await ringing(hub, {first["id"], second["id"]})
        await ask(hub, f"/api/timers/{first['id']}/stop", {})
        await ask(hub, f"/api/timers/{second['id']}/stop", {})
        told = await ask(hub, "/api/timers")
        assert not told["timers"]
        assert sorted((ring["title"], ring["how"]) for ring in told["rings"]) == [
            ("First timer", "stopped"), ("Second timer", "stopped"),
        ]  # fmt: skip
