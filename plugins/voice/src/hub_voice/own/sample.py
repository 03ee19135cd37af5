"""Judge whether a recording is good enough to learn a voice from: long, loud, clean and whole."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from typing import Literal

from hub import HubError, Sound, sound

Quality = Literal["", "quick", "standard", "professional"]

RATE = 24_000
"""Hz at which samples are kept."""

SHORTEST_S, LONGEST_S = 1.0, 600.0
LEAST_RATE = 16_000
QUIET_DB, LOUD_SHARE = -40.0, 0.002
"""Less than this in the mean (dB of full scale) is too quiet; a larger share at full scale is clipped."""

ENOUGH_S = {"quick": 10.0, "standard": 60.0, "professional": 600.0}
"""Seconds of samples that each quality takes (seed 004)."""

_FULL = 32_700


@dataclass(frozen=True, slots=True)
class Judged:
    """A recording that will do. ``rate``: Hz as it was recorded."""

    sound: Sound
    rate: int


async def judge(data: bytes) -> Judged:
    """Return the recording in the file ``data``. Raises `HubError` for what nobody could learn from."""
    heard, facts = await sound.decode(data, rate=RATE, longest=LONGEST_S, whole=True)
    if facts.rate < LEAST_RATE:
        raise HubError(
            f"That was recorded at {facts.rate:,} Hz: too dull.", fix=f"Record at {LEAST_RATE:,} Hz or more."
        )
    if heard.seconds < SHORTEST_S:
        raise HubError("That is shorter than a second.", fix="Read a whole sentence.")
    samples = array("h", heard.pcm)
    level = loudness(samples)
    if level < QUIET_DB:
        raise HubError("That is too quiet to learn from.", fix="Go closer to the microphone.")
    if clipped(samples) > LOUD_SHARE:
        raise HubError("That is too loud: its peaks are cut off.", fix="Go further away, or turn it down.")
    return Judged(heard, facts.rate)


def loudness(samples: array[int]) -> float:
    """Return the level of ``samples`` in dB of full scale, by every seventh of them."""
    some = samples[::7]
    power = sum(one * one for one in some) / max(1, len(some))
    return 10 * math.log10(max(power, 1e-9) / 32_768**2)


def clipped(samples: array[int]) -> float:
    """Return the share of ``samples`` that are at full scale, by every third of them."""
    some = samples[::3]
    return sum(not -_FULL < one < _FULL for one in some) / max(1, len(some))


def quality(seconds: float) -> Quality:
    """Return what so many seconds of samples suffice for."""
    if seconds >= ENOUGH_S["professional"]:
        return "professional"
    if seconds >= ENOUGH_S["standard"]:
        return "standard"
    return "quick" if seconds >= ENOUGH_S["quick"] else ""
