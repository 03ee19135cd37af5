"""Measure timers: 200 of them over 20 kill -9 of the real hub and a wall clock that is set, as a tab sees it.

The clock is set by `clock.c`, loaded into the hub's processes only, since a bench may not set the
machine's. A timer is late by the seconds from its due until an open tab shows the ring, without those
in which there was no hub: from a kill until the tab is welcomed again. The raw figure has them too.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from rows import row, save

from hub.events import Bus
from hub.jobs import Jobs
from hub.store.database import Database
from hub.store.keys import master_key
from hub.store.schema import CORE
from hub.testing import RunningHub
from hub.timers import Timers

KILLS, LIVES_S = 20, (1.5, 7.0)
FORWARD, BACK = (60.0, 3_600.0), (115.0, -1_800.0)
"""How often the hub is killed, how long it lives, when the clock is set and how far off it is then; in s."""

END_S = 172.0
_TIMER = re.compile(r'data-timer="(\w+)"')
LATE_S = 1.0


@dataclass
class Wall:
    """The hub's wall clock: what it is off by, and when."""

    path: Path
    began: float = 0.0
    set_at: list[tuple[float, float]] = field(default_factory=list)

    def put(self, offset: float) -> None:
        with self.path.open("r+b") as file, mmap.mmap(file.fileno(), 8) as shared:
            shared[:8] = struct.pack("d", offset)
        self.set_at.append((time.monotonic(), offset))

    def shown(self) -> float:
        """What it shows now."""
        return time.time() + self.set_at[-1][1]

    def reaches(self, wall: float, since: float) -> float:
        """Return when (monotonic) it first shows ``wall``, at or after ``since``."""
        base = time.time() - time.monotonic()
        ends = [at for at, _ in self.set_at[1:]] + [float("inf")]
        for (at, offset), end in zip(self.set_at, ends, strict=True):
            moment = max(wall - base - offset, at, since)
            if moment < end:
                return moment
        raise AssertionError(wall)


@dataclass
class Run:
    """What was set and what was seen: expected and first seen ringing (monotonic), by id."""

    hub: RunningHub
    wall: Wall
    counted: dict[str, float] = field(default_factory=dict)
    alarms: dict[str, tuple[float, float]] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    kills: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    calm: asyncio.Lock = field(default_factory=asyncio.Lock)

    def now(self) -> float:
        return time.monotonic() - self.wall.began

    async def count(self, seconds: float) -> None:
        """Set a countdown."""
        made = await self._post({"kind": "timer", "seconds": seconds})
        self.counted[made["id"]] = made["due"] - self.wall.shown() + time.monotonic()

    async def alarm(self, wall: float) -> None:
        """Set an alarm."""
        at = datetime.fromtimestamp(wall, UTC).isoformat()
        made = await self._post({"kind": "alarm", "at": at})
        self.alarms[made["id"]] = made["due"], time.monotonic()

    async def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        async with self.hub.client.post(self.hub.url + "/api/timers", json=body) as response:
            assert response.status == 201, await response.text()
            return dict(await response.json())

    async def watch(self) -> None:
        """Look on as a tab does, which shows the bar of what rings; come back as soon as the hub is back."""
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
                async with self.hub.tab(parts=["alarms"], talk=False) as tab:
                    self.answers.append(time.monotonic())
                    while True:
                        swap = await tab.until("swap", timeout=600)
                        for id_ in _TIMER.findall(swap["html"]):
                            self.seen.setdefault(id_, tab.at)
            await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """Kill the hub, again and again, soon after it has come back."""
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(*LIVES_S))
            async with self.calm:
                self.hub.worker().kill()
                self.kills.append(time.monotonic())
            while self.answers[-1] < self.kills[-1]:
                await asyncio.sleep(0.02)

    async def set_clock(self) -> None:
        """Set the clock forward, then back; and set more timers after each."""
        await asyncio.sleep(FORWARD[0] - self.now())
        async with self.calm:  # a request that a kill cuts off is nobody's timer
            self.wall.put(FORWARD[1])
            for _ in range(10):
                await self.count(random.uniform(5, 95))
        await asyncio.sleep(BACK[0] - self.now())
        async with self.calm:
            self.wall.put(BACK[1])
            for _ in range(20):
                await self.alarm(self.wall.shown() + random.uniform(6, 40))

    def lateness(self) -> tuple[list[float], list[float]]:
        """Return the seconds from due to seen: as they are, and without those in which there was no hub."""
        away = [(kill, next(at for at in self.answers if at > kill)) for kill in self.kills]
        expected = self.counted | {id_: self.wall.reaches(*due) for id_, due in self.alarms.items()}
        raw = {id_: self.seen[id_] - due for id_, due in expected.items() if id_ in self.seen}
        own = {
            id_: late - sum(_common((expected[id_], self.seen[id_]), span) for span in away)
            for id_, late in raw.items()
        }
        for id_ in sorted(own, key=own.__getitem__)[-3:]:
            print(f"  latest: {own[id_]:.2f} s of {raw[id_]:.2f} s", flush=True)
        return [*raw.values()], [*own.values()]


