"""What is forgotten stays forgotten, in plugins too: over kills, refusals and restarts of a real hub."""

from __future__ import annotations

import asyncio
import os
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import psutil
from tests import keeping

from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECRET = "xylophone"


def running(folder: Path) -> RunningHub:
    """Return a hub without models, whose keeper writes down what is said into the data folder."""
    path = os.pathsep.join([str(folder / "plugins"), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    return RunningHub(folder / "data", env={"PYTHONPATH": path, "PIP_NO_INDEX": "1"})


async def until(holds: Callable[[], Any]) -> Any:
    """Wait until ``holds()``, which may be awaited, is true, over restarts of the hub; return it."""
    end, last = time.monotonic() + 90, None
    while time.monotonic() < end:
        try:
            found = holds()
            last = await found if asyncio.iscoroutine(found) else found
            if last:
                return last
        except (aiohttp.ClientError, OSError) as error:  # between two lives
            last = error
        await asyncio.sleep(0.1)
    raise AssertionError(f"It did not come to that: {last!r}")


async def ask(hub: RunningHub, method: str, path: str, body: Any = None) -> Any:
    async with hub.client.request(method, hub.url + path, json=body) as response:
        assert response.status < 300, await response.text()
        return await response.json()


async def ready(hub: RunningHub) -> bool:
    plugins = {one["name"]: one for one in (await hub.get("/status"))["plugins"]}
    return plugins["keeper"]["state"] == "ready"


def kept(data: Path) -> str:
    """Return all that the keeper has written."""
    return "".join(path.read_text() for path in data.glob("keeper-*.json"))


async def test_forgetting_reaches_a_plugin_over_kills_refusals_and_restarts(tmp_path: Path) -> None:
    keeping.plant(tmp_path / "plugins", "keeper")
    data = tmp_path / "data"
    async with running(tmp_path) as hub:
        await hub.sign_in()
        await until(lambda: ready(hub))
        me = await hub.get("/api/me")
        talks = [(await ask(hub, "POST", "/api/talks"))["id"] for _ in range(2)]
        for talk in talks:
            await ask(hub, "POST", f"/api/talks/{talk}/turns", {"text": f"My {SECRET} of {talk}"})
        words = {"arguments": {"person": me["id"], "words": f"plays the {SECRET}"}}
        await ask(hub, "POST", "/api/tools/keeper_keep", words)
        await until(lambda: all(talk in kept(data) for talk in talks) and "plays" in kept(data))
        # Deleted, and killed while it could still be undone: the next life does it, in the plugin too.
        await ask(hub, "DELETE", f"/api/talks/{talks[0]}")
        hub.worker().kill()
        await until(lambda: talks[0] not in kept(data))
        assert talks[1] in kept(data)
        # Refused: the person is told, nothing is lost, and the hub is killed once more.
        await until(lambda: ready(hub))
        (data / "keeper-refuses").touch()
        done = await ask(hub, "DELETE", "/api/me/data")
        assert "keeper" not in done["forgotten"]
        assert {one["plugin"] for one in done["owed"]} == {"keeper"}
        assert "the disk is gone" in done["owed"][0]["reason"]
        assert await hub.get("/api/talks") == []
        async with hub.client.get(hub.url + "/me/data") as page:
            shown = await page.text()
        assert "Not forgotten yet" in shown
        assert "the disk is gone" in shown
        psutil.Process(hub.worker().pid).kill()
    assert SECRET in kept(data)
    (data / "keeper-refuses").unlink()
    async with running(tmp_path) as hub:
        await hub.sign_in()
        await until(lambda: SECRET not in kept(data))
        await until(lambda: nothing_owed(hub))
        found = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
        assert SECRET.encode() not in found


async def nothing_owed(hub: RunningHub) -> bool:
    return await hub.get("/api/me/forgetting") == []
