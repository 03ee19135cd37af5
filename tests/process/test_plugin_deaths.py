"""A plugin takes the process down: the guardian brings the hub back, and the second time keeps it out."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from hub.plugin import crash
from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DEAD = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
PATIENCE_S = 60.0
GOOD = "@hookimpl\ndef hub_panels(register): register.tile(lambda: None)\n"
START = "@hookimpl\nasync def hub_start(hub):\n    "
CRASHES = {
    "leaves": (f"import os\n{START}os._exit(3)", "os._exit(3)"),
    "faults": (f"import ctypes\n{START}ctypes.string_at(0)", "Segmentation fault"),
    "silent": (f"import ctypes\n{START}ctypes.CDLL(None)._exit(4)", "exit code 4"),
    "later": (
        (
            "import asyncio, ctypes\nasync def work():\n    await asyncio.sleep(0.2)\n    ctypes.string_at(0)\n"
            f"{START}hub.spawn(work(), name='later')"
        ),
        "Segmentation fault",
    ),
}


def install(site: Path, name: str, body: str) -> None:
    package, about = site / f"hd_{name}", site / f"hd_{name}-1.dist-info"
    package.mkdir(parents=True)
    about.mkdir()
    (package / "__init__.py").write_text(f"from hub import hookimpl\n{body}\n")
    (package / "hub-plugin.toml").write_text(f'name = "{name}"\ntitle = "{name.title()}"\nsummary = "A."\n')
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: hd-{name}\nVersion: 1\n")
    (about / "entry_points.txt").write_text(f"[hub.plugins]\n{name} = hd_{name}\n")


def hub_with(tmp_path: Path, *command: str, **bodies: str) -> RunningHub:
    for name, body in bodies.items():
        install(tmp_path / "site", name, body)
    data = tmp_path / "data"
    (data / "plugins").mkdir(parents=True, exist_ok=True)
    return RunningHub(data, env=DEAD | {"PYTHONPATH": str(tmp_path / "site")}, command=command)


async def plugins(hub: RunningHub) -> dict[str, dict[str, Any]]:
    with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
        return {plugin["name"]: plugin for plugin in (await hub.get("/status"))["plugins"]}
    return {}


async def until(hub: RunningHub, check: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    end = time.monotonic() + PATIENCE_S
    while True:
        now = await plugins(hub)
        with contextlib.suppress(KeyError):
            if check(now):
                return now
        assert time.monotonic() < end, (now, hub.output[-30:])
        await asyncio.sleep(0.05)


def deaths(hub: RunningHub) -> int:
    return sum("The hub died" in line for line in hub.output)


async def recoveries(hub: RunningHub) -> list[dict[str, Any]]:
    return [one for one in await hub.get("/api/events?count=500") if one["event"] == "hub.recovered"]


def settled(now: dict[str, Any]) -> bool:
    """Tell whether the bad one is out, and every other has started or never will."""
    return now["bad"]["state"] == "disabled" and not any(
        one["state"] in {"discovered", "imported", "configured", "starting"} for one in now.values()
    )


@pytest.mark.parametrize("way", CRASHES)
async def test_the_second_time_it_stays_out_and_is_named_with_its_fix(tmp_path: Path, way: str) -> None:
    body, how = CRASHES[way]
    async with hub_with(tmp_path, good=GOOD, bad=body) as hub:
        await hub.sign_in()
        now = await until(hub, settled)
        assert how in now["bad"]["reason"]
        assert "twice" in now["bad"]["reason"]
        assert now["bad"]["fix"]
        if way != "silent":
            assert "hd_bad/__init__.py, line" in now["bad"]["reason"]
        assert deaths(hub) == 2
        assert [one["down"] for one in await recoveries(hub)]
        told = [one for one in await hub.get("/api/events?count=500") if one["event"] == "plugin.crashed"]
        assert [(one["plugin"], one["times"]) for one in told] == [("bad", 2)]
        folder = tmp_path / "data" / "plugins"
        book = json.loads((folder / crash.BOOK).read_text())
        assert [one["plugin"] for one in book["deaths"]] == ["bad", "bad"]
        assert not list(folder.glob(f"*{crash.MARK}"))
        # A restart by hand changes nothing: it stays out until a person asks for it.
        await hub.stop()
        await hub.start()
        await until(hub, settled)
        assert deaths(hub) == 2


async def test_what_was_said_before_it_died_is_there_afterwards(tmp_path: Path) -> None:
    body = (
        "import asyncio, os, pathlib\nasync def work():\n"
        f"    while not pathlib.Path({str(tmp_path / 'now')!r}).exists(): await asyncio.sleep(0.05)\n"
        "    os._exit(1)\n"
        f"{START}hub.spawn(work(), name='work')"
    )
    async with hub_with(tmp_path, bad=body) as hub:
        await hub.sign_in()
        async with hub.tab() as tab:
            for number in range(5):
                words = f"What is {number} plus 1?"
                await tab.send(type="write", text=words)
                while True:  # until it is acknowledged
                    message = await tab.until("transcription", timeout=60)
                    if message["is_final"] and message["text"] == words:
                        break
        await until(hub, lambda now: now["bad"]["state"] == "ready")
        (tmp_path / "now").touch()
        await until(hub, lambda now: now["bad"]["state"] == "disabled")
        talk = (await hub.get("/api/talks"))[0]["id"]
        said = {turn["text"] for turn in await hub.get(f"/api/talks/{talk}")}
        assert said >= {f"What is {number} plus 1?" for number in range(5)}


async def test_a_loop_that_is_blocked_is_ended_and_the_culprit_named(tmp_path: Path) -> None:
    note = tmp_path / "blocked"
    body = (
        f"import pathlib, time\n{START}with open({str(note)!r}, 'a') as note: note.write(f'{{time.time()}}\\n')\n"
        "    time.sleep(60)"
    )
    async with hub_with(tmp_path, good=GOOD, bad=body) as hub:
        await asyncio.to_thread(wait_for_lines, note, 2)
        began = [float(line) for line in note.read_text().split()]
        assert began[1] - began[0] < PATIENCE_S  # it was not waited for
        await hub.sign_in()
        now = await until(
            hub, lambda now: now["bad"]["state"] == "disabled" and now["good"]["state"] == "ready"
        )
        assert "stood still" in now["bad"]["reason"]
        assert "hd_bad/__init__.py, line 6" in now["bad"]["reason"]
        assert now["bad"]["fix"]


def wait_for_lines(path: Path, count: int) -> None:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if path.exists() and path.read_text().count("\n") >= count:
            return
        time.sleep(0.05)
    raise AssertionError("it was not started again")


async def test_a_short_block_is_told_with_plugin_file_and_line(tmp_path: Path) -> None:
    async with hub_with(tmp_path, bad=f"import time\n{START}time.sleep(6)") as hub:
        await hub.sign_in()
        await until(hub, lambda now: now["bad"]["state"] in {"ready", "degraded", "disabled"})
        told: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE_S):
            while not told:
                events = await hub.get("/api/events?count=500")
                told = [one for one in events if one["event"] == "loop.blocked"]
                await asyncio.sleep(0.1)
        assert (told[0]["plugin"], told[0]["file"], told[0]["lineno"]) == ("bad", "hd_bad/__init__.py", 5)
        assert told[0]["seconds"] > 1
        assert deaths(hub) == 0


async def test_what_dies_at_import_never_takes_the_hub_along(tmp_path: Path) -> None:
    ways = {
        "leaves": "import os; os._exit(3)",
        "faults": "import ctypes; ctypes.string_at(0)",
        "exits": "import sys; sys.exit(3)",
    }
    async with hub_with(tmp_path, good=GOOD, **ways) as hub:
        await hub.sign_in()
        now = await until(hub, lambda now: all(now[way]["state"] == "disabled" for way in ways))
        assert all(now[way]["reason"] and now[way]["fix"] for way in ways)
        assert "SIGSEGV" in now["faults"]["reason"]
        await until(hub, lambda now: now["good"]["state"] == "ready")
        assert deaths(hub) == 0


async def test_kills_from_outside_while_it_starts_keep_nobody_out(tmp_path: Path) -> None:
    note = tmp_path / "starting"
    body = (
        f"import asyncio, pathlib\n{START}pathlib.Path({str(note)!r}).touch()\n"
        f"    if not pathlib.Path({str(tmp_path / 'enough')!r}).exists(): await asyncio.sleep(9)"
    )
    async with hub_with(tmp_path, slow=body) as hub:
        await hub.sign_in()
        for _ in range(3):
            await asyncio.to_thread(wait_for, note)
            note.unlink()
            hub.worker().kill()
        (tmp_path / "enough").touch()
        await until(hub, lambda now: now["slow"]["state"] == "ready")
        assert deaths(hub) == 3


def wait_for(path: Path) -> None:
    end = time.monotonic() + PATIENCE_S
    while not path.exists():
        assert time.monotonic() < end
        time.sleep(0.02)


async def test_safe_mode_starts_only_what_came_with_the_hub(tmp_path: Path) -> None:
    note = tmp_path / "imported"
    body = f"import pathlib\npathlib.Path({str(note)!r}).touch()"
    async with hub_with(tmp_path, sys.executable, "-m", "hub.cli", "serve", "--safe", bad=body) as hub:
        await hub.sign_in()
        now = await until(
            hub,
            lambda now: now["bad"]["state"] == "disabled" and now["voice"]["state"] in {"ready", "degraded"},
        )
        assert "safe mode" in now["bad"]["reason"]
        assert "--safe" in now["bad"]["fix"]
        assert not note.exists()
