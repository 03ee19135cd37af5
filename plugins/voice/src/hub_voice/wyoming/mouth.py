"""Speak by a Wyoming server: the `hub.TextToSpeech` of another program, or of another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming.audio import AudioChunk, AudioChunkConverter
from wyoming.tts import (
    Synthesize,
    SynthesizeChunk,
    SynthesizeStart,
    SynthesizeStop,
    SynthesizeVoice,
)

from hub import EngineInfo, HubError, Slice, Sound, VoiceInfo
from hub_voice.wyoming.described import Described, describe
from hub_voice.wyoming.line import READ_S, Line, connected
from hub_voice.wyoming.tempo import Tempo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming.event import Event

    from hub_voice.wyoming.address import Address

LOWEST_RATE, HIGHEST_RATE = 8_000, 96_000
WIDTHS, CHANNELS = (1, 2, 3, 4), (1, 2)
LONGEST_S = 3_600.0
"""Seconds of sound that one text may become: a server that never ends is hung up on."""

USUAL = "wyoming"
"""The name of the voice that a server speaks with unasked."""

LETTERS_S = 15.0
"""Letters that are spoken in a second, about."""

PART = 16_000
"""Characters that go into one frame."""


class WyomingMouth:
    """The synthesiser of the Wyoming server at ``address``; a connection for each text.

    ``wait``: seconds that the server may be silent. ``speed``: a factor on every speed asked for.
    """

    def __init__(self, address: Address, wait: float = READ_S, speed: float = 1.0) -> None:
        self._address, self._wait, self._speed = address, wait, speed
        self._described: Described | None = None

    @property
    def info(self) -> EngineInfo:
        """Say what it is; its languages are known once it was asked."""
        if self._described:
            return self._described.info
        return EngineInfo("wyoming", f"Wyoming server at {self._address}", (), "", self._address.local)

    async def describe(self) -> Described:
        """Ask the server what it is, once. Raises `Unavailable`."""
        if self._described is None:
            self._described = await describe(self._address, "tts")
        return self._described

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """Return its voices, its usual one first: the protocol does not tell which that is."""
        described = await self.describe()
        languages = described.info.languages
        usual = VoiceInfo(
            USUAL, f"The usual voice of {self._address}", languages[0] if len(languages) == 1 else "",
            described.info.name,
        )  # fmt: skip
        return (usual, *described.voices)

    async def speak(self, text: str, *, voice: str = "", speed: float = 1.0) -> AsyncIterator[Slice]:
        """Yield ``text`` as sound. The protocol knows no speed: the sound is shortened or drawn out here."""
        text = "".join(sign if sign.isprintable() else " " for sign in text)
        if not any(sign.isalnum() for sign in text):
            return
        described = await self.describe()
        chosen, tempo = self._voice(described, voice), Tempo(speed * self._speed)
        left, held = _Left(text, speed * self._speed), Sound(b"")
        async with connected(self._address, self._wait) as line:
            await (_stream if described.streams else _ask)(line, text, chosen)
            async for sound in _sounds(line, streams=described.streams):
                changed = tempo.push(sound)
                if not changed.pcm:
                    continue
                if not left.begun:  # the first goes at once, the others once it is known that more comes
                    yield left.slice(changed)
                    continue
                if held.pcm:
                    yield left.slice(held)
                held = changed
        rest = tempo.finish()
        if held.pcm:
            yield Slice(held, len(rest.pcm) // 2)
        if rest.pcm:
            yield Slice(rest)

    def _voice(self, described: Described, voice: str) -> SynthesizeVoice | None:
        """Return ``voice``, or ``voice:speaker``, as the protocol names it. Raises `HubError`."""
        if voice in {"", USUAL}:
            return None
        names = [one.name for one in described.voices]
        if voice.partition(":")[0] not in names:
            fix = f"Choose one of: {', '.join(names[:12])}."
            raise HubError(f"{self._address} has no voice {voice[:60]!r}.", fix=fix)
        name, _, speaker = voice.partition(":")
        return SynthesizeVoice(name=name, speaker=speaker or None)


class _Left:
    """About how much of a text is still to come: the protocol does not tell."""

    def __init__(self, text: str, speed: float) -> None:
        self._seconds = len(text) / LETTERS_S / max(0.1, speed)
        self.begun = False

    def slice(self, sound: Sound) -> Slice:
        """Return ``sound``, which is not the last, with what is left after it."""
        self.begun = True
        self._seconds -= sound.seconds
        return Slice(sound, max(1, int(self._seconds * sound.rate)))


async def _ask(line: Line, text: str, voice: SynthesizeVoice | None) -> None:
    await line.send(Synthesize(text, voice))


async def _stream(line: Line, text: str, voice: SynthesizeVoice | None) -> None:
    await line.send(SynthesizeStart(voice))
    for at in range(0, len(text), PART):
        await line.send(SynthesizeChunk(text[at : at + PART]))
    await line.send(SynthesizeStop())


async def _sounds(line: Line, *, streams: bool) -> AsyncIterator[Sound]:
    """Yield the sound of one answer; of a server that ``streams`` each sentence has a start and stop."""
    last, seconds = "synthesize-stopped" if streams else "audio-stop", 0.0
    bend = AudioChunkConverter(width=2, channels=1)
    while (event := await line.receive()).type != last:
        if event.type != "audio-chunk" or not event.payload:
            continue
        sound = _sound(line, event, bend)
        seconds += sound.seconds
        if seconds > LONGEST_S:
            raise line.broken()
        yield sound


def _sound(line: Line, event: Event, bend: AudioChunkConverter) -> Sound:
    """Return one chunk as mono s16le."""
    rate, width, channels = (event.data.get(name) for name in ("rate", "width", "channels"))
    if (
        type(rate) is not int or not LOWEST_RATE <= rate <= HIGHEST_RATE
        or width not in WIDTHS or channels not in CHANNELS
    ):  # fmt: skip
        raise line.broken()
    whole = (event.payload or b"")[: len(event.payload or b"") // (width * channels) * width * channels]
    chunk = bend.convert(AudioChunk(rate=rate, width=width, channels=channels, audio=whole))
    return Sound(chunk.audio, rate)
