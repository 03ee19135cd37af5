"""The binding of a speech session to a talk, with a session that is driven by hand."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from hub import events, ports
from hub.conversation import talk as talk_module
from hub.conversation.state import STEPS, SessionState
from hub.conversation.talk import Flush, Note, StateChanged, Talk
from hub.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class Session:
    """Speaks the port; the test plays the person."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Any] = asyncio.Queue()
        self.calls: list[Any] = []
        self.epoch = 0

    async def events(self) -> AsyncIterator[Any]:
        while (event := await self.queue.get()) is not None:
            yield event
            self.queue.task_done()  # the talk comes back for the next when it has handled this one

    async def listen(self, *, push_to_talk: bool = False) -> None:
        self.calls.append(("listen", push_to_talk))

    async def finish(self) -> None:
        self.calls.append("finish")

    async def ignore(self) -> None:
        self.calls.append("ignore")

    async def push(self, pcm: bytes) -> None:
        self.calls.append(("push", len(pcm)))

    async def say(self, turn: str, text: str, *, last: bool = False) -> None:
        self.calls.append(("say", turn, text, last))

    async def release(self, turn: str) -> None:
        self.calls.append(("release", turn))

    async def played(self, epoch: int, samples: int) -> None:
        self.calls.append(("played", epoch, samples))

    async def interrupt(self) -> int:
        self.epoch += 1
        self.calls.append("interrupt")
        return self.epoch

    async def use(self, *, voice: str = "", half_duplex: bool | None = None) -> None:
        self.calls.append(("use", voice, half_duplex))

    async def close(self) -> None:
        self.calls.append("close")
        await self.queue.put(None)


class Scene:
    def __init__(self, world: Any, conversation: Any) -> None:
        self.world, self.conversation = world, conversation
        self.session = Session()
        self.talk = Talk("tab", conversation, self.session, world.bus)
        self.seen: list[Any] = []
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for event in self.talk.events():
            self.seen.append(event)

    def states(self) -> list[str]:
        return [event.state.value for event in self.seen if isinstance(event, StateChanged)]

    async def tell(self, *events: Any) -> None:
        """Tell the talk what happened and return when it has handled it and answered to the end."""
        for event in events:
            await self.session.queue.put(event)
            await self.session.queue.join()
            async with asyncio.timeout(60):
                while self.turn() and ("say", self.turn(), "", True) not in self.ends():
                    await asyncio.sleep(0.005)
        await asyncio.sleep(0.01)

    def ends(self) -> list[Any]:
        return [("say", call[1], "", True) for call in self.session.calls if call[0] == "say" and call[3]]

    def turn(self) -> str:
        return next((call[1] for call in reversed(self.session.calls) if call[0] == "release"), "")


@pytest.fixture
async def scene(world: Any):
    scene = Scene(world, await world.talks.new())
    yield scene
    await scene.talk.close()


async def test_a_whole_turn_goes_through_the_states(scene: Scene) -> None:
    """S4-09, S4-10."""
    await scene.talk.start()
    await scene.tell(ports.Draft(1, "hello"), ports.Accepted(1, "Hello.", 300.0))
    turn = scene.turn()
    await scene.tell(ports.Started(turn, 0, 420.0), ports.Heard(turn, 5, True), ports.Finished(turn, 0))
    assert scene.states() == ["recording", "processing", "synthesizing", "playing", "recording"]
    assert scene.conversation.history()[-1].state == "done"
    assert scene.world.told("speech.heard")[0].ms == 420.0


async def test_push_to_talk_ends_idle(scene: Scene) -> None:
    await scene.talk.start(push_to_talk=True)
    await scene.talk.stop()
    await scene.tell(ports.Accepted(1, "Hello.", 0.0))
    await scene.tell(ports.Started(scene.turn(), 0, 1.0), ports.Finished(scene.turn(), 0))
    assert scene.states()[-1] == "idle"


async def test_barge_in_keeps_what_was_heard_and_listens(scene: Scene) -> None:
    await scene.talk.start()
    await scene.tell(ports.Accepted(1, "Hello.", 1.0))
    turn = scene.turn()
    await scene.tell(ports.Started(turn, 0, 1.0), ports.BargeIn(turn, 12))
    assert scene.talk.state is SessionState.RECORDING
    assert scene.conversation.history()[-1].answer == "That is one."


async def test_cancel_stops_everything(scene: Scene) -> None:
    await scene.talk.start()
    await scene.tell(ports.Accepted(1, "Hello.", 1.0), ports.Started("x", 0, 1.0))
    await scene.talk.cancel()
    await asyncio.sleep(0.02)
    assert scene.talk.state is SessionState.IDLE
    assert "ignore" in scene.session.calls
    assert Flush(1) in scene.seen
    assert scene.conversation.history()[-1].state == "interrupted"


