"""Say in words how long ago something was, and how long something lasts."""

from __future__ import annotations

import time

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def span(seconds: float) -> str:
    """Return, for example, "3 hours"; "a moment" below a minute."""
    for size, name in _UNITS:
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "a moment"


def ago(at: float) -> str:
    """Return how long ago ``at`` (Unix seconds) was."""
    passed = time.time() - at
    return "just now" if passed < 60 else f"{span(passed)} ago"  # noqa: PLR2004  a minute


def left(until: float) -> str:
    """Return how long it is until ``until`` (Unix seconds)."""
    return span(until - time.time())


def moment(at: float) -> str:
    """Return a time of day, with the day when that is not today."""
    then = time.localtime(at)
    return time.strftime("%H:%M:%S" if then[:3] == time.localtime()[:3] else "%d %b %H:%M", then)
