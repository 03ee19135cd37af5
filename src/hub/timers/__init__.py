"""Timers, alarms and reminders: set them, hear them, stop them. Durable, as jobs."""

from __future__ import annotations

from hub.timers.timer import Ring, Timer
from hub.timers.timers import SNOOZE_S, Timers

__all__ = ["SNOOZE_S", "Ring", "Timer", "Timers"]
