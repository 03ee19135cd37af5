"""A plugin that floods the bus is stopped at its measure; the core and the others are not."""

from __future__ import annotations

from hub.events import Bus, PluginChanged
from hub.plugin.acting import acting
from hub.plugin.flood import BURST, RATE, Flood

EVENT = PluginChanged(plugin="x", title="X", state="ready")


async def test_what_is_over_the_measure_is_dropped_and_told_once_a_second():
    told, clock = [], [0.0]
    bus = Bus()
    flood = Flood(
        lambda name, what, error: told.append((name, what, str(error), error.fix)), lambda: clock[0]
    )
    bus.gate = flood.passes
    with bus.subscribe(size=10**6) as seen:
        with acting("wild"):
            for _ in range(BURST + 500):
                bus.publish(EVENT)
        assert len(seen.take()) == BURST
        assert flood.dropped("wild") == 500
        with acting("calm"):
            bus.publish(EVENT)
        bus.publish(EVENT)
        assert len(seen.take()) == 2
        assert [one[:2] for one in told] == [("wild", "publish")]
        assert "plugin.changed" in told[0][2]
        assert told[0][3]
        clock[0] += 1.0
        with acting("wild"):
            for _ in range(RATE + 5):
                bus.publish(EVENT)
        assert len(seen.take()) == RATE
        assert len(told) == 2


async def test_what_is_told_of_a_flood_is_not_drowned_in_it():
    bus = Bus()
    bus.gate = Flood(lambda *_: bus.publish(PluginChanged(plugin="wild", title="W", state="degraded"))).passes
    with acting("wild"):
        for _ in range(BURST + 5_000):
            bus.publish(EVENT)
    assert [event.state for event in bus.recent(500) if event.state == "degraded"]


FLOODS = """
import asyncio
from hub import hookimpl
from hub.events import ChildChanged
@hookimpl
def hub_start(hub):
    hub.spawn(flood(hub), name="flood")
async def flood(hub):
    while True:
        for number in range(500):
            hub.bus.publish(ChildChanged(child="flood", state="restarting", reason=str(number)))
        await asyncio.sleep(0)
"""


async def test_in_a_hub_it_is_degraded_for_it_and_named(home, monkeypatch):
    monkeypatch.setattr("hub.plugin.errors.SORE", 2)
    home.plant("wild", FLOODS, "")
    home.plant("calm", "", "")
    hub = await home.open()
    await home.until(lambda: hub.plugins.get("wild").state == "degraded")
    assert "floods the hub with child.changed" in hub.plugins.get("wild").reason
    assert hub.plugins.get("wild").fix
    assert hub.plugins.get("calm").state == "ready"
    await hub.plugins.disable("wild")
    with hub.bus.subscribe("child.changed") as seen:
        hub.bus.publish(EVENT)
        assert not seen.take()
