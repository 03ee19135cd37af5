"""Supervision of real child processes: what they do wrong, and that nothing of them is ever left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from hub.errors import Unavailable
from hub.supervise.child import Child, ChildSpec, Pace
from hub.telemetry import trace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from wyoming.event import Event

HERE = Path(__file__).parent
SRC = HERE.parents[1] / "src"
QUICK = Pace(ping=0.1, measure=0.1, grace=2.0, backoff=(0.05, 0.1), retry=0.2)
HASTY = replace(QUICK, silence=0.8)
"""Only where a silence is the matter: a busy machine can keep a sound child from its pong for a second."""


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{SRC}{os.pathsep}{HERE}")


class Witness:
    """A child under test and all that was seen of it."""

    def __init__(
        self, spec: ChildSpec, pace: Pace, handler: Callable[[Event], Awaitable[None]] | None
    ) -> None:
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.states: list[tuple[str, str]] = []
        self._changed = asyncio.Event()
        self.child = Child(spec, on_event=handler or self.events.put, on_state=self._on_state, pace=pace)

    def _on_state(self, child: Child) -> None:
        self.states.append((child.state, child.reason))
        self._changed.set()

    async def saw(self, state: str, after: int = 0) -> str:
        """Wait until ``state`` was entered, beyond the first ``after`` states; return its reason."""
        async with asyncio.timeout(60):
            while True:
                for name, reason in self.states[after:]:
                    if name == state:
                        return reason
                self._changed.clear()
                await self._changed.wait()

    async def next(self, kind: str) -> Event:
        async with asyncio.timeout(60):
            while (event := await self.events.get()).type != kind:
                pass
            return event

    async def ask(self, kind: str, **data: Any) -> Event:
        """Send a frame and return the next event."""
        await self.child.send(kind, data)
        async with asyncio.timeout(60):
            return await self.events.get()


@asynccontextmanager
async def child(
    module: str = "obedient",
    pace: Pace = QUICK,
    *,
    memory_mb: int = 500,
    ready_s: float = 30,
    handler: Callable[[Event], Awaitable[None]] | None = None,
    **config: Any,
) -> AsyncIterator[Witness]:
    witness = Witness(ChildSpec(module, f"children.{module}", config, memory_mb, ready_s), pace, handler)
    await witness.child.start()
    try:
        yield witness
    finally:
        await witness.child.stop()


async def gone(*pids: int) -> None:
    """Wait until none of ``pids`` runs."""
    async with asyncio.timeout(60):
        while any(alive(pid) for pid in pids):
            await asyncio.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def test_it_gets_its_config_and_is_ready() -> None:
    async with child(colour="blue") as it:
        assert await it.child.ready(60)
        assert it.child.info["echo"] == {"colour": "blue"}
        assert (await it.ask("echo", a=1)).data == {"a": 1}
        assert it.child.pid
        assert it.child.rss() > 5 * 2**20
    assert [state for state, _ in it.states] == ["starting", "ready", "stopped"]
    assert it.child.pid is None
    assert it.child.rss() == 0


async def test_it_inherits_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XAI_API_KEY", "s3cret")
    monkeypatch.setenv("HUB_MASTER_KEY", "s3cret")
    async with child() as it:
        await it.child.ready(60)
        assert "s3cret" not in json.dumps(it.child.info["env"])
        assert it.child.info["env"]["PATH"] == os.environ["PATH"]
        assert it.child.info["env"]["OMP_NUM_THREADS"] == "1"


async def test_sending_to_one_that_is_not_ready_is_unavailable() -> None:
    async with child(never_ready=True) as it:
        with pytest.raises(Unavailable, match="starting") as error:
            await it.child.send("echo")
        assert error.value.fix
        assert not await it.child.ready(0.05)


async def test_killed_it_comes_back() -> None:
    async with child() as it:
        await it.child.ready(60)
        first = it.child.pid
        assert first
        os.kill(first, signal.SIGKILL)
        assert "SIGKILL" in await it.saw("restarting")
        assert await it.child.ready(60)
        assert it.child.pid != first
        assert (await it.ask("echo", a=2)).data == {"a": 2}


async def test_killing_the_keeper_ends_child_and_grandchildren_too() -> None:
    async with child() as it:
        await it.child.ready(60)
        assert it.child.pid
        pids = (await it.ask("spawn")).data["pids"]
        await asyncio.sleep(3 * QUICK.measure)  # it has been seen with its descendants
        keeper = psutil.Process(it.child.pid).ppid()
        family = [keeper, it.child.pid, *pids]
        os.kill(keeper, signal.SIGKILL)
        await it.saw("restarting")
        await gone(*family)
        assert await it.child.ready(60)


async def test_its_last_words_are_the_reason() -> None:
    async with child() as it:
        await it.child.ready(60)
        await it.child.send("exit", {"code": 3})
        assert await it.saw("restarting") == "exit code 3, my last words"


async def test_one_that_cannot_start_fails_with_the_reason_and_is_still_retried() -> None:
    async with child("dead_on_arrival") as it:
        reason = await it.saw("failed")
        assert "no CUDA here" in reason
        attempts = len(it.states)
        await it.saw("failed", after=attempts)
        assert [state for state, _ in it.states[:4]] == ["starting", "restarting", "restarting", "failed"]


async def test_a_module_that_does_not_exist_is_a_reason() -> None:
    witness = Witness(ChildSpec("x", "children.nothing", {}, 100), QUICK, None)
    await witness.child.start()
    assert "nothing" in await witness.saw("failed")
    await witness.child.stop()


async def test_without_an_interpreter_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    async with child() as it:
        assert "could not be started" in await it.saw("restarting")


async def test_one_that_is_never_ready_is_restarted() -> None:
    async with child(never_ready=True, ready_s=0.6) as it:
        assert "not ready within 0.6 s" in await it.saw("restarting")


async def test_one_that_hangs_is_killed_and_restarted() -> None:
    async with child(pace=HASTY) as it:
        await it.child.ready(60)
        first = it.child.pid
        assert first
        await it.child.send("hang")
        assert "did not answer" in await it.saw("restarting")
        await gone(first)
        assert await it.child.ready(60)


async def fill(child: Child) -> None:
    while True:
        await child.send("echo", payload=bytes(100_000))


async def test_one_that_stops_reading_under_load_is_killed_and_restarted() -> None:
    async with child(pace=HASTY) as it:
        await it.child.ready(60)
        await it.child.send("stop-reading")
        with pytest.raises(Unavailable):
            await fill(it.child)
        assert await it.saw("restarting")


async def test_a_slow_handler_of_ours_is_not_held_against_it() -> None:
    seen: list[str] = []

    async def slow(event: Event) -> None:
        await asyncio.sleep(2 * HASTY.silence)
        seen.append(event.type)

    async with child(handler=slow, pace=HASTY) as it:
        await it.child.ready(60)
        await it.child.send("echo")
        await asyncio.sleep(3.5 * HASTY.silence)
        assert seen == ["echo"]
        assert [state for state, _ in it.states] == ["starting", "ready"]


async def test_a_handler_that_raises_is_logged_and_the_child_lives() -> None:
    calls: list[str] = []

    async def broken(event: Event) -> None:
        calls.append(event.type)
        raise RuntimeError("a bug of ours")

    async with child(handler=broken) as it:
        await it.child.ready(60)
        await it.child.send("echo")
        await it.child.send("echo")
        async with asyncio.timeout(60):
            while len(calls) < 2:
                await asyncio.sleep(0.01)
        assert it.child.state == "ready"


async def test_garbage_from_it_restarts_it() -> None:
    async with child() as it:
        await it.child.ready(60)
        await it.child.send("garbage")
        await it.saw("restarting")
        assert await it.child.ready(60)
        await it.child.send("huge")
        await it.saw("restarting", after=len(it.states))


async def test_a_flood_is_taken_in_order_while_the_loop_goes_on() -> None:
    async with child() as it:
        await it.child.ready(60)
        await it.child.send("flood", {"frames": 20_000})
        turns = asyncio.create_task(count_turns())
        async with asyncio.timeout(60):
            numbers = [(await it.next("flood")).data["number"] for _ in range(20_000)]
        assert numbers == list(range(20_000))
        turns.cancel()
        assert await turns > 1000
        assert [state for state, _ in it.states] == ["starting", "ready"]


async def count_turns() -> int:
    turns = 0
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(0)
            turns += 1
    return turns


async def test_a_flood_of_complaints_is_cut_short() -> None:
    async with child() as it:
        await it.child.ready(60)
        assert (await it.ask("stderr", lines=5_000)).type == "said"
        assert it.child.state == "ready"


async def test_above_its_ceiling_it_is_asked_to_drain_and_starts_afresh() -> None:
    async with child(memory_mb=200, drains=True) as it:
        await it.child.ready(60)
        assert (await it.ask("leak", mib=190)).type == "leaked"
        assert "starts afresh" in await it.saw("restarting")
        assert await it.child.ready(60)


async def test_far_above_its_ceiling_it_is_killed() -> None:
    async with child(memory_mb=200) as it:
        await it.child.ready(60)
        first = it.child.pid
        assert first
        await it.child.send("leak", {"mib": 500})
        assert "far above its 200 MiB" in await it.saw("restarting")
        await gone(first)


async def test_stop_leaves_nobody() -> None:
    async with child() as it:
        await it.child.ready(60)
        pids = (await it.ask("spawn")).data["pids"]
        assert it.child.pid
        family = [psutil.Process(it.child.pid).ppid(), it.child.pid, *pids]
        await it.child.stop()
        await gone(*family)
        await it.child.stop()
        assert it.child.state == "stopped"


async def test_a_child_that_dies_takes_its_children_along() -> None:
    async with child() as it:
        await it.child.ready(60)
        pids = (await it.ask("spawn")).data["pids"]
        await it.child.send("exit", {"code": 0})
        await it.saw("restarting")
        await gone(*pids)


async def test_one_that_ignores_sigterm_is_stopped_all_the_same() -> None:
    async with child("stubborn", Pace(grace=0.3)) as it:
        await it.child.ready(60)
        pid = it.child.pid
        assert pid
        await it.child.stop()
        await gone(pid)


async def test_stopped_while_it_starts_or_rests_it_stays_stopped() -> None:
    for module in ("obedient", "dead_on_arrival"):
        witness = Witness(ChildSpec(module, f"children.{module}", {}, 100), Pace(retry=600), None)
        await asyncio.gather(witness.child.start(), asyncio.sleep(0.05))
        await witness.child.stop()
        assert witness.child.state == "stopped"
        assert witness.child.pid is None


async def test_it_can_be_started_again() -> None:
    async with child() as it:
        await it.child.ready(60)
        await it.child.stop()
        await it.child.start()
        assert await it.child.ready(60)


async def test_kill_9_of_the_parent_leaves_neither_child_nor_grandchild() -> None:
    for _ in range(3):
        parent = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "children.parent"), stdout=asyncio.subprocess.PIPE
        )
        assert parent.stdout
        family = json.loads(await asyncio.wait_for(parent.stdout.readline(), 60))
        assert all(alive(pid) for pid in family)
        parent.kill()
        await parent.wait()
        await gone(*family)


async def test_many_kills_in_a_row_leak_neither_processes_nor_descriptors() -> None:
    async with child(pace=Pace(backoff=(0.0,) * 100)) as it:
        await it.child.ready(60)
        before = psutil.Process().num_fds()
        for _ in range(20):
            seen, pid = len(it.states), it.child.pid
            assert pid
            os.kill(pid, signal.SIGKILL)
            await it.saw("ready", after=seen)
        assert psutil.Process().num_fds() <= before + 3
        keepers = [p for p in psutil.Process().children() if "leash.py" in " ".join(p.cmdline())]
        assert len(keepers) == 1


def test_the_same_on_uvloop() -> None:
    uvloop = pytest.importorskip("uvloop")

    async def live() -> None:
        await test_killed_it_comes_back()
        await test_stop_leaves_nobody()
        await test_its_last_words_are_the_reason()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(live())


async def test_a_restart_by_hand_is_at_once_polite_and_forgets_past_deaths() -> None:
    async with child(pace=Pace(backoff=(60.0,), retry=60.0)) as witness:
        assert await witness.child.ready(60)
        before, seen = witness.child.pid, len(witness.states)
        witness.child.restart()
        assert await witness.saw("restarting", seen) == "it was restarted by hand"
        await witness.saw("ready", seen)
        assert witness.child.pid != before
        assert witness.child.restarts == 1


async def test_a_child_that_waits_for_its_next_life_is_restarted_without_waiting() -> None:
    async with child(pace=Pace(backoff=(60.0,), retry=60.0)) as witness:
        assert await witness.child.ready(60)
        seen = len(witness.states)
        await witness.child.send("exit", {"code": 3})
        await witness.saw("restarting", seen)
        witness.child.restart()
        await witness.saw("ready", seen)


async def test_only_what_was_started_can_be_restarted() -> None:
    witness = Witness(ChildSpec("x", "children.obedient", {}, 100), QUICK, None)
    with pytest.raises(Unavailable):
        witness.child.restart()


async def test_a_frame_carries_the_trace_of_its_sender_there_and_back() -> None:
    seen: list[str] = []

    async def note(_: Event) -> None:
        seen.append(trace.current_id())

    async with child(handler=note) as witness:
        assert await witness.child.ready(60)
        begun = trace.fresh()
        with trace.entered(begun):
            await witness.child.send("echo")
        await witness.child.send("echo")
        async with asyncio.timeout(60):
            while len(seen) < 2:
                await asyncio.sleep(0.01)
    assert seen == [begun.id, ""]