def _common(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the seconds that two spans have in common."""
    return max(0.0, min(one[1], other[1]) - max(one[0], other[0]))


async def timers() -> list[dict[str, Any]]:
    """200 timers, 20 kills, the clock set forward by an hour and back by an hour and a half."""
    if shutil.which("cc") is None:
        sys.exit("cc is missing: apt-get install gcc")
    with tempfile.TemporaryDirectory(prefix="hub-timers-") as name:
        folder = Path(name)
        wall = Wall(folder / "offset")
        wall.path.write_bytes(bytes(8))
        library = folder / "clock.so"
        subprocess.run(
            ["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(Path(__file__).with_name("clock.c"))],
            check=True,
        )
        env = {"LD_PRELOAD": str(library), "CLOCK_FILE": str(wall.path), "PIP_NO_INDEX": "1"}
        async with RunningHub(folder / "data", env=env) as hub:
            await hub.sign_in()
            run = Run(hub, wall)
            await _exercise(run)
        twice = await _rang_twice(folder / "data")
    raw, fair = run.lateness()
    wanted = len(run.counted) + len(run.alarms)
    missed, late = wanted - len(run.seen), sum(seconds > LATE_S for seconds in fair)
    early = sum(seconds < -0.1 for seconds in fair)
    load = os.getloadavg()[1]
    told = (
        f"{wanted} timers, {len(run.kills)} kills, load {load:.1f} on {os.cpu_count()} cores;"
        f" missed {missed}, late {late}, early {early}, twice {twice}"
    )
    print(f"  {told}; away for {_away(run)} s", flush=True)
    counts = [float(missed), float(late), float(early), float(twice)]
    return [
        row(
            "core.timers",
            "count",
            counts,
            0,
            by="max",
            note=told,
        ),
        row(
            "core.timers_late",
            "s",
            fair,
            LATE_S,
            by="max",
            note="from due to seen, while there was a hub",
        ),
        row("core.timers_raw", "s", raw, LATE_S, note="from due to seen, the hub's absence included"),
    ]


async def _exercise(run: Run) -> None:
    wall = run.wall
    wall.put(0.0)
    wall.began = time.monotonic()
    watching = asyncio.create_task(run.watch())
    async with run.hub.client.get(run.hub.url + "/api/timers") as warm:
        await warm.read()  # the API is built at its first request
    wall.began, base = time.monotonic(), wall.shown()
    for _ in range(110):
        await run.count(random.uniform(8, 160))
    for _ in range(30):
        await run.alarm(base + random.uniform(10, 55))
    for _ in range(20):
        await run.alarm(base + FORWARD[1] + random.uniform(65, 110))
    for _ in range(10):
        await run.alarm(base + random.uniform(600, 3_000))  # in the hour that the clock leaves out
    print(f"  {len(run.counted) + len(run.alarms)} timers set within {run.now():.1f} s", flush=True)
    await asyncio.gather(run.kill(), run.set_clock())
    await asyncio.sleep(max(5.0, END_S - run.now()))
    watching.cancel()


def _away(run: Run) -> str:
    return " ".join(f"{next(at for at in run.answers if at > kill) - kill:.1f}" for kill in run.kills)


async def _rang_twice(data: Path) -> int:
    """Return how many rang more than once for the same due, by what the hub has kept itself."""
    core = Database(data / "core.db", master_key(data), CORE)
    await core.open()
    try:
        rings = await Timers(Jobs(core, Bus()), core, Bus()).rings(1_000)
    finally:
        await core.close()
    return len(rings) - len({ring.timer for ring in rings})


if __name__ == "__main__":
    save("core", asyncio.run(timers()))
