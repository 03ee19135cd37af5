"""Write entries to memory.db, and read them back."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count, repeat
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from hub import MemoryEntry
from hub_memory.store import words
from hub_memory.store.clock import tick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from hub import Connection
    from hub_memory.store.check import Checked
    from hub_memory.store.clock import Stamp

NEXT = -1
"""The place of what follows all that is kept of its talk (`hub.ports.memory.NEXT`)."""

COLUMNS = (
    "rid", "id", "revision", "namespace", "kind", "origin", "trust", "session", "sequence", "created",
    "valid_from", "valid_until", "expires", "importance", "pinned", "quarantined", "language",
    "content_clock", "content_node", "flags_clock", "flags_node", "text_hash", "text",
)  # fmt: skip
INSERT = f"INSERT INTO memory ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608  our own names
_READ = (
    "id", "text", "namespace", "kind", "origin", "trust", "session", "sequence", "created", "valid_from",
    "valid_until", "expires", "importance", "pinned", "quarantined", "language", "superseded_by",
    "recalled", "last_recalled",
)  # fmt: skip
SELECT = f"SELECT rid, {', '.join(_READ)} FROM memory"  # noqa: S608  our own names
AMONG = "IN (SELECT value FROM json_each(?))"
IDS = "IN (SELECT unhex(value) FROM json_each(?))"
"""Conditions whose one argument is a JSON list: of numbers or text, and of hexadecimal ids."""

TALK = "session = ? AND session != ''"
"""The condition of what is kept of a talk: only said so, its index is used, and not every row read."""

UNEXPIRED = "(expires = 0 OR expires > ? OR pinned)"
LIVE = f"superseded_by IS NULL AND (valid_until = 0 OR valid_until > ?) AND {UNEXPIRED}"
"""Conditions whose arguments are the time."""

Vectors = tuple[str, "NDArray[np.float16]"]
"""The model, and a row of values for each entry."""


def insert(db: Connection, entries: Sequence[Checked], now: float, vectors: Vectors | None) -> list[str]:
    """Write all that is not there yet, and return the ids of all; one transaction is the caller's."""
    there = _there(db, entries, now)
    fresh: dict[tuple[Any, ...], int] = {}
    for place, entry in enumerate(entries):
        if entry.key not in there:
            fresh.setdefault(entry.key, place)
    if fresh:
        places = list(fresh.values())
        chosen = [entries[place] for place in places]
        ids = put(db, chosen, now, vectors and (vectors[0], vectors[1][places]))
        there.update(zip(fresh, (one.hex() for one in ids), strict=True))
    return [there[entry.key] for entry in entries]


def put(db: Connection, entries: Sequence[Checked], now: float, vectors: Vectors | None) -> list[bytes]:
    """Write all ``entries``, whatever is there, and return their ids; one transaction is the caller's."""
    stamp = tick(db, len(entries), now)
    chosen = _placed(db, list(entries))
    ids = identities([entry.created for entry in chosen], stamp.first)
    db.executemany(INSERT, map(_row, chosen, ids, count(stamp.first), repeat(stamp)))
    words.add(db, stamp.first, stamp.first + len(chosen) - 1)
    _attach(db, chosen, stamp.first)
    if vectors is not None:
        model, values = vectors
        put_vectors(db, model, range(stamp.first, stamp.first + len(chosen)), values)
    return ids


def _placed(db: Connection, chosen: list[Checked]) -> list[Checked]:
    """Give those that follow what is kept of their talk their places in it."""
    after: dict[str, int] = {}
    for at, one in enumerate(chosen):
        talk = one.entry.session
        if one.entry.sequence != NEXT or not talk:
            continue
        if talk not in after:
            newest = db.execute(f"SELECT max(sequence) FROM memory WHERE {TALK}", (talk,)).fetchone()[0]  # noqa: S608
            after[talk] = -1 if newest is None else newest
        after[talk] += 1
        chosen[at] = replace(one, entry=replace(one.entry, sequence=after[talk]))
    return chosen


