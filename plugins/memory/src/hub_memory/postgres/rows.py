"""Write entries to the server, and read them back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pgvector import HalfVector

from hub import MemoryEntry
from hub_memory.postgres import words
from hub_memory.postgres.schema import one
from hub_memory.store.clock import Stamp, at
from hub_memory.store.rows import NEXT, identities

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg import AsyncConnection

    from hub_memory.store.check import Checked
    from hub_memory.store.rows import Vectors

COLUMNS = (
    "rid", "id", "revision", "namespace", "kind", "origin", "trust", "session", "sequence", "created",
    "valid_from", "valid_until", "expires", "superseded_by", "importance", "pinned", "quarantined",
    "language", "content_clock", "content_node", "flags_clock", "flags_node", "text_hash", "text", "tags",
    "sources",
)  # fmt: skip
_READ = (
    "id", "text", "namespace", "kind", "origin", "trust", "session", "sequence", "created", "valid_from",
    "valid_until", "expires", "importance", "pinned", "quarantined", "language", "tags", "sources",
    "superseded_by", "recalled", "last_recalled",
)  # fmt: skip
_INSERT = (
    f"INSERT INTO memory ({', '.join(COLUMNS)}, words, size) SELECT {', '.join(['%s'] * len(COLUMNS))},"  # noqa: S608  our own names
    " said, (SELECT coalesce(sum(cardinality(positions)), 0) FROM unnest(said))"
    " FROM to_tsvector('stems', %s) AS said"
)
UNEXPIRED = "(expires = 0 OR expires > %s OR pinned)"
LIVE = f"superseded_by IS NULL AND (valid_until = 0 OR valid_until > %s) AND {UNEXPIRED}"
"""Conditions whose arguments are the time."""


async def tick(connection: AsyncConnection, rows: int, now: float, *, seen: int = 0) -> Stamp:
    """Count ``rows`` changes and return their stamp, as `hub_memory.store.clock.tick` does."""
    cursor = await connection.execute(
        "UPDATE state SET clock = greatest(%s, clock + 1, %s), revision = revision + %s"
        " RETURNING clock, node, revision",
        (at(now), seen + 1, rows),
    )
    clock, node, revision = await one(cursor)
    return Stamp(clock, node, revision - rows + 1)


async def insert(
    connection: AsyncConnection, entries: Sequence[Checked], now: float, vectors: Vectors | None
) -> list[str]:
    """Write all that is not there yet, and return the ids of all; one transaction is the caller's."""
    there = await _there(connection, entries, now)
    fresh: dict[tuple[Any, ...], int] = {}
    for place, entry in enumerate(entries):
        if entry.key not in there:
            fresh.setdefault(entry.key, place)
    if fresh:
        places = list(fresh.values())
        stamp = await tick(connection, len(places), now)
        chosen = await _placed(connection, [entries[place] for place in places])
        ids = identities([entry.created for entry in chosen], stamp.first)
        rids = range(stamp.first, stamp.first + len(places))
        await put(connection, [_row(*each, stamp) for each in zip(chosen, ids, rids, strict=True)])
        if vectors is not None:
            model, values = vectors
            await put_vectors(connection, model, rids, values[places])
        there.update(zip(fresh, (name.hex() for name in ids), strict=True))
    return [there[entry.key] for entry in entries]


