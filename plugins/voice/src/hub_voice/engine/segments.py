"""Cut a long sound where it is quietest, and find where anybody speaks in it at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hub_voice.engine.vad import VoiceDetector
from hub_voice.settings import RATE, WINDOW, WINDOW_MS, Waits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub_voice.engine.runtime import Model
    from hub_voice.pcm import Samples

LONGEST_S = 20
"""Seconds of a segment: what recognisers of this size were made for, and what bounds their memory."""

SEARCH_S = 6
"""Seconds at the end of a segment that are searched for the quietest place."""

SHORT_S = 8
"""Seconds of sound that are heard as they are, silence and all."""

APART = 2 * RATE
"""Samples of silence that part what is said: behind more of it small recognisers hear nothing, or music."""

AROUND = RATE * 3 // 10
"""Samples kept before and after what is said."""

HUSH = RATE // 10
"""Samples that are quiet together: 100 ms, a breath between words."""


def segments(samples: Samples, longest_s: float = LONGEST_S) -> Iterator[Samples]:
    """Yield ``samples`` in pieces of at most ``longest_s``, each cut in the quietest tenth of a second."""
    longest, at = int(longest_s * RATE), 0
    while len(samples) - at > longest:
        end = at + _quietest(samples[at : at + longest])
        yield samples[at:end]
        at = end
    if at < len(samples) or not at:
        yield samples[at:]


def _quietest(samples: Samples) -> int:
    start = max(HUSH, len(samples) - SEARCH_S * RATE)
    energy = np.concatenate([[0.0], np.cumsum(np.square(samples[start:], dtype=np.float64))])
    sums = energy[HUSH:] - energy[:-HUSH]
    return start + int(sums.argmin()) + HUSH // 2


def utterances(samples: Samples, detector: Model, least_ms: float) -> list[Samples]:
    """Return the parts of a segment in which somebody speaks for ``least_ms``; a short one is one part."""
    if len(samples) <= SHORT_S * RATE:
        return [samples] if voiced_ms(samples, detector, least_ms) >= least_ms else []
    parts: list[list[int]] = []
    for at in _voiced(samples, detector):
        if parts and at - parts[-1][-1] < APART:
            parts[-1].append(at)
        else:
            parts.append([at])
    return [
        samples[max(0, part[0] - AROUND) : part[-1] + WINDOW + AROUND]
        for part in parts
        if len(part) * WINDOW_MS >= least_ms
    ]


def voiced_ms(samples: Samples, detector: Model, enough: float = float("inf")) -> float:
    """Return how many milliseconds of ``samples`` hold speech; stops counting at ``enough``."""
    found = 0.0
    for _ in _voiced(samples, detector):
        found += WINDOW_MS
        if found >= enough:
            break
    return found


def _voiced(samples: Samples, detector: Model) -> Iterator[int]:
    """Yield where each window begins that holds speech."""
    ear, threshold = VoiceDetector(detector), Waits().voiced
    for at in range(0, len(samples), WINDOW):
        window = samples[at : at + WINDOW]
        if ear.push(np.pad(window, (0, WINDOW - len(window)))) > threshold:
            yield at
