"""A moment as it was said, and the moment that it means."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from hub.jobs.recurrence import next_after

if TYPE_CHECKING:
    from datetime import tzinfo

Half = Literal["", "am", "pm", "night"]
Pace = Literal["wake", "day"]
"""What a bare hour most likely means: of an alarm, or of what one does by day."""


class Impossible(Exception):  # noqa: N818  an answer, not a fault
    """The words name a moment that there is not; the message says so to the person."""


@dataclass(frozen=True, slots=True)
class When:
    """A moment as it was said: parts that were named, empty where nothing was.

    ``clock``: hour and minute as said, ``half`` of the day; ``day``; ``seconds`` from now; ``rule``
    (RFC 5545) with ``every``, the same in words.
    """

    seconds: float | None = None
    clock: tuple[int, int] | None = None
    sure: bool = False
    half: Half = ""
    usual: int | None = None
    day: date | None = None
    rule: str = ""
    every: str = ""

    def __bool__(self) -> bool:
        return self != When()

    @property
    def timed(self) -> bool:
        """Whether a time of day, or a span, was named."""
        return (
            self.clock is not None or self.seconds is not None or self.rule.startswith(("FREQ=H", "FREQ=M"))
        )

    def start(self, now: datetime, pace: Pace) -> datetime:
        """Return the first local moment meant, later than ``now`` (aware). Raises `Impossible`."""
        zone = now.tzinfo
        assert zone is not None  # noqa: S101  our own clock gave it
        first = self.day or now.date()
        if self.half == "night" and self.clock and self.clock[0] in (0, 1, 2, 3, 4, 12) and not self.sure:
            first += timedelta(days=1)  # "tonight at one" is after midnight
        if self.rule:
            return self._recurs(first, now, pace, zone)
        for ahead in (0, 1) if self.day is None else (0,):
            for hour, minute in self._options(now, pace):
                then = _real(first + timedelta(days=ahead), hour, minute, zone)
                if then > now:
                    return then
        if (self.half == "night" and self.day is None) or self.day == now.date():
            raise Impossible("That time has passed today. Shall it be tomorrow?")
        raise Impossible("That time has passed.")

    def _recurs(self, first: date, now: datetime, pace: Pace, zone: tzinfo) -> datetime:
        hour, minute = self._options(now, pace)[0]
        start = datetime(first.year, first.month, first.day, hour, minute)  # noqa: DTZ001  local, as rules are
        found = next_after(self.rule, start, now.timestamp(), zone)
        if found is None:
            raise Impossible("That day never comes.")
        return datetime.fromtimestamp(found, zone)

    def _options(self, now: datetime, pace: Pace) -> list[tuple[int, int]]:  # noqa: PLR0911  a form of time a line
        """Return the times of day that may be meant, in order."""
        if self.clock is None:
            return [(self.usual, 0)] if self.usual is not None else [(now.hour, now.minute)]
        hour, minute = self.clock
        if self.sure or hour > 12 or (hour == 0 and not self.half):  # noqa: PLR2004  a clock's face
            return [(hour, minute)]
        if self.half == "am":
            return [(hour % 12, minute)]
        if self.half == "pm" or (self.half == "night" and hour not in (12, 1, 2, 3, 4)):
            return [(hour % 12 + 12, minute)]
        if self.half == "night":
            return [(hour % 12, minute)]
        both = [(hour % 12, minute), (hour % 12 + 12, minute)]
        if pace == "wake":
            return both[:1] if 4 <= hour <= 9 else both  # noqa: PLR2004  one wakes in the morning
        by_day = [option for option in both if 7 <= option[0] <= 21]  # noqa: PLR2004  when people are up
        return by_day or both


def _real(day: date, hour: int, minute: int, zone: tzinfo) -> datetime:
    """Return the moment of a local time; one that the clocks skip is as much later as they are moved."""
    local = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
    return datetime.fromtimestamp(local.timestamp(), zone)