def put_vectors(db: Connection, model: str, rids: Iterable[int], values: NDArray[np.floating[Any]]) -> None:
    """Keep a vector, as little-endian f16, for each of ``rids``; in place of an older one of ``model``."""
    blobs = values.astype("<f2", copy=False)
    width, whole = blobs.shape[1] * 2, blobs.tobytes()
    db.executemany(
        "INSERT OR REPLACE INTO vector VALUES (?, ?, ?)",
        ((rid, model, whole[at * width : (at + 1) * width]) for at, rid in enumerate(rids)),
    )


def identities(created: Sequence[float], first: int) -> list[bytes]:
    """Return a UUIDv7 (RFC 9562) for each time; those of one millisecond sort by their row's number."""
    noise = token_bytes(6 * len(created))
    return [
        (
            int(seconds * 1000) << 80
            | 7 << 76
            | (rid >> 20 & 0xFFF) << 64
            | 2 << 62
            | (rid & 0xFFFFF) << 42
            | int.from_bytes(noise[6 * at : 6 * at + 6], "big") >> 6
        ).to_bytes(16, "big")
        for at, (seconds, rid) in enumerate(zip(created, range(first, first + len(created)), strict=True))
    ]


def entries(
    db: Connection, where: str, args: Sequence[Any], more: str = "", *, limit: int = -1
) -> dict[int, MemoryEntry]:
    """Return the entries ``where`` a condition holds, by row number, in the order that ``more`` gives."""
    found = db.execute(f"{SELECT} WHERE {where} {more} LIMIT ?", (*args, limit)).fetchall()
    rids = json.dumps([row[0] for row in found])
    tags, sources = _several(db, "tag", "tag", rids), _several(db, "source", "lower(hex(source_id))", rids)
    return {rid: _entry(fields, tags.get(rid, ()), sources.get(rid, ())) for rid, *fields in found}


def _entry(fields: list[Any], tags: Sequence[str], sources: Sequence[str]) -> MemoryEntry:
    named = dict(zip(_READ, fields, strict=True))
    newer = named["superseded_by"]
    named |= {
        "id": named["id"].hex(), "superseded_by": newer.hex() if newer else "",
        "pinned": bool(named["pinned"]), "quarantined": bool(named["quarantined"]),
    }  # fmt: skip
    return MemoryEntry(**named, tags=tuple(tags), sources=tuple(sources))


def _several(db: Connection, table: str, value: str, rids: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for rid, one in db.execute(f"SELECT rid, {value} FROM {table} WHERE rid {AMONG} ORDER BY 1, 2", (rids,)):  # noqa: S608  our own names
        found.setdefault(rid, []).append(one)
    return found


def _there(db: Connection, chosen: Sequence[Checked], now: float) -> dict[tuple[Any, ...], str]:
    """Return the ids of what holds already, by `Checked.key`."""
    hashes = json.dumps([entry.digest.hex() for entry in chosen])
    sql = f"""SELECT text_hash, namespace, session, sequence, quarantined, id FROM memory
              WHERE text_hash {IDS} AND {LIVE} ORDER BY rid DESC"""  # noqa: S608  our own conditions
    return {(*key, bool(held)): name.hex() for *key, held, name in db.execute(sql, (hashes, now, now))}


def _row(one: Checked, identity: bytes, rid: int, stamp: Stamp) -> tuple[Any, ...]:
    new, clock, node = one.entry, stamp.clock, stamp.node
    return (
        rid, identity, rid, new.namespace, new.kind, new.origin, one.trust, new.session, int(new.sequence),
        one.created, one.valid_from, new.valid_until, new.expires, new.importance, bool(new.pinned),
        one.quarantined, new.language, clock, node, clock, node, one.digest, new.text,
    )  # fmt: skip


def _attach(db: Connection, chosen: Sequence[Checked], first: int) -> None:
    """Write the tags and the sources of the rows from ``first`` on."""
    tags = [(rid, tag) for rid, one in enumerate(chosen, first) for tag in one.entry.tags]
    sources = [(rid, source) for rid, one in enumerate(chosen, first) for source in one.sources]
    if tags:
        db.executemany("INSERT OR IGNORE INTO tag VALUES (?, ?)", tags)
    if sources:
        db.executemany("INSERT OR IGNORE INTO source VALUES (?, ?)", sources)
