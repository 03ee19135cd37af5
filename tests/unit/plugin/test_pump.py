"""Each plugin gets the events it asked for, in order; a slow or broken one holds up nobody."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from hub.events import Bus, PluginChanged, TurnAccepted
from hub.plugin.acting import current
from hub.plugin.hooks import Hooks
from hub.plugin.pump import SIZE, Pump


def turn(number: int) -> TurnAccepted:
    return TurnAccepted(conversation="t", turn=str(number), text="words", source="text")


class World:
    """A bus, hooks and a pump, with the plugins given as (events, hook)."""

    def __init__(self, **plugins) -> None:
        self.complaints: list[tuple[str, str, str]] = []
        self.bus = Bus()
        self.hooks = Hooks(lambda name, hook, error: self.complaints.append((name, hook, str(error))))
        self.pump = Pump(self.bus, self.hooks)
        self.hooks.bind((name, {"hub_event": hook}) for name, (_, hook) in plugins.items())
        for name, (events, hook) in plugins.items():
            about = SimpleNamespace(events=events)
            self.pump.follow(SimpleNamespace(name=name, manifest=about, hooks={"hub_event": hook}))

    async def until(self, holds) -> None:
        async with asyncio.timeout(60):
            while not holds():
                await asyncio.sleep(0.005)


async def test_it_hands_over_what_matches_in_order_and_nothing_else():
    got, seen = [], []

    def plain(event):
        seen.append(current.get())
        got.append(event.turn)

    world = World(a=(("turn.accepted",), plain))
    for number in range(50):
        world.bus.publish(turn(number))
        world.bus.publish(PluginChanged(plugin="x", title="X", state="ready"))
    await world.until(lambda: len(got) == 50)
    assert got == [str(number) for number in range(50)]
    assert set(seen) == {"a"}
    assert world.pump.lost("a") == 0


async def test_one_that_is_slow_loses_the_oldest_and_holds_up_no_other():
    free, slow, quick = asyncio.Event(), [], []

    async def waits(event):
        await free.wait()
        slow.append(int(event.turn))

    world = World(slow=(("turn.*",), waits), quick=(("turn.*",), lambda event: quick.append(int(event.turn))))
    world.bus.publish(turn(0))
    await world.until(lambda: quick == [0])
    for number in range(1, SIZE + 11):
        world.bus.publish(turn(number))
        await asyncio.sleep(0)
    await world.until(lambda: len(quick) == SIZE + 11)
    assert slow == []
    assert world.pump.lost("slow") == 10
    free.set()
    await world.until(lambda: len(slow) == SIZE + 1)
    assert slow == [0, *range(11, SIZE + 11)]


async def test_one_that_raises_hangs_or_exits_is_complained_of_and_gets_the_next(monkeypatch):
    monkeypatch.setattr("hub.plugin.pump.PATIENCE_S", 0.05)
    got = []

    async def odd(event):
        got.append(event.turn)
        match event.turn:
            case "0":
                raise ValueError("no")
            case "1":
                await asyncio.sleep(60)
            case "2":
                raise SystemExit(3)
            case "3":
                raise asyncio.CancelledError

    world = World(odd=(("turn.*",), odd))
    for number in range(5):
        world.bus.publish(turn(number))
    await world.until(lambda: len(got) == 5)
    said = " ".join(error for _, _, error in world.complaints)
    assert [name for name, *_ in world.complaints] == ["odd"] * 4
    assert all(part in said for part in ("ValueError: no", "longer than", "SystemExit", "CancelledError"))


async def test_a_plain_one_that_cancels_itself_gets_the_next():
    got = []

    def odd(event):
        got.append(event.turn)
        raise asyncio.CancelledError

    world = World(odd=(("turn.*",), odd))
    world.bus.publish(turn(0))
    world.bus.publish(turn(1))
    await world.until(lambda: got == ["0", "1"])
    assert len(world.complaints) == 2


async def test_a_flood_leaves_the_loop_to_others():
    got, ticks = [], 0
    world = World(feeds=(("turn.*",), lambda event: (got.append(event), world.bus.publish(turn(0)))))
    world.bus.publish(turn(0))
    while len(got) < 200:
        await asyncio.sleep(0)
        ticks += 1
    assert ticks >= 200  # between any two events everybody else had a turn
    world.pump.leave("feeds")


async def test_whom_it_leaves_gets_nothing_more():
    got = []

    def take(event):
        got.append(event)

    world = World(a=(("turn.*",), take), b=((), take))
    world.bus.publish(turn(0))
    await world.until(lambda: len(got) == 1)
    world.pump.leave("a")
    world.pump.leave("a")
    world.bus.publish(turn(1))
    await asyncio.sleep(0.05)
    assert len(got) == 1
    assert not world.bus._subscriptions


async def test_plugins_of_a_hub_are_followed_while_they_run(home):
    home.plant("keeper")
    hub = await home.open()
    assert hub.plugins.get("keeper").state == "ready"
    hub.bus.publish(turn(0))
    await home.until(lambda: "words" in home.kept("keeper", "said"))
    await hub.plugins.disable("keeper")
    (home.data / "keeper-said.json").unlink()
    hub.bus.publish(turn(1))
    await asyncio.sleep(0.05)
    assert home.kept("keeper", "said") == ""
    await hub.plugins.enable("keeper")
    hub.bus.publish(turn(2))
    await home.until(lambda: "words" in home.kept("keeper", "said"))
