from __future__ import annotations

import asyncio
import inspect

from hub import events
from hub.events import Bus, ChildChanged, PluginChanged, TurnHeard


def test_every_event_has_a_name_of_its_own_and_a_schema() -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(events, inspect.isclass)
        if issubclass(kind, events.Event) and kind is not events.Event and "name" in vars(kind)
    ]
    names = [kind.name for kind in kinds]
    assert len(set(names)) == len(names)
    assert all("." in name for name in names)
    assert all(kind.model_json_schema()["properties"] for kind in kinds)


async def test_a_subscriber_gets_what_it_asked_for_in_order() -> None:
    bus = Bus()
    with bus.subscribe("turn.*", "plugin.changed") as feed:
        for chars in range(3):
            bus.publish(TurnHeard(conversation="c", turn="t", chars=chars))
            bus.publish(ChildChanged(child="speech", state="ready"))
        bus.publish(PluginChanged(plugin="voice", title="Voice", state="ready"))
        got = [await anext(feed) for _ in range(4)]
    assert [event.name for event in got] == ["turn.heard"] * 3 + ["plugin.changed"]
    assert [event.serial for event in got] == sorted(event.serial for event in got)


async def test_a_slow_subscriber_loses_the_oldest_and_holds_up_nobody() -> None:
    bus = Bus()
    with bus.subscribe(size=10) as slow, bus.subscribe(size=2_000) as quick:
        for chars in range(1_000):
            bus.publish(TurnHeard(conversation="c", turn="t", chars=chars))
        assert slow.dropped == 990
        assert quick.dropped == 0
        first = await anext(slow)
        assert isinstance(first, TurnHeard)
        assert first.chars == 990


async def test_a_subscriber_wakes_when_something_comes() -> None:
    bus = Bus()
    with bus.subscribe() as feed:
        waiting = asyncio.create_task(anext(feed))
        await asyncio.sleep(0)
        bus.publish(ChildChanged(child="x", state="ready"))
        assert (await waiting).name == "child.changed"


def test_the_ring_keeps_the_latest() -> None:
    bus = Bus(ring=5)
    for chars in range(9):
        bus.publish(TurnHeard(conversation="c", turn="t", chars=chars))
    assert [event.chars for event in bus.recent()] == [4, 5, 6, 7, 8]


def test_what_is_forgotten_is_in_no_memory_of_the_bus() -> None:
    bus = Bus()
    for talk in ("a", "b"):
        bus.publish(events.TurnAccepted(conversation=talk, turn="t", text=f"diary {talk}", source="text"))
    bus.publish(ChildChanged(child="speech", state="ready"))
    bus.forget(["a"])
    assert "diary a" not in repr((bus.recent(), bus.history()))
    assert "diary b" in repr(bus.recent())
    bus.forget()
    assert (
        [event.name for event in bus.history()] == ["child.changed"] == [event.name for event in bus.recent()]
    )
