"""What happens to timers, alarms and reminders."""

from __future__ import annotations

import time
from typing import Literal

from hub.events.event import Event


class TimerEvent(Event):
    """Something about a timer, an alarm or a reminder; ``due`` in Unix seconds."""

    timer: str
    kind: Literal["timer", "alarm", "reminder"]
    title: str
    due: float


class TimerSet(TimerEvent):
    """It was set, or set to another time."""

    name = "timer.set"

    def line(self) -> str | None:
        """Name it and its time."""
        return f"{self.title} set for {time.strftime('%H:%M', time.localtime(self.due))}"


class TimerRang(TimerEvent):
    """It rings, in every tab, until somebody stops it; ``late``: seconds after it was due."""

    name = "timer.rang"
    late: float = 0.0

    def line(self) -> str | None:
        """Name it; say so when it is late."""
        late = f", {self.late / 60:,.0f} min late: I was off" if self.late >= 60 else ""  # noqa: PLR2004  a minute
        return f"{self.title} rings{late}"


class TimerEnded(TimerEvent):
    """It rings no more, or never will: stopped, snoozed, missed or cancelled."""

    name = "timer.ended"
    how: Literal["stopped", "snoozed", "missed", "cancelled"]

    def line(self) -> str | None:
        """Name it and how it ended."""
        return f"{self.title} rang and nobody came" if self.how == "missed" else f"{self.title} {self.how}"
