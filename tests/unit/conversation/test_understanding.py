"""What a sentence means is what the hub would do with it, and nothing of it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub import config
from hub.conversation.understanding import understand
from hub.errors import HubError
from hub.hub import Hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

called: list[str] = []


def set_lamp(room: str) -> str:
    """Switch a lamp."""
    called.append(room)
    return "On."


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    hub.tools.add("lamp", set_lamp, risk="write")
    called.clear()
    yield hub
    await hub.stop()


@pytest.mark.parametrize(
    ("text", "intent", "entities", "by"),
    [
        ("set a timer for 10 minutes", "set_timer", {"seconds": 600.0}, "timers"),
        ("remind me to call mum tomorrow at 9", "remind", {"text": "Call mum"}, "timers"),
        ("cancel all timers", "cancel_timer", {"kind": "timer", "all": True}, "timers"),
        ("set lamp room kitchen", "set_lamp", {"room": "kitchen"}, "tools"),
        ("use set_lamp with room=hall", "set_lamp", {"room": "hall"}, "tools"),
        ("what is 3 times 7", "arithmetic", {"sum": "3 times 7"}, "exact"),
        ("tell me a long story about a fox", "talk", {}, ""),
    ],
)
async def test_it_names_the_intent_and_what_belongs_to_it(hub: Hub, text, intent, entities, by) -> None:
    meant = await understand(hub, text)
    assert (meant.intent, meant.by) == (intent, by)
    assert {name: meant.entities.get(name) for name in entities} == entities
    assert meant.confidence == (1.0 if by else 0.0)
    assert called == []
    assert hub.timers.list() == []


async def test_what_lacks_something_says_what(hub: Hub) -> None:
    meant = await understand(hub, "set a timer")
    assert (meant.intent, meant.confidence) == ("timer", 0.5)
    assert "how long" in meant.missing.lower()


async def test_tools_are_for_those_who_may_call_them(hub: Hub) -> None:
    assert (await understand(hub, "set lamp room kitchen", tools=False)).intent == "talk"


@pytest.mark.parametrize("text", ["", "  ", "x" * 2_001])
async def test_no_words_and_too_many_are_refused(hub: Hub, text: str) -> None:
    with pytest.raises(HubError):
        await understand(hub, text)
