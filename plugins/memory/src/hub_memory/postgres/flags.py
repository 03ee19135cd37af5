"""Set what is not the content of an entry: flags, and what has taken its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub import HubError
from hub_memory.postgres.rows import entries, insert, tick
from hub_memory.postgres.where import readable
from hub_memory.store.check import identity
from hub_memory.store.flags import allowed, fitting, possible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import AsyncConnection

    from hub import MemoryEntry
    from hub_memory.store.check import Checked
    from hub_memory.store.rows import Vectors

_SWITCHES = frozenset(("pinned", "quarantined"))


async def change(
    connection: AsyncConnection, namespaces: Sequence[str], name: str, flags: Mapping[str, float | None],
    now: float,
) -> MemoryEntry:  # fmt: skip
    """Set those ``flags`` that are given and return the entry; raise `HubError` if it may not be read."""
    given = possible(flags)
    rid, entry = await _one(connection, namespaces, name)
    fitting(entry, given)
    if not given:
        return entry
    await _set(connection, rid, {flag: typed(flag, value) for flag, value in given.items()}, now)
    return (await _one(connection, namespaces, name))[1]


async def supersede(
    connection: AsyncConnection, namespaces: Sequence[str], old: str, new: Checked, now: float,
    *, vectors: Vectors | None,
) -> str:  # fmt: skip
    """Let ``new`` stand for ``old`` from where it begins to hold, and return its id."""
    rid, entry = await _one(connection, namespaces, old)
    allowed(entry, new)
    (name,) = await insert(connection, [new], now, vectors)
    if name != entry.id:
        until = min(entry.valid_until or new.valid_from, new.valid_from)
        await _set(connection, rid, {"superseded_by": bytes.fromhex(name), "valid_until": float(until)}, now)
    return name


def typed(flag: str, value: Any) -> Any:
    """Return a flag's value as its column has it."""
    return bool(value) if flag in _SWITCHES else value


async def _one(connection: AsyncConnection, namespaces: Sequence[str], name: str) -> tuple[int, MemoryEntry]:
    where = readable(namespaces)
    where.add("id = %s", identity(name))
    found = await entries(connection, where.sql, where.args)
    if not found:
        raise HubError(f"There is no entry {name} that you may change.", fix="Look for it anew.")
    return next(iter(found.items()))


async def _set(connection: AsyncConnection, rid: int, values: Mapping[str, Any], now: float) -> None:
    stamp = await tick(connection, 1, now)
    row = {**values, "revision": stamp.first, "flags_clock": stamp.clock, "flags_node": stamp.node}
    names = ", ".join(f"{name} = %s" for name in row)
    await connection.execute(f"UPDATE memory SET {names} WHERE rid = %s".encode(), (*row.values(), rid))  # noqa: S608  our own names
