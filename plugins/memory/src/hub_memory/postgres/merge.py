"""Exchange changes with other devices, by the rules of `hub_memory.store.plan`."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from hub import HubError, Merged
from hub_memory.postgres.flags import typed
from hub_memory.postgres.forget import entomb
from hub_memory.postgres.rows import COLUMNS, drop, erase, put, tick
from hub_memory.store.change import CONTENT, FLAGS, Part, read, told, verify
from hub_memory.store.clock import AHEAD_S, at
from hub_memory.store.plan import Row, gathered, planned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from psycopg import AsyncConnection

    from hub import MemoryChange
    from hub_memory.store.plan import Groups, Plan

_STAMPS = ("content_clock", "content_node", "flags_clock", "flags_node")
_WHOLE = ", ".join(("id", "rid", *_STAMPS, *CONTENT, "tags", "sources", *FLAGS))
_UPDATE = (
    f"UPDATE memory SET {', '.join(f'{name} = %s' for name in FLAGS)},"  # noqa: S608  our own names
    " flags_clock = %s, flags_node = %s, revision = %s WHERE id = %s"
)


async def changes(connection: AsyncConnection, cursor: str, limit: int) -> tuple[list[MemoryChange], str]:
    """Return at most ``limit`` changes after ``cursor`` (two at least), and the cursor that follows them."""
    if cursor and not (cursor.isascii() and cursor.isdigit()):
        raise HubError(f"{cursor[:40]!r} is no place in my changes.", fix="Begin anew, with an empty one.")
    after, most = min(int(cursor or 0), (1 << 63) - 1), max(1, limit // 2)
    where = "WHERE revision > %s ORDER BY revision LIMIT %s"
    rows = await connection.execute(f"SELECT revision, {_WHOLE} FROM memory {where}".encode(), (after, most))  # noqa: S608  our own names
    found = [(revision, _both(_row(row))) for revision, *row in await rows.fetchall()]
    graves = await connection.execute(
        f"SELECT revision, id, clock, node FROM gone {where}".encode(),  # noqa: S608  our own condition
        (after, most),
    )
    for revision, name, clock, node in await graves.fetchall():
        found.append((revision, [told(name, "gone", clock, node, {})] if name else []))
    found = sorted(found, key=lambda one: one[0])[:most]
    return [change for _, several in found for change in several], str(found[-1][0]) if found else cursor


def _both(row: Row) -> list[MemoryChange]:
    """Return a row's content and flags: a flag may move a row past a cursor that has not met its content."""
    return [told(part.id, part.group, *part.age, part.fields) for part in row.groups.values()]


async def apply(connection: AsyncConnection, parts: Sequence[Part], now: float) -> Merged:
    """Take another device's changes, and those that waited and need no longer."""
    parts = await _news(connection, parts)
    for part in parts:
        verify(part)
    limit = at(now + AHEAD_S)
    ahead = [part for part in parts if part.clock > limit]
    timely = [part for part in parts if part.clock <= limit] + await _waited(connection, limit)
    incoming, older = gathered(timely)
    there = await _there(connection, incoming)
    plan = planned(incoming, older, there, await _gone(connection, incoming))
    await _write(connection, plan, now, max((part.clock for part in timely), default=0))
    await _hold(connection, plan.wait + ahead)
    return Merged(plan.applied, plan.older, len(ahead), tuple(name.hex() for name in plan.conflicts))


def parts_of(changes: Sequence[MemoryChange]) -> list[Part]:
    """Return changes as they are merged; raise `HubError` for one that is none."""
    return [read(change) for change in changes]


async def _news(connection: AsyncConnection, parts: Sequence[Part]) -> list[Part]:
    """Return those ``parts`` that are not here exactly so: what was sent twice need not be read twice."""
    cursor = await connection.execute(
        f"SELECT id, {', '.join(_STAMPS)} FROM memory WHERE id = ANY(%s)".encode(),  # noqa: S608  our own names
        (list({part.id for part in parts}),),
    )
    here = set()
    for name, clock, node, flags_clock, flags_node in await cursor.fetchall():
        here |= {(name, "content", clock, node), (name, "flags", flags_clock, flags_node)}
    return [part for part in parts if (part.id, part.group, part.clock, part.node) not in here]


