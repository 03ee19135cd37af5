"""Hear by a Wyoming server: the `hub.SpeechToText` of another program, or of another machine."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop

from hub import EngineInfo, HubError, Sound, Transcript
from hub_voice.wyoming.described import Described, describe
from hub_voice.wyoming.line import READ_S, Absent, Line, always, connected

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub_voice.wyoming.address import Address

RATE = 16_000
"""What every Wyoming server takes; other rates are brought to it here."""

CHUNK_S = 0.1

SLOWEST = 4.0
"""Times the length of a sound that its words may take: a slow server that works is not a dead one."""

LONGEST_S = 600.0
AGAIN_S = 5.0
"""How long a server that was not there is not looked for again: no turn waits for it meanwhile."""

LOWEST_RATE, HIGHEST_RATE = 8_000, 96_000


class WyomingEars:
    """The recogniser of the Wyoming server at ``address``; a connection for each sound.

    ``wait``: seconds that the server may be silent, at least; with long sound it may be so for longer.
    """

    def __init__(self, address: Address, wait: float = READ_S) -> None:
        self._address, self._wait = address, wait
        self._described: Described | None = None
        self._absent: tuple[float, Absent] | None = None  # until when, and what was told

    @property
    def info(self) -> EngineInfo:
        """Say what it is; its languages are known once it was asked."""
        if self._described:
            return self._described.info
        return EngineInfo("wyoming", f"Wyoming server at {self._address}", (), "", self._address.local)

    async def describe(self) -> Described:
        """Ask the server what it is, once. Raises `Unavailable`."""
        if self._described is None:
            self._described = await describe(self._address, "asr")
        return self._described

    async def transcribe(
        self, sound: Sound, *, language: str = "", wanted: Callable[[], bool] = always
    ) -> Transcript:
        """Return the words in ``sound``. Raises `Unavailable`, and `HubError` for a language or a rate."""
        began = time.monotonic()
        if self._absent and began < self._absent[0]:
            raise self._absent[1]
        try:
            return await self._transcribe(sound, language, wanted, began)
        except Absent as error:
            self._absent = (time.monotonic() + AGAIN_S, error)
            raise

    async def _transcribe(
        self, sound: Sound, language: str, wanted: Callable[[], bool], began: float
    ) -> Transcript:
        described = await self.describe()
        engine = described.info.name
        if not described.knows(language):
            known = ", ".join(described.info.languages[:12])
            fix = f"It knows {known}; choose one of them, or another server."
            raise HubError(f"{self._address} does not know the language {language[:20]!r}.", fix=fix)
        pcm = _at_rate(sound)
        text, heard = "", ""
        if pcm and wanted():
            async with connected(self._address, max(self._wait, SLOWEST * sound.seconds)) as line:
                await _send(line, pcm, language)
                text, heard = await _words(line, wanted)
        known_as = heard or language or next(iter(described.info.languages), "en")
        ms = (time.monotonic() - began) * 1000
        return Transcript(text, known_as, engine, ms)


async def _send(line: Line, pcm: bytes, language: str) -> None:
    """Send one utterance."""
    await line.send(Transcribe(language=language or None))
    await line.send(AudioStart(rate=RATE, width=2, channels=1))
    step = int(CHUNK_S * RATE) * 2
    for at in range(0, len(pcm), step):
        await line.send(AudioChunk(rate=RATE, width=2, channels=1, audio=pcm[at : at + step]))
    await line.send(AudioStop())


async def _words(line: Line, wanted: Callable[[], bool]) -> tuple[str, str]:
    """Return the words and their language; nothing when they are no longer ``wanted``."""
    while True:
        event = await line.receive_wanted(wanted)
        if event is None:
            return "", ""
        if event.type == "transcript":  # pieces that stream before it are told again by it
            text, language = event.data.get("text"), event.data.get("language")
            said = text.strip() if isinstance(text, str) else ""
            return said, language if isinstance(language, str) else ""


def _at_rate(sound: Sound) -> bytes:
    """Return the sound at `RATE`. Raises `HubError` for one that is too long, or of another rate."""
    if not LOWEST_RATE <= sound.rate <= HIGHEST_RATE:
        fix = f"Send {LOWEST_RATE} to {HIGHEST_RATE} Hz."
        raise HubError(f"I cannot take sound at {sound.rate} Hz.", fix=fix)
    if sound.seconds > LONGEST_S:
        raise HubError("That sound is too long.", fix=f"Send at most {LONGEST_S / 60:g} minutes.")
    whole = sound.pcm[: len(sound.pcm) // 2 * 2]
    if sound.rate == RATE or not whole:
        return whole
    import numpy as np  # noqa: PLC0415  heavy, and most sound has the right rate

    from hub_voice.pcm import Resampler, to_float  # noqa: PLC0415

    bent = Resampler(sound.rate, RATE).push(to_float(whole, "s16le"))
    return (np.clip(bent, -1, 1) * 32767).astype("<i2").tobytes()
