"""Hold a recogniser to the contract of `hub.ports.SpeechToText`, whatever it is made of."""

from __future__ import annotations

import array
import asyncio
import inspect
import math
import random
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from hub.errors import HubError, Unavailable
from hub.ports.engines import EngineInfo, Sound, SpeechToText, Transcript
from hub.testing.contracts import PATIENCE_S, SOON_S, Faults, made

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.testing.contracts import Make

RATES = (8_000, 44_100, 96_000)
REFUSED = (0, 7_999, 96_001)
STRANGE = "tlh"
"""A language that an engine of few languages does not know."""

LONG_S = 30
LEAST = 0.6
"""How much of what was said must be heard, by words; a suite for engines is no measure of them."""


async def check_speech_to_text(
    make: Make,
    *,
    hears: bool = True,
    speech: Sound | None = None,
    said: str = "",
    close: Callable[[Any], Any] | None = None,
    patience_s: float = PATIENCE_S,
) -> None:
    """Fail with all that a `SpeechToText` does against `hub.SpeechToText`'s contract.

    ``hears=False``: it cannot now, and must say so. ``speech``: some seconds in which ``said`` is said,
    in a language that it knows; without it only silence is heard. ``close``: ends the adapter, which
    afterwards must say that it is closed.
    """
    ears = await made(make)
    faults = Faults(type(ears).__name__)
    if not faults.add(isinstance(ears, SpeechToText), "It lacks one of info and transcribe."):
        faults.tell()
    _info(faults, ears)
    if not hears:
        await faults.box("transcribe", _refuses(faults, ears), SOON_S)
        faults.tell()
        return
    for name, nothing in _nothing().items():
        await faults.box(f"Given {name}", _silent(faults, ears, name, nothing), patience_s)
    for odd in (b"", b"\0", b"\x01\x02\x03", bytes(2)):
        await faults.box(f"Given {len(odd)} bytes", _answers(faults, ears, Sound(odd)), patience_s)
    for rate in REFUSED:
        await faults.box(f"At {rate} Hz", _refused(faults, ears, rate), SOON_S)
    if speech is not None:
        await _heard(faults, ears, speech, said, patience_s)
    if ears.info.languages:
        await faults.box("Another language", _stranger(faults, ears), SOON_S)
    if close is not None:
        await faults.box("Closed", _closed(faults, ears, close), SOON_S)
    faults.tell()


async def _heard(faults: Faults, ears: SpeechToText, speech: Sound, said: str, patience_s: float) -> None:
    await faults.box("Speech", _hears(faults, ears, speech, said), patience_s)
    for rate in RATES:
        await faults.box(
            f"Speech at {rate} Hz", _hears(faults, ears, at_rate(speech, rate), said), patience_s
        )
    odd = Sound(speech.pcm + b"\0", speech.rate)
    await faults.box("An odd byte", _hears(faults, ears, odd, said), patience_s)
    long = Sound(_twice(speech, LONG_S), speech.rate)
    await faults.box(f"{LONG_S} s", _long(faults, ears, long, said), 2 * patience_s)
    await faults.box("Two at once", _two(faults, ears, speech, said), 2 * patience_s)
    await faults.box("Given up", _gives_up(faults, ears, long), patience_s)
    await faults.box("Cancelled", _cancelled(faults, ears, long), patience_s)
    await faults.box("Speech after all that", _hears(faults, ears, speech, said), patience_s)


def _info(faults: Faults, ears: SpeechToText) -> None:
    info = ears.info
    if faults.add(isinstance(info, EngineInfo), "info: it must be a hub.EngineInfo."):
        faults.add(info.name.strip() and info.title.strip(), "info: it must have a name and a title.")


async def _refuses(faults: Faults, ears: SpeechToText) -> None:
    try:
        await ears.transcribe(Sound(bytes(32_000)))
    except Unavailable as error:
        faults.add(str(error) and error.fix, "transcribe: what is unavailable says why, and what to do.")
        return
    faults.add(False, "transcribe: without ears it must raise hub.Unavailable.")


async def _answers(faults: Faults, ears: SpeechToText, sound: Sound, **how: Any) -> Transcript | None:
    """Return the transcript, whose form must be right."""
    found = await ears.transcribe(sound, **how)
    if not faults.add(isinstance(found, Transcript), "transcribe: it must return a hub.Transcript."):
        return None
    faults.add(found.text == found.text.strip(), "transcribe: no blanks around the text.")
    faults.add(found.ms >= 0, "transcribe: nothing takes less than no time.")
    sure = found.confidence
    faults.add(sure is None or 0 <= sure <= 1, "transcribe: a confidence is of 0 to 1.")
    return found


async def _silent(faults: Faults, ears: SpeechToText, name: str, sound: Sound) -> None:
    found = await _answers(faults, ears, sound)
    faults.add(not found or not found.text, f"transcribe: it heard {found and found.text!r} in {name}.")


async def _refused(faults: Faults, ears: SpeechToText, rate: int) -> None:
    try:
        await ears.transcribe(Sound(bytes(3200), rate))
    except HubError as error:
        faults.add(str(error) and error.fix, "transcribe: a rate that is refused says why, and what to do.")
        return
    faults.add(False, f"transcribe: {rate} Hz must be refused with hub.HubError.")


