"""Ask the speech child for words or for sound beside the talks: the engines' ports on the hub's side."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hub import EngineInfo, HubError, Slice, Sound, Transcript, Unavailable, VoiceInfo
from hub_voice.engine.hearing import always

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from wyoming.event import Event

    Send = Callable[[str, dict[str, Any], bytes | None], Awaitable[None]]

CHUNK = 256 * 1024
"""Bytes of sound in one frame: a talk's frames slip in between."""

LONGEST_S = 600.0
LOWEST, HIGHEST = 8_000, 96_000
"""Bounds of a sound: seconds, and Hz."""

LONGEST_TEXT = 200_000
"""Characters of one text: some four hours of speech."""

HEARD_AT_ONCE, SPOKEN_AT_ONCE = 2, 4
"""Further ones wait: the child works one after the other anyway, and holds each in memory."""

ASK_S = 0.1
"""How often whoever asked is asked whether it still wants the answer."""

WAIT_S = 60.0
"""Seconds without any sign from the child that a request waits."""

LONGER = 5
"""Times a sound's length that its words may take besides: more than the child gives a slow server."""


class Requests:
    """What is asked of the child now, by number; ``send`` raises `Unavailable` when there is no child."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self._numbers = itertools.count(1)
        self._boxes: dict[int, asyncio.Queue[Event | HubError]] = {}

    @contextmanager
    def begun(self) -> Iterator[tuple[int, asyncio.Queue[Event | HubError]]]:
        """Yield the number of a new request and the box that its answers come to."""
        number = next(self._numbers)
        box: asyncio.Queue[Event | HubError] = asyncio.Queue()
        self._boxes[number] = box
        try:
            yield number, box
        finally:
            del self._boxes[number]

    async def drop(self, number: int) -> None:
        """Tell the child that nobody waits for ``number`` any more."""
        try:
            await self.send("hub.cancel", {"request": number}, None)
        except Unavailable:
            return

    def happened(self, frame: Event) -> bool:
        """Take a frame, if it answers a request; say whether it does."""
        number = frame.data.get("request")
        if not isinstance(number, int) or "session" in frame.data:
            return False
        if box := self._boxes.get(number):
            if frame.type == "hub.failed":
                kind = Unavailable if frame.data.get("unavailable") else HubError
                box.put_nowait(kind(str(frame.data.get("reason")), fix=str(frame.data.get("fix"))))
            else:
                box.put_nowait(frame)
        return True

    def lost(self, reason: str, fix: str) -> None:
        """Fail all that is asked: the child is gone."""
        for box in self._boxes.values():
            box.put_nowait(Unavailable(reason, fix=fix))


class ChildEars:
    """The hub's `SpeechToText`: the ears of the speech child. ``described``: what it said of them."""

    def __init__(self, requests: Requests, described: Callable[[], dict[str, Any]]) -> None:
        self._requests, self._described = requests, described
        self._turns = asyncio.Semaphore(HEARD_AT_ONCE)

    @property
    def info(self) -> EngineInfo:
        """Say what hears now; Moonshine until the child has said so."""
        usual = EngineInfo("moonshine-tiny", "Moonshine tiny", ("en",), "MIT")
        return _info(self._described().get("ears")) or usual

    async def transcribe(
        self, sound: Sound, *, language: str = "", wanted: Callable[[], bool] = always
    ) -> Transcript:
        """Return the words in ``sound``. Raises `Unavailable`, and `HubError` for what cannot be heard."""
        _check(sound)
        async with self._turns:
            if not wanted():
                return Transcript("", language or "en")
            with self._requests.begun() as (number, box):
                try:
                    await self._send(number, sound, language, wanted)
                    answer = await _answer(box, wanted, 2 * WAIT_S + LONGER * sound.seconds)
                except (asyncio.CancelledError, Unavailable):
                    await self._requests.drop(number)
                    raise
                if answer is None:
                    await self._requests.drop(number)
                    return Transcript("", language or "en")
        told = {name: value for name, value in answer.data.items() if name != "request"}
        return Transcript(**told)

    async def _send(self, number: int, sound: Sound, language: str, wanted: Callable[[], bool]) -> None:
        pcm = sound.pcm[: len(sound.pcm) // 2 * 2]
        for at in range(0, max(1, len(pcm)), CHUNK):
            if not wanted():
                return
            more = at + CHUNK < len(pcm)
            about = {"rate": sound.rate, "language": language, "first": not at, "more": more}
            await self._requests.send("hub.transcribe", about | {"request": number}, pcm[at : at + CHUNK])


class ChildMouth:
    """The hub's `TextToSpeech`: the voices of the speech child."""

    def __init__(self, requests: Requests, described: Callable[[], dict[str, Any]]) -> None:
        self._requests, self._described = requests, described
        self._turns = asyncio.Semaphore(SPOKEN_AT_ONCE)

    @property
    def info(self) -> EngineInfo:
        """Say what speaks now; Piper until the child has said so."""
        usual = EngineInfo("piper", "Piper", ("en",), "GPL-3.0-or-later")
        return _info(self._described().get("mouth")) or usual

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """Return the voices of the child; none while there is no child."""
        with self._requests.begun() as (number, box):
            try:
                await self._requests.send("hub.voices", {"request": number}, None)
                answer = await _answer(box, always, WAIT_S)
            except Unavailable:
                return ()
        told = answer.data.get("voices", []) if answer else []
        return tuple(VoiceInfo(**voice) for voice in told)

    async def speak(self, text: str, *, voice: str = "", speed: float = 1.0) -> AsyncIterator[Slice]:
        """Yield ``text`` as sound. Raises `Unavailable` without a child, `HubError` for what it refuses."""
        if len(text) > LONGEST_TEXT:
            raise HubError(
                f"I do not speak {len(text)} characters at once.",
                fix=f"Send at most {LONGEST_TEXT}, in parts.",
            )
        done = False
        async with self._turns:
            with self._requests.begun() as (number, box):
                try:
                    about = {"request": number, "text": text, "voice": voice, "speed": speed}
                    await self._requests.send("hub.speak", about, None)
                    while (answer := await _answer(box, always, WAIT_S)) and answer.type == "audio-chunk":
                        sound = Sound(answer.payload or b"", answer.data["rate"])
                        yield Slice(sound, answer.data["remaining"])
                        await self._requests.send("hub.more", {"request": number}, None)
                    done = True
                finally:
                    if not done:
                        await self._requests.drop(number)


def _info(told: object) -> EngineInfo | None:
    if not isinstance(told, dict):
        return None
    return EngineInfo(**{**told, "languages": tuple(told.get("languages", ()))})


def _check(sound: Sound) -> None:
    if not LOWEST <= sound.rate <= HIGHEST:
        raise HubError(
            f"I cannot hear sound at {sound.rate} Hz.", fix=f"Send {LOWEST} to {HIGHEST} Hz, mono s16le."
        )
    if sound.seconds > LONGEST_S:
        minutes = f"{LONGEST_S / 60:.0f} minutes"
        raise HubError(f"That is more than {minutes} of sound.", fix=f"Send at most {minutes} at once.")


async def _answer(
    box: asyncio.Queue[Event | HubError], wanted: Callable[[], bool], seconds: float
) -> Event | None:
    """Return the next answer, None once it is not wanted. Raises what the child failed with."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while wanted():
        step = min(ASK_S if wanted is not always else seconds, max(0.01, end - loop.time()))
        try:
            async with asyncio.timeout(step):
                answer = await box.get()
        except TimeoutError:
            if loop.time() < end:
                continue
            raise Unavailable("My voice process does not answer.", fix="Try again in a moment.") from None
        if isinstance(answer, HubError):
            raise answer
        return answer
    return None
