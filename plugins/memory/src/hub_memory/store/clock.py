"""Stamp what is written: a hybrid logical clock, and the revision of each row.

A clock is the milliseconds since 1970 times 65,536 plus a count, so it never runs back even when the
machine's does (Kulkarni et al. 2014, "Logical Physical Clocks"). As text it is 16 hexadecimal digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub import Connection

COUNTS = 1 << 16
AHEAD_S = 300.0
"""Seconds that another device's clock may run ahead of this one's."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """When and where a transaction wrote; its rows have the revisions from ``first`` on."""

    clock: int
    node: str
    first: int


def tick(db: Connection, rows: int, now: float, *, seen: int = 0) -> Stamp:
    """Count ``rows`` changes and return their stamp; ``seen``: the latest clock of another device."""
    clock, node, revision = db.execute("SELECT clock, node, revision FROM state").fetchone()
    clock = max(at(now), clock + 1, seen + 1)
    db.execute("UPDATE state SET clock = ?, revision = ?", (clock, revision + rows))
    return Stamp(clock, node, revision + 1)


def at(seconds: float) -> int:
    """Return the first clock of a time in Unix seconds."""
    return int(seconds * 1000) * COUNTS


def spelled(clock: int) -> str:
    """Return a clock as text that sorts as the clock does."""
    return f"{clock:016x}"