async def test_a_broken_voice_goes_on_in_writing(scene: Scene) -> None:
    await scene.talk.start()
    await scene.tell(ports.Accepted(1, "Hello.", 1.0))
    await scene.tell(ports.Trouble("My voice stopped.", "It comes back by itself."))
    turn = scene.conversation.history()[-1]
    assert (turn.state, turn.answer) == ("done", scene.world.provider.answer)
    assert scene.world.told("speech.error")[0].fix
    assert scene.talk.state is SessionState.RECORDING


async def test_stopping_without_a_word_is_idle_again(scene: Scene) -> None:
    await scene.talk.start(push_to_talk=True)
    await scene.talk.stop()
    await scene.tell(ports.Withdrawn(3))
    assert scene.talk.state is SessionState.IDLE


async def test_every_change_of_state_is_legal(scene: Scene) -> None:
    await scene.talk.start()
    await scene.tell(ports.Finished("none", 0), ports.BargeIn("none", 3), ports.Started("none", 0, 1.0))
    await scene.talk.start()
    await scene.talk.cancel()
    await scene.talk.cancel()
    await scene.talk.start()
    await asyncio.sleep(0.02)
    states = [SessionState.IDLE, *(SessionState(state) for state in scene.states())]
    assert all(b in STEPS[a] for a, b in pairwise(states))


async def test_ten_silent_minutes_close_the_microphone(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk_module, "SILENCE_S", 0.05)
    await scene.talk.start()
    async with asyncio.timeout(60):
        while scene.talk.state is not SessionState.IDLE or not scene.seen[-1:]:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert any(isinstance(event, Note) for event in scene.seen)


async def test_moving_to_another_talk_takes_the_voice_along(scene: Scene) -> None:
    other = await scene.world.talks.new()
    await scene.talk.start()
    await scene.talk.move(other)
    await scene.talk.start()
    await scene.tell(ports.Accepted(1, "Hello.", 1.0))
    assert other.history()
    assert not scene.conversation.history()


async def test_the_seeds_events_tell_the_session(scene: Scene) -> None:
    """S4-11, S0-18, S0-19, S0-23: under exactly those names."""
    await scene.talk.start()
    await scene.tell(ports.Draft(1, "hello"), ports.Accepted(1, "Hello.", 300.0))
    turn = scene.turn()
    await scene.tell(ports.Started(turn, 0, 420.0), ports.Finished(turn, 0))
    await scene.tell(ports.Accepted(2, "And again.", 300.0))
    await scene.tell(ports.Started(scene.turn(), 0, 420.0), ports.BargeIn(scene.turn(), 0))
    await scene.tell(ports.Trouble("My voice stopped.", "It comes back."))
    of_session = [event for event in scene.world.bus.recent(500) if isinstance(event, events.SessionEvent)]
    seen = [type(event).__name__ for event in of_session]
    assert {event.session for event in of_session} == {"tab"}
    first = seen[: seen.index("PlaybackComplete") + 1]
    order = [
        "SessionControl", "RecordingStarted", "PartialTranscript", "TranscriptionComplete",
        "LlmRequestStarted", "SynthesisStarted", "PlaybackStarted", "PlaybackComplete",
    ]  # fmt: skip
    assert [name for name in dict.fromkeys(first) if name in order] == order
    assert "LlmResponseReceived" in first
    assert seen.count("Interruption") == 1
    assert seen[-1] == "SessionError"
    partial = next(event for event in of_session if isinstance(event, events.PartialTranscript))
    assert partial.model_dump(by_alias=True)["isFinal"] is False


async def test_what_is_counted_and_timed_is_told_with_the_session(scene: Scene) -> None:
    await scene.tell(ports.Counted("echo", 2), ports.Timed("t", 90.0, sent=400.0))
    assert (scene.world.told("speech.counted")[0].what, scene.world.told("speech.counted")[0].times) == (
        "echo",
        2,
    )
    timed = scene.world.told("speech.timed")[0]
    assert (timed.session, timed.timed) == ("tab", ports.Timed("t", 90.0, sent=400.0))


async def test_a_session_that_is_not_admitted_is_idle_and_says_why(scene: Scene) -> None:
    async def refuse(*, push_to_talk: bool = False) -> None:
        raise Unavailable("I am talking with 2 already.", fix="Try again soon.")

    await scene.talk.start()
    await scene.tell(ports.Accepted(1, "Hello.", 1.0), ports.Started("x", 0, 1.0))
    scene.session.listen = refuse  # type: ignore[method-assign]  # the session of this test
    with pytest.raises(Unavailable):
        await scene.talk.start()
    assert scene.talk.state is SessionState.IDLE
    assert "interrupt" in scene.session.calls
