"""In a talk: what reads is answered, what does more ends the turn as pending, and an answer opens another."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from hub import config
from hub.events import ApprovalAsked, TurnEnded
from hub.hub import Hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    hub = Hub(config.load(data=tmp_path), ())
    await hub.open()
    yield hub
    await hub.stop()


async def say(talk: Any, words: str) -> Any:
    await talk.write(words)
    await talk.settled()
    return talk.history()[-1]


async def until_told(talk: Any, count: int) -> Any:
    for _ in range(3_000):
        if len(talk.history()) >= count and talk.history()[-1].source == "hub":
            return talk.history()[-1]
        await asyncio.sleep(0.02)
    raise AssertionError(talk.history())


async def test_notes_are_written_read_and_destroyed_by_exact_words(hub: Hub) -> None:
    ada = await hub.claims.redeem(await hub.claims.new_code())
    talk = await hub.conversations.new(ada.id)

    turn = await say(talk, "Add milk to my notes.")
    assert (turn.state, turn.quality) == ("pending", "")
    assert turn.answer == "I need your yes first. Add a note. It can be undone. Answer it on my page."
    ended = [event for event in hub.bus.recent(200) if isinstance(event, TurnEnded)][-1]
    [asked] = [event for event in hub.bus.recent(200) if isinstance(event, ApprovalAsked)]
    assert (ended.state, ended.approval) == ("pending", asked.approval)

    assert (await say(talk, "read my notes")).answer == "You have no notes."
    [waits] = await hub.gate.waiting(ada)
    assert (waits.id, waits.talk, waits.shown) == (asked.approval, talk.id, 'add_note({"text":"milk"})')
    await hub.gate.approve(waits.id, waits.digest, ada)
    assert (await until_told(talk, 3)).answer == "Noted: milk"
    assert (await say(talk, "read my notes")).answer == "- milk"

    turn = await say(talk, "throw all my notes away")
    assert "It cannot be undone." in turn.answer
    [waits] = await hub.gate.waiting(ada)
    await hub.gate.deny(waits.id, ada)
    told = await until_told(talk, 6)
    assert told.answer.startswith("Throw all your notes away: it was not done")
    assert (await say(talk, "read my notes")).answer == "- milk"

    await say(talk, "throw all my notes away")
    [waits] = await hub.gate.waiting(ada)
    await hub.gate.approve(waits.id, waits.digest, ada)
    assert (await until_told(talk, 9)).answer == "All gone: 1 note."
    stored = await hub.transcripts.of(talk.id)
    assert [turn.state for turn in stored].count("pending") == 3
    assert [turn.source for turn in stored].count("hub") == 3


async def test_any_tool_is_called_by_its_name(hub: Hub) -> None:
    ada = await hub.claims.redeem(await hub.claims.new_code())
    talk = await hub.conversations.new(ada.id)

    def greet(name: str, times: int = 1) -> str:
        """Greet somebody."""
        return f"Hello {name}" * times

    hub.tools.add("hello", greet)
    assert (await say(talk, "use greet with Ada")).answer == "Hello Ada"
    assert (await say(talk, "Use the tool greet with name=Bob, times=2.")).answer == "Hello BobHello Bob"
    assert (await say(talk, 'use greet with {"name": "Eve"}')).answer == "Hello Eve"
    wrong = await say(talk, "use greet with times=many, name=Eve")
    assert "times" in wrong.answer
    assert wrong.state == "done"


async def test_a_guest_and_a_shared_device_use_no_tools(hub: Hub) -> None:
    await hub.claims.redeem(await hub.claims.new_code())
    await hub.core.execute("INSERT INTO person (id, name, role, created) VALUES ('g', 'Gus', 'guest', 0)")
    await hub.core.execute(
        "INSERT INTO device (id, name, kind, person, created)"
        " SELECT 't', 'Tablet', 'shared', id, 0 FROM person WHERE role = 'owner'"
    )
    for who in ("g", "t", "nobody", ""):
        talk = await hub.conversations.new(who)
        for words in ("read my notes", "add milk to my notes"):
            assert (await say(talk, words)).state == "done"
            assert "milk" not in (await say(talk, "read my notes")).answer
    assert await hub.core.rows("SELECT * FROM approval") == []


async def test_what_waits_survives_a_restart_and_tells_the_talk_then(tmp_path: Path) -> None:
    first = Hub(config.load(data=tmp_path), ())
    await first.open()
    ada = await first.claims.redeem(await first.claims.new_code())
    id_ = (await first.conversations.new(ada.id)).id
    assert (await say(await first.conversations.get(id_, ada.id), "add milk to my notes")).state == "pending"
    await first.stop()

    second = Hub(config.load(data=tmp_path), ())
    await second.open()
    talk = await second.conversations.get(id_, ada.id)
    assert talk.history()[-1].state == "pending"
    [waits] = await second.gate.waiting(ada)
    await second.gate.approve(waits.id, waits.digest, ada)
    assert (await until_told(talk, 2)).answer == "Noted: milk"
    await second.stop()
