from __future__ import annotations

import asyncio

import pytest

from hub.web.outbox import Outbox, Slow


async def test_messages_leave_in_order() -> None:
    box = Outbox()
    for word in ("a", "b", "c"):
        box.put(word)
    assert [await box.get() for _ in range(3)] == ["a", "b", "c"]


async def test_of_what_replaces_itself_only_the_newest_is_sent() -> None:
    box = Outbox()
    box.put("tiles 1", "tiles")
    box.put("word")
    box.put("tiles 2", "tiles")
    assert [await box.get() for _ in range(2)] == ["word", "tiles 2"]


@pytest.mark.parametrize("flood", [["x"] * 11, [b"x" * 60, b"x" * 60]])
async def test_a_reader_that_falls_behind_is_told_of_and_gets_no_more(flood) -> None:
    box = Outbox(messages=10, size=100)
    for message in flood:
        box.put(message)
    with pytest.raises(Slow):
        await box.get()


async def test_waiting_is_woken_by_a_message() -> None:
    box = Outbox()
    waiting = asyncio.create_task(box.get())
    await asyncio.sleep(0)
    box.put("now")
    assert await waiting == "now"


async def test_sound_that_may_not_be_played_makes_room() -> None:
    box = Outbox(size=100)
    box.put(b"x" * 90)
    box.put("word")
    box.drop_sound()
    box.put(b"y" * 90)
    assert await box.get() == "word"
    assert await box.get() == b"y" * 90
