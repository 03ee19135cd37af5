"""The listening half of a session, with engines and a mouth that do as they are told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from hub import Accepted, Advice, AudioFormat, Counted, Duck, Partial, Trouble
from hub_voice import ears as ears_module
from hub_voice.ears import Ears, level
from hub_voice.settings import RATE, WINDOW, Listening, Waits
from hub_voice.turn.actions import Floor
from hub_voice.turn.mirror import Sent

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    import pytest

    from hub import SpeechEvent
    from hub_voice.mouth import Took
    from hub_voice.pcm import Samples


class Detector:
    """Takes what is loud for speech."""

    def run(self, _: None, inputs: dict[str, Any]) -> tuple[Any, Any]:
        loud = float(np.abs(inputs["input"][0, -WINDOW:]).max()) > 0.01
        return np.array([[0.97 if loud else 0.01]], np.float32), inputs["state"]


class Engines:
    """Hears whatever `words` says; ``slow`` engines never answer."""

    def __init__(self) -> None:
        self.detector = Detector()
        self.words: str | None = "What time is it?"
        self.slow = False
        self.looked = 0

    async def transcribe(self, samples: Samples, wanted: Callable[[], bool]) -> str | None:
        assert len(samples)
        assert wanted()
        if self.slow:
            await asyncio.Event().wait()
        return self.words

    async def glance(self, samples: Samples, _: Callable[[], bool], *__: Any) -> str | None:
        assert len(samples)
        self.looked += 1
        return self.words

    async def judge(self, *_: Any) -> float:
        return 0.95


class Mouth:
    """Says what it is told to be saying."""

    def __init__(self) -> None:
        self.now = Floor.FREE
        self.stopped = 0
        self.held = False
        self.words = ""
        self.took: Took | None = None

    def floor(self) -> Floor:
        return self.now

    def saying(self) -> str:
        return self.words

    def sent(self) -> tuple[Sent, int]:
        return Sent(RATE), 0

    def hold(self, held: bool) -> None:
        self.held = held

    def awaited(self, took: Took) -> None:
        self.took = took

    async def barge_in(self) -> None:
        self.stopped += 1
        self.now = Floor.FREE


class Room:
    """Ears, and all that they tell."""

    def __init__(self, *, half_duplex: bool = False) -> None:
        self.events: list[SpeechEvent] = []
        self.engines, self.mouth = Engines(), Mouth()
        self.tasks: set[asyncio.Task[None]] = set()
        self.ears = Ears(
            AudioFormat(),
            self.engines,  # type: ignore[arg-type]  # as much of them as ears use
            self._emit,
            replace(Waits(), factor=1.0),
            mouth=self.mouth,  # type: ignore[arg-type]  # the same
            spawn=self._spawn,
            half_duplex=half_duplex,
        )

    async def _emit(self, event: SpeechEvent) -> None:
        self.events.append(event)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def hear(self, seconds: float, loudness: float = 0.1) -> None:
        """Push a steady sound, window by window, and let everybody work in between."""
        count = int(seconds * RATE / WINDOW)
        window = (loudness * np.sin(np.arange(WINDOW)) * 32767).astype("<i2").tobytes()
        for _ in range(count):
            await self.ears.push(window)
            for _ in range(5):
                await asyncio.sleep(0)

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


async def test_a_turn_with_where_its_time_went() -> None:
    room = Room()
    await room.ears.listen(push=False)
    await room.hear(1.0)
    await room.hear(1.0, 0.0)
    assert [turn.text for turn in room.all(Accepted)] == ["What time is it?"]
    took = room.mouth.took
    assert took is not None
    assert took.sure
    assert took.text is not None
    assert 0 <= took.tail <= took.endpoint
    assert 0 <= took.text <= took.endpoint


async def test_no_answer_may_begin_while_somebody_speaks() -> None:
    room = Room()
    await room.ears.listen(push=False)
    assert not room.mouth.held
    await room.hear(0.5)
    assert room.mouth.held
    await room.hear(1.5, 0.0)
    assert not room.mouth.held


async def test_a_sign_of_listening_lowers_the_answer_and_no_more() -> None:
    room = Room()
    room.engines.words, room.mouth.now = "Mhm.", Floor.SOUNDING
    await room.ears.listen(push=False)
    await room.hear(1.2, 0.0)
    await room.hear(0.4)
    await room.hear(1.0, 0.0)
    assert room.all(Duck) == [Duck(True), Duck(False)]
    assert room.all(Counted) == [Counted("false_barge_in")]
    assert room.mouth.stopped == 0


async def test_words_stop_it() -> None:
    room = Room()
    room.engines.words, room.mouth.now = "Tell me something else", Floor.SOUNDING
    await room.ears.listen(push=False)
    await room.hear(1.2, 0.0)
    await room.hear(0.6)
    assert room.mouth.stopped == 1


async def test_ears_that_close_while_it_speaks_hear_nothing_of_it() -> None:
    room = Room(half_duplex=True)
    room.mouth.now = Floor.SOUNDING
    await room.ears.listen(push=False)
    await room.hear(2.0)
    assert room.mouth.stopped == 0
    assert not room.events
    room.ears.half_duplex = False
    await room.hear(1.0)
    assert room.mouth.stopped == 1


async def test_what_would_help_is_said_after_the_second_echo_and_once() -> None:
    room = Room()
    room.mouth.words = "the old lighthouse keeper went home"
    room.engines.words = "the old lighthouse keeper"
    await room.ears.listen(push=False)
    for count in range(4):
        room.mouth.now = Floor.SOUNDING
        await room.hear(0.8)
        await room.hear(0.8, 0.0)
        assert len(room.all(Counted)) == count + 1
        assert len(room.all(Advice)) == (count >= 1)
    assert room.all(Advice)[0].suggests == "half_duplex"
    assert room.mouth.stopped == 0


async def test_an_echo_that_is_understood_after_the_answer_ended_is_one_all_the_same() -> None:
    room = Room()
    room.engines.words = room.mouth.words = "the old lighthouse keeper"
    room.mouth.now = Floor.SOUNDING
    await room.ears.listen(push=False)
    await room.hear(0.6, 0.0)
    await room.hear(0.05)
    room.mouth.now, room.mouth.words = Floor.FREE, ""
    await room.hear(0.5)
    await room.hear(1.5, 0.0)
    assert room.all(Counted)[-1] == Counted("echo")
    assert not room.all(Accepted)
    await room.hear(2.0, 0.0)
    await room.hear(0.8)
    await room.hear(1.5, 0.0)
    assert [turn.text for turn in room.all(Accepted)] == ["the old lighthouse keeper"], "and later a person"


async def test_captions_while_somebody_speaks_and_none_afterwards() -> None:
    room = Room()
    await room.ears.listen(push=False)
    await room.hear(2.0)
    assert room.all(Partial)
    before = len(room.all(Partial))
    await room.hear(1.0, 0.0)
    assert len(room.all(Partial)) == before


async def test_words_that_never_come_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ears_module, "Listening", lambda: Listening(words_s=0.02))
    room = Room()
    room.engines.slow = True
    await room.ears.listen(push=False)
    await room.hear(1.0)
    await room.hear(0.3, 0.0)
    await asyncio.sleep(0.1)
    await room.hear(1.5, 0.0)
    assert room.all(Trouble)
    assert not room.all(Accepted)
    assert not room.mouth.held
    room.engines.slow = False
    await room.hear(1.0)
    await room.hear(1.0, 0.0)
    assert room.all(Accepted)


def test_levels() -> None:
    assert level(np.zeros(WINDOW, np.float32)) == -96.0
    assert abs(level(np.full(WINDOW, 0.1, np.float32)) + 20) < 0.01
