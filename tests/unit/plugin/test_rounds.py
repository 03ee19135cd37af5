"""All plugins are asked at once, and what one does to its task, time or context stays its own."""

from __future__ import annotations

import asyncio
import warnings
from contextlib import suppress
from typing import Any

import pytest

from hub.errors import HubError
from hub.plugin.acting import current
from hub.plugin.dispatch import HookError, LateError
from hub.plugin.hooks import Hooks, Outcome


class House:
    """Some plugins with one hook, and what was complained of."""

    def __init__(self, **hooks: Any) -> None:
        self.complaints: list[tuple[str, str, str]] = []
        self.hooks = Hooks(lambda plugin, hook, error: self.complaints.append((plugin, hook, str(error))))
        self.hooks.bind((plugin, {"hub_event": hook}) for plugin, hook in hooks.items())

    async def ask(self, seconds: float = 5.0, **arguments: Any) -> dict[str, Outcome]:
        found = await self.hooks.each("hub_event", seconds, **(arguments or {"event": "tick"}))
        return {outcome.plugin: outcome for outcome in found}


def plain(event: Any) -> Any:
    return f"{event} {current.get()}"


async def quick(event: Any) -> Any:
    return f"{event} {current.get()}"


async def slow(event: Any) -> Any:
    await asyncio.sleep(0.01)
    return f"{event} {current.get()}"


async def spare() -> str:
    await asyncio.sleep(0)
    return current.get()


async def test_each_answers_in_its_own_name() -> None:
    hooks = {f"{kind.__name__}{n}": kind for n in range(4) for kind in (plain, quick, slow)}
    house = House(**hooks, spare=spare)
    found = await house.ask()
    assert {name: outcome.value for name, outcome in found.items()} == {
        **{name: f"tick {name}" for name in hooks},
        "spare": "spare",
    }
    assert not house.complaints
    assert current.get() == ""


async def test_every_fault_stays_with_who_did_it() -> None:
    async def late(event: Any) -> None:
        await asyncio.sleep(60)

    async def clings(event: Any) -> None:
        end = asyncio.get_running_loop().time() + 1
        while asyncio.get_running_loop().time() < end:
            with suppress(asyncio.CancelledError):
                await asyncio.sleep(0.05)

    async def exits_later(event: Any) -> None:
        await asyncio.sleep(0)
        raise SystemExit(3)

    async def raises_at_once(event: Any) -> None:
        raise ValueError("x")

    async def cancels_itself(event: Any) -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()

    async def cancelled(event: Any) -> None:
        raise asyncio.CancelledError

    async def explains(event: Any) -> None:
        raise HubError("The relay is away.", fix="Wait.")

    def exits(event: Any) -> None:
        raise SystemExit(4)

    bad = {
        "late": (late, "longer than 0.3 s"),
        "clings": (clings, "longer than 0.3 s"),
        "exits_later": (exits_later, "SystemExit: 3"),
        "raises": (raises_at_once, "ValueError: x"),
        "cancelled": (cancelled, "cancelled itself"),
        "explains": (explains, "The relay is away."),
        "exits": (exits, "SystemExit: 4"),
    }
    house = House(
        first=quick, cancels=cancels_itself, second=quick, **{name: hook for name, (hook, _) in bad.items()},
        last=quick, rest=slow,
    )  # fmt: skip
    found = await house.ask(0.3)
    for name, (_, says) in bad.items():
        assert isinstance(found[name].error, HookError), name
        assert says in str(found[name].error)
    assert isinstance(found["late"].error, LateError)
    assert found["explains"].error is not None
    assert found["explains"].error.fix == "Wait."
    for name in ("first", "second", "last", "rest"):
        assert found[name] == Outcome(name, f"tick {name}"), name
    assert sorted(who for who, _, _ in house.complaints) == sorted(bad)


async def test_a_hook_keeps_its_task_from_beginning_to_end() -> None:
    tasks: dict[str, list[Any]] = {}

    async def watched(event: Any) -> None:
        mine = tasks.setdefault(current.get(), [])
        mine.append(asyncio.current_task())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await asyncio.sleep(60)
        mine.append(asyncio.current_task())
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.sleep(0))
        mine.append(asyncio.current_task())

    house = House(a=quick, b=watched, c=quick, d=watched)
    found = await house.ask()
    assert all(outcome.error is None for outcome in found.values())
    assert all(len(set(mine)) == 1 for mine in tasks.values())
    assert tasks["b"][0] is not tasks["d"][0]


async def test_who_waits_keeps_nobody_from_beginning() -> None:
    begun: list[str] = []
    go = asyncio.Event()

    async def waits(event: Any) -> None:
        begun.append(current.get())
        await go.wait()

    house = House(**dict.fromkeys("abcdef", waits))
    asked = asyncio.create_task(house.ask())
    while len(begun) < 6:
        await asyncio.sleep(0)
    go.set()
    assert len(await asked) == 6


async def test_what_a_failed_wait_throws_reaches_the_hook() -> None:
    broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def catches(event: Any) -> str:
        try:
            await broken
        except OSError as error:
            await asyncio.sleep(0)
            return f"caught {error}"
        return "nothing"

    house = House(a=catches)
    asked = asyncio.create_task(house.ask())
    await asyncio.sleep(0.01)
    broken.set_exception(OSError("disk"))
    assert (await asked)["a"].value == "caught disk"


async def test_whoever_asks_may_be_cancelled_and_then_nothing_runs_on() -> None:
    ended: list[str] = []

    async def waits(event: Any) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(current.get())

    house = House(a=waits, b=waits)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        asked = asyncio.create_task(house.ask())
        await asyncio.sleep(0.01)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        await asyncio.sleep(0)
        again = asyncio.create_task(house.ask())  # cancelled before any has begun
        await asyncio.sleep(0)
        again.cancel()
        with pytest.raises(asyncio.CancelledError):
            await again
        await asyncio.sleep(0.01)
    assert {"a", "b"} <= set(ended)
    assert not house.complaints


async def test_only_some_are_asked_and_nobody_is_nobody() -> None:
    house = House(a=plain, b=plain)
    found = await house.hooks.each("hub_event", 1, only=frozenset({"b"}), event="tick")
    assert [outcome.plugin for outcome in found] == ["b"]
    assert await house.hooks.each("hub_forget", 1, selector=None) == []
    assert house.hooks.who("hub_event") == ["a", "b"]


async def test_any_awaitable_will_do() -> None:
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    future.set_result("from a future")
    house = House(a=lambda event: future)
    assert (await house.ask())["a"].value == "from a future"


async def test_thousands_of_rounds_at_once_come_out_right() -> None:
    async def now_and_then(event: int) -> int:
        if event % 3 == 0:
            await asyncio.sleep(0)
        if event % 7 == 0:
            raise ValueError(event)
        return event

    house = House(**dict.fromkeys("abcd", now_and_then))
    rounds = await asyncio.gather(*(house.ask(event=number) for number in range(1_000)))
    for number, found in enumerate(rounds):
        for outcome in found.values():
            assert (outcome.error is not None) is (number % 7 == 0)
            assert outcome.value == (None if number % 7 == 0 else number)
