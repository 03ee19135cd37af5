"""One talk in the terminal: sound up, sound down, words on screen, and a key to be heard by."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from hub.errors import HubError
from hub.talking.line import Frame, Line
from hub.talking.machine import FRAME_S
from hub.talking.pace import Pace

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.talking.files import Sound
    from hub.talking.screen import Screen

TICK_S = 0.01
TAIL_S = 0.3
"""A quiet moment after a file: nobody stops talking at the very last sample."""
READY_S = 15.0
_WORDS = {"recording": "Listening", "processing": "Thinking", "synthesizing": "Thinking", "playing": ""}


class Sink(Protocol):
    """Where the hub's sound goes."""

    async def write(self, rate: int, pcm: bytes) -> None:
        """Take sound, s16le mono."""
        ...

    async def stop(self) -> None:
        """End what runs for it."""
        ...


class Talk:
    """A talk over ``line``; `run` the two of its loops beside what the person does."""

    def __init__(self, line: Line, sink: Sink, screen: Screen) -> None:
        self._line, self._sink, self._screen = line, sink, screen
        self._pace = Pace()
        self.state = "idle"
        self.turns = 0
        self._welcome, self._idle = asyncio.Event(), asyncio.Event()
        self._refused: HubError | None = None

    async def listen(self) -> None:
        """Take what the hub says, until it hangs up."""
        async for message in self._line.messages():
            if isinstance(message, Frame):
                self._pace.take(message.epoch, message.rate, message.pcm, time.monotonic())
            else:
                self._take(message)

    async def play(self) -> None:
        """Hand sound to the speaker in time, and tell the hub what was heard of it."""
        while True:
            now = time.monotonic()
            if pcm := self._pace.due(now):
                await self._sink.write(self._pace.rate, pcm)
            if heard := self._pace.heard(now):
                await self._line.send(type="played", epoch=heard.epoch, samples=heard.samples, dry=heard.dry)
            await asyncio.sleep(TICK_S)

    async def welcomed(self) -> None:
        """Wait until the hub has said hello."""
        async with asyncio.timeout(READY_S):
            await self._welcome.wait()

    async def begin(self, *, push: bool, alternate: bool) -> None:
        """Have the hub listen; with ``push`` until `end`. ``alternate``: not while it speaks."""
        self._idle.clear()
        self._pace.flush(self._pace.epoch + 1 & 0xFFFF)
        if alternate:
            await self._line.send(type="use", half_duplex=True)
        await self._line.send(type="start_recording", mode="push" if push else "vad")

    async def end(self) -> None:
        """Make what was said so far the turn."""
        await self._line.send(type="stop_recording")

    async def cancel(self) -> None:
        """Stop everything."""
        self._pace.flush(self._pace.epoch + 1 & 0xFFFF)
        await self._line.send(type="cancel")

    async def hear(self, frames: AsyncIterator[bytes]) -> None:
        """Send the microphone's sound while the hub wants it."""
        async for frame in frames:
            if self.state != "idle":
                await self._line.push(frame)

    async def ask(self, sound: Sound) -> None:
        """Say ``sound`` in real time as one turn, and wait until its answer has been heard.

        Raises `HubError` when no words were heard, or when the hub refuses.
        """
        await self.begin(push=True, alternate=False)
        step = 2 * int(sound.rate * FRAME_S)
        whole = sound.pcm + bytes(2 * int(sound.rate * TAIL_S))
        began = time.monotonic()
        for number, at in enumerate(range(0, len(whole), step), 1):
            await self._line.push(whole[at : at + step])
            await asyncio.sleep(max(0.0, began + number * FRAME_S - time.monotonic()))
            self._check()
        self._idle.clear()
        await self.end()
        await self._idle.wait()
        self._check()
        if not self.turns:
            raise HubError("I heard no words.", fix="Record it closer and louder, then try again.")

    def _check(self) -> None:
        if self._refused:
            raise self._refused

    def _take(self, message: dict[str, Any]) -> None:  # noqa: C901  one case a message
        match message:
            case {"type": "welcome"}:
                self._welcome.set()
            case {"type": "state", "state": state}:
                self._go(state)
            case {"type": "flush", "epoch": epoch}:
                self._pace.flush(epoch)
            case {"type": "duck", "on": on}:
                self._pace.duck(on=on)
            case {"type": "caption", "text": text} if self.state == "recording":
                self._screen.caption(text)
            case {"type": "withdrawn"}:
                self._screen.caption("")
            case {"type": "transcription", "text": text, "is_final": final}:
                self._heard(text, final=final)
            case {"type": "delta", "text": text}:
                self._screen.answer(text)
            case {"type": "llm_response", "text": text, "final": True}:
                self._screen.answered(text)
            case {"type": "error", "message": text, "fix": fix}:
                self._refused = HubError(text, fix=fix)
                self._screen.note(f"{text} {fix}")
                self._idle.set()
            case {"type": "note" | "advice", "text": text}:
                self._screen.note(text)

    def _heard(self, text: str, *, final: bool) -> None:
        if not final:
            self._screen.caption(text)
            return
        self.turns += 1
        self._screen.asked(text)

    def _go(self, state: str) -> None:
        self.state = state
        self._screen.state(_WORDS.get(state, ""))
        if state == "idle":
            self._idle.set()


async def until_done(work: AsyncIterator[None] | Any, *beside: Any) -> None:
    """Run ``work`` to its end, with ``beside`` running; what fails first is raised."""
    tasks = [asyncio.ensure_future(one) for one in (work, *beside)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
