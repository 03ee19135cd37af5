"""Let no plugin flood the bus: what it publishes beyond its measure is dropped, counted and complained of."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.plugin.acting import acting, current
from hub.plugin.dispatch import HookError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.events import Event
    from hub.plugin.hooks import Complain

RATE = 1_000
"""Events a second that may be published in the name of one plugin, for as long as it likes."""

BURST = 2_000
"""As many may come at once. An answer of a fast model, asked by voice, is a few hundred a second."""


@dataclass(slots=True)
class _Measure:
    left: float
    at: float
    told: float = float("-inf")
    dropped: int = 0


class Flood:
    """A measure for each plugin. ``complain`` is told once a second while one is over it."""

    def __init__(self, complain: Complain, now: Callable[[], float] = time.monotonic) -> None:
        self._complain, self._now = complain, now
        self._of: dict[str, _Measure] = {}

    def passes(self, event: Event) -> bool:
        """Say whether ``event`` may be published by whoever acts now; the core always may."""
        name = current.get()
        if not name:
            return True
        now = self._now()
        one = self._of.setdefault(name, _Measure(BURST, now))
        one.left, one.at = min(BURST, one.left + RATE * (now - one.at)), now
        if one.left >= 1:
            one.left -= 1
            return True
        one.dropped += 1
        if now - one.told >= 1:
            one.told = now
            with acting(""):  # what is told of it is the core's word
                said = f"It floods the hub with {event.name}: I drop what is over {RATE:,} events a second."
                self._complain(name, "publish", HookError(said, fix="Restart it, or tell its author."))
        return False

    def dropped(self, name: str) -> int:
        """Return how many events of that plugin were dropped."""
        return self._of[name].dropped if name in self._of else 0
