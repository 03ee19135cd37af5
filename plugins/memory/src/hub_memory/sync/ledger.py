"""Note in memory.db how far each device is with the others, and what two of them had changed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub_memory.store.clock import AHEAD_S, COUNTS, at
from hub_memory.store.rows import AMONG, IDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from hub import Connection, Database, MemoryChange
    from hub_memory.sync.wire import Batch

CONFLICTS = 200
"""Conflicts that are kept to be looked at, the latest."""

_NOTE = """
    INSERT INTO sync_peer (place, peer, cursor, at, {count}, name) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (place, peer) DO UPDATE SET
        cursor = excluded.cursor, at = excluded.at, {count} = {count} + excluded.{count},
        name = iif(excluded.name = '', name, excluded.name)
"""


@dataclass(frozen=True, slots=True)
class Place:
    """How far this device is with one place.

    ``sent``: the cursor of what was told there; ``cursors``: by device, of what was read; ``swept``: the
    revision up to which what is gone has left it; ``scope``: under which `Travel.scope` all this holds.
    """

    sent: str = ""
    cursors: dict[str, str] = field(default_factory=dict)
    swept: int = 0
    scope: str = ""


class Ledger:
    """The tables ``sync_peer`` and ``sync_conflict``, and what is asked of the memory's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def node(self) -> str:
        """Return what this device is called among devices."""
        return str((await self._database.rows("SELECT node FROM state"))[0][0])

    async def head(self) -> int:
        """Return the revision of what changed last."""
        return int((await self._database.rows("SELECT revision FROM state"))[0][0])

    async def place(self, place: str) -> Place:
        """Return how far this device is with a place."""
        rows = await self._database.rows(
            "SELECT peer, cursor, swept, scope FROM sync_peer WHERE place = ? ORDER BY at", (place,)
        )
        own = next((row for row in rows if not row[0]), ("", "", 0, ""))
        return Place(own[1], {row[0]: row[1] for row in rows if row[0]}, own[2], own[3])

    async def begin(self, place: str, scope: str) -> None:
        """Forget how far it was: all is told and read anew, which changes nothing that is the same."""
        await self._database.write(lambda db: _begin(db, place, scope))

    async def sent(self, place: str, cursor: str, count: int, now: float) -> None:
        """Note that all up to a cursor was told to a place."""
        await self._database.execute(_NOTE.format(count="sent"), (place, "", cursor, now, count, ""))

    async def received(self, place: str, batch: Batch, count: int, now: float) -> None:
        """Note that all up to a batch's cursor was read of a device; ``count``: how much of it was new."""
        noted = (place, batch.node, batch.cursor, now, count, batch.name)
        await self._database.execute(_NOTE.format(count="received"), noted)

    async def untold(self, cursor: str, spaces: Collection[str]) -> int:
        """Return how many entries changed or went after a cursor, and are to be told."""
        return await self._database.read(lambda db: _untold(db, int(cursor or 0), spaces))

    async def gone(self) -> int:
        """Return the revision of what went last."""
        rows = await self._database.rows("SELECT coalesce(max(revision), 0) FROM gone")
        return int(rows[0][0])

    async def swept(self, place: str, revision: int) -> None:
        """Note that nothing that went up to a revision is left at a place."""
        await self._database.execute(
            "UPDATE sync_peer SET swept = ? WHERE place = ? AND peer = ''", (revision, place)
        )

    async def standing(
        self, ids: Collection[str], spaces: Collection[str]
    ) -> tuple[frozenset[str], frozenset[str]]:
        """Return those of ``ids`` that are here within ``spaces``, and those that are here outside them."""
        found = await self._database.read(lambda db: _namespaces(db, ids))
        ours = frozenset(name for name, namespace in found if namespace in spaces)
        return ours, frozenset(name for name, _ in found) - ours

    async def holding(self, changes: Sequence[MemoryChange], spaces: Collection[str]) -> list[MemoryChange]:
        """Return those of ``changes`` that still say how it is here; that something is gone always does."""
        ids = {one.id for one in changes}
        ages = await self._database.read(lambda db: _ages(db, ids, spaces))
        stale = {
            one.id
            for one in changes
            if one.group != "gone" and ages.get((one.id, one.group)) != (int(one.clock, 16), one.node)
        }
        return [one for one in changes if one.group == "gone" or one.id not in stale]

    async def ripe(self, since: float, now: float) -> bool:
        """Say whether changes wait whose clock ran ahead at ``since`` and does no more."""
        bounds = at(since + AHEAD_S), at(now + AHEAD_S)
        sql = "SELECT 1 FROM waiting WHERE clock > ? AND clock <= ? LIMIT 1"
        return bool(await self._database.rows(sql, bounds))

    async def conflicted(self, ids: Iterable[str], now: float) -> None:
        """Note entries that two devices had changed, and whose change holds now."""
        await self._database.write(lambda db: _conflicted(db, list(ids), now))

    async def status(self, now: float) -> dict[str, Any]:
        """Return what a page tells: devices, the latest conflicts, and changes that wait for their time."""
        peers = await self._database.rows(
            "SELECT place, peer, name, at, sent, received FROM sync_peer ORDER BY place, peer"
        )
        conflicts = await self._database.rows(
            "SELECT lower(hex(id)), at, node FROM sync_conflict ORDER BY number DESC"
        )
        waiting = await self._database.rows(
            "SELECT node, count(*), max(clock) FROM waiting WHERE clock > ? GROUP BY node ORDER BY node",
            (at(now + AHEAD_S),),
        )
        return {
            "peers": [
                dict(zip(("place", "peer", "name", "at", "sent", "received"), row, strict=True))
                for row in peers
            ],
            "conflicts": [{"id": name, "at": when, "won": node} for name, when, node in conflicts],
            "waiting": [
                {"node": node, "changes": count, "ahead_s": round(clock / COUNTS / 1000 - now)}
                for node, count, clock in waiting
            ],
        }

    async def keep_only(self, places: Collection[str]) -> None:
        """Forget how far this device was with any other place."""
        await self._database.execute(
            "DELETE FROM sync_peer WHERE place NOT IN (SELECT value FROM json_each(?))",
            (json.dumps(list(places)),),
        )


