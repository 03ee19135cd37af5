"""Answer, in the speech child, what the hub asks of its engines beside the talks (frames: `wire`)."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, cast

import structlog

from hub import HubError, Sound, Unavailable
from hub_voice.playback.spoken import spoken

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine

    from wyoming.event import Event

    from hub import Link, Slice
    from hub_voice.engine.engines import Engines

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Requests that are under way at once; the hub sends fewer."""

LONGEST_BYTES = 600 * 96_000 * 2
"""Sound of one request: ten minutes at the highest rate."""

AHEAD = 6
"""Slices of speech that are sent before the hub has taken the first of them."""

KINDS = frozenset({"hub.transcribe", "hub.speak", "hub.voices", "hub.more", "hub.cancel"})
"""The frames that are a request's, and no session's."""


@dataclass(slots=True)
class _Asked:
    """A request under way."""

    sound: bytearray = field(default_factory=bytearray)
    room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AHEAD))
    task: asyncio.Task[None] | None = None
    wanted: bool = True


class Answers:
    """The requests of this child, by number."""

    def __init__(self, link: Link, engines: Engines) -> None:
        self._link, self._engines = link, engines
        self._asked: dict[int, _Asked] = {}

    @property
    def idle(self) -> bool:
        """Whether nothing is asked for."""
        return not self._asked

    async def handle(self, frame: Event) -> None:
        """Take a frame of a request; the answer follows by itself."""
        request, data = int(frame.data["request"]), frame.data
        match frame.type:
            case "hub.transcribe":
                await self._collect(request, data, frame.payload or b"")
            case "hub.speak":
                self._begin(request, self._speak(request, data))
            case "hub.voices":
                self._begin(request, self._voices(request))
            case "hub.more" if request in self._asked:
                self._asked[request].room.release()
            case "hub.cancel":
                self._cancel(request)

    async def close(self) -> None:
        """End every request; nobody is told."""
        for request in tuple(self._asked):
            self._cancel(request)

    async def _collect(self, request: int, data: dict[str, Any], payload: bytes) -> None:
        if request not in self._asked and not data.get("first"):
            return  # the rest of one that was cancelled
        asked = self._asked.setdefault(request, _Asked())
        asked.sound += payload
        if len(asked.sound) > LONGEST_BYTES:
            self._cancel(request)
            await self._fail(request, HubError("That sound is too long.", fix="Send at most ten minutes."))
        elif not data.get("more"):
            self._begin(request, self._transcribe(request, data))

    def _begin(self, request: int, work: Coroutine[None, None, None]) -> None:
        asked = self._asked.setdefault(request, _Asked())
        asked.task = asyncio.create_task(self._guarded(request, work))

    async def _guarded(self, request: int, work: Coroutine[None, None, None]) -> None:
        try:
            if len(self._asked) > AT_ONCE:
                raise Unavailable("Too much is asked of my voice at once.", fix="Try again in a moment.")  # noqa: TRY301
            await work
        except HubError as error:
            await self._fail(request, error)
        except ConnectionError:
            pass  # the hub is gone, and this process goes too
        except Exception as error:
            log.exception("request.failed")
            failed = Unavailable("My voice process failed at that.", fix="Try again, or see the log.")
            failed.__cause__ = error
            await self._fail(request, failed)
        finally:
            work.close()
            self._asked.pop(request, None)

    async def _transcribe(self, request: int, data: dict[str, Any]) -> None:
        asked = self._asked[request]
        sound = Sound(bytes(asked.sound), int(data["rate"]))
        asked.sound = bytearray()
        said = await self._engines.ears.transcribe(
            sound, language=str(data.get("language", "")), wanted=lambda: asked.wanted
        )
        await self._link.send("hub.transcript", {"request": request, **asdict(said)})

    async def _speak(self, request: int, data: dict[str, Any]) -> None:
        asked, voice = self._asked[request], str(data.get("voice", ""))
        # on a thread: a book takes a second, and the ears of this process may not wait
        text = await asyncio.to_thread(spoken, str(data["text"]), english=self._engines.mouths.english(voice))
        slices = self._engines.mouths.speak(text, voice=voice, speed=float(data.get("speed", 1.0)))
        async with aclosing(cast("AsyncGenerator[Slice, None]", slices)) as parts:
            await self._engines.traffic.quiet()
            async for part in parts:
                await asked.room.acquire()
                about = {"request": request, "rate": part.sound.rate, "remaining": part.remaining}
                await self._link.send("audio-chunk", about, part.sound.pcm)
                await self._engines.traffic.quiet()
        await self._link.send("hub.spoken", {"request": request})

    async def _voices(self, request: int) -> None:
        there = [asdict(voice) for voice in await self._engines.mouths.voices()]
        await self._link.send("hub.voices", {"request": request, "voices": there})

    def _cancel(self, request: int) -> None:
        asked = self._asked.pop(request, None)
        if asked is not None:
            asked.wanted = False
            if asked.task is not None:
                asked.task.cancel()

    async def _fail(self, request: int, error: HubError) -> None:
        about = {"request": request, "reason": str(error), "fix": error.fix}
        about["unavailable"] = isinstance(error, Unavailable)
        await self._link.send("hub.failed", about)
