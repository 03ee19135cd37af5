"""Pace sound to a listener: know where they are, and never send more at once than they have missed.

Pure: it is given the time. Positions are samples since the epoch began. A listener who acknowledges is
where they said; after a while without a word they are taken to go on by the clock, and who never says
anything is followed by the clock alone. Nobody is ever taken to have heard more than was sent.

Sound goes out somewhat faster than it is heard, until `Output.lead_ms` of it is ahead. After any stall,
ours or the listener's, what was missed beyond `Output.drift_ms` is given up: the schedule slips, and no
burst makes up for it (S4-17).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub_voice.settings import Output


class RateController:
    """One epoch's pace. ``rate``: samples a second."""

    def __init__(self, output: Output, rate: int) -> None:
        self._output, self._rate = output, rate
        self.sent = 0
        """Samples that went out."""
        self.acknowledged = 0
        """Samples that the listener said they have heard."""
        self.slips = 0
        """How often a clock was given up, ours or theirs."""
        self._credit = self._samples(output.drift_ms)
        self._clock = 0.0
        self._at: float | None = None
        self.told_at = 0.0
        """When the listener last told something new, or last had to begin anew."""
        self._waiting = False

    def room(self, now: float) -> int:
        """Return how many samples may go out now; ask it when there are some that wait."""
        self._tick(now)
        ahead = self.sent - self.position(now)
        return int(min(self._credit, self._samples(self._output.lead_ms) - ahead))

    def send(self, samples: int, now: float) -> None:
        """Note that ``samples`` went out."""
        self._tick(now)
        if self.position(now) >= self.sent:  # the listener had run dry: their clock begins anew
            self.told_at = now
            self._clock = self.sent
        self.sent += samples
        self._credit -= samples

    def wait(self, *, more: bool) -> None:
        """Note whether sound is left that waits for its time."""
        self._waiting = more

    def acknowledge(self, samples: int, now: float) -> bool:
        """Take the listener's word; False when it cannot be true, or is old."""
        self._tick(now)
        if not self.acknowledged < samples <= self.sent:
            return False
        if self._clock - samples > self._samples(self._output.drift_ms):
            self.slips += 1  # they were held up: what they missed is theirs to hear later
        self.acknowledged, self.told_at = samples, now
        self._clock = float(samples)
        return True

    def position(self, now: float, *, heard: bool = False) -> int:
        """Return where the listener is; ``heard``: allow for the way to the ear when it is an estimate."""
        self._tick(now)
        if self.acknowledged:
            silent = max(0.0, now - self.told_at - self._output.ack_trust_ms / 1000)
            return int(min(self.sent, self.acknowledged + silent * self._rate))
        late = self._samples(self._output.client_ms) if heard and self._clock < self.sent else 0
        return int(max(0, self._clock - late))

    def _tick(self, now: float) -> None:
        """Move on with the clock, never past what was sent; a clock that jumps back moves nothing."""
        if self._at is None:
            self._at = now
            return
        passed = max(0.0, now - self._at)
        self._at = now
        if self._waiting and passed * 1000 > self._output.drift_ms:
            self.slips += 1  # we were held up
        self._clock = min(self.sent, self._clock + passed * self._rate)
        earned = passed * self._rate * self._output.fill
        self._credit = min(self._samples(self._output.drift_ms), self._credit + earned)

    def _samples(self, ms: float) -> float:
        return self._rate * ms / 1000
