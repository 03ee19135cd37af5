"""Be one speech session on the hub's side: it outlives the child that hears and speaks for it."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections import deque
from typing import TYPE_CHECKING, Any

import structlog

from hub import (
    Advice,
    Audio,
    AudioFormat,
    BargeIn,
    Counted,
    Draft,
    Finished,
    HubError,
    Started,
    Trouble,
    Unavailable,
    Withdrawn,
)
from hub_voice.cadence import Cadence
from hub_voice.settings import Input
from hub_voice.wire import AUDIO

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from hub import SpeechEvent

    Send = Callable[[str, dict[str, Any], bytes | None], Awaitable[None]]

log = structlog.get_logger(__name__)

INTERRUPT_S = 2.0
"""Seconds to wait for the child to say which epoch an interruption began."""

USE_S = 10.0
"""Seconds to wait for the child to open another voice."""

QUEUE = 512
"""Events that wait for the reader; beyond it the oldest sound goes."""

SAMPLE_BYTES = {"s16le": 2, "f32le": 4}


class RemoteSession:
    """A `hub.SpeechSession` whose work is done in the child; ``send`` raises `Unavailable` without one."""

    def __init__(
        self,
        name: str,
        audio: AudioFormat,
        send: Send,
        closed: Callable[[str], None],
        admit: Callable[[RemoteSession], None] = lambda _: None,
    ) -> None:
        self.name = name
        self.dropped = 0
        """Bytes of the person's sound that were dropped because the child could not keep up."""
        self.epoch = 0
        """The latest epoch: sound of an earlier one is never handed out."""
        self._audio, self._send, self._on_close, self._admit = audio, send, closed, admit
        self._events: deque[SpeechEvent] = deque()
        self._news = asyncio.Event()
        self._closed = self._lost = False
        self._listening: bool | None = None
        """How the person is listened to: True is push-to-talk, None not at all."""
        self._draft = self._revision = 0
        self._requests = 0
        self._replies: dict[int, asyncio.Future[int]] = {}
        self._used: dict[int, asyncio.Future[tuple[str, str]]] = {}
        self._ways: dict[str, Any] = {}
        """How it was told to go on (`use`): a new child is told the same."""
        self._speaking = ""
        """The turn that is released and not finished."""
        self._frame = SAMPLE_BYTES[audio.encoding] * audio.channels
        per_ms = self._frame * audio.rate / 1000
        self._shelter_bytes = int(Input().shelter_ms * per_ms)
        self._ring_bytes = int(Input().ring_ms * per_ms)
        self._chunk_bytes = int(Input().chunk_ms * audio.rate / 1000) * self._frame
        self._cadence = Cadence(audio.rate)
        self._ring: deque[bytes | tuple[int, int]] = deque()
        """Sound that waits for the child and, in its place, where the client said it was (epoch, samples)."""
        self._ring_size = self._sent = self._taken = 0
        self._flow = asyncio.Event()
        self._room = asyncio.Event()
        self._stalled = False
        self._pump = asyncio.ensure_future(self._pump_sound())

    @property
    def waiting(self) -> int:
        """Pieces of the person's sound that the child has not been sent yet."""
        return sum(isinstance(each, bytes) for each in self._ring)

    # What the hub asks

    async def events(self) -> AsyncIterator[SpeechEvent]:
        """Yield what happens, until the session is closed."""
        while True:
            while self._events:
                yield self._events.popleft()
            if self._closed:
                return
            self._news.clear()
            await self._news.wait()

    async def listen(self, *, push_to_talk: bool = False) -> None:
        """Start to listen. Raises `Unavailable` when more talk already than this machine can hear."""
        self._admit(self)
        self._listening = push_to_talk
        await self._tell("hub.listen", push=push_to_talk)

    async def finish(self) -> None:
        """Stop listening; what was said so far becomes the turn."""
        self._listening = None
        await self._drain()
        await self._tell("hub.finish")

    async def ignore(self) -> None:
        """Stop listening and drop what was said so far."""
        self._listening = None
        self._forget_sound()
        await self._tell("hub.ignore")

    async def push(self, pcm: bytes) -> None:
        """Take sound from the person; waits at most half a second for a child that is behind, then drops."""
        whole = len(pcm) - len(pcm) % self._frame
        if self._listening is None or self._closed:
            return
        self._cadence_check(whole // self._frame)
        for at in range(0, whole, self._chunk_bytes):
            chunk = pcm[at : min(at + self._chunk_bytes, whole)]
            if self._ring_size + len(chunk) > self._ring_bytes:
                await self._make_room(len(chunk))
            self._ring.append(chunk)
            self._ring_size += len(chunk)
            self._flow.set()

    async def say(self, turn: str, text: str, *, last: bool = False) -> None:
        """Speak a piece of the answer to ``turn``, once it is released."""
        await self._tell("hub.say", turn=turn, text=text, last=last, at=0)

    async def release(self, turn: str) -> None:
        """Let ``turn`` be heard."""
        self._speaking = turn
        await self._tell("hub.release", turn=turn)

    async def played(self, epoch: int, samples: int) -> None:
        """Take the client's word on what it has played.

        It keeps its place among the sound: only so are words that the child gets late laid beside what
        the client played when it heard them, and not beside the silence after it.
        """
        if not self._ring:
            await self._place(epoch, samples)
            return
        if not isinstance(self._ring[-1], bytes):
            self._ring.pop()
        self._ring.append((epoch, samples))

    async def interrupt(self) -> int:
        """Silence at once and forget what was to be said; return the new epoch."""
        self._drop_sound()
        self._speaking = ""
        self._requests += 1
        request = self._requests
        reply: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._replies[request] = reply
        try:
            if await self._tell("hub.interrupt", request=request):
                async with asyncio.timeout(INTERRUPT_S):
                    return await reply
        except TimeoutError:
            log.warning("speech.interrupt_unanswered", session=self.name)
        finally:
            self._replies.pop(request, None)
        self.epoch += 1
        return self.epoch

    async def use(self, *, voice: str = "", half_duplex: bool | None = None) -> None:
        """Speak with ``voice`` from the next piece on; listen while speaking, or not.

        Raises `HubError` when there is no such voice; then nothing changes.
        """
        ways: dict[str, Any] = {"voice": voice, "half_duplex": half_duplex}
        self._requests += 1
        request = self._requests
        reply: asyncio.Future[tuple[str, str]] = asyncio.get_running_loop().create_future()
        self._used[request] = reply
        try:
            if await self._tell("hub.use", request=request, **ways):
                async with asyncio.timeout(USE_S):
                    reason, fix = await reply
                if reason:
                    raise HubError(reason, fix=fix)
        except TimeoutError:
            log.warning("speech.use_unanswered", session=self.name)
        finally:
            self._used.pop(request, None)
        self._ways |= {name: value for name, value in ways.items() if value not in ("", None)}

    async def close(self) -> None:
        """End the session. Safe to call twice."""
        if self._closed:
            return
        self._closed = True
        self._pump.cancel()
        self._news.set()
        self._room.set()
        self._on_close(self.name)
        await self._tell("hub.close")

    @property
    def active(self) -> bool:
        """Whether it listens or speaks: that is what takes the machine's time."""
        return not self._closed and (self._listening is not None or bool(self._speaking))

    # What the child tells

    async def opened(self) -> None:
        """Take the session up in a child, the first or a new one."""
        self._lost, self._sent, self._taken = False, 0, 0
        self.epoch += 1
        audio = dataclasses.asdict(self._audio)
        await self._tell("hub.open", audio=audio, epoch=self.epoch, revision=self._revision)
        if self._ways:
            await self._tell("hub.use", request=0, **{"voice": "", "half_duplex": None, **self._ways})
        if self._listening is not None:
            await self._tell("hub.listen", push=self._listening)
        self._flow.set()

    def lost(self, reason: str, fix: str) -> None:
        """Tell once that the child is gone, and void what it had begun."""
        if self._lost:
            return
        self._lost = True
        self._drop_sound()
        self._speaking = ""
        for reply in self._replies.values():
            if not reply.done():
                reply.set_result(self.epoch + 1)
        for used in self._used.values():
            if not used.done():
                used.set_result(("", ""))  # the new child is told anew
        if self._draft:
            self._put(Withdrawn(self._draft))
            self._draft = 0
        self._put(Trouble(reason, fix))

    def taken(self, size: int) -> None:
        """Note that the child has worked off ``size`` bytes of sound since it was opened."""
        self._taken = size
        self._stalled = False
        self._flow.set()
        self._room.set()

    def interrupted(self, request: int, epoch: int) -> None:
        """Note that the child fell silent; ``epoch`` is the new one."""
        self.epoch = max(self.epoch, epoch)
        reply = self._replies.get(request)
        if reply is not None and not reply.done():
            reply.set_result(epoch)

    def used(self, request: int, reason: str, fix: str) -> None:
        """Note whether the child goes on as it was told; ``reason``: why not."""
        reply = self._used.get(request)
        if reply is not None and not reply.done():
            reply.set_result((reason, fix))

    def happened(self, event: SpeechEvent) -> None:
        """Hand on what the child tells; sound that was overtaken by an interruption is dropped."""
        match event:
            case Audio():
                if self._replies or self._lost or event.epoch < self.epoch:
                    return
                self.epoch = event.epoch
            case BargeIn():
                self._drop_sound()
                self.epoch += 1
                self._speaking = ""
            case Started(turn):
                self._speaking = turn
            case Finished():
                self._speaking = ""
            case Draft(revision):
                self._draft = self._revision = revision
            case Withdrawn(revision):
                self._draft, self._revision = 0, max(self._revision, revision)
        if type(event).__name__ == "Accepted":
            self._draft = 0
        self._put(event)

    # Inner workings

    def _put(self, event: SpeechEvent) -> None:
        if len(self._events) >= QUEUE:
            oldest = next((kept for kept in self._events if isinstance(kept, Audio)), None)
            if oldest is not None:
                self._events.remove(oldest)
        self._events.append(event)
        self._news.set()

    def _cadence_check(self, samples: int) -> None:
        """Tell a client whose sound is not of the rate that it said: no word of it could be heard."""
        if real := self._cadence.push(samples, asyncio.get_running_loop().time()):
            said = f"Your sound is {real:,} Hz, not {self._audio.rate:,}."
            self._put(Advice(f"{said} Say so in hello."))

    def _drop_sound(self) -> None:
        self._events = deque(event for event in self._events if not isinstance(event, Audio))

    async def _place(self, epoch: int, samples: int) -> None:
        await self._tell("hub.played", epoch=epoch, samples=samples)

    def _forget_sound(self) -> None:
        self._ring = deque([each for each in self._ring if not isinstance(each, bytes)][-1:])
        self._ring_size = 0
        self._room.set()
        self._flow.set()

    async def _make_room(self, size: int) -> None:
        """Wait for the child; when it does not move, drop the oldest sound."""
        if not (self._stalled or self._lost):
            self._room.clear()
            try:
                async with asyncio.timeout(Input().wait_ms / 1000):
                    while self._ring_size + size > self._shelter_bytes and not self._closed:
                        self._room.clear()
                        await self._room.wait()
            except TimeoutError:
                self._stalled = True
                log.warning("speech.behind", session=self.name)
        while self._ring and self._ring_size + size > self._shelter_bytes:
            gone = self._ring.popleft()
            if not isinstance(gone, bytes):
                await self._place(*gone)
                continue
            self._ring_size -= len(gone)
            self.dropped += len(gone)
            self._put(Counted("dropped"))

    async def _drain(self) -> None:
        """Wait until the sound so far is on its way: the end must not overtake it."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(Input().shelter_ms / 1000):
                while self._ring and not (self._lost or self._closed):
                    self._room.clear()
                    await self._room.wait()

    async def _pump_sound(self) -> None:
        """Carry sound to the child, as fast as it works it off."""
        while True:
            await self._flow.wait()
            self._flow.clear()
            while self._ring and not self._lost and self._sent - self._taken < self._ring_bytes:
                first = self._ring.popleft()
                self._room.set()
                if not isinstance(first, bytes):
                    await self._place(*first)
                    continue
                self._ring_size -= len(first)
                self._sent += len(first)
                await self._tell(AUDIO, first)

    async def _tell(self, kind: str, payload: bytes | None = None, **data: Any) -> bool:
        """Send a frame; False when there is no child to take it."""
        if self._lost and kind != "hub.open":
            return False
        try:
            await self._send(kind, {"session": self.name, **data}, payload)
        except Unavailable:
            return False
        return True
