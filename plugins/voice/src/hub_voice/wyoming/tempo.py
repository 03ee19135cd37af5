"""Make speech quicker or slower at the same pitch, as it streams: waveform similarity overlap-add.

W. Verhelst and M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA)", 1993.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import Sound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Wave = NDArray[np.float32]

WINDOW_S = 0.030
SEEK_S = 0.008
"""How far around its place the best continuation is looked for: a period of a low voice."""

SLOWEST, QUICKEST = 0.5, 2.0
NEAR = 0.01
"""A speed this near to 1 is 1."""


class Tempo:
    """One stream of mono s16le sound at ``speed``; 1 hands it on as it is."""

    def __init__(self, speed: float) -> None:
        self._speed = min(QUICKEST, max(SLOWEST, speed))
        self._plain = abs(self._speed - 1) < NEAR
        self._rate = 0
        self._kept: Wave | None = None  # sound not used up yet, its first sample at ``_base``
        self._base = self._place = 0
        self._tail: Wave | None = None  # the second half of the last window: what the next goes on from

    def push(self, sound: Sound) -> Sound:
        """Take the next sound, return what it completes."""
        if self._plain or not sound.pcm:
            return sound
        import numpy as np  # noqa: PLC0415  heavy, and most speak as they were recorded

        wave = np.frombuffer(sound.pcm, "<i2").astype(np.float32)
        before = self.finish().pcm if self._rate not in {0, sound.rate} else b""
        self._rate = sound.rate
        self._kept = wave if self._kept is None else np.concatenate([self._kept, wave])
        return Sound(before + self._step(), sound.rate)

    def finish(self) -> Sound:
        """Return what is left, and begin anew."""
        if self._plain or self._kept is None or not self._rate:
            return Sound(b"")
        import numpy as np  # noqa: PLC0415

        half = self._half
        self._kept = np.concatenate([self._kept, np.zeros(4 * half, np.float32)])
        rest, rate = self._step(last=True), self._rate
        self._kept, self._tail, self._base, self._place, self._rate = None, None, 0, 0, 0
        return Sound(rest, rate)

    @property
    def _half(self) -> int:
        return int(WINDOW_S * self._rate) // 2

    def _step(self, *, last: bool = False) -> bytes:
        """Lay as many windows as there is sound for; ``last``: up to the padding."""
        import numpy as np  # noqa: PLC0415

        assert self._kept is not None  # noqa: S101  both callers have just filled it
        half, seek = self._half, int(SEEK_S * self._rate)
        rise = (0.5 - 0.5 * np.cos(np.pi * np.arange(half) / half)).astype(np.float32)
        made: list[Wave] = []
        end = self._base + len(self._kept) - (4 * half if last else 0)
        while self._place + seek + 2 * half <= (end + 2 * half if last else end) and self._place < end:
            at = self._find(self._place, half, seek)
            window = self._kept[at - self._base : at - self._base + 2 * half]
            head = window[:half] * rise
            made.append(window[:half] if self._tail is None else self._tail * (1 - rise) + head)
            self._tail = window[half:]
            self._place += int(half * self._speed)
        gone = max(0, min(self._place - seek - self._base, len(self._kept)))
        self._kept, self._base = self._kept[gone:], self._base + gone
        if not made:
            return b""
        return np.clip(np.concatenate(made), -32768, 32767).astype("<i2").tobytes()

    def _find(self, place: int, half: int, seek: int) -> int:
        """Return the start near ``place`` from which the sound goes on most like the last window would."""
        import numpy as np  # noqa: PLC0415

        if self._tail is None or self._kept is None:
            return place
        low = max(self._base, place - seek)
        field = self._kept[low - self._base : place + seek + half - self._base]
        if len(field) < half:
            return low
        score = np.correlate(field, self._tail, "valid")
        power = np.convolve(field**2, np.ones(half, np.float32), "valid")
        return low + int(np.argmax(score / np.sqrt(power + 1)))
