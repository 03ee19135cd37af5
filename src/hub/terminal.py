"""Show in the terminal how the models arrive: a bar that fills, or plain lines where there is no screen."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from hub.models import Models

_BAR = 24  # characters
_REDRAW_S = 0.1
_OLDER_FIRST = ("failed", "checking", "fetching", "missing", "ready")
_MINUTE_S = 60


async def show_progress(models: Models, out: TextIO | None = None) -> None:
    """Write one line for each title (ears, voice, …) with its size and seconds, as its bytes arrive.

    On a terminal the current line is redrawn in place; elsewhere one line tells of the start and one
    of the end. Returns when all that are wanted are ready; when cancelled it tells the latest first.
    """
    lines = _Lines(models, out or sys.stdout)
    try:
        while not lines.draw():  # noqa: ASYNC110  a screen is redrawn by the clock
            await asyncio.sleep(_REDRAW_S)
    finally:
        lines.draw()


class _Lines:
    """What has been written, so that each thing is said once."""

    def __init__(self, models: Models, out: TextIO) -> None:
        self._models, self._out, self._live = models, out, out.isatty()
        self._began: dict[str, float] = {}
        self._said = {title: "ready" for title in self._titles() if self._stands(title)[0] == "ready"}
        self._open = False  # the last line is a bar that has no end yet

    def draw(self) -> bool:
        """Write what is news; return whether all is ready."""
        titles = self._titles()
        for title in titles:
            self._draw_title(title)
        return all(self._said.get(title) == "ready" for title in titles)

    def _titles(self) -> dict[str, None]:
        """Return what is wanted, each title once; "ears" may well be several files."""
        return dict.fromkeys(
            file.title for file in self._models.files if self._models.state(file.name).state != "off"
        )

    def _draw_title(self, title: str) -> None:
        state, done, total, rate, reason = self._stands(title)
        if state == "missing" or (self._said.get(title) == state and state in {"ready", "failed"}):
            return
        if state in {"ready", "failed"}:
            self._said[title] = state
            seconds = time.monotonic() - self._began.get(title, time.monotonic())
            end = f"{_mb(total)} MB in {seconds:.1f} s" if state == "ready" else reason
            self._line(f"{'Got my' if state == 'ready' else 'Could not get my'} {title}: {end}")
            return
        if title not in self._began or self._said.get(title) == "failed":
            self._began[title] = time.monotonic()
            if not self._live:
                self._line(f"Getting my {title}: {_mb(total)} MB")
        self._said[title] = state
        if self._live and state in {"fetching", "checking"} and done:
            filled = _BAR * done // max(total, 1)
            bar = "━" * filled + "╌" * (_BAR - filled)
            left = f", {time_left(total - done, rate)}" if rate else ""
            self._out.write(f"\r\x1b[KGetting my {title} {bar} {_mb(done)} of {_mb(total)} MB{left}")
            self._out.flush()
            self._open = True

    def _line(self, text: str) -> None:
        self._out.write(("\r\x1b[K" if self._open else "") + text + "\n")
        self._out.flush()
        self._open = False

    def _stands(self, title: str) -> tuple[str, int, int, float, str]:
        """Sum up the files of ``title``: worst state, bytes done, in all and a second, why and what to do."""
        files = [file for file in self._models.files if file.title == title]
        states = [state for file in files if (state := self._models.state(file.name)).state != "off"]
        worst = min(states, key=lambda state: _OLDER_FIRST.index(state.state))
        return (
            worst.state,
            sum(state.done for state in states),
            sum(state.total for state in states),
            sum(state.rate for state in states),
            f"{worst.reason} {worst.fix}",
        )


def time_left(size: int, rate: float) -> str:
    """Return how long ``size`` bytes take at ``rate`` bytes a second, in words."""
    seconds = size / rate
    if seconds < _MINUTE_S:
        return f"{max(1, round(seconds))} s left"
    return f"{round(seconds / _MINUTE_S)} min left"


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f}" if size >= 1e6 else f"{size / 1e6:.1f}"  # noqa: PLR2004  bytes in a MB
