"""Remember, from the moment it is put aside, money that has no row yet: in memory that outlives the process.

The pages of the mapped file belong to the machine, so a killed process loses none of them. What of them
reached the disk before a loss of power is old, so slots of another boot say nothing: then there are the
rows. Writing to a slot takes a microsecond and waits for no disk.
"""

from __future__ import annotations

import mmap
import os
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from pathlib import Path

SIZE, COUNT = 256, 256
"""Bytes of a slot, and how many there are; with more requests at once the others wait for their rows."""

_HEAD = SIZE * COUNT  # behind them stands whose boot they are of
_WHOLE = _HEAD + SIZE

_EMPTY = bytes(SIZE)


class Slots:
    """The slots in one file; each holds the JSON of one list, or nothing. ``boot``: the machine's."""

    def __init__(self, path: Path, boot: str = "") -> None:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            os.ftruncate(handle, _WHOLE)
            self._memory = mmap.mmap(handle, _WHOLE)
        finally:
            os.close(handle)
        head = boot.encode()[: SIZE - 1].ljust(SIZE, b"\0")
        if self._memory[_HEAD:] != head:
            self._memory[:] = bytes(_HEAD) + head
        self._free = list(range(COUNT))
        self._taken: dict[int, int] = {}  # the slot of an id

    def take(self, id: int, *about: str | int) -> None:  # noqa: A002
        """Write ``about`` into a free slot; when there is none, or no room in it, this does nothing."""
        text = orjson.dumps([id, *about])
        if self._free and len(text) < SIZE:
            slot = self._taken[id] = self._free.pop()
            # The length comes first, and the first byte of it last: a half-written slot is an empty one.
            start = slot * SIZE
            self._memory[start + 1 : start + 1 + len(text)] = text
            self._memory[start] = len(text)

    def free(self, id: int) -> None:  # noqa: A002
        """Empty the slot of ``id``, if it has one."""
        slot = self._taken.pop(id, None)
        if slot is not None:
            self._memory[slot * SIZE] = 0
            self._free.append(slot)

    def left(self) -> list[list[str | int]]:
        """Return what the last process left in them."""
        found = []
        for start in range(0, _HEAD, SIZE):
            length = self._memory[start]
            if length:
                try:
                    about = orjson.loads(self._memory[start + 1 : start + 1 + length])
                except orjson.JSONDecodeError:  # not ours, or damaged
                    continue
                if isinstance(about, list):
                    found.append(about)
        return found

    def clear(self) -> None:
        """Empty all of them."""
        self._memory[:_HEAD] = bytes(_HEAD)
        self._free, self._taken = list(range(COUNT)), {}

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
