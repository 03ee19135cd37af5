"""The turn: draft -> accepted | withdrawn -> answering -> done | interrupted | failed (DESIGN section 4)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


class Voice:
    """Notes what it is to say and when it may."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}
        self.released: list[str] = []
        self.last: list[str] = []

    async def say(self, turn: str, text: str, *, last: bool = False) -> None:
        self.said[turn] = self.said.get(turn, "") + text
        if last:
            self.last.append(turn)

    async def release(self, turn: str) -> None:
        self.released.append(turn)


async def until(check: Any) -> None:
    async with asyncio.timeout(60):
        while not check():
            await asyncio.sleep(0.005)


async def test_what_is_told_of_a_turn_is_told_once_and_in_order(world: Any) -> None:
    talk, voice = await world.talks.new(), Voice()
    world.provider.pause = 0.01
    await talk.draft(1, "hello", voice)
    await asyncio.sleep(0.03)
    turn = await talk.accept(1, "Hello", speaker=voice)
    await until(lambda: turn in voice.last)
    await talk.finished(turn)
    told = [e for e in world.bus.recent(500) if e.name in {"turn.accepted", "turn.delta", "turn.ended"}]
    assert [told[0].name, told[-1].name] == ["turn.accepted", "turn.ended"]
    assert "".join(e.text for e in told[1:-1]) == world.provider.answer


async def test_words_are_on_disk_before_anything_is_answered(world: Any) -> None:
    talk = await world.talks.new()
    world.provider.pause = 0.05
    turn = await talk.write("Hello there")
    stored = await world.transcripts.of(talk.id)
    assert [(t.id, t.text, t.state) for t in stored] == [(turn, "Hello there", "answering")]
    await talk.settled()
    stored = await world.transcripts.of(talk.id)
    assert [(t.state, t.answer, t.provider) for t in stored] == [("done", world.provider.answer, "scripted")]


async def test_a_talk_is_the_same_after_a_restart(world: Any) -> None:
    talk = await world.talks.new()
    await talk.write("First words of a talk that has a name")
    await talk.settled()
    await world.reopen()
    again = await world.talks.latest()
    assert again.id == talk.id
    assert again.title == "First words of a talk that"
    assert [turn.answer for turn in again.history()] == [world.provider.answer]


async def test_what_was_told_is_told_to_the_model(world: Any) -> None:
    talk = await world.talks.new()
    await talk.write("one")
    await talk.settled()
    await talk.write("two")
    await talk.settled()
    assert [m.text for m in world.provider.asked[-1].messages[1:]] == ["one", world.provider.answer, "two"]


async def test_a_draft_is_answered_in_silence_and_kept_when_it_was_right(world: Any) -> None:
    talk, voice = await world.talks.new(), Voice()
    await talk.draft(1, "what is up", voice)
    await until(lambda: voice.last)
    assert not world.told("turn.delta")
    assert not voice.released
    assert await world.transcripts.of(talk.id) == []
    turn = await talk.accept(1, "What is up?", speaker=voice)
    assert voice.released == [turn]
    assert voice.said[turn] == world.provider.answer
    assert len(world.provider.asked) == 1
    assert world.told("turn.delta")[0].text == world.provider.answer
    await talk.finished(turn)
    assert talk.history()[-1].answer == world.provider.answer


async def test_a_draft_that_was_wrong_is_thrown_away(world: Any) -> None:
    talk, voice = await world.talks.new(), Voice()
    world.provider.pause = 0.02
    await talk.draft(1, "set a timer", voice)
    await asyncio.sleep(0.03)
    await talk.draft(2, "set a timer for five minutes", voice)
    await asyncio.sleep(0.03)
    turn = await talk.accept(2, "Set a timer for ten minutes.", speaker=voice)
    await until(lambda: turn in voice.last)
    assert world.provider.cancelled == 2
    assert [t.text for t in await world.transcripts.of(talk.id)] == ["Set a timer for ten minutes."]
    assert voice.released == [turn]


async def test_a_withdrawn_draft_leaves_no_trace(world: Any) -> None:
    talk, voice = await world.talks.new(), Voice()
    await talk.draft(1, "hm", voice)
    await talk.withdraw(1)
    assert talk.history() == []
    assert await world.transcripts.of(talk.id) == []
    assert world.told("turn.withdrawn")


async def test_history_is_what_was_heard(world: Any) -> None:
    talk, voice = await world.talks.new(), Voice()
    turn = await talk.accept(1, "go on", speaker=voice)
    await until(lambda: turn in voice.last)
    await talk.heard(turn, 4)
    await talk.interrupt(12)
    assert talk.history()[-1].answer == "That is one."
    assert (await world.transcripts.of(talk.id))[-1].state == "interrupted"
    await talk.write("next")
    assert world.provider.asked[-1].messages[-2].text == "That is one."


