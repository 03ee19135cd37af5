"""Find the next occurrence of a recurrence rule (RFC 5545) in local time: 7:00 stays 7:00 all year.

A local time that the clocks skip happens at the same offset as before the change, so 2:30 becomes
3:30; one that comes twice happens the first time only (RFC 5545, section 3.3.5). Rules below a day
count hours and minutes that really pass, so they know nothing of such days.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.errors import HubError

if TYPE_CHECKING:
    from datetime import tzinfo

_STEPS_S = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600}
_LEAP = timedelta(days=2)
"""More than any clock has ever been set forward at once (Samoa left out a day in 2011)."""


def instant(local: datetime, zone: tzinfo) -> float:
    """Return the Unix seconds of the naive local time ``local`` in ``zone``."""
    return local.replace(tzinfo=zone, fold=0).timestamp()


def next_after(rule: str, start: datetime, after: float, zone: tzinfo) -> float | None:
    """Return the first occurrence of ``rule`` later than ``after`` (Unix seconds); None when it has ended.

    ``start``: the first occurrence, naive, in local time; it gives the time of day. Raises `HubError`
    for a rule that cannot be read.
    """
    if step := _step(rule):
        first = instant(start, zone)
        return first + step * max(0, math.floor((after - first) / step) + 1)
    occurrences = _parse(rule, start)
    local = datetime.fromtimestamp(after, UTC).astimezone(zone).replace(tzinfo=None) - _LEAP
    while (found := occurrences.after(local)) is not None:
        if (moment := instant(found, zone)) > after:
            return moment
        local = found
    return None


def check(rule: str, start: datetime) -> None:
    """Raise `HubError` when ``rule`` cannot be read."""
    if not _step(rule):
        _parse(rule, start)


def _step(rule: str) -> int:
    """Return the seconds between two occurrences of a rule below a day; 0 for all other rules."""
    parts = dict(part.split("=", 1) for part in rule.upper().split(";") if "=" in part)
    unit = _STEPS_S.get(parts.pop("FREQ", ""), 0)
    if not unit:
        return 0
    every = parts.pop("INTERVAL", "1")
    if parts or not every.isdigit() or not int(every):
        raise _unreadable(rule, "below a day only FREQ and INTERVAL are understood")
    return unit * int(every)


def _parse(rule: str, start: datetime):  # type: ignore[no-untyped-def]  # noqa: ANN202  its type would import it
    from dateutil.rrule import rrulestr  # noqa: PLC0415  only who repeats something needs it

    try:
        return rrulestr(rule, dtstart=start.replace(tzinfo=None))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise _unreadable(rule, str(error)) from error


def _unreadable(rule: str, why: str) -> HubError:
    return HubError(
        f"I cannot read the recurrence {rule!r}: {why}.",
        fix="Write it as RFC 5545 says: FREQ=WEEKLY;BYDAY=MO.",
    )
