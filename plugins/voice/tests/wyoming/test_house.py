"""The server as the settings want it: off, on, or told why not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.hub import Port
from hub.ports import SpeechToText
from hub_voice.wyoming.address import Address
from hub_voice.wyoming.ears import WyomingEars
from hub_voice.wyoming.house import House

from .conftest import Counting, free_port


class Small:
    """What the house uses of a hub."""

    version = "1.2.3"

    def __init__(self) -> None:
        self.rechecked = 0

    def port(self, port: type[Port]) -> Any:
        return Counting("ears" if port is SpeechToText else "mouth")

    def recheck(self, plugin: str) -> None:
        assert plugin == "voice"
        self.rechecked += 1


def house(**settings: Any) -> House:
    return House(Small(), settings)  # type: ignore[arg-type]  as much of a hub as it uses


async def test_it_is_off_unless_it_is_wanted() -> None:
    for settings in ({}, {"wyoming_server": "off"}):
        quiet = house(**settings)
        await quiet.start()
        assert quiet.port is None
        assert quiet.trouble is None
        await quiet.stop()


async def test_it_serves_this_machine_and_stops() -> None:
    port = free_port()
    serves = house(wyoming_server=str(port))
    await serves.start()
    assert serves.port == port
    ears = WyomingEars(Address("127.0.0.1", port))
    assert (await ears.describe()).info.name == "wyoming:hub"
    await serves.stop()
    await serves.stop()
    with pytest.raises(OSError, match=r"refused|failed"):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_taken_port_is_told_as_a_trouble() -> None:
    first = house(wyoming_server=str(free_port()))
    await first.start()
    second = house(wyoming_server=str(first.port))
    await second.start()
    assert second.trouble
    assert second.trouble.state == "degraded"
    assert "another port" in second.trouble.fix
    await first.stop()
    await second.stop()
