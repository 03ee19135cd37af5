"""Draw a bar that fills on the terminal; say nothing where there is none."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WIDTH = 24
_REDRAW_S = 0.1


@contextmanager
def bar(doing: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that takes bytes done and in all; the bar is gone afterwards."""
    live, drawn = sys.stderr.isatty(), 0.0

    def draw(done: int, total: int) -> None:
        nonlocal drawn
        if live and time.monotonic() - drawn > _REDRAW_S:
            drawn = time.monotonic()
            filled = _WIDTH * done // max(total, 1)
            line = (
                f"{doing} {'━' * filled}{'╌' * (_WIDTH - filled)} {done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
            )
            print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)  # noqa: T201  that is its job

    try:
        yield draw
    finally:
        if live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)  # noqa: T201  as above
