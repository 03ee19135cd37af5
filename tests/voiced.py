"""A voice for tests that need no model: it speaks 100 ms a piece, and hears what a test puts in."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hub import ports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from hub.errors import HubError


class Session:
    """A speech session: speaks 100 ms a piece once it is released, and hears what a test puts in."""

    def __init__(self, audio: ports.AudioFormat) -> None:
        self.audio, self.calls = audio, list[tuple[Any, ...]]()
        self.out: asyncio.Queue[ports.SpeechEvent | None] = asyncio.Queue()
        self.heard = bytearray()
        self.said: dict[str, list[str]] = {}
        self.released, self.ended = set[str](), set[str]()
        self.mute = False
        """Makes no sound by itself."""

    async def events(self) -> AsyncIterator[ports.SpeechEvent]:
        while (event := await self.out.get()) is not None:
            yield event

    def tell(self, *events: ports.SpeechEvent) -> None:
        for event in events:
            self.out.put_nowait(event)

    async def listen(self, *, push_to_talk: bool = False) -> None:
        self.calls.append(("listen", push_to_talk))

    async def finish(self) -> None:
        self.calls.append(("finish",))

    async def ignore(self) -> None:
        self.calls.append(("ignore",))

    async def push(self, pcm: bytes) -> None:
        self.heard += pcm

    async def say(self, turn: str, text: str, *, last: bool = False) -> None:
        self.said.setdefault(turn, []).append(text)
        if last:
            self.ended.add(turn)
        self._speak(turn)

    async def release(self, turn: str) -> None:
        self.released.add(turn)
        self._speak(turn)

    def _speak(self, turn: str) -> None:
        if turn not in self.released or self.mute:
            return
        pieces, self.said[turn] = self.said.get(turn, []), []
        for piece in filter(None, pieces):
            self.calls.append(("said", piece))
            self.tell(ports.Audio(1, 0, 22_050, b"\x10\x00" * 2_205), ports.Heard(turn, len(piece), False))
        if turn in self.ended:
            self.tell(ports.Finished(turn, 1))

    async def played(self, epoch: int, samples: int) -> None: ...

    async def interrupt(self) -> int:
        self.calls.append(("interrupt",))
        return 2

    async def use(self, *, voice: str = "", half_duplex: bool | None = None) -> None:
        self.calls.append(("use", voice, half_duplex))

    async def close(self) -> None:
        self.calls.append(("close",))
        self.out.put_nowait(None)


class Voice:
    """All three ports of speech."""

    def __init__(self) -> None:
        self.info = ports.EngineInfo("test", "Test")
        self.sessions: list[Session] = []
        self.sounds: list[ports.Sound] = []
        self.fails: HubError | None = None
        self.mute = False

    async def open(self, session: str, audio: ports.AudioFormat) -> Session:
        assert session
        if self.fails:
            raise self.fails
        self.sessions.append(Session(audio))
        self.sessions[-1].mute = self.mute
        return self.sessions[-1]

    async def transcribe(
        self, sound: ports.Sound, *, language: str = "", wanted: Callable[[], bool] = lambda: True
    ) -> ports.Transcript:
        del language, wanted
        if self.fails:
            raise self.fails
        self.sounds.append(sound)
        return ports.Transcript(f"{sound.seconds:.1f} seconds of words")

    async def voices(self) -> tuple[ports.VoiceInfo, ...]:
        return (ports.VoiceInfo("joe", "Joe"),)

    async def speak(self, text: str, **_: object) -> AsyncIterator[ports.Slice]:
        del text
        for _ in ():
            yield ports.Slice(ports.Sound(b""))