def _begin(db: Connection, place: str, scope: str) -> None:
    db.execute("UPDATE sync_peer SET cursor = '' WHERE place = ?", (place,))
    db.execute(
        "INSERT INTO sync_peer (place, peer, scope, swept) VALUES (?, '', ?, -1)"
        " ON CONFLICT (place, peer) DO UPDATE SET scope = excluded.scope, swept = excluded.swept",
        (place, scope),
    )


def _untold(db: Connection, revision: int, spaces: Collection[str]) -> int:
    changed = f"SELECT count(*) FROM memory WHERE revision > ? AND namespace {AMONG}"  # noqa: S608  our own
    went = "SELECT count(*) FROM gone WHERE revision > ? AND id IS NOT NULL"
    entries = db.execute(changed, (revision, json.dumps(list(spaces)))).fetchone()[0]
    return int(entries + db.execute(went, (revision,)).fetchone()[0])


def _namespaces(db: Connection, ids: Collection[str]) -> list[tuple[str, str]]:
    sql = f"SELECT lower(hex(id)), namespace FROM memory WHERE id {IDS}"  # noqa: S608  our own condition
    return list(db.execute(sql, (json.dumps(list(ids)),)).fetchall())


def _ages(
    db: Connection, ids: Collection[str], spaces: Collection[str]
) -> dict[tuple[str, str], tuple[int, str]]:
    sql = f"""SELECT lower(hex(id)), namespace, content_clock, content_node, flags_clock, flags_node
              FROM memory WHERE id {IDS}"""  # noqa: S608  our own condition
    found: dict[tuple[str, str], tuple[int, str]] = {}
    for name, namespace, clock, node, flags_clock, flags_node in db.execute(sql, (json.dumps(list(ids)),)):
        if namespace in spaces:
            found[name, "content"], found[name, "flags"] = (clock, node), (flags_clock, flags_node)
    return found


def _conflicted(db: Connection, ids: list[str], now: float) -> None:
    db.execute(
        f"""INSERT INTO sync_conflict (id, at, node)
            SELECT id, ?, iif(flags_clock > content_clock, flags_node, content_node) FROM memory
            WHERE id {IDS}""",  # noqa: S608  our own condition
        (now, json.dumps(ids)),
    )
    db.execute(
        "DELETE FROM sync_conflict WHERE number <= (SELECT max(number) FROM sync_conflict) - ?", (CONFLICTS,)
    )
