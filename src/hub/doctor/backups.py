"""Check that there is a backup, that it is not old, and that it was read back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from hub.doctor.finding import Case, Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY_S = 86_400
OLD_DAYS = 14


@check("Data")
def backup(case: Case) -> Iterator[Finding]:
    """Tell the age of the last backup, and whether it was verified."""
    from hub.backup import note  # noqa: PLC0415  may be what is broken

    if not (case.data / "core.db").exists():
        return
    last = note.read(case.data)
    if last is None:
        yield Finding("Backup", "care", "There is none yet.", "Make one, on another disk.", "hub backup FILE")
        return
    days = int((time.time() - last.at) // _DAY_S)
    age = "today" if days < 1 else "yesterday" if days == 1 else f"{days} days ago"
    if days >= OLD_DAYS:
        yield Finding("Backup", "care", f"The last one was {age}.", "Make a new one.", "hub backup FILE")
    elif not last.verified:
        yield Finding(
            "Backup", "care", f"The one made {age} was not read back.", "Check it.",
            f"hub restore --verify {last.file}",
        )  # fmt: skip
    else:
        yield Finding("Backup", "well", f"Made {age}, and read back.")
