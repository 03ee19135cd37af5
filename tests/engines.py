"""Ears and a voice that say what they were given: for tests of what stands between them and a client."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hub.errors import HubError
from hub.ports import EngineInfo, Slice, Sound, Transcript, VoiceInfo, always

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable


class Ears:
    """Hears how long a sound is, and at which rate; knows English and German."""

    info = EngineInfo("told-ears", "Told ears", ("en", "de"))

    def __init__(self) -> None:
        self.heard: list[Sound] = []

    async def transcribe(
        self, sound: Sound, *, language: str = "", wanted: Callable[[], bool] = always
    ) -> Transcript:
        del wanted
        if language not in {"", "en", "de"}:
            raise HubError(f"I do not understand {language}.", fix="Use en or de.")
        self.heard.append(sound)
        await asyncio.sleep(0)
        text = f"{sound.seconds:.1f} seconds at {sound.rate}."
        return Transcript(text, language or "en", self.info.name, 1.0, 0.75)


class Mouth:
    """Says a text as a tenth of a second of a loud level for each word; knows two voices."""

    info = EngineInfo("told-mouth", "A told mouth")
    rate = 22_050
    pause = 0.0

    def __init__(self) -> None:
        self.said: list[tuple[str, str, float]] = []
        self.stopped = 0

    async def voices(self) -> tuple[VoiceInfo, ...]:
        return VoiceInfo("low", "Low", engine="told"), VoiceInfo("high", "High", "de", "told")

    async def speak(self, text: str, *, voice: str = "", speed: float = 1.0) -> AsyncIterator[Slice]:
        if voice not in {"", "low", "high"}:
            raise HubError(f"There is no voice {voice}.", fix="Choose one of /voices.")
        self.said.append((text, voice, speed))
        try:
            for _ in text.split():
                yield Slice(Sound(b"\x00\x20" * int(self.rate / 10 / speed), self.rate))
                await asyncio.sleep(self.pause)
        except (GeneratorExit, asyncio.CancelledError):
            self.stopped += 1
            raise
