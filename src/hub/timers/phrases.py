"""Say spans and moments the way people read and hear them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_WEEK = 7


def span(seconds: float) -> str:
    """Return "1 hour 20 minutes"; to the second."""
    rest, parts = max(0, round(seconds)), []
    for size, name in _UNITS:
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count} {name}{'' if count == 1 else 's'}")
    return " ".join(parts) or "less than a second"


def adjective(seconds: float) -> str:
    """Return "8 minute", as in "8 minute timer"."""
    return " ".join(word.removesuffix("s") for word in span(seconds).split())


def countdown(seconds: float) -> str:
    """Return "8:20" or "1:08:20"."""
    whole = max(0, round(seconds))
    minutes, second = divmod(whole, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def clock(moment: datetime) -> str:
    """Return "18:50"."""
    return f"{moment:%H:%M}"


def moment(then: datetime, now: datetime) -> str:
    """Return "18:50", "tomorrow at 07:00", "Monday at 09:00" or "5 December at 09:00"."""
    days = (then.date() - now.date()).days
    if days == 0:
        return clock(then)
    if days == 1:
        return f"tomorrow at {clock(then)}"
    if 1 < days < _WEEK:
        return f"{then:%A} at {clock(then)}"
    year = f" {then.year}" if then.year != now.year and then - now > timedelta(days=300) else ""
    return f"{then.day} {then:%B}{year} at {clock(then)}"


def at(then: datetime, now: datetime) -> str:
    """Return the same behind a preposition: "at 18:50", "tomorrow at 07:00", "on Monday at 09:00"."""
    said = moment(then, now)
    if said[0].isdigit() and " " not in said:
        return f"at {said}"
    return said if said.startswith("tomorrow") else f"on {said}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """Return "pasta, tea and eggs"."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"