async def test_an_answer_without_a_voice_counts_as_shown(world: Any) -> None:
    talk, voice = await world.talks.new(), Voice()
    turn = await talk.accept(1, "go on", speaker=voice)
    await until(lambda: turn in voice.last)
    await talk.voiceless(turn)
    assert talk.history()[-1].answer == world.provider.answer


async def test_new_words_interrupt_the_answer(world: Any) -> None:
    talk = await world.talks.new()
    world.provider.pause = 0.05
    first = await talk.write("one")
    second = await talk.write("two")
    await talk.settled()
    states = {turn.id: turn.state for turn in await world.transcripts.of(talk.id)}
    assert states == {first: "interrupted", second: "done"}


async def test_a_turn_cut_off_by_its_own_rest_is_taken_back(world: Any) -> None:
    talk, voice = await world.talks.new(), Voice()
    world.provider.pause = 0.05
    first = await talk.accept(1, "On the way to the station.", speaker=voice)
    await until(lambda: voice.said.get(first))
    await talk.interrupt(0)
    whole = "On the way to the station, what is worth a stop?"
    await talk.draft(2, whole, voice)
    second = await talk.accept(2, whole, speaker=voice)
    await until(lambda: second in voice.last)
    await talk.finished(second)
    assert [turn.text for turn in talk.history()] == [whole]
    assert [turn.id for turn in await world.transcripts.of(talk.id)] == [second]
    told = [event for event in world.bus.recent(500) if event.name == "turn.accepted"]
    assert [event.replaces for event in told] == ["", first]


@pytest.mark.parametrize("words", ["Stop that.", "On the way home, what is worth a stop?"])
async def test_other_words_over_an_answer_leave_what_was_said(world: Any, words: str) -> None:
    talk, voice = await world.talks.new(), Voice()
    world.provider.pause = 0.05
    first = await talk.accept(1, "On the way to the station.", speaker=voice)
    await until(lambda: voice.said.get(first))
    await talk.interrupt(0)
    second = await talk.accept(2, words, speaker=voice)
    await until(lambda: second in voice.last)
    assert [turn.id for turn in talk.history()][:1] == [first]


async def test_a_model_that_dies_in_mid_answer_ends_in_an_honest_turn(world: Any) -> None:
    talk = await world.talks.new()
    world.provider.fail_after = 3
    await talk.write("one")
    await talk.settled()
    turn = talk.history()[-1]
    assert turn.answer.startswith("That is one.")
    assert turn.state in {"done", "failed"}
    world.provider.fail_after = None
    await talk.write("two")
    await talk.settled()
    assert talk.history()[-1].state == "done"


async def test_a_crash_in_mid_answer_keeps_the_words(world: Any) -> None:
    talk = await world.talks.new()
    world.provider.pause = 10
    turn = await talk.write("do not lose this")
    await world.transcripts.close()
    await world.core.close()  # no farewell: as after a kill
    await world.open()
    stored = await world.transcripts.of(talk.id)
    assert [(t.id, t.text, t.state) for t in stored] == [(turn, "do not lose this", "interrupted")]


@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_no_words_are_refused(world: Any, text: str) -> None:
    talk = await world.talks.new()
    with pytest.raises(ValueError, match="no words"):
        await talk.write(text)


async def test_many_at_once_each_become_a_turn(world: Any) -> None:
    talk = await world.talks.new()
    ids = await asyncio.gather(*(talk.write(f"words {n}") for n in range(20)))
    await talk.settled()
    stored = await world.transcripts.of(talk.id)
    assert {turn.id for turn in stored} == set(ids)
    assert all(turn.state in {"done", "interrupted"} for turn in stored)


step = st.sampled_from(
    ["draft", "redraft", "withdraw", "accept", "write", "interrupt", "heard", "finished", "wait", "voiceless"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(step, max_size=14))
async def test_any_order_of_messages_leaves_every_turn_ended(world: Any, steps: list[str]) -> None:
    """Early, late, twice: no message order hangs a turn or loses acknowledged words."""
    talk, voice = await world.talks.new(), Voice()
    acknowledged: list[str] = []
    revision = 0
    for name in steps:
        revision += name in {"draft", "redraft"}
        last = acknowledged[-1] if acknowledged else "none"
        match name:
            case "draft":
                await talk.draft(revision, "the same words", voice)
            case "redraft":
                await talk.draft(revision, f"words {revision}", voice)
            case "withdraw":
                await talk.withdraw(revision)
            case "accept":
                acknowledged.append(await talk.accept(revision, "the same words", speaker=voice))
            case "write":
                acknowledged.append(await talk.write("typed"))
            case "interrupt":
                await talk.interrupt(5)
            case "heard":
                await talk.heard(last, 7)
            case "finished":
                await talk.finished(last)
            case "voiceless":
                await talk.voiceless(last)
            case "wait":
                await asyncio.sleep(0.01)
    await talk.close()
    stored = {turn.id: turn for turn in await world.transcripts.of(talk.id)}
    assert set(stored) == set(acknowledged)
    assert all(turn.state in {"done", "interrupted"} for turn in stored.values())
