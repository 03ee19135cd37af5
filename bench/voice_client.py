"""Be a person at a tab of the hub: speak in real time, hear in real time, and note when what came.

The microphone never stops: 20 ms frames on an absolute clock, a frame leaving when its last sample was
"recorded". Sound is played as it comes (`Ear`), and acknowledged every 100 ms as the page does.
All times are seconds on the monotonic clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from voice_corpus import RATE, noise

from hub.testing import first_loud

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from voice_corpus import Pcm

    from hub.testing import RunningHub, Tab

FRAME = RATE // 50
ACK_S = 0.1
JITTER_S = 0.06
"""What the page's player waits for before it begins; only underruns are judged with it."""


@dataclass(slots=True)
class Ear:
    """Plays what comes: ``loud`` is when the first audible sample since `forget` sounded."""

    epoch: int = 0
    rate: int = 22_050
    began: float = 0.0
    """When the first sample of this epoch began to sound."""
    ends: float = 0.0
    """When the last sample that came will have sounded."""
    slack: float = 0.0
    """When it would have with the page's buffer in front."""
    received: int = 0
    loud: float | None = None
    louds: list[float] = field(default_factory=list)
    underruns: int = 0
    expected: bool = False
    """Whether more of the answer is to come: a gap is an underrun."""
    gaps: list[float] = field(default_factory=list)

    def take(self, data: bytes, at: float) -> None:
        """Hear a frame of sound with its header of 8 bytes, which came ``at``."""
        _, _, epoch, self.rate = struct.unpack_from("<BBHI", data)
        if epoch != self.epoch or not self.received:
            self.epoch, self.received, self.began, self.ends = epoch, 0, at, at
            self.slack = at + JITTER_S
        late = at - self.slack
        if late > 0:
            if self.expected:
                self.underruns += 1
                self.gaps.append(late)
            self.slack = at + JITTER_S
        start = max(at, self.ends)
        samples = (len(data) - 8) // 2
        if self.loud is None and (into := first_loud(data)) is not None:
            self.loud = start + into
            self.louds.append(self.loud)
        self.ends, self.received = start + samples / self.rate, self.received + samples
        self.slack += samples / self.rate
        self.expected = True

    def played(self, now: float) -> int:
        """Return how many samples of this epoch have sounded."""
        return min(self.received, max(0, self.received - int(max(0.0, self.ends - now) * self.rate)))

    def flush(self) -> None:
        """Fall silent."""
        self.received, self.ends, self.expected = 0, 0.0, False


@dataclass(slots=True)
class Spoken:
    """Something the person said: when it began and truly ended."""

    start: float
    end: float


class Caller:
    """A person at a tab. ``log``: every JSON message with the time it came."""

    def __init__(self, tab: Tab, *, seed: int = 1) -> None:
        self.tab, self.ear = tab, Ear()
        self.log: list[tuple[float, dict[str, Any]]] = []
        self.state = "idle"
        self.late: list[float] = []
        """How late microphone frames left, seconds: the bench's own noise."""
        self._says: deque[Pcm] = deque()
        self._room = (noise(RATE * 4, seed) * 32767).astype("<i2")
        self._frame = 0
        self._t0 = 0.0
        self._news = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.failed: BaseException | None = None

    async def start(self, mode: str = "vad") -> None:
        """Press the button, and begin to send sound."""
        await self.tab.send(type="start_recording", mode=mode)
        self._t0 = time.monotonic()
        self._tasks = [asyncio.create_task(work) for work in (self._microphone(), self._hear(), self._acks())]

    async def stop(self) -> None:
        """Leave."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def say(self, pcm: Pcm) -> Spoken:
        """Speak ``pcm`` from the next frame on; what is still being said goes first."""
        waiting = sum(len(one) for one in self._says)
        start = self._t0 + self._frame * FRAME / RATE + waiting / RATE
        self._says.append(pcm)
        return Spoken(start, start + len(pcm) / RATE)

    def forget(self) -> None:
        """Listen for the first audible sample anew."""
        self.ear.loud = None

    async def until(self, holds: Any, timeout: float) -> bool:
        """Wait until ``holds()``; False when it does not come to it. Raises what broke the socket."""
        end = time.monotonic() + timeout
        while not holds():
            if self.failed:
                raise ConnectionError("the socket broke") from self.failed
            left = end - time.monotonic()
            if left <= 0:
                return False
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left, 0.25))
        return True

    async def quiet(self, seconds: float) -> None:
        """Do nothing for a while."""
        await asyncio.sleep(seconds)

    def messages(self, kind: str, since: float = 0.0) -> list[tuple[float, dict[str, Any]]]:
        """Return the messages of that type that came after ``since``."""
        return [(at, one) for at, one in self.log if one["type"] == kind and at >= since]

    async def hush(self) -> None:
        """Cancel the answer, and listen again: a person who presses the button twice."""
        await self.tab.send(type="cancel")
        self.ear.flush()
        await self.tab.send(type="start_recording", mode="vad")

    async def _microphone(self) -> None:
        rest = np.zeros(0, "<i2")
        while True:
            frame = rest[:FRAME]
            rest = rest[FRAME:]
            while len(frame) < FRAME and self._says:
                said = self._says.popleft()
                take = FRAME - len(frame)
                frame, rest = np.concatenate([frame, said[:take]]), said[take:]
            if len(frame) < FRAME:
                at = self._frame * FRAME % (len(self._room) - FRAME)
                frame = np.concatenate([frame, self._room[at : at + FRAME - len(frame)]])
            elif len(rest):
                self._says.appendleft(rest)
                rest = rest[:0]
            self._frame += 1
            due = self._t0 + self._frame * FRAME / RATE
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self.late.append(time.monotonic() - due)
            await self.tab.socket.send_bytes(frame.astype("<i2").tobytes())

    async def _hear(self) -> None:
        try:
            while True:
                message = await self.tab.receive(3600)
                now = self.tab.at
                if message["type"] == "audio":
                    self.ear.take(message["data"], now)
                else:
                    self._note(message, now)
                self._news.set()
        except (ConnectionError, TypeError) as error:
            self.failed = error
            self._news.set()

    def _note(self, message: dict[str, Any], now: float) -> None:
        self.log.append((now, message))
        match message["type"]:
            case "flush":
                self.ear.flush()
            case "state":
                self.state = message["state"]
            case "playback_complete":
                self.ear.expected = False

    async def _acks(self) -> None:
        while True:
            await asyncio.sleep(ACK_S)
            if self.ear.received:
                played = self.ear.played(time.monotonic())
                ack = {"type": "played", "epoch": self.ear.epoch, "samples": played}
                await self.tab.socket.send_str(json.dumps(ack))


@contextlib.asynccontextmanager
async def calling(hub: RunningHub, *, seed: int = 1, talk: str = "") -> AsyncIterator[Caller]:
    """Yield a person who has pressed the button."""
    if not talk:
        async with hub.client.post(hub.url + "/api/talks") as response:
            response.raise_for_status()
            talk = (await response.json())["id"]
    async with hub.tab(conversation=talk, audio={"encoding": "s16le", "rate": RATE}) as tab:
        caller = Caller(tab, seed=seed)
        await caller.start()
        try:
            yield caller
        finally:
            await caller.stop()
