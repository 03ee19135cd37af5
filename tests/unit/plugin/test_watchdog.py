"""The loop stands still: whose code it was is named, and that only when it truly stood still."""

from __future__ import annotations

import asyncio
import importlib
import subprocess
import sys
import textwrap
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from hub.plugin import blackbox, watchdog
from hub.plugin.origin import Owners
from hub.plugin.watchdog import Stall, Watchdog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLEEPER = """
import time
def hold(seconds):
    nap(seconds)
def nap(seconds):
    time.sleep(seconds)  # line 6
def call(function):
    return function()
"""


@pytest.fixture
def sleeper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    (tmp_path / "hw_sleeper").mkdir()
    (tmp_path / "hw_sleeper" / "__init__.py").write_text(SLEEPER)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("hw_sleeper")
    del sys.modules["hw_sleeper"]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchdog, "EVERY_S", 0.05)
    monkeypatch.setattr(watchdog, "LATE_S", 0.3)


class Told:
    def __init__(self, owners: Owners) -> None:
        self.stalls: list[Stall] = []
        self.here = asyncio.Event()
        self.dog = Watchdog(asyncio.get_running_loop(), lambda: owners, self.take)
        self.dog.start()

    def take(self, stall: Stall) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.stalls.append(stall)
        self.here.set()

    async def first(self) -> Stall:
        await asyncio.wait_for(self.here.wait(), 60)
        self.dog.stop()
        return self.stalls[0]


async def test_plugin_file_and_line_are_named(sleeper: Any, quick: None, tmp_path: Path) -> None:
    told = Told(Owners({"sleeper": tmp_path / "hw_sleeper"}))
    await asyncio.sleep(0.2)
    sleeper.hold(1.0)
    stall = await told.first()
    assert (stall.plugin, stall.file, stall.line) == ("sleeper", "hw_sleeper/__init__.py", 6)
    assert 0.3 <= stall.seconds < 30


async def test_what_a_plugin_calls_is_its_doing(sleeper: Any, quick: None, tmp_path: Path) -> None:
    told = Told(Owners({"sleeper": tmp_path / "hw_sleeper"}))
    await asyncio.sleep(0.2)
    sleeper.call(lambda: time.sleep(1.0))
    stall = await told.first()
    assert (stall.plugin, stall.line) == ("sleeper", 8)


async def test_the_hubs_own_stall_accuses_nobody(quick: None, tmp_path: Path) -> None:
    told = Told(Owners({"sleeper": tmp_path / "hw_sleeper"}))
    await asyncio.sleep(0.2)
    time.sleep(1.0)
    stall = await told.first()
    assert (stall.plugin, stall.file, stall.where) == ("", "", "")


async def test_a_loop_that_answers_is_left_alone(quick: None) -> None:
    told = Told(Owners({}))
    for _ in range(10):
        time.sleep(0.02)
        await asyncio.sleep(0.05)
    told.dog.stop()
    assert told.stalls == []


async def test_it_ends_with_its_loop() -> None:
    loop = asyncio.new_event_loop()
    dog = Watchdog(loop, lambda: Owners({}), lambda _: None)
    dog.start()
    loop.close()
    await asyncio.to_thread(dog._thread.join, 60)
    assert not dog._thread.is_alive()


DEADLY = """
    import asyncio, sys, threading, time
    from pathlib import Path
    from hub.plugin import watchdog
    from hub.plugin.blackbox import BlackBox
    from hub.plugin.origin import Owners
    watchdog.EVERY_S, watchdog.LATE_S, watchdog.DEAD_S = 0.05, 0.2, 0.6
    watchdog.REARM_S, watchdog.DEAF_S = 0.1, {deaf}
    sys.path.insert(0, {path!r})
    import hw_sleeper
    async def main():
        box = BlackBox(Path({path!r}))
        box.open(threading.get_ident())
        dog = watchdog.Watchdog(asyncio.get_running_loop(), lambda: Owners({{}}), print, box)
        dog.start()
        await asyncio.sleep(0.3)
        {hold}
    asyncio.run(main())
"""


def end(folder: Path, hold: str, *flags: str, deaf: float = 30.0) -> int:
    (folder / "hw_sleeper").mkdir()
    (folder / "hw_sleeper" / "__init__.py").write_text(SLEEPER)
    program = textwrap.dedent(DEADLY).format(path=str(folder), hold=hold, deaf=deaf)
    done = subprocess.run([sys.executable, *flags, "-c", program], check=False, timeout=60)
    return done.returncode


def test_a_loop_that_stays_still_is_ended_and_its_stack_kept(tmp_path: Path) -> None:
    assert end(tmp_path, "hw_sleeper.hold(40)") == -9
    dump = blackbox.BlackBox(tmp_path).read()
    assert dump is not None
    assert Owners({"sleeper": tmp_path / "hw_sleeper"}).blame(dump.frames) == (
        "sleeper",
        "hw_sleeper/__init__.py",
        6,
    )


def test_one_that_lets_no_python_run_is_ended_too(tmp_path: Path) -> None:
    # A call into C that keeps the interpreter's lock: not even the watchdog runs.
    hold = "import ctypes; hw_sleeper.call(lambda: ctypes.PyDLL(None).sleep(40))"
    assert end(tmp_path, hold, deaf=1.0) == 1
    dump = blackbox.BlackBox(tmp_path).read()
    assert dump is not None
    blame = Owners({"sleeper": tmp_path / "hw_sleeper"}).blame(dump.frames)
    assert blame is not None
    assert blame[0] == "sleeper"


def test_in_development_mode_nobody_is_ended(tmp_path: Path) -> None:
    assert end(tmp_path, "hw_sleeper.hold(2)", "-X", "dev") == 0