async def put(connection: AsyncConnection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Write rows of `COLUMNS`, and count their words."""
    text = COLUMNS.index("text")
    async with connection.cursor() as cursor:
        await cursor.executemany(_INSERT, [(*row, words.plain(row[text])) for row in rows])
    await words.count(connection, [row[0] for row in rows], 1)


async def put_vectors(
    connection: AsyncConnection, model: str, rids: Iterable[int], values: np.ndarray[Any, Any]
) -> None:
    """Keep a vector for each of ``rids``, in place of an older one of ``model``; none for one of zeros."""
    halves = np.ascontiguousarray(values, np.float16)
    rows = [
        (rid, model, HalfVector(half) if half.any() else None) for rid, half in zip(rids, halves, strict=True)
    ]
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO vector VALUES (%s, %s, %b)"
            " ON CONFLICT (model, rid) DO UPDATE SET vec = excluded.vec",
            rows,
        )


async def entries(
    connection: AsyncConnection, where: str, args: Sequence[Any], more: str = "", *, limit: int | None = None
) -> dict[int, MemoryEntry]:
    """Return the entries ``where`` a condition holds, by row number, in the order that ``more`` gives."""
    cursor = await connection.execute(
        f"SELECT rid, {', '.join(_READ)} FROM memory WHERE {where} {more} LIMIT %s".encode(),  # noqa: S608  our own conditions
        (*args, limit),
    )
    return {rid: _entry(fields) for rid, *fields in await cursor.fetchall()}


async def erase(connection: AsyncConnection, names: Sequence[bytes]) -> None:
    """Delete entries and all that hangs on them."""
    cursor = await connection.execute("SELECT rid FROM memory WHERE id = ANY(%s)", (list(names),))
    await drop(connection, [rid for (rid,) in await cursor.fetchall()])
    await connection.execute("DELETE FROM waiting WHERE id = ANY(%s)", (list(names),))
    await connection.execute(
        "UPDATE memory SET sources = ARRAY(SELECT one FROM unnest(sources) AS one WHERE one <> ALL(%s))"
        " WHERE sources <> '{}' AND sources && %s",
        (list(names), list(names)),
    )


async def drop(connection: AsyncConnection, rids: Sequence[int]) -> None:
    """Delete rows, and no longer count their words."""
    await words.count(connection, rids, -1)
    await connection.execute("DELETE FROM memory WHERE rid = ANY(%s)", (list(rids),))


def _entry(fields: list[Any]) -> MemoryEntry:
    named = dict(zip(_READ, fields, strict=True))
    newer = named["superseded_by"]
    named |= {
        "id": named["id"].hex(), "superseded_by": newer.hex() if newer else "",
        "tags": tuple(named["tags"]), "sources": tuple(source.hex() for source in named["sources"]),
    }  # fmt: skip
    return MemoryEntry(**named)


async def _there(
    connection: AsyncConnection, chosen: Sequence[Checked], now: float
) -> dict[tuple[Any, ...], str]:
    """Return the ids of what holds already, by `Checked.key`."""
    cursor = await connection.execute(
        "SELECT text_hash, namespace, session, sequence, quarantined, id FROM memory"  # noqa: S608  our own condition
        f" WHERE text_hash = ANY(%s) AND {LIVE} ORDER BY rid DESC",
        ([entry.digest for entry in chosen], now, now),
    )
    return {tuple(key): name.hex() for *key, name in await cursor.fetchall()}


async def _placed(connection: AsyncConnection, chosen: list[Checked]) -> list[Checked]:
    """Give those that follow what is kept of their talk their places in it."""
    after: dict[str, int] = {}
    for place, each in enumerate(chosen):
        talk = each.entry.session
        if each.entry.sequence != NEXT or not talk:
            continue
        if talk not in after:
            cursor = await connection.execute(
                "SELECT coalesce(max(sequence), -1) FROM memory WHERE session = %s", (talk,)
            )
            after[talk] = (await one(cursor))[0]
        after[talk] += 1
        chosen[place] = replace(each, entry=replace(each.entry, sequence=after[talk]))
    return chosen


def _row(each: Checked, name: bytes, rid: int, stamp: Stamp) -> tuple[Any, ...]:
    new, clock, node = each.entry, stamp.clock, stamp.node
    return (
        rid, name, rid, new.namespace, new.kind, new.origin, each.trust, new.session, int(new.sequence),
        each.created, each.valid_from, float(new.valid_until), float(new.expires), None,
        float(new.importance), bool(new.pinned), each.quarantined, new.language, clock, node, clock, node,
        each.digest, new.text,
        sorted(set(new.tags)), sorted(set(each.sources)),
    )  # fmt: skip
