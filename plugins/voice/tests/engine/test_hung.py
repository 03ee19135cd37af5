"""An engine that never comes back: who waits for it is let go, and the child leaves to be started anew."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hub_voice import child
from hub_voice.engine import engines
from hub_voice.engine.engines import UNDECIDED, Engines
from hub_voice.engine.hearing import always

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SOUND = np.zeros(160, np.float32)


class Hanging:
    """Ears, mouths and turn model of which one hangs as long as ``stopped``."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.thread = ThreadPoolExecutor(1)
        self.trouble = None

    async def _hang(self) -> Any:
        await asyncio.get_running_loop().run_in_executor(self.thread, self.stopped.wait)

    async def final(self, *_: object) -> Any:
        return await self._hang()

    async def glance(self, *_: object) -> Any:
        return await self._hang()

    async def speak(self, *_: object, **__: object) -> AsyncIterator[Any]:
        await self._hang()
        yield None

    def over(self, *_: object) -> float:
        self.stopped.wait()
        return 1.0


class Line:
    """A link to the hub."""

    def __init__(self) -> None:
        self.sent, self.closed = list[str](), False

    async def send(self, kind: str, *_: object) -> None:
        self.sent.append(kind)

    async def close(self) -> None:
        self.closed = True


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engines, "HUNG_S", 0.05)
    made = Hanging()
    yield made
    made.stopped.set()


def models(hanging: Any) -> Engines:
    threads = {"turns": ThreadPoolExecutor(1)}
    choice = type("Choice", (), {"refused": False})()
    return Engines(None, hanging, hanging, hanging, 22_050, threads, choice)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ["ears", "glance", "turns", "voice"])
async def test_what_hangs_is_given_up_and_the_child_leaves(hanging: Hanging, engine: str) -> None:
    there, line = models(hanging), Line()
    async with asyncio.timeout(60):
        match engine:
            case "ears":
                assert await there.transcribe(SOUND, always) is None
            case "glance":
                assert await there.glance(SOUND, always) is None
            case "turns":
                assert await there.judge(SOUND, always) == UNDECIDED
            case _:
                assert [part async for part in there.speak("Hello.")] == []
        assert there.hung == [engine]
        await child._watch(line, there)  # type: ignore[arg-type]
    assert line.closed


async def test_a_failure_is_no_hanging_and_nobody_leaves(hanging: Hanging) -> None:
    there = models(hanging)

    async def late(*_: object) -> str:
        raise TimeoutError  # of a server's line, say

    hanging.final = late  # type: ignore[method-assign]
    assert await there.transcribe(SOUND, always) is None
    assert not there.hung
