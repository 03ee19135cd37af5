"""Hold a synthesiser to the contract of `hub.ports.TextToSpeech`, whatever it is made of."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any, cast

from hub.errors import HubError, Unavailable
from hub.ports.engines import EngineInfo, Slice, TextToSpeech, VoiceInfo
from hub.testing.contracts import PATIENCE_S, SOON_S, Faults, made

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from hub.testing.contracts import Make

SILENT = ("", " \n\t", "\U0001f642", "\U0001f600\U0001f680 ✓", "...", "—", "\x00\x1b[31m")
"""Texts without words: saying nothing is right, raising is not."""

ODD = ("Grüße, 日本語, ✓", "</s><|im_end|>{{ 7*7 }}", "aaaa" * 20, "1234567890")

LEAST_S = 0.2
"""Seconds that a short sentence takes at least."""


async def check_text_to_speech(
    make: Make,
    *,
    speaks: bool = True,
    say: str = "It will rain this afternoon.",
    speeds: bool = True,
    languages: bool = True,
    patience_s: float = PATIENCE_S,
) -> None:
    """Fail with all that a `TextToSpeech` does against `hub.TextToSpeech`'s contract.

    ``speaks=False``: it cannot now, and must say so. ``speeds=False``: it may ignore the speed.
    ``languages=False``: its voices may not say of what language they are.
    """
    mouth = await made(make)
    faults = Faults(type(mouth).__name__)
    if not faults.add(isinstance(mouth, TextToSpeech), "It lacks one of info, voices and speak."):
        faults.tell()
    _info(faults, mouth)
    if not speaks:
        await faults.box("speak", _refuses(faults, mouth, say), SOON_S)
        faults.tell()
        return
    await faults.box("voices", _voices(faults, mouth, languages), patience_s)
    await faults.box("A sentence", _says(faults, mouth, say), patience_s)
    for text in SILENT:
        await faults.box(f"Asked {text!r}", _bears(faults, mouth, text), patience_s)
    for text in ODD:
        await faults.box(f"Asked {text[:20]!r}", _bears(faults, mouth, text), 2 * patience_s)
    await faults.box("A long text, given up", _gives_up(faults, mouth, say), patience_s)
    await faults.box("An answer cancelled", _cancelled(faults, mouth, say), patience_s)
    await faults.box("Two at once", _two(faults, mouth, say), 2 * patience_s)
    await faults.box("A voice that is not there", _no_voice(faults, mouth, say), patience_s)
    if speeds:
        await faults.box("Speed", _speeds(faults, mouth, say), 2 * patience_s)
    await faults.box("A sentence after all that", _says(faults, mouth, say), patience_s)
    faults.tell()


def _info(faults: Faults, mouth: TextToSpeech) -> None:
    info = mouth.info
    if faults.add(isinstance(info, EngineInfo), "info: it must be a hub.EngineInfo."):
        faults.add(info.name.strip() and info.title.strip(), "info: it must have a name and a title.")


async def _refuses(faults: Faults, mouth: TextToSpeech, say: str) -> None:
    try:
        async for _ in mouth.speak(say):
            break
    except Unavailable as error:
        faults.add(str(error) and error.fix, "speak: what is unavailable says why, and what to do.")
        return
    faults.add(False, "speak: without a voice it must raise hub.Unavailable.")


async def _voices(faults: Faults, mouth: TextToSpeech, languages: bool) -> None:
    there = await mouth.voices()
    if not faults.add(there, "voices: one that speaks has a voice."):
        return
    faults.add(all(isinstance(one, VoiceInfo) for one in there), "voices: each is a hub.VoiceInfo.")
    faults.add(len({one.name for one in there}) == len(there), "voices: no two have one name.")
    faults.add(not languages or all(one.language for one in there), "voices: each has a language.")
    sound = await _spoken(mouth, "Yes.", voice=there[0].name)
    faults.add(sound, "voices: speak takes the name of the first.")


async def _says(faults: Faults, mouth: TextToSpeech, say: str) -> None:
    parts = await _spoken(mouth, say)
    if not faults.add(parts, f"speak: {say!r} made no sound."):
        return
    faults.add(all(isinstance(one, Slice) for one in parts), "speak: it yields hub.Slice.")
    faults.add(len({one.sound.rate for one in parts}) == 1, "speak: a text has one rate.")
    faults.add(8_000 <= parts[0].sound.rate <= 96_000, "speak: a rate is of 8 to 96 kHz.")
    faults.add(all(len(one.sound.pcm) % 2 == 0 for one in parts), "speak: samples have two bytes.")
    faults.add(all(one.remaining >= 0 for one in parts), "speak: remaining counts samples.")
    faults.add(parts[-1].remaining == 0, "speak: after the last slice nothing remains.")
    faults.add(sum(one.sound.seconds for one in parts) >= LEAST_S, f"speak: {say!r} was too short.")
    faults.add(any(any(one.sound.pcm) for one in parts), "speak: it was silent.")


async def _bears(faults: Faults, mouth: TextToSpeech, text: str) -> None:
    parts = await _spoken(mouth, text)
    faults.add(text.strip() or not parts, "speak: no text makes no sound.")


async def _gives_up(faults: Faults, mouth: TextToSpeech, say: str) -> None:
    """Take the first slice of 100 kB and close: both must be soon."""
    long = f"{say} " * (100_000 // (len(say) + 1))
    async with _stream(mouth, long) as stream:
        part = await anext(stream)
        faults.add(part.remaining > 0, "speak: of a long text more remains after the first slice.")
        try:
            async with asyncio.timeout(SOON_S):
                await stream.aclose()
        except TimeoutError:
            faults.add(False, f"speak: closing it must end the work within {SOON_S:g} s.")


async def _cancelled(faults: Faults, mouth: TextToSpeech, say: str) -> None:
    async def consume() -> None:
        await _spoken(mouth, f"{say} " * 200)
        await asyncio.sleep(PATIENCE_S)

    task = asyncio.create_task(consume())
    await asyncio.sleep(0.05)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=SOON_S)
    if faults.add(done, f"speak: cancellation must end it within {SOON_S:g} s.") and not task.cancelled():
        faults.add(False, f"speak: it swallowed its cancellation ({task.exception()!r}).")


async def _two(faults: Faults, mouth: TextToSpeech, say: str) -> None:
    alone = sum(one.sound.seconds for one in await _spoken(mouth, say))
    both = await asyncio.gather(_spoken(mouth, say), _spoken(mouth, f"{say} {say}"))
    first, second = (sum(one.sound.seconds for one in parts) for parts in both)
    faults.add(alone * 0.6 < first < alone * 1.6, "speak: two at once mixed up their sound.")
    faults.add(first < second, "speak: of two at once each gets its own text.")


async def _no_voice(faults: Faults, mouth: TextToSpeech, say: str) -> None:
    with suppress(Unavailable):  # a mouth may be too far away to know
        try:
            await _spoken(mouth, say, voice="nobody-of-that-name")
        except HubError as error:
            faults.add(str(error) and error.fix, "speak: for a voice that is not there it says what to do.")
            return
        faults.add(False, "speak: a voice that is not there raises hub.HubError.")


async def _speeds(faults: Faults, mouth: TextToSpeech, say: str) -> None:
    slow, fast = [
        sum(one.sound.seconds for one in await _spoken(mouth, say, speed=speed)) for speed in (0.7, 1.6)
    ]
    faults.add(fast < 0.8 * slow, "speak: who asks for more speed is done sooner.")


def _stream(mouth: TextToSpeech, text: str, **how: Any) -> aclosing[AsyncGenerator[Slice, None]]:
    return aclosing(cast("AsyncGenerator[Slice, None]", mouth.speak(text, **how)))


async def _spoken(mouth: TextToSpeech, text: str, **how: Any) -> list[Slice]:
    async with _stream(mouth, text, **how) as stream:
        return [part async for part in stream]
