"""Kill -9 at random, under talk: no acknowledged turn is lost and everything comes back by itself."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import psutil
import pytest

from hub.testing import RunningHub, Tab

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KILLS = int(os.environ.get("HUB_CHAOS_KILLS", "50"))
BACK_S = 20.0
"""In the median everything must be back by then, however busy the machine; bench measures how soon it is."""
pytestmark = [pytest.mark.models, pytest.mark.chaos, pytest.mark.slow]


class Talker:
    """Keeps writing to the hub through a tab, and notes which words were acknowledged."""

    def __init__(self, hub: RunningHub) -> None:
        self.hub, self.acknowledged, self.sent = hub, set[str](), 0
        self.lost_connections = 0

    async def run(self) -> None:
        while True:
            try:
                async with self.hub.tab() as tab:
                    await self._talk(tab)
            except (aiohttp.ClientError, ConnectionError, TimeoutError, OSError):
                self.lost_connections += 1
                await asyncio.sleep(0.05)

    async def _talk(self, tab: Tab) -> None:
        while True:
            self.sent += 1
            words = f"Tell me something about number {self.sent}, please"
            await tab.send(type="write", text=words)
            while True:
                message = await tab.until("transcription", timeout=60)
                if message["is_final"] and message["text"] == words:
                    break
            self.acknowledged.add(words)
            await asyncio.sleep(random.uniform(0, 0.3))


def victims(hub: RunningHub) -> dict[str, psutil.Process]:
    found = {"hub": hub.worker()}
    with contextlib.suppress(psutil.Error):
        children = hub.children()
        found |= children
        found |= {f"{name} keeper": child.parent() for name, child in children.items()}
    return found


async def until(check: Callable[[], Any], seconds: float) -> float:
    """Wait for ``check`` to hold and return the seconds it took; fail after ``seconds``."""
    began = time.monotonic()
    while True:
        with contextlib.suppress(psutil.Error, IndexError, aiohttp.ClientError, KeyError):
            result = check()
            if asyncio.iscoroutine(result):
                result = await result
            if result:
                return time.monotonic() - began
        assert time.monotonic() - began < seconds, "it did not come back in time"
        await asyncio.sleep(0.02)


async def reborn(hub: RunningHub, name: str, pid: int) -> bool:
    """Say whether another process has taken the place of ``pid`` and does its work."""
    successor = victims(hub).get(name)
    return successor is not None and successor.pid != pid and await ready(hub, name)


async def ready(hub: RunningHub, name: str) -> bool:
    status = await hub.get("/status")
    if name.startswith("hub_voice.child"):
        return any(p["name"] == "voice" and p["state"] == "ready" for p in status["plugins"])
    if name.startswith("hub.llm.onboard.child"):
        return any(p["name"] == "embedded" and p["ok"] for p in status["providers"])
    return True


async def test_fifty_kills_lose_nothing(data: Path) -> None:
    random.seed(7)
    back: dict[str, list[float]] = {}
    async with RunningHub(data) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        talker = Talker(hub)
        talking = asyncio.create_task(talker.run())
        for _ in range(KILLS):
            await asyncio.sleep(random.uniform(0.1, 1.0))
            name, victim = random.choice(sorted(victims(hub).items()))
            pid = victim.pid
            victim.kill()
            await until(lambda pid=pid: not psutil.pid_exists(pid), 60)
            took = await until(lambda name=name, pid=pid: reborn(hub, name, pid), BACK_S * 4)
            back.setdefault(name, []).append(took)
        await until(lambda: len(talker.acknowledged) > KILLS, 60)
        talking.cancel()
        events = await hub.get("/api/events?count=500")
        talks = await hub.get("/api/talks")
        stored = {turn["text"] for talk in talks for turn in await hub.get(f"/api/talks/{talk['id']}")}
        assert len(talks) == 1
    # A talk shows its latest fifty turns; what is older is read from the store below.
    assert {turn["text"] for turn in await everything(data)} >= talker.acknowledged
    assert stored
    print({name: (len(times), round(max(times), 2)) for name, times in back.items()}, talker.lost_connections)
    assert {"hub", "hub.llm.onboard.child", "hub_voice.child"} <= set(back)
    for name, times in back.items():
        assert sorted(times)[len(times) // 2] < BACK_S, (name, times)
    assert any(event["event"] in {"hub.recovered", "child.changed"} for event in events)
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(data) in " ".join(p.info["cmdline"] or [])]


async def everything(data: Path) -> list[dict[str, Any]]:
    """Return every stored turn, straight from the store."""
    from hub.store.database import Database
    from hub.store.keys import master_key
    from hub.store.schema import CORE
    from hub.store.transcripts import Transcripts

    master = master_key(data)
    core = Database(data / "core.db", master, CORE)
    await core.open()
    transcripts = Transcripts(core, data / "transcripts", master)
    await transcripts.open()
    talks = await core.rows("SELECT id FROM conversation")
    turns = [turn for (talk,) in talks for turn in await transcripts.of(talk, 1_000_000)]
    await transcripts.close()
    await core.close()
    assert all(turn.state != "answering" for turn in turns)
    return [{"text": turn.text} for turn in turns]
