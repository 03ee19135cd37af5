"""Hostile plugins in a running hub: each costs itself, the hub serves, the page names culprit and fix."""

from __future__ import annotations

import asyncio
import html
import sys
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests import hostile

from hub.testing import RunningHub

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 60.0
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
PLUGINS = "/plugins"
pytestmark = pytest.mark.slow


HURRIED = "from hub.plugin import watchdog as w; w.DEAD_S, w.DEAF_S = 5, 8; from hub.cli import main; main()"
"""A hub that ends a loop which stands still in half the usual time; `test_plugin_deaths` waits for all of it."""


def running(folder: Path, *command: str, **plugins: hostile.Hostile) -> RunningHub:
    """Return a hub without models that has ``plugins`` installed beside the bundled ones."""
    on = hostile.install(folder / "plugins", **plugins)
    return RunningHub(folder / "data", env={"PYTHONPATH": str(on), **OFFLINE}, command=command)


async def settled(hub: RunningHub, **plugins: hostile.Hostile) -> dict[str, Any]:
    """Wait until ``plugins`` are in the state that they must end in; return how all do, by name."""
    end, left = time.monotonic() + PATIENCE_S, [""]
    while time.monotonic() < end:
        try:
            states = {plugin["name"]: plugin for plugin in await hub.get("/api/plugins")}
            if not (left := unlike(plugins, states)):
                return states
        except (aiohttp.ClientError, OSError):  # between two lives
            pass
        await asyncio.sleep(0.2)
    raise AssertionError("\n".join([*left, *hub.output[-20:]]))


async def text(hub: RunningHub, path: str) -> str:
    """Return what a person reads at ``path``."""
    async with hub.client.get(hub.url + path) as response:
        assert response.status == 200, (path, response.status)
        return html.unescape(await response.text())


async def post(hub: RunningHub, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    """Post JSON and return the status and what was answered."""
    async with hub.client.post(hub.url + path, json=body or {}, headers={"Origin": hub.url}) as response:
        return response.status, await response.json()


async def others_work(hub: RunningHub) -> None:
    """The page is served, and the calm plugin's route and tool do what they always did."""
    await text(hub, "/")
    assert await text(hub, "/p/calm/hello") == "hello from calm"
    _, told = await post(hub, "/api/tools/calm_tool", {"arguments": {"words": "still here"}})
    assert told["result"] == "still here"


async def named(hub: RunningHub, name: str, state: dict[str, Any]) -> None:
    """The plugin's own page says what is wrong and what to do."""
    page = await text(hub, f"{PLUGINS}/{name}")
    assert state["reason"].split("\n")[0][:60] in page, (name, state)
    assert state["fix"] in page, (name, state)


def unlike(plugins: dict[str, hostile.Hostile], now: dict[str, Any]) -> list[str]:
    """Return which of ``plugins`` are not (yet) as they must end, and how they are."""
    return [
        f"{name}: {now[name]['state']}: {now[name]['reason']}" if name in now else f"{name}: not there"
        for name, plugin in plugins.items()
        if name not in now or now[name]["state"] != plugin.state or plugin.says not in now[name]["reason"]
    ]


async def test_faults_that_python_can_catch_cost_nobody_else(tmp_path: Path) -> None:
    """All in one hub: bad imports, bad starts, thieves, liars, a child that eats memory; no life is lost."""
    bad = {
        **hostile.AT_IMPORT, **hostile.BEFORE_ENABLING, **hostile.AT_START, **hostile.THIEVES,
        **hostile.UNTRUE, **hostile.SICK,
    }  # fmt: skip
    async with running(tmp_path, calm=hostile.CALM, **bad, **hostile.OUTSIDE) as hub:
        (tmp_path / "plugins" / "secret.txt").write_text(hostile.SECRET)
        await hub.sign_in()
        worker = hub.worker().pid
        states = await settled(hub, calm=hostile.CALM, **bad, **hostile.OUTSIDE)
        await others_work(hub)
        listed = await text(hub, PLUGINS)
        for name in bad:
            assert states[name]["fix"], (name, states[name])
            assert states[name]["title"] in listed
            await named(hub, name, states[name])
        for name in hostile.OUTSIDE:
            page = await text(hub, f"/p/{name}/")
            assert hostile.SECRET not in page
            assert "class 'object'" not in page
            assert "<b>bold" not in page
            about = await hub.get(f"/api/plugins/{name}")
            assert about["failures"], name
            assert await hub.get(f"/api/plugins/{name}/log"), name
        await others_work(hub)
        assert hub.worker().pid == worker, "the hub must never have died"
        assert await hub.stop() == 0, "a plugin that clings must not keep the hub from stopping"


async def test_who_takes_the_process_down_twice_stays_out(tmp_path: Path) -> None:
    """os._exit and a segfault where no probe sees them: the guardian brings the hub back, without them."""
    bad = {name: hostile.DEADLY[name] for name in ("slyexit", "slysegv")}
    async with running(tmp_path, calm=hostile.CALM, **bad) as hub:
        await hub.sign_in()
        states = await settled(hub, calm=hostile.CALM, **bad)
        await others_work(hub)
        for name in bad:
            assert states[name]["fix"]
            await named(hub, name, states[name])
        died = [line for line in hub.output if line.startswith("The hub died")]
        assert len(died) >= 2 * len(bad), "each was given a second chance"
        worker = hub.worker().pid
        await asyncio.sleep(1)
        assert hub.worker().pid == worker


async def test_a_loop_that_stands_still_is_ended_and_its_holder_named(tmp_path: Path) -> None:
    """One plugin holds the loop for ever, another for a moment: both are told with file and line."""
    bad = {"blocks": hostile.DEADLY["blocks"]}
    hurried = (sys.executable, "-c", HURRIED, "serve")
    async with running(tmp_path, *hurried, calm=hostile.CALM, stutters=hostile.STUTTERS, **bad) as hub:
        await hub.sign_in()
        states = await settled(hub, calm=hostile.CALM, **bad)
        await others_work(hub)
        await named(hub, "blocks", states["blocks"])
        assert "hx_blocks" in states["blocks"]["reason"]
        assert "line 5" in states["blocks"]["reason"], "the very line that sleeps"
        await post(hub, "/api/tools/stutter", {})
        events = await told(hub, "loop.blocked")
        assert events[-1]["plugin"] == "stutters", events
        assert events[-1]["lineno"] == 8, events
        assert "hx_stutters" in events[-1]["file"], events


async def told(hub: RunningHub, name: str) -> list[dict[str, Any]]:
    """Wait for an event of that name and return all there were."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := [one for one in await hub.get("/api/events?count=500") if one["event"] == name]:
            return found
        await asyncio.sleep(0.2)
    raise AssertionError(await hub.get("/api/events?count=50"))


async def test_a_flood_of_events_costs_whoever_pours_it(tmp_path: Path) -> None:
    async with running(tmp_path, calm=hostile.CALM, floods=hostile.FLOODS) as hub:
        await hub.sign_in()
        states = await settled(hub, calm=hostile.CALM, floods=hostile.FLOODS)
        await others_work(hub)
        await named(hub, "floods", states["floods"])
        status, after = await post(hub, "/api/plugins/floods/disable")
        assert status == 200, after
        assert after["state"] == "disabled"
        assert await told(hub, "plugin.changed"), "what else happens is told again"
        await others_work(hub)
