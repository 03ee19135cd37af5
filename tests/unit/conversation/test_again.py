"""Asking again: the same words or better ones in the place of the last, whatever else happens."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.errors import HubError

from .conftest import World


def texts(turns: list[Any]) -> list[tuple[str, str]]:
    return [(turn.text, turn.state) for turn in turns]


async def test_an_answer_given_again_takes_the_place_of_the_first(world: Any) -> None:
    talk = await world.talks.new()
    first = await talk.write("What is new?")
    await talk.settled()
    world.provider.answer = "Quite something else."
    second = await talk.retry(first)
    await talk.settled()
    assert [turn.id for turn in talk.history()] == [second]
    assert talk.history()[0].answer == "Quite something else."
    assert [m.text for m in world.provider.asked[-1].messages[1:]] == ["What is new?"]
    assert world.told("turn.accepted")[-1].replaces == first
    stored = await world.transcripts.of(talk.id)
    assert [turn.id for turn in stored] == [second]
    both = await world.transcripts.after(talk.id, 0.0, replaced=True)
    assert [(turn.id, turn.replaced_by) for turn in both] == [(first, second), (second, "")]


async def test_edited_words_are_asked_in_the_place_of_the_last(world: Any) -> None:
    talk = await world.talks.new()
    await talk.write("one")
    await talk.settled()
    turn = await talk.write("tow")
    await talk.settled()
    await talk.edit(turn, "  two ")
    await talk.settled()
    assert texts(talk.history()) == [("one", "done"), ("two", "done")]
    assert "tow" not in [message.text for message in world.provider.asked[-1].messages]
    await world.reopen()
    again = await world.talks.get(talk.id)
    assert texts(again.history()) == [("one", "done"), ("two", "done")]


async def test_words_may_be_edited_while_they_are_answered(world: Any) -> None:
    talk = await world.talks.new()
    world.provider.pause = 0.05
    turn = await talk.write("Tell me of the see")
    await asyncio.sleep(0.08)
    world.provider.pause = 0
    await talk.edit(turn, "Tell me of the sea")
    await talk.settled()
    assert texts(talk.history()) == [("Tell me of the sea", "done")]
    assert talk.title == "Tell me of the sea"


async def test_a_title_that_was_given_outlives_an_edit(world: Any) -> None:
    talk = await world.talks.new()
    turn = await talk.write("Something")
    await talk.settled()
    await world.talks.rename(talk.id, "  Our   summer ")
    await talk.edit(turn, "Something else")
    await talk.settled()
    await world.reopen()
    assert (await world.talks.get(talk.id)).title == "Our summer"


@pytest.mark.parametrize("words", ["", "   "])
async def test_nothing_is_no_edit(world: Any, words: str) -> None:
    talk = await world.talks.new()
    turn = await talk.write("one")
    await talk.settled()
    with pytest.raises(ValueError, match="no words"):
        await talk.edit(turn, words)
    assert texts(talk.history()) == [("one", "done")]


async def test_only_the_last_words_can_be_asked_again(world: Any) -> None:
    talk = await world.talks.new()
    first = await talk.write("one")
    await talk.settled()
    await talk.write("two")
    await talk.settled()
    for turn in (first, "nonsense", ""):
        with pytest.raises(HubError, match="last words"):
            await talk.retry(turn)
    assert texts(talk.history()) == [("one", "done"), ("two", "done")]


async def test_when_the_disk_refuses_the_old_answer_stays(world: Any, monkeypatch: Any) -> None:
    talk = await world.talks.new()
    turn = await talk.write("one")
    await talk.settled()

    async def refuse(*_: Any) -> None:
        raise HubError("There is no room left.", fix="Free some space.")

    monkeypatch.setattr(world.transcripts, "begin", refuse)
    with pytest.raises(HubError, match="no room"):
        await talk.retry(turn)
    assert texts(talk.history()) == [("one", "done")]
    monkeypatch.undo()
    await talk.retry(turn)
    await talk.settled()
    assert texts(talk.history()) == [("one", "done")]


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.sampled_from(["alpha", "beta", "gamma"])),
        st.tuples(st.just("edit"), st.sampled_from(["delta", "epsilon"])),
        st.tuples(st.just("retry"), st.just("")),
        st.tuples(st.just("stop"), st.just("")),
        st.tuples(st.just("settle"), st.just("")),
        st.tuples(st.just("draft"), st.sampled_from(["zeta", "eta"])),
        st.tuples(st.just("restart"), st.just("")),
    ),
    max_size=12,
)


@given(acts=ACTS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_asked_again_history_is_what_was_asked_last(acts: list[tuple[str, str]]) -> None:
    async def play(world: World) -> None:
        talk, expected, turn = await world.talks.new(), list[str](), ""
        for act, words in acts:
            match act:
                case "write":
                    turn = await talk.write(words)
                    expected.append(words)
                case "edit" | "retry" if expected:
                    turn = await (talk.edit(turn, words) if words else talk.retry(turn))
                    expected[-1] = words or expected[-1]
                case "stop":
                    await talk.interrupt()
                case "settle" if any(turn.state == "answering" for turn in talk.history()):
                    await talk.settled()
                case "draft":
                    await talk.draft(1, words)
                case "restart":
                    await world.reopen()
                    talk = await world.talks.get(talk.id)
            assert [turn.text for turn in talk.history()] == expected
        await talk.interrupt()
        assert [turn.text for turn in talk.history()] == expected
        assert [turn.text for turn in await world.transcripts.of(talk.id)] == expected
        assert not any(turn.state == "answering" for turn in talk.history())

    async def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            world = World(Path(folder))
            await world.open()
            try:
                await play(world)
            finally:
                await world.close()

    asyncio.run(run())
