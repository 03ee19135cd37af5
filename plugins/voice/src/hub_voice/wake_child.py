"""Be the process that listens for the wake word: frames of sound in, and word of it when it was said.

The library takes any file for a model and ends the interpreter with a segmentation fault when it is none:
so this is a process of its own, and nothing else is lost with it. Frames, hub to child:

    hub.config  word: name of a model that the package brings, or "", model: path of another
    hub.watch   session, audio {encoding, rate, channels}
    audio-chunk session; payload: PCM in that format
    hub.close   session

Child to hub: ``hub.woken`` with session and score.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog

from hub import AudioFormat, run_child
from hub_voice.pcm import Converter

if TYPE_CHECKING:
    from pyopen_wakeword import OpenWakeWord
    from wyoming.event import Event

    from hub import Link
    from hub_voice.pcm import Samples

log = structlog.get_logger(__name__)

CHUNK = 1280
"""Samples that the model takes at a time: 80 ms."""

SURE, TIMES = 0.6, 2
"""How likely the word must be, in so many looks running: near misses peak once, and below it."""

REST = 25
"""Looks after the word in which it is not heard again: two seconds."""

BACKLOG = 1_000
"""Frames that may wait on a busy machine; beyond it the oldest go: a word that is long over wakes nobody."""

MOST = 8
"""Microphones at once; the one that was heard longest ago goes."""


class Microphone:
    """One stream of sound, and where in the word it is."""

    def __init__(self, audio: AudioFormat, word: OpenWakeWord) -> None:
        from pyopen_wakeword import OpenWakeWordFeatures  # noqa: PLC0415  here, see the module

        self._converter, self._word = Converter(audio), word
        self._features = OpenWakeWordFeatures.from_builtin()
        self._rest = np.zeros(0, np.float32)
        self._running = self._resting = 0

    def push(self, pcm: bytes) -> float:
        """Take sound; return how likely the word was said just now, 0 when it was not."""
        self._rest = np.concatenate([self._rest, self._converter.push(pcm)])
        said = 0.0
        while len(self._rest) >= CHUNK:
            chunk, self._rest = self._rest[:CHUNK], self._rest[CHUNK:]
            said = max(said, self._look(chunk))
        return said

    def _look(self, chunk: Samples) -> float:
        sound = (np.clip(chunk, -1, 1) * 32767).astype("<i2").tobytes()
        said = 0.0
        for features in self._features.process_streaming(sound):
            for likely in self._word.process_streaming(features):
                self._resting = max(0, self._resting - 1)
                self._running = self._running + 1 if likely >= SURE else 0
                if self._running >= TIMES and not self._resting:
                    self._resting, said = REST, float(likely)
        return said


class Listener:
    """The microphones of this process, by session."""

    def __init__(self, link: Link, word: str, model: str) -> None:
        self._link, self._name, self._model = link, word, model
        self._microphones: OrderedDict[str, Microphone] = OrderedDict()
        self._waiting: deque[tuple[str, bytes]] = deque(maxlen=BACKLOG)
        self._news = asyncio.Event()
        self._work = asyncio.create_task(self._listen(), name="wake")
        self._open().close()  # a model that is none ends this process here, before anybody relies on it

    def _open(self) -> OpenWakeWord:
        from pyopen_wakeword import Model, OpenWakeWord  # noqa: PLC0415  here, see the module

        if self._model:
            return OpenWakeWord.from_model(self._model)
        return OpenWakeWord.from_builtin(Model(self._name))

    async def handle(self, frame: Event) -> None:
        """Do what a frame says."""
        name = str(frame.data.get("session", ""))
        if frame.type == "hub.watch":
            self._close(name)
            while len(self._microphones) >= MOST:
                self._close(next(iter(self._microphones)))
            self._microphones[name] = Microphone(AudioFormat(**frame.data["audio"]), self._open())
        elif frame.type == "hub.close":
            self._close(name)
        elif frame.type == "audio-chunk" and name in self._microphones:
            self._waiting.append((name, frame.payload or b""))
            self._news.set()

    async def _listen(self) -> None:
        """Work off what waits, beside the link: who does not read it is taken for hung."""
        while True:
            self._news.clear()
            while self._waiting:
                name, pcm = self._waiting.popleft()
                if (microphone := self._microphones.get(name)) is None:
                    continue
                self._microphones.move_to_end(name)
                if score := await asyncio.to_thread(microphone.push, pcm):
                    await self._link.send("hub.woken", {"session": name, "score": round(score, 3)})
            await self._news.wait()

    async def close(self) -> None:
        """Listen no more."""
        self._work.cancel()
        with suppress(asyncio.CancelledError, ConnectionError):
            await self._work

    def _close(self, name: str) -> None:
        self._microphones.pop(name, None)  # freed once no look at it goes on any more


async def main(link: Link) -> None:
    """Serve until the link ends."""
    listener: Listener | None = None
    try:
        async for frame in link:
            if frame.type == "hub.config":
                config: dict[str, Any] = frame.data
                listener = Listener(link, config.get("word", ""), config.get("model", ""))
                await link.send("hub.ready", {})
            elif frame.type == "hub.drain":
                return
            elif listener is not None:
                await _guarded(listener, frame)
    finally:
        if listener is not None:
            await listener.close()


async def _guarded(listener: Listener, frame: Event) -> None:
    try:
        await listener.handle(frame)
    except (KeyError, TypeError, ValueError) as error:
        log.warning("frame.bad", type=frame.type, reason=repr(error))


if __name__ == "__main__":
    run_child(main)