async def _hears(faults: Faults, ears: SpeechToText, sound: Sound, said: str) -> None:
    found = await _answers(faults, ears, sound)
    if found is not None:
        enough = heard_of(said, found.text) >= LEAST
        faults.add(enough, f"transcribe: of {said!r} at {sound.rate} Hz it heard {found.text!r}.")
        faults.add(found.engine, "transcribe: it names the engine that heard.")


async def _long(faults: Faults, ears: SpeechToText, sound: Sound, said: str) -> None:
    found = await _answers(faults, ears, sound)
    if found is not None:
        halves = found.text[: len(found.text) // 2], found.text[len(found.text) // 2 :]
        both = all(heard_of(said, half) >= LEAST for half in halves)
        faults.add(both, f"transcribe: of {LONG_S} s it heard {found.text!r}.")


async def _two(faults: Faults, ears: SpeechToText, speech: Sound, said: str) -> None:
    one, other = await asyncio.gather(
        ears.transcribe(speech), ears.transcribe(Sound(bytes(2 * speech.rate), speech.rate))
    )
    faults.add(heard_of(said, one.text) >= LEAST, "transcribe: of two at once each gets its own words.")
    faults.add(not other.text, "transcribe: silence beside speech is still silence.")


async def _gives_up(faults: Faults, ears: SpeechToText, long: Sound) -> None:
    """Stop wanting it: an answer must come, with or without words."""
    asked = 0

    def wanted() -> bool:
        nonlocal asked
        asked += 1
        return asked < 2

    await _answers(faults, ears, long, wanted=wanted)
    faults.add(asked, "transcribe: it never asked whether the answer is still wanted.")
    await _answers(faults, ears, long, wanted=lambda: False)


async def _cancelled(faults: Faults, ears: SpeechToText, long: Sound) -> None:
    async def consume() -> None:
        await ears.transcribe(long)
        await asyncio.sleep(PATIENCE_S)

    task = asyncio.create_task(consume())
    await asyncio.sleep(0.05)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=SOON_S)
    if (
        faults.add(done, f"transcribe: cancellation must end it within {SOON_S:g} s.")
        and not task.cancelled()
    ):
        faults.add(False, f"transcribe: it swallowed its cancellation ({task.exception()!r}).")


async def _stranger(faults: Faults, ears: SpeechToText) -> None:
    with suppress(Unavailable):
        try:
            await ears.transcribe(Sound(bytes(32_000)), language=STRANGE)
        except HubError as error:
            faults.add(
                str(error) and error.fix, "transcribe: a language that it does not know says what to do."
            )
            return
        faults.add(False, "transcribe: a language that it does not know raises hub.HubError.")


async def _closed(faults: Faults, ears: SpeechToText, close: Callable[[Any], Any]) -> None:
    ended = close(ears)
    if inspect.isawaitable(ended):
        await ended
    await _refuses(faults, ears)


def heard_of(said: str, heard: str) -> float:
    """Return which part of the words in ``said`` stands in ``heard``, 0 to 1, in any order."""
    left, right = ([_plain(word) for word in text.split()] for text in (said, heard))
    there = set(right)
    return sum(word in there for word in left) / max(1, len(left))


def _plain(word: str) -> str:
    return "".join(letter for letter in word.lower() if letter.isalnum())


def at_rate(sound: Sound, rate: int) -> Sound:
    """Bring ``sound`` to another rate, straight from sample to sample: good enough to be understood."""
    samples = array.array("h", sound.pcm[: len(sound.pcm) // 2 * 2])
    count = len(samples) * rate // sound.rate
    made = array.array("h", bytes(2 * count))
    step = max(1, sound.rate // rate)  # going down, neighbours are averaged, against aliases
    for at in range(count):
        place = at * sound.rate / rate
        first = int(place)
        if step > 1:
            near = samples[first : first + step]
            made[at] = sum(near) // len(near)
        else:
            second = samples[min(first + 1, len(samples) - 1)]
            made[at] = int(samples[first] + (second - samples[first]) * (place - first))
    return Sound(made.tobytes(), rate)


def _twice(sound: Sound, seconds: float) -> bytes:
    """Return ``seconds`` with ``sound`` at their beginning and at their end.

    Not more often: a recogniser may take one sentence over and over for its own fault, and start again.
    """
    pcm = sound.pcm[: len(sound.pcm) // 2 * 2]
    return pcm + bytes(max(2 * sound.rate, int(seconds * sound.rate) * 2 - 2 * len(pcm))) + pcm


def _nothing() -> dict[str, Sound]:
    """Return sounds in which nobody speaks."""
    dice = random.Random(6)
    hiss = array.array("h", [int(dice.gauss(0, 300)) for _ in range(32_000)])
    hum = array.array("h", [int(4000 * math.sin(at * 2 * math.pi * 50 / 16_000)) for at in range(32_000)])
    return {"silence": Sound(bytes(64_000)), "hiss": Sound(hiss.tobytes()), "a hum": Sound(hum.tobytes())}
