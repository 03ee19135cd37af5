"""Decide when the words so far are worth another look, for captions: a pass must earn its sound."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from hub_voice.settings import WINDOW_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LEAST_MS = 500
"""New sound that a pass needs at least."""

SHARE = 0.15
"""Of the time that may go to captions: a pass of 70 ms earns its sound in half a second."""


class Captions:
    """One session's back-off. Slow machines caption less often, and never fall behind."""

    def __init__(self) -> None:
        self._seen = 0
        self._busy = False
        self._rest_until = 0.0

    def due(self, now: float, windows: int) -> bool:
        """Tell whether to look at a speech that is ``windows`` long by now (seconds)."""
        if windows < self._seen:  # another speech
            self._seen = 0
        if self._busy or now < self._rest_until or (windows - self._seen) * WINDOW_MS < LEAST_MS:
            return False
        self._seen = windows
        return True

    @contextlib.contextmanager
    def passing(self, now: Callable[[], float]) -> Iterator[None]:
        """Time a pass, and rest after it in proportion."""
        self._busy, began = True, now()
        try:
            yield
        finally:
            self._busy = False
            took = now() - began
            self._rest_until = now() + took * (1 / SHARE - 1)
