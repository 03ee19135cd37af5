"""Hostile plugins in a running hub: each costs itself, the hub serves, the page names culprit and fix."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import aiohttp

from hub.testing import RunningHub
from tests import hostile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE_S = 90.0
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
PAGE = "/plugins"


def running(folder: Path, *, only: str = "", **plugins: hostile.Hostile) -> RunningHub:
    """Return a hub without models that has ``plugins`` installed beside the bundled ones."""
    on = hostile.install(folder / "plugins", **plugins)
    return RunningHub(folder / "data", env={"PYTHONPATH": str(on), **OFFLINE})


async def settled(hub: RunningHub, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait until the states of all plugins, by name, are as ``wanted``; return them."""
    end, states = time.monotonic() + PATIENCE_S, {}
    while time.monotonic() < end:
        try:
            status = await hub.get("/status")
        except (aiohttp.ClientError, OSError):  # between two lives
            await asyncio.sleep(0.2)
            continue
        states = {plugin["name"]: plugin for plugin in status["plugins"]}
        if wanted(states):
            return states
        await asyncio.sleep(0.2)
    told = {name: (p["state"], p["reason"]) for name, p in states.items()}
    raise AssertionError(f"{told}\n" + "\n".join(hub.output[-40:]))


async def text(hub: RunningHub, path: str) -> str:
    async with hub.client.get(hub.url + path) as response:
        assert response.status == 200, (path, response.status)
        return await response.text()


async def others_work(hub: RunningHub) -> None:
    """The page is served, and the calm plugin's route and tool do what they always did."""
    await text(hub, "/")
    assert await text(hub, "/p/calm/hello") == "hello from calm"
    async with hub.client.post(
        f"{hub.url}/api/tools/calm_tool",
        json={"arguments": {"words": "still here"}},
        headers={"Origin": hub.url},
    ) as response:
        assert (await response.json())["result"] == "still here"


def as_expected(plugins: dict[str, hostile.Hostile], states: dict[str, Any]) -> bool:
    return all(states[name]["state"] == plugin.state for name, plugin in plugins.items())


async def test_faults_that_python_can_catch_cost_nobody_else(tmp_path: Path) -> None:
    """All at once in one hub: bad imports, bad starts, thieves, liars."""
    bad = {**hostile.AT_IMPORT, **hostile.AT_START, **hostile.THIEVES, **hostile.UNTRUE}
    async with running(tmp_path, calm=hostile.CALM, **bad) as hub:
        await hub.sign_in()
        worker = hub.worker().pid
        states = await settled(hub, lambda now: as_expected({"calm": hostile.CALM, **bad}, now))
        for name, plugin in bad.items():
            assert plugin.says in states[name]["reason"], (name, states[name])
            assert states[name]["fix"], (name, states[name])
        await others_work(hub)
        page = await text(hub, PAGE)
        for name in bad:
            assert name.title() in page
        assert hub.worker().pid == worker, "the hub must never have died"