async def _there(connection: AsyncConnection, incoming: Mapping[bytes, Groups]) -> dict[bytes, Row]:
    """Return what is here of ``incoming``."""
    cursor = await connection.execute(
        f"SELECT {_WHOLE} FROM memory WHERE id = ANY(%s)".encode(),  # noqa: S608  our own names
        (list(incoming),),
    )
    return {row[0]: _row(row) for row in await cursor.fetchall()}


def _row(row: Sequence[Any]) -> Row:
    name, rid, clock, node, flags_clock, flags_node, *values = row
    content = dict(zip((*CONTENT, "tags", "sources"), values, strict=False))
    content["sources"] = [source.hex() for source in content["sources"]]
    flags = dict(zip(FLAGS, values[len(content) :], strict=True))
    newer = flags["superseded_by"]
    flags |= {"superseded_by": newer.hex() if newer else ""}
    flags |= {flag: int(flags[flag]) for flag in ("pinned", "quarantined")}  # as memory.db tells them
    groups = {
        "content": Part(name, "content", clock, node, content),
        "flags": Part(name, "flags", flags_clock, flags_node, flags),
    }
    return Row(rid, groups)


async def _gone(
    connection: AsyncConnection, incoming: Mapping[bytes, Groups]
) -> dict[bytes, tuple[int, str]]:
    cursor = await connection.execute(
        "SELECT id, clock, node FROM gone WHERE id = ANY(%s)", (list(incoming),)
    )
    return {name: (clock, node) for name, clock, node in await cursor.fetchall()}


async def _write(connection: AsyncConnection, plan: Plan, now: float, seen: int) -> None:
    """Carry a plan out: what goes first, then what comes, then what is only flagged."""
    rows = len(plan.drop) + len(plan.bury) + len(plan.put) + len(plan.flag)
    if not rows:
        return
    revision = iter(range((stamp := await tick(connection, rows, now, seen=seen)).first, stamp.first + rows))
    graves = [(next(revision), rid, None, 0, "") for rid, _ in plan.drop]
    graves += [(next(revision), rid, part.id, *part.age) for rid, part in plan.bury]  # type: ignore[misc]
    await entomb(connection, graves)
    if plan.drop or plan.bury:
        await drop(connection, [rid for rid, _ in plan.drop])
        await erase(connection, [part.id for _, part in plan.bury])
        await connection.execute("UPDATE state SET rewrite = true")
    if plan.put:
        await put(connection, [_values(next(revision), groups) for groups in plan.put])
    if plan.flag:
        flagged = [(*_flags(part).values(), *part.age, next(revision), part.id) for part in plan.flag]
        async with connection.cursor() as cursor:
            await cursor.executemany(_UPDATE.encode(), flagged)


def _values(rid: int, groups: Groups) -> tuple[Any, ...]:
    content, flags = groups["content"], groups["flags"]
    row = {**content.fields, **_flags(flags)} | {
        "rid": rid, "id": content.id, "revision": rid, "content_clock": content.clock,
        "content_node": content.node, "flags_clock": flags.clock, "flags_node": flags.node,
        "text_hash": sha256(content.fields["text"].encode()).digest(),
        "sequence": int(content.fields["sequence"]), "tags": sorted(set(content.fields["tags"])),
        "sources": sorted({bytes.fromhex(one) for one in content.fields["sources"]}),
    }  # fmt: skip
    return tuple(row[name] for name in COLUMNS)


def _flags(part: Part) -> dict[str, Any]:
    fields = {name: typed(name, part.fields[name]) for name in FLAGS}
    newer = fields["superseded_by"]
    return fields | {"superseded_by": bytes.fromhex(newer) if newer else None, "trust": int(fields["trust"])}


async def _waited(connection: AsyncConnection, limit: int) -> list[Part]:
    """Take what waited and may be taken now."""
    cursor = await connection.execute(
        "DELETE FROM waiting WHERE clock <= %s RETURNING id, part, clock, node, fields", (limit,)
    )
    rows = await cursor.fetchall()
    return [Part(name, group, clock, node, json.loads(fields)) for name, group, clock, node, fields in rows]


async def _hold(connection: AsyncConnection, parts: Iterable[Part]) -> None:
    rows = [(part.id, part.group, *part.age, json.dumps(dict(part.fields))) for part in parts]
    if rows:
        async with connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO waiting VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING", rows
            )
