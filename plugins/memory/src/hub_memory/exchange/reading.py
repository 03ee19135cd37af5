"""Read a file of memories, whatever wrote it, into entries that can be kept; each bad row is told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from hub import HubError, NewMemory

LARGEST = 64 << 20
"""Bytes of one file."""

MOST = 200_000
"""Rows of one file."""

SQLITE = b"SQLite format 3\0"

LOST = 1_000
"""Names of what stays behind that are told apart; what has others is counted as `OTHERS`."""

OTHERS, SHORT = "others", 60
"""``SHORT``: characters of such a name."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row that can be kept. ``line``: where it stands, from 1.

    ``id``, ``sources`` and ``superseded_by`` are ids of the file, "" where it has none.
    """

    line: int
    entry: NewMemory
    id: str = ""
    sources: tuple[str, ...] = ()
    superseded_by: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that cannot be kept, and why."""

    line: int
    why: str


@dataclass(slots=True)
class Reading:
    """What a file holds. ``exact``: it is our own export, in which equal words may stand several times.

    ``lost``: what stays behind of the rows that are found, by its name, and how often.
    """

    format: str
    found: list[Found] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    exact: bool = False
    lost: Counter[str] = field(default_factory=Counter)

    def lose(self, name: str, times: int = 1) -> None:
        """Note that something stays behind; a name is somebody else's, and is shown to a person."""
        if not times:
            return
        shown = "".join(mark if mark.isprintable() else "?" for mark in name[:SHORT])
        self.lost[shown if shown in self.lost or len(self.lost) < LOST else OTHERS] += times


def read(raw: bytes, namespace: str) -> Reading:
    """Return what ``raw`` holds, as entries of ``namespace``. Raises `HubError` for what nobody wrote so.

    Takes seconds for large files: not for the event loop.
    """
    from hub_memory.exchange import archive, chroma, texts  # noqa: PLC0415  they import this

    if len(raw) > LARGEST:
        raise HubError("That file is too large.", fix=f"Cut it: I take {LARGEST >> 20} MB at once.")
    if not raw.strip():
        raise HubError("That file is empty.", fix="Choose another one.")
    if raw.startswith(SQLITE):
        reading = chroma.read(raw, namespace)
    elif raw.startswith(archive.ZIP):
        reading = archive.read(raw, namespace)
    else:
        reading = texts.read(raw, namespace)
    if len(reading.found) > MOST:
        raise HubError("That file holds too many memories.", fix=f"Cut it: I take {MOST:,} at once.")
    return reading
