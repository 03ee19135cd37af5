"""Import a file of memories for a person, look at it first, undo it; and export all that is kept of them."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from hub import HubError, MemorySelection
from hub_memory.exchange import batch
from hub_memory.exchange.reading import read
from hub_memory.exchange.texts import FORMAT
from hub_memory.memory import AT_ONCE
from hub_memory.store import upkeep

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from hub import MemoryEntry
    from hub_memory.exchange.batch import Batch, Plan
    from hub_memory.exchange.reading import Found, Reading, Skipped
    from hub_memory.memory import SqliteMemory
    from hub_memory.postgres.memory import PostgresMemory

SAMPLES, TOLD, NAMED = 3, 100, 20
"""Entries shown, bad rows told, and kinds of what stays behind named, of one file."""

VERSION = 1


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file holds: in figures, ``samples`` of what is new, and the first rows ``skipped``, with why.

    ``waiting``: new ones that are found only after a person looked at them. ``lost``: what stays behind of
    the rows ``found``, by name, and how often, the most often first. ``batch``: its id, once done.
    """

    format: str
    found: int
    new: int
    duplicates: int
    waiting: int
    left_out: int
    samples: tuple[Found, ...]
    skipped: tuple[Skipped, ...]
    lost: Mapping[str, int]
    batch: str = ""


class Exchange:
    """Imports into ``memory`` and exports of it. ``learn`` has what has no vector yet embedded soon."""

    def __init__(self, memory: SqliteMemory | PostgresMemory, learn: Callable[[], Awaitable[object]]) -> None:
        self._memory, self._learn = memory, learn
        self._turn = asyncio.Lock()

    async def preview(self, namespace: str, raw: bytes) -> Preview:
        """Say what taking a file would come to; nothing is changed. Raises `HubError` for none of ours."""
        reading = await asyncio.to_thread(read, raw, namespace)
        return _preview(reading, await self._planned(namespace, reading))

    async def take(self, namespace: str, raw: bytes) -> Preview:
        """Keep what is new in a file, all of it or nothing; the batch can be undone by its id."""
        reading = await asyncio.to_thread(read, raw, namespace)
        now = self._memory.now()
        name = f"{int(now):x}-{secrets.token_hex(3)}"
        async with self._turn:  # the same file twice at once is there once
            plan = await self._planned(namespace, reading)
            if not plan.fresh:
                return _preview(reading, plan)
            await self._memory.written(
                plan.fresh, lambda db, vectors: batch.written(db, plan, name, now, vectors)
            )
        if len(plan.fresh) > AT_ONCE:
            await self._learn()
        return _preview(reading, plan, name)

    async def batches(self, namespace: str) -> Sequence[Batch]:
        """Return the imports that can be undone, the latest first."""
        return await self._memory.read(lambda db: batch.batches(db, namespace))

    async def undo(self, namespace: str, name: str) -> int:
        """Forget what a batch brought, for good; return how many entries. Raises `HubError` for none."""
        ids = await self._memory.read(lambda db: batch.entries_of(db, namespace, name))
        if not ids:
            raise HubError("There is no such import.", fix="Look at the list again.")
        return await self._memory.forget(MemorySelection(namespace, tuple(ids)))

    async def export(self, namespace: str) -> bytes:
        """Return all that is kept of a person as JSON that `take` reads back, what no longer holds too."""
        entries = await self._memory.read(lambda db: upkeep.all_of(db, namespace))
        about = {"format": FORMAT, "version": VERSION, "exported": self._memory.now()}
        return await asyncio.to_thread(_written, about, entries)

    async def _planned(self, namespace: str, reading: Reading) -> Plan:
        now = self._memory.now()
        return await self._memory.read(lambda db: batch.planned(db, namespace, reading, now))


def _written(about: dict[str, Any], entries: Sequence[MemoryEntry]) -> bytes:
    """Return one JSON object, with an entry a line."""
    rows = b",\n".join(map(orjson.dumps, entries))
    return orjson.dumps(about)[:-1] + b',"entries":[\n' + rows + b"\n]}\n"


def _preview(reading: Reading, plan: Plan, name: str = "") -> Preview:
    return Preview(
        reading.format, len(reading.found), len(plan.fresh), plan.duplicates,
        sum(one.quarantined for one in plan.fresh), len(reading.skipped), plan.found[:SAMPLES],
        tuple(reading.skipped[:TOLD]), dict(reading.lost.most_common(NAMED)), name,
    )  # fmt: skip
