"""Serve one client of our Wyoming server: what it sends is bounded, and what it asks the ports answer."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import structlog
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioChunkConverter, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.ping import Pong
from wyoming.tts import SynthesizeStopped

from hub import HubError, Sound
from hub_voice.playback.spoken import Sayable
from hub_voice.wyoming import frames, told

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from wyoming.event import Event
    from wyoming.info import Info

    from hub import Slice, SpeechToText, TextToSpeech

log = structlog.get_logger(__name__)

IDLE_S = 120.0
"""How long a client may be silent before its line is closed."""

MOST_SOUND = 16 << 20
"""Bytes of one utterance: more than eight minutes at 16 kHz."""

MOST_TEXT = 100_000
LOWEST_RATE, HIGHEST_RATE = 8_000, 96_000
WIDTHS, CHANNELS = (1, 2, 3, 4), (1, 2)
CHUNK = 4096
"""Bytes of a frame of sound that we send."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is served: the ports as they are now."""

    ears: Callable[[], SpeechToText]
    mouth: Callable[[], TextToSpeech]
    version: str = "1"

    async def told(self) -> Info:
        """Return the description of both."""
        return await told.info(self.ears(), self.mouth(), self.version)


class Guest:
    """One client, for as long as its line holds."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, offer: Offer) -> None:
        self._reader, self._writer, self._offer = reader, writer, offer
        self._language = ""
        self._heard = bytearray()
        self._rate = 0
        self._bend = AudioChunkConverter(width=2, channels=1)
        self._text: Sayable | None = None  # of a text that streams; None when none does
        self._length = 0
        self._voice = ""
        self._started = False

    async def serve(self) -> None:
        """Answer until the client leaves, is silent for too long, or sends what is no frame."""
        try:
            while True:
                async with asyncio.timeout(IDLE_S):
                    event = await frames.read(self._reader)
                if event is None:
                    return
                await self._guarded(event)
        except (OSError, TimeoutError):
            return
        except frames.Malformed as error:
            log.info("wyoming.malformed", reason=str(error))
            await self._say(Error(text="That is no Wyoming frame.", code="malformed"))

    async def _guarded(self, event: Event) -> None:
        """Answer one frame; what cannot be done is told, and the line goes on."""
        try:
            await self._take(event)
        except HubError as error:
            self._reset()
            await frames.write(self._writer, Error(text=f"{error} {error.fix}".strip(), code="refused"))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._reset()
            log.info("wyoming.odd", type=event.type[:40], reason=repr(error)[:200])
            await frames.write(self._writer, Error(text="That frame makes no sense.", code="malformed"))

    async def _take(self, event: Event) -> None:  # noqa: C901  one case a frame
        match event.type:
            case "describe":
                await frames.write(self._writer, await self._offer.told())
            case "ping":
                text = event.data.get("text")
                await frames.write(self._writer, Pong(text=text if isinstance(text, str) else None))
            case "transcribe":
                self._language = _text(event, "language")
                self._forget()
            case "audio-start":
                self._forget()
            case "audio-chunk":
                self._hear(event)
            case "audio-stop":
                await self._transcribe()
            case "synthesize" if self._text is None:
                await self._begin(event)
                await self._feed(_text(event, "text"))
                await self._end(streams=False)
            case "synthesize-start":
                await self._begin(event)
            case "synthesize-chunk" if self._text is not None:
                await self._feed(_text(event, "text"))
            case "synthesize-stop" if self._text is not None:
                await self._end(streams=True)

    # Hearing

    def _hear(self, event: Event) -> None:
        """Take some sound. Raises `HubError` when it is not what we take, or too much."""
        rate, width, channels = (event.data.get(name) for name in ("rate", "width", "channels"))
        if (
            type(rate) is not int or not LOWEST_RATE <= rate <= HIGHEST_RATE
            or width not in WIDTHS or channels not in CHANNELS or self._rate not in {0, rate}
        ):  # fmt: skip
            fix = f"Send PCM of 1 or 2 channels at one rate, {LOWEST_RATE} to {HIGHEST_RATE} Hz."
            raise HubError("I cannot take that sound.", fix=fix)
        payload = event.payload or b""
        whole = payload[: len(payload) // (width * channels) * width * channels]
        chunk = AudioChunk(rate=rate, width=width, channels=channels, audio=whole)
        self._rate = rate
        self._heard += self._bend.convert(chunk).audio
        if len(self._heard) > MOST_SOUND:
            raise HubError("That is too much sound at once.", fix="Send a few minutes at most.")

    async def _transcribe(self) -> None:
        sound, language = Sound(bytes(self._heard), self._rate or 16_000), self._language
        self._forget()
        found = await self._offer.ears().transcribe(sound, language=language)
        await frames.write(self._writer, Transcript(text=found.text, language=found.language or None))

    # Speaking

    async def _begin(self, event: Event) -> None:
        """Begin a text. Raises `HubError` for one that is no plain text, and for an unknown voice."""
        if event.data.get("text_format") not in {None, "text"}:
            raise HubError("I read plain text only.", fix="Leave the marks out.")
        asked = event.data.get("voice")
        named = asked if isinstance(asked, dict) else {}
        self._text, self._length, self._started = Sayable(), 0, False
        self._voice = await self._chosen(named)

    async def _chosen(self, named: dict[str, object]) -> str:
        """Return the voice that is meant: by its name, or the first of its language; else the usual one."""
        if isinstance(name := named.get("name"), str) and name:
            speaker = named.get("speaker")
            return f"{name}:{speaker}" if isinstance(speaker, str) and speaker else name
        if not isinstance(language := named.get("language"), str) or not language:
            return ""
        first = language.replace("_", "-").partition("-")[0].lower()
        for one in await self._offer.mouth().voices():
            if one.language.replace("_", "-").partition("-")[0].lower() == first:
                return one.name
        raise HubError(f"I have no voice for {language[:20]!r}.", fix="Choose a voice that I describe.")

    async def _feed(self, text: str) -> None:
        """Speak what is whole of the text so far. Raises `HubError` when it is too long."""
        self._length += len(text)
        if self._length > MOST_TEXT:
            raise HubError("That text is too long.", fix=f"Send at most {MOST_TEXT:,} characters.")
        if self._text is not None:
            self._text.feed(text)
            await self._speak(self._text, whole=False)

    async def _end(self, *, streams: bool) -> None:
        rest, self._text = self._text, None
        if rest is not None:
            await self._speak(rest, whole=True)
        if not self._started:  # nothing to say: an empty sound, so that nobody waits for one
            await frames.write(self._writer, AudioStart(rate=22_050, width=2, channels=1))
        await frames.write(self._writer, AudioStop())
        if streams:
            await frames.write(self._writer, SynthesizeStopped())

    async def _speak(self, text: Sayable, *, whole: bool) -> None:
        """Send what is whole of the text so far as sound."""
        while (unit := text.take(whole=whole)) is not None:
            if unit.spoken:
                said = self._offer.mouth().speak(unit.spoken, voice=self._voice)
                async with aclosing(cast("AsyncGenerator[Slice, None]", said)) as parts:
                    async for part in parts:
                        await self._send(part.sound)

    async def _send(self, sound: Sound) -> None:
        if not self._started:
            self._started = True
            await frames.write(self._writer, AudioStart(rate=sound.rate, width=2, channels=1))
        for at in range(0, len(sound.pcm), CHUNK):
            part = sound.pcm[at : at + CHUNK]
            await frames.write(self._writer, AudioChunk(rate=sound.rate, width=2, channels=1, audio=part))

    def _forget(self) -> None:
        self._heard, self._rate = bytearray(), 0
        self._bend = AudioChunkConverter(width=2, channels=1)

    def _reset(self) -> None:
        self._forget()
        self._text, self._length = None, 0

    async def _say(self, error: Error) -> None:
        with suppress(OSError, TimeoutError):
            await frames.write(self._writer, error)


def _text(event: Event, field: str) -> str:
    value = event.data.get(field)
    return value if isinstance(value, str) else ""
