"""Tell whether the microphone hears the answer: what went out, and its words, laid beside what came in.

All by the number of the window that was heard, which is the client's own clock: sound that comes late is
laid beside what was played when it was heard, and not beside what is played when it comes.

Both are kept as the energies of a few bands, window by window, and compared at every delay that a way
through client, air and room can have. A room smears the answer and colours it, but keeps its rhythm in
every band; another voice has a rhythm of its own. Cheap: some 20 us a window, and 1 ms a comparison.
"""

from __future__ import annotations

import itertools
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hub_voice.settings import RATE, WINDOW, windows
from hub_voice.turn.echo import Overlap

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub_voice.pcm import Samples

    Bands = NDArray[np.float32]

EDGES = (150, 350, 600, 900, 1300, 1800, 2500, 3400, 4800)
"""Hz between which a band lies."""

HOP_S = 0.016
"""Seconds from one measure of what went out to the next; each is of twice as much sound."""

RANGE_DB = 30.0
"""What is quieter than the loudest by more than this is noise on one side or the other."""

EARLIEST, LATEST = -0.1, 0.7
"""Seconds by which the microphone may be behind the place where the listener is thought to be."""

KEPT = 2_000
"""Measures kept of either side: half a minute."""

LEAST = 8
"""Windows below which there is nothing to compare."""

RING = windows(1500)
"""Windows after the answer's last in which a microphone may still hear it: rooms ring, clients play late."""

CHANCE = 1.2
"""Two voices are alike by chance, at the best of all delays, by up to this over the number of windows."""


class Sent:
    """The bands of what went out in one epoch, by position. ``rate``: Hz of its samples."""

    def __init__(self, rate: int) -> None:
        self.rate, self._hop = rate, int(rate * HOP_S)
        self._first = 0
        self._measures: deque[Bands] = deque(maxlen=KEPT)
        self._rest = np.zeros(0, np.float32)

    def add(self, pcm: bytes) -> None:
        """Take the next samples, s16le."""
        self._rest = np.concatenate([self._rest, np.frombuffer(pcm, "<i2").astype(np.float32) / 32768])
        while len(self._rest) >= 2 * self._hop:
            if len(self._measures) == KEPT:
                self._first += 1
            self._measures.append(bands(self._rest[: 2 * self._hop], self.rate))
            self._rest = self._rest[self._hop :]

    def at(self, samples: int) -> int:
        """Return the number of the measure that begins at position ``samples``."""
        return samples // self._hop

    def read(self, numbers: NDArray[np.int64]) -> Bands | None:
        """Return those measures; what never went out is silence. None when none of them is there."""
        places = numbers - self._first
        there = (places >= 0) & (places < len(self._measures))
        if not there.any():
            return None
        chosen = np.full((len(numbers), len(EDGES) - 1), -96.0, np.float32)
        for row in np.flatnonzero(there):
            chosen[row] = self._measures[int(places[row])]
        return chosen


class Mirror:
    """What one session's microphone heard while an answer sounded, and how alike the two are."""

    def __init__(self) -> None:
        self._heard: deque[_Heard] = deque(maxlen=KEPT)
        self._place: _Place | None = None
        self._sounded = 0

    def sounds(self, number: int, sent: Sent, position: int, saying: str) -> None:
        """Note that an answer sounds in window ``number``: at ``position`` samples of ``sent``, as last told.

        ``saying``: its words around that place. Between two such places the listener goes on by the window.
        """
        known, self._sounded = self._place, number
        if known is None or known.sent is not sent or known.position != position:
            self._place = _Place(number, sent, position, saying)

    def hear(self, number: int, window: Samples) -> None:
        """Note window ``number``, while an answer sounds or still may ring."""
        if self._place is not None and number - self._sounded <= RING:
            measure = self._place.sent.at(self._place.at(number))
            self._heard.append(_Heard(number, measure, bands(window, RATE), self._place))

    def overlap(self, first: int, last: int) -> Overlap:
        """Return what may tell windows [first, last) for an echo: the answer's words then, and its sound."""
        chosen = [each for each in self._heard if first <= each.number < last]
        return Overlap(chosen[-1].place.saying, _likeness(chosen)) if chosen else Overlap()


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """Where the listener was in window ``number``: ``position`` samples into ``sent``, hearing ``saying``."""

    number: int
    sent: Sent
    position: int
    saying: str

    def at(self, number: int) -> int:
        """Return the position in window ``number``, if the listener has gone on since."""
        return self.position + (number - self.number) * WINDOW * self.sent.rate // RATE


@dataclass(frozen=True, slots=True, eq=False)
class _Heard:
    """The bands of a window, and the number of the measure that the listener heard meanwhile."""

    number: int
    measure: int
    bands: Bands
    place: _Place


def _likeness(heard: list[_Heard]) -> float:
    """Return how alike ``heard`` and the answer are, at best: a correlation, 0 to 1."""
    chosen = _audible(heard)
    if len(chosen) < LEAST:
        return 0.0
    sent = chosen[-1].place.sent
    chosen = [each for each in chosen if each.place.sent is sent]
    measured = np.array([each.bands for each in chosen])
    places = np.array([each.measure for each in chosen], np.int64)
    best = 0.0
    for lag in range(int(EARLIEST / HOP_S), int(LATEST / HOP_S) + 1):
        out = sent.read(places - lag - 2)
        if out is not None:
            best = max(best, _correlation(measured, out))
    return max(0.0, best - CHANCE / len(chosen))


def _audible(heard: list[_Heard]) -> list[_Heard]:
    """Return ``heard`` without the quiet before and behind it: every voice begins after a silence."""
    peaks = [float(each.bands.max()) for each in heard]
    loud = [at for at, peak in enumerate(peaks) if peak > max(peaks) - RANGE_DB + 5]
    return heard[loud[0] : loud[-1] + 1] if loud else []


def bands(sound: Samples, rate: int) -> Bands:
    """Return the energy of ``sound`` in each band, dB."""
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2 / len(sound)
    edges = [int(edge * len(sound) / rate) for edge in EDGES]
    sums = [power[low : max(high, low + 1)].sum() for low, high in itertools.pairwise(edges)]
    return np.asarray(10 * np.log10(np.array(sums) + 1e-9), np.float32)


def _correlation(one: Bands, other: Bands) -> float:
    """Correlate two runs of bands, each band about its own mean."""
    one, other = _levelled(one), _levelled(other)
    size = float(np.sqrt((one * one).sum() * (other * other).sum()))
    return float((one * other).sum()) / size if size > 0 else 0.0


def _levelled(run: Bands) -> Bands:
    clipped = np.maximum(run, run.max(axis=0) - RANGE_DB)
    return np.asarray(clipped - clipped.mean(axis=0), np.float32)
