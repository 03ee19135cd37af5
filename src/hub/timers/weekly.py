"""Turn days of the week into a recurrence rule, and into words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.timers.phrases import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

DAYS = {
    "MO": "Monday", "TU": "Tuesday", "WE": "Wednesday", "TH": "Thursday", "FR": "Friday", "SA": "Saturday",
    "SU": "Sunday",
}  # fmt: skip
"""The days by their codes in RFC 5545."""

_GROUPS = {"MO,TU,WE,TH,FR": "on weekdays", "SA,SU": "at weekends", ",".join(DAYS): "every day"}


def weekly(codes: Iterable[str]) -> tuple[str, str]:
    """Return the rule and the words of a week's days; both empty without any. Unknown codes are left out."""
    wanted = set(codes)
    days = [code for code in DAYS if code in wanted]
    if not days:
        return "", ""
    joined = ",".join(days)
    words = _GROUPS.get(joined) or f"every {listed([DAYS[code] for code in days])}"
    return f"FREQ=WEEKLY;BYDAY={joined}", words
